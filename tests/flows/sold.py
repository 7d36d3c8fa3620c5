"""A small network on which everything has happened once: what the tests of `cota verify` look at.

Played by the public client against real processes, then all of them but the chain are stopped: what follows
has no service and no database to lean on. Two datasets:

- `settled`: labelled, settled, shares claimed and moved, a licence bought and renewed, royalties, payouts;
- `logged`: labelled and checkpointed. Its honest settlement happened once, was kept (epoch file, licensed
  export) and then taken back from the chain, so that a test may settle it otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from cota.chain.contracts import LicenseMarket, Token
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.client import CotaClient, NewItem
from cota.client.drafts import draft_terms
from cota.keys import local_key
from cota.networks import NETWORKS
from cota.units import Hash32, to_hex
from scripts.scenes.cast import contributor
from scripts.scenes.crew import Crew
from scripts.scenes.labelling import leased
from scripts.stack.anvil import ask
from scripts.stack.local import LocalStack
from tests.fixtures.stack import stack_of_its_own

CLASSES = ("heron", "ibis", "stork")
SCHEMA = {"kind": "choice", "question": "Which bird is it?", "classes": list(CLASSES)}
ITEMS, GOLD, ANNOTATORS = 12, 4, 5
DOLLAR = 10**6
PRICE = 1_000 * DOLLAR
BOUNTY = 50 * DOLLAR
WINDOWS = replace(NETWORKS["local"].windows, challenge_window=1)
PATIENCE_S = 60
NOWHERE = "127.0.0.1:9"
"""Nobody listens there."""


@dataclass(frozen=True)
class Story:
    """A dataset with its only epoch, and what its buyer was given."""

    dataset: Hash32
    license: int
    epoch_file: bytes
    export: Path

    @property
    def name(self) -> str:
        """As in every finding of the verifier."""
        return to_hex(self.dataset)[:10]


@dataclass(frozen=True)
class Sold:
    """The chain, and what is public or was bought."""

    rpc: str
    env: dict[str, str]
    epochs: Path
    """Folder of the epoch files of what is settled."""
    settled: Story
    logged: Story

    @property
    def deployment(self) -> Deployment:
        return Deployment.load("local", Path(self.env["COTA_DEPLOYMENTS"]))

    def ask(self, method: str, *params: object) -> Any:
        return ask(self.rpc, method, *params)


class Play:
    """The people, and what they do."""

    def __init__(self, stack: LocalStack, clients: ExitStack) -> None:
        self._stack, self._clients = stack, clients
        self.publisher = self._client(local_key("publisher").account())
        self.buyer = self._client(local_key("buyer").account())
        self.annotators = [self._client(contributor(f"verify {n}")) for n in range(ANNOTATORS)]

    def _client(self, account: Any) -> CotaClient:
        client = CotaClient(self._stack.api_url, account, self._stack.env["RPC_URL"])
        return self._clients.enter_context(client)

    def settle(self, title: str) -> Hash32:
        """A dataset of `ITEMS` items, labelled by everybody, and settled by the worker."""
        terms = draft_terms(
            publisher=self.publisher.address,
            coordinator=local_key("coordinator").address,
            payment_token=self.publisher.status.payment_token,
            schema=SCHEMA,
            seats=ANNOTATORS,
            price_floor=DOLLAR,
            windows=WINDOWS,
        )
        dataset = self.publisher.create_dataset(terms, SCHEMA, title)
        self.publisher.open_bounty(dataset, 300_000, BOUNTY)
        truths = [CLASSES[place % 3] for place in range(ITEMS)]
        items = [
            NewItem({"photo": f"{title} {place}", "truth": truth}, truth if place < GOLD else None)
            for place, truth in enumerate(truths)
        ]
        self.publisher.add_batch(dataset, items)
        self.publisher.wait_for(max(client.join(dataset).block or 0 for client in self.annotators))
        self.annotators[1].authorize_agent(dataset)
        for number, client in enumerate(self.annotators):
            for leases in leased(Crew(), client, dataset):
                client.annotate_many([(lease, answer(lease.content, number)) for lease in leases])
        self._wait_until_final(dataset)
        return dataset

    def _wait_until_final(self, dataset: Hash32) -> None:
        ends = time.monotonic() + PATIENCE_S
        while [epoch["state"] for epoch in self.publisher.epochs(dataset)] != ["finalized"]:
            assert time.monotonic() < ends, "the worker does not settle"
            time.sleep(0.1)

    def sell(self, dataset: Hash32) -> Story:
        """A licence, and the download that it opens."""
        self.publisher.set_price(dataset, PRICE)
        bought = self.buyer.buy(dataset)
        path = self._stack.folder / f"{to_hex(dataset)[:10]}.jsonl"
        export = self.buyer.download(bought.license, path, min_block=bought.block)
        file = self.publisher.http.get_bytes(f"/v1/datasets/{to_hex(dataset)}/epochs/1/file")
        return Story(dataset, bought.license, file, export)

    def trade(self, story: Story) -> None:
        """Everything that moves shares or money, at least once; one account leaves its shares unclaimed."""
        dataset, first, second = story.dataset, self.annotators[0], self.annotators[1]
        for client in self.annotators[:3]:
            self.publisher.wait_for(client.claim(dataset).block)
        self.publisher.node.sender(self.publisher.account).send(first.address, b"", 10**16)
        first.transfer_shares(dataset, second.address, 1_000_003)
        self.buyer.pay_royalty(dataset, story.license, 77 * DOLLAR + 1)
        self.publisher.withdraw_credit(dataset)
        self.renew(story)
        self.publisher.wait_for(self.buyer.pay(dataset, 5 * DOLLAR + 3).block_number)
        self.publisher.wait_for(second.claim(dataset).block)

    def renew(self, story: Story) -> None:
        market = self.buyer.contract_of(story.dataset, "market")
        token = self.buyer.status.payment_token
        self.buyer.send(token, Token.encode_approve(market, PRICE))
        terms, deadline = self.buyer.terms_hash_of(story.dataset), self.buyer.now() + 300
        self.buyer.send(market, LicenseMarket.encode_renew(story.license, PRICE, terms, deadline))


def answer(content: Any, number: int) -> str:
    """Three annotators know their birds, one errs now and then, one always says the same."""
    place = int(content["photo"].split()[-1])
    if number == ANNOTATORS - 1:
        return CLASSES[0]
    wrong = number == ANNOTATORS - 2 and place % 4 == 3
    return CLASSES[(CLASSES.index(content["truth"]) + wrong) % 3]


@pytest.fixture(scope="session")
def sold() -> Iterator[Sold]:
    """Built once for all tests of the verifier."""
    with stack_of_its_own("sold") as stack:
        settled, logged = play(stack)
        for name in ("worker", "indexer", "api", "postgres"):
            stack.process(name).stop()
        take_back(stack.env["RPC_URL"], logged)
        epochs = stack.folder / "epochs"
        epochs.mkdir()
        (epochs / "epoch-1.jsonl").write_bytes(settled.epoch_file)
        yield Sold(stack.env["RPC_URL"], alone(stack), epochs, settled, logged)


def alone(stack: LocalStack) -> dict[str, str]:
    """The environment of a verifier that has the chain, the deployment file, and nothing else."""
    return {
        "COTA_NETWORK": "local",
        "RPC_URL": stack.env["RPC_URL"],
        "COTA_DEPLOYMENTS": stack.env["COTA_DEPLOYMENTS"],
        "DATABASE_URL": f"postgresql+psycopg://nobody:nothing@{NOWHERE}/none",
        "COTA_API_URL": f"http://{NOWHERE}",
        "COTA_STORE": "file:///nowhere",
    }


def take_back(rpc: str, story: Story) -> None:
    """Rolls the chain back to the block before a story's settlement was proposed. From then on it only moves
    when somebody sends a transaction."""
    ask(rpc, "evm_setIntervalMining", 0)
    ask(rpc, "evm_setAutomine", True)
    topic = committed_catalogue().spec("AnnotationLedger", "SettlementProposed").topic
    wanted = {"fromBlock": "0x0", "topics": [topic, to_hex(story.dataset)]}
    logs: Any = ask(rpc, "eth_getLogs", wanted)
    head = int(str(ask(rpc, "eth_blockNumber")), 16)
    ask(rpc, "anvil_rollback", head - int(logs[0]["blockNumber"], 16) + 1)


def play(stack: LocalStack) -> tuple[Story, Story]:
    """Both stories to their end."""
    with ExitStack() as clients:
        people = Play(stack, clients)
        settled = people.sell(people.settle("waders"))
        people.trade(settled)
        logged = people.sell(people.settle("songbirds"))
    return settled, logged
