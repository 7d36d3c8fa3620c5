"""HTTP of what is seen before paying: request -> **api** -> quality, preview, trials."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path

from cota.auth.deps import CurrentWallet
from cota.datasets.service import require_dataset
from cota.errors import (
    BadRequest,
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
from cota.http.paths import Bytes32Path
from cota.http.problems import documented
from cota.http.sessions import Read, ServicesDep, Write
from cota.insight import preview, quality, trials
from cota.insight.schemas import (
    OpeningRequest,
    PreviewAnswer,
    QualityAnswer,
    ResultAnswer,
    TrialAnswer,
    TrialRequest,
)

router = APIRouter(tags=["insight"], route_class=StrictRoute)

TrialPath = Annotated[int, Path(ge=1, lt=2**63, description="The test's number")]


@router.get(
    "/datasets/{dataset}/quality", operation_id="get_dataset_quality", responses=documented(UnknownDataset)
)
async def get_dataset_quality(dataset: Bytes32Path, services: ServicesDep, session: Read) -> QualityAnswer:
    """How good the labels are, with intervals; how concentrated the holders; how many different payers."""
    return await quality.quality_of(services, session, await require_dataset(session, dataset))


@router.get(
    "/datasets/{dataset}/preview",
    operation_id="get_dataset_preview",
    responses=documented(UnknownDataset, NotIndexedYet, OtherCoordinator, RateLimited),
)
async def get_dataset_preview(dataset: Bytes32Path, services: ServicesDep, session: Read) -> PreviewAnswer:
    """Some rows of the newest epoch, as far as the terms show them, drawn by a block that came after its root."""
    return await preview.preview_of(services, session, await require_dataset(session, dataset))


@router.post(
    "/datasets/{dataset}/trials",
    operation_id="begin_trial",
    status_code=201,
    responses=documented(NotSignedIn, UnknownDataset, RateLimited, BadRequest),
)
async def begin_trial(
    dataset: Bytes32Path, body: TrialRequest, wallet: CurrentWallet, session: Write
) -> TrialAnswer:
    """Commits to answers of one's own, to be compared with what the scoring decided."""
    found = await require_dataset(session, dataset)
    number, left = await trials.begin(session, found, wallet, body.commitment)
    return TrialAnswer(
        trial=str(number), least_answers=trials.LEAST, most_answers=trials.MOST, left_today=left
    )


@router.post(
    "/trials/{trial}/opening",
    operation_id="open_trial",
    responses=documented(NotSignedIn, NotFound, Forbidden, InvalidBody),
)
async def open_trial(
    trial: TrialPath, body: OpeningRequest, wallet: CurrentWallet, session: Write
) -> ResultAnswer:
    """Opens the commitment; tells in how many answers the scoring agrees, and not in which."""
    rate = await trials.open_trial(session, trial, wallet, body)
    return ResultAnswer(trial=str(trial), **asdict(rate))
