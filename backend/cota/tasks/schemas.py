"""JSON of leases."""

from typing import Annotated

from pydantic import Field, JsonValue

from cota.http.schemas import Answer, Bytes32, Instant, Request

MOST_AT_ONCE = 50


class LeaseRequest(Request):
    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1


class Task(Answer):
    """What a contributor sees of an item: not its place, not whether it has gold."""

    content: JsonValue
    item_ref: Bytes32


class LeaseAnswer(Answer):
    id: Bytes32
    dataset: Bytes32
    item: Task
    created_at: Instant
    expires_at: Instant


class LeasesAnswer(Answer):
    leases: list[LeaseAnswer]


class HeartbeatAnswer(Answer):
    id: Bytes32
    expires_at: Instant
