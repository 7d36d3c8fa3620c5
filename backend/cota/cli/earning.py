"""`cota claim transfer statement`: what an account earned -> **its wallet, another holder, its books**."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import SHARE_DECIMALS, money, shares
from cota.cli.arguments import Dataset, MaybeAddress, Receiver, Shares
from cota.cli.caller import Member, Reader, calling
from cota.cli.failures import REFUSED, WrongUse
from cota.cli.output import clean, console, print_json, say, show, show_rows

if TYPE_CHECKING:
    from cota.client.records import Claimed

SelfOption = Annotated[
    bool,
    typer.Option("--self", help="Send the transactions yourself and pay their gas, without the relayer."),
]


class Format(StrEnum):
    """How a statement is written."""

    json = "json"
    csv = "csv"


FormatOption = Annotated[Format | None, typer.Option("--format", help="Instead of a table.")]


@calling
def claim(caller: Member, dataset: Dataset, by_self: SelfOption = False) -> None:
    """Claim your shares and your revenue.

    Shares of all settled epochs come first; the relayer pays the gas, and can pay nobody but you.
    """
    if by_self:
        claimed = caller.chain_client.claim_by_transaction(dataset)
    else:
        client = caller.client
        client.facts_of(dataset)
        claimed = client.claim(dataset)
    caller.client.wait_for(claimed.block)
    show(_claimed(caller, dataset, claimed), as_json=caller.as_json)
    if claimed.refusal:
        say(f"cota: chain-reverted: the contracts did not pay the revenue: {claimed.refusal}", stderr=True)
        raise typer.Exit(REFUSED)


@calling
def transfer(caller: Member, dataset: Dataset, receiver: Receiver, amount: Shares) -> None:
    """Transfer shares; what they earned so far stays yours."""
    units = amount.base_units(SHARE_DECIMALS, "a dataset's shares")
    if not units:
        raise WrongUse("nothing to transfer: the amount is zero")
    client = caller.chain_client
    mined = client.transfer_shares(dataset, receiver, units)
    client.wait_for(mined.block_number)
    told = {"units": str(units)} if caller.as_json else {"transferred": shares(units)}
    where = {"to": receiver, "block": mined.block_number, "tx_hash": mined.tx_hash}
    show({"dataset": dataset, **told, **where}, as_json=caller.as_json)


@calling
def statement(caller: Reader, address: MaybeAddress = None, form: FormatOption = None) -> None:
    """Show an account's stakes, shares and revenue, in order."""
    if caller.as_json and form is Format.csv:
        raise WrongUse("--json and --format csv are two different forms: keep one")
    account = address or caller.address
    client = caller.client
    if client.has_account and account == client.address:
        client.require_session()
    if form is Format.csv:
        text = client.statement(account, "csv").decode()
        typer.echo(clean(text.replace("\r\n", "\n")) if console().is_terminal else text, nl=False)
        return
    found = json.loads(client.statement(account))
    if caller.as_json or form is Format.json:
        print_json(found)
        return
    say(
        f"{found['account']}"
        + (f": {found['labels']} labels receipted" if found["labels"] is not None else "")
    )
    columns = ("at", "kind", "shares", "amount", "yours", "dataset")
    show_rows("entries", [_entry(row) for row in found["rows"]], columns, as_json=False)


def _claimed(caller: Member, dataset: bytes, claimed: Claimed) -> dict[str, Any]:
    from cota.units import Hash32

    token = caller.client.currency_of(Hash32(dataset))
    where = {"block": claimed.block, "tx_hashes": ["0x" + one.hex() for one in claimed.tx_hashes]}
    if caller.as_json:
        told = {"units": str(claimed.units), "revenue": str(claimed.revenue), "refusal": claimed.refusal}
        return {"dataset": dataset, **told, "token": token.symbol, "decimals": token.decimals, **where}
    return {
        "shares": shares(claimed.units),
        "revenue": money(claimed.revenue, token.decimals, token.symbol),
        **(where if claimed.tx_hashes else {"sent": "nothing: there was nothing to claim"}),
    }


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    def paid(amount: str | None) -> str | None:
        return None if amount is None else money(amount, row["decimals"], row["token"])

    return {
        "at": row["at"],
        "kind": row["kind"],
        "shares": None if row["units"] is None else shares(row["units"]),
        "amount": paid(row["amount"]),
        "yours": paid(row["attributable"]),
        "dataset": clean(row["dataset"]),
    }
