"""`cota successor show name start cancel complete inherit`: holder -> **successor** -> shares of a lost key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.arguments import Dataset, MaybeAddress, Of, Receiver, YesOption
from cota.cli.asking import asked
from cota.cli.caller import Member, calling
from cota.cli.output import moment, show

if TYPE_CHECKING:
    from cota.chain.sender import Receipt

DAY = 86_400
DaysOption = Annotated[
    int,
    typer.Option("--days", min=30, max=365, help="How long the old key can cancel, once it was started."),
]


@calling
def show_successor(caller: Member, address: MaybeAddress = None) -> None:
    """Show who follows when an account's key is lost: your own, or any address."""
    account = address or caller.address
    found = caller.chain_client.succession_of(account)
    told: dict[str, Any] = {"account": account, "successor": found.successor if found.delay else None}
    told["state"] = (
        "completed"
        if found.completed
        else "started"
        if found.started_at
        else "named"
        if found.delay
        else "none"
    )
    told["days"] = found.delay // DAY
    told["ready_at"] = moment(found.started_at + found.delay) if found.started_at else None
    show(told, as_json=caller.as_json)


@calling
def name(caller: Member, successor: Receiver, days: DaysOption = 90, yes: YesOption = False) -> None:
    """Name who gets your shares if your key is lost; name another to change your mind."""
    question = (
        f"If you do not object for {days} days after {successor} asks, all your shares are theirs. Name them?"
    )
    client = caller.chain_client
    with client.asking(asked(question, yes=yes)):
        mined = client.name_successor(successor, days * DAY)
    _tell(caller, mined, successor=successor, days=days)


@calling
def nobody(caller: Member) -> None:
    """Name nobody any more."""
    _tell(caller, caller.chain_client.name_nobody(), successor=None)


@calling
def start(caller: Member, account: Of) -> None:
    """As a named successor, start the clock: the key is lost."""
    client = caller.chain_client
    mined = client.start_succession(account)
    found = client.succession_of(account)
    _tell(caller, mined, of=account, ready_at=moment(found.started_at + found.delay))


@calling
def cancel(caller: Member) -> None:
    """Stop the clock: you still have your key."""
    _tell(caller, caller.chain_client.cancel_succession(), account=caller.address)


@calling
def complete(caller: Member, account: Of, yes: YesOption = False) -> None:
    """Complete a succession whose time is over. For ever."""
    question = f"From now on, and for ever, what {account} holds of shares goes to its successor. Complete?"
    client = caller.chain_client
    with client.asking(asked(question, yes=yes)):
        mined = client.complete_succession(account)
    _tell(caller, mined, of=account)


@calling
def inherit(caller: Member, dataset: Dataset, account: Of) -> None:
    """Move a lost key's shares of a dataset, and what they earned, to its successor."""
    _tell(caller, caller.chain_client.inherit(dataset, account), dataset=dataset, of=account)


def _tell(caller: Member, mined: Receipt, **told: Any) -> None:
    caller.client.wait_for(mined.block_number)
    show({**told, "block": mined.block_number, "tx_hash": mined.tx_hash}, as_json=caller.as_json)
