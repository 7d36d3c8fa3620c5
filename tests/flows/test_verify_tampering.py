"""P6, P11: one thing changed in what a buyer was given, and `cota verify` names the row.

Every forged file is sealed anew: its last line fits what stands before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cota.chain.blocking import BlockingNode
from cota.client.downloads import check_download
from scripts.stack.anvil import CHAIN_ID
from tests.flows.auditing import audit, audit_apart
from tests.flows.forging import Line, flip, forge_export, of_kind, read_lines
from tests.flows.sold import CLASSES, Sold

ROW, ITEM = 7, 2
"""Which record and which item is changed; the item has gold."""


@dataclass(frozen=True)
class Forgery:
    """One change of one line, the check that must fail, and what it must say."""

    name: str
    kind: str
    at: int
    change: Callable[[Line], object]
    check: str
    where: str
    says: str


def other(label: str) -> str:
    return CLASSES[(CLASSES.index(label) + 1) % len(CLASSES)]


def on_row(name: str, change: Callable[[Line], object], check: str, where: str, says: str) -> Forgery:
    return Forgery(name, "record", ROW, change, check, where, says)


def on_item(name: str, change: Callable[[Line], object], check: str, where: str, says: str) -> Forgery:
    return Forgery(name, "item", ITEM, change, check, where, says)


FORGERIES = [
    on_row("label", lambda r: r.update(label=other(r["label"])),
           "records.content", f"row {ROW} of {{name}}, {{row_id}}", "the label is not the one that was committed to"),
    on_row("salt", lambda r: r.update(label_salt=flip(r["label_salt"])),
           "records.content", f"row {ROW} of {{name}}, {{row_id}}", "the label is not the one that was committed to"),
    on_row("statement", lambda r: r["annotation"].update(nonce=str(int(r["annotation"]["nonce"]) ^ 1)),
           "records.content", f"row {ROW} of {{name}}, {{row_id}}", "the row id is not the annotation's struct hash"),
    on_row("signature", lambda r: r.update(signature=flip(r["signature"], 9)),
           "records.signatures", f"row {ROW} of {{name}}, {{row_id}}", ""),
    on_row("receipt's signature", lambda r: r["receipt"].update(signature=flip(r["receipt"]["signature"], 9)),
           "receipts.signatures", f"receipt of row {ROW} of {{name}}", ""),
    on_row("receipt's date", lambda r: r["receipt"].update(includeBy=r["receipt"]["includeBy"] + 1),
           "receipts.signatures", f"receipt of row {ROW} of {{name}}", "signed by another key"),
    on_row("receipt's key", lambda r: r["receipt"].update(key=r["annotation"]["account"]),
           "receipts.signatures", f"receipt of row {ROW} of {{name}}", "a key that the coordinator registered"),
    on_row("proof", lambda r: r["proof"].__setitem__(0, flip(r["proof"][0])),
           "records.proofs", f"proof of row {ROW} of {{name}}", "a path to the log root on chain"),
    on_row("its item", lambda r: r.update(item_index=(r["item_index"] + 1) % 12),
           "records.content", f"item of row {ROW} of {{name}}, {{row_id}}", ""),
    on_item("gold opening", lambda i: i["gold"].update(label=other(i["gold"]["label"])),
            "gold.proofs", f"gold of item {ITEM} of {{name}}", "a path to the gold root on chain"),
    on_item("gold withheld", lambda i: i["gold"].update(label=None),
            "gold.proofs", f"gold of item {ITEM} of {{name}}", "a path to the gold root on chain"),
    on_item("gold's salt", lambda i: i["gold"].update(salt=flip(i["gold"]["salt"])),
            "gold.proofs", f"gold of item {ITEM} of {{name}}", "a path to the gold root on chain"),
    on_item("item", lambda i: i["item"].update(photo="another"),
            "items.proofs", f"item {ITEM} of {{name}}", "the item is not the one that was hashed"),
    on_item("item's salt", lambda i: i.update(item_salt=flip(i["item_salt"])),
            "items.proofs", f"item {ITEM} of {{name}}", "the item's reference is not made of its hash and salt"),
    Forgery("consensus", "consensus", ITEM, lambda c: c.update(label=other(c["label"])),
            "scores.consensus", f"consensus of item {ITEM} in epoch 1 of {{name}}", ""),
]  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_p11_export__one_thing_changed__its_row_is_named(
    sold: Sold, tmp_path: Path, forgery: Forgery
) -> None:
    def change(lines: list[Line]) -> None:
        forgery.change(of_kind(lines, forgery.kind)[forgery.at])

    record = of_kind(read_lines(sold.settled.export), "record")[ROW]
    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change)
    finding = audit(sold, forged).names(forgery.check)
    assert finding.where == forgery.where.format(name=sold.settled.name, row_id=record["row_id"])
    assert forgery.says in str(finding)


@pytest.mark.parametrize("kind", ["key", "wallet"])
def test_p11_agent_key__its_authorisation_changed__the_row_is_named(
    sold: Sold, tmp_path: Path, kind: str
) -> None:
    """A label signed by an agent key proves its author only with the wallet's own signature."""
    rows = [r["index"] for r in of_kind(read_lines(sold.settled.export), "record") if r["agent_key"]]

    def change(lines: list[Line]) -> None:
        agent = of_kind(lines, "record")[rows[0]]["agent_key"]
        if kind == "key":
            agent["message"]["notAfter"] = str(int(agent["message"]["notAfter"]) + 1)
        else:
            agent["signature"] = flip(agent["signature"], 9)

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change)
    finding = audit(sold, forged).names("records.signatures")
    assert finding.where.startswith(f"row {rows[0]} of {sold.settled.name}, 0x")


def test_p6_export__one_record_left_out__names_the_missing_row(sold: Sold, tmp_path: Path) -> None:
    def drop(lines: list[Line]) -> None:
        lines.remove(of_kind(lines, "record")[ROW])

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", drop)
    finding = audit(sold, forged).names("records.complete")
    assert finding.where == f"row {ROW} of {sold.settled.name}"
    assert (finding.expected, finding.found) == ("a record in the export", "none: it was left out")


@pytest.mark.parametrize(("kind", "check"), [("record", "records.content"), ("item", "items.proofs")])
def test_p11_export__salt_withheld_and_content_kept__names_the_row(
    sold: Sold, tmp_path: Path, kind: str, check: str
) -> None:
    """Without its salt a label proves nothing: it must not be handed out as if it were merely erased."""

    def change(lines: list[Line]) -> None:
        if kind == "record":
            of_kind(lines, kind)[ROW].update(label="stork", label_salt=None)
        else:
            of_kind(lines, kind)[ITEM].update(item={"photo": "another"}, item_salt=None)

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change)
    finding = audit(sold, forged).names(check)
    assert finding.where.startswith(f"row {ROW} of" if kind == "record" else f"item {ITEM} of")
    assert "where there is no salt to prove it" in finding.expected


def test_p6_export__a_whole_epoch_left_out__is_not_what_the_licence_covers(
    sold: Sold, tmp_path: Path
) -> None:
    def change(lines: list[Line]) -> None:
        lines[0]["epochs"] = []
        del lines[1:-1]

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change)
    finding = audit(sold, forged).names("export.file")
    assert finding.where == "epochs in header of forged.jsonl"
    assert (finding.expected, finding.found) == ("[1]", "[]")
    # The buyer's client, which asks the contracts and reads no log, finds it as well.
    with BlockingNode([sold.rpc], CHAIN_ID) as node:
        registry = sold.deployment.address("DatasetRegistry")
        assert check_download(node, CHAIN_ID, registry, sold.settled.export).ok
        report = check_download(node, CHAIN_ID, registry, forged)
    assert report.first_failure is not None
    assert str(report.first_failure.finding).startswith(
        "epochs in header of forged.jsonl: expected [1], found []"
    )


def test_export__one_label_erased__passes_and_says_what_could_not_be_scored(
    sold: Sold, tmp_path: Path
) -> None:
    """Erasure destroys content and salt and keeps the digest: everything else of the row still proves."""

    def change(lines: list[Line]) -> None:
        of_kind(lines, "record")[ROW].update(label=None, label_salt=None)

    forged = forge_export(sold.settled.export, tmp_path / "erased.jsonl", change)
    verdict = audit(sold, forged)
    assert (verdict.code, verdict.skipped) == (
        0,
        {"scores.skills", "scores.units", "scores.penalties", "scores.consensus"},
    )
    assert verdict.reason("scores.skills").startswith("1 labels were erased")


def test_p11_export__changed_without_a_new_seal__told_as_altered_and_the_row_named(
    sold: Sold, tmp_path: Path
) -> None:
    """What happens to a file on a disk: one label is edited by hand, nothing else."""

    def change(lines: list[Line]) -> None:
        of_kind(lines, "record")[ROW]["label"] = other(of_kind(lines, "record")[ROW]["label"])

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change, sealed=False)
    told = audit_apart(sold, "--labels", str(forged))
    assert (told.returncode, told.stderr) == (1, "")
    assert "the file was altered" in told.stdout
    assert f"records.content: row {ROW} of {sold.settled.name}" in told.stdout
    assert "this is not what it claims to be" in told.stdout.splitlines()[-1]
