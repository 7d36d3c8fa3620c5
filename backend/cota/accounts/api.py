"""HTTP of accounts: request -> **api** -> service."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from cota.accounts import backup, consent, queries, service, statement
from cota.accounts.relays import InFlight, Relayed
from cota.accounts.schemas import (
    AccountAnswer,
    ConsentAnswer,
    JoinRequest,
    LeaveRequest,
    MembershipAnswer,
    RelayAnswer,
    StatementAnswer,
)
from cota.accounts.statement_csv import write_csv
from cota.auth.deps import CurrentWallet, MaybeWallet
from cota.errors import (
    BadRequest,
    BadSignature,
    ChainReverted,
    ChainUnavailable,
    DeadlineTooFar,
    Expired,
    FeesTooHigh,
    InvalidBody,
    MissingCredential,
    NotAMember,
    NotSignedIn,
    OwnDataset,
    RateLimited,
    TermsMismatch,
    UnknownDataset,
    WrongDomain,
    WrongSigner,
)
from cota.http.bodies import StrictRoute
from cota.http.coordinators import OtherCoordinator
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor, encode_cursor
from cota.http.paths import AddressPath, Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import instant
from cota.http.services import Services
from cota.http.sessions import Read, ServicesDep
from cota.http.spool import download, downloads
from cota.units import Address, address_of

router = APIRouter(tags=["accounts"], route_class=StrictRoute)

_RELAYED = (
    UnknownDataset, BadSignature, WrongSigner, WrongDomain, Expired, DeadlineTooFar, ChainReverted, ChainUnavailable,
    FeesTooHigh, InFlight, RateLimited, InvalidBody,
)  # fmt: skip


@router.get("/consent", operation_id="get_consent")
async def get_consent() -> ConsentAnswer:
    """What joining says before it makes anything public."""
    return ConsentAnswer(text=consent.TEXT, text_hash=consent.TEXT_HASH)


@router.post(
    "/datasets/{dataset}/join",
    operation_id="join_dataset",
    status_code=202,
    responses=documented(*_RELAYED, OwnDataset, TermsMismatch, MissingCredential),
)
async def join_dataset(dataset: Bytes32Path, body: JoinRequest, services: ServicesDep) -> RelayAnswer:
    """Joins by signature alone: the relayer posts the stake and pays the gas. Five a day and wallet; the same
    join again gives the same transaction."""
    _limit(services)
    return _show(services, await service.join(services, dataset, body))


@router.post(
    "/datasets/{dataset}/leave",
    operation_id="leave_dataset",
    status_code=202,
    responses=documented(*_RELAYED, NotAMember),
)
async def leave_dataset(dataset: Bytes32Path, body: LeaveRequest, services: ServicesDep) -> RelayAnswer:
    """Starts to leave by signature alone. The stake comes back once settled work no longer needs it."""
    _limit(services)
    return _show(services, await service.leave(services, dataset, body))


@router.get("/accounts/{address}", operation_id="get_account", responses=documented(BadRequest))
async def get_account(address: AddressPath, services: ServicesDep, session: Read) -> AccountAnswer:
    """What the chain says of an account: stake, memberships, shares, what it may claim."""
    found = await queries.memberships(session, address)
    return AccountAnswer(
        account=address,
        free_stake=await queries.free_stake(session, address),
        stake_token=await services.tokens.describe(services.deployment.address("CotaToken")),
        memberships=[
            MembershipAnswer(
                dataset=bytes(row.dataset),
                sponsor=address_of(bytes(row.sponsor)),
                stake=int(row.stake),
                penalty_cap=int(row.penalty_cap),
                penalised=int(row.penalised),
                state=row.state,
                left_at=instant(row.left_at),
                block=row.block_number,
                tx_hash=bytes(row.tx_hash),
                status=services.freshness.status_of(row.block_number),
            )
            for row in found
        ],
        shares=await service.holdings(services, session, address),
    )


@router.get(
    "/accounts/{address}/statement",
    operation_id="get_statement",
    response_model=StatementAnswer,
    responses={200: {"content": {"text/csv": {}}}, **documented(BadRequest, RateLimited)},
)
async def get_statement(
    address: AddressPath,
    services: ServicesDep,
    session: Read,
    wallet: MaybeWallet,
    cursor: Cursor = None,
    limit: Limit = 50,
    format: Annotated[
        Literal["json", "csv"], Query(description="csv: all of it at once, for a spreadsheet")
    ] = "json",
) -> StatementAnswer | Response:
    """Every fact of the chain about the account's stakes, shares and revenue, in order."""
    if format == "csv":
        downloads.check(CALLER.get())
        headers = {"Content-Disposition": f'attachment; filename="cota-statement-{address}.csv"'}
        table = download(CALLER.get(), _table(services, address))
        return StreamingResponse(table, headers=headers, media_type="text/csv; charset=utf-8")
    block, log_index = decode_cursor(cursor, statement.START)
    after = (int(block), int(log_index))
    rows = await statement.page(services, session, address, after, limit + 1)
    labels = await queries.count_labels(session, address) if wallet == address else None
    following = encode_cursor(statement.place_of(rows[limit - 1])) if len(rows) > limit else None
    return StatementAnswer(account=address, rows=rows[:limit], labels=labels, next=following)


async def _table(services: Services, address: Address) -> AsyncIterator[bytes]:
    yield write_csv([], with_names=True).encode()
    async with services.long_read() as session:
        async for rows in statement.pages(services, session, address):
            yield write_csv(rows, with_names=False).encode()


@router.get(
    "/accounts/me/backup",
    operation_id="get_backup",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/jsonl": {}}, "description": "All that is hers, one JSON a line"},
        **documented(NotSignedIn, OtherCoordinator, RateLimited),
    },
)
async def get_backup(wallet: CurrentWallet, services: ServicesDep) -> StreamingResponse:
    """The caller's own copy in one file: labels, salts, signatures, receipts, agent keys, consents, payments and
    statement. Its last line has the type `end` and counts the others: without it the file is incomplete."""
    downloads.check(wallet)
    if services.receipt_key is None:
        raise OtherCoordinator("this service has no receipt key")
    headers = {"Content-Disposition": f'attachment; filename="cota-backup-{wallet}.jsonl"'}
    pieces = download(wallet, backup.lines(services, wallet))
    return StreamingResponse(pieces, headers=headers, media_type="application/jsonl")


def _limit(services: Services) -> None:
    services.limits.check("relay", CALLER.get())


def _show(services: Services, relayed: Relayed) -> RelayAnswer:
    status = services.freshness.reach(relayed.block)
    return RelayAnswer(tx_hash=relayed.tx_hash, block_number=relayed.block, status=status)
