"""`cota bounty open fund close return list claim`: publisher's cash -> **escrow** -> labellers' wallets.

Promises: amounts are read and shown in the token that the chain names, never in one that a service names; what
cannot be taken back is asked first; a refusal says what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cota.cli.amounts import TypedAmount, money
from cota.cli.arguments import (
    Amount,
    BountyNumber,
    Dataset,
    MaybeDataset,
    YesOption,
    address_option,
    amount_option,
)
from cota.cli.asking import asked
from cota.cli.caller import Member, Reader, calling
from cota.cli.failures import WrongUse
from cota.cli.output import moment, show, show_rows

if TYPE_CHECKING:
    from cota.chain.contracts import Bounty
    from cota.client import CotaClient, Currency

PerLabelOption = Annotated[Any, amount_option("--per-label", "What an average label is paid.")]
PutAsideOption = Annotated[Any, amount_option("--amount", "What is put aside for it.")]
ToOption = Annotated[Any, address_option("--to", "Where the money goes; to you unless given.")]
OfOption = Annotated[
    Any,
    address_option("--of", "Whose labels; your own unless given. It is paid to her, or to her successor."),
]
COLUMNS = ("bounty", "dataset", "state", "per label", "left", "epochs", "ends", "due to you")


@calling
def open_bounty(caller: Member, dataset: Dataset, per_label: PerLabelOption, amount: PutAsideOption) -> None:
    """Promise cash for each label, and put money aside for it.

    Every checkpoint made from now on is paid once its epoch is final: a label of average worth gets the price, one that
    is worth more or less accordingly. What no epoch takes comes back to you after you close it.
    """
    client = caller.chain_client
    client.facts_of(dataset)
    token = client.dataset_token(dataset)
    price, put_aside = (_positive(one, token) for one in (per_label, amount))
    done = client.open_bounty(dataset, price, put_aside)
    client.wait_for(done.block)
    where = {"block": done.block, "tx_hash": done.tx_hash}
    told: dict[str, Any] = {"bounty": str(done.bounty), "dataset": dataset}
    if caller.as_json:
        amounts = {"per_label": str(price), "amount": str(put_aside)}
        show({**told, **amounts, **_named(token), **where}, as_json=True)
        return
    told |= {"per label": _money(price, token), "put aside": _money(put_aside, token)}
    show({**told, "enough for": f"about {put_aside // price:,} labels", **where}, as_json=False)


@calling
def fund(caller: Member, bounty: BountyNumber, amount: Amount) -> None:
    """Put more money aside for a bounty, yours or anybody's; what is left goes back to its publisher."""
    client = caller.chain_client
    token = client.bounty_token(client.bounty(bounty))
    added = _positive(amount, token)
    mined = client.fund_bounty(bounty, added)
    client.wait_for(mined.block_number)
    left, where = client.bounty(bounty).free, {"block": mined.block_number, "tx_hash": mined.tx_hash}
    if caller.as_json:
        told = {"bounty": str(bounty), "amount": str(added), "free": str(left), **_named(token)}
    else:
        told = {"bounty": str(bounty), "added": _money(added, token), "left now": _money(left, token)}
    show({**told, **where}, as_json=caller.as_json)


@calling
def close(caller: Member, bounty: BountyNumber, yes: YesOption = False) -> None:
    """End a bounty: checkpoints made after its end get nothing of it.

    It ends after the terms' receipt period, within which every label that was receipted by now stands in a checkpoint.
    """
    client = caller.chain_client
    client.bounty(bounty)
    with client.asking(asked(f"Close bounty {bounty}? It can never be opened again.", yes=yes)):
        done = client.close_bounty(bounty)
    client.wait_for(done.block)
    told = {
        "bounty": str(bounty),
        "ends_at": moment(done.ends_at),
        "block": done.block,
        "tx_hash": done.tx_hash,
    }
    show(told, as_json=caller.as_json)


@calling
def give_back(caller: Member, bounty: BountyNumber, to: ToOption = None) -> None:
    """Take back what no epoch took, once the bounty has ended and all that it covers is decided.

    Final epochs and upheld appeals take their part first. While an epoch can be appealed, or an appeal waits for its
    ruling, all of it stays; a year after that was due, it goes back whatever is open.
    """
    client = caller.chain_client
    done = client.return_bounty(bounty, to)
    client.wait_for(done.block)
    if caller.as_json:
        told = {"bounty": str(bounty), "amount": str(done.amount), **_named(done.token)}
    else:
        told = {"bounty": str(bounty), "returned": _money(done.amount, done.token)}
    show({**told, "to": done.to, "block": done.block, "tx_hash": done.tx_hash}, as_json=caller.as_json)


@calling
def list_bounties(caller: Reader, dataset: MaybeDataset = None) -> None:
    """List bounties: of one dataset, or all of them.

    Of one dataset, and with a key at hand, also what they would pay you now.
    """
    client = caller.chain_client
    if dataset is not None:
        client.facts_of(dataset)
    found = client.bounties(dataset)
    tokens = {at: client.currency_at(at) for at in {one.token for one in found.values()}}
    due: dict[int, int] | None = None
    if dataset is not None and client.has_account:
        due = dict.fromkeys(found, 0)
        for one in client.bounty_dues(dataset):
            due[one.bounty] += one.amount
    now = client.node.head().timestamp
    rows = [
        _row(number, one, tokens[one.token], now, None if due is None else due[number], caller.as_json)
        for number, one in found.items()
    ]
    hidden = {"dataset"} if dataset is not None else set()
    hidden |= {"due to you"} if due is None else set()
    columns = [name for name in COLUMNS if name not in hidden]
    show_rows("bounties", rows, columns, as_json=caller.as_json)


@calling
def claim_bounty(caller: Member, dataset: Dataset, to: ToOption = None, of: OfOption = None) -> None:
    """Have everything paid that a dataset's bounties owe for your labels. Needs gas.

    The worker pays as epochs become final; this is for whoever does not want to wait, or wants the money elsewhere.
    """
    client: CotaClient = caller.chain_client
    client.facts_of(dataset)
    done = client.claim_bounties(dataset, to=to, account=of)
    client.wait_for(done.block)
    where = {"block": done.block, "tx_hashes": ["0x" + one.hex() for one in done.tx_hashes]}
    if caller.as_json:
        told: dict[str, Any] = {"amount": str(done.amount), **_named(done.token), "payments": done.payments}
        show({"dataset": dataset, **told, **where}, as_json=True)
        return
    told = {"paid": _money(done.amount, done.token), "payments": done.payments}
    if not done.tx_hashes:
        told, where = {"sent": "nothing: no bounty owes anything for these labels"}, {}
    show({"dataset": dataset, **told, **where}, as_json=False)


def _row(
    number: int, one: Bounty, token: Currency, now: int, due: int | None, as_json: bool
) -> dict[str, Any]:
    state = "open" if not one.ends_at else "closing" if now <= one.ends_at else "ended"
    common = {"bounty": str(number), "dataset": "0x" + one.dataset.hex(), "state": state}
    if as_json:
        mine = {} if due is None else {"due": str(due)}
        return {
            **common,
            "publisher": one.publisher,
            "per_label": str(one.per_label),
            "units_per_label": str(one.units_per_label),
            "free": str(one.free),
            **_named(token),
            "first_checkpoint": one.first_checkpoint,
            "epochs": one.assigned,
            "opened_at": moment(one.opened_at),
            "ends_at": moment(one.ends_at) if one.ends_at else None,
            **mine,
        }
    return {
        **common,
        "per label": _money(one.per_label, token),
        "left": _money(one.free, token),
        "epochs": one.assigned,
        "ends": moment(one.ends_at) if one.ends_at else None,
        "due to you": None if due is None else _money(due, token),
    }


def _positive(typed: TypedAmount, token: Currency) -> int:
    """Base units. Raises WrongUse for nothing."""
    units = typed.base_units(token.decimals, token.symbol)
    if not units:
        raise WrongUse("a bounty pays more than nothing: the amount is zero")
    return units


def _money(amount: int, token: Currency) -> str:
    return money(amount, token.decimals, token.symbol)


def _named(token: Currency) -> dict[str, Any]:
    return {"token": token.symbol, "decimals": token.decimals}
