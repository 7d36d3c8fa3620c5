"""demo -> **accounts** -> closing table. What each annotator holds, and what reached her and why.

Promise: skill, settled labels and units come from the public epoch file, money from the service's view of
the chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cota.client import CotaClient
from cota.settlement.epoch_file import EpochFile
from cota.units import Address, Hash32, to_hex
from scripts.scenes.crowd import Crowd


@dataclass(frozen=True)
class Earner:
    """One annotator's line of the closing table."""

    worker: str
    account: Address
    labels: int
    counted: int
    skill: int
    """Billionths."""
    units: int
    earned: int
    """Base units of the payment token, taken out or still to be taken out."""


@dataclass
class Accounts:
    dataset: Hash32
    annotators: Mapping[str, CotaClient]
    file: EpochFile
    claimed: dict[str, int] = field(default_factory=dict)
    claimable: dict[str, int] = field(default_factory=dict)
    members: int = 0

    @property
    def units(self) -> dict[str, int]:
        """Share base units of the epoch, by worker."""
        earned = {name: self.file.units.get(client.address, 0) for name, client in self.annotators.items()}
        return {name: units for name, units in earned.items() if units}

    @property
    def owners(self) -> list[str]:
        """Who earned shares, most first."""
        units = self.units
        return sorted(units, key=lambda name: (-units[name], name))

    def take_earnings(self) -> None:
        """Asks who is a member, what each took out and may still take out."""
        for name, client in self.annotators.items():
            answer = client.account_of(client.address)
            self.members += bool(self._own(answer["memberships"]))
            holdings = self._own(answer["shares"])
            self.claimed[name] = int(holdings.get("claimed", "0"))
            self.claimable[name] = int(holdings.get("claimable_with_unclaimed", "0"))

    def earners(self, crowd: Crowd) -> list[Earner]:
        """The best paid first."""
        lines = {line.account: line for line in self.file.skills}
        found = []
        for name, client in self.annotators.items():
            line, earned = lines[client.address], self.claimed[name] + self.claimable[name]
            labels, units = len(crowd.answers_of(name)), self.units.get(name, 0)
            found.append(Earner(name, client.address, labels, line.counted, line.skill, units, earned))
        return sorted(found, key=lambda earner: (-earner.earned, -earner.skill, earner.worker))

    def _own(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        """The entry of this dataset; empty when there is none."""
        return next((entry for entry in entries if entry["dataset"] == to_hex(self.dataset)), {})
