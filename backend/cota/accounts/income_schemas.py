"""JSON of income: payments down to an account's part, epochs, labels."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from cota.http.schemas import Amount, Answer, Bytes32, Contract, Instant, OnChain, Token


class IncomeSource(Answer):
    """Shares that earned a part. `epoch`: whose labels they are for, null for shares of others' labels."""

    origin: Annotated[
        Literal["epoch", "correction", "received", "inherited"],
        Field(description="`correction`: given by an upheld appeal against that epoch"),
    ]
    epoch: int | None
    units: Amount


class IncomeRow(OnChain):
    """A payment that reached the account. `gross` was paid in all, `amount` of it to all holders of `supply` shares,
    `part` of that for `shares` of the account's, claimed or not."""

    at: Instant
    log_index: int
    kind: Literal["payment", "sale", "renewal", "royalty", "audit-fee"]
    payer: Contract
    license: Annotated[str | None, Field(description="The licence that was bought or used")]
    gross: Amount
    amount: Amount
    supply: Amount
    shares: Amount
    part: Annotated[
        Amount,
        Field(
            description="Whole base units: rounded so that the sum of all parts until then is rounded down"
        ),
    ]
    exact: Annotated[str, Field(description="The same, exact: base units with 19 digits behind the point")]
    sources: list[IncomeSource]


class Inheritance(Answer):
    """Revenue that came with the shares of a lost key, or went with them to a successor."""

    at: Instant
    block: int
    log_index: int
    tx_hash: Bytes32
    kind: Literal["inherited", "passed-on"]
    units: Amount
    amount: Amount


class IncomeTotals(Answer):
    """`parts` of all payments + `inherited` - `passed_on` = `claimed` + `claimable`, to the last base unit, where the
    contract's own figures make the right side. `claimable` is with the shares that wait to be claimed."""

    parts: Amount
    inherited: Amount
    passed_on: Amount
    claimed: Amount
    claimable: Amount
    bounties: Annotated[Amount, Field(description="What bounties paid for labels, apart from all of this")]


class IncomeAnswer(Answer):
    """One page of payments, in the order of the chain; totals and inheritances are of the whole."""

    account: Contract
    dataset: Bytes32
    token: Token
    totals: IncomeTotals
    inheritances: list[Inheritance]
    items: list[IncomeRow]
    next: Annotated[str | None, Field(description="Cursor of the following page, null at the end")]


class Wage(Answer):
    """Labels that an epoch pays for: `weight` thousandths of a label, at a skill in billionths (its square counts),
    above the skill that they were paid at before."""

    epoch: Annotated[int, Field(description="The epoch that scored them")]
    weight: int
    skill: int
    paid_at: int


class EarnedAnswer(Answer):
    """A settled epoch, as far as it is the account's. Units of an epoch: the sum over `wages` of weight / 1000 x
    (skill^2 - paid_at^2) x the terms' units per label / 2, the epoch's total handed out by largest remainder."""

    epoch: int
    labels: Annotated[int, Field(description="Her rows of the epoch's log")]
    counted: Annotated[int | None, Field(description="Labels on items that this epoch settled")]
    weight: Annotated[int | None, Field(description="What those weigh, in thousandths of a label")]
    skill: Annotated[int | None, Field(description="In billionths")]
    proven: bool | None
    units: Amount
    penalty: Amount
    wages: list[Wage]
    block: Annotated[int, Field(description="Where it was finalised")]


class EarningLabel(Answer):
    """One's own label. `settled_in`: the epoch that counted it, null if none did yet; `weight`: what it counts there,
    in thousandths of a label, null where single labels are not weighed."""

    epoch: int
    index: int
    row_id: Bytes32
    item_ref: Bytes32
    label: JsonValue
    settled_in: int | None
    weight: int | None
    reason: Annotated[str | None, Field(description="Why the row did not count, told to its author alone")]
