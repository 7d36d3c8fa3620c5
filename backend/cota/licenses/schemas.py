"""JSON of licences."""

from typing import Annotated, Literal

from pydantic import Field

from cota.http.schemas import Amount, Answer, Bytes32, Contract, Instant, OnChain, Token


class DeliveryAnswer(OnChain):
    """What is said of the delivery of a licence's last payment. Coordinator, price (in the licence's `token`) and
    `due_at` stand once it was demanded, `returned` (base units of COTA) once it was ruled on."""

    state: Literal["demanded", "answered", "disputed", "acknowledged", "upheld", "returned"]
    coordinator: Contract | None
    price: Amount | None
    due_at: Instant | None
    answered: bool
    returned: Amount | None


class LicenseAnswer(OnChain):
    """A licence opens the rows of `epochs`, those finalised when it was bought or renewed. `expires_at` null:
    for good. `due_at`: when the next report is due, null where none is; `overdue` ones can be made good by
    a late report, and are counted."""

    license: Annotated[str, Field(description="The token's id, decimal")]
    dataset: Bytes32
    receiver: Contract
    payer: Contract
    license_class: Annotated[int, Field(alias="class", serialization_alias="class")]
    price: Amount
    epochs: list[int]
    terms_hash: Bytes32
    expires_at: Instant | None
    expired: bool
    renewed_block: int | None
    due_at: Instant | None
    overdue: bool
    reports: int
    late: int
    delivery: DeliveryAnswer | None
    token: Token
    export_url: str


class RoyaltyAnswer(OnChain):
    """What was paid under a licence for use of its labels, on top of its price."""

    payer: Contract
    amount: Amount
    report_hash: Annotated[Bytes32 | None, Field(description="Names the report of use that came with it")]
    token: Token
    at: Instant


class CheckAnswer(Answer):
    """Whether an account may download a dataset now, and by which licence."""

    licensed: bool
    dataset: Bytes32
    address: Contract
    license: str | None
    epochs: list[int]
    expires_at: Annotated[Instant | None, Field(description="null for good, and without a licence")]
    export_url: str | None
