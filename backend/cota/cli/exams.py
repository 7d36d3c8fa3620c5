"""`cota exam show set sit`: what a publisher demands before work -> **question by question** -> passed or not.

Promises: a sitting counts from the moment at which it is opened, and that is said before; what is typed and does not
fit is asked again; leaving in the middle answers nothing, and the sitting can be taken up until it ends.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.answering import hint, read_typed
from cota.cli.arguments import Dataset, YesOption
from cota.cli.asking import ask, confirm
from cota.cli.caller import Member, Reader, calling
from cota.cli.failures import Failed
from cota.cli.labeller import Labeller
from cota.cli.membership import require_member
from cota.cli.output import moment, say, show
from cota.cli.publishing import question_of
from cota.cli.working import class_lines, class_names, item_lines
from cota.errors import InvalidLabel

if TYPE_CHECKING:
    from cota.client import Exam, Sitting

QuestionsFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Questions with their answers, in the form of a file of items.")
]
AskOption = Annotated[int, typer.Option("--ask", min=1, max=100, help="Questions drawn for each sitting.")]
PassOption = Annotated[int, typer.Option("--pass", min=1, max=100, help="Right answers that pass.")]
AttemptsOption = Annotated[int, typer.Option("--attempts", min=1, max=100, help="Sittings of an account.")]
SKIPPED, ENDS = "s", "q"


@calling
def show_exam(caller: Reader, dataset: Dataset) -> None:
    """Show what is demanded before work is given out."""
    found = caller.client.exam(dataset)
    told: dict[str, Any] = {
        "dataset": dataset,
        "asked": found.asked,
        "pass": found.pass_correct,
        "attempts": found.attempts,
    }
    if found.passed is not None:
        told |= {"passed": found.passed, "attempts_left": found.attempts_left}
    show(told, as_json=caller.as_json)


@calling
def set_exam(
    caller: Member,
    dataset: Dataset,
    file: QuestionsFile,
    asked: AskOption,
    pass_correct: PassOption,
    attempts: AttemptsOption = 3,
) -> None:
    """Demand an exam, before anybody joins.

    Its questions are read like items with gold, must be no items of the dataset, and are never scored: whoever
    passes may work, and is proven by hidden gold alone.
    """
    from cota.cli.batch_file import check_items, open_items
    from cota.formats.incoming import ReadOptions

    schema = question_of(caller, dataset)
    incoming = open_items(file, ReadOptions(kind=schema["kind"]))
    checked = check_items(file, incoming, schema)
    if checked.gold != checked.items:
        raise Failed(
            f"{file}: {checked.items - checked.gold:,} of {checked.items:,} questions have no answer"
        )
    questions = [(found.content, found.gold) for found in checked.fitting()]
    caller.client.set_exam(dataset, questions, asked=asked, pass_correct=pass_correct, attempts=attempts)
    show({"dataset": dataset, "questions": len(questions), "asked": asked}, as_json=caller.as_json)


@calling
def sit(caller: Labeller, dataset: Dataset, yes: YesOption = False) -> None:
    """Sit the exam: s leaves a question out, q ends without an answer.

    Every sitting counts. A sitting that you left can be taken up within its hour.
    """
    client, schema = caller.client, caller.question(dataset)
    found = client.exam(dataset)
    if found.passed:
        show({"dataset": dataset, "passed": True}, as_json=caller.as_json)
        return
    if found.open_until is None:
        if not found.attempts_left:
            raise Failed(f"no sitting is left: each account has {found.attempts}")
        require_member(caller, dataset)
        confirm(_question(found), yes=yes)
    sitting = client.sit_exam(dataset)
    answers = _answers(sitting, schema)
    if answers is None:
        raise Failed(
            f"nothing was answered; the sitting is open until {moment(int(sitting.expires_at.timestamp()))}"
        )
    outcome = client.answer_exam(sitting, answers)
    told = {
        "dataset": dataset,
        "passed": outcome.passed,
        "correct": outcome.correct,
        "asked": outcome.asked,
        "attempts_left": outcome.attempts_left,
    }
    show(told, as_json=caller.as_json)
    if not outcome.passed:
        raise Failed(
            f"not passed: {outcome.correct} of {outcome.asked} right, {found.pass_correct} are wanted"
        )


def _question(exam: Exam) -> str:
    left = exam.attempts_left
    return f"{exam.asked} questions, {exam.pass_correct} right answers pass, {left} sittings left. Begin?"


def _answers(sitting: Sitting, schema: Any) -> list[Any] | None:
    """A label for each question; None when she ends it."""
    given: list[Any] = []
    for number, content in enumerate(sitting.questions, 1):
        heading = f"{number} of {len(sitting.questions)}"
        for line in ("", heading, *item_lines(content), schema["question"], *class_lines(schema)):
            say(line, stderr=True)
        while True:
            typed = ask("answer (s leaves it out, q ends):")
            is_class = typed in class_names(schema)
            if typed is None or (typed == ENDS and not is_class):
                return None
            if typed == SKIPPED and not is_class:
                given.append(None)
                break
            try:
                given.append(read_typed(schema, content, typed))
                break
            except InvalidLabel as error:
                say(f"{error.detail} (type {hint(schema)})", stderr=True)
    return given
