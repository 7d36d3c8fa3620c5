"""HTTP of appeals: request -> **api** -> service."""

from fastapi import APIRouter

from cota.auth.deps import CurrentWallet
from cota.datasets.service import require_dataset
from cota.disputes import service
from cota.disputes.schemas import AppealAnswer, AppealCallAnswer, AppealRequest, EvidenceAnswer
from cota.errors import (
    BadRequest,
    ChainReverted,
    ChainUnavailable,
    InvalidBody,
    NotFound,
    NotIndexedYet,
    NotSignedIn,
    RateLimited,
    UnknownDataset,
)
from cota.http.bodies import StrictRoute
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor
from cota.http.paths import AddressPath, Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page
from cota.http.sessions import Read, ServicesDep
from cota.settlement.api import EpochPath

router = APIRouter(tags=["disputes"], route_class=StrictRoute)

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
