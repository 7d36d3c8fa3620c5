"""HTTP of sign-in and agent keys: request -> **api** -> service."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response

from cota.auth import agents, nonces, service, sessions
from cota.auth.agents import StoredKey
from cota.auth.deps import CurrentSession, CurrentWallet, Token
from cota.auth.domains import ledger_domain
from cota.auth.schemas import (
    AgentKeyAnswer,
    AgentKeyRequest,
    AgentKeysAnswer,
    NonceAnswer,
    SessionAnswer,
    SignInAnswer,
    SignInRequest,
)
from cota.errors import (
    BadRequest,
    BadSignature,
    ChainUnavailable,
    DeadlineTooFar,
    Expired,
    InvalidBody,
    NonceUsed,
    NotFound,
    NotSignedIn,
    RateLimited,
    UnknownDataset,
    WrongDomain,
    WrongSigner,
)
from cota.http.bodies import StrictRoute
from cota.http.limits import CALLER
from cota.http.paths import Bytes32Path
from cota.http.problems import documented
from cota.http.sessions import Read, ServicesDep, Write

router = APIRouter(route_class=StrictRoute)


@router.post("/auth/nonce", operation_id="issue_nonce", tags=["sign-in"], responses=documented(RateLimited))
async def issue_nonce(services: ServicesDep, session: Write) -> NonceAnswer:
    """A nonce for one sign-in, and what the message must name."""
    services.limits.check("nonce", CALLER.get())
    nonce, expires_at = await nonces.issue(session)
    return NonceAnswer(
        nonce=nonce,
        expires_at=expires_at,
        domain=service.site_of(services.settings.api_url),
        uri=services.settings.api_url,
        chain_id=services.chain_id,
        time=datetime.now(UTC),
    )


@router.post(
    "/auth/sign-in",
    operation_id="sign_in",
    tags=["sign-in"],
    responses=documented(
        BadRequest,
        BadSignature,
        WrongSigner,
        WrongDomain,
        Expired,
        NonceUsed,
        InvalidBody,
        ChainUnavailable,
        RateLimited,
    ),
)
async def sign_in(body: SignInRequest, services: ServicesDep, session: Write) -> SignInAnswer:
    """Opens a session of twelve hours for whoever signed the EIP-4361 message."""
    token, account, expires_at = await service.sign_in(
        session,
        services.verifier,
        body.message,
        body.signature,
        api_url=services.settings.api_url,
        chain_id=services.chain_id,
    )
    return SignInAnswer(token=token, account=account, expires_at=expires_at)


@router.post("/auth/sign-out", operation_id="sign_out", tags=["sign-in"], status_code=204)
async def sign_out(token: Token, services: ServicesDep, session: Write) -> Response:
    """Ends the session. Ending it again changes nothing."""
    if token is not None:
        await sessions.revoke(session, token.credentials)
        services.signed_in.forget(token.credentials)
    return Response(status_code=204)


@router.get("/auth/session", operation_id="get_session", tags=["sign-in"], responses=documented(NotSignedIn))
async def get_session(found: CurrentSession) -> SessionAnswer:
    """Who is signed in."""
    return SessionAnswer(account=found.account, created_at=found.created_at, expires_at=found.expires_at)


@router.post(
    "/agent-keys",
    operation_id="authorise_agent",
    tags=["agents"],
    status_code=201,
    responses=documented(
        BadRequest,
        BadSignature,
        WrongSigner,
        WrongDomain,
        Expired,
        DeadlineTooFar,
        UnknownDataset,
        InvalidBody,
        ChainUnavailable,
        RateLimited,
    ),
)
async def authorise_agent(body: AgentKeyRequest, services: ServicesDep, session: Write) -> AgentKeyAnswer:
    """A wallet lets an agent key sign its labels of one dataset, twelve hours at most. The signature is the
    authority."""
    services.limits.check("agent-key", CALLER.get())
    domain = await ledger_domain(session, services.chain_id, body.dataset)
    return _show(await service.authorise_agent(session, services.verifier, domain, body))


@router.get("/agent-keys", operation_id="list_agents", tags=["agents"], responses=documented(NotSignedIn))
async def list_agents(wallet: CurrentWallet, session: Read) -> AgentKeysAnswer:
    """The caller's agent keys that have not ended."""
    return AgentKeysAnswer(items=[_show(found) for found in await agents.list_of(session, wallet)])


@router.delete(
    "/agent-keys/{digest}",
    operation_id="revoke_agent",
    tags=["agents"],
    status_code=204,
    responses=documented(NotSignedIn, NotFound),
)
async def revoke_agent(digest: Bytes32Path, wallet: CurrentWallet, session: Write) -> Response:
    """Stops new receipts for this key at once. Receipted rows stay valid."""
    await agents.revoke(session, digest, wallet)
    return Response(status_code=204)


def _show(stored: StoredKey) -> AgentKeyAnswer:
    key = stored.key
    return AgentKeyAnswer(
        digest=stored.digest,
        dataset=key.dataset,
        account=key.account,
        agent=key.agent,
        not_before=key.not_before,
        not_after=key.not_after,
        revoked=stored.revoked,
    )
