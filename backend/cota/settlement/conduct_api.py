"""HTTP of how settlements came to be and what coordinators lost: request -> **api** -> queries."""

from typing import Any

from fastapi import APIRouter

from cota.datasets.service import require_dataset
from cota.errors import BadRequest, NotFound, UnknownDataset
from cota.http.bodies import StrictRoute
from cota.http.paging import NEWEST, Cursor, Limit, decode_cursor, page_of
from cota.http.paths import AddressPath, Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page, instant
from cota.http.services import Services
from cota.http.sessions import Read, ServicesDep
from cota.settlement import conduct_queries, service
from cota.settlement.api import EpochPath
from cota.settlement.schemas import AttemptAnswer, SlashAnswer
from cota.units import address_of

router = APIRouter(tags=["settlement"], route_class=StrictRoute)


@router.get(
    "/datasets/{dataset}/epochs/{epoch}/attempts",
    operation_id="list_attempts",
    responses=documented(UnknownDataset, NotFound, BadRequest),
)
async def list_attempts(
    dataset: Bytes32Path,
    epoch: EpochPath,
    services: ServicesDep,
    session: Read,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AttemptAnswer]:
    """Every settlement that was proposed for a checkpoint, in order; those that fell, too."""
    await require_dataset(session, dataset)
    await service.require_epoch(session, dataset, epoch)
    (after,) = decode_cursor(cursor, (0,))
    rows = await conduct_queries.attempts(session, dataset, epoch, int(after), limit + 1)
    return page_of(rows, limit, lambda row: _attempt(services, row), lambda row: (int(row.attempt),))


@router.get("/coordinators/{address}/slashes", operation_id="list_slashes", responses=documented(BadRequest))
async def list_slashes(
    address: AddressPath, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[SlashAnswer]:
    """What a coordinator's bond was taken for, newest first: broken promises that were proven, settlements that fell,
    deliveries that were not made."""
    token = await services.tokens.describe(services.deployment.address("CotaToken"))
    block, log_index = decode_cursor(cursor, NEWEST)
    rows = await conduct_queries.slashes(session, address, (int(block), int(log_index)), limit + 1)

    def show(row: Any) -> SlashAnswer:
        return SlashAnswer(
            dataset=bytes(row.dataset),
            by=address_of(bytes(row.slasher)),
            fault=row.fault,
            place=None if row.place is None else str(int(row.place)),
            prover=None if row.prover is None else address_of(bytes(row.prover)),
            amount=int(row.amount),
            to=address_of(bytes(row.recipient)),
            credited=int(row.credited),
            balance=int(row.balance),
            token=token,
            at=row.block_time,
            block=row.block_number,
            tx_hash=bytes(row.tx_hash),
            status=services.freshness.status_of(row.block_number),
        )

    return page_of(rows, limit, show, lambda row: (row.block_number, row.log_index))


def _attempt(services: Services, row: Any) -> AttemptAnswer:
    return AttemptAnswer(
        attempt=int(row.attempt),
        state=row.state,
        settlement_root=bytes(row.settlement_root),
        total_units=int(row.total_units),
        leaf_count=int(row.leaf_count),
        file_hash=bytes(row.file_hash),
        proposer=address_of(bytes(row.proposer)),
        bond=int(row.bond),
        window_ends_at=instant(row.window_ends_at),
        forfeited=None if row.forfeited is None else int(row.forfeited),
        settle_by=instant(row.settle_by),
        at=row.proposed_time,
        block=row.proposed_block,
        tx_hash=bytes(row.proposed_tx),
        status=services.freshness.status_of(row.proposed_block),
    )
