"""`cota delivery show acknowledge demand answer dispute`: licensee and coordinator -> **delivery desk**."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cota.cli.arguments import License, YesOption, hash_option, parse_bytes32
from cota.cli.asking import asked
from cota.cli.caller import Member, Visitor, calling
from cota.cli.output import moment, show

if TYPE_CHECKING:
    from cota.chain.sender import Receipt
    from cota.units import Hash32

EvidenceOption = Annotated[
    Any, hash_option("--evidence", "SHA-256 of what shows the delivery, such as the record of reads.")
]
WEI = 10**18


@calling
def show_delivery(caller: Visitor, license: License) -> None:
    """Show what was said of a licence's delivery."""
    client = caller.chain_client
    found = client.delivery_of(_dataset(caller, license), license)
    told: dict[str, Any] = {"license": str(license), "state": found.state.name.lower()}
    told["paid_at"] = moment(found.paid_at)
    if found.due_at:
        told |= {
            "due_at": moment(found.due_at),
            "coordinator": found.coordinator,
            "answered": found.was_answered,
        }
    show(told, as_json=caller.as_json)


@calling
def acknowledge(caller: Member, license: License) -> None:
    """Say that what you bought has arrived."""
    _tell(caller, license, caller.chain_client.acknowledge_delivery(_dataset(caller, license), license))


@calling
def demand(caller: Member, license: License) -> None:
    """Demand what you bought: within 90 days after the payment."""
    _tell(caller, license, caller.chain_client.demand_delivery(_dataset(caller, license), license))


@calling
def answer(caller: Member, license: License, evidence: EvidenceOption) -> None:
    """As the coordinator, tell how a demanded delivery was made."""
    mined = caller.chain_client.answer_delivery(_dataset(caller, license), license, evidence)
    _tell(caller, license, mined)


@calling
def dispute(caller: Member, license: License, yes: YesOption = False) -> None:
    """Take a demand that was not met in time to the arbitrator.

    Costs a fee. Where nothing was delivered, the price comes back in COTA from the coordinator's bond.
    """
    client, dataset = caller.chain_client, _dataset(caller, license)
    cost = client.delivery_dispute_cost(dataset, license)
    question = f"The arbitrator costs {cost / WEI:g} of the chain's coin, whatever he says. Go on?"
    with client.asking(asked(question, yes=yes)):
        mined = client.dispute_delivery(dataset, license)
    _tell(caller, license, mined)


def _dataset(caller: Visitor, license: int) -> Hash32:
    client = caller.chain_client
    return parse_bytes32(client.license(license, min_block=client.node.head().number)["dataset"])


def _tell(caller: Member, license: int, mined: Receipt) -> None:
    client = caller.chain_client
    client.wait_for(mined.block_number)
    state = client.delivery_of(_dataset(caller, license), license).state.name.lower()
    told = {"license": str(license), "state": state, "block": mined.block_number, "tx_hash": mined.tx_hash}
    show(told, as_json=caller.as_json)
