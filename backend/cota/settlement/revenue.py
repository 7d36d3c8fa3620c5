"""How a payment reaches all holders at once: the reference model of DatasetShares' arithmetic, in integers.

payment -> **pool accumulator** -> each holder's due -> claim. A payment costs the same for ten holders
and for a hundred thousand: it only raises `acc`, the revenue per share base unit scaled by S = 10^19. The
remainder of the division is taken in advance (`rem`), so `acc` rounds up and the next payment makes it
good. A holder's due is (acc - acc_paid) x balance + frac; when her balance changes, the due stays in her
slot by moving `acc_paid` (remainder to `frac`), and goes to `owed` only when the balance becomes 0 or
`acc_paid` would fall below 0.

Promises (P1, P2, P3, P5): the identity below holds exactly after every operation; whole units taken out
never exceed what was paid in; whoever received shares later takes none of what was earned before. Bit-
equal with the contract: both read tests/vectors/revenue.json.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from cota.commitments.words import UINT128_MAX
from cota.errors import BadRequest
from cota.units import Address

SCALE = 10**19
SUPPLY_MAX = 10**19


class RevenueRefused(BadRequest):
    """The contract reverts here too."""


@dataclass(slots=True)
class Pool:
    """acc: revenue per share base unit x S; supply: all shares; rem: taken in advance, below supply."""

    acc: int = 0
    supply: int = 0
    rem: int = 0


@dataclass(slots=True)
class Holder:
    """acc_paid: where the slot is settled up to; frac: less than a base unit, x S; owed: base units."""

    acc_paid: int = 0
    balance: int = 0
    frac: int = 0
    owed: int = 0


@dataclass(slots=True)
class EpochShares:
    """An epoch's shares that nobody has claimed yet earn from `acc` on."""

    acc: int
    remaining: int


def due(pool: Pool, holder: Holder) -> int:
    """Revenue in the holder's slot, x S, without `owed`."""
    return (pool.acc - holder.acc_paid) * holder.balance + holder.frac


def claimable(pool: Pool, holder: Holder) -> int:
    """Whole base units that the holder may take out now."""
    return holder.owed + due(pool, holder) // SCALE


def pending(pool: Pool, epoch: EpochShares) -> int:
    """Revenue of the epoch's unclaimed shares, x S."""
    return (pool.acc - epoch.acc) * epoch.remaining


def settle(pool: Pool, holder: Holder, balance: int, extra: int = 0) -> None:
    """Gives the holder a new balance and keeps her due (plus `extra`, x S) to the last fraction."""
    value = due(pool, holder) + extra
    holder.balance = balance
    if balance and value // balance <= pool.acc:
        holder.acc_paid, holder.frac = pool.acc - value // balance, value % balance
    else:
        holder.owed += value // SCALE
        holder.acc_paid, holder.frac = pool.acc, value % SCALE


@dataclass(slots=True)
class Revenue:
    """One dataset's shares and revenue. Amounts are base units; every refusal leaves all as it was."""

    supply_cap: int = SUPPLY_MAX
    pool: Pool = field(default_factory=Pool)
    holders: dict[Address, Holder] = field(default_factory=dict)
    epochs: dict[int, EpochShares] = field(default_factory=dict)
    paid: int = 0
    claimed: int = 0

    def holder(self, account: Address) -> Holder:
        return self.holders.setdefault(account, Holder())

    def open_epoch(self, epoch: int, total: int) -> None:
        """Mints an epoch's shares, unclaimed. They earn from now on."""
        if epoch in self.epochs:
            raise RevenueRefused(f"epoch {epoch} is open already")
        if total < 0 or self.pool.supply + total > min(self.supply_cap, SUPPLY_MAX):
            raise RevenueRefused("the epoch would mint more than the terms allow")
        self.pool.supply += total
        self.epochs[epoch] = EpochShares(self.pool.acc, total)

    def pay(self, amount: int) -> None:
        """A payment to all holders, claimed or not. Refused while no share exists: never parked."""
        pool = self.pool
        if pool.supply == 0 or amount <= 0:
            raise RevenueRefused("there is nobody to pay" if amount > 0 else "the amount is zero")
        scaled = amount * SCALE - pool.rem
        step = -(-scaled // pool.supply)
        if pool.acc + step > UINT128_MAX:
            raise RevenueRefused("the accumulator is full: sales stop, claims go on")
        pool.acc += step
        pool.rem = step * pool.supply - scaled
        self.paid += amount

    def claim_shares(self, account: Address, epoch: int, units: int) -> None:
        """Moves an account's units out of the epoch's unclaimed ones, with all they earned since."""
        shares = self.epochs.get(epoch)
        if shares is None or not 0 <= units <= shares.remaining:
            raise RevenueRefused("the epoch has not that many unclaimed shares")
        holder = self.holder(account)
        settle(self.pool, holder, holder.balance + units, (self.pool.acc - shares.acc) * units)
        shares.remaining -= units

    def transfer(self, sender: Address, receiver: Address, amount: int) -> None:
        """Moves shares and no revenue. To oneself: changes nothing."""
        origin = self.holder(sender)
        if not 0 <= amount <= origin.balance:
            raise RevenueRefused("the balance is too small")
        if sender == receiver:
            return
        target = self.holder(receiver)
        settle(self.pool, origin, origin.balance - amount)
        settle(self.pool, target, target.balance + amount)

    def inherit(self, account: Address, heir: Address) -> None:
        """Moves all shares of a lost key, and all revenue due to it, to its successor."""
        old = self.holder(account)
        value = due(self.pool, old)
        if not (old.balance or value or old.owed):
            raise RevenueRefused("there is nothing to inherit")
        self.bequeath(heir, old.balance, value, old.owed)
        self.give_up(account)

    def bequeath(self, heir: Address, amount: int, value: int, owed: int) -> None:
        """The heir's side of `inherit`: shares, revenue due (x S) and owed."""
        target = self.holder(heir)
        target.owed += owed
        settle(self.pool, target, target.balance + amount, value)

    def give_up(self, account: Address) -> None:
        """The other side of it: nothing is left."""
        self.holders[account] = Holder(self.pool.acc)

    def claim(self, account: Address) -> int:
        """Pays the account its whole base units, if any; the fraction stays hers. Returns the amount."""
        holder = self.holder(account)
        value = due(self.pool, holder)
        amount = holder.owed + value // SCALE
        if amount == 0:
            return 0
        holder.acc_paid, holder.frac, holder.owed = self.pool.acc, value % SCALE, 0
        self.claimed += amount
        return amount

    def claimable(self, account: Address) -> int:
        return claimable(self.pool, self.holders.get(account, Holder()))

    def identity(self) -> tuple[Fraction, Fraction]:
        return identity(self.pool, self.holders.values(), self.epochs.values(), self.paid, self.claimed)


def identity(
    pool: Pool, holders: Iterable[Holder], epochs: Iterable[EpochShares], paid: int, claimed: int
) -> tuple[Fraction, Fraction]:
    """Both sides of P1: paid + rem/S = claimed + owed + fractions + pending + unclaimed pending."""
    left = Fraction(paid) + Fraction(pool.rem, SCALE)
    scaled, owed = 0, 0
    for holder in holders:
        scaled += due(pool, holder)
        owed += holder.owed
    scaled += sum(pending(pool, epoch) for epoch in epochs)
    return left, Fraction(claimed + owed) + Fraction(scaled, SCALE)


def split(amount: int, publisher_bps: int, treasury_bps: int) -> tuple[int, int, int]:
    """How a sale is split, in base units: (holders, publisher, treasury). Parts are floored, holders get the
    rest.
    """
    publisher = amount * publisher_bps // 10_000
    treasury = amount * treasury_bps // 10_000
    return amount - publisher - treasury, publisher, treasury
