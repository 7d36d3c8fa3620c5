"""JSON of leases."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from cota.http.schemas import Amount, Answer, Bytes32, Instant, Request

MOST_AT_ONCE = 50


Kind = Literal["label", "review"]
SkipReason = Literal["unclear", "too-hard", "not-my-field", "broken", "offensive", "personal-data", "illegal"]
FLAGS: tuple[SkipReason, ...] = ("broken", "offensive", "personal-data", "illegal")
"""Reasons that are about the item and not about who skips it: its publisher is told."""


class LeaseRequest(Request):
    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    kind: Annotated[
        Kind, Field(description="`review`: a second look at an item whose labels are all there and differ")
    ] = "label"


class SkipRequest(Request):
    reason: SkipReason
    note: Annotated[str, Field(max_length=1000)] = ""


class Task(Answer):
    """What a contributor sees of an item: not its place, not whether it has gold."""

    content: JsonValue
    item_ref: Bytes32


class LeaseAnswer(Answer):
    """`answers`: of a review, the different labels that the item has; whose they are is not told."""

    id: Bytes32
    dataset: Bytes32
    kind: Kind
    item: Task
    answers: list[JsonValue]
    created_at: Instant
    expires_at: Instant


class LeasesAnswer(Answer):
    leases: list[LeaseAnswer]


class HeartbeatAnswer(Answer):
    id: Bytes32
    expires_at: Instant


class FlagAnswer(Answer):
    """An item that contributors flagged: how many for which reason, and what they wrote."""

    item_ref: Bytes32
    content: JsonValue
    reasons: dict[str, int]
    notes: list[str]
    first_at: Instant


class ExtraSeatsAnswer(Answer):
    """An item that got more seats than the terms give: how many so far, how many of its seats are free, its labels."""

    item_ref: Bytes32
    content: JsonValue
    extra_seats: int
    open_seats: int
    labels: int


class CohortAnswer(Answer):
    """Accounts that joined before `block` and not before the cohort ahead: drawn for by its hash."""

    block: int
    block_hash: Bytes32
    members: Annotated[int, Field(description="Active members when it was drawn")]
    threshold: Annotated[
        Amount, Field(description="An item is drawn when its hash lies below; 2^256 takes all")
    ]
    spread: Annotated[int, Field(description="One section of 300 items is drawn out of so many in a row")]


class DrawAnswer(Answer):
    """All that is needed to draw again; `secret` is told once the dataset is closed."""

    commitment: Bytes32
    is_drawn: Annotated[
        bool, Field(description="False: the terms ask for no draw, items are given at random")
    ]
    secret: Bytes32 | None
    section: int
    cohort_blocks: int
    cohorts: list[CohortAnswer]
    next: Annotated[int | None, Field(description="Block after which the following cohorts come, by `after`")]
