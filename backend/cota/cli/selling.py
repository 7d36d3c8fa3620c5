"""`cota dataset price open pause close archive withdraw`: publisher's wallet -> **sale and life** -> chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cota.cli.amounts import money
from cota.cli.arguments import Amount, ClassOption, Dataset, YesOption
from cota.cli.asking import asked
from cota.cli.caller import Member, calling
from cota.cli.output import show

if TYPE_CHECKING:
    from cota.chain.sender import Receipt


@calling
def price(caller: Member, dataset: Dataset, amount: Amount, license_class: ClassOption = 0) -> None:
    """Set the price of a licence.

    At once the first time, later after the delay of the terms.
    """
    client = caller.chain_client
    currency = client.currency_of(dataset)
    mined = client.set_price(dataset, amount.base_units(currency.decimals, currency.symbol), license_class)
    client.wait_for(mined.block_number)
    found = next(one for one in client.dataset(dataset)["prices"] if one["class"] == license_class)
    if caller.as_json:
        show({"dataset": dataset, **found, **_where(mined)}, as_json=True)
        return
    told = {
        "price": None
        if found["price"] is None
        else money(found["price"], currency.decimals, currency.symbol),
        "next price": money(found["next_price"], currency.decimals, currency.symbol),
        "from": found["effective_at"],
    }
    show({"dataset": dataset, "class": license_class, **told, **_where(mined)}, as_json=False)


@calling
def open_dataset(caller: Member, dataset: Dataset) -> None:
    """Go on after a pause: joins, work and sales."""
    _change(caller, dataset, "OPEN")


@calling
def pause(caller: Member, dataset: Dataset) -> None:
    """Stop joins, new items and sales for a while."""
    _change(caller, dataset, "PAUSED")


@calling
def close(caller: Member, dataset: Dataset, yes: YesOption = False) -> None:
    """End the work for good: epochs finish, sales and claims go on."""
    _change(caller, dataset, "CLOSED", "Close it? It can never take work again.", yes=yes)


@calling
def archive(caller: Member, dataset: Dataset, yes: YesOption = False) -> None:
    """End the sales too: only royalties and claims go on."""
    _change(caller, dataset, "ARCHIVED", "Archive it? It can never be sold again.", yes=yes)


@calling
def withdraw(caller: Member, dataset: Dataset) -> None:
    """Take out the publisher's part of what was sold.

    Of all your datasets that are paid in the same token.
    """
    client = caller.chain_client
    currency, amount = client.currency_of(dataset), client.credit(dataset)
    mined = client.withdraw_credit(dataset)
    if caller.as_json:
        told: dict[str, Any] = {
            "amount": str(amount),
            "token": currency.symbol,
            "decimals": currency.decimals,
        }
    else:
        told = {"withdrawn": money(amount, currency.decimals, currency.symbol)}
    show(told | _where(mined), as_json=caller.as_json)


def _change(caller: Member, dataset: bytes, state: str, question: str = "", *, yes: bool = True) -> None:
    from cota.chain.terms import DatasetState
    from cota.units import Hash32

    client, name = caller.chain_client, Hash32(dataset)
    title = client.facts_of(name)["title"]
    with client.asking(asked(f"{title or dataset.hex()}: {question}", yes=yes)):
        mined = client.set_state(name, DatasetState[state])
    client.wait_for(mined.block_number)
    show(
        {"dataset": dataset, "state": client.dataset(name)["state"], **_where(mined)}, as_json=caller.as_json
    )


def _where(mined: Receipt) -> dict[str, Any]:
    return {"block": mined.block_number, "tx_hash": mined.tx_hash}
