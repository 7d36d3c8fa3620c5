"""`cota dataset list show epochs`: service -> **what there is** -> terminal. And the group of all verbs on
datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cota.cli.amounts import money, shares
from cota.cli.arguments import Dataset
from cota.cli.caller import Visitor, calling
from cota.cli.output import show, show_rows


@calling
def list_datasets(caller: Visitor) -> None:
    """List all datasets, newest first."""
    found = list(caller.client.datasets())
    if caller.as_json:
        show_rows("datasets", found, (), as_json=True)
        return
    rows = [
        {"dataset": one["id"], "state": one["state"], "items": one["item_count"], "title": one["title"]}
        for one in found
    ]
    show_rows("datasets", rows, ("dataset", "state", "items", "title"), as_json=False)


@calling
def show_dataset(caller: Visitor, dataset: Dataset) -> None:
    """Show one dataset: question, terms, prices, figures."""
    found = caller.client.dataset(dataset)
    show(found if caller.as_json else _for_people(found, caller), as_json=caller.as_json)


@calling
def list_epochs(caller: Visitor, dataset: Dataset) -> None:
    """List the dataset's epochs: rows, state, shares."""
    found = caller.client.epochs(dataset)
    if caller.as_json:
        show_rows("epochs", found, (), as_json=True)
        return
    rows = [
        {
            "epoch": one["epoch"],
            "rows": one["to_index"] - one["from_index"],
            "state": one["state"],
            "shares": None if one["total_units"] is None else shares(one["total_units"]),
            "earners": one["leaf_count"],
        }
        for one in found
    ]
    show_rows("epochs", rows, ("epoch", "rows", "state", "shares", "earners"), as_json=False)


def price_text(found: Mapping[str, Any]) -> str | None:
    """The prices of a dataset's licence classes, for people."""
    token = found["token"]
    told = [
        f"class {one['class']}: {money(one['price'] or one['next_price'], token['decimals'], token['symbol'])}"
        for one in found["prices"]
    ]
    return ", ".join(told) or None


def bounty_text(found: Mapping[str, Any]) -> str:
    """What a label is paid before any sale, for people."""
    told, token = found["bounty"], found["token"]
    if told is None:
        return "none: shares pay once it is sold"
    price = money(told["per_label"], token["decimals"], token["symbol"])
    return f"{price} per average label, for the next {int(told['labels_left']):,}"


def _for_people(found: Mapping[str, Any], caller: Visitor) -> dict[str, Any]:
    terms, token = found["terms"], found["token"]
    stake, schema = caller.client.status.stake_token, found["schema"] or {}

    def paid(amount: str) -> str:
        return money(amount, token["decimals"], token["symbol"])

    def staked(amount: str) -> str:
        return money(amount, stake.decimals, stake.symbol)

    return {
        "dataset": found["id"],
        "title": found["title"],
        "question": schema.get("question"),
        "kind": schema.get("kind"),
        "classes": ", ".join(schema.get("classes", ())) or None,
        "state": found["state"],
        "publisher": found["publisher"],
        "items": found["item_count"],
        "labels": f"{found['rows']}, {terms['seats']} wanted per item",
        "members": found["members"],
        "stake": f"{staked(terms['stake'])}, of which at most {staked(terms['penalty_cap'])} can be lost",
        "bounty": bounty_text(found),
        "price": price_text(found) or "not sold yet",
        "price floor": paid(terms["price_floor"]),
        "paid to holders": f"{paid(found['paid'])}, of which {paid(found['claimed'])} claimed",
        "shares": f"{shares(found['supply'])} at {found['shares']}",
        "coordinator": _coordinator(caller, terms["coordinator"]),
        "served here": "yes" if found["ours"] else "no: another coordinator takes its labels",
    }


def _coordinator(caller: Visitor, told: str) -> str:
    """Who logs and settles the labels, and whether its bond was ever taken for a broken promise."""
    from cota.units import parse_address

    address = parse_address(told)
    stake, taken = caller.client.status.stake_token, list(caller.client.slashes(address))
    if not taken:
        return f"{address}; nothing was ever taken from its bond"
    amount = money(sum(int(one["amount"]) for one in taken), stake.decimals, stake.symbol)
    last = taken[0]["fault"] or "a ruling"
    return f"{address}; its bond was taken from {len(taken)} times, {amount} in all, last for {last}"
