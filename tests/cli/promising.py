"""What tests of bounties by commands share: three wallets that label all there is, time, money, a plain refusal."""

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import Token
from cota.commitments.words import keccak
from cota.units import Address
from scripts.stack.anvil import ask
from tests.cli.story import ITEMS, Story, truth
from tests.cli.terminal import Outcome

LABELLERS = ["0x" + keccak(f"cli bounties: {name}".encode()).hex() for name in ("dora", "eva", "fay")]


def dollars(story: Story, node: BlockingNode, key: str) -> int:
    dollar = Token(node.client, Address(story.run("status")["contracts"]["TestDollar"]))
    return node.run(dollar.balance_of(Address(story.people.address(key)), "latest"))


def label(story: Story, dataset: str) -> None:
    rows = "".join(f"p{n},{truth(n)}\n" for n in range(ITEMS))
    answers = story.write(f"{dataset[:8]}.csv", f"item,label\n{rows}")
    for number, key in enumerate(LABELLERS):
        story.run("join", dataset, "--yes", key=key)
        words = ("submit", dataset, "--labels", answers, "--item-field", "photo")
        story.run(*words, key=key, COTA_BACKUP=str(story.folder / f"{dataset[:8]}-{number}.jsonl"))


def pass_time(story: Story, seconds: int) -> None:
    ask(story.people.rpc, "evm_increaseTime", seconds)
    ask(story.people.rpc, "evm_mine")


def refused(answer: Outcome, *words: str) -> None:
    assert (answer.code, answer.out) == (1, ""), answer
    assert answer.err.count("\n") <= 2
    for one in words:
        assert one in answer.complaint
