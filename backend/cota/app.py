"""Settings -> **app** -> uvicorn: builds the HTTP service out of its domains.

`python -m cota.app` serves it. Promises: what a process needs is opened once at start and closed once at the
end; a wrong chain, genesis or setting stops the start, before anything is served.
"""

import gc

import uvicorn
import uvloop
from eth_keys.backends.coincurve import CoinCurveECCBackend
from eth_keys.main import KeyAPI
from fastapi import FastAPI

from cota import log
from cota.accounts.api import router as accounts
from cota.accounts.income_api import router as income
from cota.annotations.api import router as annotations
from cota.annotations.service import Submissions
from cota.auth.api import router as auth
from cota.bounties.api import router as bounties
from cota.chain.client import WrongChain
from cota.chain.deployment import DeploymentMissing
from cota.datasets.api import router as datasets
from cota.datasets.media_api import router as media
from cota.datasets.standings import Standings
from cota.disputes.api import router as disputes
from cota.events.api import router as events
from cota.http import openapi, pages, problems
from cota.http.envelope import Envelope
from cota.http.oversize import Api
from cota.http.services import Services, open_services
from cota.insight.api import router as insight
from cota.licenses.api import router as licenses
from cota.moderation.api import router as moderation
from cota.observe import api as observe
from cota.settings import Settings, load, refusing
from cota.settlement.api import router as settlement
from cota.settlement.conduct_api import router as conduct
from cota.tasks.api import router as tasks
from cota.tasks.exam_api import router as exams
from cota.tasks.service import Bench

BODY_LIMIT = 2**20
_DOMAINS = (
    observe.router,
    datasets,
    media,
    tasks,
    exams,
    annotations,
    settlement,
    conduct,
    bounties,
    licenses,
    insight,
    accounts,
    income,
    disputes,
    auth,
    events,
    moderation,
)


def create_app(services: Services) -> FastAPI:
    """The application, on what the caller opened and will close."""
    app = Api(
        title="Cota",
        summary="An annotation network whose labellers own the dataset's revenue",
        version="1",
        docs_url=None,
        redoc_url=None,
        max_body_size=BODY_LIMIT,
        # Its Location would be made from the caller's Host, and what was signed is for another address.
        redirect_slashes=False,
    )
    app.add_middleware(Envelope)
    problems.install(app)
    openapi.install(app)
    app.include_router(pages.router)
    app.include_router(observe.probes)
    for router in _DOMAINS:
        app.include_router(router, prefix="/v1")
    app.state.services = services
    standings = Standings(services.database, services.freshness)
    submissions = Submissions(services.database, services.verifier, services.chain_id, standings)
    services.closing.push_async_callback(submissions.close)
    app.state.submissions = submissions
    app.state.bench = Bench(services, standings)
    return app


def serve(settings: Settings) -> None:
    """Serves until a signal; requests at hand are finished first."""
    check_curve()
    # Its loop and uvicorn's parser in C take a third of a millisecond off each request.
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    # Opened out here: a refusal to start reaches the caller by its own name, not as a failed lifespan.
    async with open_services(settings) as services:
        config = uvicorn.Config(
            create_app(services),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=15,
        )
        # What is loaded now stays: a collection that walks it again would stop every caller for a tenth of a second.
        gc.collect()
        gc.freeze()
        await uvicorn.Server(config).serve()


def check_curve() -> None:
    """Without coincurve each signature would cost forty times as much, and nothing else would tell."""
    if not isinstance(KeyAPI().backend, CoinCurveECCBackend):
        raise RuntimeError("coincurve is not installed: signature checks would block the service")


def main() -> None:
    settings = load(needs=["database", "rpc", "store"])
    log.configure(settings.log_level, settings.secrets())
    serve(settings)


if __name__ == "__main__":
    with refusing(WrongChain, DeploymentMissing):
        main()
