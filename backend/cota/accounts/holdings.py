"""What an account is owed in one dataset: its own events -> **replay in exact integers** -> claimable.

The arithmetic is settlement.revenue's, bit-equal with the contract. Promises: `claimable` equals the
contract's `claimable()` at the indexed block; the cost grows with the account's own events, not with the
number of holders or payments.
"""

from collections.abc import Iterable

from cota.accounts.queries import Happening
from cota.settlement.revenue import EpochShares, Revenue
from cota.units import Address


class Ledger:
    """One account's slot in one dataset's shares."""

    def __init__(self, account: Address) -> None:
        self._account = account
        self._revenue = Revenue()
        self.claimed = 0

    @property
    def balance(self) -> int:
        return self._revenue.holder(self._account).balance

    def apply(self, event: Happening) -> None:
        """Takes the next event of the account, in the order of the chain. Payments only move the accumulator."""
        self._revenue.pool.acc = event.acc
        if event.kind == "shares-claimed":
            self.add_shares(event.epoch or 0, event.epoch_acc or 0, event.amount)
        elif event.kind == "revenue-claimed":
            self.claimed += self._revenue.claim(self._account)
        elif event.kind in ("shares-sent", "shares-received"):
            self._move(event.amount if event.kind == "shares-received" else -event.amount)
        elif event.kind == "shares-inherited":
            self._revenue.bequeath(self._account, event.amount, event.value, event.owed)
        elif event.kind == "shares-passed-on":
            self._revenue.give_up(self._account)

    def add_shares(self, epoch: int, epoch_acc: int, units: int) -> None:
        """Shares of an epoch that earned since it opened."""
        self._revenue.epochs[epoch] = EpochShares(epoch_acc, units)
        self._revenue.claim_shares(self._account, epoch, units)

    def claimable(self, acc: int) -> int:
        """Whole base units that may be taken out when the pool's accumulator stands at `acc`."""
        self._revenue.pool.acc = acc
        return self._revenue.claimable(self._account)

    def _move(self, amount: int) -> None:
        # The other side of a transfer is of no interest here: it gets or gives what is moved.
        other = Address("0x" + "ff" * 20)
        if amount >= 0:
            self._revenue.holder(other).balance = amount
            self._revenue.transfer(other, self._account, amount)
        else:
            self._revenue.transfer(self._account, other, -amount)
        del self._revenue.holders[other]


def replay(account: Address, events: Iterable[Happening]) -> Ledger:
    ledger = Ledger(account)
    for event in events:
        ledger.apply(event)
    return ledger
