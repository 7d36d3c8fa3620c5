"""What a command does when it cannot do what it was asked: one line that names the cause, code 1, no money moved."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cota.cli import caller
from tests.cli.liar import lying
from tests.cli.story import CLASSES, Story
from tests.fixtures.shim import Shim

NOBODY = "http://127.0.0.1:9"
UNKNOWN = "0x" + "77" * 32
SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

OF_A_DATASET: list[tuple[str, ...]] = [
    ("dataset", "show", UNKNOWN),
    ("dataset", "epochs", UNKNOWN),
    ("dataset", "price", UNKNOWN, "5"),
    ("dataset", "pause", UNKNOWN),
    ("dataset", "close", UNKNOWN, "--yes"),
    ("dataset", "withdraw", UNKNOWN),
    ("dataset", "add-batch", UNKNOWN, "items.jsonl"),
    ("dataset", "describe", UNKNOWN, "birds.json"),
    ("join", UNKNOWN, "--yes"),
    ("leave", UNKNOWN, "--yes"),
    ("work", UNKNOWN),
    ("submit", UNKNOWN, "--labels", "answers.csv"),
    ("claim", UNKNOWN),
    ("claim", UNKNOWN, "--self"),
    ("transfer", UNKNOWN, SOMEBODY, "1"),
    ("buy", UNKNOWN, "--max-price", "5"),
    ("agent", "authorise", UNKNOWN, "--out", "never.agent"),
    ("appeal", UNKNOWN, "1", "--evidence", UNKNOWN),
    ("challenge", UNKNOWN, "1", "--ground", "data", "--evidence", UNKNOWN),
    ("case", "show", UNKNOWN, "1"),
    ("case", "withdraw", UNKNOWN),
]
OTHERS: list[tuple[str, ...]] = [
    ("status",),
    ("dataset", "list"),
    ("dataset", "create", "birds.json", "--yes"),
    ("stake", "show"),
    ("stake", "deposit", "1"),
    ("receipt", UNKNOWN),
    ("pay", "1", "5"),
    ("export", "1", "--out", "never.jsonl"),
    ("statement",),
    ("backup", "never.jsonl"),
    ("agent", "list"),
    ("agent", "revoke", UNKNOWN),
]


@pytest.fixture
def refuse(story: Story) -> Callable[..., str]:
    """Runs a command that must be refused with code 1 and nothing on stdout; gives back its line."""

    def run(*words: str, **options: Any) -> str:
        answer = story.terminal.run(*words, **{"key": story.people.buyer} | options)
        assert (answer.code, answer.out) == (1, ""), answer
        assert answer.complaint.startswith("cota: ")
        return answer.complaint

    return run


@pytest.mark.parametrize("words", OF_A_DATASET, ids=" ".join)
def test_unknown_dataset__every_verb__named_as_such(
    refuse: Callable[..., str], words: tuple[str, ...]
) -> None:
    complaint = refuse(*words)
    assert complaint.startswith("cota: unknown-dataset: no dataset 0x7777")
    assert complaint.endswith("; cota dataset list shows those that there are")
    assert not Path("never.agent").exists()


@pytest.mark.parametrize("words", OF_A_DATASET + OTHERS, ids=" ".join)
def test_unreachable_service__every_verb__told_within_seconds(
    refuse: Callable[..., str], words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller, "FIRST_PATIENCE_S", 0.05)
    complaint = refuse(*words, "--api", NOBODY)
    assert complaint == (
        "cota: unreachable: http://127.0.0.1:9 does not answer (ConnectError); "
        "is the service running, and --api or COTA_API right?"
    )


def test_unreachable_service__without_our_help__still_within_seconds(refuse: Callable[..., str]) -> None:
    began = time.monotonic()
    refuse("status", "--api", NOBODY)
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("words", OF_A_DATASET + OTHERS, ids=" ".join)
def test_wrong_network__every_verb__nothing_is_signed(
    refuse: Callable[..., str], words: tuple[str, ...]
) -> None:
    stranger = "0x" + "5e" * 32
    complaint = refuse(*words, "--network", "base-sepolia", "--rpc", NOBODY, key=stranger)
    assert complaint.startswith("cota: wrong-network: http://127.0.0.1:")
    assert "serves 'local' (chain 31337), and you asked for base-sepolia (chain 84532)" in complaint


def test_chain__not_set_away_or_another__told(
    story: Story, refuse: Callable[..., str], shims: Callable[[str], Shim]
) -> None:
    away = refuse("transfer", story.birds, SOMEBODY, "1", "--rpc", NOBODY)
    assert away.startswith("cota: chain-unavailable: no node answers: http://127.0.0.1:9")
    assert away.endswith("; is --rpc or RPC_URL right?")
    shim = shims(story.people.rpc)
    shim.after = lambda method, _params, result: "0x1" if method == "eth_chainId" else result
    other = refuse("buy", story.birds, "--max-price", "2000", "--rpc", shim.url)
    assert f"{shim.url} serves chain 1, not 31337" in other
    without = {"key": "0x" + "5e" * 32, "RPC_URL": ""}
    no_node = refuse("buy", story.birds, "--network", "sepolia", "--max-price", "5", **without)
    assert no_node == "cota: RPC_URL is not set: name one node or more, separated by commas"


def test_service__that_is_none_of_ours__told(story: Story, refuse: Callable[..., str]) -> None:
    with lying(story.terminal.environment["COTA_API"], lambda _path, _answer: ["hello"]) as url:
        assert refuse("status", "--api", url).startswith("cota: untrustworthy: the answer")
    assert refuse("status", "--api", story.people.rpc).startswith("cota: ")


class TestLies:
    """A service that names other contracts, questions or proofs than the chain gets no money and no label."""

    @pytest.fixture
    def lie(self, story: Story) -> Any:
        def start(path: str, **changes: Any) -> Any:
            def change(asked: str, answer: Any) -> Any:
                return answer | changes if asked.split("?")[0] == path else answer

            return lying(story.terminal.environment["COTA_API"], change)

        return start

    def test_other_contracts__than_the_deployment_file(
        self, story: Story, refuse: Callable[..., str], lie: Any
    ) -> None:
        contracts = story.run("status")["contracts"] | {"DatasetRegistry": SOMEBODY}
        with lie("/v1/status", contracts=contracts) as url:
            complaint = refuse("buy", story.birds, "--max-price", "2000", "--api", url)
        assert complaint.startswith(f"cota: wrong-contracts: {url} names {SOMEBODY} as DatasetRegistry")

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("market", ("buy", "DATASET", "--max-price", "2000")),
            ("market", ("dataset", "price", "DATASET", "5")),
            ("shares", ("transfer", "DATASET", SOMEBODY, "1")),
            ("shares", ("claim", "DATASET", "--self")),
            ("vault", ("join", "DATASET", "--self", "--yes")),
        ],
    )
    def test_other_contract__than_the_registry_has(
        self, story: Story, refuse: Callable[..., str], lie: Any, name: str, words: tuple[str, ...]
    ) -> None:
        with lie(f"/v1/datasets/{story.birds}", **{name: SOMEBODY}) as url:
            command = [story.birds if word == "DATASET" else word for word in words]
            complaint = refuse(*command, "--api", url)
        assert complaint.startswith(
            f"cota: untrustworthy: the service names {SOMEBODY} as the dataset's {name}, the chain "
        )

    def test_other_question__than_the_terms_name(
        self, story: Story, refuse: Callable[..., str], lie: Any
    ) -> None:
        schema = {"kind": "choice", "question": "Which is NOT it?", "classes": list(CLASSES)}
        answers = str(story.folder / "answers.csv")
        with lie(f"/v1/datasets/{story.birds}", schema=schema) as url:
            complaint = refuse("submit", story.birds, "--labels", answers, "--api", url, key=story.people.ana)
        assert complaint == "cota: the service shows another question than the one that the terms name"

    def test_other_consent__than_its_hash_names(
        self, story: Story, refuse: Callable[..., str], lie: Any
    ) -> None:
        with lie("/v1/consent", text="Nothing becomes public.") as url:
            complaint = refuse("join", story.birds, "--yes", "--api", url, key=story.people.stranger)
        assert complaint.startswith("cota: untrustworthy: the text of the consent")

    @pytest.mark.parametrize(
        ("what", "change", "complaint"),
        [
            ("receipt", {"signature": "0x" + "11" * 65}, "has no valid signature"),
            ("receipt", {"index": 5_000}, "is signed by"),
            ("receipt", {"row_id": UNKNOWN}, "is for another row"),
            ("inclusion", {"proof": []}, "does not lead to the log root"),
            ("inclusion", {"index": 5_000}, "its receipt promises another"),
        ],
    )
    def test_receipt__or_proof_that_does_not_hold(
        self, story: Story, refuse: Callable[..., str], lie: Any, what: str, change: Any, complaint: str
    ) -> None:
        rows = [json.loads(line) for line in story.backup("ana").read_text().splitlines()]
        row = next(one for one in rows if one["type"] == "receipt")["row_id"]
        with lie(f"/v1/annotations/{row}/{what}", **change) as url:
            found = refuse("receipt", row, "--api", url)
        assert found.startswith("cota: untrustworthy: ")
        assert complaint in found

    def test_sign_in__for_another_site(self, story: Story, refuse: Callable[..., str], lie: Any) -> None:
        with lie("/v1/nothing") as url:
            complaint = refuse("agent", "list", "--api", url)
        assert "asks for a sign-in to" in complaint


def test_work__stranger_or_publisher__told_what_comes_first(story: Story, refuse: Callable[..., str]) -> None:
    stranger = refuse("work", story.birds, key=story.people.stranger)
    assert stranger.startswith("cota: not-a-member: ")
    assert stranger.endswith("; cota join DATASET comes first")
    assert refuse("join", story.birds, "--yes", key=story.people.publisher).startswith("cota: own-dataset: ")


def test_work__nothing_left__said_and_done(story: Story) -> None:
    found = story.terminal.run("work", story.birds, "--json", key=story.people.bia)
    assert found.json() == {"dataset": story.birds, "labelled": 0, "skipped": 0}
    assert found.err == "There is no item for you at present.\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "item,label\np0,heron\np1,eagle\n",
            'line 3: eagle: the label must be exactly one of "heron", "ibis", "stork"',
        ),
        ("item;label\np0;heron\n", "line 1: one column named item is wanted, the header has 0"),
        ("item,label\np0,heron\np0,ibis\n", "line 3: item p0 has two different labels"),
        ("", "line 1: one column named item is wanted, the header has 0"),
    ],
)
def test_submit__malformed_file__nothing_is_leased(
    story: Story, refuse: Callable[..., str], folder: Path, text: str, complaint: str
) -> None:
    path = folder / "answers.csv"
    path.write_text(text)
    found = refuse("submit", story.birds, "--labels", str(path), key=story.people.ana)
    assert found == f"cota: {path}, {complaint}"


def test_amount__more_decimals_than_the_token__wrong_use(story: Story) -> None:
    buyer = story.people.buyer
    for words in (
        ("buy", story.birds, "--max-price", "1000.2500001"),
        ("dataset", "price", story.birds, "0.0000001"),
        ("stake", "deposit", "0.0000000000000000001"),
        ("stake", "withdraw", "0"),
    ):
        answer = story.terminal.run(*words, key=buyer)
        assert (answer.code, answer.out) == (2, ""), words
        assert answer.err.count("\n") == 1


def test_contracts__refuse__by_their_own_errors(
    story: Story, refuse: Callable[..., str], folder: Path
) -> None:
    publisher = story.people.publisher
    bad = folder / "greedy.json"
    terms = {
        "title": "greedy",
        "schema": {"kind": "choice", "question": "?", "classes": ["a", "b"]},
        "seats": 1,
    }
    bad.write_text(json.dumps(terms | {"price_floor": "1", "publisher_bps": 9_000}))
    greedy = refuse("dataset", "create", str(bad), "--yes", "--json", key=publisher)
    assert greedy == "cota: chain-reverted: the contracts refuse this: InvalidTerm(term=publisherBps)"
    bad.write_text(json.dumps(terms | {"price_floor": "1"}))
    created = story.run("dataset", "create", str(bad), "--yes", key=publisher)["dataset"]
    early = refuse("dataset", "price", created, "5", key=publisher)
    assert f"NoEpoch(dataset={created})" in early
    assert early.endswith("; a price can be set once the first labels are settled")
    foreign = refuse("dataset", "price", story.birds, "5")
    assert "NotPublisher(" in foreign
    unread = refuse("dataset", "add-batch", created, str(folder / "none.jsonl"), key=publisher)
    assert unread.endswith("none.jsonl cannot be read: No such file or directory")


def test_create__what_is_missing__told_before_anything_is_sent(
    story: Story, refuse: Callable[..., str], folder: Path
) -> None:
    path = folder / "birds.json"
    path.write_text(
        json.dumps({"title": "x", "schema": {"kind": "choice", "question": "?", "classes": ["a", "b"]}})
    )
    assert refuse("dataset", "create", str(path), "--yes").endswith("seats, price_floor must be given")
    path.write_text("{")
    assert refuse("dataset", "create", str(path), "--yes").endswith("the bytes are not JSON in UTF-8")
    before = len(story.run("dataset", "list")["datasets"])
    path.write_text(json.dumps({"title": "x", "schema": {"kind": "choice", "question": "?", "classes": ["a", "b"]},
                                "seats": 1, "price_floor": "1"}))  # fmt: skip
    answer = story.terminal.run("dataset", "create", str(path), key=story.people.publisher, typed="\n")
    assert answer.complaint == "cota: nothing was done: not confirmed (--yes answers beforehand)"
    assert len(story.run("dataset", "list")["datasets"]) == before


def test_gas__an_account_without_any__told(story: Story, refuse: Callable[..., str]) -> None:
    complaint = refuse("join", story.plain, "--self", "--yes", key="0x" + "5d" * 32)
    assert "InsufficientFreeStake(" in complaint
    complaint = refuse("claim", story.plain, "--self", key=story.people.caio)
    assert complaint.startswith("cota: chain-unavailable: the node refuses the transaction: ")
    assert complaint.endswith("; whoever sends transactions herself needs gas in her account")


def test_export__no_such_licence_or_a_folder__told(
    story: Story, refuse: Callable[..., str], folder: Path
) -> None:
    unknown = refuse("export", "999", "--out", str(folder / "x.jsonl"))
    assert unknown.startswith("cota: unknown-license: no licence 999 is indexed")
    assert story.terminal.run("export", "1", "--out", str(folder), key=story.people.buyer).code == 2
    assert list(folder.iterdir()) == []


def test_receipt__unknown_row__told(refuse: Callable[..., str]) -> None:
    assert refuse("receipt", UNKNOWN) == "cota: not-found: no such row was receipted"


def test_agent__files_and_digests_that_are_none__told(
    story: Story, refuse: Callable[..., str], folder: Path
) -> None:
    path = folder / "x.agent"
    for content in ("", "[]", '{"type": "cota-agent"}', '{"type": "cota-agent", "key": "0x12"}', "\0"):
        path.write_text(content)
        complaint = refuse("work", story.birds, "--agent", str(path))
        assert complaint == f"cota: {path} is not a file that cota agent authorise wrote"
    assert refuse("agent", "revoke", UNKNOWN).startswith("cota: not-found: ")
    assert story.terminal.run("agent", "revoke", "0x12", key=story.people.buyer).code == 2
    lost = refuse("agent", "authorise", story.birds, "--out", str(folder / "no" / "x.agent"))
    assert lost.endswith("cannot be written: No such file or directory")


def test_title__that_would_steer_the_terminal__is_harmless(story: Story, folder: Path) -> None:
    publisher, path = story.people.publisher, folder / "evil.json"
    schema = {"kind": "choice", "question": "\x1b]0;owned\x07?", "classes": ["a\x1b[2J", "[red]b[/]"]}
    evil = {"title": "\x1b[2J\u202e[bold]birds[/]\r", "schema": schema, "seats": 1, "price_floor": "1"}
    path.write_text(json.dumps(evil))
    dataset = story.run("dataset", "create", str(path), "--yes", key=publisher)["dataset"]
    for words in (("dataset", "list"), ("dataset", "show", dataset), ("join", dataset)):
        page = story.terminal.run(*words, key=story.people.stranger)
        shown = page.out + page.err
        assert not {"\x1b", "\u202e", "\x07", "\r"} & set(shown), words
        assert "[bold]birds[/]" in shown
