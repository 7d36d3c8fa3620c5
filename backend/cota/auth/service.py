"""Signing in and letting agents sign: api -> **service** -> nonces, sessions, agents.

Promises: a sign-in message is for this host, port and chain or it is refused; its nonce is consumed in the
transaction that opens the session, after the signature was verified, so nobody burns another's and a replay
opens nothing.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from cota.auth import agents, nonces, sessions, siwe
from cota.auth.agents import StoredKey
from cota.auth.domains import check_domain
from cota.auth.schemas import AgentKeyRequest
from cota.auth.typed import AgentKey, Domain, digest
from cota.auth.verify import SignatureVerifier
from cota.store.session import WriteSession
from cota.units import Address


def site_of(api_url: str) -> str:
    """What a sign-in message names as its domain: host, and port unless it is the scheme's own."""
    return urlsplit(api_url).netloc.rpartition("@")[2]


async def sign_in(
    session: WriteSession,
    verifier: SignatureVerifier,
    message: str,
    signature: bytes,
    *,
    api_url: str,
    chain_id: int,
) -> tuple[str, Address, datetime]:
    """(token, account, end). Raises the problem of whatever is wrong first."""
    parsed = siwe.parse(message)
    siwe.check(parsed, domain=site_of(api_url), uri=api_url, chain_id=chain_id, now=datetime.now(UTC))
    await verifier.verify_sign_in(parsed.address, siwe.text_digest(message), signature)
    await nonces.consume(session, parsed.nonce)
    token, expires_at = await sessions.open_session(session, parsed.address)
    return token, parsed.address, expires_at


async def authorise_agent(
    session: WriteSession, verifier: SignatureVerifier, domain: Domain, body: AgentKeyRequest
) -> StoredKey:
    """Stores an agent key that its wallet signed. The same key again: the stored one, unchanged."""
    check_domain(body.domain, domain)
    key = AgentKey(body.dataset, body.account, body.agent, body.not_before, body.not_after)
    name = digest(domain, key)
    known = await agents.find(session, name)
    if known is not None:
        return known
    verified = await agents.check(verifier, domain, key, body.signature)
    await agents.save(session, name, key, verified)
    return StoredKey(name, key, verified.signature, revoked=False)
