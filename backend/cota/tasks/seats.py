"""One more seat for items that are in doubt: settlement -> **seats** -> items; and the publisher's list of them.

Promises: an item gets at most as many further seats as the terms give it to begin with; none that nobody could take.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from cota.store.session import ReadSession, WriteSession

_ADD = text(
    """
    WITH members AS MATERIALIZED (
        SELECT account FROM mirror.memberships WHERE dataset = :dataset AND state = 'active'
    ), chosen AS (
        SELECT i.id FROM items i
        WHERE i.dataset = :dataset AND i.item_ref = ANY(:items) AND NOT i.erased
          AND i.open_seats = 0 AND i.extra_seats < :most
          AND EXISTS (SELECT 1 FROM members m
                      WHERE NOT EXISTS (SELECT 1 FROM annotations a WHERE a.item_id = i.id AND a.account = m.account)
                        AND NOT EXISTS (SELECT 1 FROM skips s WHERE s.item_id = i.id AND s.account = m.account))
        FOR NO KEY UPDATE OF i SKIP LOCKED
    )
    UPDATE items SET open_seats = open_seats + 1, extra_seats = extra_seats + 1
    FROM chosen WHERE items.id = chosen.id RETURNING items.id
    """
)
_LIST = text(
    """
    SELECT i.id, i.item_ref, i.content, i.erased, i.extra_seats, i.open_seats,
           (SELECT count(*) FROM annotations a WHERE a.item_id = i.id) AS labels
    FROM items i WHERE i.dataset = :dataset AND i.extra_seats > 0 AND i.id > :after ORDER BY i.id LIMIT :limit
    """
)


async def add_seats(session: WriteSession, dataset: bytes, items: Sequence[bytes], most: int) -> int:
    """One more seat for each of the items, by reference, that has had fewer than `most` more; how many got one."""
    row = {"dataset": dataset, "items": list(items), "most": most}
    return len((await session.execute(_ADD, row)).all())


async def with_more_seats(session: ReadSession, dataset: bytes, after: int, limit: int) -> Sequence[Any]:
    """Items that got more seats, by id after `after`."""
    return (await session.execute(_LIST, {"dataset": dataset, "after": after, "limit": limit})).all()
