"""HTTP of moderation: request -> **api** -> service."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from cota.auth.deps import CurrentWallet, MaybeWallet
from cota.datasets.service import require_dataset
from cota.errors import (
    BadRequest,
    Forbidden,
    InvalidBody,
    NotFound,
    NotSignedIn,
    RateLimited,
    UnknownDataset,
    UnknownItem,
)
from cota.http.bodies import StrictRoute
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor, page_of
from cota.http.paths import Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page
from cota.http.sessions import Read, ServicesDep, Write
from cota.moderation import queries, service
from cota.moderation.schemas import (
    ErasureAnswer,
    ReportAnswer,
    ReportedAnswer,
    ReportRequest,
    TakedownAnswer,
    TakedownRequest,
)
from cota.units import address_of

router = APIRouter(tags=["moderation"], route_class=StrictRoute)

ReportPath = Annotated[int, Path(ge=1, lt=2**63)]


@router.post(
    "/datasets/{dataset}/reports",
    operation_id="report_content",
    status_code=201,
    responses=documented(NotSignedIn, UnknownDataset, UnknownItem, InvalidBody, RateLimited),
)
async def report_content(
    dataset: Bytes32Path, body: ReportRequest, wallet: MaybeWallet, services: ServicesDep, session: Write
) -> ReportedAnswer:
    """Anyone says that an item, or the dataset, should not be there. Publisher and operator see it, without who."""
    services.limits.check("report", CALLER.get())
    return ReportedAnswer(id=await service.report(session, dataset, wallet, body))


@router.get(
    "/datasets/{dataset}/reports",
    operation_id="list_reports",
    responses=documented(NotSignedIn, Forbidden, UnknownDataset, BadRequest),
)
async def list_reports(
    dataset: Bytes32Path, wallet: CurrentWallet, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[ReportAnswer]:
    """The queue of publisher and operator, oldest first."""
    await service.require_moderator(session, dataset, wallet)
    (after,) = decode_cursor(cursor, (0,))
    rows = await queries.queue(session, dataset, int(after), limit + 1)
    return page_of(rows, limit, _show_report, lambda row: (row.id,))


@router.post(
    "/datasets/{dataset}/reports/{report}/dismissal",
    operation_id="dismiss_report",
    status_code=204,
    responses=documented(NotSignedIn, Forbidden, UnknownDataset, NotFound),
)
async def dismiss_report(
    dataset: Bytes32Path, report: ReportPath, wallet: CurrentWallet, session: Write
) -> Response:
    """The item stays."""
    await service.dismiss(session, dataset, wallet, report)
    return Response(status_code=204)


@router.post(
    "/datasets/{dataset}/takedowns",
    operation_id="take_down",
    status_code=204,
    responses=documented(NotSignedIn, Forbidden, UnknownDataset, UnknownItem, InvalidBody),
)
async def take_down(
    dataset: Bytes32Path, body: TakedownRequest, wallet: CurrentWallet, session: Write
) -> Response:
    """Destroys an item's content and salt; leases of it end without penalty. Its digest and its labels stay."""
    await service.take_down(session, dataset, wallet, body)
    return Response(status_code=204)


@router.get(
    "/datasets/{dataset}/takedowns",
    operation_id="list_takedowns",
    responses=documented(UnknownDataset, BadRequest),
)
async def list_takedowns(
    dataset: Bytes32Path, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[TakedownAnswer]:
    """Public: what was taken down, by whom and why."""
    await require_dataset(session, dataset)
    (after,) = decode_cursor(cursor, (0,))
    rows = await queries.takedowns(session, dataset, int(after), limit + 1)
    return page_of(rows, limit, _show_takedown, lambda row: (row.id,))


@router.post("/accounts/me/erasure", operation_id="erase_own_labels", responses=documented(NotSignedIn))
async def erase_own_labels(wallet: CurrentWallet, session: Write) -> ErasureAnswer:
    """Destroys the caller's labels and their salts in every final epoch. Earnings stay; keep a backup for disputes."""
    erased, waiting = await service.erase(session, wallet, None)
    return ErasureAnswer(erased=erased, waiting=waiting)


@router.delete(
    "/accounts/me/annotations/{row_id}",
    operation_id="erase_own_label",
    responses=documented(NotSignedIn, NotFound),
)
async def erase_own_label(row_id: Bytes32Path, wallet: CurrentWallet, session: Write) -> ErasureAnswer:
    """The same for one label."""
    erased, waiting = await service.erase(session, wallet, row_id)
    return ErasureAnswer(erased=erased, waiting=waiting)


def _show_report(row: Any) -> ReportAnswer:
    return ReportAnswer(
        id=row.id,
        item_ref=bytes(row.item_ref) if row.item_ref else None,
        reason=row.reason,
        note=row.note,
        at=row.at,
        state=row.state,
    )


def _show_takedown(row: Any) -> TakedownAnswer:
    return TakedownAnswer(
        item_ref=bytes(row.item_ref),
        by=address_of(bytes(row.account)),
        role=row.role,
        reason=row.reason,
        note=row.note,
        at=row.at,
    )
