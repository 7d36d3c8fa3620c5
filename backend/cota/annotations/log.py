"""The log of a dataset as the contracts see it: annotations -> **row ids by index** -> positional tree ->
proofs.

Promises: an index without a row is an explicit void leaf; a tree is built once and kept, under the root that
the chain has, and a tree whose root is not that one is never used.
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


async def tree_of(services: Services, dataset: bytes, start: int, stop: int, log_root: bytes) -> LogTree:
    """The tree of a checkpoint. Raises `LogMismatch` when the rows here do not make its root."""

    async def build() -> LogTree:
        # A session of its own: the tree outlives the request that asked for it first.
        async with services.database.read() as session:
            leaves = await row_ids(session, dataset, start, stop)
        tree = await asyncio.to_thread(LogTree, leaves)
        if tree.root != log_root:
            raise LogMismatch(f"rows {start} to {stop} of the dataset do not make the root on chain")
        return tree

    return await services.kept.get(("log", dataset, start, log_root), build)
