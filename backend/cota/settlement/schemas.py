"""JSON of epochs, leaves and claims."""

from typing import Annotated, Literal

from pydantic import Field

from cota.http.schemas import Account, Amount, Answer, Bytes32, Contract, Instant, OnChain, Request, Token


class EpochAnswer(OnChain):
    """A checkpoint of rows [from_index, to_index) and its settlement. Members after `data_hash` are null
    before a proposal."""

    epoch: int
    from_index: int
    to_index: int
    log_root: Bytes32
    data_hash: Bytes32
    state: Literal["checkpointed", "proposed", "disputed", "rejected", "finalized"]
    checkpointed_at: Instant
    attempt: int | None
    settlement_root: Bytes32 | None
    total_units: Amount | None
    leaf_count: int | None
    file_hash: Bytes32 | None
    proposer: Contract | None
    window_ends_at: Instant | None
    finalized_block: int | None
    file_url: Annotated[str | None, Field(description="Where the epoch file is, if this service holds it")]


class AttemptAnswer(OnChain):
    """A settlement that was proposed for a checkpoint. Of one that fell, `forfeited` is what its proposer lost of
    `bond` (base units of COTA), and `settle_by` is until when another can be proposed; null of all others."""

    attempt: int
    state: Literal["proposed", "disputed", "rejected", "finalized"]
    settlement_root: Bytes32
    total_units: Amount
    leaf_count: int
    file_hash: Bytes32
    proposer: Contract
    bond: Amount
    window_ends_at: Instant
    forfeited: Amount | None
    settle_by: Instant | None
    at: Instant


class SlashAnswer(OnChain):
    """What was taken from a coordinator's bond: `credited` of `amount` is `to`'s, the rest is burnt, `balance` is what
    stays. Of a proven fault also which, its place, and who showed it; null where a court or the delivery desk ruled."""

    dataset: Bytes32
    by: Annotated[Contract, Field(description="The contract that decided")]
    fault: Literal["omission", "unanswered", "equivocation", "expiry"] | None
    place: Annotated[str | None, Field(description="A row's index; of an expiry the checkpoint's number")]
    prover: Contract | None
    amount: Amount
    to: Contract
    credited: Amount
    balance: Amount
    token: Token
    at: Instant


class LeafAnswer(Answer):
    """An account's claim on an epoch: give it to `claimShares`."""

    dataset: Bytes32
    epoch: int
    index: int
    account: Contract
    units: Amount
    penalty: Amount
    leaf: Bytes32
    proof: list[Bytes32]


class StandingAnswer(Answer):
    """How far an account is with the scoring of a dataset. Members after `labels_wanted` are of the last epoch in
    which it had labels, null before one was scored."""

    account: Contract
    labels: Annotated[
        int, Field(description="Receipted labels of the epochs that still inform the scoring, and since")
    ]
    labels_wanted: Annotated[int, Field(description="Labels that are needed before an account can be proven")]
    epoch: int | None
    proven: bool | None
    skill: Annotated[int | None, Field(description="In billionths, taken cautiously; pay goes by its square")]
    counted: Annotated[int | None, Field(description="Labels on settled items")]


class ClaimRequest(Request):
    account: Account


class ClaimAnswer(Answer):
    """What was sent for the account: its shares of every finalised epoch, then its revenue, then what bounties owe it,
    paid to itself alone."""

    tx_hashes: list[Bytes32]
    block_number: int | None
    units: Amount
    revenue: Amount
    bounties: Amount
    token: Token
    refusal: Annotated[
        str | None,
        Field(description="Why revenue or bounties were not paid, such as a contract's missing consent"),
    ]
