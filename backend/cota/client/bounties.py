"""Session -> **bounties** -> escrow. A publisher's cash for accepted labels: opened, paid to one's own leaves, taken
back.

Promises: what is told of a bounty comes from the chain; token, decimals and terms are the chain's, so that no service
can make an amount another; an allowance covers exactly what is put aside; amounts that were paid are those of the
mined events. The escrow's address is the service's word: it is used only if it serves the registry and ledger that
the chain names, and the command line holds it against the deployment file. Needs `rpc_url`, and gas in the account.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from eth_abi.exceptions import DecodingError

from cota.chain.contracts import (
    AnnotationLedger,
    Bounty,
    BountyEscrow,
    DatasetRegistry,
    Ground,
    Outcome,
    ProposalState,
    SettlementCourt,
    Successions,
    Token,
    waiting_words,
)
from cota.chain.decode import Decoders, Event
from cota.chain.events import committed_catalogue
from cota.chain.rpc import RpcError
from cota.chain.sender import Receipt as Mined
from cota.client.claiming import ClaimCalls
from cota.client.records import Currency
from cota.client.refusals import BountyAppealed, BountyLocked, ClientError, Untrustworthy
from cota.errors import ChainReverted
from cota.units import Address, BlockRef, Hash32, to_hex

MOST = 2**120 - 1
"""Base units that an escrow can count of one bounty."""
PRICE_MOST = 2**128 - 1
AT_ONCE = 32
"""Bounties asked for together."""
WINDOW = 10_000
"""Blocks whose logs are asked for at once."""


@dataclass(frozen=True, slots=True)
class BountyOpened:
    """A bounty just opened; amounts in base units of `token`."""

    bounty: int
    dataset: Hash32
    per_label: int
    amount: int
    token: Currency
    block: int
    tx_hash: bytes | None


@dataclass(frozen=True, slots=True)
class BountyClosed:
    """Checkpoints made after `ends_at` (Unix seconds) get nothing of it."""

    bounty: int
    ends_at: int
    block: int
    tx_hash: bytes | None


@dataclass(frozen=True, slots=True)
class BountyReturned:
    """What went back, in base units of `token`."""

    bounty: int
    amount: int
    to: Address
    token: Currency
    block: int
    tx_hash: bytes | None


class BountyCalls(ClaimCalls):
    """What a publisher does with bounties, and what anyone can see of them."""

    @property
    def bounty_escrow(self) -> Address:
        """The escrow of the newest datasets. Raises ClientError where the network has none."""
        found = self.status.contracts.get(BountyEscrow.name)
        if found is None:
            raise ClientError("this network has no escrow for bounties")
        return found

    def bounty(self, bounty: int) -> Bounty:
        """Raises ChainReverted for a number that was never given."""
        return self.node.run(self._escrow().bounty_of(bounty, "latest"))

    def bounties(self, dataset: Hash32 | None = None) -> dict[int, Bounty]:
        """Every bounty, or those of one dataset, by number, as the chain's newest block has them."""
        escrow, at = self._escrow(), self.node.head()

        async def read() -> dict[int, Bounty]:
            numbers = range(1, await escrow.bounty_count(at) + 1)
            found: list[Bounty] = []
            for start in range(0, len(numbers), AT_ONCE):
                asked = (escrow.bounty_of(number, at) for number in numbers[start : start + AT_ONCE])
                found += await asyncio.gather(*asked)
            return dict(zip(numbers, found, strict=True))

        found = self.node.run(read())
        return {number: one for number, one in found.items() if dataset in (None, one.dataset)}

    def bounty_token(self, bounty: Bounty) -> Currency:
        """The token that it pays in, as the chain knows it."""
        return self.currency_at(bounty.token)

    def dataset_token(self, dataset: Hash32) -> Currency:
        """The token of the terms, as the chain knows both."""
        registry = DatasetRegistry(self.node.client, self.registry)
        return self.currency_at(self.node.run(registry.terms_of(dataset, "latest")).payment_token)

    def open_bounty(self, dataset: Hash32, per_label: int, amount: int) -> BountyOpened:
        """Promises `per_label` for each label's worth of units in every checkpoint from now on, and puts `amount`
        aside for it; both in base units of the terms' token.

        Raises ChainReverted for an account that is not the publisher's, or for nothing; ClientError for a wallet that
        does not hold so much.
        """
        escrow, registry = self._escrow_for(dataset), DatasetRegistry(self.node.client, self.registry)
        terms = self.node.run(registry.terms_of(dataset, "latest"))
        _check_sizes(per_label, amount)
        token = self.currency_at(terms.payment_token)
        if terms.publisher == self.address and per_label and amount:
            # Whoever will be refused need not allow anything first.
            self._put_aside(token, escrow.address, amount)
        mined = self.send(escrow.address, BountyEscrow.encode_open(dataset, per_label, amount))
        (opened,) = bounty_events(mined, escrow, "BountyOpened")
        number = int(opened.args["bounty"])
        return BountyOpened(number, dataset, per_label, amount, token, mined.block_number, mined.tx_hash)

    def fund_bounty(self, bounty: int, amount: int) -> Mined:
        """Adds to a bounty that was not closed, one's own or another's; it goes back to its publisher alone. Raises
        ChainReverted, ClientError."""
        found, escrow = self.bounty(bounty), self._escrow()
        _check_sizes(0, amount)
        if not found.ends_at and amount and found.free + amount <= MOST:
            self._put_aside(self.bounty_token(found), escrow.address, amount)
        return self.send(escrow.address, BountyEscrow.encode_fund(bounty, amount))

    def close_bounty(self, bounty: int) -> BountyClosed:
        """Ends a bounty after the terms' receipt period, for good. Raises ChainReverted."""
        escrow = self._escrow()
        mined = self.send(escrow.address, BountyEscrow.encode_close(bounty))
        (closed,) = bounty_events(mined, escrow, "BountyClosed")
        return BountyClosed(bounty, int(closed.args["ends_at"]), mined.block_number, mined.tx_hash)

    def return_bounty(self, bounty: int, to: Address | None = None) -> BountyReturned:
        """Takes back what no epoch took, to the account or elsewhere, after final epochs that it covers took theirs.

        Raises BountyLocked before its end and within the appeal period of its last epoch; BountyAppealed while an
        appeal of one waits for its ruling; ChainReverted while an epoch is open (EpochsOpen), for nothing, and for whom
        it does not belong to.
        """
        found, escrow, receiver = self.bounty(bounty), self._escrow(), to or self.address
        if self.address == self._owner(found) and 0 < found.ends_at < self.node.head().timestamp:
            self.assign_epochs(bounty)
        try:
            mined = self.send(escrow.address, BountyEscrow.encode_take_back(bounty, receiver))
        except ChainReverted as refusal:
            error, told = refusal.extra.get("error"), refusal.extra.get("args")
            if error not in ("NotReturnable", "AppealOpen") or not isinstance(told, dict):
                raise
            if error == "NotReturnable":
                raise BountyLocked(int(told["from"])) from None
            epoch = int(told["epoch"])
            cases = self._appeals(found.dataset, epoch)
            words = waiting_words(epoch, cases, self.node.head().timestamp)
            raise BountyAppealed(words, epoch, [number for number, _ in cases]) from None
        (back,) = bounty_events(mined, escrow, "BountyReturned")
        token, amount = self.bounty_token(found), int(back.args["amount"])
        return BountyReturned(bounty, amount, receiver, token, mined.block_number, mined.tx_hash)

    def assign_epochs(self, bounty: int) -> list[int]:
        """Lets every final epoch that a bounty covers take its part; which ones did just now. Anyone may call."""
        found, escrow, at = self.bounty(bounty), self._escrow(), self.node.head()
        ledger = AnnotationLedger(self.node.client, self.proven_contract_of(found.dataset, "ledger"))
        waiting = self.node.run(_unassigned(escrow, ledger, bounty, found, at))
        for epoch in waiting:
            self.send(escrow.address, BountyEscrow.encode_assign(bounty, epoch))
        return waiting

    async def _logs_of(self, wanted: dict[str, Any], first: int, last: int) -> list[dict[str, Any]]:
        """Window by window; a node that finds one too large is asked for smaller ones. Raises RpcError."""
        found, span = list[dict[str, Any]](), WINDOW
        while first <= last:
            end = min(first + span - 1, last)
            try:
                found += await self.node.client.get_logs(
                    {**wanted, "fromBlock": hex(first), "toBlock": hex(end)}
                )
            except RpcError:
                if span == 1:
                    raise
                span = max(1, span // 2)
                continue
            first = end + 1
        return found

    # --- inside

    def _owner(self, bounty: Bounty) -> Address:
        """The publisher, or who holds its place since its key was lost."""
        at = self.node.run(self._escrow().read("successions", block="latest"))
        return self.node.run(Successions(self.node.client, Address(at)).holder_of(bounty.publisher, "latest"))

    def _appeals(self, dataset: Hash32, epoch: int) -> list[tuple[int, int]]:
        """Number and deadline of each appeal of an epoch that waits for its ruling, as the chain has them."""
        registry, at = DatasetRegistry(self.node.client, self.registry), self.node.head()
        first = self.facts_of(dataset).block

        async def read() -> list[tuple[int, int]]:
            version = await registry.version(await registry.version_of(dataset, at), at)
            court = SettlementCourt(self.node.client, version.court)
            spec = committed_catalogue().spec(SettlementCourt.name, "CaseOpened")
            topics = [spec.topic, None, to_hex(dataset), f"0x{epoch:064x}"]
            logs = await self._logs_of({"address": court.address, "topics": topics}, first, at.number)
            numbers = [int(log["topics"][1], 16) for log in logs]
            cases = [(number, await court.case_of(number, at)) for number in numbers]
            return [
                (number, case.deadline)
                for number, case in cases
                if case.ground is Ground.APPEAL and case.outcome is Outcome.NONE
            ]

        return self.node.run(read())

    def _escrow(self) -> BountyEscrow:
        """Raises Untrustworthy for what is no escrow, or one of another registry."""
        return self._checked("registry", self.registry)

    def _escrow_for(self, dataset: Hash32) -> BountyEscrow:
        """The same, if it works with the dataset's own ledger. Raises Untrustworthy."""
        self._escrow()
        return self._checked("ledger", self.proven_contract_of(dataset, "ledger"))

    def _checked(self, role: str, wanted: Address) -> BountyEscrow:
        escrow = BountyEscrow(self.node.client, self.bounty_escrow)

        async def ask() -> Address:
            # Others know registry and ledger, too: only an escrow counts bounties.
            await escrow.bounty_count("latest")
            return Address(await escrow.read(role, block="latest"))

        try:
            served = self.node.run(ask())
        except (ChainReverted, DecodingError):
            raise Untrustworthy(f"what the service names as the escrow, {escrow.address}, is none") from None
        if served != wanted:
            raise Untrustworthy(f"the escrow that the service names works with another {role}: {served}")
        return escrow

    def _put_aside(self, currency: Currency, escrow: Address, amount: int) -> None:
        """An allowance for exactly this, if there is none that is large enough."""
        self.require_balance(currency, amount)
        token = Token(self.node.client, currency.address)
        if self.node.run(token.allowance(self.address, escrow, "latest")) < amount:
            self.send(token.address, Token.encode_approve(escrow, amount))


async def _unassigned(
    escrow: BountyEscrow, ledger: AnnotationLedger, number: int, bounty: Bounty, at: BlockRef
) -> list[int]:
    """Final epochs that a bounty covers and that took no part."""
    found, last = list[int](), await last_covered(ledger, bounty, at)
    for epoch in range(bounty.first_checkpoint, last + 1):
        state = (await ledger.proposal_of(bounty.dataset, epoch, at)).state
        if state is ProposalState.FINALIZED and not (await escrow.part_of(number, epoch, at)).is_assigned:
            found.append(epoch)
    return found


async def last_covered(ledger: AnnotationLedger, bounty: Bounty, at: BlockRef) -> int:
    """The last checkpoint made while a bounty lasted, as yet; less than its first where there is none."""
    if bounty.ends_at:
        after = await ledger.first_checkpoint_after(bounty.dataset, bounty.ends_at, at)
        if after:
            return after - 1
    return await ledger.checkpoint_count(bounty.dataset, at)


def _check_sizes(per_label: int, amount: int) -> None:
    """What fits no escrow is refused before anything is sent."""
    for value, most, what in ((per_label, PRICE_MOST, "price per label"), (amount, MOST, "amount")):
        if not 0 <= value <= most:
            raise ClientError(f"no escrow can count this {what}: at most {most} base units")


def bounty_events(mined: Mined, escrow: BountyEscrow, name: str) -> list[Event]:
    """What the escrow said of this kind in one transaction."""
    own = [log for log in mined.logs if log["address"].lower() == escrow.address.lower()]
    found = list(Decoders(committed_catalogue()).decode_all(BountyEscrow.name, own))
    return [event for event in found if event.name == name]
