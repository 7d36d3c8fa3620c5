"""P11: whoever has a node, the epoch files and her download checks everything, with no service and no database."""

from __future__ import annotations

import json

from tests.flows.auditing import Verdict, audit, audit_apart
from tests.flows.sold import Sold

NEED_LABELS = {"export.", "records.", "receipts.", "items.", "gold.", "scores."}


def compared(verdict: Verdict) -> dict[str, int]:
    return {check["name"]: check["compared"] for check in verdict.report["checks"]}


def test_p11_verify__untouched_without_labels__agrees_and_says_what_it_skipped(sold: Sold) -> None:
    verdict = audit(sold)
    assert (verdict.code, verdict.report["verify"], verdict.failures) == (0, "ok", {})
    assert {name.split(".")[0] + "." for name in verdict.skipped} == NEED_LABELS
    assert all(count for name, count in compared(verdict).items() if name not in verdict.skipped)


def test_p11_verify__untouched_with_labels__every_check_is_made(sold: Sold) -> None:
    verdict = audit(sold, sold.settled.export)
    assert (verdict.code, verdict.failures, verdict.skipped) == (0, {}, set())
    assert all(compared(verdict).values())


def test_verify__as_a_command__tells_people_in_a_table_and_programs_in_json(sold: Sold) -> None:
    """The installed command in a process of its own, whose DATABASE_URL leads nowhere."""
    told = audit_apart(sold)
    assert (told.returncode, told.stderr) == (0, "")
    assert "checks agree at block" in told.stdout.splitlines()[-1]
    document = audit_apart(sold, "--json", "--labels", str(sold.settled.export))
    assert (document.returncode, json.loads(document.stdout)["verify"]) == (0, "ok")


def test_verify__no_database_named_at_all__agrees_all_the_same(sold: Sold) -> None:
    told = audit_apart(sold, without=("DATABASE_URL", "COTA_API_URL", "COTA_STORE"))
    assert (told.returncode, told.stderr) == (0, "")
