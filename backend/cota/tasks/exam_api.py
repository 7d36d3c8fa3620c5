"""HTTP of exams: request -> **api** -> exams."""

from dataclasses import asdict

from fastapi import APIRouter, Response

from cota.auth.deps import CurrentWallet, MaybeWallet
from cota.errors import (
    Forbidden,
    InvalidBody,
    InvalidLabel,
    MissingCredential,
    NotAMember,
    NotFound,
    NotSignedIn,
    OwnDataset,
    SchemaMismatch,
    UnknownDataset,
)
from cota.http.bodies import StrictRoute
from cota.http.paths import Bytes32Path
from cota.http.problems import documented
from cota.http.sessions import Read, Write
from cota.tasks import exams
from cota.tasks.exam_schemas import AnswersRequest, ExamAnswer, ExamRequest, OutcomeAnswer, SittingAnswer
from cota.tasks.exams import ExamFixed, NoAttemptLeft

router = APIRouter(tags=["exams"], route_class=StrictRoute)


@router.put(
    "/datasets/{dataset}/exam",
    operation_id="set_exam",
    status_code=204,
    responses=documented(
        NotSignedIn, Forbidden, UnknownDataset, SchemaMismatch, ExamFixed, InvalidBody, InvalidLabel
    ),
)
async def set_exam(
    dataset: Bytes32Path, body: ExamRequest, wallet: CurrentWallet, session: Write
) -> Response:
    """The publisher demands an exam before work is given out; it can be set anew until somebody joins. Its questions
    are no items: they are never labelled, scored or sold."""
    await exams.save(session, dataset, wallet, body)
    return Response(status_code=204)


@router.get(
    "/datasets/{dataset}/exam",
    operation_id="get_exam",
    responses=documented(NotSignedIn, UnknownDataset, NotFound),
)
async def get_exam(dataset: Bytes32Path, wallet: MaybeWallet, session: Read) -> ExamAnswer:
    """What is demanded; with a session also how the caller stands to it."""
    found = await exams.show(session, dataset, wallet)
    own = {} if wallet else {"passed": None, "attempts_left": None}
    return ExamAnswer(**(asdict(found) | own))


@router.post(
    "/datasets/{dataset}/exam/sittings",
    operation_id="sit_exam",
    responses=documented(
        NotSignedIn, UnknownDataset, NotFound, OwnDataset, NotAMember, MissingCredential, NoAttemptLeft
    ),
)
async def sit_exam(dataset: Bytes32Path, wallet: CurrentWallet, session: Write) -> SittingAnswer:
    """A member is asked. An open sitting is given back as it is; one that runs out counts."""
    found = await exams.sit(session, dataset, wallet)
    return SittingAnswer(id=found.id, questions=list(found.contents), expires_at=found.expires_at)


@router.post(
    "/exam-sittings/{sitting}/answers",
    operation_id="answer_exam",
    responses=documented(NotSignedIn, NotFound, InvalidBody),
)
async def answer_exam(
    sitting: Bytes32Path, body: AnswersRequest, wallet: CurrentWallet, session: Write
) -> OutcomeAnswer:
    """Closes the sitting. The same call again tells the same outcome."""
    found = await exams.answer(session, sitting, wallet, body.answers)
    return OutcomeAnswer(
        passed=found.passed,
        correct=found.correct,
        asked=found.exam.asked,
        attempts_left=found.exam.attempts_left,
    )
