"""An account's books over all datasets: stakes, shares, payments, bounties -> **statement**, by pages -> api, backup.

Promises: in the order of the chain, each fact once; a page reads as many payments as it shows and not all that ever
were; a payment's part is that of `lots`.
"""

from collections.abc import AsyncIterator
from typing import Any

from cota.accounts import bounty_queries, income_queries, queries
from cota.accounts.history import changes_of
from cota.accounts.income_queries import Payment
from cota.accounts.lots import Part, Place, parts, spans
from cota.accounts.queries import Happening
from cota.accounts.schemas import StatementRow
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.http.schemas import Token
from cota.http.services import Services
from cota.store.session import ReadSession
from cota.units import Address

START: Place = (-1, -1)
ROWS_AT_ONCE = 500


async def page(
    services: Services, session: ReadSession, account: Address, after: Place, limit: int
) -> list[StatementRow]:
    """The first facts after a place: the chain's, about the account's stakes, shares, revenue and bounties."""
    stake_token = await services.tokens.describe(services.deployment.address("CotaToken"))
    rows = [_stake(entry, stake_token) for entry in await queries.stakes(session, account)]
    for dataset in await queries.datasets_of(session, account):
        found = await require_dataset(session, dataset)
        rows += await _of_dataset(services, session, found, account, after, limit)
    rows += await _bounties(services, session, account, after, limit)
    later = sorted((row for row in rows if place_of(row) > after), key=place_of)
    return later[:limit]


async def pages(
    services: Services, session: ReadSession, account: Address
) -> AsyncIterator[list[StatementRow]]:
    """All of it, some hundred facts at a time."""
    after = START
    while found := await page(services, session, account, after, ROWS_AT_ONCE):
        yield found
        after = place_of(found[-1])


def place_of(row: StatementRow) -> Place:
    return row.block, row.log_index


async def _of_dataset(
    services: Services, session: ReadSession, dataset: Dataset, account: Address, after: Place, limit: int
) -> list[StatementRow]:
    token = await services.tokens.describe(dataset.terms.payment_token)
    changes = await changes_of(services, session, dataset, account)
    found = await income_queries.payments(session, dataset.id, spans(changes), after, limit)
    brought = parts(changes, [one.paid for one in found])
    own = await queries.happenings(session, dataset.id, account)
    return [
        *(_payment(dataset, one, part, token) for one, part in zip(found, brought, strict=True)),
        *(_event(dataset, event, token) for event in own),
    ]


async def _bounties(
    services: Services, session: ReadSession, account: Address, after: Place, limit: int
) -> list[StatementRow]:
    return [
        StatementRow(
            at=one.at,
            block=one.block,
            log_index=one.log_index,
            tx_hash=one.tx_hash,
            dataset=one.dataset,
            kind=one.kind,
            units=one.units,
            amount=one.amount,
            attributable=None,
            balance=None,
            token=token.symbol,
            decimals=token.decimals,
            bounty=str(one.bounty),
            epoch=one.epoch,
        )
        for one in await bounty_queries.payments(session, account, after, limit)
        for token in [await services.tokens.describe(one.token)]
    ]


def _payment(dataset: Dataset, payment: Payment, part: Part, token: Token) -> StatementRow:
    block, log_index = payment.paid.place
    return StatementRow(
        at=payment.at,
        block=block,
        log_index=log_index,
        tx_hash=payment.tx_hash,
        dataset=dataset.id,
        kind="payment",
        units=None,
        amount=payment.amount,
        attributable=part.amount,
        balance=None,
        token=token.symbol,
        decimals=token.decimals,
        bounty=None,
        epoch=None,
    )


def _event(dataset: Dataset, event: Happening, token: Token) -> StatementRow:
    is_money = event.kind == "revenue-claimed"
    return StatementRow(
        at=event.at,
        block=event.block,
        log_index=event.log_index,
        tx_hash=event.tx_hash,
        dataset=dataset.id,
        kind=event.kind,
        units=None if is_money else event.amount,
        amount=event.amount if is_money else None,
        attributable=None,
        balance=event.balance,
        token=token.symbol if is_money else None,
        decimals=token.decimals if is_money else None,
        bounty=None,
        epoch=None,
    )


def _stake(entry: Any, token: Token) -> StatementRow:
    return StatementRow(
        at=entry.block_time,
        block=entry.block_number,
        log_index=entry.log_index,
        tx_hash=bytes(entry.tx_hash),
        dataset=bytes(entry.dataset),
        kind=entry.kind,
        units=None,
        amount=None if entry.amount is None else int(entry.amount),
        attributable=None,
        balance=None,
        token=None if entry.amount is None else token.symbol,
        decimals=None if entry.amount is None else token.decimals,
        bounty=None,
        epoch=None,
    )
