"""JSON of sign-in and of agent keys."""

from typing import Annotated

from pydantic import Field

from cota.auth.domains import GivenDomain
from cota.http.schemas import Account, Answer, Bytes32, Contract, Instant, Request, Signature, UnixTime


class NonceAnswer(Answer):
    nonce: str
    expires_at: Instant
    domain: Annotated[str, Field(description="What the message must name as its domain")]
    uri: str
    chain_id: int
    time: Annotated[Instant, Field(description="The server's clock")]


class SignInRequest(Request):
    """`message`: EIP-4361 text, exactly as signed with personal_sign."""

    message: Annotated[str, Field(max_length=4096)]
    signature: Signature


class SignInAnswer(Answer):
    token: str
    account: Contract
    expires_at: Instant


class SessionAnswer(Answer):
    account: Contract
    created_at: Instant
    expires_at: Instant


class AgentKeyRequest(Request):
    """The members of the signed `AgentKey` statement (docs/signing.md); times are Unix seconds."""

    dataset: Bytes32
    account: Account
    agent: Account
    not_before: UnixTime
    not_after: UnixTime
    signature: Signature
    domain: GivenDomain | None = None


class AgentKeyAnswer(Answer):
    digest: Bytes32
    dataset: Bytes32
    account: Contract
    agent: Contract
    not_before: int
    not_after: int
    revoked: bool


class AgentKeysAnswer(Answer):
    items: list[AgentKeyAnswer]
