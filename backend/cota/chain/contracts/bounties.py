"""BountyEscrow: a publisher's cash for accepted labels, paid to the leaves of final epochs."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.chain.contracts.shares import ShareClaim
from cota.units import Address, Hash32, told_time


@dataclass(frozen=True, slots=True)
class Bounty:
    """Times in unix seconds; `per_label` and `free` in base units of the token; `ends_at` is 0 while it is open.

    `per_label` buys `units_per_label` share units of each final epoch from `first_checkpoint` on, whose
    checkpoint was made no later than `ends_at`; `assigned` counts those that took their part.
    """

    dataset: Hash32
    publisher: Address
    opened_at: int
    ends_at: int
    token: Address
    units_per_label: int
    first_checkpoint: int
    assigned: int
    returns_at: int
    per_label: int
    free: int


@dataclass(frozen=True, slots=True)
class BountyPart:
    """What an epoch took of a bounty: base units, for so many share units, of which some are not paid yet."""

    amount: int
    total_units: int
    unpaid_units: int
    is_assigned: bool


def waiting_words(epoch: int, cases: Sequence[tuple[int, int]], now: int) -> str:
    """What `AppealOpen` of an epoch says to a publisher. `cases`: the court's number of each appeal of it that waits,
    and until when it does at most, as far as they are known; times in unix seconds."""
    if not cases:
        return (
            f"an appeal of epoch {epoch} waits for its ruling: what is left of the bounty goes back after it"
        )
    numbers, last = ", ".join(str(number) for number, _ in cases), max(deadline for _, deadline in cases)
    who = (
        f"appeal {numbers} waits for its ruling" if len(cases) == 1 else f"appeals {numbers} wait for rulings"
    )
    until = f"until {told_time(last)} unless one is appealed again"
    if last <= now:
        until = "and the time for it is over, so that anyone may end it (`cota case expire`)"
    return f"epoch {epoch}: {who}, {until}; what is left of the bounty goes back after that"


class BountyEscrow(Contract):
    name: ClassVar[str] = "BountyEscrow"

    async def bounty_of(self, bounty: int, block: Block) -> Bounty:
        """Raises ChainReverted for an unknown number."""
        return Bounty(*await self.read("bountyOf", bounty, block=block))

    async def part_of(self, bounty: int, epoch: int, block: Block) -> BountyPart:
        """All zero before the epoch took its part."""
        return BountyPart(*await self.read("partOf", bounty, epoch, block=block))

    async def is_paid(self, bounty: int, epoch: int, index: int, block: Block) -> bool:
        return bool(await self.read("isPaid", bounty, epoch, index, block=block))

    async def bounty_count(self, block: Block) -> int:
        return int(await self.read("bountyCount", block=block))

    async def held_of(self, token: Address, block: Block) -> int:
        """Base units free in all bounties, or taken by epochs and not paid out."""
        return int(await self.read("heldOf", token, block=block))

    @classmethod
    def encode_open(cls, dataset: Hash32, per_label: int, amount: int) -> bytes:
        return cls.encode("open", dataset, per_label, amount)

    @classmethod
    def encode_fund(cls, bounty: int, amount: int) -> bytes:
        return cls.encode("fund", bounty, amount)

    @classmethod
    def encode_close(cls, bounty: int) -> bytes:
        return cls.encode("close", bounty)

    @classmethod
    def encode_assign(cls, bounty: int, epoch: int) -> bytes:
        return cls.encode("assign", bounty, epoch)

    @classmethod
    def encode_pay(cls, bounty: int, leaves: Sequence[ShareClaim]) -> bytes:
        return cls.encode("pay", bounty, [astuple(leaf) for leaf in leaves])

    @classmethod
    def encode_pay_to(cls, bounty: int, leaves: Sequence[ShareClaim], to: Address) -> bytes:
        return cls.encode("payTo", bounty, [astuple(leaf) for leaf in leaves], to)

    @classmethod
    def encode_take_back(cls, bounty: int, to: Address) -> bytes:
        return cls.encode("takeBack", bounty, to)
