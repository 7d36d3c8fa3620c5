"""A running service in one process: chain, indexer, database, application, and the people who use it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from sqlalchemy import text

from cota import settings
from cota.app import create_app
from cota.auth import siwe
from cota.auth.typed import Domain
from cota.chain.client import NodeClient
from cota.chain.contracts import DatasetRegistry, LicenseMarket, LocalDollar, Order
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt, Sender
from cota.chain.terms import PreviewPolicy, Terms, TransferPolicy
from cota.commitments import hashes
from cota.commitments.log_tree import root
from cota.http.services import Services, open_services
from cota.indexer.follow import FollowOptions
from cota.indexer.options import IndexerOptions
from cota.indexer.run import Indexer
from cota.keys import local_key
from cota.scoring import NEWEST, rules_hash
from cota.units import Address, to_hex
from cota.worker import Work
from tests.api.wallets import Wallet, join_body, label_body, soon
from tests.fixtures.deployed import Deployed

API_URL = "http://cota.test"
CLASSES = ["heron", "ibis", "stork"]
SCHEMA = {"kind": "choice", "question": "Which bird is it?", "classes": CLASSES}
DOLLAR = 10**6


@dataclass
class Dataset:
    """A dataset on chain, with the items that its publisher keeps."""

    id: bytes
    terms: Terms
    terms_hash: bytes
    shares: Address
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/v1/datasets/{to_hex(self.id)}"


class World:
    """Everything that a test of the API talks to."""

    def __init__(self, deployed: Deployed, services: Services, http: httpx2.AsyncClient) -> None:
        self.deployed = deployed
        self.services = services
        self.http = http
        self.publisher = Wallet(bytes(local_key("publisher").account().key))
        self.buyer = Wallet(bytes(local_key("buyer").account().key))
        self.ledger = Domain(services.chain_id, deployed.address("AnnotationLedger"))
        self.vault = Domain(services.chain_id, deployed.address("StakeVault"))
        self.work = Work(services)
        self._tokens: dict[Address, str] = {}

    # --- chain

    async def send(self, role: str, to: str, data: bytes) -> Receipt:
        sender = Sender(self.services.node, local_key(role).account())
        return await sender.send(Address(to), data)

    async def indexed(self, block: int | None = None) -> None:
        """Waits until a block, or all there is now, is in the mirror."""
        wanted = (await self.services.node.head()).number if block is None else block
        await self.services.freshness.wait_for(wanted)

    async def mine(self, seconds: int = 0) -> None:
        """Lets time pass for the chain, and mines a block."""
        if seconds:
            await self.services.node.request("evm_increaseTime", seconds)
        await self.services.node.request("evm_mine")
        await self.indexed()

    # --- people

    async def sign_in(self, wallet: Wallet) -> dict[str, str]:
        """The header of a session."""
        if wallet.address not in self._tokens:
            given = (await self.http.post("/v1/auth/nonce")).json()
            message = siwe.build_message(
                domain=given["domain"], address=wallet.address, uri=given["uri"], chain_id=given["chain_id"],
                nonce=given["nonce"], issued_at=soon(0),
            )  # fmt: skip
            body = {"message": message, "signature": wallet.sign_text(message)}
            self._tokens[wallet.address] = (await self.http.post("/v1/auth/sign-in", json=body)).json()[
                "token"
            ]
        return {"Authorization": f"Bearer {self._tokens[wallet.address]}"}

    async def member(self, dataset: Dataset, wallet: Wallet | None = None) -> Wallet:
        """A wallet that has joined by the relayer."""
        wallet = wallet or Wallet()
        body = join_body(wallet, self.vault, dataset.id, dataset.terms_hash, dataset.terms.penalty_cap)
        answer = await self.http.post(f"{dataset.path}/join", json=body)
        assert answer.status_code == 202, answer.text
        await self.indexed(answer.json()["block_number"])
        return wallet

    # --- datasets

    async def create_dataset(
        self, items: int = 10, gold: int = 2, *, upload: bool = True, schema: Any = SCHEMA, **changes: Any
    ) -> Dataset:
        """A dataset of `items` items, the first `gold` of which have a known label. Another `schema`: without items."""
        terms = self.terms(**{"schema_hash": hashes.schema_hash(schema), **changes})
        salt = secrets.token_bytes(32)
        registry = DatasetRegistry.of(self.services.node, self.deployed.deployment)
        data = DatasetRegistry.encode_create_dataset(terms, salt, "https://example.org/birds")
        await self.send("publisher", registry.address, data)
        made = await registry.dataset_id(terms.publisher, terms.hash(), salt, "latest")
        dataset = Dataset(made, terms, terms.hash(), await registry.shares_of(made, "latest"))
        await self.indexed()
        await self.tell(dataset, schema)
        if upload and schema is SCHEMA:
            await self.add_batch(dataset, items, gold)
        return dataset

    def terms(self, **changes: Any) -> Terms:
        values: dict[str, Any] = dict(
            publisher=self.publisher.address, publisher_bps=2_000, treasury_bps=500, supply_cap=10**18,
            coordinator=local_key("coordinator").address, units_per_label=10**9, challenge_window=0,
            successor=local_key("deployer").address, settle_period=600, receipt_period=600, checkpoint_period=600,
            payment_token=self.deployed.address("TestDollar"), response_period=5, claim_period=60, appeal_period=0,
            price_floor=DOLLAR, stake=100, penalty_cap=60, challenge_bond=1, proposer_bond=10, audit_fee=1,
            penalty_period=1, reporting_period=0, price_delay=3_600, license_term=0, transfers_locked_until=0, seats=3,
            transfer_policy=TransferPolicy.OPEN, preview_policy=PreviewPolicy.NONE, credential=bytes(32),
            rules_hash=rules_hash(NEWEST), schema_hash=hashes.schema_hash(SCHEMA), draw_commitment=bytes(32),
        )  # fmt: skip
        return Terms(**{**values, **changes})

    async def tell(self, dataset: Dataset, schema: Any = SCHEMA) -> None:
        body = {"schema": schema, "title": "Birds", "description": "Waders"}
        headers = await self.sign_in(self.publisher)
        answer = await self.http.post(f"{dataset.path}/details", json=body, headers=headers)
        assert answer.status_code == 204, answer.text

    async def add_batch(self, dataset: Dataset, items: int, gold: int) -> None:
        """Uploads a batch and commits its roots."""
        await self.add_items(dataset, batch_body(items, gold, len(dataset.items)))

    async def add_items(self, dataset: Dataset, body: dict[str, Any]) -> None:
        headers = await self.sign_in(self.publisher)
        answer = await self.http.post(f"{dataset.path}/batches", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        dataset.items += body["items"]
        roots = (bytes.fromhex(body[name][2:]) for name in ("items_root", "gold_root"))
        data = DatasetRegistry.encode_add_batch(dataset.id, *roots, len(body["items"]))
        await self.send("publisher", self.deployed.address("DatasetRegistry"), data)
        await self.indexed()

    # --- work

    async def lease(self, dataset: Dataset, wallet: Wallet, count: int = 1) -> list[dict[str, Any]]:
        headers = await self.sign_in(wallet)
        answer = await self.http.post(f"{dataset.path}/leases", json={"count": count}, headers=headers)
        assert answer.status_code == 200, answer.text
        leases: list[dict[str, Any]] = answer.json()["leases"]
        return leases

    async def label(
        self, dataset: Dataset, wallet: Wallet, label: Any = "heron", **changes: Any
    ) -> dict[str, Any]:
        """Leases an item and makes the signed body for it."""
        (lease,) = await self.lease(dataset, wallet)
        return label_body(wallet, self.ledger, dataset.id, lease, label, **changes)

    async def submit(self, dataset: Dataset, body: dict[str, Any]) -> httpx2.Response:
        return await self.http.post(f"{dataset.path}/annotations", json=body)

    async def label_all(self, dataset: Dataset, wallets: Sequence[Wallet], accuracy: float = 0.9) -> int:
        """Every wallet labels all it can get; wrong now and then. Returns the rows."""
        rows = 0
        for number, wallet in enumerate(wallets):
            while True:
                headers = await self.sign_in(wallet)
                answer = await self.http.post(f"{dataset.path}/leases", json={"count": 50}, headers=headers)
                if answer.status_code == 404:
                    break
                bodies = [
                    label_body(wallet, self.ledger, dataset.id, lease, answer_to(lease, accuracy, number))
                    for lease in answer.json()["leases"]
                ]
                results = await self.http.post(
                    f"{dataset.path}/annotations/batch", json={"annotations": bodies}
                )
                assert [one["status"] for one in results.json()["results"]] == [201] * len(bodies), (
                    results.text
                )
                rows += len(bodies)
        return rows

    async def settle(self, dataset: Dataset) -> list[str]:
        """Lets the worker do all it can, letting the chain's time pass."""
        done = await self.work.advance(dataset.id)
        await self.mine(dataset.terms.challenge_window + 1)
        return done + await self.work.advance(dataset.id)

    async def buy(self, dataset: Dataset, price: int = 100 * DOLLAR, role: str = "buyer") -> tuple[int, int]:
        """(licence, block)."""
        market = LicenseMarket.of(self.services.node, self.deployed.deployment)
        dollar = LocalDollar.of(self.services.node, self.deployed.deployment)
        if not await market.price_of(dataset.id, 0, "latest"):
            await self.send("publisher", market.address, LicenseMarket.encode_set_price(dataset.id, 0, price))
        await self.send(role, dollar.address, LocalDollar.encode_approve(market.address, price))
        order = Order(dataset.id, 0, price, dataset.terms_hash, soon(), local_key(role).address)
        receipt = await self.send(role, market.address, LicenseMarket.encode_buy(order))
        return int.from_bytes(receipt.result, "big"), receipt.block_number

    async def count(self, table: str, dataset: Dataset) -> int:
        """Rows of a private table for a dataset."""
        async with self.services.database.read() as session:
            found = await session.execute(
                text(f"SELECT count(*) FROM {table} WHERE dataset = :d"), {"d": dataset.id}
            )
            return int(found.scalar_one())


def answer_to(lease: dict[str, Any], accuracy: float, number: int) -> str:
    """The truth stands in the item; a worker errs on items of her own, the same ones in every run of the tests:
    by their content, for an item's reference holds a random salt, and one run in 500 would look like leaked gold.
    """
    content = lease["item"]["content"]
    truth: str = content["truth"]
    draw = hashes.keccak(f"{content['image']}:{number}".encode())
    return truth if draw[0] / 256 < accuracy else CLASSES[(CLASSES.index(truth) + 1 + draw[1] % 2) % 3]


def batch_body(count: int, gold: int, first_item: int, *, salted: bytes = b"") -> dict[str, Any]:
    items = []
    for place in range(count):
        truth = CLASSES[(first_item + place) % 3]
        items.append(
            {
                "content": {"image": f"https://example.org/{first_item + place}.jpg", "truth": truth},
                "item_salt": to_hex(secrets.token_bytes(32)),
                "gold_label": truth if place < gold else None,
                "gold_salt": to_hex(secrets.token_bytes(32)),
            }
        )
    return {"items": items, **roots_of(items, first_item)}


def roots_of(items: Sequence[dict[str, Any]], first_item: int) -> dict[str, str]:
    refs = [
        hashes.item_ref(hashes.item_hash(one["content"]), bytes.fromhex(one["item_salt"][2:]))
        for one in items
    ]
    leaves = [
        hashes.gold_leaf(
            first_item + place,
            None if one["gold_label"] is None else hashes.label_hash(one["gold_label"]),
            bytes.fromhex(one["gold_salt"][2:]),
        )
        for place, one in enumerate(items)
    ]
    return {"items_root": to_hex(root(refs)), "gold_root": to_hex(root(leaves))}


@asynccontextmanager
async def open_world(deployed: Deployed, database_url: str) -> AsyncIterator[World]:
    """Starts indexer and application in this process."""
    # Whichever items a wallet is drawn, its part of a bounty is worth its gas unless a test means it not to be.
    own = {"DATABASE_URL": database_url, "COTA_API_URL": API_URL, "COTA_BOUNTY_LEAST": "100"}
    found = settings.load(environ={**deployed.env, **own})
    options = IndexerOptions(is_local=True, poll_seconds=0.05, follow=FollowOptions(trusts_lower_head=True))
    client = NodeClient(found.rpc_urls, found.network.chain_id)
    load = lambda: Deployment.load("local", deployed.deployments)  # noqa: E731
    indexer = Indexer(database_url, client, load, committed_catalogue(), options)
    async with client, open_services(found) as services:
        running = asyncio.create_task(indexer.run())
        transport = httpx2.ASGITransport(create_app(services), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=API_URL) as http:
            world = World(deployed, services, http)
            await world.indexed()
            yield world
        indexer.stop()
        await running
