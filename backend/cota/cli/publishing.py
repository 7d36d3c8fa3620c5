"""`cota dataset create describe add-batch`: publisher's files -> **signed terms and items** -> chain.

Promises: all terms are shown before they are signed; a creation that stops between chain and service says
how to go on; the same batch sent again is found, not added twice.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.arguments import Dataset, JsonLines, YesOption
from cota.cli.asking import confirm
from cota.cli.caller import Member, calling
from cota.cli.failures import Failed
from cota.cli.output import show

if TYPE_CHECKING:
    from cota.chain.terms import Terms
    from cota.cli.dataset_file import Wanted
    from cota.client import Currency

TermsFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="JSON: title, schema {kind, question, classes}, seats, price_floor; any other field of the terms.",
    ),
]


@calling
def create(caller: Member, file: TermsFile, yes: YesOption = False) -> None:
    """Create a dataset out of a file of question and terms.

    Amounts in the file are texts by the rule of the command line: "25.5" are whole tokens, "500000u" base
    units. Terms that the file does not name take the network's usual values; they are shown first.
    """
    from cota.client import ClientError
    from cota.errors import DomainError
    from cota.units import to_hex

    client = caller.chain_client
    wanted, terms = _terms(caller, file)
    show(_named(terms), as_json=False, stderr=True)
    confirm("Create this dataset? Its terms can never be changed.", yes=yes)
    dataset, mined = client.register_dataset(terms, wanted.uri)
    try:
        client.wait_for(mined.block_number)
        client.describe_dataset(
            dataset, wanted.schema, wanted.title, wanted.description, reviews=wanted.reviews
        )
    except (DomainError, ClientError) as error:
        again = f"cota dataset describe {to_hex(dataset)} {file}"
        raise Failed(
            f"{to_hex(dataset)} is created, but its question is not told yet ({error}): {again}"
        ) from error
    told = {
        "dataset": dataset,
        "terms_hash": terms.hash(),
        "block": mined.block_number,
        "tx_hash": mined.tx_hash,
    }
    show(told, as_json=caller.as_json)


@calling
def describe(caller: Member, dataset: Dataset, file: TermsFile) -> None:
    """Tell a dataset's question, or another title."""
    wanted = _wanted(caller, file, caller.client.currency_of(dataset))
    caller.client.describe_dataset(
        dataset, wanted.schema, wanted.title, wanted.description, reviews=wanted.reviews
    )
    show({"dataset": dataset, "title": wanted.title}, as_json=caller.as_json)


@calling
def add_batch(caller: Member, dataset: Dataset, file: JsonLines) -> None:
    """Add items, and the gold of some.

    The file holds JSON lines {"content": ..., "gold": label}, gold only where you know it. Sending the same
    file again adds nothing. Nobody but you knows which items have gold.
    """
    from cota.cli.dataset_file import read_items
    from cota.commitments import log_tree

    client = caller.chain_client
    schema = client.facts_of(dataset)["schema"]
    if schema is None:
        raise Failed("the dataset has no question yet: cota dataset describe tells it")
    items = read_items(file, schema, client.account, dataset)
    root = "0x" + log_tree.root([item.ref() for item in items]).hex()
    told: dict[str, Any] = {
        "dataset": dataset,
        "items": len(items),
        "gold": sum(item.gold is not None for item in items),
        "items_root": root,
    }
    known = [one for one in client.batches(dataset) if one["items_root"] == root]
    if known:
        told |= {"added": False, "block": known[0]["block"], "tx_hash": known[0]["tx_hash"]}
    else:
        mined = client.add_batch(dataset, items)
        told |= {"added": True, "block": mined.block_number, "tx_hash": mined.tx_hash}
    show(told, as_json=caller.as_json)


def _terms(caller: Member, file: Path) -> tuple[Wanted, Terms]:
    from cota.cli.dataset_file import read_object
    from cota.client.drafts import draft_terms, with_draw

    client = caller.client
    token = read_object(file).get("payment_token")
    usual = client.currency_at(client.status.payment_token)
    wanted = _wanted(caller, file, usual if token is None else _currency(caller, file, token))
    choices = {"payment_token": usual.address, "coordinator": _usual_coordinator(caller)} | dict(
        wanted.choices
    )
    missing = [name for name in ("seats", "price_floor", "coordinator") if choices.get(name) is None]
    if missing:
        raise Failed(f"{file}: {', '.join(missing)} must be given")
    terms = draft_terms(
        publisher=caller.address,
        schema=wanted.schema,
        windows=caller.settings.network.windows,
        rules=wanted.rules,
        **choices,
    )
    if "draw_commitment" not in choices:
        terms = with_draw(client.account, terms)
    return wanted, terms


def _wanted(caller: Member, file: Path, payment: Currency) -> Wanted:
    from cota.cli.dataset_file import read_wanted

    return read_wanted(file, payment, caller.client.status.stake_token)


def _currency(caller: Member, file: Path, token: object) -> Currency:
    from cota.units import parse_address

    try:
        return caller.client.currency_at(parse_address(str(token)))
    except ValueError as error:
        raise Failed(f"{file}: payment_token: {error}") from None


def _usual_coordinator(caller: Member) -> str | None:
    """On the local network the stack's own. Elsewhere a publisher must choose whom she relies on."""
    settings = caller.settings
    return settings.key("coordinator").address if settings.network.is_local else None


def _named(terms: Terms) -> dict[str, Any]:
    return {one.name: _plain(getattr(terms, one.name)) for one in fields(terms)}


def _plain(value: Any) -> Any:
    name = getattr(value, "name", None)
    return name.lower().replace("_", "-") if isinstance(name, str) else value
