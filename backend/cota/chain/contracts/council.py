"""CouncilArbiter: jurors, panels, votes, rulings."""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address, Hash32


class Phase(IntEnum):
    NONE = 0
    DRAWING = 1
    COMMITTING = 2
    REVEALING = 3
    DECIDING = 4
    FINAL = 5
    EXECUTED = 6


class Ruling(IntEnum):
    """What a panel may say of a case. An ERC-792 court says 0 where it has no answer."""

    NONE = 0
    UPHELD = 1
    DISMISSED = 2


@dataclass(frozen=True, slots=True)
class Panel:
    """One round's panel; times in unix seconds, 0 until it is drawn. `size` was asked for, `seats` were found."""

    draw_block: int
    commit_ends_at: int
    reveal_ends_at: int
    appeal_ends_at: int
    size: int
    seats: int
    committed: int
    revealed: int
    is_general: bool


class CouncilArbiter(Contract):
    name: ClassVar[str] = "CouncilArbiter"

    async def arbitration_cost(self, block: Block, told: bytes = b"") -> int:
        """What a dispute costs, in wei; `told` is what the court tells of the case, for arbiters that ask."""
        return int(await self.read("arbitrationCost", told, block=block))

    async def appeal_cost(self, dispute: int, block: Block) -> int:
        return int(await self.read("appealCost", dispute, b"", block=block))

    async def phase_of(self, dispute: int, block: Block) -> Phase:
        return Phase(await self.read("phaseOf", dispute, block=block))

    async def round_of(self, dispute: int, block: Block) -> int:
        return int(await self.read("roundOf", dispute, block=block))

    async def current_ruling(self, dispute: int, block: Block) -> int:
        return int(await self.read("currentRuling", dispute, block=block))

    async def panel_of(self, dispute: int, round_: int, block: Block) -> tuple[Panel, tuple[Address, ...]]:
        """The panel, and the jurors who sit."""
        panel, jurors = await self.read("panelOf", dispute, round_, block=block)
        return Panel(*panel), tuple(jurors)

    async def commitment_of(
        self, dispute: int, round_: int, juror: Address, ruling: int, salt: bytes, block: Block
    ) -> Hash32:
        return Hash32(await self.read("commitmentOf", dispute, round_, juror, ruling, salt, block=block))

    async def fees_of(self, account: Address, block: Block) -> int:
        return int(await self.read("feesOf", account, block=block))

    async def is_enrolled(self, juror: Address, block: Block) -> bool:
        return bool(await self.read("isEnrolled", juror, block=block))

    @classmethod
    def encode_enroll(cls) -> bytes:
        return cls.encode("enroll")

    @classmethod
    def encode_draw(cls, dispute: int) -> bytes:
        return cls.encode("draw", dispute)

    @classmethod
    def encode_commit_vote(cls, dispute: int, commitment: bytes) -> bytes:
        return cls.encode("commitVote", dispute, commitment)

    @classmethod
    def encode_reveal_vote(cls, dispute: int, ruling: int, salt: bytes) -> bytes:
        return cls.encode("revealVote", dispute, ruling, salt)

    @classmethod
    def encode_execute_ruling(cls, dispute: int) -> bytes:
        return cls.encode("executeRuling", dispute)

    @classmethod
    def encode_withdraw_fees(cls, recipient: Address) -> bytes:
        return cls.encode("withdrawFees", recipient)
