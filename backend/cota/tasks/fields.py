"""What is known of people from other datasets of the same field: epochs -> **fields** -> seats that are not needed.

A dataset may say which field it is of. An item that somebody labelled who is able in that field, by the final epochs of
all its other datasets, is labelled by one person less: a saving, and never a proof. Nothing of it reaches the scoring;
where the scoring then doubts, the seat comes back (`seats`). Promises: gold and other items are treated alike; an item
saves one seat at most; who is giving items out is never waited for.
"""

from sqlalchemy import text

from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, parse_address

ABLE = 800_000_000
"""Skill, in billionths, to be reached in the newest final epoch of every other dataset of the field."""

_ABLE = text(
    """
    SELECT account FROM (
        SELECT DISTINCT ON (r.dataset, line ->> 0) line ->> 0 AS account,
               CAST(line ->> 1 AS bigint) AS skill, CAST(line ->> 2 AS boolean) AS proven
        FROM dataset_details d
        JOIN epoch_results r ON r.dataset = d.dataset
        JOIN mirror.epochs e ON e.dataset = r.dataset AND e.epoch = r.epoch AND e.state = 'finalized'
        CROSS JOIN LATERAL jsonb_array_elements(r.scores -> 'skills') line
        WHERE d.field = :field AND d.dataset <> :dataset
        ORDER BY r.dataset, line ->> 0, r.epoch DESC) newest
    GROUP BY account HAVING bool_and(proven AND skill >= :able) ORDER BY account
    """
)
_OPEN = text(
    """
    SELECT d.dataset, d.field FROM dataset_details d
    JOIN mirror.datasets s ON s.dataset = d.dataset AND s.state = 'open'
    WHERE d.field IS NOT NULL AND EXISTS (SELECT 1 FROM items i WHERE i.dataset = d.dataset AND i.open_seats > 0)
    ORDER BY d.dataset
    """
)
_SAVE = text(
    """
    WITH chosen AS (
        SELECT i.id FROM items i
        WHERE i.dataset = :dataset AND i.open_seats > 0 AND i.saved_seats = 0 AND i.extra_seats = 0
          AND EXISTS (SELECT 1 FROM annotations a
                      WHERE a.item_id = i.id AND a.kind = 0 AND a.account = ANY(:accounts))
        FOR NO KEY UPDATE OF i SKIP LOCKED
    )
    UPDATE items SET open_seats = open_seats - 1, saved_seats = 1 FROM chosen WHERE items.id = chosen.id
    RETURNING items.id
    """
)


async def able_in(session: ReadSession, field: str, dataset: bytes) -> list[Address]:
    """Who is able in a field by its datasets other than this one, in order."""
    row = {"field": field, "dataset": dataset, "able": ABLE}
    return [parse_address(account) for account in (await session.execute(_ABLE, row)).scalars()]


async def save_seats(session: WriteSession) -> int:
    """Takes a seat off items that somebody able in their field has labelled; how many. The worker's part."""
    saved = 0
    for dataset, field in (await session.execute(_OPEN)).all():
        accounts = [address_bytes(one) for one in await able_in(session, field, bytes(dataset))]
        if accounts:
            row = {"dataset": bytes(dataset), "accounts": accounts}
            saved += len((await session.execute(_SAVE, row)).all())
    return saved
