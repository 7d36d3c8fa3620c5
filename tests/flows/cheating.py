"""A coordinator who may do anything that the contracts let her, and people who trade under her settlement.

Everything that she sends lies on a snapshot of the chain, and is gone after the test.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import (
    AnnotationLedger,
    DatasetRegistry,
    DatasetShares,
    LicenseMarket,
    Order,
    ShareClaim,
    Token,
)
from cota.keys import local_key
from cota.settlement.epoch_file import EpochFile
from cota.settlement.leaves import tree_of
from cota.units import Address
from scripts.stack.anvil import CHAIN_ID
from tests.flows.sold import PRICE, Sold, Story

EPOCH = 1


class Cheat:
    """Use as a context manager: what was done in between is undone."""

    def __init__(self, sold: Sold, story: Story) -> None:
        self._sold, self.story = sold, story
        self._node = BlockingNode([sold.rpc], CHAIN_ID)
        self._registry = DatasetRegistry.of(self._node.client, sold.deployment)
        self._ledger = sold.deployment.address("AnnotationLedger")
        self._market = sold.deployment.address("LicenseMarket")

    def __enter__(self) -> Self:
        self._snapshot = self._sold.ask("evm_snapshot")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._node.close()
        assert self._sold.ask("evm_revert", self._snapshot)

    def send(self, role: str, to: Address, data: bytes) -> None:
        self._node.sender(local_key(role).account()).send(to, data)

    def settle(self, leaves: EpochFile, file_hash: bytes) -> None:
        """Proposes the root of `leaves` under the file of `file_hash`, lets the window pass, finalises."""
        end, dataset = leaves.end, self.story.dataset
        proposal = AnnotationLedger.encode_propose(
            dataset, EPOCH, end.settlement_root, end.total_units, end.leaf_count, file_hash
        )
        self.send("coordinator", self._ledger, proposal)
        self._sold.ask("evm_increaseTime", 2)
        self._sold.ask("evm_mine")
        self.send("relayer", self._ledger, AnnotationLedger.encode_finalize(dataset, EPOCH))

    def claim(self, leaves: EpochFile, account: Address) -> None:
        """Takes out an account's shares, by the proof that only the proposer can make."""
        leaf = next(leaf for leaf in leaves.leaves if leaf.account == account)
        proof = tuple(tree_of(leaves.leaves).prove(leaf.index))
        claim = ShareClaim(EPOCH, leaf.index, account, leaf.units, leaf.penalty, proof)
        self.send("relayer", self.shares, DatasetShares.encode_claim_shares([claim]))

    def sell(self) -> None:
        """The buyer buys the licence that she has the download of."""
        dataset = self.story.dataset
        terms = self._node.run(self._registry.terms_of(dataset, "latest"))
        self.send("publisher", self._market, LicenseMarket.encode_set_price(dataset, 0, PRICE))
        self.send("buyer", terms.payment_token, Token.encode_approve(self._market, PRICE))
        deadline = self._node.head().timestamp + 300
        order = Order(dataset, 0, PRICE, terms.hash(), deadline, local_key("buyer").address)
        self.send("buyer", self._market, LicenseMarket.encode_buy(order))

    @property
    def shares(self) -> Address:
        return self._node.run(self._registry.shares_of(self.story.dataset, "latest"))
