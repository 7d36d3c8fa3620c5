"""JSON of reports, takedowns and erasures."""

from typing import Annotated, Literal

from pydantic import Field

from cota.http.schemas import Answer, Bytes32, Contract, Instant, Request

Reason = Literal["illegal", "personal-data", "copyright", "offensive", "spam", "other"]


class ReportRequest(Request):
    """`item_ref`: one item; without it the dataset itself (its title, description or question)."""

    item_ref: Bytes32 | None = None
    reason: Reason
    note: Annotated[str, Field(max_length=2000)] = ""


class ReportedAnswer(Answer):
    id: int


class ReportAnswer(Answer):
    id: int
    item_ref: Bytes32 | None
    reason: Reason
    note: str
    at: Instant
    state: Literal["open", "taken-down", "dismissed"]


class TakedownRequest(Request):
    """`note` is public: it stands in the dataset's log of takedowns."""

    item_ref: Bytes32
    reason: Reason
    note: Annotated[str, Field(max_length=500)] = ""


class TakedownAnswer(Answer):
    """Public: what was taken down, by whom, why. The item itself is gone; its digest stays."""

    item_ref: Bytes32
    by: Contract
    role: Literal["publisher", "operator"]
    reason: Reason
    note: str
    at: Instant


class ErasureAnswer(Answer):
    """`erased` labels and salts are gone for good, their digests stay; `waiting` ones can be erased once their epoch is
    final: until then they decide what everybody is paid."""

    erased: int
    waiting: int
