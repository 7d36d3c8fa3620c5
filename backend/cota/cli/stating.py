"""`cota statement`: chain facts, payments, epochs, labels -> **an account's books**.

From all that the chain says of an account, to the payments that reached it in one dataset, to the epochs whose labels
earned them, to each label and its weight.
"""

from __future__ import annotations

import hashlib
import json
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import money, shares
from cota.cli.arguments import MaybeAddress, hash_option, numbered, option_of
from cota.cli.caller import Reader, calling
from cota.cli.failures import WrongUse
from cota.cli.output import clean, console, print_json, say, show, show_rows

if TYPE_CHECKING:
    from cota.units import Address, Hash32


class Format(StrEnum):
    """How a statement is written."""

    json = "json"
    csv = "csv"


FormatOption = Annotated[Format | None, typer.Option("--format", help="Instead of a table.")]
DatasetOption = Annotated[
    Any,
    hash_option(
        "--dataset", "Each payment that reached the account in it, down to the epochs that earned it."
    ),
]
EpochOption = Annotated[
    Any,
    option_of(
        numbered("an epoch"), "--epoch", "NUMBER", "With --dataset: your labels of it, and their weights."
    ),
]
EvidenceOption = Annotated[
    Path | None,
    typer.Option(
        "--evidence",
        dir_okay=False,
        help="With --epoch: where to write what stands behind each refusal, gold opened and checked.",
    ),
]


@calling
def statement(
    caller: Reader,
    address: MaybeAddress = None,
    dataset: DatasetOption = None,
    epoch: EpochOption = None,
    evidence: EvidenceOption = None,
    form: FormatOption = None,
) -> None:
    """Show an account's stakes, shares and revenue, in order; with --dataset each payment, and what earned it."""
    if caller.as_json and form is Format.csv:
        raise WrongUse("--json and --format csv are two different forms: keep one")
    if epoch is not None and (dataset is None or address is not None or form is Format.csv):
        raise WrongUse("--epoch shows your own labels: it goes with --dataset, and not with ADDRESS or csv")
    if evidence is not None and epoch is None:
        raise WrongUse("--evidence is of one epoch: give --epoch")
    account = address or caller.address
    as_json = caller.as_json or form is Format.json
    if epoch is not None:
        written = None if evidence is None else _write_evidence(caller, dataset, epoch, evidence)
        _labels(caller, dataset, epoch, written, as_json=as_json)
    elif dataset is not None and form is Format.csv:
        _write(caller.client.income_csv(dataset, account))
    elif dataset is not None:
        _income(caller, dataset, account, as_json=as_json)
    else:
        _whole(caller, account, form, as_json=as_json)


def _whole(caller: Reader, account: Address, form: Format | None, *, as_json: bool) -> None:
    client = caller.client
    if client.has_account and account == client.address:
        client.require_session()
    if form is Format.csv:
        _write(client.statement(account, "csv"))
        return
    found = json.loads(client.statement(account))
    if as_json:
        print_json(found)
        return
    say(
        f"{found['account']}"
        + (f": {found['labels']} labels receipted" if found["labels"] is not None else "")
    )
    columns = ("at", "kind", "shares", "amount", "yours", "dataset")
    show_rows("entries", [_entry(row) for row in found["rows"]], columns, as_json=False)


def _income(caller: Reader, dataset: Hash32, account: Address, *, as_json: bool) -> None:
    found = caller.client.income(dataset, account)
    earned = list(caller.client.earned_epochs(dataset, account))
    if as_json:
        whole = {name: value for name, value in found.items() if name not in ("items", "next")}
        print_json(whole | {"payments": found["items"], "epochs": earned})
        return
    token = found["token"]
    rows = [_payment(row, token) for row in found["items"]]
    columns = ("at", "kind", "payer", "to holders", "shares", "yours", "earned by")
    show_rows("payments", rows, columns, as_json=False)
    say("")
    told = {name.replace("_", " "): _money(value, token) for name, value in found["totals"].items()}
    show(told, as_json=False)
    say("")
    epochs = [{**one, "shares": shares(one["units"]), "skill": _skill(one["skill"])} for one in earned]
    show_rows("epochs", epochs, ("epoch", "labels", "counted", "skill", "shares"), as_json=False)


def _labels(
    caller: Reader, dataset: Hash32, epoch: int, written: dict[str, Any] | None, *, as_json: bool
) -> None:
    client = caller.client
    account = caller.address
    labels = list(client.earning_labels(dataset, epoch))
    earned = next((one for one in client.earned_epochs(dataset, account) if one["epoch"] == epoch), None)
    appeal = client.appeal_state(dataset, epoch, account)
    if as_json:
        told = {"account": account, "dataset": dataset, "epoch": epoch, "earned": earned, "labels": labels}
        print_json({**told, "appeal": appeal, "evidence": written})
        return
    if earned is not None:
        say(
            f"Epoch {epoch}: {earned['labels']} labels, skill {_skill(earned['skill'])}, "
            f"{shares(earned['units'])}"
        )
    rows = [{**one, "weight": _thousandths(one["weight"]), "counted in": one["settled_in"]} for one in labels]
    columns = ("index", "label", "counted in", "weight", "reason", "row_id")
    show_rows("labels", rows, columns, as_json=False)
    say(_appeal(appeal))
    if written is not None:
        say(
            f"{written['rows']} refusals with their evidence in {written['file']}, SHA-256 {written['sha256']}."
        )


def _write(content: bytes) -> None:
    text = content.decode()
    typer.echo(clean(text.replace("\r\n", "\n")) if console().is_terminal else text, nl=False)


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    def paid(amount: str | None) -> str | None:
        return (
            None if amount is None else _money(amount, {"decimals": row["decimals"], "symbol": row["token"]})
        )

    kind, hers = row["kind"], row["attributable"]
    if row["bounty"] is not None:
        kind += f" {row['bounty']}, epoch {row['epoch']}"
        # All of it, unless it went to the successor of a lost key.
        hers = None if row["kind"] == "bounty-passed-on" else row["amount"]
    return {
        "at": row["at"],
        "kind": kind,
        "shares": None if row["units"] is None else shares(row["units"]),
        "amount": paid(row["amount"]),
        "yours": paid(hers),
        "dataset": clean(row["dataset"]),
    }


def _payment(row: dict[str, Any], token: dict[str, Any]) -> dict[str, Any]:
    sources = [
        f"{one['origin']}{'' if one['epoch'] is None else ' ' + str(one['epoch'])}: {shares(one['units'])}"
        for one in row["sources"]
    ]
    return {
        "at": row["at"],
        "kind": row["kind"] if row["license"] is None else f"{row['kind']}, licence {row['license']}",
        "payer": row["payer"],
        "to holders": _money(row["amount"], token),
        "shares": f"{shares(row['shares'])} of {shares(row['supply'])}",
        "yours": _money(row["part"], token),
        "earned by": ", ".join(sources),
    }


def _money(amount: str, token: dict[str, Any]) -> str:
    return money(amount, token["decimals"], token["symbol"])


def _skill(billionths: int | None) -> str:
    return "-" if billionths is None else f"{billionths / 10**9:.2f}"


def _thousandths(weight: int | None) -> str | None:
    return None if weight is None else f"{weight / 1000:.3f}"


def _write_evidence(caller: Reader, dataset: Hash32, epoch: int, path: Path) -> dict[str, Any]:
    """JSON lines for her alone. Its SHA-256 is what `cota appeal --evidence-file` puts on chain."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, digest = 0, hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for row in caller.client.evidence(dataset, epoch):
            line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
            file.write(line)
            digest.update(line)
            rows += 1
    return {"file": str(path), "rows": rows, "sha256": "0x" + digest.hexdigest()}


def _appeal(found: dict[str, Any]) -> str:
    if found["case"] is not None:
        case = found["case"]
        return f"Your appeal is case {case['case']}: {case['state']}, ruled by {case['deadline']}."
    if not found["may_appeal"]:
        if found["until"] is None:
            return "No appeal is possible."
        return f"No appeal is possible. The time for one: until {found['until']}."
    token = found["token"]
    return (
        f"Until {found['until']} you may appeal (cota appeal): for at most {shares(found['most'])}, "
        f"under a bond of {_money(found['bond'], token)}."
    )
