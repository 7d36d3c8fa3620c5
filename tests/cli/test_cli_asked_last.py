"""Nobody is asked about what is refused anyway: what can be known is said first, and neither a question nor a password
comes before it. Nothing is typed here, and --yes is not given."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from eth_account import Account

from cota.commitments.words import keccak
from scripts.stack.anvil import ask
from tests.cli.story import Story, publish, truth

UNKNOWN = "0x" + "77" * 32
SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
GUS = "0x" + keccak(b"asked last: gus").hex()


@pytest.fixture(scope="module")
def closed(story: Story) -> str:
    """A dataset that takes no work any more, with an exam."""
    dataset = publish(story, "over")
    questions = [{"content": {"photo": f"e{n}"}, "gold": truth(n)} for n in range(3)]
    file = story.write("over.jsonl", "".join(f"{json.dumps(one)}\n" for one in questions))
    publisher = story.people.publisher
    story.run("exam", "set", dataset, file, "--ask", "2", "--pass", "1", "--attempts", "1", key=publisher)
    story.run("dataset", "close", dataset, "--yes", key=publisher)
    return dataset


def refused(story: Story, *words: str, key: str, says: str) -> None:
    told = story.terminal.run(*words, key=key)
    assert (told.code, told.out) == (1, ""), words
    assert says in told.complaint, (words, told.complaint)
    assert "[y/N]" not in told.err, words


def test_question__about_what_the_contracts_refuse__is_not_asked(story: Story, closed: str) -> None:
    people = story.people
    publisher, stranger = people.publisher, people.buyer
    refused(story, "bounty", "close", "77", key=publisher, says="UnknownBounty(bounty=77)")
    refused(story, "dataset", "close", story.birds, key=stranger, says="NotPublisher(")
    refused(story, "dataset", "close", closed, key=publisher, says="dataset=")
    refused(story, "dataset", "archive", story.birds, key=stranger, says="NotPublisher(")
    refused(story, "buy", closed, key=stranger, says="is not sold")
    refused(story, "audit", "open", story.birds, "1", key=stranger, says="dataset=")
    refused(story, "audit", "open", story.birds, "99", key=stranger, says="chain-reverted")
    refused(story, "successor", "name", people.address(stranger), key=stranger, says="chain-reverted")
    refused(story, "successor", "complete", SOMEBODY, key=stranger, says="chain-reverted")
    refused(story, "case", "appeal", story.birds, "99", key=stranger, says="the dataset has no case 99")
    refused(story, "renew", "999", key=stranger, says="unknown-license")


def test_question__about_what_the_wallet_lacks__is_not_asked(story: Story) -> None:
    story.people.give_gas(GUS)
    publisher = story.people.publisher
    priced = story.run("dataset", "show", story.plain)["prices"]
    if not priced:
        story.run("dataset", "price", story.plain, "7.5", key=publisher)
    refused(story, "buy", story.plain, key=GUS, says="the wallet holds 0 ")
    with_limit = story.terminal.run("buy", story.plain, "--max-price", "100", key=GUS)
    assert "the wallet holds 0 " in with_limit.complaint
    # Nothing was allowed for a purchase that cannot be.
    assert ask(story.people.rpc, "eth_getTransactionCount", story.people.address(GUS), "latest") == "0x0"


def test_question__before_joining_and_leaving__is_asked_of_who_can(story: Story, closed: str) -> None:
    ana = story.people.ana
    refused(story, "join", closed, key=GUS, says="dataset-not-open: ")
    refused(story, "leave", story.birds, key=GUS, says="not-a-member: ")
    refused(story, "join", story.birds, key=story.people.publisher, says="own-dataset: ")
    stopped = story.terminal.run("leave", story.birds, key=ana)
    assert "[y/N]" in stopped.err
    assert stopped.complaint == "cota: nothing was done: not confirmed (--yes answers beforehand)"


def test_exam__not_a_member__is_not_asked_to_begin(story: Story, closed: str) -> None:
    refused(story, "exam", "sit", closed, key=GUS, says="not-a-member: ")


def test_exam__sitting_left_open__is_taken_up_unasked_and_then_none_is_left(story: Story) -> None:
    dataset = publish(story, "once")
    questions = [{"content": {"photo": f"o{n}"}, "gold": truth(n)} for n in range(2)]
    file = story.write("once.jsonl", "".join(f"{json.dumps(one)}\n" for one in questions))
    words = ("--ask", "2", "--pass", "2", "--attempts", "1")
    story.run("exam", "set", dataset, file, *words, key=story.people.publisher)
    story.run("join", dataset, "--yes", key=GUS)
    began = story.terminal.run("exam", "sit", dataset, key=GUS, typed="y\nq\n")
    assert ("[y/N]" in began.err, "the sitting is open until" in began.complaint) == (True, True)
    again = story.terminal.run("exam", "sit", dataset, key=GUS, typed="s\ns\n")
    assert ("[y/N]" in again.err, "not passed: 0 of 2 right" in again.complaint) == (False, True)
    refused(story, "exam", "sit", dataset, key=GUS, says="no sitting is left: each account has 1")


def test_file__of_who_may_not_add_it__is_not_even_read(story: Story) -> None:
    """Reading a large one takes minutes."""
    for words in (("dataset", "add-batch", story.birds, "no-such-file.jsonl"),
                  ("exam", "set", story.birds, "no-such-file.jsonl", "--ask", "1", "--pass", "1")):  # fmt: skip
        refused(story, *words, key=GUS, says="forbidden: only the dataset's publisher may do that")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("bounty", "close", "77"), "UnknownBounty(bounty=77)"),
        (("bounty", "fund", "77", "5"), "UnknownBounty(bounty=77)"),
        (("bounty", "return", "77"), "UnknownBounty(bounty=77)"),
        (("bounty", "claim", UNKNOWN), "unknown-dataset"),
        (("claim", UNKNOWN), "unknown-dataset"),
        (("work", UNKNOWN), "unknown-dataset"),
        (("leave", UNKNOWN), "unknown-dataset"),
        (("renew", "999"), "unknown-license"),
        (("export", "999", "--out", "never.jsonl"), "unknown-license"),
    ],
    ids=" ".join,
)
def test_password__for_what_is_not_there__is_not_asked(
    story: Story, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    """At a real terminal, where a password could be typed."""
    keystore = tmp_path / "key.json"
    keystore.write_text(json.dumps(Account.encrypt(GUS, "never typed", kdf="pbkdf2", iterations=10)))
    ours, theirs = pty.openpty()
    try:
        told = subprocess.run(
            [sys.executable, "-m", "cota.cli", *words, "--keystore", str(keystore)],
            env={**story.terminal.environment, "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            stdin=theirs, text=True, capture_output=True, timeout=60, cwd=tmp_path,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert (told.returncode, told.stdout) == (1, "")
    assert says in told.stderr
    assert "Password" not in told.stderr
