"""An account in one dataset: its events on chain and the epochs' files -> **what earned for it, what it holds** ->
service.

Promises: shares earn from the opening of their epoch, also those that nobody has claimed yet, as far as this service
holds the epoch's file.
"""

from cota.accounts import income_queries, queries
from cota.accounts.holdings import replay
from cota.accounts.lots import Change
from cota.accounts.queries import Happening
from cota.accounts.schemas import ShareAnswer
from cota.datasets.queries import Dataset
from cota.http.services import Services
from cota.settlement.queries import epoch_acc
from cota.settlement.revenue import SCALE
from cota.settlement.service import unclaimed_leaves
from cota.store.session import ReadSession
from cota.units import Address


async def changes_of(
    services: Services, session: ReadSession, dataset: Dataset, account: Address
) -> list[Change]:
    """What changed the shares that earn for the account, in the order of the chain."""
    events = await queries.happenings(session, dataset.id, account)
    units = {
        event.epoch: event.amount
        for event in events
        if event.kind == "shares-claimed" and event.epoch is not None
    }
    units |= {
        epoch: leaf.units for epoch, leaf, _ in await unclaimed_leaves(services, session, dataset.id, account)
    }
    openings = [
        Change(one.place, "epoch-opened", units[one.epoch], one.acc, one.at, one.tx_hash, one.epoch)
        for one in await income_queries.opened(session, dataset.id, list(units))
    ]
    moves = [change for change in map(_change, events) if change is not None]
    return sorted([*openings, *moves], key=lambda change: change.place)


async def holding(
    services: Services, session: ReadSession, dataset: Dataset, account: Address
) -> ShareAnswer:
    """What the account holds of a dataset, and may take out."""
    pool = await queries.pool(session, dataset.id)
    acc = int(pool.acc)
    ledger = replay(account, await queries.happenings(session, dataset.id, account))
    claimable = ledger.claimable(acc)
    balance = ledger.balance
    unclaimed = 0
    for epoch, leaf, _ in await unclaimed_leaves(services, session, dataset.id, account):
        unclaimed += leaf.units
        ledger.add_shares(epoch, await epoch_acc(session, dataset.id, epoch), leaf.units)
    return ShareAnswer(
        dataset=dataset.id,
        shares=dataset.shares,
        balance=balance,
        unclaimed_units=unclaimed,
        claimable=claimable,
        claimable_with_unclaimed=ledger.claimable(acc),
        claimed=ledger.claimed,
        token=await services.tokens.describe(dataset.terms.payment_token),
    )


def _change(event: Happening) -> Change | None:
    """None for what leaves the shares as they are."""
    if event.kind == "revenue-claimed":
        return None
    return Change(
        place=(event.block, event.log_index),
        kind=event.kind,
        units=event.amount,
        acc=event.acc,
        at=event.at,
        tx_hash=event.tx_hash,
        epoch=event.epoch,
        value=event.value + event.owed * SCALE,
    )
