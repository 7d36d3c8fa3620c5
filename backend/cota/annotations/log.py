"""The log of a dataset as the contracts see it: annotations -> **row ids by index** -> positional tree ->
proofs.

Promises: an index without a row is an explicit void leaf; a tree is built once and kept, under the root that
the chain has, and a tree whose root is not that one is never used; who asks for many different ones, each of which
may take seconds and 200 MB, is slowed down.
"""

import asyncio

from cota.annotations import queries
from cota.commitments.hashes import VOID_ROW
from cota.commitments.log_tree import LogTree
from cota.http.services import Services
from cota.store.session import ReadSession


class LogMismatch(RuntimeError):
    """The stored rows are not those that were checkpointed: nothing may be proven from them."""


async def row_ids(session: ReadSession, dataset: bytes, start: int, stop: int) -> list[bytes]:
    """The leaves of indexes [start, stop)."""
    leaves = [VOID_ROW] * (stop - start)
    for index, row_id in await queries.row_ids(session, dataset, start, stop):
        leaves[index - start] = row_id
    return leaves


async def tree_of(
    services: Services, dataset: bytes, start: int, stop: int, log_root: bytes, caller: str | None = None
) -> LogTree:
    """The tree of a checkpoint. Raises `LogMismatch` when the rows here do not make its root. `caller`: who has it
    made, where anybody may ask; raises `RateLimited` for one who has too many made."""
    key = ("log", dataset, start, log_root)
    if caller is not None and not services.kept.holds(key):
        services.limits.check("tree", caller)

    async def build() -> LogTree:
        # A session of its own: the tree outlives the request that asked for it first.
        async with services.database.read() as session:
            leaves = await row_ids(session, dataset, start, stop)
        tree = await asyncio.to_thread(LogTree, leaves)
        if tree.root != log_root:
            raise LogMismatch(f"rows {start} to {stop} of the dataset do not make the root on chain")
        return tree

    return await services.kept.get(key, build)
