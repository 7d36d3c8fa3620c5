"""HTTP of leases: request -> **api** -> service."""

from fastapi import APIRouter, Response

from cota.auth.deps import CurrentWallet
from cota.errors import (
    DatasetNotOpen,
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
from cota.http.paths import Bytes32Path
from cota.http.problems import documented
from cota.http.sessions import Read, Write
from cota.tasks import service
from cota.tasks.queries import Lease
from cota.tasks.schemas import HeartbeatAnswer, LeaseAnswer, LeaseRequest, LeasesAnswer, Task

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
        NoTask,
        RateLimited,
        InvalidBody,
    ),  # fmt: skip
)
async def lease_items(
    dataset: Bytes32Path, body: LeaseRequest, wallet: CurrentWallet, session: Write
) -> LeasesAnswer:
    """Takes items to label. Each is offered to nobody else for its seat until the lease ends."""
    return LeasesAnswer(
        leases=[_show(found) for found in await service.lease(session, dataset, wallet, body.count)]
    )


@router.get("/leases", operation_id="list_leases", responses=documented(NotSignedIn))
async def list_leases(wallet: CurrentWallet, session: Read) -> LeasesAnswer:
    """The caller's active leases."""
    return LeasesAnswer(leases=[_show(found) for found in await service.active_of(session, wallet)])


@router.post(
    "/leases/{lease}/heartbeat",
    operation_id="extend_lease",
    responses=documented(NotSignedIn, NotLeased, LeaseExpired),
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


def _show(lease: Lease) -> LeaseAnswer:
    return LeaseAnswer(
        id=lease.id,
        dataset=lease.dataset,
        item=Task(content=lease.content, item_ref=lease.item_ref),
        created_at=lease.created_at,
        expires_at=lease.expires_at,
    )
