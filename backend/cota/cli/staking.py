"""`cota stake show deposit withdraw release`: wallet <-> **free stake** <-> memberships."""

from __future__ import annotations

from typing import Any

from cota.cli.amounts import money
from cota.cli.arguments import Amount, Dataset, MaybeAddress
from cota.cli.caller import Member, Reader, calling
from cota.cli.failures import WrongUse
from cota.cli.output import say, show, show_rows


@calling
def show_stake(caller: Reader, address: MaybeAddress = None) -> None:
    """Show free stake and memberships: your own, or those of any address."""
    account = address or caller.address
    found = caller.client.account_of(account)
    token = found["stake_token"]
    if caller.as_json:
        told = ("account", "free_stake", "stake_token", "memberships")
        show({name: found[name] for name in told}, as_json=True)
        return
    say(f"{account}: {money(found['free_stake'], token['decimals'], token['symbol'])} free")
    rows = [
        {
            "dataset": one["dataset"],
            "state": one["state"],
            "stake": money(one["stake"], token["decimals"], token["symbol"]),
            "penalised": money(one["penalised"], token["decimals"], token["symbol"]),
            "posted by": "itself" if one["sponsor"] == account else one["sponsor"],
        }
        for one in found["memberships"]
    ]
    show_rows("memberships", rows, ("dataset", "state", "stake", "penalised", "posted by"), as_json=False)


@calling
def deposit(caller: Member, amount: Amount) -> None:
    """Post COTA as your own free stake."""
    _move(caller, amount, "deposit")


@calling
def withdraw(caller: Member, amount: Amount) -> None:
    """Take free stake back into your wallet."""
    _move(caller, amount, "withdraw")


@calling
def release(caller: Member, dataset: Dataset, address: MaybeAddress = None) -> None:
    """Free the stake of a membership that was left, your own or anyone's, once nothing can be held against it.

    It becomes free stake of whoever posted it. Needs gas.
    """
    client, account = caller.chain_client, address or caller.address
    mined = client.release_stake(dataset, account)
    client.wait_for(mined.block_number)
    name = "0x" + dataset.hex()
    one = next(one for one in client.account_of(account)["memberships"] if one["dataset"] == name)
    token = client.status.stake_token
    left = int(one["stake"]) - int(one["penalised"])
    told = {
        "dataset": dataset,
        "account": account,
        "released": str(left) if caller.as_json else money(left, token.decimals, token.symbol),
        "free stake of": one["sponsor"],
    }
    show({**told, "block": mined.block_number, "tx_hash": mined.tx_hash}, as_json=caller.as_json)


def _move(caller: Member, amount: Any, which: str) -> None:
    client = caller.chain_client
    token = client.status.stake_token
    units = amount.base_units(token.decimals, token.symbol)
    if not units:
        raise WrongUse(f"nothing to {which}: the amount is zero")
    mined = client.deposit_stake(units) if which == "deposit" else client.withdraw_stake(units)
    client.wait_for(mined.block_number)
    free = client.free_stake(caller.address)
    where = {"block": mined.block_number, "tx_hash": mined.tx_hash}
    if caller.as_json:
        told = {
            "amount": str(units),
            "free_stake": str(free),
            "token": token.symbol,
            "decimals": token.decimals,
        }
        show({"account": caller.address, **told, **where}, as_json=True)
        return
    told = {
        which: money(units, token.decimals, token.symbol),
        "free now": money(free, token.decimals, token.symbol),
    }
    show({**told, **where}, as_json=False)
