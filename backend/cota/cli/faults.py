"""`cota prove bounds signature answer`: what the public files show -> **proof or demand** -> court."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cota.cli.arguments import CaseNumber, Checkpoint, Dataset, Number, YesOption, parse_index
from cota.cli.arguments import argument as an_argument
from cota.cli.caller import Member, calling
from cota.cli.disputing import open_filing, tell_case
from cota.cli.failures import Failed
from cota.cli.output import show

Index = Annotated[Number, an_argument(parse_index, "INDEX", "The row's index in the dataset's log, from 0.")]
FromOption = Annotated[
    Path, typer.Option("--from", exists=True, dir_okay=False, help="Your backup, or what cota backup wrote.")
]


@calling
def bounds(caller: Member, dataset: Dataset, checkpoint: Checkpoint) -> None:
    """Bring down a settlement whose leaves break a bound, by proof: no bond, no jury.

    A leaf above what its epoch allows, a penalty above the cap, or leaves above their total. Exit 1 if the public file
    shows none of these.
    """
    client = caller.chain_client
    leaves = client.broken_bounds(dataset, checkpoint)
    if not leaves:
        raise Failed(f"the file of epoch {checkpoint} shows no leaf above its bounds")
    mined = client.prove_bounds(dataset, checkpoint, leaves)
    client.wait_for(mined.block_number)
    told = {"dataset": dataset, "checkpoint": checkpoint, "leaves": [leaf.index for leaf in leaves]}
    show({**told, "block": mined.block_number, "tx_hash": mined.tx_hash}, as_json=caller.as_json)


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
