"""`cota appeal challenge`, `cota case show expire appeal withdraw`: wallet -> **bond and fee** -> court, and back.

Promises: until when and for how much is told before it is asked; what the court would refuse costs nothing.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import SHARE_DECIMALS, TypedAmount, money, shares
from cota.cli.arguments import CaseNumber, Checkpoint, Dataset, Epoch, YesOption, amount_option, hash_option
from cota.cli.asking import asked
from cota.cli.caller import Member, Visitor, calling
from cota.cli.failures import WrongUse
from cota.cli.output import moment, say, show

if TYPE_CHECKING:
    from cota.client import Filing
    from cota.units import Hash32

COIN_DECIMALS = 18
MOST_SHARES = 2**64 - 1


class PanelGround(StrEnum):
    """What a panel judges of a settlement that is not final."""

    scoring = "scoring"
    data = "data"
    wallet = "wallet"


UnitsOption = Annotated[
    Any,
    amount_option(
        "--units", "Shares that you miss; none unless given: then the appeal is against a penalty."
    ),
]
GroundOption = Annotated[
    PanelGround,
    typer.Option(
        "--ground",
        help="Units that do not follow from labels and rules; data that cannot be had; a wallet that denies a row.",
    ),
]
EvidenceOption = Annotated[
    Any, hash_option("--evidence", "SHA-256 of a file that says why, which the jurors can find.")
]
EvidenceFileOption = Annotated[
    Path | None,
    typer.Option("--evidence-file", help="The file itself: its SHA-256 goes on chain; you publish it."),
]


@calling
def appeal(
    caller: Member,
    dataset: Dataset,
    epoch: Epoch,
    units: UnitsOption = None,
    evidence: EvidenceOption = None,
    evidence_file: EvidenceFileOption = None,
    yes: YesOption = False,
) -> None:
    """Appeal a final epoch that counts your labels wrongly: a penalty, shares that you miss, or both.

    Once per epoch, within the appeal period. Costs a bond in COTA, the jurors' fee, and gas. The bond comes back if
    they say that you are right.
    """
    read = _evidence(evidence, evidence_file)
    missed = units.base_units(SHARE_DECIMALS, "a dataset's shares") if isinstance(units, TypedAmount) else 0
    if missed > MOST_SHARES:
        raise WrongUse(f"{units.text} is more than any dataset has")
    filing = caller.chain_client.appeal_filing(dataset, epoch, missed, read)
    told = {"dataset": dataset, "epoch": epoch}
    leaf, token = filing.leaf, caller.client.status.stake_token
    counted = {"counted": leaf.units, "missed": missed, "penalty": leaf.penalty}
    say(
        f"Epoch {epoch} counts you {shares(leaf.units)} and a penalty of "
        f"{money(leaf.penalty, token.decimals, token.symbol)}; you ask for {shares(missed)} more.",
        stderr=True,
    )
    open_filing(caller, filing, {**told, **{name: str(value) for name, value in counted.items()}}, yes=yes)


@calling
def challenge(
    caller: Member,
    dataset: Dataset,
    checkpoint: Checkpoint,
    ground: GroundOption,
    evidence: EvidenceOption = None,
    evidence_file: EvidenceFileOption = None,
    yes: YesOption = False,
) -> None:
    """Challenge a settlement that is not final, before a panel of jurors.

    Costs a bond in COTA, doubled by each case before, the jurors' fee, and gas. The settlement waits for the
    ruling; if it falls, half of what its proposer loses is yours.
    """
    from cota.chain.contracts import Ground

    read = _evidence(evidence, evidence_file)
    filing = caller.chain_client.challenge_filing(dataset, checkpoint, Ground[ground.name.upper()], read)
    told = {"dataset": dataset, "checkpoint": checkpoint, "ground": ground.value}
    open_filing(caller, filing, told, yes=yes)


@calling
def show_case(caller: Visitor, dataset: Dataset, case: CaseNumber) -> None:
    """Show how a case stands."""
    tell_case(caller, dataset, case)


@calling
def expire(caller: Member, dataset: Dataset, case: CaseNumber) -> None:
    """End a case whose time is over, as the jurors ruled or without a ruling."""
    mined = caller.chain_client.expire_case(dataset, case)
    tell_case(caller, dataset, case, block=mined.block_number, tx_hash=mined.tx_hash)


@calling
def appeal_ruling(caller: Member, dataset: Dataset, case: CaseNumber, yes: YesOption = False) -> None:
    """Take a ruling that went against you to a larger panel, while it can be appealed.

    Costs a bond in COTA, doubled by each round, the jurors' fee, and gas. The bond comes back if they say otherwise.
    """
    client, token = caller.chain_client, caller.client.status.stake_token
    price = client.ruling_appeal(dataset, case)
    bond = money(price.bond, token.decimals, token.symbol)
    fee = money(price.fee, COIN_DECIMALS, "of the chain's coin")
    for line in (f"Until {moment(price.until)}.", f"Bond: {bond}.", f"Fee: {fee}, whatever they say."):
        say(line, stderr=True)
    with client.asking(asked("Appeal the ruling?", yes=yes)):
        mined = client.appeal_ruling(dataset, case, price)
    tell_case(caller, dataset, case, block=mined.block_number, tx_hash=mined.tx_hash)


@calling
def withdraw(caller: Member, dataset: Dataset) -> None:
    """Take out what the dataset's court and ledger hold for you: bonds given back, rewards, also of proofs."""
    client, token = caller.chain_client, caller.client.status.stake_token
    of_court, of_ledger = client.court_credit(dataset), client.ledger_credit(dataset)
    # Where there is nothing, the court says so.
    sent = [client.withdraw_court_credit(dataset)] if of_court or not of_ledger else []
    if of_ledger:
        sent.append(client.withdraw_ledger_credit(dataset))
    client.wait_for(sent[-1].block_number)
    credit = of_court + of_ledger
    told: dict[str, Any] = {"withdrawn": money(credit, token.decimals, token.symbol)}
    if caller.as_json:
        told = {"amount": str(credit), "token": token.symbol, "decimals": token.decimals}
    where = {"block": sent[-1].block_number, "tx_hash": sent[-1].tx_hash}
    show({"dataset": dataset, "account": caller.address, **told, **where}, as_json=caller.as_json)


def tell_case(caller: Visitor, dataset: Hash32, case: int, **where: Any) -> None:
    """How a case stands, once the service has the block."""
    from cota.chain.contracts import Outcome

    client, token = caller.chain_client, caller.client.status.stake_token
    client.wait_for(where.get("block"))
    found = client.case_of(dataset, case)
    told: dict[str, Any] = {"dataset": dataset, "case": str(case), "epoch": found.epoch}
    told["ground"] = found.ground.name.lower().replace("_", "-")
    told["state"] = "open" if found.outcome is Outcome.NONE else found.outcome.name.lower()
    bond = str(found.bond) if caller.as_json else money(found.bond, token.decimals, token.symbol)
    told |= {"claimant": found.claimant, "respondent": found.respondent, "bond": bond}
    told["rules_by"] = moment(found.deadline)
    show({**told, "evidence": found.evidence, **where}, as_json=caller.as_json)


def _evidence(evidence: bytes | None, file: Path | None) -> bytes:
    if (evidence is None) == (file is None):
        raise WrongUse("the jurors need evidence: give --evidence or --evidence-file")
    if file is None:
        return bytes(evidence or b"")
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").digest()


def open_filing(caller: Member, filing: Filing, told: dict[str, Any], *, yes: bool) -> None:
    """Tells price and deadline, asks, and opens the case."""
    client, token = caller.client, caller.client.status.stake_token
    bond = money(filing.bond, token.decimals, token.symbol)
    fee = money(filing.fee, COIN_DECIMALS, "of the chain's coin")
    for line in (
        f"Until {moment(filing.until)}.",
        f"Bond: {bond}, lost if the {'jurors say' if filing.fee else 'answer shows'} that you are wrong.",
        f"Fee: {fee}, whatever they say." if filing.fee else "",
    ):
        if line:
            say(line, stderr=True)
    with client.asking(asked("Open the case?", yes=yes)):
        filed = client.file_case(filing)
    client.wait_for(filed.mined.block_number)
    told = {"case": str(filed.number), **told}
    if caller.as_json:
        told |= {"bond": str(filed.case.bond), "token": token.symbol, "decimals": token.decimals}
        told |= {"fee": str(filing.fee)}
    else:
        told |= {"bond": bond, "fee": fee}
    told |= {"until": moment(filing.until), "rules_by": moment(filed.case.deadline)}
    told |= {"evidence": filed.case.evidence, "court": filing.court}
    where = {"block": filed.mined.block_number, "tx_hash": filed.mined.tx_hash}
    show({**told, **where}, as_json=caller.as_json)
