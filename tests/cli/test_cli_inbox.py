"""What concerned an account, as its owner reads it: `cota inbox`, and the client's calls."""

from __future__ import annotations

import re
from typing import Any

from eth_account import Account

from cota.client import CotaClient
from cota.client.asynchronous import AsyncCotaClient
from cota.units import parse_hash32
from tests.cli.story import ITEMS, Story


def whole(story: Story, key: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = story.run("inbox", "--limit", "200", key=key)["items"]
    return events


def test_inbox__of_a_contributor__tells_what_became_of_her_labels(story: Story) -> None:
    ana = story.people.ana
    mine = [one for one in whole(story, ana) if one["dataset"] == story.birds]
    assert [one["kind"] for one in mine][-4:] == [
        "epoch-finalized",
        "epoch-proposed",
        "joined",
        "dataset-state",
    ]
    final = mine[-4]
    assert (final["data"]["epoch"], final["labels"]) == ("1", ITEMS)
    assert final["deadline"].endswith("Z")
    lines = story.terminal.run("inbox", "--limit", "200", key=ana).out.splitlines()
    assert lines[0].split() == ["at", "what", "until", "dataset"]
    (told,) = (one for one in lines if "epoch 1 is final" in one and one.endswith(story.birds))
    assert f"epoch 1 is final; {final['counted']} of your {ITEMS} labels count" in told
    assert final["at"] in told
    assert final["deadline"] in told
    assert any("you joined, with 50 COTA at stake" in one for one in lines)


def test_inbox__page_by_page__is_the_whole_of_it(story: Story) -> None:
    ana = story.people.ana
    words = ["--limit", "2"]
    pages: list[dict[str, Any]] = []
    while True:
        page = story.run("inbox", *words, key=ana)
        assert 0 < len(page["items"]) <= 2
        assert page["ending"] == []
        pages += page["items"]
        if page["next"] is None:
            break
        words = ["--limit", "2", "--cursor", page["next"]]
    assert len(pages) >= 6
    assert whole(story, ana)[-len(pages) :] == pages
    first = story.terminal.run("inbox", "--limit", "2", key=ana).out
    found = re.search(r"There is more: cota inbox --cursor (\S+)$", first.strip())
    assert found is not None
    # As it is told, so it is typed.
    second = story.terminal.run("inbox", "--cursor", found[1], "--limit", "2", key=ana).out
    assert [line.split()[0] for line in second.splitlines()[1:3]] == [one["at"] for one in pages[2:4]]
    last = story.terminal.run("inbox", "--limit", "200", key=ana).out
    assert "There is more" not in last


def test_inbox__of_whom_nothing_concerns_yet__is_empty(story: Story) -> None:
    newcomer = "0x" + "5e" * 32
    assert story.run("inbox", key=newcomer) == {"items": [], "next": None, "ending": []}
    told = story.terminal.run("inbox", key=newcomer)
    assert (told.code, told.out, told.err) == (0, "no events\n", "")


def test_inbox__wrong_words__are_one_line_each(story: Story) -> None:
    for limit in ("0", "201", "many"):
        wrong = story.terminal.run("inbox", "--limit", limit, key=story.people.ana)
        assert (wrong.code, wrong.out, "--limit" in wrong.complaint) == (2, "", True)
    for cursor in ("nonsense", "W10", "é"):
        wrong = story.terminal.run("inbox", "--cursor", cursor, key=story.people.ana)
        assert (wrong.code, wrong.out) == (1, "")
        assert wrong.complaint == "cota: bad-request: the cursor is not one of this list"
    nobody = story.terminal.run("inbox")
    assert (nobody.code, nobody.out, "COTA_KEY" in nobody.complaint) == (1, "", True)


async def test_inbox__from_python__is_typed_and_the_same_awaited(story: Story) -> None:
    api, account = story.terminal.environment["COTA_API"], Account.from_key(story.people.bia)
    birds = parse_hash32(story.birds)
    with CotaClient(api, account) as client:
        page = client.inbox_page(limit=1)
        assert (len(page.events), page.ending) == (1, ())
        older = client.inbox_page(page.next)
        assert older.events[0].block <= page.events[0].block
        listed = list(client.inbox())
        (final,) = (one for one in listed if one.kind == "epoch-finalized" and one.dataset == birds)
        assert (final.labels, final.data["epoch"]) == (ITEMS, "1")
        assert final.deadline is not None
        assert final.deadline > final.at
    async with AsyncCotaClient(api, account) as awaited:
        assert [one.id async for one in awaited.inbox()][-len(listed) :] == [one.id for one in listed]
        assert (await awaited.inbox_page(limit=1)).next is not None
