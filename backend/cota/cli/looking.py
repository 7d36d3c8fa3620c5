"""`cota dataset quality preview test`: what a buyer sees before paying -> **figures, proven rows, a rate**."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cota.cli.arguments import Dataset
from cota.cli.caller import Member, Visitor, calling
from cota.cli.failures import Failed
from cota.cli.output import say, show, show_rows


@calling
def quality(caller: Visitor, dataset: Dataset) -> None:
    """Show how good the labels are, who holds the shares, and how many different payers there were.

    Rates come with the interval in which the true one lies with 95 %.
    """
    found = caller.client.quality(dataset)
    show(found if caller.as_json else _for_people(found), as_json=caller.as_json)


@calling
def preview(caller: Visitor, dataset: Dataset) -> None:
    """Show the rows that the terms let everybody see.

    Which ones was drawn by a block that came after their root: they are drawn again and proven here.
    """
    from cota.units import to_hex

    _ = caller.settings.rpc_urls if caller.rpc is None else None
    found = caller.client.preview(dataset)
    rows: list[dict[str, Any]] = [
        {
            "index": record.index,
            "label": record.label,
            "account": record.annotation.account,
            "item_ref": to_hex(record.annotation.item_ref),
            "item": found.contents.get(record.annotation.item_ref),
        }
        for record in found.records
    ]
    if caller.as_json:
        told = {
            "dataset": dataset,
            "policy": found.policy,
            "epoch": found.epoch,
            "beacon_block": found.beacon_block,
        }
        show({**told, "rows": rows}, as_json=True)
        return
    if found.policy == "none":
        say("The terms show nothing before a licence is bought.")
        return
    show_rows("rows", rows, ("index", "label", "account", "item"), as_json=False)


@calling
def test(
    caller: Member,
    dataset: Dataset,
    answers: Annotated[Path, typer.Option("--labels", help="Your answers: as for cota submit.")],
) -> None:
    """Compare answers of your own with what the scoring decided.

    The file names items by reference, or by their whole content. At least 20 answers, three tests a day; you are
    told how often you agree, and not where.
    """
    from dataclasses import asdict

    from cota.cli.answers_file import read_answers
    from cota.client import ClientError
    from cota.commitments.canonical import parse_json
    from cota.commitments.hashes import item_hash
    from cota.errors import DomainError
    from cota.units import parse_hash32

    schema = caller.client.facts_of(dataset)["schema"]
    if schema is None:
        raise Failed("the dataset has no question yet")

    def named(item: str) -> Any:
        try:
            return parse_hash32(item)
        except ValueError:
            pass
        try:
            return item_hash(parse_json(item.encode()))
        except (DomainError, ClientError):
            return item_hash(item)

    own = {named(item): label for item, label in read_answers(answers, schema).items()}
    found = caller.client.test(dataset, own)
    told: dict[str, Any] = {"dataset": dataset, "answers": len(own)}
    if caller.as_json:
        show(told | asdict(found), as_json=True)
    else:
        show(told | {"agreement": _rate(asdict(found))}, as_json=False)


def _for_people(found: Mapping[str, Any]) -> dict[str, Any]:
    alpha, holding, payers = found["alpha"], found["holding"], found["payers"]
    largest, five = _percent(holding["largest_bps"]), _percent(holding["five_largest_bps"])
    strangers = payers["distinct_without_publisher_and_holders"]
    return {
        "dataset": found["dataset"],
        "labels": f"{found['labels']:,} by {found['annotators']:,} annotators, of {found['items']:,} items",
        "final epochs": ", ".join(map(str, found["epochs"])) or "none",
        "equal to hidden gold": _rate(found["on_gold"]),
        "equal pairs": _rate(found["agreement"]),
        "agreement": "not measured" if alpha is None else f"alpha {alpha:.3f}; 1 is perfect, 0 is chance",
        "items settled": _rate(found["decided"]),
        "holders": f"{holding['holders']:,}; the largest has {largest} of all shares, the five largest {five}",
        "publisher": f"holds {_percent(holding['publisher_bps'])} of all shares",
        "not claimed yet": f"{_percent(holding['unclaimed_bps'])} of all shares",
        "concentration": f"HHI {holding['hhi']:,}; 10,000 is one holder alone",
        "payments": f"{payers['payments']:,}; different payers: {payers['distinct']:,}, "
        f"of whom neither publisher nor holder: {strangers:,}",
    }


def _percent(bps: int) -> str:
    """1/10,000 for people, exactly."""
    return f"{bps // 100}.{bps % 100:02d} %"


def _rate(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "not measured"
    rate, low, high = (f"{found[name] * 100:.1f} %" for name in ("rate", "low", "high"))
    return f"{rate} ({low} to {high}), {found['right']:,} of {found['of']:,}"
