"""A small real story on the deployed contracts, told act by act: what the mirror's tests mirror.

Every act is a transaction that succeeded. Roots that no contract opens are random; the settlement's are real.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode

from cota.chain.abi import committed_abis
from cota.chain.blocking import BlockingNode, BlockingSender
from cota.chain.contracts import (
    AnnotationLedger,
    DatasetRegistry,
    DatasetShares,
    LicenseMarket,
    LocalDollar,
    Order,
    ShareClaim,
    StakeVault,
    Token,
)
from cota.chain.sender import Receipt
from cota.chain.terms import DatasetState, PreviewPolicy, Terms, TransferPolicy, terms_type
from cota.commitments.settlement_tree import SettlementTree, leaf
from cota.keys import anvil_key, local_key
from cota.units import Address, Hash32
from tests.fixtures.deployed import Deployed

DOLLAR = 10**6
UNITS = 10**9
FAR = 2**40 - 1


@dataclass
class Dataset:
    id: Hash32
    terms: Terms
    shares: DatasetShares
    rows: int = 0
    epochs: int = 0
    claims: list[ShareClaim] = field(default_factory=list)


class Stage:
    """Actors are roles ("publisher", "relayer", ...) or numbers of the node's accounts."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self.node = BlockingNode([deployed.anvil.url], deployed.anvil.chain_id)
        self._senders: dict[str | int, BlockingSender] = {}
        client = self.node.client
        self.registry = DatasetRegistry.of(client, deployed.deployment)
        self.ledger = AnnotationLedger.of(client, deployed.deployment)
        self.vault = StakeVault.of(client, deployed.deployment)
        self.market = LicenseMarket.of(client, deployed.deployment)
        self.dollar = LocalDollar.of(client, deployed.deployment)
        self.cota = Token.of(client, deployed.deployment)

    def close(self) -> None:
        self.node.close()

    def address(self, actor: str | int) -> Address:
        return (local_key(actor) if isinstance(actor, str) else anvil_key(actor)).address

    def send(self, actor: str | int, to: Address | None, data: bytes, value: int = 0) -> Receipt:
        if actor not in self._senders:
            key = local_key(actor) if isinstance(actor, str) else anvil_key(actor)
            self._senders[actor] = self.node.sender(key.account())
        return self._senders[actor].send(to, data, value)

    def terms(self, **changes: Any) -> Terms:
        values: dict[str, Any] = {
            "publisher": self.address("publisher"),
            "publisher_bps": 2_000,
            "treasury_bps": 500,
            "supply_cap": 10**18,
            "coordinator": self.address("coordinator"),
            "units_per_label": UNITS,
            "challenge_window": 0,
            "successor": self.address("deployer"),
            "settle_period": 600,
            "receipt_period": 0,
            "checkpoint_period": 0,
            "payment_token": self.dollar.address,
            "response_period": 5,
            "claim_period": 60,
            "appeal_period": 0,
            "price_floor": DOLLAR,
            "stake": 100,
            "penalty_cap": 60,
            "challenge_bond": 1,
            "proposer_bond": 10,
            "audit_fee": 1,
            "penalty_period": 1,
            "reporting_period": 0,
            "price_delay": 3_600,
            "license_term": 0,
            "transfers_locked_until": 0,
            "seats": 3,
            "transfer_policy": TransferPolicy.OPEN,
            "preview_policy": PreviewPolicy.NONE,
            "credential": bytes(32),
            "rules_hash": b"\1" * 32,
            "schema_hash": b"\2" * 32,
            "draw_commitment": b"\3" * 32,
        }
        return Terms(**{**values, **changes})

    def create_dataset(self, uri: bytes = b"https://example.org/birds", **changes: Any) -> Dataset:
        terms, salt = self.terms(**changes), secrets.token_bytes(32)
        created = committed_abis()["DatasetRegistry"].function("createDataset")
        # As `bytes`, which is encoded alike: a Solidity string may hold what no Python string can.
        data = created.selector + encode([terms_type(), "bytes32", "bytes"], [terms.values(), salt, uri])
        self.send("publisher", self.registry.address, data)
        wanted = self.registry.dataset_id(terms.publisher, terms.hash(), salt, "latest")
        dataset = self.node.run(wanted)
        shares = self.node.run(self.registry.shares_of(dataset, "latest"))
        return Dataset(dataset, terms, DatasetShares(self.node.client, shares))

    def add_batch(self, dataset: Dataset, count: int = 10) -> None:
        roots = secrets.token_bytes(32), secrets.token_bytes(32)
        self.send(
            "publisher", self.registry.address, self.registry.encode_add_batch(dataset.id, *roots, count)
        )

    def set_state(self, dataset: Dataset, state: DatasetState) -> None:
        self.send("publisher", self.registry.address, self.registry.encode_set_state(dataset.id, state))

    def stake(self, actor: int, amount: int) -> None:
        give = self.cota.encode_transfer(self.address(actor), amount)
        self.send("deployer", self.cota.address, give)
        self.send(actor, self.cota.address, self.cota.encode_approve(self.vault.address, amount))
        self.send(actor, self.vault.address, self.vault.encode_deposit(self.address(actor), amount))

    def join(self, dataset: Dataset, actor: int) -> None:
        terms, account = dataset.terms, self.address(actor)
        nonce = secrets.randbits(256)
        data = self.vault.encode_join(dataset.id, account, terms.hash(), terms.penalty_cap, nonce, FAR)
        self.send(actor, self.vault.address, data)

    def leave(self, dataset: Dataset, actor: int) -> None:
        data = self.vault.encode_leave(dataset.id, self.address(actor), secrets.randbits(256), FAR)
        self.send(actor, self.vault.address, data)

    def release(self, dataset: Dataset, actor: int, checkpoint: int) -> None:
        """Once the penalty period is over."""
        self.deployed.anvil.rpc("evm_increaseTime", [dataset.terms.penalty_period])
        self.deployed.anvil.rpc("evm_mine", [])
        data = self.vault.encode_release(dataset.id, self.address(actor), checkpoint)
        self.send(actor, self.vault.address, data)

    def run_epoch(self, dataset: Dataset, units: Sequence[tuple[int, int]]) -> None:
        """Checkpoint, proposal, finalisation; `units` by actor. The claims are kept with the dataset."""
        self.finalize(dataset, self.propose_epoch(dataset, units))

    def finalize(self, dataset: Dataset, epoch: int) -> None:
        self.send("coordinator", self.ledger.address, self.ledger.encode_finalize(dataset.id, epoch))

    def propose_epoch(self, dataset: Dataset, units: Sequence[tuple[int, int]]) -> int:
        """Checkpoint and proposal; the epoch's number."""
        dataset.rows, dataset.epochs = dataset.rows + 10, dataset.epochs + 1
        root = secrets.token_bytes(32)
        data = self.ledger.encode_checkpoint(dataset.id, dataset.rows, root, secrets.token_bytes(32))
        self.send("coordinator", self.ledger.address, data)
        self.propose(dataset, dataset.epochs, units)
        return dataset.epochs

    def propose(self, dataset: Dataset, epoch: int, units: Sequence[tuple[int, int]]) -> None:
        """A settlement of a checkpoint that is there, the first or another attempt."""
        ledger, chain = self.ledger, self.node.client.chain_id
        listed = sorted((self.address(actor), amount) for actor, amount in units)
        leaves = [
            leaf(chain, ledger.address, dataset.id, epoch, n, account, amount, 0)
            for n, (account, amount) in enumerate(listed)
        ]
        tree = SettlementTree(leaves)
        total = sum(amount for _, amount in listed)
        data = ledger.encode_propose(
            dataset.id, epoch, tree.root, total, len(leaves), secrets.token_bytes(32)
        )
        self.send("coordinator", ledger.address, data)
        dataset.claims += [
            ShareClaim(epoch, n, account, amount, 0, tuple(tree.prove(n)))
            for n, (account, amount) in enumerate(listed)
        ]

    def claim_shares(self, dataset: Dataset) -> None:
        data = dataset.shares.encode_claim_shares(dataset.claims)
        self.send("relayer", dataset.shares.address, data)
        dataset.claims = []

    def transfer(self, dataset: Dataset, actor: int, recipient: int, amount: int) -> None:
        data = dataset.shares.encode_transfer(self.address(recipient), amount)
        self.send(actor, dataset.shares.address, data)

    def pay(self, dataset: Dataset, amount: int = 3 * DOLLAR) -> None:
        approve = self.dollar.encode_approve(dataset.shares.address, amount)
        self.send("buyer", self.dollar.address, approve)
        self.send("buyer", dataset.shares.address, dataset.shares.encode_pay(amount))

    def claim(self, dataset: Dataset, actor: int) -> None:
        self.send("relayer", dataset.shares.address, dataset.shares.encode_claim_for(self.address(actor)))

    def set_price(self, dataset: Dataset, price: int) -> None:
        self.send("publisher", self.market.address, self.market.encode_set_price(dataset.id, 0, price))

    def buy(self, dataset: Dataset, price: int) -> None:
        buyer = self.address("buyer")
        order = Order(dataset.id, 0, price, dataset.terms.hash(), FAR, buyer)
        self.send("buyer", self.dollar.address, self.dollar.encode_approve(self.market.address, price))
        self.send("buyer", self.market.address, self.market.encode_buy(order))

    def play(self) -> Dataset:
        """The whole story: every event that the main job makes, at least once."""
        dataset = self.create_dataset()
        self.add_batch(dataset)
        self.add_batch(dataset, 5)
        for actor in (8, 9):
            self.stake(actor, 250)
            self.join(dataset, actor)
        self.run_epoch(dataset, [(8, UNITS), (9, 2 * UNITS)])
        self.pay(dataset)
        self.claim_shares(dataset)
        self.transfer(dataset, 9, 8, 7)
        self.set_price(dataset, 5 * DOLLAR)
        self.buy(dataset, 5 * DOLLAR)
        self.set_price(dataset, 6 * DOLLAR)
        self.claim(dataset, 8)
        self.leave(dataset, 9)
        self.deployed.anvil.rpc("evm_increaseTime", [5])
        self.run_epoch(dataset, [(8, UNITS)])
        self.release(dataset, 9, 2)
        self.set_state(dataset, DatasetState.PAUSED)
        return dataset
