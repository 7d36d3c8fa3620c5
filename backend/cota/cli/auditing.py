"""`cota audit open show draw rows return withdraw`: auditor -> **fee, sample, rows** -> perhaps the fee back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cota.cli.amounts import money
from cota.cli.arguments import (
    Checkpoint,
    Dataset,
    ForceOption,
    Number,
    OutFile,
    YesOption,
    hash_option,
    numbered,
    require_free,
)
from cota.cli.arguments import argument as an_argument
from cota.cli.asking import asked
from cota.cli.caller import Member, Visitor, calling
from cota.cli.output import say, show

if TYPE_CHECKING:
    from cota.units import Hash32

AuditNumber = Annotated[
    Number, an_argument(numbered("an audit"), "AUDIT", "Its number: cota audit open prints it.")
]
CommitmentOption = Annotated[
    Any,
    hash_option(
        "--commitment", "32 bytes of your own, fixed before the sample is drawn; random unless given."
    ),
]


@calling
def open_audit(
    caller: Member,
    dataset: Dataset,
    checkpoint: Checkpoint,
    commitment: CommitmentOption = None,
    yes: YesOption = False,
) -> None:
    """Pay for a look at a settlement that is not final.

    The fee goes to the holders. It comes back if your challenge brings the settlement down.
    """
    from cota.client.session import fresh_salt

    client = caller.chain_client
    client.facts_of(dataset)
    fee, token = client.audit_fee(dataset), client.currency_of(dataset)
    say(f"Fee: {money(fee, token.decimals, token.symbol)}, to the holders.", stderr=True)
    with client.asking(asked("Open the audit?", yes=yes)):
        opened = client.open_audit(dataset, checkpoint, commitment or fresh_salt())
    _tell(caller, dataset, opened.number, opened.mined.block_number, opened.mined.tx_hash)


@calling
def show_audit(caller: Visitor, dataset: Dataset, audit: AuditNumber) -> None:
    """Show an audit and the rows of its sample."""
    _tell(caller, dataset, audit)


@calling
def draw(caller: Member, dataset: Dataset, audit: AuditNumber) -> None:
    """Draw the sample, two blocks after the audit was opened. Anyone may."""
    mined = caller.chain_client.draw_sample(dataset, audit)
    _tell(caller, dataset, audit, mined.block_number, mined.tx_hash)


@calling
def rows(
    caller: Member, dataset: Dataset, audit: AuditNumber, out: OutFile, force: ForceOption = False
) -> None:
    """Download the rows, as who opened the audit and while the settlement is undecided. Each read is logged.

    Labels by item reference, contents of the sample's items alone; what you may not see stands as erased. In the form
    of cota export: cota verify --labels FILE makes the scores again.
    """
    require_free(out, force)
    client = caller.client
    client.facts_of(dataset)
    path = client.read_audit(dataset, audit, out)
    told = {"dataset": dataset, "audit": str(audit), "file": str(path), "bytes": path.stat().st_size}
    show(told, as_json=caller.as_json)


@calling
def return_fee(caller: Member, dataset: Dataset, audit: AuditNumber) -> None:
    """Get the fee back, from the coordinator's bond, once your challenge brought the settlement down."""
    mined = caller.chain_client.return_audit_fee(dataset, audit)
    _tell(caller, dataset, audit, mined.block_number, mined.tx_hash)


@calling
def withdraw(caller: Member, dataset: Dataset) -> None:
    """Take out what the audit desk holds for you: fees given back that had not reached the holders."""
    client = caller.chain_client
    token, credit = client.currency_of(dataset), client.audit_credit(dataset)
    mined = client.withdraw_audit_credit(dataset)
    told: dict[str, Any] = {"withdrawn": money(credit, token.decimals, token.symbol)}
    if caller.as_json:
        told = {"amount": str(credit), "token": token.symbol, "decimals": token.decimals}
    show({**told, "block": mined.block_number, "tx_hash": mined.tx_hash}, as_json=caller.as_json)


def _tell(
    caller: Visitor, dataset: Hash32, number: int, block: int | None = None, tx_hash: bytes | None = None
) -> None:
    client = caller.chain_client
    client.wait_for(block)
    found, token = client.audit_of(dataset, number), client.currency_of(dataset)
    told: dict[str, Any] = {"dataset": dataset, "audit": str(number), "epoch": found.epoch}
    told |= {"attempt": found.attempt, "auditor": found.auditor, "fee_state": found.state.name.lower()}
    told["fee"] = str(found.fee) if caller.as_json else money(found.fee, token.decimals, token.symbol)
    told |= {"draw_block": found.draw_block, "sample": client.audit_sample(dataset, number)}
    show(told if block is None else {**told, "block": block, "tx_hash": tx_hash}, as_json=caller.as_json)
