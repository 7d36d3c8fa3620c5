"""HTTP of income: request -> **income_api** -> income, earned."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from cota.accounts import earned, income
from cota.accounts.income_schemas import EarnedAnswer, EarningLabel, IncomeAnswer
from cota.auth.deps import CurrentWallet
from cota.datasets.service import require_dataset
from cota.errors import BadRequest, NotFound, NotSignedIn, RateLimited, UnknownDataset
from cota.http.bodies import StrictRoute
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor
from cota.http.paths import AddressPath, Bytes32Path
from cota.http.problems import documented
from cota.http.schemas import Page
from cota.http.sessions import Read, ServicesDep
from cota.http.spool import download, downloads
from cota.settlement.api import EpochPath

router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=StrictRoute)


@router.get(
    "/{address}/datasets/{dataset}/income",
    operation_id="list_income",
    response_model=IncomeAnswer,
    responses={200: {"content": {"text/csv": {}}}, **documented(BadRequest, UnknownDataset, RateLimited)},
)
async def list_income(
    address: AddressPath,
    dataset: Bytes32Path,
    services: ServicesDep,
    session: Read,
    cursor: Cursor = None,
    limit: Limit = 50,
    format: Annotated[
        Literal["json", "csv"], Query(description="csv: all of it at once, for a spreadsheet")
    ] = "json",
) -> IncomeAnswer | Response:
    """Each payment that reached the account in a dataset: from whom, for what, the account's part, and the epochs whose
    shares earned it. All of it follows from the chain and the public epoch files."""
    found = await require_dataset(session, dataset)
    if format == "csv":
        downloads.check(CALLER.get())
        name = f"cota-income-{address}-{dataset.hex()[:16]}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        table = download(CALLER.get(), income.csv_pieces(services, dataset, address))
        return StreamingResponse(table, headers=headers, media_type="text/csv; charset=utf-8")
    block, log_index = decode_cursor(cursor, (-1, -1))
    return await income.page(services, session, found, address, (int(block), int(log_index)), limit)


@router.get(
    "/{address}/datasets/{dataset}/epochs",
    operation_id="list_earned_epochs",
    responses=documented(BadRequest, UnknownDataset, NotFound),
)
async def list_earned_epochs(
    address: AddressPath,
    dataset: Bytes32Path,
    services: ServicesDep,
    session: Read,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EarnedAnswer]:
    """The settled epochs in which the account has labels or shares: how many, their weight and skill, and how shares
    follow from them. A page looks through `limit` checkpoints and may hold fewer."""
    found = await require_dataset(session, dataset)
    (after,) = decode_cursor(cursor, (-1,))
    return await earned.epochs(services, session, found, address, int(after), limit)


@router.get(
    "/me/datasets/{dataset}/epochs/{epoch}/labels",
    operation_id="list_earning_labels",
    responses=documented(NotSignedIn, BadRequest, UnknownDataset, NotFound),
)
async def list_earning_labels(
    dataset: Bytes32Path,
    epoch: EpochPath,
    wallet: CurrentWallet,
    session: Read,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EarningLabel]:
    """The caller's labels of an epoch, and those of earlier epochs that it counted: what each weighs, or why it does
    not count. The weights of those with `settled_in` = `epoch` sum to the epoch's `weight`."""
    found = await require_dataset(session, dataset)
    (after,) = decode_cursor(cursor, (-1,))
    return await earned.labels(session, found, wallet, epoch, int(after), limit)
