"""Column types that keep Python and SQL honest: units -> **types** -> tables.

Promises: an address is checksummed text in Python and 20 bytes in SQL, a 32-byte value has 32 bytes on both
sides, an amount is `int` and never float or Decimal, a time has its zone and is UTC.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, Numeric
from sqlalchemy.types import TypeDecorator

from cota.units import Address, address_bytes, address_of, hash32


class AddressColumn(TypeDecorator[Address]):
    """BYTEA of 20 bytes; `Address` in Python."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else address_bytes(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Address | None:
        return None if value is None else address_of(bytes(value))


class Bytes32Column(TypeDecorator[bytes]):
    """BYTEA of 32 bytes; `bytes` in Python."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else hash32(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> bytes | None:
        return None if value is None else bytes(value)


class AmountColumn(TypeDecorator[int]):
    """NUMERIC(78,0), room for every uint256 and int256; `int` in Python."""

    impl = Numeric(78, 0)
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise TypeError(f"an amount is an int, not {type(value).__name__}")
        return value

    def process_result_value(self, value: Decimal | int | None, _dialect: Dialect) -> int | None:
        return None if value is None else int(value)


class UtcColumn(TypeDecorator[datetime]):
    """TIMESTAMPTZ; UTC in Python whatever zone the session or the machine is in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time needs its zone")
        return value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)
