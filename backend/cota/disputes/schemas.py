"""JSON of appeals and of what is held against a refusal."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from cota.http.schemas import (
    Amount,
    Answer,
    Bytes32,
    Contract,
    Instant,
    OnChain,
    Request,
    RequestAmount,
    Signature,
    Token,
)

UINT64_MAX = 2**64 - 1


class RoundAnswer(Answer):
    """A panel of a case. Times are null until it is drawn; voting ends earlier when all have voted."""

    round: int
    state: Literal["drawing", "voting", "appealed", "ruled"]
    seats: int | None
    commit_ends_at: Instant | None
    reveal_ends_at: Instant | None
    committed: int
    revealed: int


class AppealCase(OnChain):
    """The appeal as the court has it. `deadline`: from then on anyone may end it, with or without a ruling."""

    case: str
    state: Literal["open", "upheld", "dismissed", "unruled", "moot", "referred"]
    units: Annotated[Amount, Field(description="Shares that she says she misses")]
    has_penalty: bool
    evidence: Bytes32
    bond: Amount
    deadline: Instant
    round: RoundAnswer | None
    correction: Annotated[
        str | None, Field(description="Number under which the missing shares are claimed, once upheld")
    ]
    missed: Annotated[Amount | None, Field(description="What they would have earned, in the payment token")]
    paid: Annotated[Amount | None, Field(description="What was paid for that from the bond, in COTA")]


class AppealAnswer(Answer):
    """Whether an account may appeal an epoch, until when, and what became of it if it did. `until` is null before the
    epoch is final."""

    account: Contract
    dataset: Bytes32
    epoch: int
    until: Annotated[Instant | None, Field(description="Later the court refuses")]
    may_appeal: bool
    labels: Annotated[int, Field(description="The account's rows of the epoch")]
    counted: Annotated[Amount, Field(description="Shares that the epoch gives it")]
    penalty: Amount
    most: Annotated[Amount, Field(description="The most shares that an appeal may ask for")]
    bond: Annotated[Amount, Field(description="Lost if the jurors say that she is wrong")]
    token: Annotated[Token, Field(description="Of bond and penalty")]
    case: AppealCase | None


class AppealRequest(Request):
    """`units`: shares that she misses, 0 against a penalty alone; `evidence`: SHA-256 of a file that says why."""

    units: RequestAmount
    evidence: Bytes32


class CallAnswer(Answer):
    """A transaction to be signed and sent by the account itself."""

    what: Literal["approve-bond", "appeal"]
    to: Contract
    data: Signature
    value: Annotated[Amount, Field(description="In wei")]


class AppealCallAnswer(Answer):
    """The appeal, ready to sign: in this order, all by the account. The court would take it at the time of the
    answer."""

    account: Contract
    chain_id: int
    until: Instant
    bond: Amount
    held: Annotated[Amount, Field(description="What the wallet has of the bond's token")]
    token: Token
    fee: Annotated[Amount, Field(description="The jurors', in wei, whatever they say")]
    transactions: list[CallAnswer]


class GoldOpening(Answer):
    """What the publisher committed to for an item before anybody labelled it: give index, label and salt to
    `gold_leaf`, and the proof leads to the batch's gold root on chain."""

    batch: int
    item_index: int
    label: Annotated[JsonValue, Field(description="null: the item has no gold")]
    salt: Bytes32
    leaf: Bytes32
    gold_root: Bytes32
    proof: list[Bytes32]


class EvidenceAnswer(Answer):
    """What stands behind a refusal of one of her rows. `answers`: labels that the item had when the epoch was scored;
    `proven_answers`: of these, by accounts whose votes decided."""

    index: int
    row_id: Bytes32
    item_ref: Bytes32
    label: JsonValue
    label_salt: Bytes32 | None
    reason: Annotated[
        str,
        Field(
            description="Why it does not count; `penalty`: it counts, and bears on the penalty of the epoch"
        ),
    ]
    answers: int
    proven_answers: int
    gold: GoldOpening


class SeatAnswer(Answer):
    """A juror's seat on a panel. `ruling`: 0 no answer, 1 for who brought the case, 2 against,
    null until it is revealed."""

    dataset: Bytes32
    case: str
    epoch: int
    ground: Literal["scoring", "data", "wallet", "appeal"]
    state: Literal["open", "upheld", "dismissed", "unruled", "moot", "referred"]
    evidence: Bytes32
    arbiter: Contract
    dispute: str
    round: int
    round_state: Literal["drawing", "voting", "appealed", "ruled"]
    commit_ends_at: Instant
    reveal_ends_at: Instant
    committed: bool
    ruling: int | None
    deadline: Instant
    block: int
