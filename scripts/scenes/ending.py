"""demo -> **ending** -> closing tables, var/demo.json. Who earned what and why, and the sums that must
hold.

Promises: the figures are taken from the mirror of the chain and from the export, not from the demo's own
memory; paid = claimed + claimable + dust, with dust below one base unit per holder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from cota.client import CotaClient
from cota.units import Hash32, format_units
from cota.verify.exports import Export
from scripts.scenes.accounts import Accounts, Earner
from scripts.scenes.crowd import Crowd

SHOWN = 10


class SumsDoNotHold(Exception):
    """Money is missing, or there is too much of it."""


@dataclass
class Figures:
    """var/demo.json."""

    contributors: int = 0
    annotations: int = 0
    datasets: int = 0
    epochs: int = 0
    licenses: int = 0
    export_records: int = 0
    proofs_checked: int = 0
    paid: str = "0"
    claimed: str = "0"
    claimable: str = "0"
    dust: str = "0"
    bounty: dict[str, str] = field(default_factory=dict)
    consensus_accuracy: float = 0.0
    majority_accuracy: float = 0.0
    verify: str = "failed"
    seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def take_export(self, export: Export, crowd: Crowd) -> None:
        """What was sold: a row's path to the log root, an item's to the items root and to the gold root."""
        self.licenses += 1
        self.export_records = len(export.records)
        self.proofs_checked = len(export.records) + len(export.voids) + 2 * len(export.items)
        consensus = {export.items[line.item_index].item["photo"]: line.label for line in export.consensus}
        self.consensus_accuracy = round(crowd.accuracy(consensus), 4)
        self.majority_accuracy = round(crowd.majority_accuracy(), 4)

    def take_bounty(self, found: Mapping[str, Any]) -> None:
        """Cash for labels, which is no revenue of the pool: put aside, taken by the epoch, paid, still free."""
        self.bounty = {name: str(found[name]) for name in ("funded", "assigned", "paid", "free")}

    def take_money(self, client: CotaClient, dataset: Hash32, accounts: Accounts) -> None:
        """Raises SumsDoNotHold."""
        found = client.dataset(dataset)
        paid, claimed = int(found["paid"]), int(found["claimed"])
        claimable = sum(accounts.claimable.values())
        dust, holders = paid - claimed - claimable, len(accounts.owners)
        if not 0 <= dust <= holders:
            raise SumsDoNotHold(f"paid {paid}, claimed {claimed}, claimable {claimable}: dust is {dust}")
        self.paid, self.claimed, self.claimable = str(paid), str(claimed), str(claimable)
        self.dust = str(dust)
        self.contributors = accounts.members
        self.datasets = sum(1 for _ in client.datasets())
        self.epochs = sum(1 for epoch in client.epochs(dataset) if epoch["state"] == "finalized")


def print_earners(console: Console, earners: Sequence[Earner], symbol: str, decimals: int) -> None:
    """The best paid first; the rest in one line."""
    total = sum(earner.units for earner in earners) or 1
    table = Table(title="Who earned what, and why", title_justify="left")
    for column in ("annotator", "wallet"):
        table.add_column(column)
    for column in ("labels", "settled", "skill", "shares earned", "part", f"{symbol} earned"):
        table.add_column(column, justify="right")
    for earner in earners[:SHOWN]:
        wallet, skill = f"{earner.account[:6]}…{earner.account[-4:]}", f"{earner.skill / 10**9:.2f}"
        table.add_row(earner.worker, wallet, *_line([earner], skill, total, decimals))
    rest = earners[SHOWN:]
    if rest:
        table.add_section()
        table.add_row(f"{len(rest)} more", "", *_line(rest, "", total, decimals))
    table.add_section()
    table.add_row("all", "", *_line(earners, "", total, decimals))
    console.print(table)


def _line(earners: Sequence[Earner], skill: str, total: int, decimals: int) -> list[str]:
    units = sum(earner.units for earner in earners)
    return [
        f"{sum(earner.labels for earner in earners):,}",
        f"{sum(earner.counted for earner in earners):,}",
        skill,
        _rounded(units, 6),
        f"{100 * units / total:.1f} %",
        _rounded(sum(earner.earned for earner in earners), decimals),
    ]


def _rounded(amount: int, decimals: int) -> str:
    """Base units to two places, rounded down; the exact amounts stand in var/demo.json."""
    cents = amount * 100 // 10**decimals
    return f"{cents // 100:,}.{cents % 100:02}"


def print_summary(console: Console, figures: Figures, symbol: str, decimals: int) -> None:
    """The run in one small table."""

    def money(amount: str) -> str:
        return f"{format_units(int(amount), decimals)} {symbol}"

    rows = {
        "annotators, signed labels": f"{figures.contributors}, {figures.annotations:,}",
        "records sold, proofs checked": f"{figures.export_records:,}, {figures.proofs_checked:,}",
        "cash for labels, before any sale": money(figures.bounty["paid"]),
        "reached the holders' pool": money(figures.paid),
        "= claimed": money(figures.claimed),
        "+ claimable": money(figures.claimable),
        "+ dust": f"{figures.dust} base units",
        "consensus right (items without gold)": f"{100 * figures.consensus_accuracy:.1f} %",
        "majority vote right": f"{100 * figures.majority_accuracy:.1f} %",
        "cota verify": figures.verify,
        "seconds": f"{figures.seconds:.1f}",
    }
    table = Table(title="The run", title_justify="left", show_header=False)
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
