"""How accounts stand to datasets, while the mirror stands still: mirror -> **standings** -> tasks, annotations.

Whether a dataset is open and an account is its member is known from the chain alone, so an answer holds until the
mirror moves on. Promises: nothing is told of an earlier block than `X-Indexed-Block` says; memory is bounded.
"""

from cota.datasets import queries
from cota.datasets.queries import Standing
from cota.http.freshness import Freshness
from cota.store.session import Database
from cota.units import Address

_MOST_KNOWN = 50_000


class Standings:
    """One a process."""

    def __init__(self, database: Database, freshness: Freshness) -> None:
        self._database = database
        self._freshness = freshness
        self._block: bytes | None = None
        self._known: dict[tuple[bytes, Address], Standing] = {}

    async def of(self, dataset: bytes, account: Address) -> Standing:
        indexed = await self._freshness.current()
        block = indexed.hash if indexed else None
        if block is None or block != self._block or len(self._known) >= _MOST_KNOWN:
            self._known.clear()
            self._block = block
        found = self._known.get((dataset, account))
        if found is None:
            async with self._database.glance() as session:
                found = await queries.find_standing(session, dataset, account)
            # Schema and exam are told off the chain: until they are there and passed, the next question asks again.
            if (
                block is not None
                and block == self._block
                and found.dataset
                and found.dataset.schema is not None
                and found.examined
            ):
                self._known[dataset, account] = found
        return found
