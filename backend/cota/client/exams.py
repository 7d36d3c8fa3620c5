"""Session -> **exams** -> API. What a publisher demands before work, and sitting for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from cota.client.records import optional, parse_time, take
from cota.client.session import Session
from cota.units import Hash32, parse_hash32, to_hex


@dataclass(frozen=True, slots=True)
class Exam:
    """What is demanded; `passed` and what follows are the account's, None without one. `open_until`: when the sitting
    that it has open ends."""

    asked: int
    pass_correct: int
    attempts: int
    passed: bool | None
    attempts_left: int | None
    open_until: datetime | None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        return cls(
            asked=take(answer, "asked", int),
            pass_correct=take(answer, "pass_correct", int),
            attempts=take(answer, "attempts", int),
            passed=take(answer, "passed", optional(bool)),
            attempts_left=take(answer, "attempts_left", optional(int)),
            open_until=take(answer, "open_until", optional(parse_time)),
        )


@dataclass(frozen=True, slots=True)
class Sitting:
    """Contents, to be answered in their order and all at once."""

    id: Hash32
    questions: tuple[Any, ...]
    expires_at: datetime

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        questions = tuple(take(answer, "questions", list))
        return cls(take(answer, "id", parse_hash32), questions, take(answer, "expires_at", parse_time))


@dataclass(frozen=True, slots=True)
class ExamOutcome:
    """How many answers were right; which, is not told."""

    passed: bool
    correct: int
    asked: int
    attempts_left: int

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        counted = (take(answer, name, int) for name in ("correct", "asked", "attempts_left"))
        return cls(take(answer, "passed", bool), *counted)


class ExamCalls(Session):
    """Of both sides: `set_exam` is the publisher's."""

    def exam(self, dataset: Hash32) -> Exam:
        """Raises NotFound where none is demanded."""
        if self.has_account:
            self.require_session()
        return Exam.parse(self.http.get(f"/v1/datasets/{to_hex(dataset)}/exam"))

    def sit_exam(self, dataset: Hash32) -> Sitting:
        """Opens a sitting, which counts, or gives back the open one. Raises NoAttemptLeft as a DomainError."""
        self.require_session()
        return Sitting.parse(self.http.post(f"/v1/datasets/{to_hex(dataset)}/exam/sittings"))

    def answer_exam(self, sitting: Sitting, answers: Sequence[Any]) -> ExamOutcome:
        """A label for each question, in their order; None for none."""
        self.require_session()
        body = {"answers": list(answers)}
        return ExamOutcome.parse(self.http.post(f"/v1/exam-sittings/{to_hex(sitting.id)}/answers", body))

    def set_exam(
        self,
        dataset: Hash32,
        questions: Sequence[tuple[Any, Any]],
        *,
        asked: int,
        pass_correct: int,
        attempts: int = 3,
    ) -> None:
        """Demands an exam before work is given out, until somebody joins. `questions`: contents, which are no items of
        the dataset, with their right labels."""
        self.require_session()
        listed = [{"content": content, "answer": answer} for content, answer in questions]
        body = {"questions": listed, "asked": asked, "pass_correct": pass_correct, "attempts": attempts}
        self.http.call("PUT", f"/v1/datasets/{to_hex(dataset)}/exam", body=body)
