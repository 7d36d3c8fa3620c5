"""Access rules as endpoint parameters: `Authorization: Bearer` -> **who calls** -> endpoint.

An endpoint's signature is its access rule: `CurrentWallet` wants a signed-in account, `MaybeWallet` takes one
if there is one. Promises: a token that is given and not valid is refused, never treated as no token.
"""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cota.auth.sessions import SignedIn
from cota.errors import NotSignedIn
from cota.http.sessions import ServicesDep
from cota.units import Address

_bearer = HTTPBearer(auto_error=False, description="Token of POST /v1/auth/sign-in")
Token = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def find_session(services: ServicesDep, token: Token) -> SignedIn | None:
    if token is None:
        return None
    found = await services.signed_in.find(token.credentials)
    if found is None:
        raise NotSignedIn("the token is unknown, has expired or was signed out: sign in again")
    return found


MaybeSession = Annotated[SignedIn | None, Depends(find_session)]


async def require_session(found: MaybeSession) -> SignedIn:
    if found is None:
        raise NotSignedIn()
    return found


async def require_wallet(found: Annotated[SignedIn, Depends(require_session)]) -> Address:
    return found.account


async def take_wallet(found: MaybeSession) -> Address | None:
    return found.account if found else None


CurrentSession = Annotated[SignedIn, Depends(require_session)]
CurrentWallet = Annotated[Address, Depends(require_wallet)]
MaybeWallet = Annotated[Address | None, Depends(take_wallet)]
