"""Answers meet what a service offers: all of them delivered once, nothing kept that is not hers to label.

The service here is a few lines of Python that draws at random and counts leases, as the real one does; the
real one is met in tests/cli.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cota.cli.delivery import Delivery
from cota.client import Backup, Lease
from cota.errors import AlreadyLabelled, DatasetNotOpen, DomainError, LeaseExpired, NoTask, RateLimited
from cota.units import Hash32, to_hex

DATASET = Hash32(b"\7" * 32)
MOST_LEASES = 50


class Offers:
    """Items p0, p1, ...; `outcome` says what becomes of an item's label (None: a receipt)."""

    def __init__(self, items: int, backup: Backup | None = None) -> None:
        self.open = {f"p{number}" for number in range(items)}
        self.held: dict[bytes, Lease] = {}
        self.outcome: dict[str, DomainError] = {}
        self.sent: list[tuple[str, str]] = []
        self.backup = backup
        self._draw = random.Random(7)

    def leases(self) -> list[Lease]:
        return list(self.held.values())

    def lease(self, dataset: Hash32, count: int) -> list[Lease]:
        room = MOST_LEASES - len(self.held)
        if room <= 0:
            raise RateLimited()
        taken = {lease.content for lease in self.held.values()}
        free = sorted(self.open - taken)
        chosen = self._draw.sample(free, min(count, room, len(free)))
        if not chosen:
            raise NoTask()
        leases = [self._lease(name) for name in chosen]
        self.held |= {bytes(lease.id): lease for lease in leases}
        return leases

    def release(self, lease: Lease) -> None:
        self.held.pop(bytes(lease.id), None)

    def annotate_many(self, work: Sequence[tuple[Lease, Any]]) -> list[object]:
        results: list[object] = []
        for lease, label in work:
            self.sent.append((lease.content, label))
            self.held.pop(bytes(lease.id))
            refusal = self.outcome.get(lease.content)
            if refusal is None:
                self.open.remove(lease.content)
            results.append(refusal or "receipt")
        return results

    def my_annotations(self) -> list[dict[str, Any]]:
        return []

    def _lease(self, name: str) -> Lease:
        number = int(name[1:]).to_bytes(32, "big")
        return Lease(Hash32(self._draw.randbytes(32)), DATASET, Hash32(number), name, None)  # type: ignore[arg-type]


def deliver(offers: Offers, names: Sequence[str]) -> Delivery:
    run = Delivery(offers, DATASET, dict.fromkeys(names, "heron"))  # type: ignore[arg-type]
    run.run()
    return run


@pytest.mark.parametrize("items", [1, 49, 50, 51, 173])
def test_run__every_item_answered__all_delivered_once(items: int) -> None:
    offers = Offers(items)
    run = deliver(offers, [f"p{number}" for number in range(items)])
    assert (run.delivered, run.left, offers.leases()) == (items, {}, [])
    assert len(offers.sent) == len(set(offers.sent)) == items


def test_run__few_of_many_answered__found_and_the_others_given_back() -> None:
    """Fewer items than can be held at once: whatever is in the file is offered sooner or later."""
    offers = Offers(45)
    run = deliver(offers, ["p3", "p17", "p44", "p999"])
    assert (run.delivered, list(run.left), offers.leases()) == (3, ["p999"], [])


def test_run__none_of_very_many__ends() -> None:
    offers = Offers(5_000)
    run = deliver(offers, ["elsewhere"])
    assert (run.delivered, list(run.left), offers.leases()) == (0, ["elsewhere"], [])


def test_run__items_taken_before__used_if_answered_else_kept() -> None:
    offers = Offers(60)
    before = {lease.content for lease in offers.lease(DATASET, 5)}
    answered = sorted(before)[:2]
    run = deliver(offers, [*answered, *sorted(offers.open - before)[:3]])
    assert run.delivered == 5
    assert {lease.content for lease in offers.leases()} == before - set(answered)


def test_run__all_leases_taken_before_and_answered__goes_on_to_the_rest() -> None:
    offers = Offers(80)
    offers.lease(DATASET, MOST_LEASES)
    run = deliver(offers, [f"p{number}" for number in range(80)])
    assert (run.delivered, offers.leases()) == (80, [])


def test_run__one_refused__stops_no_other() -> None:
    offers = Offers(10)
    offers.outcome["p4"] = AlreadyLabelled()
    run = deliver(offers, [f"p{number}" for number in range(10)])
    assert run.delivered == 9
    assert [(one["item"], one["problem"]) for one in run.refused] == [("p4", "already-labelled")]


def test_run__a_lease_that_always_expires__is_given_up() -> None:
    offers = Offers(3)
    offers.outcome["p1"] = LeaseExpired()
    run = deliver(offers, ["p0", "p1", "p2"])
    assert run.delivered == 2
    assert [one["problem"] for one in run.refused] == ["lease-expired"]
    assert offers.sent.count(("p1", "heron")) == 3


def test_run__dataset_closed_meanwhile__raised_and_nothing_held() -> None:
    offers = Offers(60)
    offers.outcome["p0"] = DatasetNotOpen("the dataset is paused")
    with pytest.raises(DatasetNotOpen):
        deliver(offers, [f"p{number}" for number in range(0, 60, 2)])
    assert offers.leases() == []


def test_run__delivered_before__by_the_backups_word(tmp_path: Path) -> None:
    backup = Backup(tmp_path / "backup.jsonl")
    reference, dataset = "0x" + (3).to_bytes(32, "big").hex(), to_hex(DATASET)
    label = {"type": "label", "row_id": "0xaa", "label": "heron", "annotation": {"item_ref": reference}}
    item = {"type": "item", "item_ref": reference, "name": "p3"}
    receipt = {"type": "receipt", "row_id": "0xaa"}
    backup.append([{**one, "dataset": dataset} for one in (item, label)])
    offers = Offers(5, backup)
    offers.open.remove("p3")
    assert deliver(offers, ["p3"]).already == 0  # sent, but never receipted: not delivered
    backup.append([{**receipt, "dataset": dataset}])
    assert deliver(offers, ["p3", "p4"]).already == 1
    other = Delivery(offers, DATASET, {"p3": "ibis"})  # type: ignore[arg-type]
    other.run()
    assert (other.already, other.changed) == (1, ["p3"])
    elsewhere = Delivery(offers, Hash32(b"\x08" * 32), {"p3": "heron"})  # type: ignore[arg-type]
    elsewhere.run()
    assert elsewhere.already == 0
