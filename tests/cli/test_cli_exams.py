"""An exam by commands: demanded from a file, sat at the terminal, and only then work."""

from __future__ import annotations

import json

import pytest

from cota.commitments.words import keccak
from tests.cli.story import CLASSES, Story, publish

# Not the story's: a wallet is relayed five joins a day.
GIL = "0x" + keccak(b"cli exams: gil").hex()
QUESTIONS = {f"picture {n}": CLASSES[n % 3] for n in range(6)}


@pytest.fixture(scope="module")
def dataset(story: Story) -> str:
    """With an exam, and Gil a member."""
    made = publish(story, "examined")
    key = story.people.publisher
    rows = "".join(f"{name},{answer}\n" for name, answer in QUESTIONS.items())
    file = story.write("exam.csv", f"exam,gold\n{rows}")
    words = ("exam", "set", made, file, "--ask", "3", "--pass", "2", "--attempts", "2")
    assert story.run(*words, key=key)["questions"] == len(QUESTIONS)
    story.run("join", made, "--yes", key=GIL)
    late = story.terminal.run(*words, key=key)
    assert (late.code, late.complaint.startswith("cota: exam-fixed: ")) == (1, True)
    return made


def typed_for(err: str, *, right: bool) -> str:
    """Answers in the order in which the questions stood on the screen."""
    shown = [line.removeprefix("exam: ") for line in err.splitlines() if line.startswith("exam: ")]
    shift = 0 if right else 1
    return "".join(f"{CLASSES[(CLASSES.index(QUESTIONS[one]) + shift) % 3]}\n" for one in shown)


def looked_at(story: Story, dataset: str) -> str:
    """The questions of the open sitting, in order: one is left out with s until all were seen, then she leaves."""
    seen = story.terminal.run("exam", "sit", dataset, "--yes", key=GIL, typed="nonsense\ns\ns\nq\n")
    assert (seen.code, "nothing was answered" in seen.complaint) == (1, True)
    assert "type a class or its number" in seen.err
    return seen.err


def test_exam__file_without_answers_or_by_another__refused(story: Story, folder: object) -> None:
    made = publish(story, "unexamined")
    file = story.write("half.csv", "exam,gold\na,heron\nb,\n")
    words = ("exam", "set", made, file, "--ask", "1", "--pass", "1")
    half = story.terminal.run(*words, key=story.people.publisher)
    assert (half.code, half.complaint.endswith("1 of 2 questions have no answer")) == (1, True)
    whole = story.write("whole.csv", "exam,gold\na,heron\nb,ibis\n")
    other = story.terminal.run(*words[:3], whole, *words[4:], key=GIL)
    assert (other.code, other.complaint.startswith("cota: forbidden: ")) == (1, True)
    none = story.terminal.run("exam", "show", made)
    assert (none.code, none.complaint.startswith("cota: not-found: the dataset demands no exam")) == (1, True)


def test_exam__failed_then_passed__work_only_then(story: Story, dataset: str) -> None:
    shown = story.run("exam", "show", dataset)
    assert (shown["asked"], shown["pass"], shown["attempts"], "passed" in shown) == (3, 2, 2, False)
    refused = story.terminal.run("work", dataset, key=GIL, typed="q\n")
    assert refused.complaint == ("cota: exam-wanted: Pass the dataset's exam first; cota exam sit DATASET")
    assert story.run("exam", "show", dataset, key=GIL)["attempts_left"] == 2
    wrong = typed_for(looked_at(story, dataset), right=False)
    failed = story.terminal.run("exam", "sit", dataset, "--yes", "--json", key=GIL, typed=wrong)
    assert (failed.code, failed.complaint) == (1, "cota: not passed: 0 of 3 right, 2 are wanted")
    assert json.loads(failed.out)["attempts_left"] == 1
    passed = story.terminal.run(
        "exam",
        "sit",
        dataset,
        "--yes",
        "--json",
        key=GIL,
        typed=typed_for(looked_at(story, dataset), right=True),
    )
    assert passed.json() | {"dataset": dataset} == passed.json()
    assert (passed.json()["passed"], passed.json()["correct"]) == (True, 3)
    assert story.run("exam", "sit", dataset, key=GIL)["passed"]
    worked = story.terminal.run("work", dataset, "--json", key=GIL, typed="heron\nq\n")
    assert worked.json()["labelled"] == 1
