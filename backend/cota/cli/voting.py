"""`cota vote list show rows enroll draw commit reveal execute withdraw`: juror -> **vote** -> arbiter.

Promises: ruling and salt are on this disk before the commitment is sent, because nobody else can reveal the vote;
what a juror reads goes into a file that only she can open.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import money
from cota.cli.arguments import CaseNumber, Dataset, ForceOption, MaybeAddress, OutFile, require_free
from cota.cli.caller import Member, Reader, Visitor, calling
from cota.cli.failures import Failed
from cota.cli.output import moment, say, show, show_rows

if TYPE_CHECKING:
    from cota.chain.sender import Receipt
    from cota.client import Backup
    from cota.units import Hash32

COIN_DECIMALS = 18


class Vote(StrEnum):
    """What a juror may say of a case."""

    upheld = "upheld"
    dismissed = "dismissed"
    undecided = "undecided"


RULINGS = {Vote.undecided: 0, Vote.upheld: 1, Vote.dismissed: 2}
VoteOption = Annotated[
    Vote,
    typer.Option("--ruling", help="upheld: who brought the case is right; dismissed: the other side is."),
]
SaltsOption = Annotated[
    Path | None,
    typer.Option("--salts", help="Where your votes are kept until they are revealed; a place of cota's own."),
]


@calling
def list_seats(caller: Reader, juror: MaybeAddress = None) -> None:
    """List the panels that you were drawn for, newest first."""
    seats = list(caller.client.seats(juror or caller.address))
    columns = (
        "case",
        "ground",
        "state",
        "round",
        "committed",
        "ruling",
        "commit_ends_at",
        "reveal_ends_at",
        "dataset",
    )
    show_rows("seats", seats, columns, as_json=caller.as_json)


@calling
def show_trial(caller: Visitor, dataset: Dataset, case: CaseNumber) -> None:
    """Show the panel of a case, and how far it is."""
    _tell(caller, dataset, case)


@calling
def rows(
    caller: Member, dataset: Dataset, case: CaseNumber, out: OutFile, force: ForceOption = False
) -> None:
    """Download the rows in question, as a juror of the case while it is open. Each read is logged.

    With labels, items, gold and proofs, in the form of cota export: cota verify --labels FILE makes the scores again.
    """
    require_free(out, force)
    client = caller.client
    client.facts_of(dataset)
    path = client.read_case(dataset, case, out)
    show(
        {"dataset": dataset, "case": str(case), "file": str(path), "bytes": path.stat().st_size},
        as_json=caller.as_json,
    )


@calling
def enroll(caller: Member, dataset: Dataset) -> None:
    """Enter the lot of the dataset's arbiter, once you were made a juror."""
    mined = caller.chain_client.enroll(dataset)
    told = {"juror": caller.address, "block": mined.block_number, "tx_hash": mined.tx_hash}
    show(told, as_json=caller.as_json)


@calling
def draw(caller: Member, dataset: Dataset, case: CaseNumber) -> None:
    """Draw the panel of a case, once the block that decides is there. Anyone may."""
    _tell(caller, dataset, case, caller.chain_client.draw_panel(dataset, case))


@calling
def commit(
    caller: Member, dataset: Dataset, case: CaseNumber, ruling: VoteOption, salts: SaltsOption = None
) -> None:
    """Vote, hidden until all votes are in. Reveal it afterwards, or it does not count and earns nothing."""
    from cota.client.session import fresh_salt
    from cota.units import to_hex

    client, salt = caller.chain_client, fresh_salt()
    trial = client.trial_of(dataset, case)
    place = {"dataset": to_hex(dataset), "case": str(case), "round": trial.round}
    record = {"type": "vote", **place, "juror": caller.address, "ruling": ruling.value, "salt": to_hex(salt)}
    _kept(caller, salts).append([record])
    _tell(caller, dataset, case, client.commit_vote(dataset, case, RULINGS[ruling], salt))


@calling
def reveal(caller: Member, dataset: Dataset, case: CaseNumber, salts: SaltsOption = None) -> None:
    """Reveal your vote, once all are in or their time is over."""
    from cota.units import parse_hash32, to_hex

    client = caller.chain_client
    trial = client.trial_of(dataset, case)
    place = {"dataset": to_hex(dataset), "case": str(case), "round": trial.round, "juror": caller.address}
    kept = _kept(caller, salts)
    votes = [one for one in kept.read() if place.items() <= one.items()]
    if not votes:
        raise Failed(f"{kept.path} has no vote of yours in round {trial.round} of case {case}")
    vote = _committed(caller, dataset, case, votes)
    ruling, salt = RULINGS[Vote(vote["ruling"])], parse_hash32(vote["salt"])
    _tell(caller, dataset, case, client.reveal_vote(dataset, case, ruling, salt))


@calling
def execute(caller: Member, dataset: Dataset, case: CaseNumber) -> None:
    """Bring a final ruling to the court, which does what it says. Anyone may."""
    _tell(caller, dataset, case, caller.chain_client.execute_ruling(dataset, case))


@calling
def withdraw(caller: Member, dataset: Dataset) -> None:
    """Take out what the arbiter owes you for your votes."""
    client = caller.chain_client
    fees = client.jury_fees(dataset)
    mined = client.withdraw_jury_fees(dataset)
    told = {"withdrawn": str(fees) if caller.as_json else money(fees, COIN_DECIMALS, "of the chain's coin")}
    show({**told, "block": mined.block_number, "tx_hash": mined.tx_hash}, as_json=caller.as_json)


def _committed(caller: Member, dataset: Hash32, case: int, votes: list[dict[str, Any]]) -> dict[str, Any]:
    """The one that stands on chain: of several tries only one was mined."""
    if len(votes) == 1:
        return votes[0]
    latest_first = votes[::-1]
    stands = (vote for vote in latest_first if _is_committed(caller, dataset, case, vote))
    return next(stands, latest_first[0])


def _is_committed(caller: Member, dataset: Hash32, case: int, vote: dict[str, Any]) -> bool:
    from cota.errors import ChainReverted
    from cota.units import parse_hash32

    ruling, salt = RULINGS[Vote(vote["ruling"])], parse_hash32(vote["salt"])
    try:
        caller.chain_client.check_reveal(dataset, case, ruling, salt)
    except ChainReverted as refusal:
        if refusal.extra.get("error") == "WrongReveal":
            return False
        raise
    return True


def _kept(caller: Member, salts: Path | None) -> Backup:
    from cota.client import Backup

    network = caller.client.status.network
    return Backup(salts or Path(typer.get_app_dir("cota")) / network / f"{caller.address}-votes.jsonl")


def _tell(caller: Visitor, dataset: Hash32, case: int, mined: Receipt | None = None) -> None:
    client = caller.chain_client
    if mined is not None:
        client.wait_for(mined.block_number)
    trial = client.trial_of(dataset, case)
    panel, votes = trial.panel, {number: vote.value for vote, number in RULINGS.items()}
    told: dict[str, Any] = {"dataset": dataset, "case": str(case), "phase": trial.phase.name.lower()}
    told |= {"round": trial.round, "jurors": list(trial.jurors), "general": panel.is_general}
    told |= {"committed": panel.committed, "revealed": panel.revealed, "ruling": votes[trial.ruling]}
    times = {"commit_ends_at": panel.commit_ends_at, "reveal_ends_at": panel.reveal_ends_at}
    times["appeal_ends_at"] = panel.appeal_ends_at
    for name, at in times.items():
        told[name] = moment(at) if at else None
    if not caller.as_json and trial.phase.name == "DRAWING":
        say(f"The panel is drawn once block {panel.draw_block} has a successor: cota vote draw.", stderr=True)
    where = {} if mined is None else {"block": mined.block_number, "tx_hash": mined.tx_hash}
    show({**told, **where}, as_json=caller.as_json)
