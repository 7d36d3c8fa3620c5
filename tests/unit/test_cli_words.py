"""The command line as such: its words, its manners, its secrets. Nothing here needs a service or a chain."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from cota.cli.answering import answers_for
from cota.cli.output import clean
from tests.cli.terminal import Terminal
from tests.fixtures.marker import MARKER, pieces_of

VERBS = [
    ("status",), ("join",), ("leave",), ("work",), ("submit",), ("receipt",), ("appeal",), ("challenge",),
    ("claim",), ("transfer",), ("statement",), ("inbox",), ("backup",), ("buy",), ("renew",), ("license",), ("pay",),
    ("export",), ("convert",), ("score",), ("verify",), ("verify", "export"), ("verify", "evidence"),
    ("dataset", "quality"), ("dataset", "preview"), ("dataset", "test"), ("dataset", "list"), ("dataset", "show"),
    ("dataset", "epochs"), ("dataset", "create"),
    ("dataset", "describe"), ("dataset", "add-batch"), ("dataset", "price"), ("dataset", "open"),
    ("dataset", "pause"), ("dataset", "close"), ("dataset", "archive"), ("dataset", "withdraw"), ("stake", "show"),
    ("stake", "deposit"), ("stake", "withdraw"), ("agent", "authorise"), ("agent", "list"), ("agent", "revoke"),
    ("case", "show"), ("case", "expire"), ("case", "withdraw"), ("case", "appeal"), ("vote", "list"),
    ("vote", "show"), ("vote", "rows"), ("vote", "enroll"), ("vote", "draw"), ("vote", "commit"),
    ("vote", "reveal"), ("vote", "execute"), ("vote", "withdraw"), ("audit", "open"), ("audit", "show"),
    ("audit", "draw"), ("audit", "rows"), ("audit", "return"), ("audit", "withdraw"), ("prove", "bounds"),
    ("prove", "signature"), ("prove", "answer"), ("bounty", "open"), ("bounty", "fund"), ("bounty", "close"),
    ("bounty", "return"), ("bounty", "list"), ("bounty", "claim"), ("media", "upload"), ("media", "get"),
    ("media", "remove"),
]  # fmt: skip
DATASET = "0x" + "07" * 32
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path, {"COTA_NETWORK": "local"})


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help__every_verb__explains_itself_and_offers_json(terminal: Terminal, verb: tuple[str, ...]) -> None:
    page = terminal.run(*verb, "--help")
    assert (page.code, page.err) == (0, "")
    assert "--json" in page.out
    assert page.out.startswith(f"Usage: cota {' '.join(verb)}")


@pytest.mark.parametrize("group", [(), *sorted({(one[0],) for one in VERBS if len(one) > 1})], ids=" ".join)
def test_help__of_all_words__tells_each_in_a_whole_sentence(
    terminal: Terminal, group: tuple[str, ...]
) -> None:
    listed = terminal.run(*group, "--help").out.partition("Commands:\n")[2]
    assert listed
    assert "..." not in listed
    told = [" ".join(one.split()) for one in re.split(r"^  (?=\S)", listed, flags=re.M) if one.strip()]
    assert all(one.endswith(".") and len(one.split()) > 2 for one in told), told


def test_verb__that_is_not_there__is_not_pretended(terminal: Terminal) -> None:
    answer = terminal.run("mine")
    assert answer.code == 2
    assert answer.complaint.startswith("cota: No such command 'mine'.")


def test_amounts__wherever_one_is_typed__the_rule_is_in_the_help(terminal: Terminal) -> None:
    for verb in (("pay",), ("transfer",), ("appeal",), ("buy",), ("stake", "deposit"), ("dataset", "price"),
                 ("bounty", "open"), ("bounty", "fund")):  # fmt: skip
        page = " ".join(terminal.run(*verb, "--help").out.split())
        assert "or base units with the suffix u (500000u)" in page, verb


def test_help__loads_no_chain_stack() -> None:
    """`cota --help` answers at once."""
    heavy = "web3 eth_account eth_abi numpy sqlalchemy fastapi httpx2 cota.client cota.settings"
    code = f"import sys, cota.cli; print([name for name in {heavy.split()} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_key__cannot_be_given_as_an_argument(terminal: Terminal) -> None:
    for word in ("--key", "--private-key"):
        answer = terminal.run("claim", DATASET, word, MARKER)
        assert (answer.code, answer.out) == (2, "")
        assert MARKER not in answer.err


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        (MARKER + " ", "COTA_KEY has a space or a line break around it"),
        ("'" + MARKER + "'", "COTA_KEY has quotes around it"),
        (MARKER[:-1], "COTA_KEY has 63 hex digits, not 64"),
        (MARKER[2:], "COTA_KEY does not start with 0x"),
        (MARKER[:-1] + "g", "COTA_KEY holds something that is not a hex digit"),
    ],
)
def test_key__malformed__is_told_and_not_shown(terminal: Terminal, key: str, complaint: str) -> None:
    """B23."""
    answer = terminal.run("claim", DATASET, "--api", NOBODY, key=key)
    assert (answer.code, answer.complaint) == (1, f"cota: {complaint}")
    assert not any(piece in answer.out + answer.err for piece in pieces_of(MARKER[2:]))


def test_key__missing__says_where_it_goes(terminal: Terminal) -> None:
    answer = terminal.run("join", DATASET, "--api", NOBODY)
    assert answer.code == 1
    assert answer.complaint.startswith("cota: COTA_KEY is not set: put your key there, name a file")


def test_key_file__cannot_be_read__told(terminal: Terminal, tmp_path: Path) -> None:
    answer = terminal.run("join", DATASET, "--api", NOBODY, COTA_KEY_FILE=str(tmp_path / "none"))
    assert (answer.code, answer.complaint) == (
        1,
        "cota: COTA_KEY_FILE cannot be read: No such file or directory",
    )


class TestKeystore:
    """An encrypted key file instead of a bare key."""

    @pytest.fixture
    def keystore(self, tmp_path: Path) -> Path:
        path = tmp_path / "key.json"
        path.write_text(json.dumps(Account.encrypt(MARKER, "correct horse", kdf="pbkdf2", iterations=10)))
        (tmp_path / "right").write_text("correct horse\n")
        (tmp_path / "wrong").write_text("staple\n")
        return path

    def run(self, terminal: Terminal, keystore: Path, *words: str, **variables: Any) -> tuple[int, str]:
        answer = terminal.run(
            "claim", DATASET, "--api", NOBODY, "--keystore", str(keystore), *words, **variables
        )
        assert not any(piece in answer.out + answer.err for piece in pieces_of(MARKER[2:]))
        assert "correct" not in answer.err
        return answer.code, answer.complaint

    def test_wrong_password__told(self, terminal: Terminal, keystore: Path) -> None:
        found = self.run(terminal, keystore, "--password-file", str(keystore.parent / "wrong"))
        assert found == (1, f"cota: {keystore} cannot be opened: the password is wrong")

    def test_nobody_there_to_type_it__told(self, terminal: Terminal, keystore: Path) -> None:
        assert self.run(terminal, keystore) == (1, "cota: nobody is here to type it: give --password-file")

    def test_two_keys__refused(self, terminal: Terminal, keystore: Path) -> None:
        found = self.run(terminal, keystore, key=MARKER)
        assert found == (1, "cota: COTA_KEY and --keystore both name a key: keep one")

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"crypto": 1, "version": 3}', MARKER, "\xff\xfe"])
    def test_no_key_file__told(self, terminal: Terminal, keystore: Path, content: str) -> None:
        keystore.write_text(content)
        code, complaint = self.run(terminal, keystore, "--password-file", str(keystore.parent / "right"))
        assert (code, complaint) == (1, f"cota: {keystore} cannot be opened: it is not an encrypted key file")


@pytest.mark.parametrize(
    "words",
    [
        ("dataset", "show", "0x12"),
        ("dataset", "show", "birds"),
        ("receipt", "0x" + "g" * 64),
        ("transfer", DATASET, "0x12", "1"),
        ("transfer", DATASET, "0x" + "00" * 20, "1"),
        ("transfer", DATASET, "0x70997970c51812dc3A010C7d01b50e0d17dc79C8", "1"),
        ("transfer", DATASET, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "-1"),
        ("transfer", DATASET, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "1e3"),
        ("stake", "deposit", "1,5"),
        ("stake", "show", "vitalik.eth"),
        ("pay", "one", "5"),
        ("pay", "1", "5", "--report", "0x12"),
        ("pay", "1"),
        ("buy", DATASET, "--class", "256"),
        ("buy", DATASET, "--max-price", "cheap"),
        ("buy", DATASET, "--receiver", "me"),
        ("export", "1"),
        ("submit", DATASET),
        ("work", DATASET, "--take", "51"),
        ("statement", "--format", "pdf"),
        ("agent", "authorise", DATASET),
        ("agent", "authorise", DATASET, "--out", "x", "--hours", "13"),
        ("status", "--api", "ftp://example.org"),
        ("status", "--api", "http://[::1"),
        ("status", "--rpc", "localhost:8545"),
        ("status", "extra"),
        ("bounty", "open", DATASET),
        ("bounty", "open", DATASET, "--per-label", "0.3"),
        ("bounty", "open", DATASET, "--per-label", "-1", "--amount", "5"),
        ("bounty", "open", DATASET, "--per-label", "0.3", "--amount", "1e3"),
        ("bounty", "open", "birds", "--per-label", "0.3", "--amount", "5"),
        ("bounty", "fund", "0", "5"),
        ("bounty", "fund", "-1", "5"),
        ("bounty", "fund", "1"),
        ("bounty", "close", "first"),
        ("bounty", "close", "1" * 40),
        ("bounty", "return", "1", "--to", "me"),
        ("bounty", "return", "1", "--to", "0x" + "00" * 20),
        ("bounty", "list", "0x12"),
        ("bounty", "claim"),
        ("bounty", "claim", DATASET, "--to", "vitalik.eth"),
        ("score",),
        ("dataset",),
        (),
    ],
    ids=" ".join,
)
def test_wrong_use__whatever_it_is__code_2_and_one_line(terminal: Terminal, words: tuple[str, ...]) -> None:
    """Told before anything is asked of anyone: this test cannot open a connection."""
    answer = terminal.run(*words, key=MARKER)
    assert (answer.code, answer.out) == (2, "")
    assert words in ((), ("dataset",)) or answer.err.count("\n") == 1
    assert answer.err


def test_url__with_a_password__is_not_shown(terminal: Terminal) -> None:
    answer = terminal.run("status", "--rpc", "ws://node:hunter2@127.0.0.1")
    assert answer.code == 2
    assert "hunter2" not in answer.err


def test_settings__unknown_network__told(terminal: Terminal) -> None:
    answer = terminal.run("status", "--network", "moon")
    assert answer.code == 1
    assert answer.complaint.startswith("cota: --network='moon' is not known; known networks: local, sepolia")


def test_settings__development_key_on_a_public_network__refused(terminal: Terminal) -> None:
    known = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
    answer = terminal.run("join", DATASET, "--network", "sepolia", key=known)
    assert (answer.code, "everybody knows" in answer.complaint) == (1, True)


def test_clean__what_a_terminal_would_obey__is_gone() -> None:
    assert clean("a\x1b[31mb\x07\u202ec\nd") == "a\N{REPLACEMENT CHARACTER}[31mb\N{REPLACEMENT CHARACTER}" + (
        "\N{REPLACEMENT CHARACTER}c\nd"
    )


def test_answers_for__classes_that_are_numbers__have_no_other_number() -> None:
    """Typing 1 must never mean the class 0."""
    assert answers_for(("0", "1")) == {"0": "0", "1": "1"}
    assert answers_for(("heron", "ibis")) == {"1": "heron", "2": "ibis", "heron": "heron", "ibis": "ibis"}


class TestScore:
    """Any file of labels, by the network's own rules."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> tuple[str, str]:
        tasks, workers = [f"t{n}" for n in range(60)], ["ana", "bia", "caio"]
        rows = [(t, w, "x" if (n + (w == "caio" and n % 5 == 0)) % 2 else "y")
                for n, t in enumerate(tasks) for w in workers]  # fmt: skip
        labels, gold = tmp_path / "labels.csv", tmp_path / "gold.csv"
        labels.write_text("task,worker,label\n" + "".join(f"{','.join(row)}\n" for row in rows))
        gold.write_text("task,label\n" + "".join(f"t{n},{'x' if n % 2 else 'y'}\n" for n in range(40)))
        return str(labels), str(gold)

    def test_json__is_exactly_what_others_rely_on(self, terminal: Terminal, files: tuple[str, str]) -> None:
        found = terminal.run(
            "score", "--labels", files[0], "--gold", files[1], "--rules", "1", "--json"
        ).json()
        assert set(found) == {"labels", "workers"}
        assert found["labels"] == {f"t{n}": "x" if n % 2 else "y" for n in range(60)}
        assert set(found["workers"]) == {"ana", "bia", "caio"}
        for worker in found["workers"].values():
            assert set(worker) == {"skill", "pay"}
            assert 0 <= worker["skill"] <= 1
        assert found["workers"]["ana"]["pay"] > found["workers"]["caio"]["pay"] >= 0

    def test_without_gold__nobody_is_paid(self, terminal: Terminal, files: tuple[str, str]) -> None:
        found = terminal.run("score", "--labels", files[0], "--json").json()
        assert {worker["pay"] for worker in found["workers"].values()} == {0}

    def test_table__for_people(self, terminal: Terminal, files: tuple[str, str]) -> None:
        table = terminal.run("score", "--labels", files[0], "--gold", files[1])
        assert table.out.startswith("60 of 60 items settled by 3 workers\nworker  skill")

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            ("task,worker\nt,w\n", "cota: bad-request: labels.csv, line 1: one column named label is wanted"),
            ("task,worker,label\nt,w\n", "cota: bad-request: labels.csv, line 2: 3 cells are wanted, not 2"),
            ("task,worker,label\nt,w,\n", "cota: bad-request: labels.csv, line 2: a cell is empty"),
        ],
    )
    def test_malformed__named_by_line(
        self, terminal: Terminal, files: tuple[str, str], content: str, complaint: str
    ) -> None:
        Path(files[0]).write_text(content)
        answer = terminal.run("score", "--labels", files[0], "--json")
        assert (answer.code, answer.out) == (1, "")
        assert answer.complaint.startswith(complaint)

    def test_no_such_file_or_rules__told(self, terminal: Terminal, files: tuple[str, str]) -> None:
        assert terminal.run("score", "--labels", "none.csv").code == 1
        answer = terminal.run("score", "--labels", files[0], "--rules", "99")
        assert (answer.code, "99" in answer.complaint) == (1, True)


def test_unforeseen_fault__one_line_and_a_trace_in_a_file(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError(MARKER)

    monkeypatch.setattr("cota.scoring.files.score_files", fail)
    answer = terminal.run("score", "--labels", "x.csv")
    kept = tmp_path / "cota" / "last-fault.txt"
    assert answer.code == 1
    assert (
        answer.complaint
        == f"cota: unforeseen: ZeroDivisionError: this is a fault of cota; please send us {kept}"
    )
    assert "score_files" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
