"""HTTP of annotations: request -> **api** -> service; the answer is made after the transaction has ended."""

from fastapi import APIRouter, Response

from cota.annotations import answers, log, queries
from cota.annotations.deps import SubmissionsDep
from cota.annotations.schemas import (
    InclusionAnswer,
    OwnAnnotation,
    ReceiptAnswer,
    RowResult,
    SubmitAnswer,
    SubmitManyAnswer,
    SubmitManyRequest,
    SubmitRequest,
)
from cota.annotations.service import Outcome, Submissions
from cota.auth.deps import CurrentWallet
from cota.auth.domains import ledger_domain
from cota.datasets.queries import Dataset
from cota.errors import (
    AlreadyLabelled,
    BadRequest,
    BadSignature,
    ChainUnavailable,
    DatasetNotOpen,
    DeadlineTooFar,
    Expired,
    Forbidden,
    InvalidBody,
    InvalidLabel,
    LeaseExpired,
    MissingCredential,
    NonceUsed,
    NotAMember,
    NotFound,
    NotIndexedYet,
    NotLeased,
    NotSignedIn,
    OwnDataset,
    RateLimited,
    SchemaMismatch,
    UnknownDataset,
    UnknownItem,
    WrongDomain,
    WrongSigner,
)
from cota.http.bodies import StrictRoute
from cota.http.coordinators import OtherCoordinator
from cota.http.limits import CALLER
from cota.http.paging import Cursor, Limit, decode_cursor, page_of
from cota.http.paths import Bytes32Path
from cota.http.problems import documented, problem_of
from cota.http.schemas import Page
from cota.http.services import Services
from cota.http.sessions import Read, ServicesDep

router = APIRouter(tags=["annotations"], route_class=StrictRoute)

_REFUSALS = (
    BadRequest, BadSignature, WrongSigner, WrongDomain, Expired, DeadlineTooFar, NonceUsed, AlreadyLabelled, NotLeased,
    LeaseExpired, InvalidLabel, InvalidBody, UnknownDataset, UnknownItem, NotAMember, OwnDataset, DatasetNotOpen,
    Forbidden, MissingCredential, SchemaMismatch, OtherCoordinator, ChainUnavailable, RateLimited,
)  # fmt: skip


@router.post(
    "/datasets/{dataset}/annotations",
    operation_id="submit_annotation",
    status_code=201,
    response_model=SubmitAnswer,
    responses={
        200: {"model": SubmitAnswer, "description": "The row was stored before: the same receipt"},
        **documented(*_REFUSALS),
    },
)
async def submit_annotation(
    dataset: Bytes32Path,
    body: SubmitRequest,
    services: ServicesDep,
    submissions: SubmissionsDep,
) -> Response:
    """Stores a signed label and answers with its receipt. No session is needed: the signature is the
    authority."""
    found = await _coordinated(services, submissions, dataset)
    outcome = await submissions.submit(found, body)
    assert outcome.row is not None
    answer = SubmitAnswer(
        row_id=outcome.row_id, receipt=answers.show_receipt(services, found.ledger, outcome.row)
    )
    # Written once: FastAPI would check and take apart again what was just made.
    content = answer.model_dump_json().encode()
    return Response(content, 201 if outcome.is_new else 200, media_type="application/json")


@router.post(
    "/datasets/{dataset}/annotations/batch",
    operation_id="submit_annotations",
    responses=documented(InvalidBody, UnknownDataset, OtherCoordinator, ChainUnavailable),
)
async def submit_annotations(
    dataset: Bytes32Path, body: SubmitManyRequest, services: ServicesDep, submissions: SubmissionsDep
) -> SubmitManyAnswer:
    """Up to 50 signed labels at once. Each is taken or refused by itself, in the order given."""
    found = await _coordinated(services, submissions, dataset)
    outcomes = await submissions.submit_many(found, body.annotations)
    return SubmitManyAnswer(results=[_result(services, found, outcome) for outcome in outcomes])


@router.get(
    "/annotations/{row_id}/receipt",
    operation_id="get_receipt",
    responses=documented(NotFound, OtherCoordinator),
)
async def get_receipt(row_id: Bytes32Path, services: ServicesDep, session: Read) -> ReceiptAnswer:
    """The receipt of a stored row."""
    row = await queries.find(session, row_id)
    if row is None:
        raise NotFound("no such row was receipted")
    domain = await ledger_domain(session, services.chain_id, row.dataset)
    return answers.show_receipt(services, domain.verifying_contract, row)


@router.get(
    "/annotations/{row_id}/inclusion",
    operation_id="get_inclusion",
    responses=documented(NotFound, NotIndexedYet, RateLimited),
)
async def get_inclusion(row_id: Bytes32Path, services: ServicesDep, session: Read) -> InclusionAnswer:
    """The proof that a row is in the log on chain."""
    found = await queries.inclusion(session, row_id)
    if found is None:
        raise NotFound("no such row was receipted")
    if found.checkpoint is None:
        raise NotIndexedYet("the row is not in a checkpoint yet", retry_after=2)
    start, stop, index = int(found.from_index), int(found.to_index), int(found._mapping["index"])
    log_root = bytes(found.log_root)
    tree = await log.tree_of(services, bytes(found.dataset), start, stop, log_root, CALLER.get())
    return InclusionAnswer(
        dataset=bytes(found.dataset),
        row_id=row_id,
        checkpoint=int(found.checkpoint),
        index=index,
        from_index=start,
        position=index - start,
        count=stop - start,
        log_root=log_root,
        proof=tree.prove(index - start),
        block=found.block_number,
        tx_hash=bytes(found.tx_hash),
        status=services.freshness.status_of(found.block_number),
    )


@router.get(
    "/accounts/me/annotations",
    operation_id="list_own_annotations",
    responses=documented(NotSignedIn, BadRequest, OtherCoordinator),
)
async def list_own_annotations(
    wallet: CurrentWallet, services: ServicesDep, session: Read, cursor: Cursor = None, limit: Limit = 50
) -> Page[OwnAnnotation]:
    """The caller's own rows: labels, salts, receipts, and after the epoch why a row did not count."""
    dataset, index = decode_cursor(cursor, (b"", -1))
    rows = await queries.own(session, wallet, (bytes(dataset), int(index)), limit + 1)
    chain_id = services.chain_id
    ledgers = {
        found: (await ledger_domain(session, chain_id, found)).verifying_contract
        for found in {row.dataset for row in rows}
    }

    def show(row: queries.OwnRow) -> OwnAnnotation:
        receipt = answers.show_receipt(services, ledgers[row.dataset], row.receipted())
        return answers.show_own(receipt, row)

    return page_of(rows, limit, show, lambda row: (row.dataset, row.place))


async def _coordinated(services: Services, submissions: Submissions, dataset: bytes) -> Dataset:
    found = await submissions.dataset(dataset)
    if not await services.coordinators.include(found.id, found.terms.coordinator):
        raise OtherCoordinator()
    return found


def _result(services: Services, dataset: Dataset, outcome: Outcome) -> RowResult:
    if outcome.row is None:
        assert outcome.refusal is not None
        refusal = outcome.refusal
        return RowResult(
            row_id=outcome.row_id, status=refusal.status, receipt=None, problem=problem_of(refusal)
        )
    return RowResult(
        row_id=outcome.row_id,
        status=201 if outcome.is_new else 200,
        receipt=answers.show_receipt(services, dataset.ledger, outcome.row),
        problem=None,
    )
