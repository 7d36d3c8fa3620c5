"""Rules of exams: api -> **exams** -> exams, exam_questions, exam_sittings.

A publisher may demand an exam before work is given out: an expense for whoever comes with many accounts, and a
warning for who would guess. It proves nothing: its questions are no items and are never scored, because accounts that
share the answers pass it (an exam that proved them would hand them the dataset). Promises: what is demanded stands
before the first member joins and is never changed after; a sitting that was opened is spent; right answers are
counted, never told.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from cota.commitments.canonical import canonical
from cota.commitments.words import keccak
from cota.datasets.contents import check_content
from cota.datasets.labels import canonical_label, check_label
from cota.datasets.queries import Dataset, find_standing
from cota.datasets.question import item_kind
from cota.datasets.service import require_dataset, require_member, require_publisher, require_told
from cota.errors import DomainError, InvalidBody, InvalidLabel, NotFound
from cota.store.session import ReadSession, WriteSession
from cota.tasks.exam_schemas import ExamRequest
from cota.units import Address, address_bytes

LIFE = timedelta(hours=1)
KINDS = frozenset({"choice", "choices", "preference", "rating"})
"""Of questions whose answers are right or wrong."""

_FIND = text("SELECT asked, pass_correct, attempts FROM exams WHERE dataset = :dataset")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('exam:' || encode(:key, 'hex'), 0))")
_HAS_MEMBERS = text("SELECT EXISTS (SELECT 1 FROM mirror.memberships WHERE dataset = :dataset)")
_IN_USE = text("SELECT item_hash FROM items WHERE dataset = :dataset AND item_hash = ANY(:hashes) LIMIT 1")
_CLEAR = text("DELETE FROM exams WHERE dataset = :dataset")
_SAVE = text(
    "INSERT INTO exams (dataset, asked, pass_correct, attempts) VALUES (:dataset, :asked, :pass_correct, :attempts)"
)
_SAVE_QUESTION = text(
    """
    INSERT INTO exam_questions (dataset, content, content_hash, answer)
    VALUES (:dataset, CAST(:content AS json), :content_hash, CAST(:answer AS json))
    """
)
_IDS = text("SELECT id FROM exam_questions WHERE dataset = :dataset ORDER BY id")
_QUESTIONS = text("SELECT id, content, answer FROM exam_questions WHERE id = ANY(:ids)")
_SITTING = "SELECT id, dataset, account, questions, expires_at, state, correct FROM exam_sittings"
_SITTINGS = text(_SITTING + " WHERE dataset = :dataset AND account = :account ORDER BY created_at")
_ONE = text(_SITTING + " WHERE id = :id")
_OPEN = text(
    """
    INSERT INTO exam_sittings (id, dataset, account, questions, created_at, expires_at)
    VALUES (:id, :dataset, :account, :questions, :now, :expires_at)
    """
)
_CLOSE = text(
    """
    UPDATE exam_sittings SET state = :state, correct = :correct
    WHERE id = :id AND state = 'open' AND expires_at >= :now RETURNING id
    """
)


class ExamFixed(DomainError):
    """Somebody joined under what was demanded then; nothing is added to it."""

    slug, title, status = "exam-fixed", "The exam cannot be set or changed any more", 409


class NoAttemptLeft(DomainError):
    """Each account has so many sittings, and one that was opened counts."""

    slug, title, status = "no-attempt-left", "This account has sat the exam as often as it may", 403


@dataclass(frozen=True, slots=True)
class Exam:
    """What is demanded, and how an account stands to it."""

    asked: int
    pass_correct: int
    attempts: int
    passed: bool = False
    attempts_left: int = 0
    open_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sitting:
    """`contents`: of the questions, in the order in which they are asked."""

    id: bytes
    contents: tuple[Any, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    passed: bool
    correct: int
    exam: Exam


async def save(session: WriteSession, dataset: bytes, account: Address, body: ExamRequest) -> None:
    """Sets the exam, or sets it anew while nobody has joined. Raises `Forbidden`, `ExamFixed`, `InvalidBody`,
    `InvalidLabel`."""
    found = require_told(require_publisher(await require_dataset(session, dataset), account))
    rows = _prepare(found, body)
    await session.execute(_LOCK, {"key": dataset})
    if (await session.execute(_HAS_MEMBERS, {"dataset": dataset})).scalar_one():
        raise ExamFixed("somebody has joined the dataset")
    hashes = [row["content_hash"] for row in rows]
    if (await session.execute(_IN_USE, {"dataset": dataset, "hashes": hashes})).first() is not None:
        raise InvalidBody("one of the questions is an item of the dataset: everybody would know its answer")
    await session.execute(_CLEAR, {"dataset": dataset})
    parameters = {"asked": body.asked, "pass_correct": body.pass_correct, "attempts": body.attempts}
    await session.execute(_SAVE, {"dataset": dataset, **parameters})
    await session.execute(_SAVE_QUESTION, rows)


async def show(session: ReadSession, dataset: bytes, account: Address | None) -> Exam:
    """Raises `NotFound` where none is demanded."""
    await require_dataset(session, dataset)
    return await _exam_of(session, dataset, account)


async def sit(session: WriteSession, dataset: bytes, account: Address) -> Sitting:
    """Opens a sitting, or gives back the one that is open. Raises why the account may not: as for work, but for the
    exam itself; `NoAttemptLeft`; `NotFound`."""
    require_member(await find_standing(session, dataset, account))
    await session.execute(_LOCK, {"key": dataset + address_bytes(account)})
    exam = await _exam_of(session, dataset, account)
    now = datetime.now(UTC)
    for one in await _sittings(session, dataset, account):
        if _is_open(one, now):
            return await _shown(session, bytes(one.id), one.questions, one.expires_at)
    if exam.passed:
        raise NoAttemptLeft("the exam is passed: there is nothing more to sit")
    if not exam.attempts_left:
        raise NoAttemptLeft(attempts=exam.attempts)
    ids = list((await session.execute(_IDS, {"dataset": dataset})).scalars())
    questions = secrets.SystemRandom().sample(ids, exam.asked)
    sitting, ends = secrets.token_bytes(32), now + LIFE
    row = {"dataset": dataset, "account": address_bytes(account), "questions": questions}
    await session.execute(_OPEN, row | {"id": sitting, "now": now, "expires_at": ends})
    return await _shown(session, sitting, questions, ends)


async def answer(session: WriteSession, sitting: bytes, account: Address, answers: Sequence[Any]) -> Outcome:
    """Closes a sitting. Answering again tells the outcome again. Raises `NotFound`, `InvalidBody`."""
    found = (await session.execute(_ONE, {"id": sitting})).one_or_none()
    if found is None or bytes(found.account) != address_bytes(account):
        raise NotFound("this account has no such sitting")
    dataset, now = bytes(found.dataset), datetime.now(UTC)
    if _is_open(found, now):
        if len(answers) != len(found.questions):
            raise InvalidBody(f"{len(found.questions)} answers are wanted, null where there is none")
        correct = await _count(session, await require_dataset(session, dataset), found.questions, answers)
        exam = await _exam_of(session, dataset, account)
        state = "passed" if correct >= exam.pass_correct else "failed"
        closed = {"id": sitting, "state": state, "correct": correct, "now": now}
        await session.execute(_CLOSE, closed)
        found = (await session.execute(_ONE, {"id": sitting})).one()
    exam = await _exam_of(session, dataset, account)
    return Outcome(found.state == "passed", found.correct or 0, exam)


async def _exam_of(session: ReadSession, dataset: bytes, account: Address | None) -> Exam:
    row = (await session.execute(_FIND, {"dataset": dataset})).one_or_none()
    if row is None:
        raise NotFound("the dataset demands no exam")
    if account is None:
        return Exam(row.asked, row.pass_correct, row.attempts)
    sittings = await _sittings(session, dataset, account)
    passed = any(one.state == "passed" for one in sittings)
    now = datetime.now(UTC)
    open_until = next((one.expires_at for one in sittings if _is_open(one, now)), None)
    left = max(0, row.attempts - len(sittings))
    return Exam(row.asked, row.pass_correct, row.attempts, passed, left, open_until)


def _is_open(sitting: Any, now: datetime) -> bool:
    return bool(sitting.state == "open" and sitting.expires_at >= now)


async def _sittings(session: ReadSession, dataset: bytes, account: Address) -> Sequence[Any]:
    row = {"dataset": dataset, "account": address_bytes(account)}
    return (await session.execute(_SITTINGS, row)).all()


async def _shown(session: ReadSession, sitting: bytes, ids: Sequence[int], expires_at: datetime) -> Sitting:
    rows = {row.id: row.content for row in await session.execute(_QUESTIONS, {"ids": list(ids)})}
    return Sitting(sitting, tuple(rows[one] for one in ids), expires_at)


async def _count(session: ReadSession, dataset: Dataset, ids: Sequence[int], answers: Sequence[Any]) -> int:
    rows = {row.id: row.answer for row in await session.execute(_QUESTIONS, {"ids": list(ids)})}
    right = 0
    for one, given in zip(ids, answers, strict=True):
        form = canonical_label(dataset.schema, given)
        right += canonical(form) == canonical(rows[one])
    return right


def _prepare(dataset: Dataset, body: ExamRequest) -> list[dict[str, Any]]:
    schema = dataset.schema
    if schema["kind"] not in KINDS:
        raise InvalidBody(f"an exam is of a question of kind {', '.join(sorted(KINDS))}: right or wrong")
    if not body.pass_correct <= body.asked <= len(body.questions):
        raise InvalidBody("pass_correct is at most asked, and asked at most the number of questions")
    rows = []
    for place, one in enumerate(body.questions):
        where = f"questions.{place}"
        try:
            check_content(item_kind(schema), one.content)
            check_label(schema, one.answer, one.content)
        except (InvalidBody, InvalidLabel) as error:
            raise type(error)(f"{where}: {error.detail}", **error.extra) from error
        content = canonical(one.content)
        rows.append({
            "dataset": dataset.id, "content": content.decode(), "content_hash": keccak(content),
            "answer": canonical(one.answer).decode(),
        })  # fmt: skip
    if len({row["content_hash"] for row in rows}) != len(rows):
        raise InvalidBody("two questions are the same")
    return rows
