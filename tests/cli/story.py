"""A small whole story told in commands: publisher creates, annotators join and label, the worker settles.

Two datasets at once, so that the windows are waited for once: `birds` is paid in the network's dollar, `plain`
in a token without permits. Ana labels some items by hand and the rest from a file, Bia from a file named by
item references, Caio's labels are signed by an agent on a machine without his wallet.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account

from cota.commitments.words import keccak
from cota.keys import local_key
from scripts.stack.anvil import ask
from tests.cli.plain_token import put_plain_token
from tests.cli.terminal import Outcome, Terminal

CLASSES = ("heron", "ibis", "stork")
ITEMS, GOLD = 9, 6
PATIENCE_S = 60


@dataclass
class People:
    """Their keys; annotators own neither tokens nor gas."""

    rpc: str
    publisher: str = local_key("publisher").reveal()
    buyer: str = local_key("buyer").reveal()
    treasurer: str = local_key("deployer").reveal()
    """Owns all COTA that nobody else does."""
    ana: str = "0x" + keccak(b"cli story: ana").hex()
    bia: str = "0x" + keccak(b"cli story: bia").hex()
    caio: str = "0x" + keccak(b"cli story: caio").hex()
    stranger: str = "0x" + keccak(b"cli story: stranger").hex()

    @staticmethod
    def address(key: str) -> str:
        return str(Account.from_key(key).address)

    def give_gas(self, key: str) -> None:
        """Somebody lends gas: only who sends transactions herself needs any."""
        ask(self.rpc, "anvil_setBalance", self.address(key), hex(10**18))


@dataclass
class Story:
    terminal: Terminal
    people: People
    folder: Path
    birds: str = ""
    plain: str = ""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """What was said on the way, by the step's name."""

    def run(self, *words: str, **options: Any) -> dict[str, Any]:
        """A command that must succeed; its one JSON object."""
        return self.terminal.run(*words, "--json", **options).json()

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def backup(self, who: str) -> Path:
        return self.folder / f"{who}-backup.jsonl"


def play(terminal: Terminal, people: People, folder: Path) -> Story:
    """To the point where the first epoch of both datasets is settled."""
    story = Story(terminal, people, folder)
    token = put_plain_token(people.rpc, terminal.environment["COTA_DEPLOYMENTS"])
    story.birds = publish(story, "birds")
    story.plain = publish(story, "plain", payment_token=token)
    for dataset in (story.birds, story.plain):
        for key in (people.ana, people.bia, people.caio):
            story.run("join", dataset, "--yes", key=key)
    label(story)
    for dataset in (story.birds, story.plain):
        wait_until_settled(story, dataset)
    return story


def publish(story: Story, title: str, **terms: Any) -> str:
    """A dataset with items, by two files."""
    schema = {"kind": "choice", "question": "Which bird is it?", "classes": list(CLASSES)}
    usual = {"seats": 3, "price_floor": "1.5", "stake": "50", "penalty_cap": "10", "challenge_window": 1}
    wanted = {"title": title, "description": "Waders", "schema": schema} | usual | terms
    file = story.write(f"{title}.json", json.dumps(wanted))
    created = story.terminal.run("dataset", "create", file, "--yes", "--json", key=story.people.publisher)
    story.outcomes[f"create {title}"] = created
    dataset = str(created.json()["dataset"])
    batch = story.write(f"{title}-items.jsonl", "".join(f"{json.dumps(item(n))}\n" for n in range(ITEMS)))
    added = story.terminal.run("dataset", "add-batch", dataset, batch, "--json", key=story.people.publisher)
    story.outcomes[f"add {title}"] = added
    assert added.json()["added"]
    return dataset


def item(number: int) -> dict[str, Any]:
    content = {"photo": f"p{number}", "truth": truth(number)}
    return {"content": content} | ({"gold": truth(number)} if number < GOLD else {})


def truth(number: int) -> str:
    return CLASSES[number % 3]


def label(story: Story) -> None:
    """Everybody in another way, and all of both datasets."""
    people, ana = story.people, str(story.backup("ana"))
    by_photo = "item,label\n" + "".join(f"p{n},{truth(n)}\n" for n in range(ITEMS))
    answers = story.write("answers.csv", by_photo)
    for dataset in (story.birds, story.plain):
        if dataset == story.birds:
            typed = "nonsense\ns\nheron\n2\nq\n"
            worked = story.terminal.run(
                "work", dataset, "--json", key=people.ana, typed=typed, COTA_BACKUP=ana
            )
            story.outcomes["work"] = worked
        submit = ("submit", dataset, "--labels", answers, "--item-field", "photo", "--json")
        story.outcomes["submit ana"] = story.terminal.run(*submit, key=people.ana, COTA_BACKUP=ana)
        agent = str(story.folder / f"caio-{dataset[:8]}.agent")
        story.run("agent", "authorise", dataset, "--out", agent, key=people.caio)
        story.outcomes["submit caio"] = story.terminal.run(
            *submit, "--agent", agent, COTA_BACKUP=str(story.backup("caio"))
        )
        story.outcomes["submit bia"] = submit_by_reference(story, dataset)
    for who in ("ana", "bia", "caio"):
        assert story.outcomes[f"submit {who}"].code == 0, story.outcomes[f"submit {who}"]


def submit_by_reference(story: Story, dataset: str) -> Outcome:
    """Takes the items, answers them elsewhere, sends the file."""
    bia = {"key": story.people.bia, "COTA_BACKUP": str(story.backup("bia"))}
    taken = story.run("work", dataset, "--take", "50", **bia)["items"]
    answers = [{"item": one["item"], "label": one["content"]["truth"]} for one in taken]
    file = story.write("bia.jsonl", "".join(f"{json.dumps(one)}\n" for one in answers))
    return story.terminal.run("submit", dataset, "--labels", file, "--json", **bia)


def wait_until_settled(story: Story, dataset: str) -> Mapping[str, Any]:
    ends = time.monotonic() + PATIENCE_S
    while True:
        epochs = story.run("dataset", "epochs", dataset)["epochs"]
        if [one["state"] for one in epochs] == ["finalized"]:
            return dict(epochs[0])
        assert time.monotonic() < ends, "the worker does not settle"
        time.sleep(0.3)
