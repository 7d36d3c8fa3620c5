"""HTTP of the running system: probes, metrics, status."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from cota.errors import ChainUnavailable
from cota.http.freshness import Indexed
from cota.http.schemas import Answer, Bytes32, Contract, Instant, Token
from cota.http.services import Services
from cota.http.sessions import ServicesDep
from cota.observe.health import check_ready
from cota.store.leader import has_leader
from cota.store.mirror_names import SCHEMA
from cota.store.tables import undecodable_logs
from cota.units import BlockRef

probes = APIRouter(tags=["service"])
router = APIRouter(tags=["service"])


class IndexedAnswer(Answer):
    number: int
    hash: Bytes32
    time: Instant | None


class StatusAnswer(Answer):
    """`indexed` is null before the first block; `lag_blocks` counts from the chain's head, `lag_seconds` between
    the times of the two blocks. `undecodable_logs` are kept raw; `indexer_leads`: somebody writes the mirror."""

    network: str
    chain_id: int
    genesis_hash: Bytes32
    contracts: dict[str, Contract]
    head: int | None
    indexed: IndexedAnswer | None
    lag_blocks: int | None
    lag_seconds: int | None
    undecodable_logs: int | None
    indexer_leads: bool | None
    confirmations: int
    time: Instant
    relayer: Contract | None
    receipt_key: Contract | None
    payment_token: Token | None
    token: Token


@probes.get("/livez", operation_id="check_alive", response_class=PlainTextResponse)
async def check_alive() -> str:
    """The process answers."""
    return "ok"


@probes.get(
    "/readyz", operation_id="check_ready", responses={503: {"description": "Not ready; each cause by name"}}
)
async def check_readiness(services: ServicesDep) -> JSONResponse:
    """The process can serve: database, node, indexer, each with its cause."""
    ready, causes = await check_ready(services)
    return JSONResponse({"ready": ready, "checks": causes}, 200 if ready else 503)


@probes.get("/metrics", include_in_schema=False)
async def get_metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/status", operation_id="get_status")
async def get_status(services: ServicesDep) -> StatusAnswer:
    """Which network and contracts this is, and how far it is indexed."""
    known = await services.freshness.current()
    head = await _head(services)
    # Without a node: as the indexer last saw it.
    newest = head.number if head else known.head if known else None
    undecodable, is_led = await _mirror(services)
    deployment = services.deployment
    payment_token = services.settings.network.payment_token
    if payment_token is None and "TestDollar" in deployment.contracts:
        payment_token = deployment.address("TestDollar")
    return StatusAnswer(
        network=deployment.network,
        chain_id=services.chain_id,
        genesis_hash=deployment.genesis_hash,
        contracts={name: deployed.address for name, deployed in sorted(deployment.contracts.items())},
        head=newest,
        indexed=IndexedAnswer(number=known.number, hash=known.hash, time=known.time) if known else None,
        lag_blocks=max(0, newest - known.number) if known and newest is not None else None,
        lag_seconds=_seconds(known, head) if known and head else None,
        undecodable_logs=undecodable,
        indexer_leads=is_led,
        confirmations=services.settings.network.confirmations,
        time=datetime.now(UTC),
        relayer=services.relayer.address if services.relayer else None,
        receipt_key=services.receipt_key.address if services.receipt_key else None,
        payment_token=await services.tokens.describe(payment_token) if payment_token else None,
        token=await services.tokens.describe(deployment.address("CotaToken")),
    )


async def _head(services: Services) -> BlockRef | None:
    try:
        return await services.node.head()
    except ChainUnavailable:
        return None


def _seconds(known: Indexed, head: BlockRef) -> int | None:
    return max(0, head.timestamp - int(known.time.timestamp())) if known.time else None


async def _mirror(services: Services) -> tuple[int | None, bool | None]:
    """Logs kept raw, and whether an indexer leads; None while the database is away."""
    try:
        async with services.database.read() as session:
            count = await session.scalar(select(func.count()).select_from(undecodable_logs))
            return count, await has_leader(session, SCHEMA)
    except SQLAlchemyError:
        return None, None
