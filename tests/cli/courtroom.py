"""A dataset to appeal against and one to challenge: **Room** -> tests of disputes and of those who judge them."""

from __future__ import annotations

import time
from functools import cached_property

from eth_account import Account

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import AnnotationLedger, DatasetRegistry, ProposalState, SettlementCourt, Token
from cota.commitments.words import keccak
from cota.units import Address, parse_hash32
from tests.cli.story import ITEMS, PATIENCE_S, Story, publish, truth

COTA, SHARE = 10**18, 10**6
BOND, FEE = 50 * COTA, 3 * 10**15
EVIDENCE = "0x" + "e1" * 32
DORA = "0x" + keccak(b"cli disputes: dora").hex()
EVA = "0x" + keccak(b"cli disputes: eva").hex()
FAY = "0x" + keccak(b"cli disputes: fay").hex()
GIL = "0x" + keccak(b"cli disputes: gil").hex()


class Room:
    """A dataset whose epoch is final, one whose settlement is still open, each made when it is first named; and what
    the chain says."""

    def __init__(self, story: Story, node: BlockingNode) -> None:
        self.story, self.node = story, node
        contracts = story.run("status")["contracts"]
        registry = DatasetRegistry(node.client, Address(contracts["DatasetRegistry"]))
        serving = node.run(registry.version(node.run(registry.latest_version("latest")), "latest"))
        self.ledger = AnnotationLedger(node.client, serving.ledger)
        self.court = SettlementCourt(node.client, serving.court)
        self.cota = Token(node.client, Address(contracts["CotaToken"]))

    @cached_property
    def final(self) -> str:
        return self._labelled("appealed")

    @cached_property
    def proposed(self) -> str:
        return self._labelled("challenged")

    def _labelled(self, title: str) -> str:
        window = 1 if title == "appealed" else 3_600
        terms = {
            "appeal_period": 3_600,
            "penalty_period": 7_200,
            "challenge_bond": "50",
            "settle_period": 7_200,
            "audit_fee": "2",
        }
        dataset = publish(self.story, title, **terms, challenge_window=window)
        rows = "".join(f"p{n},{truth(n)}\n" for n in range(ITEMS))
        answers = self.story.write(f"{title}.csv", f"item,label\n{rows}")
        for number, key in enumerate((DORA, FAY, GIL)):
            self.story.run("join", dataset, "--yes", key=key)
            words = ("submit", dataset, "--labels", answers, "--item-field", "photo")
            backup = self.story.folder / f"{title}-{number}.jsonl"
            self.story.run(*words, key=key, COTA_BACKUP=str(backup))
        return dataset

    def wait(self, dataset: str, state: ProposalState) -> None:
        ends = time.monotonic() + PATIENCE_S
        while self.node.run(self.ledger.proposal_of(parse_hash32(dataset), 1, "latest")).state is not state:
            assert time.monotonic() < ends, f"never {state.name}"
            time.sleep(0.3)

    def equip(self, key: str, amount: int) -> None:
        """Gas, and COTA from whoever has all of it."""
        self.story.people.give_gas(key)
        sender = self.node.sender(Account.from_key(self.story.people.treasurer))
        to = Address(self.story.people.address(key))
        sender.send(self.cota.address, Token.encode_transfer(to, amount))

    def held(self, key: str) -> tuple[int, int]:
        """(COTA in the wallet, what the court may take of it)."""
        owner = Address(self.story.people.address(key))
        allowance = self.cota.allowance(owner, self.court.address, "latest")
        return self.node.run(self.cota.balance_of(owner, "latest")), self.node.run(allowance)
