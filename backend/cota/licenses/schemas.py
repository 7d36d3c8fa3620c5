"""JSON of licences."""

from typing import Annotated

from pydantic import Field

from cota.http.schemas import Amount, Answer, Bytes32, Contract, OnChain, Token


class LicenseAnswer(OnChain):
    """A licence opens the rows of `epochs`, those finalised when it was bought or renewed. `expires_at` 0:
    for good."""

    license: Annotated[str, Field(description="The token's id, decimal")]
    dataset: Bytes32
    receiver: Contract
    payer: Contract
    license_class: Annotated[int, Field(alias="class", serialization_alias="class")]
    price: Amount
    epochs: list[int]
    terms_hash: Bytes32
    expires_at: int
    expired: bool
    renewed_block: int | None
    token: Token
    export_url: str


class CheckAnswer(Answer):
    """Whether an account may download a dataset now, and by which licence."""

    licensed: bool
    dataset: Bytes32
    address: Contract
    license: str | None
    epochs: list[int]
    expires_at: int | None
    export_url: str | None
