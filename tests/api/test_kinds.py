"""Every kind of question over HTTP: the right label is receipted, the wrong one told what fits and not stored."""

import secrets
from typing import Any

import pytest

from cota.scoring import rules_hash
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.wallets import label_body
from tests.api.world import World, roots_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "Ada\r\n\U0001f44d\U0001f3ff met cafe\u0301 owner Kim"
PHOTO = {"image": "https://example.org/1.jpg", "width": 400, "height": 300}
AUDIO = {"audio": "https://example.org/1.ogg", "seconds": 3}
KIM = {"start": 24, "end": 27, "class": "person", "text": "Kim"}
BOX = {"x": 390, "y": 0, "width": 10, "height": 300, "class": "person"}
TRIANGLE = {"points": [[0, 0], [400, 0], [400, 300]], "class": "person"}
KINDS: list[tuple[dict[str, Any], Any, Any, Any, str]] = [
    ({"kind": "choices", "classes": ["person", "place"], "item": "audio"}, AUDIO, ["place"], ["thing"],
     'each class must be exactly one of "person", "place"'),
    ({"kind": "preference", "ties": True}, {"a": "one", "b": "two"}, "tie", "c", 'exactly one of "a", "b", "tie"'),
    ({"kind": "rating", "least": 1, "most": 5}, {"text": "x"}, 5, 6, "a whole number from 1 to 5"),
    ({"kind": "text", "most": 40}, "anything", "0xABcd 9007199254740993", " x", "not in its one form"),
    ({"kind": "spans", "classes": ["person"]}, {"text": TEXT}, [KIM], [KIM | {"start": 26, "end": 29}],
     "spans.0: end 29 is beyond the text's 27 code points"),
    ({"kind": "boxes", "classes": ["person"]}, PHOTO, [BOX], [BOX | {"width": 11}],
     "boxes.0: (401, 300) is outside the image's upright frame of 400 x 300 pixels"),
    ({"kind": "polygons", "classes": ["person"]}, PHOTO, [TRIANGLE], [TRIANGLE | {"points": [[0, 0], [1, 1], [2, 2]]}],
     "polygons.0: the points enclose nothing"),
]  # fmt: skip


def batch(contents: list[Any], gold: Any = None) -> dict[str, Any]:
    items = [
        {
            "content": content,
            "item_salt": to_hex(secrets.token_bytes(32)),
            "gold_label": gold if place == 0 else None,
            "gold_salt": to_hex(secrets.token_bytes(32)),
        }
        for place, content in enumerate(contents)
    ]
    return {"items": items, **roots_of(items, 0)}


@pytest.mark.parametrize(("members", "content", "good", "bad", "complaint"), KINDS)
async def test_kind__right_label__receipted_wrong_one_told(
    world: World, members: dict[str, Any], content: Any, good: Any, bad: Any, complaint: str
) -> None:
    """B26: what is stored, shown and given back is the text of the upload, letter by letter."""
    dataset = await world.create_dataset(schema={"question": "What is it?", **members})
    await world.add_items(dataset, batch([content], gold=good))
    wallet = await world.member(dataset)
    (lease,) = await world.lease(dataset, wallet)
    assert lease["item"]["content"] == content
    wrong = label_body(wallet, world.ledger, dataset.id, lease, bad)
    assert complaint in refused(await world.submit(dataset, wrong), "invalid-label", 422)["detail"]
    assert await world.count("annotations", dataset) == 0
    right = label_body(wallet, world.ledger, dataset.id, lease, good)
    answer = await world.submit(dataset, right)
    assert answer.status_code == 201, answer.text
    headers = await world.sign_in(wallet)
    own = (await world.http.get("/v1/accounts/me/annotations", headers=headers)).json()["items"]
    assert [row["label"] for row in own] == [good]


async def test_upload__content_or_gold_not_of_the_kind__item_is_named(world: World) -> None:
    dataset = await world.create_dataset(schema={"kind": "spans", "question": "Who?", "classes": ["person"]})
    headers = await world.sign_in(world.publisher)
    plain = batch([{"text": "x"}, {"text": ""}])
    answer = await world.http.post(f"{dataset.path}/batches", json=plain, headers=headers)
    assert "items.1.content: the content's" in refused(answer, "invalid-body", 422)["detail"]
    drifted = batch([{"text": TEXT}], gold=[KIM | {"start": 23, "end": 26}])
    answer = await world.http.post(f"{dataset.path}/batches", json=drifted, headers=headers)
    assert 'stands " Ki", not "Kim"' in refused(answer, "invalid-label", 422)["detail"]


async def test_details__rules_that_do_not_score_the_kind__refused_before_anybody_labels(world: World) -> None:
    with pytest.raises(
        AssertionError, match="rules 2, which the terms name, do not score answers of kind text"
    ):
        await world.create_dataset(schema={"kind": "text", "question": "?"}, rules_hash=rules_hash(2))


async def test_details__schema_with_unknown_member__refused(world: World) -> None:
    dataset = await world.create_dataset(upload=False)
    headers = await world.sign_in(world.publisher)
    body = {"schema": {"kind": "text", "question": "?", "colour": 1}, "title": "x"}
    answer = await world.http.post(f"{dataset.path}/details", json=body, headers=headers)
    assert 'the schema has "colour"' in refused(answer, "invalid-body", 422)["detail"]
