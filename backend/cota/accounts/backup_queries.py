"""Every SQL statement on what a backup holds: backup -> **backup_queries** -> annotations, agent keys.

Promise: rows come in the order of the log, some hundred at a time.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import text

from cota.accounts import queries
from cota.store.session import ReadSession
from cota.units import Address, address_bytes

ROWS_AT_ONCE = 500

_LABELLED = text("SELECT DISTINCT dataset FROM annotations WHERE account = :account")
_AGENTS = text(
    """
    SELECT digest, dataset, account, agent, not_before, not_after, signature, verified_block FROM agent_keys
    WHERE dataset = :dataset AND account = :account ORDER BY not_before, digest
    """
)
_ROWS = text(
    """
    SELECT a.index AS place, a.row_id, a.account, a.lease, a.kind, a.label, a.label_salt, a.label_commitment, a.nonce,
           a.deadline, a.signature, a.agent_digest, a.verified_block, a.include_by, i.item_ref
    FROM annotations a JOIN items i ON i.id = a.item_id
    WHERE a.dataset = :dataset AND a.account = :account ORDER BY a.index
    """
)


async def datasets_of(session: ReadSession, account: Address) -> list[bytes]:
    """Datasets in which the account has labels, a membership or shares, in order."""
    labelled = await session.execute(_LABELLED, {"account": address_bytes(account)})
    found = {bytes(one) for one in labelled.scalars()}
    return sorted(found | set(await queries.datasets_of(session, account)))


async def agents(session: ReadSession, dataset: bytes, account: Address) -> Sequence[Any]:
    """The agent keys that the account authorised for a dataset."""
    return (await session.execute(_AGENTS, {"dataset": dataset, "account": address_bytes(account)})).all()


async def rows(session: ReadSession, dataset: bytes, account: Address) -> AsyncIterator[Sequence[Any]]:
    """The account's receipted rows in log order."""
    row = {"dataset": dataset, "account": address_bytes(account)}
    result = await session.stream(_ROWS, row, execution_options={"yield_per": ROWS_AT_ONCE})
    async for part in result.partitions(ROWS_AT_ONCE):
        yield part
