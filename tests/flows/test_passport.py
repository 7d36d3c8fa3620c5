"""P11: an export and its passport prove themselves where there is no network, and the passport proves itself where
there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cota.chain.blocking import BlockingNode
from cota.client.downloads import check_with
from cota.client.passports import make_passport
from cota.client.records import Currency, Status
from cota.errors import BadRequest
from cota.formats.passport import Passport, passport_of, read_passport, write_passport
from cota.units import Address
from cota.verify.passports import verify_offline, verify_passport
from cota.verify.report import Disagreement
from tests.cli.terminal import Terminal
from tests.flows.sold import Sold

CHAIN_ID = 31_337


@pytest.fixture(scope="module")
def genuine(sold: Sold) -> Passport:
    """As a buyer's client makes it: all of it from the chain."""
    known = sold.deployment
    status = Status(
        network="local", chain_id=CHAIN_ID, genesis_hash=known.genesis_hash,
        contracts={name: one.address for name, one in known.contracts.items()},
        payment_token=Address("0x" + "11" * 20), payment_symbol="", payment_decimals=6,
        stake_token=Currency(Address("0x" + "11" * 20), "", 18), receipt_key=None, time=datetime.now(UTC),
    )  # fmt: skip
    with BlockingNode([sold.rpc], CHAIN_ID) as node:
        report, checked = check_with(node, CHAIN_ID, known.address("DatasetRegistry"), sold.settled.export)
        assert report.ok
        return make_passport(node, status, checked)


@pytest.fixture
def pair(sold: Sold, genuine: Passport, tmp_path: Path) -> tuple[Path, Path]:
    """An export with its passport beside it."""
    export = tmp_path / "birds.jsonl"
    export.write_bytes(sold.settled.export.read_bytes())
    passport_of(export).write_bytes(write_passport(genuine))
    return export, passport_of(export)


def test_passport__one_spelling__read_back_equal(genuine: Passport, sold: Sold) -> None:
    raw = write_passport(genuine)
    assert read_passport(raw) == genuine
    assert (genuine.license, genuine.covered, genuine.token_symbol) == (sold.settled.license, (1,), "TUSD")
    assert genuine.records == 60
    for bad in (raw[:-1], raw[:-40], b"{}\n", raw.replace(b'"version":1', b'"version":2'), raw + raw):
        with pytest.raises(BadRequest):
            read_passport(bad)


def test_verify_export__without_any_network__every_record(pair: tuple[Path, Path], tmp_path: Path) -> None:
    alone = Terminal(tmp_path, {"RPC_URL": "http://127.0.0.1:9", "COTA_API": "http://127.0.0.1:9"})
    done = alone.run("verify", "export", str(pair[0]), "--json")
    report = done.json()
    assert (report["verify"], report["network"]) == ("ok", "local")
    compared = {one["name"]: one["compared"] for one in report["checks"]}
    (wallets,) = (one for one in report["checks"] if one["name"] == "wallets.contracts")
    assert (wallets["outcome"], wallets["reason"]) == ("skipped", "no signature is a contract wallet's")
    assert compared["records.proofs"] >= 2 * 60
    assert compared["records.signatures"] >= 60
    told = " ".join(alone.run("verify", "export", str(pair[0])).out.split())
    assert "agree offline, with what the passport says of block" in told


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda lines: lines[3].update(label="stork" if lines[3]["label"] != "stork" else "ibis"), "records.content"),
        (lambda lines: lines[2]["receipt"].update(includeBy=1_900_000_000), "receipts.signatures"),
        (lambda lines: lines[2].update(proof=lines[2]["proof"][::-1]), "records.proofs"),
        (lambda lines: lines.pop(2), "records.complete"),
    ],
)  # fmt: skip
def test_verify_export__anything_changed__is_named(
    pair: tuple[Path, Path], change: Callable[[list[Any]], Any], check: str
) -> None:
    export, passport = pair
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    change(lines)
    export.write_text(
        "".join(
            json.dumps(line, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"
            for line in lines
        )
    )
    report = verify_offline(export, passport)
    failed = {one.name for one in report.checks if one.outcome == "failed"}
    assert {"passport.file", check} <= failed


def test_verify_export__another_passport__fails_by_the_roots(
    pair: tuple[Path, Path], genuine: Passport
) -> None:
    export, passport = pair
    (checkpoint,) = genuine.checkpoints
    forged = replace(genuine, checkpoints=(replace(checkpoint, log_root=bytes(32)),))
    passport.write_bytes(write_passport(forged))
    failed = {one.name for one in verify_offline(export, passport).checks if one.outcome == "failed"}
    assert failed == {"records.proofs"}
    passport.write_bytes(b"{}\n")
    with pytest.raises(Disagreement, match="this is no licence passport"):
        verify_offline(export, passport)
    passport.unlink()
    shown = Terminal(export.parent, {}).run("verify", "export", str(export))
    assert (shown.code, shown.complaint) == (
        1,
        "cota: passport birds.jsonl.passport.json: expected the file that cota export writes beside the download, "
        "or the one that --passport names, found no such file",
    )


def test_verify_export__with_a_node__the_passport_is_held_against_the_chain(
    sold: Sold, pair: tuple[Path, Path], genuine: Passport, tmp_path: Path
) -> None:
    export, passport = pair
    assert verify_passport(export, passport, [sold.rpc]).ok
    forged = replace(genuine, holder=Address("0x" + "11" * 20))
    passport.write_bytes(write_passport(forged))
    assert verify_offline(export, passport).ok
    shown = Terminal(tmp_path, {}).run("verify", "export", str(export), "--rpc", sold.rpc)
    assert shown.code == 1
    assert "passport.chain: holder of the licence: expected 0x" in shown.out


def test_verify_export__contract_wallets__are_left_to_a_node_and_said(
    pair: tuple[Path, Path], genuine: Passport
) -> None:
    export, passport = pair
    first = json.loads(export.read_text().splitlines()[1])
    account = first["annotation"]["account"]
    passport.write_bytes(write_passport(replace(genuine, contract_wallets=(account,))))
    report = verify_offline(export, passport)
    assert report.ok
    left = report.outcome_of("wallets.contracts")
    assert (left.outcome, "signatures are of contract wallets: give --rpc" in left.reason) == (
        "skipped",
        True,
    )
