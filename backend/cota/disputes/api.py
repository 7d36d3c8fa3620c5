"""HTTP of disputes: request -> **api** -> service, judging."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from cota.auth.deps import CurrentWallet
from cota.datasets.service import require_dataset
from cota.disputes import judging, judging_queries, service
from cota.disputes.judging import Copy
from cota.disputes.schemas import (
    AppealAnswer,
    AppealCallAnswer,
    AppealRequest,
    EvidenceAnswer,
    SeatAnswer,
)
from cota.errors import (
    BadRequest,
    ChainReverted,
    ChainUnavailable,
    Forbidden,
    InvalidBody,
    NotFound,
    NotIndexedYet,
    NotSignedIn,
    RateLimited,
    UnknownDataset,
)
from cota.http.bodies import StrictRoute
from cota.http.coordinators import OtherCoordinator
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor, page_of
from cota.http.paths import AddressPath, Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page, instant
from cota.http.services import Services
from cota.http.sessions import Read, ServicesDep
from cota.http.spool import download, downloads
from cota.settlement.api import EpochPath
from cota.units import Address, address_of

router = APIRouter(tags=["disputes"], route_class=StrictRoute)

_LAST = (2**63 - 1, 2**53)
_ROWS = {"content": {"application/jsonl": {}}, "description": "Labels with proofs, one JSON a line"}
_JUDGES = (NotSignedIn, Forbidden, NotFound, UnknownDataset, OtherCoordinator, RateLimited)
NumberPath = Annotated[int, Path(ge=1, lt=2**53)]
_APPEAL = "/accounts/{address}/datasets/{dataset}/epochs/{epoch}/appeal"


@router.get(_APPEAL, operation_id="get_appeal", responses=documented(UnknownDataset, NotFound, BadRequest))
async def get_appeal(
    address: AddressPath, dataset: Bytes32Path, epoch: EpochPath, services: ServicesDep, session: Read
) -> AppealAnswer:
    """Whether the account may appeal the epoch, until when, for how much; and how its appeal stands."""
    found = await require_dataset(session, dataset)
    return await service.state_of(services, session, found, epoch, address)


@router.post(
    _APPEAL,
    operation_id="make_appeal",
    responses=documented(
        UnknownDataset, NotFound, InvalidBody, ChainReverted, ChainUnavailable, NotIndexedYet, RateLimited
    ),
)
async def make_appeal(
    address: AddressPath, dataset: Bytes32Path, epoch: EpochPath, body: AppealRequest, services: ServicesDep
) -> AppealCallAnswer:
    """The appeal as transactions for the account's own wallet to sign and send: the approval of the bond where it is
    missing, and the appeal itself. Nothing is sent from here: bond and fee are hers, so the court takes an appeal from
    nobody else. What the court would refuse is refused here, in its words."""
    services.limits.check("wallet-check", CALLER.get())
    # No session as a parameter: a connection must not be held while the node is asked.
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
    return await service.make_ready(services, found, epoch, address, body)


@router.get(
    "/accounts/me/datasets/{dataset}/epochs/{epoch}/evidence",
    operation_id="list_evidence",
    responses=documented(NotSignedIn, UnknownDataset, NotFound, BadRequest),
)
async def list_evidence(
    dataset: Bytes32Path,
    epoch: EpochPath,
    wallet: CurrentWallet,
    services: ServicesDep,
    session: Read,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EvidenceAnswer]:
    """The caller's rows of an epoch that do not count: the reason, who answered the item, and the gold that was
    committed for it, opened with its proof. If the epoch fines her, her rows on gold items too."""
    found = await require_dataset(session, dataset)
    (after,) = decode_cursor(cursor, (-1,))
    return await service.evidence(services, session, found, epoch, wallet, int(after), limit)


@router.get("/accounts/{address}/seats", operation_id="list_seats", responses=documented(BadRequest))
async def list_seats(
    address: AddressPath, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[SeatAnswer]:
    """The panels that an account was drawn for, newest first, with what it has to do until when."""
    block, case = decode_cursor(cursor, _LAST)
    rows = await judging_queries.seats_of(session, address, (int(block), int(case)), limit + 1)
    return page_of(rows, limit, _seat, lambda row: (row.block_number, int(row.case_id)))


@router.get(
    "/datasets/{dataset}/cases/{case}/rows",
    operation_id="read_case",
    response_class=StreamingResponse,
    responses={200: _ROWS, **documented(*_JUDGES)},
)
async def read_case(
    dataset: Bytes32Path, case: NumberPath, wallet: CurrentWallet, services: ServicesDep
) -> StreamingResponse:
    """For jurors of the case, while it is open: every row up to the epoch in question with label, item, gold and
    proofs, in the form of the licensed download. Each read is logged."""
    downloads.check(wallet)
    copy = await judging.open_case(services, dataset, case, wallet)
    return _stream(services, wallet, copy, f"case-{case}")


@router.get(
    "/datasets/{dataset}/audits/{audit}/rows",
    operation_id="read_audit",
    response_class=StreamingResponse,
    responses={200: _ROWS, **documented(*_JUDGES, ChainUnavailable)},
)
async def read_audit(
    dataset: Bytes32Path, audit: NumberPath, wallet: CurrentWallet, services: ServicesDep
) -> StreamingResponse:
    """For who opened the audit, while the settlement is undecided: labels by item reference; contents only of the
    items of the sample that was drawn; of texts, spans and regions the labels of the sample only. What is not shown
    stands as erased. In the form of the licensed download. Each read is logged."""
    downloads.check(wallet)
    copy = await judging.open_audit(services, dataset, audit, wallet)
    return _stream(services, wallet, copy, f"audit-{audit}")


def _stream(services: Services, wallet: Address, copy: Copy, what: str) -> StreamingResponse:
    name = f"cota-{copy.dataset.id.hex()[:16]}-{what}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    pieces = download(wallet, judging.pieces(services, copy))
    return StreamingResponse(pieces, headers=headers, media_type="application/jsonl")


def _seat(row: Any) -> SeatAnswer:
    return SeatAnswer(
        dataset=bytes(row.dataset),
        case=str(int(row.case_id)),
        epoch=int(row.epoch),
        ground=row.ground,
        state=row.state,
        evidence=bytes(row.evidence),
        arbiter=address_of(bytes(row.arbiter)),
        dispute=str(int(row.dispute_id)),
        round=int(row.round),
        round_state=row.round_state,
        commit_ends_at=instant(row.commit_ends_at),
        reveal_ends_at=instant(row.reveal_ends_at),
        committed=row.committed_block is not None,
        ruling=None if row.ruling is None else int(row.ruling),
        deadline=instant(row.deadline),
        block=row.block_number,
    )
