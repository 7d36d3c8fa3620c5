"""HTTP of epochs and claims: request -> **api** -> service."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.concurrency import iterate_in_threadpool
from fastapi.responses import StreamingResponse

from cota.accounts.relays import InFlight
from cota.datasets.service import require_dataset
from cota.errors import (
    BadRequest,
    ChainReverted,
    ChainUnavailable,
    FeesTooHigh,
    NotFound,
    RateLimited,
    UnknownDataset,
)
from cota.http.bodies import StrictRoute
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor, page_of
from cota.http.paths import AddressPath, Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page, instant
from cota.http.services import Services
from cota.http.sessions import Read, ServicesDep
from cota.settlement import queries, service
from cota.settlement.owed import claim_bounties
from cota.settlement.queries import EpochRow
from cota.settlement.schemas import ClaimAnswer, ClaimRequest, EpochAnswer, LeafAnswer, StandingAnswer

router = APIRouter(prefix="/datasets/{dataset}", tags=["settlement"], route_class=StrictRoute)

EpochPath = Annotated[int, Path(ge=0, lt=2**53, description="The checkpoint's number")]


@router.get("/epochs", operation_id="list_epochs", responses=documented(UnknownDataset, BadRequest))
async def list_epochs(
    dataset: Bytes32Path, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[EpochAnswer]:
    """Checkpoints and their settlement, in order."""
    await require_dataset(session, dataset)
    (after,) = decode_cursor(cursor, (-1,))
    rows = await queries.epochs(session, dataset, int(after), limit + 1)
    return page_of(rows, limit, lambda row: _show(services, dataset, row), lambda row: (row.epoch,))


@router.get("/epochs/{epoch}", operation_id="get_epoch", responses=documented(UnknownDataset, NotFound))
async def get_epoch(
    dataset: Bytes32Path, epoch: EpochPath, services: ServicesDep, session: Read
) -> EpochAnswer:
    """One checkpoint and its settlement."""
    await require_dataset(session, dataset)
    return _show(services, dataset, await service.require_epoch(session, dataset, epoch))


@router.get(
    "/epochs/{epoch}/file",
    operation_id="get_epoch_file",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/jsonl": {}}, "description": "The epoch file, byte for byte"},
        **documented(UnknownDataset, NotFound),
    },
)
async def get_epoch_file(
    dataset: Bytes32Path, epoch: EpochPath, services: ServicesDep, session: Read
) -> StreamingResponse:
    """The public file of an epoch; its SHA-256 is on chain. It holds no label."""
    await require_dataset(session, dataset)
    row = await service.require_epoch(session, dataset, epoch)
    if row.content_key is None or not services.content.exists(row.content_key):
        raise NotFound("this service does not hold the epoch's file")
    name = f"cota-{dataset.hex()[:16]}-epoch-{epoch}.jsonl"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{row.content_key}"',
        "Cache-Control": "public, max-age=60",
    }
    chunks: AsyncIterator[bytes] = iterate_in_threadpool(services.content.chunks(row.content_key))
    return StreamingResponse(chunks, headers=headers, media_type="application/jsonl")


@router.get(
    "/epochs/{epoch}/leaves/{address}",
    operation_id="get_leaf",
    responses=documented(UnknownDataset, NotFound, BadRequest),
)
async def get_leaf(
    dataset: Bytes32Path, epoch: EpochPath, address: AddressPath, services: ServicesDep, session: Read
) -> LeafAnswer:
    """An account's shares of an epoch with the proof that the contracts take."""
    await require_dataset(session, dataset)
    row = await service.require_epoch(session, dataset, epoch)
    leaf, proof = await service.leaf_of(services, row, address)
    return LeafAnswer(
        dataset=dataset,
        epoch=epoch,
        index=leaf.index,
        account=leaf.account,
        units=leaf.units,
        penalty=leaf.penalty,
        leaf=leaf.hash,
        proof=proof,
    )


@router.get(
    "/standings/{address}",
    operation_id="get_standing",
    responses=documented(UnknownDataset, NotFound, BadRequest),
)
async def get_standing(dataset: Bytes32Path, address: AddressPath, session: Read) -> StandingAnswer:
    """How far an account is: labels towards being proven, and its skill in the last epoch that scored it. The
    skill lines are public in the epoch files too."""
    found = await require_dataset(session, dataset)
    return await service.standing(session, found, address)


@router.post(
    "/claims",
    operation_id="claim",
    responses=documented(UnknownDataset, ChainReverted, ChainUnavailable, FeesTooHigh, InFlight, RateLimited),
)
async def claim(dataset: Bytes32Path, body: ClaimRequest, services: ServicesDep) -> ClaimAnswer:
    """The relayer claims an account's shares, its revenue and what bounties owe it, to itself alone, and pays the gas.
    Anyone may ask."""
    services.limits.check("relay", CALLER.get())
    # No session as a parameter: a connection must not be held while a transaction waits to be mined.
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
    claimed = await service.claim(services, found, body.account)
    cashed = await claim_bounties(services, found, body.account)
    return ClaimAnswer(
        tx_hashes=[*claimed.tx_hashes, *cashed.tx_hashes],
        block_number=cashed.block or claimed.block,
        units=claimed.units,
        revenue=claimed.revenue,
        bounties=cashed.amount,
        token=await services.tokens.describe(found.terms.payment_token),
        refusal=claimed.refusal or cashed.refusal,
    )


def _show(services: Services, dataset: bytes, row: EpochRow) -> EpochAnswer:
    return EpochAnswer(
        epoch=row.epoch,
        from_index=row.start,
        to_index=row.end,
        log_root=row.log_root,
        data_hash=row.data_hash,
        state=row.state,
        checkpointed_at=row.block_time,
        attempt=row.attempt,
        settlement_root=row.settlement_root,
        total_units=row.total_units,
        leaf_count=row.leaf_count,
        file_hash=row.file_hash,
        proposer=row.proposer,
        window_ends_at=instant(row.window_ends_at),
        finalized_block=row.finalized_block,
        file_url=f"/v1/datasets/0x{dataset.hex()}/epochs/{row.epoch}/file" if row.content_key else None,
        block=row.block,
        tx_hash=row.tx_hash,
        status=services.freshness.status_of(row.block),
    )
