"""JSON of exams."""

from typing import Annotated

from pydantic import Field, JsonValue

from cota.http.schemas import Answer, Bytes32, Instant, Request

MOST_QUESTIONS = 1000
MOST_ASKED = 100


class NewQuestion(Request):
    """`content` as an item has it, `answer` as a label of the dataset's question."""

    content: JsonValue
    answer: JsonValue


class ExamRequest(Request):
    """`asked` of the questions are drawn for each sitting; `pass_correct` right answers pass."""

    questions: Annotated[list[NewQuestion], Field(min_length=1, max_length=MOST_QUESTIONS)]
    asked: Annotated[int, Field(ge=1, le=MOST_ASKED)]
    pass_correct: Annotated[int, Field(ge=1, le=MOST_ASKED)]
    attempts: Annotated[int, Field(ge=1, le=100, description="Sittings an account has")] = 3


class ExamAnswer(Answer):
    """What is demanded. `passed`, `attempts_left` and `open_until` are the caller's; null without a session."""

    asked: int
    pass_correct: int
    attempts: int
    passed: bool | None
    attempts_left: int | None
    open_until: Annotated[Instant | None, Field(description="When the sitting that she has open ends")]


class SittingAnswer(Answer):
    """One sitting: answer all at once before it ends."""

    id: Bytes32
    questions: Annotated[list[JsonValue], Field(description="Contents, in the order of the answers wanted")]
    expires_at: Instant


class AnswersRequest(Request):
    answers: Annotated[
        list[JsonValue], Field(max_length=MOST_ASKED, description="A label for each question; null for none")
    ]


class OutcomeAnswer(Answer):
    """How many were right, not which: they are asked again."""

    passed: bool
    correct: int
    asked: int
    attempts_left: int
