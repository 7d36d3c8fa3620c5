"""An exam before work: it costs an entrance, proves nothing, and tells its answers to nobody."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import CLASSES, Dataset, World, batch_body, roots_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTIONS = [{"content": {"exam": f"picture {n}"}, "answer": CLASSES[n % 3]} for n in range(8)]


async def put(
    world: World, dataset: Dataset, wallet: Wallet | None = None, **changes: Any
) -> httpx2.Response:
    body = {"questions": QUESTIONS, "asked": 4, "pass_correct": 3, "attempts": 2, **changes}
    headers = await world.sign_in(wallet or world.publisher)
    return await world.http.put(f"{dataset.path}/exam", json=body, headers=headers)


async def with_exam(world: World, items: int = 6, **changes: Any) -> Dataset:
    dataset = await world.create_dataset(items=items)
    answer = await put(world, dataset, **changes)
    assert answer.status_code == 204, answer.text
    return dataset


async def sit(world: World, dataset: Dataset, wallet: Wallet) -> httpx2.Response:
    headers = await world.sign_in(wallet)
    return await world.http.post(f"{dataset.path}/exam/sittings", headers=headers)


async def answer(world: World, wallet: Wallet, sitting: Any, answers: list[Any]) -> httpx2.Response:
    headers = await world.sign_in(wallet)
    path = f"/v1/exam-sittings/{sitting['id']}/answers"
    return await world.http.post(path, json={"answers": answers}, headers=headers)


async def stand(world: World, dataset: Dataset, wallet: Wallet) -> tuple[bool, int]:
    found = (await world.http.get(f"{dataset.path}/exam", headers=await world.sign_in(wallet))).json()
    return found["passed"], found["attempts_left"]


def right(sitting: Any) -> list[str]:
    known = {one["content"]["exam"]: one["answer"] for one in QUESTIONS}
    return [known[content["exam"]] for content in sitting["questions"]]


def wrong(sitting: Any) -> list[str]:
    return [CLASSES[(CLASSES.index(one) + 1) % 3] for one in right(sitting)]


async def ask(world: World, dataset: Dataset, wallet: Wallet) -> httpx2.Response:
    headers = await world.sign_in(wallet)
    return await world.http.post(f"{dataset.path}/leases", json={"count": 1}, headers=headers)


async def test_exam__demanded__no_work_before_it_is_passed(world: World) -> None:
    dataset = await with_exam(world)
    told = (await world.http.get(f"{dataset.path}/exam")).json()
    assert told == {
        "asked": 4,
        "pass_correct": 3,
        "attempts": 2,
        "passed": None,
        "attempts_left": None,
        "open_until": None,
    }
    wallet = await world.member(dataset)
    refused(await ask(world, dataset, wallet), "exam-wanted", 403)
    sitting = (await sit(world, dataset, wallet)).json()
    assert len(sitting["questions"]) == 4
    assert all(content in [one["content"] for one in QUESTIONS] for content in sitting["questions"])
    # An open sitting is the same one; one wrong answer of four still passes.
    assert (await sit(world, dataset, wallet)).json() == sitting
    given = [wrong(sitting)[0], *right(sitting)[1:]]
    done = await answer(world, wallet, sitting, given)
    assert done.json() == {"passed": True, "correct": 3, "asked": 4, "attempts_left": 1}
    assert (await answer(world, wallet, sitting, wrong(sitting))).json() == done.json()
    assert await stand(world, dataset, wallet) == (True, 1)
    assert len(await world.lease(dataset, wallet, 3)) == 3
    refused(await sit(world, dataset, wallet), "no-attempt-left", 403)


async def test_exam__failed_as_often_as_one_may__no_work(world: World) -> None:
    dataset = await with_exam(world)
    wallet, other = await world.member(dataset), await world.member(dataset)
    for left in (1, 0):
        sitting = (await sit(world, dataset, wallet)).json()
        refused(await answer(world, other, sitting, right(sitting)), "not-found", 404)
        refused(await answer(world, wallet, sitting, right(sitting)[:3]), "invalid-body", 422)
        failed = await answer(world, wallet, sitting, [*right(sitting)[:2], None, 7])
        assert failed.json() == {"passed": False, "correct": 2, "asked": 4, "attempts_left": left}
        # Which were right is told nowhere.
        assert "answer" not in failed.text.replace("answers", "")
    refused(await sit(world, dataset, wallet), "no-attempt-left", 403)
    refused(await ask(world, dataset, wallet), "exam-wanted", 403)
    assert await stand(world, dataset, other) == (False, 2)


async def test_exam__sitting_that_ran_out__counts(world: World) -> None:
    dataset = await with_exam(world, attempts=1)
    wallet = await world.member(dataset)
    sitting = (await sit(world, dataset, wallet)).json()
    async with world.services.database.write() as session:
        late = "UPDATE exam_sittings SET expires_at = now() - interval '1 second' WHERE dataset = :d"
        await session.execute(text(late), {"d": dataset.id})
    over = await answer(world, wallet, sitting, right(sitting))
    assert over.json() == {"passed": False, "correct": 0, "asked": 4, "attempts_left": 0}
    refused(await sit(world, dataset, wallet), "no-attempt-left", 403)


async def test_exam__30_calls_at_once__one_sitting_and_one_outcome(world: World) -> None:
    dataset = await with_exam(world, attempts=1)
    wallet = await world.member(dataset)
    await world.sign_in(wallet)
    sittings = await asyncio.gather(*(sit(world, dataset, wallet) for _ in range(30)))
    assert len({one.text for one in sittings}) == 1
    sitting = sittings[0].json()
    answers = await asyncio.gather(
        *(answer(world, wallet, sitting, (right, wrong)[n % 2](sitting)) for n in range(30))
    )
    assert len({one.text for one in answers}) == 1
    assert await world.count("exam_sittings", dataset) == 1


async def test_exam__who_may_not_work__may_not_sit(world: World) -> None:
    dataset = await with_exam(world)
    refused(await world.http.post(f"{dataset.path}/exam/sittings"), "not-signed-in", 401)
    refused(await sit(world, dataset, Wallet()), "not-a-member", 403)
    refused(await sit(world, dataset, world.publisher), "own-dataset", 403)
    plain = await world.create_dataset(items=3)
    member = await world.member(plain)
    refused(await sit(world, plain, member), "not-found", 404)
    refused(await world.http.get(f"{plain.path}/exam"), "not-found", 404)


async def test_exam__set__by_its_publisher_until_somebody_joins(world: World, birds: Dataset) -> None:
    dataset = await with_exam(world)
    assert (await put(world, dataset, asked=2, pass_correct=1)).status_code == 204
    refused(await put(world, dataset, world.buyer), "forbidden", 403)
    await world.member(dataset)
    refused(await put(world, dataset), "exam-fixed", 409)
    await world.member(birds)
    refused(await put(world, birds), "exam-fixed", 409)
    assert (await world.http.get(f"{dataset.path}/exam")).json()["asked"] == 2


BAD: list[tuple[dict[str, Any], str]] = [
    ({"pass_correct": 5}, "pass_correct is at most asked"),
    ({"asked": 9}, "asked at most the number of questions"),
    ({"questions": [*QUESTIONS, QUESTIONS[0]]}, "two questions are the same"),
    ({"attempts": 0}, "attempts"),
    ({"questions": []}, "questions"),
]


@pytest.mark.parametrize(("changes", "detail"), BAD, ids=lambda one: str(one)[:30])
async def test_exam__that_makes_no_sense__refused(world: World, changes: dict[str, Any], detail: str) -> None:
    dataset = await world.create_dataset(items=3)
    assert detail in refused(await put(world, dataset, **changes), "invalid-body", 422)["detail"]


async def test_exam__answer_of_no_class_or_kind_without_right_answers__refused(world: World) -> None:
    dataset = await world.create_dataset(items=3)
    crow = [*QUESTIONS[:3], {"content": {"exam": "x"}, "answer": "crow"}]
    problem = refused(await put(world, dataset, questions=crow), "invalid-label", 422)
    assert problem["detail"].startswith("questions.3: ")
    free = await world.create_dataset(schema={"kind": "text", "question": "What do you see?"})
    assert "an exam is of a question" in refused(await put(world, free), "invalid-body", 422)["detail"]


async def test_exam__its_questions_and_the_items__are_never_the_same(world: World) -> None:
    """Whoever passed would know the answer of an item, gold or not."""
    dataset = await world.create_dataset(items=3)
    known = {"content": dataset.items[1]["content"], "answer": "heron"}
    problem = refused(await put(world, dataset, questions=[*QUESTIONS, known]), "invalid-body", 422)
    assert "is an item of the dataset" in problem["detail"]
    assert (await put(world, dataset)).status_code == 204
    items = batch_body(3, 0, 3)["items"]
    items[2]["content"] = QUESTIONS[5]["content"]
    roots = roots_of(items, 3)
    headers = await world.sign_in(world.publisher)
    whole = await world.http.post(f"{dataset.path}/batches", json={"items": items, **roots}, headers=headers)
    assert "the exam asks about" in refused(whole, "invalid-body", 422)["detail"]


async def test_exam__passed_by_all__proves_nobody(world: World) -> None:
    """Whoever shares the exam's answers passes it; what she is paid is what hidden gold says of her labels."""
    dataset = await with_exam(world, items=80)
    await world.add_batch(dataset, 20, 20)
    wallets = [await world.member(dataset) for _ in range(3)]
    for wallet in wallets:
        sitting = (await sit(world, dataset, wallet)).json()
        assert (await answer(world, wallet, sitting, right(sitting))).json()["passed"]
    guesser = wallets[2]
    await world.label_all(dataset, wallets[:2], accuracy=1.0)
    await world.label_all(dataset, [guesser], accuracy=0.0)
    # What the exam asked is among no rows and no items.
    assert await world.count("annotations", dataset) == 300
    assert await world.count("items", dataset) == 100
    await world.settle(dataset)
    units = []
    for wallet in wallets:
        account = (await world.http.get(f"/v1/accounts/{wallet.address}")).json()
        units.append(sum(int(one["unclaimed_units"]) for one in account["shares"]))
    assert min(units[:2]) > 0
    assert units[2] == 0
