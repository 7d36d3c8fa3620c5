"""`cota claim transfer`: what an account earned -> **its wallet, another holder**."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import SHARE_DECIMALS, money, shares
from cota.cli.arguments import Dataset, Receiver, Shares
from cota.cli.caller import Member, calling
from cota.cli.failures import REFUSED, WrongUse
from cota.cli.output import say, show

if TYPE_CHECKING:
    from cota.client.records import Claimed

SelfOption = Annotated[
    bool,
    typer.Option("--self", help="Send the transactions yourself and pay their gas, without the relayer."),
]


@calling
def claim(caller: Member, dataset: Dataset, by_self: SelfOption = False) -> None:
    """Claim your shares, your revenue, and what bounties owe you.

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
        say(f"cota: chain-reverted: the contracts did not pay: {claimed.refusal}", stderr=True)
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


def _claimed(caller: Member, dataset: bytes, claimed: Claimed) -> dict[str, Any]:
    from cota.units import Hash32

    token = caller.client.currency_of(Hash32(dataset))
    where: dict[str, Any] = {
        "block": claimed.block,
        "tx_hashes": ["0x" + one.hex() for one in claimed.tx_hashes],
    }
    if caller.as_json:
        told = {
            "units": str(claimed.units),
            "revenue": str(claimed.revenue),
            "bounties": str(claimed.bounties),
        }
        where["refusal"] = claimed.refusal
        return {"dataset": dataset, **told, "token": token.symbol, "decimals": token.decimals, **where}
    return {
        "shares": shares(claimed.units),
        "revenue": money(claimed.revenue, token.decimals, token.symbol),
        "bounties": money(claimed.bounties, token.decimals, token.symbol),
        **(where if claimed.tx_hashes else {"sent": "nothing: there was nothing to claim"}),
    }
