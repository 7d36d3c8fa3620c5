"""JSON of accounts: joining, leaving, holdings, statement."""

from typing import Annotated, Literal

from pydantic import Field

from cota.auth.domains import GivenDomain
from cota.http.schemas import (
    TRUE,
    Account,
    Amount,
    Answer,
    Bytes32,
    Contract,
    Instant,
    OnChain,
    Request,
    RequestAmount128,
    RequestNumber,
    Signature,
    Token,
    UnixTime,
)


class JoinRequest(Request):
    """The members of the signed `Join` statement (docs/signing.md); the dataset stands in the path."""

    account: Account
    terms_hash: Bytes32
    penalty_cap: RequestAmount128
    nonce: RequestNumber
    deadline: UnixTime
    signature: Signature
    consent: Annotated[
        Literal[True], TRUE, Field(description="The text of GET /v1/consent was read and agreed to")
    ]
    domain: GivenDomain | None = None


class LeaveRequest(Request):
    """The members of the signed `Leave` statement (docs/signing.md); the dataset stands in the path."""

    account: Account
    nonce: RequestNumber
    deadline: UnixTime
    signature: Signature
    domain: GivenDomain | None = None


class RelayAnswer(Answer):
    """Sent by the relayer. Wait with `min_block=block_number` on the next read; null: not mined yet."""

    tx_hash: Bytes32
    block_number: int | None
    status: Literal["pending", "indexed", "final"]


class ConsentAnswer(Answer):
    text: str
    text_hash: Bytes32


class MembershipAnswer(OnChain):
    dataset: Bytes32
    sponsor: Contract
    stake: Annotated[Amount, Field(description="What was posted")]
    penalty_cap: Amount
    penalised: Annotated[Amount, Field(description="What penalties took of it")]
    state: Literal["active", "leaving", "ended"]
    left_at: Instant | None


class ShareAnswer(Answer):
    """`claimable` is what the contract's `claimable()` says at the indexed block; `claimable_with_unclaimed`
    adds the revenue of the shares of finalised epochs that wait to be claimed. Amounts in `token`, shares in
    units of 6 decimals."""

    dataset: Bytes32
    shares: Contract
    balance: Amount
    unclaimed_units: Amount
    claimable: Amount
    claimable_with_unclaimed: Amount
    claimed: Amount
    token: Token


class AccountAnswer(Answer):
    account: Contract
    free_stake: Amount
    stake_token: Token
    memberships: list[MembershipAnswer]
    shares: list[ShareAnswer]


class StatementRow(Answer):
    """One fact of the chain. `units` are shares, `amount` is in `token`; `attributable` is this account's
    part of a payment to all holders, also for its shares that nobody claimed yet, rounded so that the sum of all until
    then is rounded down; where it comes from, `/datasets/{dataset}/income` tells. What bounties paid for labels is no
    part of that: `amount` is for `units` of `epoch`, by `bounty`."""

    at: Instant
    block: int
    log_index: int
    tx_hash: Bytes32
    dataset: Bytes32
    kind: Literal[
        "joined",
        "left",
        "penalised",
        "released",
        "shares-claimed",
        "shares-inherited",
        "shares-passed-on",
        "shares-received",
        "shares-sent",
        "payment",
        "revenue-claimed",
        "bounty",
        "bounty-inherited",
        "bounty-passed-on",
    ]
    units: Amount | None
    amount: Amount | None
    attributable: Amount | None
    balance: Amount | None
    token: str | None
    decimals: int | None
    bounty: Annotated[str | None, Field(description="Its number; only where a bounty paid")]
    epoch: Annotated[int | None, Field(description="The checkpoint whose labels it paid")]


class StatementAnswer(Answer):
    """A page of facts, in the order of the chain."""

    account: Contract
    rows: list[StatementRow]
    next: Annotated[str | None, Field(description="Cursor of the following page, null at the end")]
    labels: Annotated[
        int | None, Field(description="Own receipted rows; only with the account's own session")
    ]
