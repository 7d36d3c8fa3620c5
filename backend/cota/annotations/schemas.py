"""JSON of annotations, receipts and proofs."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from cota.auth.domains import GivenDomain
from cota.http.schemas import (
    WHOLE,
    Account,
    Answer,
    Bytes32,
    Contract,
    Instant,
    OnChain,
    Request,
    RequestNumber,
    Signature,
    UnixTime,
)

MOST_AT_ONCE = 50


class AnnotationBody(Request):
    """The members of the signed `Annotation` statement (docs/signing.md); the dataset stands in the path. `kind`: 0 a
    label, 1 a review; as the lease is."""

    item_ref: Bytes32
    kind: Annotated[Literal[0, 1], WHOLE]
    label_commitment: Bytes32
    lease: Bytes32
    account: Account
    nonce: RequestNumber
    deadline: UnixTime


class SubmitRequest(Request):
    """`signature`: of the wallet, or of the agent whose key `agent_key_digest` names."""

    annotation: AnnotationBody
    label: JsonValue
    label_salt: Bytes32
    signature: Signature
    agent_key_digest: Bytes32 | None = None
    domain: GivenDomain | None = None


class SubmitManyRequest(Request):
    annotations: Annotated[list[SubmitRequest], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ReceiptAnswer(Answer):
    """The coordinator's promise that `row_id` will stand at `index` of the log by `include_by` (Unix
    seconds)."""

    dataset: Bytes32
    index: int
    row_id: Bytes32
    include_by: int
    signature: Signature
    key: Contract


class SubmitAnswer(Answer):
    row_id: Bytes32
    receipt: ReceiptAnswer


class RowResult(Answer):
    """What became of one row of a batch: a receipt, or a problem (RFC 9457) and nothing stored."""

    row_id: Bytes32
    status: Annotated[int, Field(description="The HTTP status that the row would have had alone")]
    receipt: ReceiptAnswer | None
    problem: dict[str, Any] | None


class SubmitManyAnswer(Answer):
    results: list[RowResult]


class InclusionAnswer(OnChain):
    """Proof that the row is in the log: leaf `position` = `index - from_index` of `count` leaves under `log_root`
    (docs/signing.md says how it is hashed)."""

    dataset: Bytes32
    row_id: Bytes32
    checkpoint: int
    index: int
    from_index: int
    position: int
    count: int
    log_root: Bytes32
    proof: list[Bytes32]


class OwnAnnotation(Answer):
    """One's own row: all that its row id follows from. With their signatures rows come in the backup."""

    dataset: Bytes32
    index: int
    row_id: Bytes32
    item_ref: Bytes32
    kind: int
    label: JsonValue
    label_salt: Bytes32 | None
    label_commitment: Bytes32
    lease: Bytes32
    nonce: Annotated[str, Field(description="Decimal")]
    deadline: int
    received_at: Instant
    receipt: ReceiptAnswer
    checkpoint: int | None
    outcome: Annotated[
        Literal["waiting", "counted", "not-counted"],
        Field(description="`waiting` until the epoch is scored"),
    ]
    reason: Annotated[str | None, Field(description="Why the row did not count, told to its author alone")]
