"""Path and query parameters in the API's words: text -> **address or 32 bytes** -> endpoint."""

from typing import Annotated

from fastapi import Path, Query

from cota.http.schemas import Account, Bytes32

AddressPath = Annotated[
    Account, Path(description="An address in any case; a wrong EIP-55 checksum is refused")
]
AddressQuery = Annotated[
    Account, Query(description="An address in any case; a wrong EIP-55 checksum is refused")
]
WebhookPath = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="`id` of a webhook")]
Bytes32Path = Annotated[Bytes32, Path(description="0x and 64 hex digits")]
Bytes32Query = Annotated[Bytes32, Query(description="0x and 64 hex digits")]
