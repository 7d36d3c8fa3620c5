"""docs/signing.md names the statements as they are signed, and the program that is written by it needs no more."""

import re
from pathlib import Path

import pytest

from cota.auth.typed import AgentKey, Annotation, Join, Leave, Message, Receipt
from cota.http import bodies
from cota.http.limits import DEFAULTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", [Join, Leave, AgentKey, Annotation, Receipt])
def test_signing_page__type_of_each_statement__is_the_one_that_is_hashed(kind: type[Message]) -> None:
    assert f"| `{kind.TYPE}` |" in (ROOT / "docs" / "signing.md").read_text("utf-8")


def test_by_hand__nothing_of_cota_is_imported() -> None:
    program = (ROOT / "docs" / "examples" / "by_hand.py").read_text("utf-8")
    assert not re.search(r"^\s*(from|import) (cota|scripts|tests)\b", program, re.MULTILINE)


def test_signing_page__limits__are_those_that_are_kept() -> None:
    told = " ".join((ROOT / "docs" / "signing.md").read_text("utf-8").split())
    assert DEFAULTS["nonce"] == DEFAULTS["agent-key"]
    for name, words in {
        "nonce": "nonces",
        "relay": "joins, leaves and claims",
        "stream": "openings",
        "report": "reports",
    }.items():
        assert f"{DEFAULTS[name].removesuffix('/minute')} {words}" in told
    assert f"more than {bodies.MAX_DEPTH} levels" in told
