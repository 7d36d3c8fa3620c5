"""Access rules as endpoint parameters: `Authorization: Bearer`, or a signed request -> **who calls** -> endpoint.

An endpoint's signature is its access rule: `CurrentWallet` wants a signed-in account, `MaybeWallet` takes one
if there is one, `TokenWallet` asks for a token. Promises: a token that is given and not valid is refused, never
treated as no token.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cota.auth import message_signatures
from cota.auth.message_signatures import BadMessageSignature, SignedCall
from cota.auth.service import site_of
from cota.auth.sessions import SignedIn
from cota.errors import NotSignedIn
from cota.http.services import Services
from cota.http.sessions import ServicesDep
from cota.units import Address

_bearer = HTTPBearer(
    auto_error=False, description="Token of POST /v1/auth/sign-in; or sign each request (docs/signing.md)"
)
Token = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def find_session(request: Request, services: ServicesDep, token: Token) -> SignedIn | None:
    if message_signatures.is_signed(request.headers):
        if token is not None:
            raise BadMessageSignature(
                "a request is signed, or it carries a token: not both", cause="malformed"
            )
        return await _signer(request, services)
    return await find_token(services, token)


async def find_token(services: ServicesDep, token: Token) -> SignedIn | None:
    if token is None:
        return None
    found = await services.signed_in.find(token.credentials)
    if found is None:
        raise NotSignedIn("the token is unknown, has expired or was signed out: sign in again")
    return found


async def _signer(request: Request, services: Services) -> SignedIn:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope["query_string"].decode("latin-1")
    call = SignedCall(
        method=request.method,
        path=raw_path.partition(b"?")[0].decode("latin-1"),
        query=query or None,
        body=await request.body(),
        headers=request.headers,
    )
    return await message_signatures.authenticate(
        services.database,
        services.verifier,
        call,
        authority=site_of(services.settings.api_url),
        chain_id=services.chain_id,
    )


MaybeSession = Annotated[SignedIn | None, Depends(find_session)]


async def require_session(found: MaybeSession) -> SignedIn:
    if found is None:
        raise NotSignedIn()
    return found


async def require_wallet(found: Annotated[SignedIn, Depends(require_session)]) -> Address:
    return found.account


async def require_token(request: Request, found: Annotated[SignedIn | None, Depends(find_token)]) -> Address:
    if found is None:
        if message_signatures.is_signed(request.headers):
            raise NotSignedIn("what is streamed is not held to be hashed first: sign in and send the token")
        raise NotSignedIn()
    return found.account


async def take_wallet(found: MaybeSession) -> Address | None:
    return found.account if found else None


CurrentSession = Annotated[SignedIn, Depends(require_session)]
CurrentWallet = Annotated[Address, Depends(require_wallet)]
TokenWallet = Annotated[Address, Depends(require_token)]
"""As `CurrentWallet`, where the body is too large for a signature over it."""
MaybeWallet = Annotated[Address | None, Depends(take_wallet)]
