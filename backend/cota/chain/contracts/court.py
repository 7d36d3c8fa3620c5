"""SettlementCourt and its desks: challenges, proofs, audits, appeals; BondRates."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from enum import IntEnum
from typing import Any, ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.chain.contracts.shares import ShareClaim
from cota.units import ZERO_ADDRESS, Address, Hash32


class Ground(IntEnum):
    """Why a settlement falls. By proof: up to GOLD; by a panel: from SCORING on."""

    NONE = 0
    LEAF_BOUNDS = 1
    TWO_LEAVES = 2
    SIGNATURE = 3
    GOLD = 4
    SCORING = 5
    DATA = 6
    WALLET = 7
    APPEAL = 8


class Outcome(IntEnum):
    """NONE: the case is open."""

    NONE = 0
    UPHELD = 1
    DISMISSED = 2
    UNRULED = 3
    MOOT = 4
    REFERRED = 5


class AuditState(IntEnum):
    NONE = 0
    HELD = 1
    PASSED = 2
    RETURNED = 3


@dataclass(frozen=True, slots=True)
class Case:
    """`deadline` in unix seconds; `bond` in COTA; `dispute` is the arbiter's number, for a panel's ground."""

    dataset: Hash32
    epoch: int
    attempt: int
    ground: Ground
    outcome: Outcome
    deadline: int
    rounds: int
    claimant: Address
    bond: int
    respondent: Address
    evidence: Hash32
    dispute: int


@dataclass(frozen=True, slots=True)
class Audit:
    """`fee` in the payment token; `seed` is zero until the sample is drawn."""

    dataset: Hash32
    epoch: int
    attempt: int
    state: AuditState
    auditor: Address
    draw_block: int
    fee: int
    commitment: Hash32
    seed: Hash32


NO_AGENT = (bytes(32), ZERO_ADDRESS, ZERO_ADDRESS, 0, 0)
NO_LEAF = ShareClaim(0, 0, ZERO_ADDRESS, 0, 0, ())


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """A logged row that labelled an item, and the item's place: `annotation` in the order of its struct, `index` from
    the dataset's first row, `position` in the batch's tree."""

    annotation: tuple[Any, ...]
    index: int
    log_proof: tuple[bytes, ...]
    batch: int
    position: int
    item_proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GoldOpening:
    """A gold leaf, opened, at a position of a batch's gold tree. `item`: index in the dataset that the leaf names;
    `label`: hash of the known label, 32 zero bytes for none."""

    batch: int
    position: int
    item: int
    label: Hash32
    salt: Hash32
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AppealRequest:
    """A contributor's own leaf, or NO_LEAF; how many labels were hers; which units she misses."""

    leaf: ShareClaim
    labels: int
    units: int
    evidence: bytes


class SettlementCourt(Contract):
    name: ClassVar[str] = "SettlementCourt"

    async def case_of(self, case: int, block: Block) -> Case:
        found = Case(*await self.read("caseOf", case, block=block))
        return replace(found, ground=Ground(found.ground), outcome=Outcome(found.outcome))

    async def case_count(self, block: Block) -> int:
        return int(await self.read("caseCount", block=block))

    async def arbiter(self, block: Block) -> Address:
        return Address(await self.read("arbiter", block=block))

    async def audit_desk(self, block: Block) -> Address:
        return Address(await self.read("auditDesk", block=block))

    async def proof_desk(self, block: Block) -> Address:
        return Address(await self.read("proofDesk", block=block))

    async def next_bond(self, dataset: bytes, epoch: int, block: Block) -> int:
        return int(await self.read("nextBond", dataset, epoch, block=block))

    async def locked_bonds(self, block: Block) -> int:
        return int(await self.read("lockedBonds", block=block))

    async def credit_of(self, token: Address, account: Address, block: Block) -> int:
        return int(await self.read("creditOf", token, account, block=block))

    @classmethod
    def encode_challenge(cls, dataset: bytes, epoch: int, ground: Ground, evidence: bytes) -> bytes:
        """To be sent with the arbiter's fee."""
        return cls.encode("challenge", dataset, epoch, int(ground), evidence)

    @classmethod
    def encode_demand_signature(
        cls, dataset: bytes, epoch: int, index: int, row: bytes, proof: Sequence[bytes]
    ) -> bytes:
        return cls.encode("demandSignature", dataset, epoch, index, row, list(proof))

    @classmethod
    def encode_appeal(cls, dataset: bytes, epoch: int, request: AppealRequest) -> bytes:
        """To be sent with the arbiter's fee."""
        values = (astuple(request.leaf), request.labels, request.units, request.evidence)
        return cls.encode("appeal", dataset, epoch, values)

    @classmethod
    def encode_appeal_ruling(cls, case: int) -> bytes:
        """To be sent with the arbiter's fee for an appeal."""
        return cls.encode("appealRuling", case)

    @classmethod
    def encode_expire(cls, case: int) -> bytes:
        return cls.encode("expire", case)

    @classmethod
    def encode_close_moot(cls, case: int) -> bytes:
        return cls.encode("closeMoot", case)

    @classmethod
    def encode_withdraw(cls, token: Address, recipient: Address) -> bytes:
        return cls.encode("withdraw", token, recipient)


class ProofDesk(Contract):
    name: ClassVar[str] = "ProofDesk"

    @classmethod
    def encode_prove_leaf_bounds(cls, dataset: bytes, epoch: int, leaves: Sequence[ShareClaim]) -> bytes:
        """Leaves in ascending order of their indices."""
        return cls.encode("proveLeafBounds", dataset, epoch, [astuple(leaf) for leaf in leaves])

    @classmethod
    def encode_prove_two_leaves(cls, dataset: bytes, epoch: int, one: ShareClaim, other: ShareClaim) -> bytes:
        return cls.encode("proveTwoLeaves", dataset, epoch, astuple(one), astuple(other))

    @classmethod
    def encode_prove_gold(
        cls, dataset: bytes, epoch: int, labelled: LabelledItem, one: GoldOpening, other: GoldOpening
    ) -> bytes:
        return cls.encode("proveGold", dataset, epoch, astuple(labelled), astuple(one), astuple(other))

    @classmethod
    def encode_answer_signature(
        cls,
        dataset: bytes,
        case: int,
        statement: tuple[Any, ...],
        signature: bytes,
        agent_key: tuple[Any, ...] = NO_AGENT,
        authorisation: bytes = b"",
    ) -> bytes:
        """`statement`: the row's annotation; `agent_key` and its authorisation where an agent signed. Both in the
        order of their structs."""
        return cls.encode("answerSignature", dataset, case, statement, signature, agent_key, authorisation)


class AuditDesk(Contract):
    name: ClassVar[str] = "AuditDesk"

    async def audit_of(self, audit: int, block: Block) -> Audit:
        found = Audit(*await self.read("auditOf", audit, block=block))
        return replace(found, state=AuditState(found.state))

    async def credit_of(self, token: Address, account: Address, block: Block) -> int:
        return int(await self.read("creditOf", token, account, block=block))

    async def sample_of(self, audit: int, block: Block) -> list[int]:
        """Indices of the rows whose content the auditor may see."""
        return [int(index) for index in await self.read("sampleOf", audit, block=block)]

    @classmethod
    def encode_open_audit(cls, dataset: bytes, epoch: int, commitment: bytes) -> bytes:
        return cls.encode("openAudit", dataset, epoch, commitment)

    @classmethod
    def encode_draw_sample(cls, audit: int) -> bytes:
        return cls.encode("drawSample", audit)

    @classmethod
    def encode_pass_audit_fee(cls, audit: int) -> bytes:
        return cls.encode("passAuditFee", audit)

    @classmethod
    def encode_return_audit_fee(cls, audit: int) -> bytes:
        return cls.encode("returnAuditFee", audit)

    @classmethod
    def encode_withdraw(cls, token: Address, recipient: Address) -> bytes:
        return cls.encode("withdraw", token, recipient)


class BondRates(Contract):
    name: ClassVar[str] = "BondRates"

    async def rate_of(self, token: Address, block: Block) -> int:
        return int(await self.read("rateOf", token, block=block))

    async def to_bond(self, token: Address, amount: int, block: Block) -> int:
        return int(await self.read("toBond", token, amount, block=block))

    @classmethod
    def encode_set_rate(cls, token: Address, rate: int) -> bytes:
        return cls.encode("setRate", token, rate)
