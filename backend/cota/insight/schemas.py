"""JSON of what is seen before paying."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from cota.http.schemas import Answer, Bytes32, Request


class RateAnswer(Answer):
    """`right` of `of`; the true rate lies between `low` and `high` with 95 %."""

    right: int
    of: int
    rate: float
    low: float
    high: float


class HoldingAnswer(Answer):
    """Who holds the shares that were claimed, in 1/10,000 of all shares. `hhi`: sum of squared parts of the claimed
    ones, 10,000 for one holder (Herfindahl-Hirschman)."""

    holders: int
    largest_bps: int
    five_largest_bps: int
    publisher_bps: int
    unclaimed_bps: int
    hhi: int


class PayerAnswer(Answer):
    """Who paid into the holders' pool. Amounts are left out on purpose: a publisher who holds most shares can pay
    herself at the cost of the fee."""

    payments: int
    distinct: int
    distinct_without_publisher_and_holders: int


class QualityAnswer(Answer):
    """Of the finalised epochs. `on_gold`: labels equal to the publisher's hidden answer, items as groups.
    `agreement`: pairs of labels of one item by two people that are equal; null where equal is no measure
    (spans, boxes, polygons, free text). `alpha`: Krippendorff's, of at most 5,000 items, for the kinds of
    question that are scored: 1 perfect, 0 chance. `decided`: items that the scoring settled."""

    dataset: Bytes32
    epochs: list[int]
    labels: int
    items: int
    annotators: int
    on_gold: RateAnswer | None
    agreement: RateAnswer | None
    alpha: float | None
    decided: RateAnswer | None
    holding: HoldingAnswer
    payers: PayerAnswer


class PreviewAnswer(Answer):
    """Rows of an epoch, drawn by the hash of `beacon_block`, which came after the root of its log: anybody can
    draw again. `records` are lines of an export, with proofs; `items` the contents of their items, where the
    terms show them."""

    dataset: Bytes32
    policy: Literal["none", "labels", "items"]
    epoch: int | None = None
    beacon_block: int | None = None
    beacon: Bytes32 | None = None
    first: int | None = None
    count: int | None = None
    log_root: Bytes32 | None = None
    records: list[JsonValue] = []
    items: list[JsonValue] = []


class TrialRequest(Request):
    """`commitment` = keccak256 of the canonical JSON of {"answers", "salt"} that will open it."""

    commitment: Bytes32


class TrialAnswer(Answer):
    trial: str
    least_answers: int
    most_answers: int
    left_today: int


class OwnAnswer(Request):
    """An item by its reference, or by the hash of its canonical content, and the buyer's own label."""

    item: Bytes32
    label: JsonValue


class OpeningRequest(Request):
    answers: Annotated[list[OwnAnswer], Field(min_length=1, max_length=200)]
    salt: Bytes32


class ResultAnswer(RateAnswer):
    """How often the buyer's answers equal what the scoring decided; which ones is not told."""

    trial: str
