"""`make analyse`: a finding needs a reason, a reason needs a finding."""

import pytest

from scripts import analyse
from scripts.analyse import Answer, Finding

FINDING = Finding("reentrancy-eth", "Court.rule", "Reentrancy in Court.rule")


@pytest.mark.parametrize(
    ("findings", "answers", "said"),
    [
        ([FINDING], [], "reentrancy-eth in Court.rule: no reason given"),
        (
            [FINDING],
            [Answer("reentrancy-eth", "Court", "r")],
            "reentrancy-eth in Court.rule: no reason given",
        ),
        ([FINDING], [Answer("timestamp", ".*", "r")], "reentrancy-eth in Court.rule: no reason given"),
        ([], [Answer("timestamp", ".*", "r")], "timestamp in .*: a reason without a finding"),
    ],
)
def test_compare__what_does_not_match__is_said(
    findings: list[Finding], answers: list[Answer], said: str
) -> None:
    assert analyse.compare(findings, answers)[0].splitlines()[0] == said


def test_compare__every_finding_answered__says_nothing() -> None:
    assert analyse.compare([FINDING], [Answer("reentrancy-eth", r"Court\.\w+", "r")]) == []


def test_findings__of_slithers_report__name_contract_and_function() -> None:
    report = {
        "results": {
            "detectors": [
                {
                    "check": "reentrancy-eth",
                    "description": " Reentrancy in Court.rule ",
                    "elements": [
                        {
                            "type": "function",
                            "name": "rule",
                            "type_specific_fields": {"parent": {"type": "contract", "name": "Court"}},
                        }
                    ],
                }
            ]
        }
    }
    assert analyse.read_findings(report) == [FINDING]


def test_answers__committed_ones__have_reasons() -> None:
    answers = analyse.read_answers(analyse.ANSWERS.read_text(encoding="utf-8"))
    assert answers
    assert all(len(answer.reason) > 20 for answer in answers)
