"""What payments brought an account, and for which work: api -> **income** -> history, queries.

Promises: each answer is of one moment; a payment's part is exact (`lots`), and the totals stand beside what the
contract says was claimed and can be.
"""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence

from cota.accounts import bounty_queries, income_queries
from cota.accounts.history import changes_of, holding
from cota.accounts.income_queries import Payment
from cota.accounts.income_schemas import IncomeAnswer, IncomeRow, IncomeSource, IncomeTotals, Inheritance
from cota.accounts.lots import Change, Lot, Moved, Part, Place, parts, replay, spans
from cota.accounts.queries import pool
from cota.accounts.statement_csv import neutralise
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.http.paging import encode_cursor
from cota.http.schemas import Token
from cota.http.services import Services
from cota.settlement.leaves import CORRECTION
from cota.store.session import ReadSession
from cota.units import Address, format_units, to_hex

ROWS_AT_ONCE = 500
_COLUMNS = (
    "at", "block", "log_index", "tx_hash", "dataset", "kind", "payer", "license", "gross", "amount", "supply", "shares",
    "part", "exact", "token", "decimals", "in_token", "sources",
)  # fmt: skip


async def page(
    services: Services, session: ReadSession, dataset: Dataset, account: Address, after: Place, limit: int
) -> IncomeAnswer:
    """The payments after a place that reached the account, with what the whole makes."""
    changes = await changes_of(services, session, dataset, account)
    found = await income_queries.payments(session, dataset.id, spans(changes), after, limit + 1)
    shown = found[:limit]
    corrected = await _corrected(session, dataset.id, changes)
    token = await services.tokens.describe(dataset.terms.payment_token)
    paid = [one.paid for one in shown]
    acc = int((await pool(session, dataset.id)).acc)
    total, moved = replay(changes, acc)
    held = await holding(services, session, dataset, account)
    inheritances = [_inheritance(one) for one in moved]
    inherited = sum(one.amount for one in moved if one.amount > 0)
    passed_on = -sum(one.amount for one in moved if one.amount < 0)
    return IncomeAnswer(
        account=account,
        dataset=dataset.id,
        token=token,
        totals=IncomeTotals(
            parts=total - inherited + passed_on,
            inherited=inherited,
            passed_on=passed_on,
            claimed=held.claimed,
            claimable=held.claimable_with_unclaimed,
            bounties=await bounty_queries.total(session, dataset.id, account),
        ),
        inheritances=inheritances,
        items=[
            _row(services, payment, part, corrected)
            for payment, part in zip(shown, parts(changes, paid), strict=True)
            if part.scaled
        ],
        next=encode_cursor(shown[-1].paid.place) if len(found) > limit else None,
    )


async def rows_of(
    services: Services, session: ReadSession, dataset: Dataset, account: Address
) -> AsyncIterator[list[IncomeRow]]:
    """All payments that reached the account, some hundred at a time."""
    changes = await changes_of(services, session, dataset, account)
    corrected = await _corrected(session, dataset.id, changes)
    after: Place = (-1, -1)
    while True:
        found = await income_queries.payments(session, dataset.id, spans(changes), after, ROWS_AT_ONCE)
        brought = parts(changes, [one.paid for one in found])
        yield [
            _row(services, payment, part, corrected)
            for payment, part in zip(found, brought, strict=True)
            if part.scaled
        ]
        if len(found) < ROWS_AT_ONCE:
            return
        after = found[-1].paid.place


async def csv_pieces(services: Services, dataset_id: bytes, account: Address) -> AsyncIterator[bytes]:
    """The same as a spreadsheet."""
    async with services.long_read() as session:
        dataset = await require_dataset(session, dataset_id)
        token = await services.tokens.describe(dataset.terms.payment_token)
        yield _csv([_COLUMNS])
        async for rows in rows_of(services, session, dataset, account):
            yield _csv([_line(row, dataset.id, token) for row in rows])


async def _corrected(session: ReadSession, dataset: bytes, changes: Sequence[Change]) -> Mapping[int, int]:
    """The epochs that corrections are about, by their own numbers."""
    numbers = [change.epoch for change in changes if change.epoch is not None and change.epoch & CORRECTION]
    return {one.epoch: one.checkpoint for one in await income_queries.opened(session, dataset, numbers)}


def _row(services: Services, payment: Payment, part: Part, corrected: Mapping[int, int]) -> IncomeRow:
    block, log_index = payment.paid.place
    return IncomeRow(
        at=payment.at,
        block=block,
        log_index=log_index,
        tx_hash=payment.tx_hash,
        status=services.freshness.status_of(block),
        kind=payment.kind,
        payer=payment.payer,
        license=None if payment.license is None else str(payment.license),
        gross=payment.gross,
        amount=payment.amount,
        supply=payment.supply,
        shares=part.shares,
        part=part.amount,
        exact=part.exact,
        sources=[_source(lot, corrected) for lot in part.lots],
    )


def _source(lot: Lot, corrected: Mapping[int, int]) -> IncomeSource:
    about = None if lot.epoch is None else corrected.get(lot.epoch)
    if about is not None:
        return IncomeSource(origin="correction", epoch=about, units=lot.units)
    return IncomeSource(origin=lot.origin, epoch=lot.epoch, units=lot.units)


def _inheritance(moved: Moved) -> Inheritance:
    block, log_index = moved.change.place
    return Inheritance(
        at=moved.change.at,
        block=block,
        log_index=log_index,
        tx_hash=moved.change.tx_hash,
        kind="passed-on" if moved.change.kind == "shares-passed-on" else "inherited",
        units=moved.change.units,
        amount=abs(moved.amount),
    )


def _line(row: IncomeRow, dataset: bytes, token: Token) -> list[str]:
    values = row.model_dump(mode="json") | {
        "dataset": to_hex(dataset),
        "token": token.symbol,
        "decimals": token.decimals,
        "in_token": format_units(row.part, token.decimals),
        "sources": "; ".join(_told(source) for source in row.sources),
    }
    return [neutralise(values[column]) for column in _COLUMNS]


def _told(source: IncomeSource) -> str:
    whence = source.origin if source.epoch is None else f"{source.origin} {source.epoch}"
    return f"{whence}: {source.units}"


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink).writerows(rows)
    return sink.getvalue().encode()
