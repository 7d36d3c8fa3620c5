"""Giving items out: service -> **giving** -> items, leases. One statement finds, locks, seats and leases.

Promises: a seat is given once (the item's row is locked while it is given); items that somebody else is locking
are passed over, but "nothing is free" is said only after waiting for them; a wallet never holds two leases of one
item; only drawn items are given, and never one that the account labelled or skipped; a review is only of an item whose
labels are all there and differ.
"""

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from cota.commitments.draw import FULL, SECTION, Cohort, drawn_sections, is_drawn
from cota.commitments.hashes import KIND_LABEL, KIND_REVIEW
from cota.store.session import Database, WriteSession
from cota.tasks.queries import Lease, answers
from cota.tasks.schemas import MOST_AT_ONCE
from cota.units import Address, address_bytes

_PAGE = 500
# OFFSET 0: looked up item by item. Joined, before PostgreSQL has statistics of a table that is young, each item that is
# passed over costs a walk through all labels of the dataset.
# NO KEY UPDATE: a plain FOR UPDATE would also stop the foreign-key checks of labels being stored on the same items.
_TAKE = """
    WITH chosen AS (
        SELECT i.id, i.content, i.item_ref FROM items i
        WHERE i.dataset = :dataset AND i.{seats} > 0 AND NOT i.erased AND i.batch_id = ANY(:batches)
          AND i.draw_key {side} :pivot
          AND NOT EXISTS (SELECT 1 FROM annotations a
                          WHERE a.dataset = :dataset AND a.item_id = i.id AND a.account = :account OFFSET 0)
          AND NOT EXISTS (SELECT 1 FROM leases l
                          WHERE l.item_id = i.id AND l.account = :account AND l.state = 'active' OFFSET 0)
          AND NOT EXISTS (SELECT 1 FROM skips s WHERE s.item_id = i.id AND s.account = :account OFFSET 0)
          {drawn} {ripe}
        ORDER BY i.draw_key, i.id LIMIT :count
        FOR NO KEY UPDATE OF i {busy}
    ), seated AS (
        UPDATE items SET {seats} = {seats} - 1 FROM chosen WHERE items.id = chosen.id
    ), numbered AS (
        SELECT chosen.*, row_number() OVER () AS place FROM chosen
    ), taken AS (
        INSERT INTO leases (id, dataset, item_id, account, created_at, expires_at, state, kind)
        SELECT (CAST(:ids AS bytea[]))[place], :dataset, numbered.id, :account, :now, :expires_at, 'active', :kind
        FROM numbered
        RETURNING id, item_id
    )
    SELECT taken.id, taken.item_id, numbered.item_ref, numbered.content
    FROM taken JOIN numbered ON numbered.id = taken.item_id
"""
_SEATS = {KIND_LABEL: "open_seats", KIND_REVIEW: "open_reviews"}
# All labels are there, and they differ: a second look at what everybody agrees on would be bought for nothing.
_RIPE = {
    KIND_LABEL: "",
    KIND_REVIEW: """AND i.open_seats = 0
          AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.item_id = i.id AND l.state = 'active' AND l.kind = 0)
          AND (SELECT count(DISTINCT CAST(a.label AS text)) FROM annotations a
               WHERE a.item_id = i.id AND a.kind = 0) > 1""",
}
_DRAWN = {
    None: "",
    "sections": f"AND i.index / {SECTION} = ANY(CAST(:drawn AS bigint[]))",
    "items": "AND i.id = ANY(CAST(:drawn AS bigint[]))",
}
_LOWEST_KEY = -(2**63)


# The lock is the one of `queries.serialise`: no other request takes leases for this wallet meanwhile. The commit does
# not wait for the disk: that of a row which uses the lease does, and brings there all that was written before. What a
# power cut takes away is the lease with its seat, as if it had not been given; its holder is told that she holds none.
_SERIALISE = """
    SELECT pg_advisory_xact_lock(hashtextextended('lease:' || encode(%(account)s, 'hex'), 0)),
           set_config('synchronous_commit', 'off', true)
"""
_BOUNDED = f"""LIMIT GREATEST(0, LEAST(:count, {MOST_AT_ONCE} - (
            SELECT count(*) FROM leases l
            WHERE l.account = :account AND l.dataset = :dataset AND l.state = 'active')))"""


@cache
def _taking(kind: int, drawn_by: str | None, side: str, busy: str) -> TextClause:
    parts = {"seats": _SEATS[kind], "ripe": _RIPE[kind], "drawn": _DRAWN[drawn_by]}
    return text(_TAKE.format(side=side, busy=busy, **parts))


_CANDIDATES = """
    SELECT i.id, i.index AS place, i.draw_key FROM items i
    WHERE i.dataset = :dataset AND i.{seats} > 0 AND NOT i.erased AND i.batch_id = ANY(:batches)
      AND i.index / {section} = ANY(CAST(:sections AS bigint[])) AND (i.draw_key, i.id) > (:key, :id)
      AND NOT EXISTS (SELECT 1 FROM annotations a
                      WHERE a.dataset = :dataset AND a.item_id = i.id AND a.account = :account)
    ORDER BY i.draw_key, i.id LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: `count` items of a kind for an account, among these batches."""

    dataset: bytes
    account: Address
    kind: int
    batches: Sequence[int]
    count: int
    now: datetime
    expires_at: datetime


async def take_quickly(database: Database, wish: Wish, cohort: Cohort | None, items: int) -> list[Lease]:
    """As many leases as one statement from a random place on gives, in one trip to the database: for the many who
    ask in the middle of a dataset. Empty where more has to be looked at; then `take` is asked."""
    if wish.kind != KIND_LABEL or (cohort is not None and cohort.threshold < FULL):
        return []
    spread = cohort is not None and cohort.spread > 1
    row = _row(wish, secrets.randbits(63))
    if spread and cohort is not None:
        row["drawn"] = drawn_sections(cohort, wish.account, items)
    # What is sent down a pipeline together is one transaction, so that the lock holds until the leases are there.
    async with database.quick() as connection:
        async with connection.pipeline():
            await connection.execute(_SERIALISE, {"account": row["account"]}, prepare=True)
            cursor = await connection.execute(_quick("sections" if spread else None), row, prepare=True)
        found = await cursor.fetchall()
    return [
        Lease(
            bytes(one[0]),
            wish.dataset,
            bytes(one[2]),
            one[3],
            wish.account,
            wish.now,
            wish.expires_at,
            "active",
        )
        for one in found
    ]


@cache
def _quick(drawn_by: str | None) -> str:
    """The statement as psycopg itself takes it, bounded by the leases that the account may still hold."""
    statement = str(_taking(KIND_LABEL, drawn_by, ">=", "SKIP LOCKED").text).replace("LIMIT :count", _BOUNDED)
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", statement)


def _row(wish: Wish, pivot: int) -> dict[str, Any]:
    return {
        "dataset": wish.dataset,
        "account": address_bytes(wish.account),
        "kind": wish.kind,
        "batches": list(wish.batches),
        "pivot": pivot,
        "count": wish.count,
        "ids": [secrets.token_bytes(32) for _ in range(wish.count)],
        "now": wish.now,
        "expires_at": wish.expires_at,
    }


async def take(session: WriteSession, wish: Wish, cohort: Cohort | None, items: int) -> list[Lease]:
    """Leases of up to `count` items, from a random place in the draw on, then from its start. Items being given to
    others right now are waited for only when nothing else is free. `items`: how many the dataset has."""
    if cohort is None:
        return await _take_among(session, wish, None, None)
    sections = drawn_sections(cohort, wish.account, items)
    if cohort.threshold >= FULL:
        whole = cohort.spread == 1
        return await _take_among(session, wish, None if whole else "sections", None if whole else sections)
    leases: list[Lease] = []
    async for page in _candidates(session, wish, cohort, sections):
        wanted = replace(wish, count=wish.count - len(leases))
        leases += await _take_among(session, wanted, "items", page)
        if len(leases) == wish.count:
            break
    return leases


async def _take_among(
    session: WriteSession, wish: Wish, drawn_by: str | None, drawn: Sequence[int] | None
) -> list[Lease]:
    pivot = secrets.randbits(63)
    leases: list[Lease] = []

    async def add(side: str, busy: str, pivot: int) -> None:
        wanted = wish.count - len(leases)
        row = _row(replace(wish, count=wanted), pivot)
        if drawn is not None:
            row["drawn"] = list(drawn)
        found = (await session.execute(_taking(wish.kind, drawn_by, side, busy), row)).all()
        told = await answers(session, [one.item_id for one in found]) if wish.kind == KIND_REVIEW else {}
        for taken in found:
            place = (bytes(taken.id), wish.dataset, bytes(taken.item_ref), taken.content, wish.account)
            shown = told.get(taken.item_id, ())
            leases.append(Lease(*place, wish.now, wish.expires_at, "active", wish.kind, shown))

    await add(">=", "SKIP LOCKED", pivot)
    if len(leases) < wish.count:
        await add("<", "SKIP LOCKED", pivot)
    if not leases:
        # Whoever waits holds no item yet, and whoever holds items never waits for one: no cycle.
        await add(">=", "", _LOWEST_KEY)
    return leases


async def _candidates(
    session: WriteSession, wish: Wish, cohort: Cohort, sections: Sequence[int]
) -> AsyncIterator[list[int]]:
    """Ids of open items that are drawn for the account, some hundred at a time."""
    statement = text(_CANDIDATES.format(seats=_SEATS[wish.kind], section=SECTION))
    key, last = _LOWEST_KEY, 0
    while True:
        row = {
            "dataset": wish.dataset,
            "account": address_bytes(wish.account),
            "batches": list(wish.batches),
            "sections": list(sections),
            "key": key,
            "id": last,
            "limit": _PAGE,
        }
        found = (await session.execute(statement, row)).all()
        drawn = [one.id for one in found if is_drawn(cohort, wish.account, one.place)]
        if drawn:
            yield drawn
        if len(found) < _PAGE:
            return
        key, last = found[-1].draw_key, found[-1].id
