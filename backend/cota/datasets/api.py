"""HTTP of datasets: request -> **api** -> service -> queries."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect

from cota.auth.deps import CurrentWallet, TokenWallet
from cota.bounties import queries as bounties
from cota.datasets import answers, queries, service, uploads
from cota.datasets.schemas import (
    BatchAnswer,
    BatchRequest,
    DatasetAnswer,
    DatasetDetailAnswer,
    DetailsRequest,
    HolderAnswer,
    PaymentAnswer,
    UploadAnswer,
)
from cota.errors import (
    BadRequest,
    Forbidden,
    InvalidBody,
    InvalidLabel,
    NotSignedIn,
    RootsMismatch,
    SchemaMismatch,
    UnknownDataset,
)
from cota.http.bodies import StrictRoute
from cota.http.paging import NEWEST, Cursor, Limit, decode_cursor, page_of
from cota.http.paths import Bytes32Path, Bytes32Query
from cota.http.problems import BodyTooLarge, documented
from cota.http.schemas import Page
from cota.http.sessions import Read, ServicesDep, Write
from cota.units import UINT256_MAX

router = APIRouter(prefix="/datasets", tags=["datasets"], route_class=StrictRoute)

_UPLOAD = (
    NotSignedIn,
    Forbidden,
    UnknownDataset,
    SchemaMismatch,
    InvalidLabel,
    RootsMismatch,
    InvalidBody,
    BodyTooLarge,
)
_UPLOAD_LIMIT = 64 * 2**20
# The real limit is a setting, and counted while the stream is written to disk.
_STREAM_LIMIT = 2**40
_STREAM_BODY: dict[str, Any] = {
    "required": True,
    "content": {name: {"schema": {"type": "string"}} for name in uploads.FORMS},
}


@router.get("", operation_id="list_datasets", responses=documented(BadRequest))
async def list_datasets(
    services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[DatasetAnswer]:
    """All datasets, newest first."""
    block, log_index = decode_cursor(cursor, NEWEST)
    rows = await queries.page(session, (int(block), int(log_index)), limit + 1)
    promised = await bounties.promised(session, [found.id for found, _ in rows[:limit]])
    shown = {
        found.id: await answers.show_dataset(services, found, promised.get(found.id))
        for found, _ in rows[:limit]
    }
    return page_of(rows, limit, lambda row: shown[row[0].id], lambda row: (row[0].block, row[1]))


@router.get("/{dataset}", operation_id="get_dataset", responses=documented(UnknownDataset))
async def get_dataset(dataset: Bytes32Path, services: ServicesDep, session: Read) -> DatasetDetailAnswer:
    """One dataset: terms, question, figures."""
    found = await service.require_dataset(session, dataset)
    facts = await queries.facts(session, dataset)
    promised = await bounties.promised(session, [dataset])
    return DatasetDetailAnswer(
        **await answers.describe(services, found, promised.get(dataset)),
        paid=int(facts.paid),
        claimed=int(facts.claimed),
        supply=int(facts.supply),
        members=facts.members,
        rows=facts.rows,
        prices=[answers.show_price(row) for row in await queries.prices(session, dataset)],
    )


@router.get("/{dataset}/batches", operation_id="list_batches", responses=documented(UnknownDataset))
async def list_batches(
    dataset: Bytes32Path, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[BatchAnswer]:
    """The batches committed on chain, in order."""
    await service.require_dataset(session, dataset)
    (after,) = decode_cursor(cursor, (-1,))
    rows = await queries.batches(session, dataset, int(after), limit + 1)
    return page_of(rows, limit, lambda row: answers.show_batch(services, row), lambda row: (row.batch,))


@router.get("/{dataset}/holders", operation_id="list_holders", responses=documented(UnknownDataset))
async def list_holders(
    dataset: Bytes32Path, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[HolderAnswer]:
    """Who holds shares, most first. Shares still to be claimed are nobody's yet."""
    await service.require_dataset(session, dataset)
    balance, account = decode_cursor(cursor, (UINT256_MAX, b""))
    supply = int((await queries.facts(session, dataset)).supply)
    rows = await queries.holders(session, dataset, (int(balance), bytes(account)), limit + 1)
    return page_of(
        rows,
        limit,
        lambda row: answers.show_holder(row, supply),
        lambda row: (int(row.balance), bytes(row.account)),
    )


@router.get("/{dataset}/payments", operation_id="list_payments", responses=documented(UnknownDataset))
async def list_payments(
    dataset: Bytes32Path, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[PaymentAnswer]:
    """What reached the holders' pool, newest first."""
    await service.require_dataset(session, dataset)
    block, log_index = decode_cursor(cursor, NEWEST)
    rows = await queries.payments(session, dataset, (int(block), int(log_index)), limit + 1)
    return page_of(
        rows,
        limit,
        lambda row: answers.show_payment(services, row),
        lambda row: (row.block_number, row.log_index),
    )


@router.post(
    "/{dataset}/details",
    operation_id="set_dataset_details",
    status_code=204,
    responses=documented(NotSignedIn, Forbidden, UnknownDataset, SchemaMismatch, InvalidBody),
)
async def set_dataset_details(
    dataset: Bytes32Path, body: DetailsRequest, wallet: CurrentWallet, session: Write
) -> Response:
    """The publisher tells the question whose hash is in the terms, a title and a description."""
    await service.save_details(session, dataset, wallet, body)
    return Response(status_code=204)


@router.post(
    "/{dataset}/batches",
    operation_id="upload_batch",
    status_code=201,
    max_body_size=_UPLOAD_LIMIT,
    responses=documented(*_UPLOAD),
)
async def upload_batch(
    dataset: Bytes32Path, body: BatchRequest, wallet: CurrentWallet, session: Write
) -> UploadAnswer:
    """The publisher hands items and gold over, at most 64 MiB. They are worked on once the chain has their
    roots."""
    prepared = await asyncio.to_thread(service.prepare_items, body.items)
    first_item = await service.upload_batch(session, dataset, wallet, body, prepared)
    return UploadAnswer(
        items_root=body.items_root, gold_root=body.gold_root, first_item=first_item, count=len(body.items)
    )


@router.post(
    "/{dataset}/batches/stream",
    operation_id="stream_batch",
    status_code=201,
    max_body_size=_STREAM_LIMIT,
    openapi_extra={"requestBody": _STREAM_BODY},
    responses=documented(BadRequest, *_UPLOAD),
)
async def stream_batch(
    dataset: Bytes32Path,
    request: Request,
    wallet: TokenWallet,
    services: ServicesDep,
    items_root: Bytes32Query,
    gold_root: Bytes32Query,
    first_item: Annotated[
        int | None, Query(ge=0, lt=2**53, description="As for an upload at one go; told by the chain")
    ] = None,
) -> UploadAnswer:
    """The publisher hands items and gold over as a stream, one a line, a header before a table's rows. As large as
    the deployment allows, 512 MiB unless it says otherwise; the first bad line stops it, and nothing of it is kept."""
    async with services.database.read() as session:
        found = service.require_publisher(await service.require_dataset(session, dataset), wallet)
    upload = uploads.Upload(service.require_told(found), wallet, items_root, gold_root, first_item)
    form = uploads.FORMS.get(request.headers.get("content-type", "").partition(";")[0].strip().lower())
    if form is None:
        raise BadRequest(f"the content type must be one of {', '.join(uploads.FORMS)}")
    declared = request.headers.get("content-length", "")
    limit = services.settings.upload_mib * 2**20
    try:
        async with uploads.spooled(
            request.stream(), limit, int(declared) if declared.isdecimal() else None
        ) as file:
            stored = await uploads.store(services.database, upload, file, form)
    except ClientDisconnect as error:
        raise BadRequest("the upload broke off: nothing of it is kept") from error
    return UploadAnswer(
        items_root=items_root, gold_root=gold_root, first_item=stored.first_item, count=stored.count
    )
