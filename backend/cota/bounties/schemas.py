"""JSON of bounties."""

from typing import Annotated, Literal

from pydantic import Field

from cota.datasets.schemas import PromiseAnswer
from cota.http.schemas import (
    Account,
    Amount,
    Answer,
    Bytes32,
    Contract,
    Instant,
    OnChain,
    Request,
    RequestAmount,
    RequestAmount128,
    Signature,
    Token,
)


class BountyAnswer(OnChain):
    """Cash for the labels of checkpoints from `first_checkpoint` on that are made no later than `ends_at`. `funded` is
    `assigned` to epochs, `returned` to the publisher, or `free`."""

    bounty: Annotated[str, Field(description="Its number in the escrow")]
    dataset: Bytes32
    escrow: Contract
    publisher: Contract
    token: Token
    per_label: Annotated[Amount, Field(description="For `units_per_label` share units, an average label's")]
    units_per_label: Amount
    first_checkpoint: int
    opened_at: Instant
    ends_at: Annotated[Instant | None, Field(description="null while it is open")]
    state: Annotated[
        Literal["open", "closing", "ended", "returned"],
        Field(
            description="closing: checkpoints made until `ends_at` are still paid; returned: nothing is left in it"
        ),
    ]
    funded: Amount
    assigned: Amount
    paid: Annotated[Amount, Field(description="Of what was assigned, what its leaves got")]
    returned: Amount
    free: Amount
    labels_left: Annotated[Amount, Field(description="Average labels that what is free pays for")]
    epochs: Annotated[int, Field(description="How many took their part, corrections among them")]


class PartAnswer(OnChain):
    """What an epoch took of a bounty; each of its leaves gets `units / total_units` of it, rounded down."""

    epoch: int
    correction: Annotated[
        str | None, Field(description="The correcting epoch's number, after an upheld appeal")
    ]
    amount: Amount
    total_units: Amount
    paid_units: Amount
    paid: Amount
    free: Annotated[Amount, Field(description="Of the bounty, after it")]
    at: Instant


class LeafToPay(Answer):
    """A leaf with its proof, as the escrow's `pay` and `payTo` take it."""

    epoch: str
    index: int
    account: Contract
    units: Amount
    penalty: Amount
    proof: list[Bytes32]


class BountyEarnedAnswer(Answer):
    """What one epoch brings an account of one bounty: `part` x `units` / `total_units`, rounded down. `waiting`: the
    epoch's part is not taken yet, and `amount` is what it is by what is free now. Until it is paid, `leaf` is there to
    take it oneself; after that, who got it, and where."""

    bounty: str
    escrow: Contract
    epoch: int
    correction: Annotated[
        str | None, Field(description="The correcting epoch's number, after an upheld appeal")
    ]
    state: Literal["paid", "owed", "waiting"]
    units: Amount
    part: Amount | None
    total_units: Amount
    amount: Amount
    token: Token
    to: Annotated[Contract | None, Field(description="The account, its successor, or whom one of them named")]
    at: Instant | None
    block: int | None
    tx_hash: Bytes32 | None
    status: Literal["indexed", "final"] | None
    leaf: LeafToPay | None


class CashAnswer(Answer):
    """What bounties of a dataset paid an account, or it as the successor of a lost key, and what they promise now."""

    dataset: Bytes32
    paid: Amount
    token: Token
    bounty: Annotated[
        PromiseAnswer | None, Field(description="For a label that is made now; null: no bounty has money")
    ]


class OpenRequest(Request):
    """`per_label`: base units for an average label; `amount`: what is put aside at once."""

    per_label: RequestAmount128
    amount: RequestAmount


class FundRequest(Request):
    """`account` pays; what no epoch takes goes back to the publisher all the same."""

    account: Account
    amount: RequestAmount


class ReturnRequest(Request):
    to: Account


class BountyCall(Answer):
    """A transaction to be signed and sent by the account itself."""

    what: Literal["approve", "open", "fund", "close", "take-back"]
    to: Contract
    data: Signature
    value: Annotated[Amount, Field(description="In wei")]


class BountyCallsAnswer(Answer):
    """Transactions ready to sign, in this order, all by the account. The escrow would take the last one at the time of
    the answer, but for money that the account lacks: `held` is what it has."""

    account: Contract
    chain_id: int
    token: Token
    amount: Annotated[Amount, Field(description="What the account pays, 0 where it pays nothing")]
    held: Amount
    transactions: list[BountyCall]
