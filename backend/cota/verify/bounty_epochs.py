"""Ledger, court -> **epochs** -> bounty check. Which epochs may take a part of a bounty, whose leaves they have, and
which appeals of them wait for a ruling, at each place of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cota.chain.contracts import Bounty, Ground
from cota.chain.decode import Event
from cota.settlement.leaves import CORRECTION
from cota.units import Address
from cota.verify.epoch_files import Settled
from cota.verify.facts import Facts

AROUND = (
    "Checkpointed",
    "SettlementProposed",
    "EpochFinalized",
    "CorrectionOpened",
    "CaseOpened",
    "CaseClosed",
)
"""What they say that matters here."""

Leaf = tuple[Address, int]
"""Account, units."""
Epoch = tuple[bytes, int]
"""Dataset, number."""


@dataclass(frozen=True)
class Final:
    """An epoch that may take a part: of which checkpoint, how many units, final since when."""

    checkpoint: int
    units: int
    at: int


class Epochs:
    """All datasets at once, log by log in the order of the chain."""

    def __init__(self, facts: Facts, epochs: Sequence[Settled]) -> None:
        self.times: Mapping[int, int] = facts.block_times
        self.listed = dict(_files(epochs))
        """All leaves of an epoch, where its file or a correction tells them."""
        self.made: dict[bytes, list[int]] = {}
        """When each checkpoint was made, by dataset."""
        self.leaf_counts: dict[Epoch, int] = {}
        self.final: dict[Epoch, Final] = {}
        self.waiting: dict[tuple[bytes, int], int] = {}
        """Epochs by dataset and case of the appeals that wait for their ruling."""

    def follow(self, event: Event) -> None:
        args, dataset = event.args, bytes(event.args["dataset"])
        if event.name == "CaseOpened":
            if args["ground"] == Ground.APPEAL:
                self.waiting[dataset, int(args["case_id"])] = int(args["epoch"])
            return
        if event.name == "CaseClosed":
            self.waiting.pop((dataset, int(args["case_id"])), None)
            return
        number = int(args["checkpoint"])
        if event.name == "Checkpointed":
            self.made.setdefault(dataset, []).append(self.times[event.block_number])
        elif event.name == "SettlementProposed":
            self.leaf_counts[dataset, number] = args["leaf_count"]
        elif event.name == "EpochFinalized":
            self.final[dataset, number] = Final(number, args["total_units"], self.times[event.block_number])
        else:
            epoch = dataset, int(args["epoch"])
            self.final[epoch] = Final(number, args["units"], 0)
            self.leaf_counts[epoch] = 1
            self.listed[epoch] = [(args["account"], args["units"])]

    def covered(self, bounty: Bounty) -> range:
        """The checkpoints that a bounty covers, which was closed."""
        made = self.made.get(bytes(bounty.dataset), ())
        return range(bounty.first_checkpoint, sum(at <= bounty.ends_at for at in made) + 1)

    def appealed(self, dataset: bytes, checkpoints: range) -> list[int]:
        """Those of which an appeal waits for its ruling."""
        return sorted({at for (of, _), at in self.waiting.items() if of == dataset and at in checkpoints})

    def corrections(self, dataset: bytes, checkpoints: range) -> list[int]:
        """Epochs that correct one of the checkpoints."""
        return [
            number
            for (of, number), final in self.final.items()
            if of == dataset and number & CORRECTION and final.checkpoint in checkpoints
        ]


def _files(epochs: Sequence[Settled]) -> Iterator[tuple[Epoch, list[Leaf]]]:
    for epoch in epochs:
        if epoch.is_final and epoch.file is not None:
            leaves = [(leaf.account, leaf.units) for leaf in epoch.file.leaves]
            yield (bytes(epoch.dataset.id), epoch.number), leaves
