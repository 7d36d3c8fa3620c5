"""`cota prove bounds two-leaves gold signature answer`: what files show -> **proof or demand** -> court."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.arguments import CaseNumber, Checkpoint, Dataset, Number, YesOption, parse_index
from cota.cli.arguments import argument as an_argument
from cota.cli.caller import Member, calling
from cota.cli.disputing import open_filing, tell_case
from cota.cli.failures import Failed
from cota.cli.output import show

if TYPE_CHECKING:
    from cota.chain.sender import Receipt
    from cota.units import Hash32

Index = Annotated[Number, an_argument(parse_index, "INDEX", "The row's index in the dataset's log, from 0.")]
FromOption = Annotated[
    Path, typer.Option("--from", exists=True, dir_okay=False, help="Your backup, or what cota backup wrote.")
]


FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        exists=True,
        dir_okay=False,
        help="The epoch file, where you have it; the service's unless given.",
    ),
]
OpeningsOption = Annotated[
    list[Path],
    typer.Option(
        "--from",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="An export, or what cota audit rows, vote rows and statement --evidence wrote; may be given again.",
    ),
]


@calling
def bounds(caller: Member, dataset: Dataset, checkpoint: Checkpoint, file: FileOption = None) -> None:
    """Bring down a settlement whose leaves break a bound, by proof: no bond, no jury.

    A leaf above what its epoch allows, a penalty above the cap, or leaves above their total. Exit 1 if the public file
    shows none of these.
    """
    client = caller.chain_client
    leaves = client.broken_bounds(dataset, checkpoint, file)
    if not leaves:
        raise Failed(f"the file of epoch {checkpoint} shows no leaf above its bounds")
    mined = client.prove_bounds(dataset, checkpoint, leaves)
    _tell(caller, dataset, checkpoint, mined, leaves=[leaf.index for leaf in leaves])


@calling
def two_leaves(caller: Member, dataset: Dataset, checkpoint: Checkpoint, file: FileOption = None) -> None:
    """Bring down a settlement that gives one account two leaves, or one index, by proof: no bond, no jury.

    Exit 1 if every account of the public file has one leaf, at an index of its own.
    """
    client = caller.chain_client
    twins = client.twin_leaves(dataset, checkpoint, file)
    if twins is None:
        raise Failed(f"the file of epoch {checkpoint} shows no account and no index with two leaves")
    mined = client.prove_two_leaves(dataset, checkpoint, *twins)
    accounts = [leaf.account for leaf in twins]
    _tell(caller, dataset, checkpoint, mined, leaves=[leaf.index for leaf in twins], accounts=accounts)


@calling
def gold(caller: Member, dataset: Dataset, checkpoint: Checkpoint, source: OpeningsOption) -> None:
    """Bring down a settlement that counted an item whose gold was committed twice, with two labels, by proof.

    Its bond is burnt, and nobody is rewarded. Exit 1 if the files open every labelled item in one way only.
    """
    client = caller.chain_client
    clash = client.gold_clash(dataset, checkpoint, source)
    if clash is None:
        raise Failed(f"the files open no item that checkpoint {checkpoint} labelled in two ways")
    mined = client.prove_gold(dataset, checkpoint, clash)
    where = [f"batch {one.batch}, position {one.position}" for one in (clash.one, clash.other)]
    _tell(caller, dataset, checkpoint, mined, item=clash.one.item, row=clash.labelled.index, gold=where)


@calling
def signature(
    caller: Member, dataset: Dataset, checkpoint: Checkpoint, index: Index, yes: YesOption = False
) -> None:
    """Demand the signature under a logged row of a settlement that is not final.

    Costs a bond in COTA, and gas. If nobody shows it in time, the settlement falls; if somebody does, the bond is lost.
    """
    filing = caller.chain_client.signature_filing(dataset, checkpoint, index)
    told = {"dataset": dataset, "checkpoint": checkpoint, "index": index}
    open_filing(caller, filing, told, yes=yes)


@calling
def answer(caller: Member, dataset: Dataset, case: CaseNumber, source: FromOption) -> None:
    """Show the signature that a case demands, from a file that has it. Anyone may."""
    mined = caller.chain_client.answer_signature(dataset, case, source)
    tell_case(caller, dataset, case, block=mined.block_number, tx_hash=mined.tx_hash)


def _tell(caller: Member, dataset: Hash32, checkpoint: int, mined: Receipt, **shown: Any) -> None:
    """What was shown, and the case that it became, once the service has the block."""
    client = caller.chain_client
    client.wait_for(mined.block_number)
    case = str(client.opened_case(dataset, mined))
    told = {"case": case, "dataset": dataset, "checkpoint": checkpoint, **shown}
    show({**told, "block": mined.block_number, "tx_hash": mined.tx_hash}, as_json=caller.as_json)
