"""HTTP of licences: request -> **api** -> service."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path
from fastapi.responses import StreamingResponse

from cota.auth.deps import CurrentWallet
from cota.datasets.service import require_dataset
from cota.errors import (
    BadRequest,
    NoSuchRange,
    NotIndexedYet,
    NotLicensed,
    NotSignedIn,
    RateLimited,
    UnknownDataset,
    UnknownLicense,
)
from cota.http.bodies import StrictRoute
from cota.http.coordinators import OtherCoordinator
from cota.http.paging import NEWEST, Cursor, Limit, decode_cursor, page_of
from cota.http.paths import AddressQuery, Bytes32Query
from cota.http.problems import documented
from cota.http.schemas import Page, instant
from cota.http.services import Services
from cota.http.sessions import MinBlock, Read, ServicesDep
from cota.http.spool import download, downloads
from cota.licenses import duty, queries, resuming, service
from cota.licenses.schemas import CheckAnswer, DeliveryAnswer, LicenseAnswer, RoyaltyAnswer
from cota.units import address_of

router = APIRouter(prefix="/licenses", tags=["licenses"], route_class=StrictRoute)

LicensePath = Annotated[int, Path(ge=0, lt=2**256, description="The licence's token id")]


@router.get("/check", operation_id="check_license", responses=documented(UnknownDataset, NotIndexedYet))
async def check_license(
    dataset: Bytes32Query, address: AddressQuery, services: ServicesDep, session: Read
) -> CheckAnswer:
    """Whether an account may download a dataset now. With `min_block` of the purchase the answer waits for it
    (P9)."""
    await require_dataset(session, dataset)
    found = await queries.find_of(session, dataset, address, await services.freshness.now())
    if found is None:
        return CheckAnswer(
            licensed=False,
            dataset=dataset,
            address=address,
            license=None,
            epochs=[],
            expires_at=None,
            export_url=None,
        )
    return CheckAnswer(
        licensed=services.freshness.status_of(found.place[0]) == "final",
        dataset=dataset,
        address=address,
        license=str(found.id),
        epochs=[epoch.number for epoch in await queries.epochs_of(session, found)],
        expires_at=instant(found.expires_at),
        export_url=f"/v1/licenses/{found.id}/export",
    )


@router.get("/{license}", operation_id="get_license", responses=documented(UnknownLicense, NotIndexedYet))
async def get_license(license: LicensePath, services: ServicesDep, session: Read) -> LicenseAnswer:
    """One licence."""
    found = await service.require_license(session, license)
    dataset = await require_dataset(session, found.dataset)
    owed = duty.replay(dataset.terms.reporting_period, await queries.course_of(session, found))
    delivery = await queries.delivery_of(session, found)
    now = await services.freshness.now()
    return LicenseAnswer(
        license=str(found.id),
        dataset=found.dataset,
        receiver=found.receiver,
        payer=found.payer,
        **{"class": found.license_class},
        price=found.price,
        epochs=[epoch.number for epoch in await queries.epochs_of(session, found)],
        terms_hash=found.terms_hash,
        expires_at=instant(found.expires_at),
        expired=service.is_expired(found, now),
        renewed_block=found.renewed_block,
        due_at=instant(owed.due_at),
        overdue=owed.is_overdue(now),
        reports=owed.reports,
        late=owed.late,
        delivery=None if delivery is None else _show_delivery(services, delivery),
        token=await services.tokens.describe(dataset.terms.payment_token),
        export_url=f"/v1/licenses/{found.id}/export",
        block=found.block,
        tx_hash=found.tx_hash,
        status=services.freshness.status_of(found.block),
    )


@router.get(
    "/{license}/royalties", operation_id="list_royalties", responses=documented(UnknownLicense, BadRequest)
)
async def list_royalties(
    license: LicensePath, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[RoyaltyAnswer]:
    """Royalties paid under a licence, newest first."""
    found = await service.require_license(session, license)
    dataset = await require_dataset(session, found.dataset)
    token = await services.tokens.describe(dataset.terms.payment_token)
    block, log_index = decode_cursor(cursor, NEWEST)
    rows = await queries.royalties(session, found, (int(block), int(log_index)), limit + 1)

    def show(row: Any) -> RoyaltyAnswer:
        report = bytes(row.report_hash)
        return RoyaltyAnswer(
            payer=address_of(bytes(row.payer)),
            amount=int(row.amount),
            report_hash=report if any(report) else None,
            token=token,
            at=row.block_time,
            block=row.block_number,
            tx_hash=bytes(row.tx_hash),
            status=services.freshness.status_of(row.block_number),
        )

    return page_of(rows, limit, show, lambda row: (row.block_number, row.log_index))


@router.get(
    "/{license}/export",
    operation_id="export_license",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/jsonl": {}}, "description": "Labels with proofs, one JSON a line"},
        206: {"content": {"application/jsonl": {}}, "description": "The rest, from the byte asked for"},
        **documented(
            NotSignedIn,
            NotLicensed,
            UnknownLicense,
            NotIndexedYet,
            OtherCoordinator,
            NoSuchRange,
            RateLimited,
        ),
    },
)
async def export_license(
    license: LicensePath,
    wallet: CurrentWallet,
    services: ServicesDep,
    min_block: MinBlock = None,
    range: Annotated[str | None, Header(description="bytes=N- for what is missing")] = None,
    if_range: Annotated[str | None, Header(description="The ETag of what is there already")] = None,
) -> StreamingResponse:
    """Downloads every receipted row of the licensed epochs with its proof. Its last line has the type `end`:
    without it the file is incomplete, and is continued with `Range` and `If-Range`. Each read is logged."""
    downloads.check(wallet)
    if min_block is not None:
        await services.freshness.wait_for(min_block)
    async with services.database.write() as session:
        found, dataset, epochs = await service.open_license(services, session, license, wallet)
        tag = await resuming.entity_tag(services, session, found, dataset, epochs)
        await queries.log_read(session, wallet, found)
    name = f"cota-{dataset.id.hex()[:16]}-license-{found.id}.jsonl"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }
    pieces = service.export(services, found, dataset, epochs)
    start = resuming.wanted_start(range, if_range, tag)
    if start:
        with downloads.held(wallet):
            rest = await resuming.rest_of(pieces, start)
        counted = downloads.of(wallet, rest.pieces())
        return StreamingResponse(counted, 206, headers | rest.headers, "application/jsonl")
    return StreamingResponse(download(wallet, pieces), headers=headers, media_type="application/jsonl")


def _show_delivery(services: Services, row: Any) -> DeliveryAnswer:
    return DeliveryAnswer(
        state=row.state,
        coordinator=None if row.coordinator is None else address_of(bytes(row.coordinator)),
        price=None if row.price is None else int(row.price),
        due_at=instant(row.due_at),
        answered=row.answered,
        returned=None if row.returned is None else int(row.returned),
        block=row.block_number,
        tx_hash=bytes(row.tx_hash),
        status=services.freshness.status_of(row.block_number),
    )
