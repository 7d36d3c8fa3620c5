"""Answers -> leases -> **delivery** -> receipts. Many labels at once, for `cota submit`.

The service chooses who labels what, so answers are matched with what it offers. Promises: an answer is sent
once (what the backup or the service knows as delivered is left out, also after a crash); what was leased
here without an answer for it is given back; a refusal of one label stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cota.cli.answers_file import names_of
from cota.cli.working import give_back
from cota.client import CotaClient, Lease
from cota.errors import DomainError, NoTask, RateLimited
from cota.units import Hash32, to_hex

AT_ONCE = 50
FRUITLESS_ROUNDS = 3
"""Fifty items each, drawn at random, none of them in the file: the rest is not for this account."""
MOST_TRIES = 3

# Lost on the way to the signature, not refused: the item is offered again.
_AGAIN = frozenset({"lease-expired", "not-leased", "expired"})
# The same for every label: no use in sending the others.
_FOR_ALL = frozenset(
    {
        "dataset-not-open",
        "not-a-member",
        "missing-credential",
        "exam-wanted",
        "own-dataset",
        "unknown-dataset",
        "forbidden",
    }
)


@dataclass
class Delivery:
    """One run. `left` are the answers still to be delivered; `name_field` names an item by its content."""

    client: CotaClient
    dataset: Hash32
    left: dict[str, Any]
    name_field: str | None = None
    tell: Callable[[int], None] = lambda _count: None
    delivered: int = 0
    already: int = 0
    changed: list[str] = field(default_factory=list)
    """Delivered before with another label, which nobody can change."""
    refused: list[dict[str, Any]] = field(default_factory=list)
    _tries: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Until all is delivered, or nothing more is offered. Raises what stops every label."""
        self._leave_out_delivered()
        if not self.left:
            return
        known = [one for one in self.client.leases() if one.dataset == self.dataset]
        wanted, others = self._match(known)
        self._deliver(wanted)
        foreign = len(others)  # taken before and not in the file: hers to keep, and in the way
        held: list[Lease] = []
        fruitless = 0
        try:
            while self.left and fruitless < FRUITLESS_ROUNDS:
                offered = self._lease(AT_ONCE - foreign - len(held))
                if offered:
                    wanted, others = self._match(offered)
                    held += others
                    fruitless = 0 if wanted else fruitless
                    self._deliver(wanted)
                    continue
                # All offered is in our hands. Given back, others of it may come; unless there is no more.
                if offered is None or not held:
                    return
                give_back(self.client, held)
                held, fruitless = [], fruitless + 1
        finally:
            give_back(self.client, held)

    def _lease(self, room: int) -> list[Lease] | None:
        """Up to `room` items: empty when there is no room, None when nothing is free."""
        if room <= 0:
            return []
        try:
            return self.client.lease(self.dataset, room)
        except RateLimited:
            return []
        except NoTask:
            return None

    def _match(self, leases: Sequence[Lease]) -> tuple[list[tuple[Lease, str]], list[Lease]]:
        """(items that are in the file with their name there, the others)."""
        wanted, others = [], []
        for lease in leases:
            name = next((name for name in names_of(lease, self.name_field) if name in self.left), None)
            if name is None:
                others.append(lease)
            else:
                wanted.append((lease, name))
        return wanted, others

    def _deliver(self, wanted: Sequence[tuple[Lease, str]]) -> None:
        for place in range(0, len(wanted), AT_ONCE):
            part = wanted[place : place + AT_ONCE]
            self._note([_item_record(self.dataset, lease, name) for lease, name in part])
            outcomes = self.client.annotate_many([(lease, self.left[name]) for lease, name in part])
            for (_, name), outcome in zip(part, outcomes, strict=True):
                self._take(name, outcome)
            self.tell(self.delivered)

    def _take(self, name: str, outcome: object) -> None:
        if not isinstance(outcome, DomainError):
            del self.left[name]
            self.delivered += 1
            return
        if outcome.slug in _FOR_ALL:
            raise outcome
        self._tries[name] = self._tries.get(name, 0) + 1
        if outcome.slug not in _AGAIN or self._tries[name] == MOST_TRIES:
            label = self.left.pop(name)
            self.refused.append(
                {"item": name, "label": label, "problem": outcome.slug, "detail": outcome.detail}
            )

    def _note(self, records: list[dict[str, Any]]) -> None:
        if self.client.backup is not None:
            self.client.backup.append(records)

    def _leave_out_delivered(self) -> None:
        for name, label in self._delivered_before().items():
            if name not in self.left:
                continue
            if self.left.pop(name) != label:
                self.changed.append(name)
            self.already += 1

    def _delivered_before(self) -> dict[str, Any]:
        """Label by every name that a file may give to an item delivered before."""
        names: dict[str, set[str]] = {}
        labels: dict[str, tuple[str, Any]] = {}
        receipted: set[str] = set()
        for record in self.client.backup.read() if self.client.backup else ():
            if record.get("dataset") != to_hex(self.dataset):
                continue
            kind = record.get("type")
            if kind == "item":
                names.setdefault(record["item_ref"], set()).add(record["name"])
            elif kind == "label":
                labels[record["row_id"]] = (record["annotation"]["item_ref"], record["label"])
            elif kind == "receipt":
                receipted.add(record["row_id"])
        done = {ref: label for row, (ref, label) in labels.items() if row in receipted}
        if any(name.startswith("0x") and name not in done for name in self.left):
            done |= self._delivered_elsewhere()
        return {name: label for ref, label in done.items() for name in names.get(ref, set()) | {ref}}

    def _delivered_elsewhere(self) -> dict[str, Any]:
        """What another machine sent, which this one's backup does not know."""
        rows = self.client.my_annotations()
        return {row["item_ref"]: row["label"] for row in rows if row["dataset"] == to_hex(self.dataset)}


def _item_record(dataset: Hash32, lease: Lease, name: str) -> dict[str, Any]:
    """How the labeller's file names an item, kept beside her label of it."""
    return {"type": "item", "dataset": to_hex(dataset), "item_ref": to_hex(lease.item_ref), "name": name}
