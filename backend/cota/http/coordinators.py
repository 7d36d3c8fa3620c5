"""Whose receipts this service may sign: mirror.receipt_keys -> **coordinators** -> submission, `ours`.

Promises: a receipt is only signed when the chain says that this service's key signs for the dataset's
acting coordinator, now or two seconds ago: who was succeeded signs no more.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text

from cota.errors import DomainError
from cota.http.remembered import Remembered
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


@dataclass(frozen=True, slots=True)
class Registered:
    """Who registered the key, and who succeeded whom, by dataset."""

    coordinators: frozenset[Address]
    successors: Mapping[bytes, Address]


class Coordinators:
    """The coordinators that registered this service's receipt key; None when it has no key."""

    def __init__(self, database: Database, key: Address | None) -> None:
        self._database = database
        self.key = key
        self._known: Remembered[Address, Registered] = Remembered(KEEP_SECONDS, 1)

    async def include(self, dataset: bytes, coordinator: Address) -> bool:
        """Whether the dataset, whose terms name `coordinator`, is this service's to receipt."""
        if self.key is None:
            return False
        known = await self._known.of(self.key, partial(self._read, self.key))
        return known is not None and known.successors.get(dataset, coordinator) in known.coordinators

    async def _read(self, key: Address) -> Registered:
        row = {"key": address_bytes(key), "now": int(time.time())}
        async with self._database.read() as session:
            found = frozenset(address_of(bytes(one)) for one in (await session.execute(_OURS, row)).scalars())
            successions = (await session.execute(_SUCCESSIONS)).all()
        return Registered(
            found, {bytes(one.dataset): address_of(bytes(one.successor)) for one in successions}
        )
