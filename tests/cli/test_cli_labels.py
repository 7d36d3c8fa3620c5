"""From a publisher's two files to settled labels, by commands alone: status, datasets, join, work, submit, agents,
receipts."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest
from eth_account import Account

from cota.client import Backup
from scripts.stack.anvil import ask
from tests.cli.story import CLASSES, GOLD, ITEMS, PATIENCE_S, Story, publish, truth
from tests.fixtures.marker import pieces_of

COTA = 10**18


def test_status__of_the_running_network(story: Story) -> None:
    found = story.run("status")
    assert (found["network"], found["chain_id"], found["api"]) == (
        "local",
        31_337,
        story.terminal.environment["COTA_API"],
    )
    assert found["indexed"]["number"] + found["lag_blocks"] == found["head"]
    assert found["relayer"]
    assert found["contracts"]["LicenseMarket"]
    page = story.terminal.run("status")
    lines = [line.split() for line in page.out.splitlines()]
    assert ["relayer", found["relayer"]] in lines
    assert ["paid", "in", "TUSD"] in [line[:3] for line in lines]


def test_dataset__as_its_file_said__terms_shown_before(story: Story) -> None:
    shown = story.run("dataset", "show", story.birds)
    assert (shown["title"], shown["state"], shown["item_count"]) == ("birds", "open", ITEMS)
    assert shown["schema"]["classes"] == list(CLASSES)
    terms = shown["terms"]
    assert (terms["price_floor"], terms["stake"], terms["penalty_cap"]) == (
        "1500000", str(50 * COTA), str(10 * COTA),
    )  # fmt: skip
    before = story.outcomes["create birds"].err
    assert "price_floor             1500000" in before
    assert "challenge_window        1" in before
    people = story.terminal.run("dataset", "show", story.birds).out
    assert "stake            50 COTA, of which at most 10 COTA can be lost" in people
    listed = story.run("dataset", "list")["datasets"]
    assert [one["id"] for one in listed][-2:] == [story.plain, story.birds]
    assert story.birds in story.terminal.run("dataset", "list").out


def test_add_batch__the_same_file_again__adds_nothing(story: Story) -> None:
    first = story.outcomes["add birds"].json()
    again = story.run("dataset", "add-batch", story.birds, str(story.folder / "birds-items.jsonl"),
                      key=story.people.publisher)  # fmt: skip
    assert (first["items"], first["gold"], first["added"]) == (ITEMS, GOLD, True)
    assert (again["added"], again["items_root"], again["block"]) == (
        False,
        first["items_root"],
        first["block"],
    )
    assert story.run("dataset", "show", story.birds)["batch_count"] == 1


def test_join__shows_what_becomes_public__and_asks(story: Story) -> None:
    no = story.terminal.run("join", story.birds, key=story.people.stranger, typed="n\n")
    assert (no.code, no.out) == (1, "")
    assert "Joining this dataset makes public, for good" in no.err
    assert "Penalty cap: at most 10 COTA of it can be lost." in no.err
    assert no.complaint == "cota: nothing was done: not confirmed (--yes answers beforehand)"
    nobody = story.terminal.run("join", story.birds, key=story.people.stranger)
    assert nobody.code == 1
    memberships = story.run("stake", "show", key=story.people.stranger)["memberships"]
    assert story.birds not in [one["dataset"] for one in memberships]


def test_join__a_member__changes_nothing(story: Story) -> None:
    found = story.run("join", story.birds, "--yes", key=story.people.ana)
    assert (found["state"], found["already"]) == ("active", True)


def test_work__at_the_terminal__labels_skips_and_gives_back(story: Story) -> None:
    worked = story.outcomes["work"]
    assert worked.json() == {"dataset": story.birds, "labelled": 2, "skipped": 1}
    assert (
        'the label must be exactly one of "heron", "ibis", "stork" (type a class or its number)' in worked.err
    )
    assert worked.err.count("Which bird is it?") == 4
    assert worked.err.count("(receipt checked by chain)") == 2
    found = story.run("statement", key=story.people.ana)
    assert found["labels"] == 2 * ITEMS  # whatever was skipped or given back came again


def test_work__interrupted__gives_the_item_back(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    people = story.people
    dataset = publish(story, "solo", seats=1)
    for key in (people.ana, people.bia):
        story.run("join", dataset, "--yes", key=key)

    def interrupt(_question: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("cota.cli.working.ask", interrupt)
        stopped = story.terminal.run("work", dataset, key=people.ana)
    assert (stopped.code, stopped.out) == (130, "")
    assert "photo: p" in stopped.err
    taken = story.run("work", dataset, "--take", "50", key=people.bia)["items"]
    assert len(taken) == ITEMS


def test_submit__what_was_delivered__is_left_out_the_next_time(story: Story) -> None:
    answers = str(story.folder / "answers.csv")
    ana = {"key": story.people.ana, "COTA_BACKUP": str(story.backup("ana"))}
    again = story.terminal.run(
        "submit", story.plain, "--labels", answers, "--item-field", "photo", "--json", **ana
    )
    assert again.json() == {
        "dataset": story.plain, "delivered": 0, "already": ITEMS, "changed": [], "refused": [], "not_offered": [],
    }  # fmt: skip
    other = story.write(
        "other.csv", "item,label\n" + "".join(f"p{n},{truth(n + (n == 4))}\n" for n in range(ITEMS))
    )
    changed = story.run("submit", story.plain, "--labels", other, "--item-field", "photo", **ana)
    assert (changed["already"], changed["changed"]) == (ITEMS, ["p4"])


def test_submit__from_another_machine__finds_what_the_first_one_sent(story: Story) -> None:
    bia, empty = story.people.bia, str(story.folder / "empty.jsonl")
    found = story.run(
        "submit", story.plain, "--labels", str(story.folder / "bia.jsonl"), key=bia, COTA_BACKUP=empty
    )
    assert (found["delivered"], found["already"]) == (0, ITEMS)


def test_submit__a_receipt_lost_in_a_crash__is_fetched(story: Story) -> None:
    """P6: killed between sending and noting, she still ends up with every receipt."""
    backup = story.folder / "crashed.jsonl"
    lines = [json.loads(line) for line in story.backup("bia").read_text().splitlines()]
    backup.write_text("".join(json.dumps(line) + "\n" for line in lines if line["type"] != "receipt"))
    story.run("submit", story.plain, "--labels", str(story.folder / "bia.jsonl"), key=story.people.bia,
              COTA_BACKUP=str(backup))  # fmt: skip
    kept = [json.loads(line) for line in backup.read_text().splitlines()]
    rows = {one["row_id"] for one in lines if one["type"] == "receipt" and one["dataset"] == story.plain}
    assert {one["row_id"] for one in kept if one["type"] == "receipt"} == rows
    assert len(rows) == ITEMS


def test_submit__items_under_other_names__says_so(story: Story) -> None:
    answers = str(story.folder / "answers.csv")
    found = story.terminal.run("submit", story.birds, "--labels", answers, key=story.people.caio)
    assert found.code == 1
    assert "or the file names them otherwise (--item-field). First: p0" in found.err


def test_agent__labels_without_the_wallet__until_it_is_revoked(story: Story) -> None:
    caio, file = story.people.caio, story.folder / f"caio-{story.birds[:8]}.agent"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    listed = story.run("agent", "list", key=caio)["agents"]
    assert {one["dataset"] for one in listed} == {story.birds, story.plain}
    digest = json.loads(file.read_text())["digest"]
    assert story.run("agent", "revoke", str(file), key=caio) == {"digest": digest, "revoked": True}
    (revoked,) = [one for one in story.run("agent", "list", key=caio)["agents"] if one["revoked"]]
    assert revoked["digest"] == digest
    after = story.terminal.run("submit", story.birds, "--labels", str(story.folder / "answers.csv"), "--item-field",
                               "photo", "--agent", str(file), COTA_BACKUP=str(story.folder / "late.jsonl"))  # fmt: skip
    assert after.complaint.startswith("cota: not-signed-in: ")
    other = story.folder / f"caio-{story.plain[:8]}.agent"
    wrong = story.terminal.run("work", story.birds, "--agent", str(other))
    assert wrong.complaint == f"cota: {other} is for dataset {story.plain}, not for this one"
    again = story.terminal.run("agent", "authorise", story.birds, "--out", str(other), key=caio)
    assert again.complaint == f"cota: {other} exists: an agent's key is not written over another file"


def test_receipt__of_a_settled_row__proves_up_to_the_chain(story: Story) -> None:
    rows = [json.loads(line) for line in story.backup("ana").read_text().splitlines()]
    row = next(one for one in rows if one["type"] == "receipt" and one["dataset"] == story.birds)
    found = story.run("receipt", row["row_id"])
    assert (found["index"], found["signature"], found["key"]) == (row["index"], row["signature"], row["key"])
    assert found["key_checked_at"] == found["inclusion"]["root_checked_at"] == "chain"
    (epoch,) = story.run("dataset", "epochs", story.birds)["epochs"]
    assert found["inclusion"]["log_root"] == epoch["log_root"]
    page = story.terminal.run("receipt", row["row_id"])
    assert f"log root        {epoch['log_root']} (of the chain)" in page.out


def test_demand__of_a_row_that_is_due__is_answered_by_the_worker(story: Story) -> None:
    """P6: the receipt is worth a transaction. Who demands needs COTA and gas, and need not be its author."""
    terms = {"seats": 1, "receipt_period": 60, "claim_period": 86_400, "response_period": 86_400}
    dataset = publish(story, "promises", **terms)
    story.run("join", dataset, "--yes", key=story.people.ana)
    backup = story.folder / "promises.jsonl"
    rows = "".join(f"p{n},{truth(n)}\n" for n in range(ITEMS))
    answers = story.write("promised.csv", f"item,label\n{rows}")
    story.run("submit", dataset, "--labels", answers, "--item-field", "photo",
              key=story.people.ana, COTA_BACKUP=str(backup))  # fmt: skip
    row = next(
        one for line in backup.read_text().splitlines() if (one := json.loads(line))["type"] == "receipt"
    )
    early = story.terminal.run("demand", row["row_id"], key=story.people.treasurer)
    assert (early.code, "DemandTooEarly(includeBy=" in early.complaint) == (1, True)
    ask(story.people.rpc, "evm_increaseTime", 61)
    ask(story.people.rpc, "evm_mine")
    asked = story.run("demand", row["row_id"], key=story.people.treasurer, COTA_BACKUP=str(backup))
    assert asked["state"] in ("open", "answered")
    ends = time.monotonic() + PATIENCE_S
    while story.run("demand", row["row_id"], key=story.people.treasurer)["state"] != "answered":
        assert time.monotonic() < ends, "the worker never answered"


def test_leave__by_signature__asks_first(story: Story) -> None:
    story.run("join", story.plain, "--yes", key=story.people.stranger)
    no = story.terminal.run("leave", story.plain, key=story.people.stranger, typed="\n")
    assert (no.code, no.out) == (1, "")
    assert story.run("leave", story.plain, "--yes", key=story.people.stranger)["state"] == "leaving"
    again = story.terminal.run("leave", story.plain, "--yes", key=story.people.stranger)
    assert again.complaint.startswith("cota: you left it already: cota stake release DATASET frees the stake")
    assert (again.code, again.out) == (1, "")


def test_life__of_a_dataset__open_paused_closed_archived(story: Story) -> None:
    publisher = story.people.publisher
    file = story.write("short.json", json.dumps({
        "title": "short", "schema": {"kind": "choice", "question": "?", "classes": ["a", "b"]}, "seats": 1,
        "price_floor": "1",
    }))  # fmt: skip
    dataset = story.run("dataset", "create", file, "--yes", key=publisher)["dataset"]
    assert story.run("dataset", "pause", dataset, key=publisher)["state"] == "paused"
    closed = story.terminal.run("join", dataset, "--yes", key=story.people.stranger)
    assert closed.complaint == "cota: dataset-not-open: the dataset is paused: nobody can join it now"
    assert (closed.code, closed.out) == (1, "")
    assert story.run("dataset", "open", dataset, key=publisher)["state"] == "open"
    renamed = story.write("renamed.json", Path(file).read_text().replace('"short"', '"long"'))
    story.run("dataset", "describe", dataset, renamed, key=publisher)
    assert story.run("dataset", "show", dataset)["title"] == "long"
    asked = story.terminal.run("dataset", "close", dataset, key=publisher, typed="no\n")
    assert "long: Close it? It can never take work again. [y/N]" in asked.err
    assert story.run("dataset", "show", dataset)["state"] == "open"
    assert story.run("dataset", "close", dataset, "--yes", key=publisher)["state"] == "closed"
    assert story.run("dataset", "archive", dataset, "--yes", key=publisher)["state"] == "archived"
    back = story.terminal.run("dataset", "open", dataset, key=publisher)
    assert back.complaint.startswith("cota: chain-reverted: the contracts refuse this: ")
    foreign = story.terminal.run("dataset", "pause", story.birds, key=story.people.buyer)
    assert (foreign.code, "NotPublisher(" in foreign.complaint) == (1, True)


def test_keystore__instead_of_a_key__in_a_process_of_its_own(story: Story, folder: Path) -> None:
    """B23: the key is in no output, and a wallet in an encrypted file signs like any."""
    people, path = story.people, folder / "ana.json"
    path.write_text(json.dumps(Account.encrypt(people.ana, "pass", kdf="pbkdf2", iterations=10)))
    (folder / "password").write_text("pass\n")
    words = ("statement", "--json", "--keystore", str(path), "--password-file", str(folder / "password"))
    found = story.terminal.start(*words)
    assert found.json()["account"] == people.address(people.ana)
    # Two whole datasets, and what other tests of this network let her do.
    assert found.json()["labels"] == story.run("statement", key=people.ana)["labels"] >= 2 * ITEMS
    assert not any(piece in found.out + found.err for piece in pieces_of(people.ana[2:]))


def test_backup__from_the_service__is_all_of_hers_and_checked_offline(story: Story, folder: Path) -> None:
    people = story.people
    for key, agents in ((people.ana, 0), (people.caio, 2 * ITEMS)):
        file = folder / f"{people.address(key)}.jsonl"
        found = story.run("backup", str(file), key=key)
        own = story.run("statement", key=key)
        assert (found["labels"], found["receipts"], found["by_agent"]) == (
            own["labels"],
            own["labels"],
            agents,
        )
        assert (found["statement"], found["erased"]) == (len(own["rows"]), 0)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        again = story.terminal.run("backup", str(file), "--check", "--json", "--api", "http://127.0.0.1:9")
        assert again.json() == found
        # A newer copy takes its place.
        assert story.run("backup", str(file), key=key)["labels"] == found["labels"]
    # What is kept here may hold more than the service ever got.
    own_backup = story.backup("ana")
    before = own_backup.read_bytes()
    over = story.terminal.run("backup", str(own_backup), key=people.ana)
    assert "exists, and is no copy that was fetched before: choose another name" in over.complaint
    assert (over.code, own_backup.read_bytes()) == (1, before)
    kept = {one["row_id"]: one for one in Backup(own_backup).read() if one["type"] == "receipt"}
    saved = {one["row_id"]: one for one in Backup(folder / f"{people.address(people.ana)}.jsonl").read()
             if one["type"] == "receipt"}  # fmt: skip
    for row_id, receipt in kept.items():
        assert saved[row_id] == receipt | {"checked_at": ""}
    text = file.read_text()
    file.write_text(text.replace('"label": "heron"', '"label": "ibis"', 1))
    bent = story.terminal.run("backup", str(file), "--check")
    assert (bent.code, "label and salt are not those that were signed" in bent.complaint) == (1, True)
    assert story.terminal.run("backup", "--check").code == 2


def test_quality__for_people__in_words_and_with_units(story: Story) -> None:
    found = story.run("dataset", "quality", story.birds)
    page = story.terminal.run("dataset", "quality", story.birds).out
    told = dict(line.split("  ", 1) for line in page.splitlines())
    told = {name: value.strip() for name, value in told.items()}
    assert told["labels"] == f"{found['labels']:,} by 3 annotators, of {ITEMS} items"
    gold = found["on_gold"]
    assert told["equal to hidden gold"].endswith(f"%), {gold['right']} of {gold['of']}")
    assert told["agreement"] == f"alpha {found['alpha']:.3f}; 1 is perfect, 0 is chance"
    largest = found["holding"]["largest_bps"]
    part = f"the largest has {largest // 100}.{largest % 100:02d} % of all shares"
    assert part in told["holders"]
    assert told["publisher"] == "holds 0.00 % of all shares"
    payers = found["payers"]
    assert told["payments"].startswith(f"{payers['payments']}; different payers: {payers['distinct']}, ")
    assert told["concentration"] == f"HHI {found['holding']['hhi']:,}; 10,000 is one holder alone"
    assert not any("_" in name for name in told)


def test_output__in_a_pipe__is_plain_and_whole(story: Story) -> None:
    page = story.terminal.run("dataset", "list")
    assert (page.code, page.err) == (0, "")
    assert "\x1b" not in page.out
    assert any(
        line.startswith(story.birds) and line.rstrip().endswith("birds") for line in page.out.splitlines()
    )


def test_keys__nothing_that_was_ever_said__holds_a_piece_of_one(story: Story) -> None:
    said = "".join(outcome.out + outcome.err for outcome in story.outcomes.values())
    for key in (story.people.publisher, story.people.ana, story.people.bia, story.people.caio):
        assert not any(piece in said for piece in pieces_of(key[2:]))
