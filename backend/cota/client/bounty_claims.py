"""Own leaves -> **what bounties owe for them** -> wallet. The cash part of a contributor's labels.

Promises: leaves come from the service and are judged by the escrow, so a wrong one costs nothing but the simulation;
corrections come from the chain alone; what somebody else had paid meanwhile is left out; amounts told are those of
the mined events.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cota.chain.contracts import AnnotationLedger, Bounty, BountyEscrow, ShareClaim
from cota.chain.decode import Decoders
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt as Mined
from cota.client.bounties import BountyCalls, bounty_events, last_covered
from cota.client.claiming import CLAIMS_AT_ONCE
from cota.client.records import Claimed, Currency
from cota.errors import ChainReverted
from cota.settlement.leaves import CORRECTION
from cota.units import Address, BlockRef, Hash32, to_hex

PATIENCE = 3
"""How often a claim looks again at what is due, where others pay the same leaves."""

About = Mapping[int, tuple[int, ShareClaim]]
"""By epoch: the checkpoint that it settles or corrects, and the account's leaf."""


@dataclass(frozen=True, slots=True)
class BountyDue:
    """A leaf that a bounty would pay now. `amount` is exact once the epoch took its part (`is_assigned`); before, it
    is what the epoch would get if it were the next to take one."""

    bounty: int
    leaf: ShareClaim
    amount: int
    is_assigned: bool


@dataclass(frozen=True, slots=True)
class BountyClaimed:
    """What a claim brought, in base units of `token`."""

    dataset: Hash32
    amount: int
    payments: int
    token: Currency
    tx_hashes: tuple[bytes, ...]
    block: int | None


class BountyClaimCalls(BountyCalls):
    """What a contributor does with bounties. Needs `rpc_url`, and gas in the account."""

    def claim_by_transaction(self, dataset: Hash32) -> Claimed:
        """Shares and revenue, then what bounties owe, to the account itself. Raises ChainReverted for the former; why
        bounties were not paid is told beside what was claimed before (`refusal`)."""
        claimed = super().claim_by_transaction(dataset)
        if BountyEscrow.name not in self.status.contracts:
            return claimed
        try:
            cash = self.claim_bounties(dataset)
        except ChainReverted as refused:
            return replace(claimed, refusal=str(refused.extra.get("error", refused.detail)))
        hashes, block = (*claimed.tx_hashes, *cash.tx_hashes), cash.block or claimed.block
        return replace(claimed, bounties=cash.amount, tx_hashes=hashes, block=block)

    def bounty_dues(self, dataset: Hash32, account: Address | None = None) -> list[BountyDue]:
        """What bounties would pay now for the leaves of an account, the caller's own unless named; those that would
        bring nothing are left out."""
        open_to = {number: one for number, one in self.bounties(dataset).items() if one.free or one.assigned}
        if not open_to:
            return []
        whose, at = account or self.address, self.node.head()
        leaves = {leaf.epoch: leaf for leaf in self._leaves_of(dataset, whose)}
        ledger = AnnotationLedger(self.node.client, self.proven_contract_of(dataset, "ledger"))
        about = {epoch: (epoch, leaf) for epoch, leaf in leaves.items()}
        about |= self._corrections(ledger, dataset, whose, at)
        found: list[BountyDue] = []
        for number, bounty in open_to.items():
            found += self.node.run(self._owed(ledger, number, bounty, about, at))
        return found

    def claim_bounties(
        self, dataset: Hash32, *, to: Address | None = None, account: Address | None = None
    ) -> BountyClaimed:
        """Has everything paid that bounties owe for the account's leaves. Nothing due: nothing is sent.

        `to`: where the money goes instead of to the account (or to its successor); only the account or its successor
        may say so. `account`: somebody else's leaves. Raises ChainReverted.
        """
        escrow, mined = self._escrow(), list[Mined]()
        for attempt in range(PATIENCE):
            try:
                for number, leaves in _grouped(self.bounty_dues(dataset, account)):
                    data = (
                        BountyEscrow.encode_pay(number, leaves)
                        if to is None
                        else BountyEscrow.encode_pay_to(number, leaves, to)
                    )
                    mined.append(self.send(escrow.address, data))
                break
            except ChainReverted as refusal:
                # The worker pays, too: what it paid meanwhile is left out of the next attempt.
                if refusal.extra.get("error") != "AlreadyPaid" or attempt == PATIENCE - 1:
                    raise
        paid = [event for one in mined for event in bounty_events(one, escrow, "BountyPaid")]
        return BountyClaimed(
            dataset,
            sum(event.args["amount"] for event in paid),
            len(paid),
            self.dataset_token(dataset),
            tuple(one.tx_hash for one in mined if one.tx_hash is not None),
            max((one.block_number for one in mined), default=None),
        )

    # --- inside

    async def _owed(
        self, ledger: AnnotationLedger, number: int, bounty: Bounty, about: About, at: BlockRef
    ) -> list[BountyDue]:
        escrow, found = BountyEscrow(self.node.client, self.bounty_escrow), list[BountyDue]()
        last, free = await last_covered(ledger, bounty, at), bounty.free
        for epoch, (checkpoint, leaf) in sorted(about.items()):
            if not bounty.first_checkpoint <= checkpoint <= last:
                continue
            part = await escrow.part_of(number, epoch, at)
            amount, total = part.amount, part.total_units
            if not part.is_assigned:
                is_corrected = bool(epoch & CORRECTION)
                proposal = None if is_corrected else await ledger.proposal_of(bounty.dataset, epoch, at)
                total = leaf.units if proposal is None else proposal.total_units
                amount = min(total * bounty.per_label // bounty.units_per_label, free)
                free -= amount
            due = amount * leaf.units // total if total else 0
            if due and not await escrow.is_paid(number, epoch, leaf.index, at):
                found.append(BountyDue(number, leaf, due, part.is_assigned))
        return found

    def _corrections(
        self, ledger: AnnotationLedger, dataset: Hash32, account: Address, at: BlockRef
    ) -> dict[int, tuple[int, ShareClaim]]:
        """An account's leaves of corrections with the checkpoints that they are about, by epoch. The logs are only
        looked for where there are any."""
        if not self.node.run(ledger.correction_count(dataset, at)):
            return {}
        spec = committed_catalogue().spec(AnnotationLedger.name, "CorrectionOpened")
        wanted = {"address": ledger.address, "topics": [spec.topic, to_hex(dataset)]}
        logs = self.node.run(self._logs_of(wanted, self.facts_of(dataset).block, at.number))
        events = Decoders(committed_catalogue()).decode_all(AnnotationLedger.name, logs)
        args = [event.args for event in events if event.args["account"] == account]
        return {
            int(one["epoch"]): (
                int(one["checkpoint"]),
                ShareClaim(int(one["epoch"]), 0, account, one["units"], 0, ()),
            )
            for one in args
        }


def _grouped(dues: Sequence[BountyDue]) -> Iterator[tuple[int, list[ShareClaim]]]:
    """By bounty, as many leaves at once as a transaction may hold."""
    for number, own in itertools.groupby(dues, key=lambda due: due.bounty):
        leaves = [due.leaf for due in own]
        for start in range(0, len(leaves), CLAIMS_AT_ONCE):
            yield number, leaves[start : start + CLAIMS_AT_ONCE]
