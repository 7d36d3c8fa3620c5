"""`cota join leave`: person -> **consent** -> signature -> relayer or vault.

Promises: before she joins, a person is shown what becomes public for good, what she may lose at most, and
the text that she agrees to; joining what one has joined changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import money
from cota.cli.arguments import Dataset, YesOption
from cota.cli.asking import confirm
from cota.cli.caller import Member, calling
from cota.cli.failures import Failed
from cota.cli.output import say, show
from cota.errors import DatasetNotOpen, NotAMember, OwnDataset

if TYPE_CHECKING:
    from cota.chain.sender import Receipt
    from cota.client import CotaClient, Sent

SelfOption = Annotated[
    bool, typer.Option("--self", help="Send the transaction yourself: your gas, and your own free stake.")
]


@calling
def join(caller: Member, dataset: Dataset, by_self: SelfOption = False, yes: YesOption = False) -> None:
    """Join a dataset to label it: by signature, without gas.

    The relayer posts the stake and pays the gas. Shows first what becomes public and what can be lost at
    most, and asks.
    """
    client = caller.chain_client if by_self else caller.client
    terms, stake = client.terms_of(dataset), client.status.stake_token
    if terms["publisher"] == caller.address:
        raise OwnDataset()
    posted, lost = (money(terms[one], stake.decimals, stake.symbol) for one in ("stake", "penalty_cap"))
    told: dict[str, Any] = {"dataset": dataset, "account": caller.address}
    for name, text in (("stake", posted), ("penalty_cap", lost)):
        told[name] = terms[name] if caller.as_json else text
    if _state(caller, dataset) == "active":
        show({**told, "state": "active", "already": True}, as_json=caller.as_json)
        return
    state = client.facts_of(dataset).state
    if state != "open":
        raise DatasetNotOpen(f"the dataset is {state}: nobody can join it now")
    for line in (
        f"You join: {client.facts_of(dataset)['title'] or 'a dataset without a title'}",
        client.consent(),
        f"Stake: {posted}, posted by {'you' if by_self else 'the relayer'}.",
        f"Penalty cap: at most {lost} of it can be lost.",
    ):
        say(line, stderr=True)
    confirm("Do you agree, and join?", yes=yes)
    where = _settled(client, client.join_by_transaction(dataset) if by_self else client.join(dataset))
    state = _state(caller, dataset) or "pending"
    show({**told, "state": state, "already": False, **where}, as_json=caller.as_json)


@calling
def leave(caller: Member, dataset: Dataset, by_self: SelfOption = False, yes: YesOption = False) -> None:
    """Leave a dataset; shares and revenue stay yours.

    The stake is released once your work is settled: `cota stake release DATASET`.
    """
    client = caller.chain_client if by_self else caller.client
    title = client.facts_of(dataset)["title"]
    state = _state(caller, dataset)
    if state in ("leaving", "ended"):
        raise Failed(
            "you left it already: cota stake release DATASET frees the stake once your work is settled"
        )
    if state is None:
        raise NotAMember()
    confirm(
        f"Leave {title or 'the dataset'}? Leased items are given back; earned shares stay yours.", yes=yes
    )
    where = _settled(client, client.leave_by_transaction(dataset) if by_self else client.leave(dataset))
    told = {"dataset": dataset, "account": caller.address, "state": _state(caller, dataset)}
    show({**told, **where}, as_json=caller.as_json)


def _settled(client: CotaClient, sent: Sent | Receipt) -> dict[str, Any]:
    """Where a transaction is, once the service has seen it."""
    block = sent.block if hasattr(sent, "block") else sent.block_number
    client.wait_for(block)
    return {"block": block, "tx_hash": sent.tx_hash}


def require_member(caller: Member, dataset: bytes) -> None:
    """Raises NotAMember for who has not joined, or left."""
    state = _state(caller, dataset)
    if state != "active":
        raise NotAMember(membership=state)


def _state(caller: Member, dataset: bytes) -> str | None:
    """active, leaving, ended; None when the account never joined."""
    name = "0x" + dataset.hex()
    memberships = caller.client.account_of(caller.address)["memberships"]
    return next((str(one["state"]) for one in memberships if one["dataset"] == name), None)
