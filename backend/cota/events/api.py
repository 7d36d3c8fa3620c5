"""HTTP of events: request -> **api** -> queries, stream, webhooks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from cota.auth.deps import CurrentWallet
from cota.errors import BadRequest, InvalidBody, NotFound, NotSignedIn, RateLimited, UnknownDataset
from cota.events import queries, stream, webhooks
from cota.events.queries import Ending, Event, Wanted
from cota.events.schemas import (
    CredentialEnding,
    DeliveriesAnswer,
    DeliveryAnswer,
    EventAnswer,
    InboxAnswer,
    InboxPage,
    Kind,
    NewWebhookAnswer,
    WebhookAnswer,
    WebhookRequest,
    WebhooksAnswer,
)
from cota.http.bodies import StrictRoute
from cota.http.limits import CALLER, AtOnce
from cota.http.paging import NEWEST, Cursor, Limit, decode_cursor, page_of
from cota.http.paths import WebhookPath
from cota.http.problems import documented
from cota.http.schemas import Account, Bytes32, Page, instant
from cota.http.sessions import Read, ServicesDep, Write

router = APIRouter(tags=["events"], route_class=StrictRoute)

_DEADLINES = ("window_ends_at", "deadline", "expires_at", "ends_at")
_AROUND = 30 * 86_400
# Each asks the database at each new block, for as long as it is open.
streams = AtOnce(32, "streams of events")
DatasetQuery = Annotated[Bytes32 | None, Query(description="0x and 64 hex digits")]
AccountQuery = Annotated[Account | None, Query(description="An address in any case")]
KindsQuery = Annotated[list[Kind] | None, Query(description="May be given several times")]


@router.get("/events", operation_id="list_events", responses=documented(BadRequest))
async def list_events(
    session: Read,
    dataset: DatasetQuery = None,
    account: AccountQuery = None,
    kind: KindsQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EventAnswer]:
    """What happened on chain, newest first."""
    block, log_index = decode_cursor(cursor, NEWEST)
    wanted = Wanted(dataset, account, kind)
    rows = await queries.before(session, wanted, (int(block), int(log_index)), limit + 1)
    return page_of(rows, limit, _show, lambda row: (row.block, row.log_index))


@router.get(
    "/events/stream",
    operation_id="stream_events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **documented(BadRequest, RateLimited)},
)
async def stream_events(
    services: ServicesDep,
    dataset: DatasetQuery = None,
    account: AccountQuery = None,
    kind: KindsQuery = None,
    last_event_id: Annotated[str | None, Header(description="Resume after this event")] = None,
) -> StreamingResponse:
    """The same as they happen, as server-sent events; `reorg` says what no longer holds."""
    services.limits.check("stream", CALLER.get())
    streams.check(CALLER.get())
    last = stream.parse_id(last_event_id) if last_event_id else None
    events = streams.of(CALLER.get(), stream.follow(services, Wanted(dataset, account, kind), last))
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/accounts/me/inbox", operation_id="get_inbox", responses=documented(NotSignedIn, BadRequest))
async def get_inbox(
    wallet: CurrentWallet, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> InboxPage:
    """What concerns the caller, newest first: epochs of her datasets with her own outcome, payments, memberships,
    credentials given and taken away; and which of them end."""
    block, log_index = decode_cursor(cursor, NEWEST)
    rows = await queries.inbox(session, wallet, (int(block), int(log_index)), limit + 1)
    outcomes = await queries.outcomes(session, wallet, list({row.dataset for row in rows if row.dataset}))
    final = {row.dataset for row in rows if row.dataset and row.kind == "epoch-finalized"}
    periods = await queries.appeal_periods(session, list(final))
    ends = [_ending(one) for one in await queries.ending(session, wallet, _AROUND)]

    def show(event: Event) -> InboxAnswer:
        epoch = event.dataset or b"", int(event.data.get("epoch", -1))
        labels, counted = outcomes.get(epoch, (None, None))
        deadline = _deadline(event, periods)
        return InboxAnswer(**_fields(event), labels=labels, counted=counted, deadline=deadline)

    page = page_of(rows, limit, show, lambda row: (row.block, row.log_index))
    return InboxPage(items=page.items, next=page.next, ending=ends)


@router.post(
    "/webhooks",
    operation_id="add_webhook",
    status_code=201,
    responses=documented(NotSignedIn, InvalidBody, UnknownDataset, RateLimited),
)
async def add_webhook(
    body: WebhookRequest, wallet: CurrentWallet, services: ServicesDep, session: Write
) -> NewWebhookAnswer:
    """Has final events posted to an address, signed (Standard Webhooks) and tried again until they arrive."""
    added = await webhooks.add(services, session, wallet, body.url, Wanted(body.dataset, None, body.kinds))
    return NewWebhookAnswer(id=added.id, secret=added.secret)


@router.get("/webhooks", operation_id="list_webhooks", responses=documented(NotSignedIn))
async def list_webhooks(wallet: CurrentWallet, session: Read) -> WebhooksAnswer:
    """The caller's webhooks."""
    rows = await webhooks.list_of(session, wallet)
    return WebhooksAnswer(items=[WebhookAnswer(**row._mapping) for row in rows])


@router.delete(
    "/webhooks/{name}",
    operation_id="delete_webhook",
    status_code=204,
    responses=documented(NotSignedIn, NotFound),
)
async def delete_webhook(name: WebhookPath, wallet: CurrentWallet, session: Write) -> Response:
    """No more deliveries; those that wait are dropped."""
    await webhooks.remove(session, name, wallet)
    return Response(status_code=204)


@router.get(
    "/webhooks/{name}/deliveries",
    operation_id="list_deliveries",
    responses=documented(NotSignedIn, NotFound),
)
async def list_deliveries(name: WebhookPath, wallet: CurrentWallet, session: Read) -> DeliveriesAnswer:
    """The newest hundred deliveries of a webhook, and what became of them."""
    rows = await webhooks.deliveries(session, name, wallet)
    return DeliveriesAnswer(items=[DeliveryAnswer(**row._mapping) for row in rows])


def _show(event: Event) -> EventAnswer:
    return EventAnswer(**_fields(event))


def _fields(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "dataset": event.dataset,
        "account": event.account,
        "at": event.at,
        "block": event.block,
        "tx_hash": event.tx_hash,
        "data": event.data,
    }


def _deadline(event: Event, appeal_periods: Mapping[bytes, int]) -> datetime | None:
    if event.dataset and event.kind == "epoch-finalized":
        return event.at + timedelta(seconds=appeal_periods[event.dataset])
    ends = next((event.data[name] for name in _DEADLINES if name in event.data), None)
    return None if ends is None else instant(int(ends))


def _ending(found: Ending) -> CredentialEnding:
    return CredentialEnding(
        credential=found.credential,
        issuer=found.issuer,
        expires_at=instant(found.expires_at),
        expired=found.is_over,
        datasets=found.datasets,
    )
