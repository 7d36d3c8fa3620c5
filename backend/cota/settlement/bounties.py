"""Final epochs -> **their parts of bounties** -> cash for their leaves.

A specialist needs it at once and holds no gas: the coordinator's key assigns, the relayer's pays, as for joins and
claims. What is due is read from the mirror each time. Promises: each turn's work is bounded, and none of it stops a
settlement; who refuses money, or cannot have it, stops nobody else; what would fail is not sent; no account is paid
more often a day than the relayer pays claims, and nothing that is not worth its gas: that she may take herself.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

from cota.accounts.relays import A_DAY
from cota.chain.contracts import BountyEscrow, ShareClaim
from cota.chain.sender import Receipt, Sender
from cota.datasets.service import require_dataset
from cota.errors import ChainReverted
from cota.http.services import Services
from cota.log import get_logger
from cota.observe.metrics import SETTLEMENT_STEPS
from cota.settlement import bounty_queries, service
from cota.settlement.bounty_queries import OpenPart, Unassigned
from cota.settlement.steps import INDEX_SECONDS
from cota.settlement.turns import Turn
from cota.settlement.worth import worth_of
from cota.store.mirror import wait_for_block
from cota.store.session import ReadSession
from cota.units import Address, to_hex

log = get_logger(__name__)

DAY = timedelta(days=1)
ASSIGNED_AT_ONCE, ASSIGNED_A_DAY, WORTHLESS_A_DAY = 10, 500, 50
"""Parts of a dataset that are taken in one turn, and within a day, and of these how many may be worth less than their
gas: opening a bounty costs its publisher once, each part costs the coordinator."""
PARTS_AT_ONCE, LEAVES_A_TURN, LEAVES_AT_ONCE = 20, 300, 30
"""Parts that are looked through in one turn, fewer where they have so many leaves to pay; and leaves of one
transaction."""
FIRST_REST, LONGEST_REST = 600.0, 86_400.0
"""Seconds until a part is looked at again whose leaves that are left could not be paid."""

LOOK_AGAIN = 60.0
"""Seconds for which a dataset is left alone where nothing could be paid, unless something happens to its bounties."""

_Part = tuple[Address, int, int]
"""(escrow, bounty, epoch)."""


@dataclass(frozen=True, slots=True)
class _Due:
    """Leaves of one part that are worth paying; `seen` units of it were paid before."""

    part: _Part
    seen: int
    leaves: Sequence[ShareClaim]


@dataclass
class _Resting:
    """Parts of which nothing more can be paid now. In memory: who starts anew looks at each once more."""

    until: dict[_Part, tuple[int, float, float]] = field(default_factory=dict)
    states: dict[bytes, tuple[str, float]] = field(default_factory=dict)

    def holds(self, part: _Part, seen: int) -> bool:
        """Not when some of it was paid, or unpaid by a reorganisation, in between."""
        known = self.until.get(part)
        return known is not None and known[0] == seen and time.monotonic() < known[1]

    def holds_all(self, dataset: bytes, state: str) -> bool:
        """Nothing happened since all of the dataset's parts were seen to rest."""
        known = self.states.get(dataset)
        return known is not None and known[0] == state and time.monotonic() < known[1]

    def put_all(self, dataset: bytes, state: str) -> None:
        self.states[dataset] = (state, time.monotonic() + LOOK_AGAIN)

    def put(self, part: _Part, seen: int) -> None:
        known = self.until.get(part)
        rest = min(2 * known[2], LONGEST_REST) if known and known[0] == seen else FIRST_REST
        self.until[part] = (seen, time.monotonic() + rest, rest)


@dataclass(frozen=True)
class Cashier:
    """`coordinator` assigns; the service's relayer pays, where there is one and the settings let it."""

    services: Services
    coordinator: Sender
    resting: _Resting = field(default_factory=_Resting)

    async def serve(self, dataset: bytes) -> list[str]:
        """Assigns and pays what is due, as far as one turn goes. Returns what was sent: `assign`, `pay`."""
        mode = self.services.settings.bounties
        if mode == "OFF":
            return []
        async with self.services.database.read() as session:
            found = await require_dataset(session, dataset)
        worth = await worth_of(self.services, found)
        done = await self._assign(dataset, worth)
        if mode == "PAY" and self.services.relayer is not None:
            done += await self._pay(dataset, self.services.relayer, worth)
        return done + await self._keep(dataset, worth)

    async def _assign(self, dataset: bytes, worth: int) -> list[str]:
        async with self.services.database.read() as session:
            taken = await bounty_queries.assigned_since(session, dataset, _now() - DAY)
            is_lavish = taken < WORTHLESS_A_DAY
            least = 0 if is_lavish else worth
            most = (WORTHLESS_A_DAY if is_lavish else ASSIGNED_A_DAY) - taken
            due = await bounty_queries.unassigned(
                session, dataset, least, max(min(ASSIGNED_AT_ONCE, most), 0)
            )
        return await self._assign_each(dataset, due)

    async def _keep(self, dataset: bytes, worth: int) -> list[str]:
        """Corrections take their parts as they are paid; of who cannot be paid, no later epoch must take it before."""
        async with self.services.database.read() as session:
            unpaid = await bounty_queries.unpaid_corrections(session, dataset)
        due = [
            Unassigned(one.escrow, one.bounty, one.epoch)
            for one in unpaid
            if not one.is_assigned and one.amount >= worth
        ]
        return await self._assign_each(dataset, due[:ASSIGNED_AT_ONCE])

    async def _assign_each(self, dataset: bytes, due: Sequence[Unassigned]) -> list[str]:
        done = []
        for one in due:
            told = {"bounty": one.bounty, "epoch": one.epoch}
            try:
                async with Turn(self.services, self.coordinator):
                    data = BountyEscrow.encode_assign(one.bounty, one.epoch)
                    receipt = await self.coordinator.send(one.escrow, data)
            except ChainReverted as error:
                # Somebody was faster, or the mirror and the chain do not agree yet.
                _refused("assign", dataset, error, **told)
                continue
            await self._done("assign", dataset, receipt, **told)
            done.append("assign")
        return done

    async def _pay(self, dataset: bytes, relayer: Sender, worth: int) -> list[str]:
        async with self.services.database.read() as session:
            state = await bounty_queries.state(session, dataset)
            if self.resting.holds_all(dataset, state):
                return []
            due = await self._parts(session, dataset, worth)
            due += await self._corrections(session, dataset, worth)
            accounts = {leaf.account for one in due for leaf in one.leaves}
            paid = await bounty_queries.paid_since(session, accounts, _now() - DAY) if accounts else {}
        if not due:
            self.resting.put_all(dataset, state)
        sent = 0
        due.sort(key=lambda one: one.part)
        for (escrow, bounty), parts in groupby(due, key=lambda one: one.part[:2]):
            leaves = []
            for leaf in (leaf for one in parts for leaf in one.leaves):
                paid[leaf.account] = paid.get(leaf.account, 0) + 1
                if paid[leaf.account] <= A_DAY["claim"]:
                    leaves.append(leaf)
            for place in range(0, len(leaves), LEAVES_AT_ONCE):
                batch = leaves[place : place + LEAVES_AT_ONCE]
                sent += await self._pay_leaves(dataset, relayer, escrow, bounty, batch)
        for one in due:
            self.resting.put(one.part, one.seen)
        return ["pay"] * sent

    async def _parts(self, session: ReadSession, dataset: bytes, worth: int) -> list[_Due]:
        found: list[_Due] = []
        leaves = 0
        for part in await bounty_queries.open_parts(session, dataset):
            if len(found) == PARTS_AT_ONCE or leaves >= LEAVES_A_TURN:
                break
            key = (part.escrow, part.bounty, part.epoch)
            if not self.resting.holds(key, part.paid_units):
                found.append(_Due(key, part.paid_units, await self._leaves(session, dataset, part, worth)))
                leaves += len(found[-1].leaves)
        return found

    async def _leaves(
        self, session: ReadSession, dataset: bytes, part: OpenPart, worth: int
    ) -> list[ShareClaim]:
        row = await service.require_epoch(session, dataset, part.epoch)
        settled = await service.open_epoch(self.services, row)
        if settled is None:
            return []  # another coordinator's, whose file is not here
        paid = await bounty_queries.paid_leaves(session, dataset, part)
        return [
            ShareClaim(
                part.epoch,
                leaf.index,
                account,
                leaf.units,
                leaf.penalty,
                tuple(settled.tree.prove(leaf.index)),
            )
            for account, leaf in settled.leaves.items()
            if leaf.index not in paid and part.amount * leaf.units // part.total_units >= worth
        ]

    async def _corrections(self, session: ReadSession, dataset: bytes, worth: int) -> list[_Due]:
        found: list[_Due] = []
        for one in await bounty_queries.unpaid_corrections(session, dataset):
            key = (one.escrow, one.bounty, one.epoch)
            is_due = one.amount >= worth and not self.resting.holds(key, 0)
            if is_due and len(found) < PARTS_AT_ONCE:
                found.append(_Due(key, 0, [ShareClaim(one.epoch, 0, one.account, one.units, 0, ())]))
        return found

    async def _pay_leaves(
        self, dataset: bytes, relayer: Sender, escrow: Address, bounty: int, leaves: Sequence[ShareClaim]
    ) -> int:
        """How many transactions were sent. Where some of the leaves are refused, the others are paid."""
        try:
            await relayer.simulate(escrow, BountyEscrow.encode_pay(bounty, leaves))
        except ChainReverted:
            leaves = [
                leaf for leaf in leaves if await self._is_payable(dataset, relayer, escrow, bounty, leaf)
            ]
        if not leaves:
            return 0
        try:
            receipt = await relayer.send(escrow, BountyEscrow.encode_pay(bounty, leaves))
        except ChainReverted as error:
            # One was paid by somebody else meanwhile, or the leaves add up to more than the epoch's total.
            _refused("pay", dataset, error, bounty=bounty, leaves=len(leaves))
            if len(leaves) == 1:
                return 0
            return sum([await self._pay_leaves(dataset, relayer, escrow, bounty, [leaf]) for leaf in leaves])
        await self._done("pay", dataset, receipt, bounty=bounty, leaves=len(leaves))
        return 1

    async def _is_payable(
        self, dataset: bytes, relayer: Sender, escrow: Address, bounty: int, leaf: ShareClaim
    ) -> bool:
        try:
            await relayer.simulate(escrow, BountyEscrow.encode_pay(bounty, [leaf]))
        except ChainReverted as error:
            _refused("pay", dataset, error, bounty=bounty, epoch=leaf.epoch, account=leaf.account)
            return False
        return True

    async def _done(self, step: str, dataset: bytes, receipt: Receipt, **told: object) -> None:
        """Logs it and waits until the mirror has it: the next look reads it there."""
        SETTLEMENT_STEPS.labels(f"bounty-{step}", "done").inc()
        log.info(step, dataset=to_hex(dataset), block=receipt.block_number, gas=receipt.gas_used, **told)
        await wait_for_block(self.services.database, receipt.block_number, INDEX_SECONDS)


def _refused(step: str, dataset: bytes, error: ChainReverted, **told: object) -> None:
    SETTLEMENT_STEPS.labels(f"bounty-{step}", "refused").inc()
    # Not the "refused" of a settlement's steps: nobody need be called for an account that refuses its money.
    log.warning("bounty refused", step=step, dataset=to_hex(dataset), cause=error.detail, **told)


def _now() -> datetime:
    return datetime.now(UTC)
