"""HTTP of bounties: request -> **api** -> service."""

from typing import Annotated

from fastapi import APIRouter, Path

from cota.accounts.queries import datasets_of
from cota.bounties import queries, service
from cota.bounties.schemas import (
    BountyAnswer,
    BountyCallsAnswer,
    BountyEarnedAnswer,
    CashAnswer,
    FundRequest,
    OpenRequest,
    PartAnswer,
    ReturnRequest,
)
from cota.datasets.service import require_dataset
from cota.errors import (
    BadRequest,
    ChainReverted,
    ChainUnavailable,
    InvalidBody,
    NotFound,
    RateLimited,
    UnknownDataset,
)
from cota.http.bodies import StrictRoute
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor, encode_cursor, page_of
from cota.http.paths import AddressPath, Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page
from cota.http.services import Services
from cota.http.sessions import Read, ServicesDep
from cota.settlement.owed import START, owed

router = APIRouter(tags=["bounties"], route_class=StrictRoute)

BountyPath = Annotated[int, Path(ge=1, lt=2**53, description="Its number in the escrow")]
_LAST = (2**63 - 1,)
_FILES = 25
"""Epoch files that one page may have to read."""
_OF_DATASET = "/datasets/{dataset}/bounties"
_ONE = _OF_DATASET + "/{bounty}"
_READY = (UnknownDataset, BadRequest, InvalidBody, ChainReverted, ChainUnavailable, RateLimited)


@router.get(_OF_DATASET, operation_id="list_bounties", responses=documented(UnknownDataset, BadRequest))
async def list_bounties(
    dataset: Bytes32Path, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[BountyAnswer]:
    """Cash that the publisher put aside for accepted labels, newest first. All that are open add up: a label is paid by
    each of them."""
    found = await require_dataset(session, dataset)
    token = await services.tokens.describe(found.terms.payment_token)
    (before,) = decode_cursor(cursor, _LAST)
    rows = await queries.page(session, dataset, int(before), limit + 1)
    return page_of(
        rows, limit, lambda row: service.show(services, row, token), lambda row: (int(row.bounty),)
    )


@router.get(_ONE, operation_id="get_bounty", responses=documented(UnknownDataset, NotFound, BadRequest))
async def get_bounty(
    dataset: Bytes32Path, bounty: BountyPath, services: ServicesDep, session: Read
) -> BountyAnswer:
    """One bounty."""
    found = await require_dataset(session, dataset)
    row = await service.require_bounty(session, dataset, bounty)
    return service.show(services, row, await services.tokens.describe(found.terms.payment_token))


@router.get(
    _ONE + "/parts",
    operation_id="list_bounty_parts",
    responses=documented(UnknownDataset, NotFound, BadRequest),
)
async def list_bounty_parts(
    dataset: Bytes32Path,
    bounty: BountyPath,
    services: ServicesDep,
    session: Read,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PartAnswer]:
    """What each final epoch took of a bounty, and how much of that its leaves have got, in the order of the chain."""
    await require_dataset(session, dataset)
    await service.require_bounty(session, dataset, bounty)
    block, log_index = decode_cursor(cursor, (-1, -1))
    rows = await queries.parts(session, dataset, bounty, (int(block), int(log_index)), limit + 1)
    return page_of(
        rows,
        limit,
        lambda row: service.show_part(services, row),
        lambda row: (row.block_number, row.log_index),
    )


@router.get(
    "/accounts/{address}/datasets/{dataset}/bounties",
    operation_id="list_earned_bounties",
    responses=documented(UnknownDataset, BadRequest, RateLimited),
)
async def list_earned_bounties(
    address: AddressPath,
    dataset: Bytes32Path,
    services: ServicesDep,
    session: Read,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BountyEarnedAnswer]:
    """What each final epoch brought the account of each bounty: paid, or still owed, with leaf and proof to take it.
    A page looks through `limit` epochs of bounties, 25 at most, and may hold fewer."""
    services.limits.check("earned", CALLER.get())
    found = await require_dataset(session, dataset)
    token = await services.tokens.describe(found.terms.payment_token)
    bounty, epoch = decode_cursor(cursor, START)
    brought, last = await owed(
        services, session, dataset, address, (int(bounty), int(epoch)), min(limit, _FILES)
    )
    following = None if last is None else encode_cursor(last)
    return Page(items=[service.show_owed(services, one, token) for one in brought], next=following)


@router.get("/accounts/{address}/bounties", operation_id="list_cash", responses=documented(BadRequest))
async def list_cash(
    address: AddressPath, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[CashAnswer]:
    """The datasets of the account's that have, or had, bounties: what they paid it, and what they promise now."""
    (after,) = decode_cursor(cursor, (b"",))
    known = await datasets_of(session, address)
    found = await queries.among(session, known, bytes(after), limit + 1)
    shown = found[:limit]
    promised = await queries.promised(session, shown)
    items = {one: await service.cash(services, session, one, address, promised.get(one)) for one in shown}
    return page_of(found, limit, lambda one: items[one], lambda one: (one,))


@router.post(_OF_DATASET, operation_id="make_bounty", responses=documented(*_READY))
async def make_bounty(dataset: Bytes32Path, body: OpenRequest, services: ServicesDep) -> BountyCallsAnswer:
    """A bounty as transactions for the publisher's own wallet to sign and send: the approval of the money where it is
    missing, and the opening. Nothing is sent from here. What the escrow would refuse is refused here, in its words."""
    _limit(services)
    # No session as a parameter: a connection must not be held while the node is asked.
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
    return await service.ready_to_open(services, found, body.per_label, body.amount)


@router.post(_ONE + "/funding", operation_id="make_bounty_funding", responses=documented(*_READY, NotFound))
async def make_bounty_funding(
    dataset: Bytes32Path, bounty: BountyPath, body: FundRequest, services: ServicesDep
) -> BountyCallsAnswer:
    """Money for a bounty that was not closed, from any account, ready to sign as `make_bounty`."""
    _limit(services)
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
        row = await service.require_bounty(session, dataset, bounty)
    return await service.ready_to_fund(services, found, row, body.account, body.amount)


@router.post(_ONE + "/closing", operation_id="make_bounty_closing", responses=documented(*_READY, NotFound))
async def make_bounty_closing(
    dataset: Bytes32Path, bounty: BountyPath, services: ServicesDep
) -> BountyCallsAnswer:
    """The end of a bounty, a receipt period later, ready for its publisher to sign."""
    _limit(services)
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
        row = await service.require_bounty(session, dataset, bounty)
    return await service.ready_to_close(services, found, row)


@router.post(_ONE + "/return", operation_id="make_bounty_return", responses=documented(*_READY, NotFound))
async def make_bounty_return(
    dataset: Bytes32Path, bounty: BountyPath, body: ReturnRequest, services: ServicesDep
) -> BountyCallsAnswer:
    """What no epoch took, back to `to`, ready for the publisher to sign: once the bounty has ended, every epoch that it
    covers took its part and can be appealed no more, and no appeal of one waits for its ruling (those that do are
    named). Upheld ones take their parts first."""
    _limit(services)
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
        row = await service.require_bounty(session, dataset, bounty)
    return await service.ready_to_take_back(services, found, row, body.to)


def _limit(services: Services) -> None:
    services.limits.check("wallet-check", CALLER.get())
