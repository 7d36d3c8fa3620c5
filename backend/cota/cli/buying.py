"""`cota buy renew pay export`: buyer's wallet -> **licence, royalty, checked download**.

Promises: no more is paid than was agreed to; a download stands under its name only once every record of it
was checked against the chain; an existing file is never written over unasked.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import TypedAmount, money
from cota.cli.arguments import (
    Amount,
    ClassOption,
    Dataset,
    ForceOption,
    License,
    YesOption,
    address_option,
    amount_option,
    hash_option,
    parse_bytes32,
    require_free,
)
from cota.cli.asking import asked
from cota.cli.caller import Member, calling
from cota.cli.failures import Failed, WrongUse
from cota.cli.output import say, show

if TYPE_CHECKING:
    from cota.units import Hash32

MaxPriceOption = Annotated[
    Any, amount_option("--max-price", "The most that you pay; the price now, after a question, unless given.")
]
ReceiverOption = Annotated[
    Any, address_option("--receiver", "Whose licence it is; the buyer's unless given. Licences never move.")
]
ReportOption = Annotated[Any, hash_option("--report", "32 bytes that name your report of use.")]
ReportFileOption = Annotated[
    Path | None,
    typer.Option("--report-file", help="Your report of use: its SHA-256 goes on chain, not itself."),
]
IntentOption = Annotated[
    str | None,
    typer.Option("--intent", help="Your name for this payment: given again, it is found and not paid twice."),
]
OutOption = Annotated[Path, typer.Option("--out", help="Where the download goes.")]


@calling
def buy(
    caller: Member,
    dataset: Dataset,
    license_class: ClassOption = 0,
    max_price: MaxPriceOption = None,
    receiver: ReceiverOption = None,
    intent: IntentOption = None,
    yes: YesOption = False,
) -> None:
    """Buy a licence to a dataset's labels.

    In one transaction where the token knows permits. Never for more than --max-price, and under one --intent never
    twice, whatever was interrupted.
    """
    client = caller.chain_client
    token, is_agreed = client.currency_of(dataset), isinstance(max_price, TypedAmount)
    if isinstance(max_price, TypedAmount):
        most = max_price.base_units(token.decimals, token.symbol)
    else:
        most = client.price_of(dataset, license_class)
        if not most:
            raise Failed(f"class {license_class} of this dataset is not sold")
    if not most:
        raise WrongUse("nothing is sold for zero")
    if not is_agreed:
        _tell_of_licence(caller, dataset)
    question = f"Buy class {license_class} for {money(most, token.decimals, token.symbol)}?"
    with client.asking(asked(question, yes=yes or is_agreed)):
        bought = client.buy(
            dataset, license_class=license_class, max_price=most, receiver=receiver, intent=intent
        )
    client.wait_for(bought.block)
    price = str(bought.price) if caller.as_json else money(bought.price, token.decimals, token.symbol)
    told = {"license": str(bought.license), "dataset": dataset, "class": license_class, "price": price}
    if caller.as_json:
        told |= {"token": token.symbol, "decimals": token.decimals}
    show({**told, "epochs": bought.epochs, "block": bought.block}, as_json=caller.as_json)


@calling
def renew(
    caller: Member,
    license: License,
    max_price: MaxPriceOption = None,
    intent: IntentOption = None,
    yes: YesOption = False,
) -> None:
    """Renew a licence at the current price.

    It then opens the epochs that are final now too, and lasts longer where the terms limit it.
    """
    client = caller.chain_client
    found = client.license(license, min_block=client.node.head().number)
    dataset = parse_bytes32(found["dataset"])
    token, is_agreed = client.currency_of(dataset), isinstance(max_price, TypedAmount)
    if isinstance(max_price, TypedAmount):
        most = max_price.base_units(token.decimals, token.symbol)
    else:
        most = client.price_of(dataset, found["class"])
    question = f"Renew licence {license} for {money(most, token.decimals, token.symbol)}?"
    with client.asking(asked(question, yes=yes or is_agreed)):
        mined = client.renew(license, max_price=most, intent=intent)
    renewed = client.license(license, min_block=mined.block_number)
    told = {
        "license": str(license),
        "dataset": dataset,
        "epochs": len(renewed["epochs"]),
        "expires_at": renewed["expires_at"] or (None if caller.as_json else "never"),
        "block": mined.block_number,
    }
    show(told | {"tx_hash": mined.tx_hash}, as_json=caller.as_json)


@calling
def pay(
    caller: Member,
    license: License,
    amount: Amount,
    report: ReportOption = None,
    report_file: ReportFileOption = None,
    intent: IntentOption = None,
) -> None:
    """Pay a royalty under a licence.

    An amount of 0 with a --report or --report-file counts as a report.
    """
    if report is not None and report_file is not None:
        raise WrongUse("--report and --report-file name the same thing: give one")
    if report_file is not None:
        with report_file.open("rb") as source:
            report = hashlib.file_digest(source, "sha256").digest()
    client = caller.chain_client
    found = client.license(license, min_block=client.node.head().number)
    dataset = parse_bytes32(found["dataset"])
    token = client.currency_of(dataset)
    units = amount.base_units(token.decimals, token.symbol)
    if not units and report is None:
        raise WrongUse("nothing to pay and nothing to report: give an amount, or --report")
    mined = client.pay_royalty(dataset, license, units, report or bytes(32), intent=intent)
    client.wait_for(mined.block_number)
    told: dict[str, Any] = {"license": str(license), "dataset": dataset}
    if caller.as_json:
        told |= {"amount": str(units), "token": token.symbol, "decimals": token.decimals}
    else:
        told["paid"] = money(units, token.decimals, token.symbol)
    where = {"block": mined.block_number, "tx_hash": mined.tx_hash}
    show({**told, "report": report, **where}, as_json=caller.as_json)


def _tell_of_licence(caller: Member, dataset: Hash32) -> None:
    """Nobody is asked to buy what she has without being told."""
    held = caller.client.check_license(dataset, caller.address)
    if held["license"] is not None:
        say(
            f"You hold licence {held['license']}, which opens {_counted(len(held['epochs']), 'epoch')}: "
            "cota renew brings it up to date.",
            stderr=True,
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


@calling
def export(caller: Member, license: License, out: OutOption, force: ForceOption = False) -> None:
    """Download what a licence opens, and check all of it.

    Every record and proof is checked against the chain before the file gets its name. A download that broke off
    goes on where it stopped when the command is given again. Beside it comes the licence's passport, with which
    cota verify export checks it without a network.
    """
    if out.is_dir():
        raise WrongUse(f"{out} is a folder: name a file in it")
    require_free(out, force)
    from cota.formats.passport import passport_of

    client = caller.chain_client
    # With the newest block, a licence bought a moment ago is waited for instead of unknown.
    head = client.node.head().number
    client.license(license, min_block=head)
    report = client.download_checked(license, out, min_block=head)
    checks = {check.name: check.compared for check in report.checks}
    told = {
        "file": str(out),
        "passport": str(passport_of(out)),
        "bytes": out.stat().st_size,
        "checks": len(checks),
        "comparisons": sum(checks.values()),
    }
    show({"license": str(license), **told, "block": report.block_number}, as_json=caller.as_json)
