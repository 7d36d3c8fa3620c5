"""Whose receipts this service may sign: mirror.receipt_keys -> **coordinators** -> submission, `ours`.

Promises: a receipt is only signed when the chain says that this service's key signs for the dataset's
acting coordinator now: who was succeeded signs no more.
"""

import time

from sqlalchemy import text

from cota.errors import DomainError
from cota.store.session import Database
from cota.units import Address, address_bytes, address_of

KEEP_SECONDS = 2.0

_OURS = text(
    "SELECT coordinator FROM mirror.receipt_keys"
    " WHERE key = :key AND valid_from <= :now AND (valid_until = 0 OR valid_until > :now)"
)
_SUCCESSIONS = text("SELECT dataset, successor FROM mirror.successions")


class OtherCoordinator(DomainError):
    """The dataset is coordinated elsewhere, or this service's receipt key is not valid for it now."""

    slug, title, status = "other-coordinator", "This service does not coordinate the dataset", 409


class Coordinators:
    """The coordinators that registered this service's receipt key; None when it has no key."""

    def __init__(self, database: Database, key: Address | None) -> None:
        self._database = database
        self.key = key
        self._known: frozenset[Address] = frozenset()
        self._successors: dict[bytes, Address] = {}
        self._read_at = float("-inf")

    async def include(self, dataset: bytes, coordinator: Address) -> bool:
        """Whether the dataset, whose terms name `coordinator`, is this service's to receipt."""
        if self.key is None:
            return False
        if coordinator not in self._known or time.monotonic() - self._read_at > KEEP_SECONDS:
            await self._read()
        return self._successors.get(dataset, coordinator) in self._known

    async def _read(self) -> None:
        assert self.key is not None
        self._read_at = (
            time.monotonic()
        )  # first: those who come meanwhile take what is known instead of asking too
        row = {"key": address_bytes(self.key), "now": int(time.time())}
        async with self._database.read() as session:
            found = (await session.execute(_OURS, row)).scalars()
            self._known = frozenset(address_of(bytes(one)) for one in found)
            successions = (await session.execute(_SUCCESSIONS)).all()
            self._successors = {bytes(one.dataset): address_of(bytes(one.successor)) for one in successions}
