"""HTTP of leases: request -> **api** -> service."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from cota.auth.deps import CurrentWallet
from cota.commitments import draw
from cota.commitments.hashes import KIND_LABEL, KIND_REVIEW
from cota.datasets.service import require_dataset
from cota.errors import (
    BadRequest,
    ChainUnavailable,
    DatasetNotOpen,
    ExamWanted,
    Forbidden,
    InvalidBody,
    LeaseExpired,
    MissingCredential,
    NotAMember,
    NoTask,
    NotLeased,
    NotSignedIn,
    OwnDataset,
    RateLimited,
    UnknownDataset,
)
from cota.http.bodies import StrictRoute
from cota.http.paging import Cursor, Limit, decode_cursor, page_of
from cota.http.paths import Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page
from cota.http.sessions import Read, ServicesDep, Write
from cota.tasks import draws, service
from cota.tasks.deps import BenchDep
from cota.tasks.draws import NotDrawnYet
from cota.tasks.queries import Lease
from cota.tasks.schemas import (
    CohortAnswer,
    DrawAnswer,
    ExtraSeatsAnswer,
    FlagAnswer,
    HeartbeatAnswer,
    LeaseAnswer,
    LeaseRequest,
    LeasesAnswer,
    SkipRequest,
    Task,
)

router = APIRouter(tags=["tasks"], route_class=StrictRoute)


@router.post(
    "/datasets/{dataset}/leases",
    operation_id="lease_items",
    responses=documented(
        NotSignedIn,
        UnknownDataset,
        DatasetNotOpen,
        NotAMember,
        OwnDataset,
        MissingCredential,
        ExamWanted,
        NoTask,
        NotDrawnYet,
        RateLimited,
        InvalidBody,
        ChainUnavailable,
    ),
)
async def lease_items(
    dataset: Bytes32Path, body: LeaseRequest, wallet: CurrentWallet, bench: BenchDep
) -> LeasesAnswer:
    """Takes items to label, or to review. Each is offered to nobody else for its seat until the lease ends."""
    kind = KIND_REVIEW if body.kind == "review" else KIND_LABEL
    found = await bench.lease(dataset, wallet, body.count, kind)
    return LeasesAnswer(leases=[_show(one) for one in found])


@router.get("/leases", operation_id="list_leases", responses=documented(NotSignedIn))
async def list_leases(wallet: CurrentWallet, session: Read) -> LeasesAnswer:
    """The caller's active leases."""
    return LeasesAnswer(leases=[_show(found) for found in await service.active_of(session, wallet)])


@router.post(
    "/leases/{lease}/heartbeat",
    operation_id="extend_lease",
    responses=documented(NotSignedIn, NotLeased, LeaseExpired, NotAMember, MissingCredential),
)
async def extend_lease(lease: Bytes32Path, wallet: CurrentWallet, session: Write) -> HeartbeatAnswer:
    """Keeps a lease alive while its holder is at work; at most two hours in all."""
    return HeartbeatAnswer(id=lease, expires_at=await service.heartbeat(session, lease, wallet))


@router.delete(
    "/leases/{lease}",
    operation_id="release_lease",
    status_code=204,
    responses=documented(NotSignedIn, NotLeased),
)
async def release_lease(lease: Bytes32Path, wallet: CurrentWallet, session: Write) -> Response:
    """Gives an item back. No penalty."""
    await service.release(session, lease, wallet)
    return Response(status_code=204)


@router.post(
    "/leases/{lease}/skip",
    operation_id="skip_item",
    status_code=204,
    responses=documented(NotSignedIn, NotLeased, NotAMember, MissingCredential, InvalidBody),
)
async def skip_item(lease: Bytes32Path, body: SkipRequest, wallet: CurrentWallet, session: Write) -> Response:
    """Gives an item back for good: it goes to others, and the caller is not offered it again. No penalty.
    `broken`, `offensive`, `personal-data` and `illegal` are told to the publisher."""
    await service.skip(session, lease, wallet, body.reason, body.note)
    return Response(status_code=204)


@router.get(
    "/datasets/{dataset}/flags",
    operation_id="list_flags",
    responses=documented(NotSignedIn, Forbidden, UnknownDataset, BadRequest),
)
async def list_flags(
    dataset: Bytes32Path, wallet: CurrentWallet, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[FlagAnswer]:
    """The publisher's queue: items that contributors flagged. Who did is not told."""
    (after,) = decode_cursor(cursor, (0,))
    rows = await service.flags(session, dataset, wallet, int(after), limit + 1)
    return page_of(rows, limit, _show_flag, lambda row: (row.id,))


@router.get(
    "/datasets/{dataset}/extra-seats",
    operation_id="list_extra_seats",
    responses=documented(NotSignedIn, Forbidden, UnknownDataset, BadRequest),
)
async def list_extra_seats(
    dataset: Bytes32Path, wallet: CurrentWallet, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[ExtraSeatsAnswer]:
    """For the publisher: items that got more seats than the terms give them, because they were in doubt when all their
    labels were there. Some gold items are among them, so that nobody else can tell which is which."""
    (after,) = decode_cursor(cursor, (0,))
    rows = await service.extra_seats(session, dataset, wallet, int(after), limit + 1)
    return page_of(rows, limit, _show_extra, lambda row: (row.id,))


@router.get("/datasets/{dataset}/draw", operation_id="get_draw", responses=documented(UnknownDataset))
async def get_draw(
    dataset: Bytes32Path,
    services: ServicesDep,
    session: Read,
    after: Annotated[int, Query(ge=-1, lt=2**63)] = -1,
    limit: Limit = 50,
) -> DrawAnswer:
    """Who could be given which item, for anyone to draw again (docs/labelling.md)."""
    found = await require_dataset(session, dataset)
    cohorts = await draws.stored(session, dataset, after=after, limit=limit + 1)
    is_over = found.state in ("closed", "archived")
    return DrawAnswer(
        commitment=found.terms.draw_commitment,
        is_drawn=draw.is_committed(found.terms.draw_commitment),
        secret=await draws.secret_of(session, dataset) if is_over else None,
        section=draw.SECTION,
        cohort_blocks=services.settings.network.cohort_blocks,
        cohorts=[CohortAnswer(**asdict(one)) for one in cohorts[:limit]],
        next=cohorts[limit - 1].block if len(cohorts) > limit else None,
    )


def _show_flag(row: Any) -> FlagAnswer:
    return FlagAnswer(
        item_ref=bytes(row.item_ref),
        content=None if row.erased else row.content,
        reasons=row.reasons,
        notes=[note for part in row.notes for note in part],
        first_at=row.first_at,
    )


def _show_extra(row: Any) -> ExtraSeatsAnswer:
    return ExtraSeatsAnswer(
        item_ref=bytes(row.item_ref),
        content=None if row.erased else row.content,
        extra_seats=row.extra_seats,
        open_seats=row.open_seats,
        labels=row.labels,
    )


def _show(lease: Lease) -> LeaseAnswer:
    return LeaseAnswer(
        id=lease.id,
        dataset=lease.dataset,
        kind="review" if lease.kind == KIND_REVIEW else "label",
        answers=list(lease.answers),
        item=Task(content=lease.content, item_ref=lease.item_ref),
        created_at=lease.created_at,
        expires_at=lease.expires_at,
    )
