"""What earns for an account, lot by lot: its own events -> **lots** -> its part of each payment, to the last fraction.

Shares earn from the opening of their epoch, claimed or not (P3); so her lots are the shares of epochs that wait to be
claimed, and those that she holds. Shares are alike, so which ones she sends is a convention: those that she has held
longest. Promises: integers only; the parts of a dataset's payments, with what was inherited and less what was passed
on, are exactly what was claimed and is claimable with the unclaimed shares: each part is rounded so that the sum of
all until then is rounded down, and is within one base unit of exact. The arithmetic is settlement.revenue's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cota.settlement.revenue import SCALE

Place = tuple[int, int]
"""(block, log index)."""
ChangeKind = Literal[
    "epoch-opened",
    "shares-claimed",
    "shares-received",
    "shares-sent",
    "shares-inherited",
    "shares-passed-on",
]
Origin = Literal["epoch", "received", "inherited"]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed what earns for her. `acc`: the pool's accumulator there; `units`: hers; `value` (x S): the
    revenue due that came or went with an inheritance."""

    place: Place
    kind: ChangeKind
    units: int
    acc: int
    at: datetime
    tx_hash: bytes
    epoch: int | None = None
    value: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment to all holders; the accumulator before and after it."""

    place: Place
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares of one origin; `epoch` is the number under which they were claimed, for those of an epoch."""

    origin: Origin
    epoch: int | None
    units: int


@dataclass(frozen=True, slots=True)
class Part:
    """An account's part of a payment: `scaled` is exact, x S; `amount` in base units; `lots` is what earned it."""

    amount: int
    scaled: int
    lots: Sequence[Lot]

    @property
    def shares(self) -> int:
        return sum(lot.units for lot in self.lots)

    @property
    def exact(self) -> str:
        """Base units with all 19 digits behind the point."""
        return f"{self.scaled // SCALE}.{self.scaled % SCALE:019d}"


@dataclass(frozen=True, slots=True)
class Moved:
    """Revenue that came (or, below 0, went) with an inheritance, in base units, rounded as parts are."""

    change: Change
    amount: int


@dataclass(slots=True)
class Lots:
    """What earns for her at a place on the chain; `total` (x S) is all that came to her until then."""

    waiting: dict[int, int] = field(default_factory=dict)
    held: list[Lot] = field(default_factory=list)
    total: int = 0
    acc: int = 0

    @property
    def units(self) -> int:
        return sum(self.waiting.values()) + sum(lot.units for lot in self.held)

    def earn(self, acc: int) -> None:
        """Payments raised the accumulator to `acc`."""
        self.total += (acc - self.acc) * self.units
        self.acc = acc

    def apply(self, change: Change) -> None:
        """Takes the next change, in the order of the chain."""
        self.earn(change.acc)
        epoch = change.epoch or 0
        if change.kind == "epoch-opened":
            self.waiting[epoch] = change.units
        elif change.kind == "shares-claimed":
            self.waiting.pop(epoch, None)
            self.held.append(Lot("epoch", epoch, change.units))
        elif change.kind == "shares-received":
            self.held.append(Lot("received", None, change.units))
        elif change.kind == "shares-inherited":
            self.held.append(Lot("inherited", None, change.units))
            self.total += change.value
        elif change.kind == "shares-sent":
            self._send(change.units)
        else:
            self.held.clear()
            self.total -= change.value

    def merged(self) -> list[Lot]:
        """One lot for each origin: epochs in order, then what was received and inherited."""
        found: Counter[tuple[Origin, int | None]] = Counter()
        for lot in self.held:
            found[lot.origin, lot.epoch] += lot.units
        for epoch, units in self.waiting.items():
            found["epoch", epoch] += units
        return [Lot(*key, found[key]) for key in sorted(found, key=_order) if found[key]]

    def _send(self, units: int) -> None:
        while units and self.held:
            first = self.held[0]
            taken = min(units, first.units)
            units -= taken
            self.held[:1] = (
                [Lot(first.origin, first.epoch, first.units - taken)] if taken < first.units else []
            )


def parts(changes: Sequence[Change], payments: Iterable[Paid]) -> Iterator[Part]:
    """Her part of each payment; both in the order of the chain. Payments may be left out: what they brought is in the
    accumulator."""
    lots, ahead = Lots(), list(reversed(changes))
    for payment in payments:
        while ahead and ahead[-1].place < payment.place:
            lots.apply(ahead.pop())
        lots.earn(payment.before)
        before, shown = lots.total, lots.merged()
        lots.earn(payment.after)
        yield Part(lots.total // SCALE - before // SCALE, lots.total - before, shown)


def replay(changes: Sequence[Change], acc: int) -> tuple[int, list[Moved]]:
    """(base units of all that came to her until the accumulator stands at `acc`, what of it moved by inheritance)."""
    lots, moved = Lots(), list[Moved]()
    for change in changes:
        lots.earn(change.acc)
        before = lots.total // SCALE
        lots.apply(change)
        if change.value:
            moved.append(Moved(change, lots.total // SCALE - before))
    lots.earn(acc)
    return lots.total // SCALE, moved


def spans(changes: Sequence[Change]) -> list[tuple[Place, Place | None]]:
    """Between which places she has shares that earn; None: until now."""
    lots, found, since = Lots(), list[tuple[Place, Place | None]](), None
    for change in changes:
        lots.apply(change)
        if lots.units and since is None:
            since = change.place
        elif not lots.units and since is not None:
            found.append((since, change.place))
            since = None
    return [*found, (since, None)] if since is not None else found


def _order(key: tuple[Origin, int | None]) -> tuple[int, int]:
    origin, epoch = key
    return ("epoch", "received", "inherited").index(origin), epoch or 0
