"""Remembered answers: one question at a time, nobody waits for what is known, failures reach who asked."""

import asyncio

import pytest

from cota.http.remembered import Remembered


class Clock:
    """Seconds, as a test wants them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_of__many_at_once_and_nothing_known__one_question_answers_all() -> None:
    asked: list[int] = []

    async def ask() -> int:
        asked.append(1)
        await asyncio.sleep(0)
        return len(asked)

    remembered: Remembered[str, int] = Remembered(60, most=10)
    assert await asyncio.gather(*(remembered.of("a", ask) for _ in range(8))) == [1] * 8
    assert asked == [1]


async def test_of__past_half_its_age__is_asked_for_again_and_nobody_waits() -> None:
    clock = Clock()
    remembered: Remembered[str, int] = Remembered(60, most=10, clock=clock)
    answer = asyncio.Event()
    asked: list[int] = []

    async def first() -> int:
        return 1

    async def slow() -> int:
        asked.append(1)
        await answer.wait()
        return 2

    assert await remembered.of("a", first) == 1
    clock.now = 29
    assert await remembered.of("a", slow) == 1
    await asyncio.sleep(0)
    assert asked == []
    clock.now = 31
    for _ in range(5):
        assert await remembered.of("a", slow) == 1
        await asyncio.sleep(0)
    assert asked == [1]
    answer.set()
    await asyncio.sleep(0.01)
    assert await remembered.of("a", first) == 2


async def test_of__asking_again_fails__is_told_to_who_waits_for_it() -> None:
    clock = Clock()
    remembered: Remembered[str, int] = Remembered(60, most=10, clock=clock)

    async def first() -> int:
        return 1

    async def fails() -> int:
        raise ValueError("away")

    assert await remembered.of("a", first) == 1
    clock.now = 31
    assert await remembered.of("a", fails) == 1
    await asyncio.sleep(0.01)
    assert await remembered.of("a", fails) == 1
    clock.now = 61
    with pytest.raises(ValueError, match="away"):
        await remembered.of("a", fails)


async def test_of__asked_again_and_there_is_none_any_more__none_is_given() -> None:
    clock = Clock()
    remembered: Remembered[str, int] = Remembered(60, most=10, clock=clock)

    async def first() -> int:
        return 1

    async def nothing() -> None:
        return None

    assert await remembered.of("a", first) == 1
    clock.now = 31
    assert await remembered.of("a", nothing) == 1
    await asyncio.sleep(0.01)
    assert len(remembered) == 0
    assert await remembered.of("a", nothing) is None


async def test_of__no_answer_or_a_failure__is_asked_for_again() -> None:
    remembered: Remembered[str, int] = Remembered(60, most=10)

    async def nothing() -> None:
        return None

    async def fails() -> int:
        raise ValueError("away")

    async def found() -> int:
        return 3

    assert await remembered.of("a", nothing) is None
    with pytest.raises(ValueError, match="away"):
        await remembered.of("a", fails)
    assert await remembered.of("a", found) == 3


async def test_of__more_keys_than_it_may_know__memory_is_bounded() -> None:
    remembered: Remembered[int, int] = Remembered(60, most=10)

    async def one() -> int:
        return 1

    for key in range(25):
        await remembered.of(key, one)
        assert len(remembered) <= 10


async def test_of__no_room_left__the_key_that_came_first_makes_some() -> None:
    remembered: Remembered[int, int] = Remembered(60, most=2)

    async def found() -> int:
        return 7

    for key in (1, 2, 3):
        await remembered.of(key, found)
    assert [remembered.last(key) for key in (1, 2, 3)] == [None, 7, 7]


async def test_last__stale__is_there_for_who_cannot_ask() -> None:
    remembered: Remembered[str, bool] = Remembered(0, most=2)

    async def no() -> bool:
        return False

    async def fails() -> bool:
        raise ValueError("away")

    assert await remembered.of("a", no) is False
    with pytest.raises(ValueError, match="away"):
        await remembered.of("a", fails)
    assert remembered.last("a") is False
    assert remembered.last("b") is None


async def test_of__answer_older_than_may_be_given__is_waited_for_by_all() -> None:
    """Somebody may have signed out since, or lost a right."""
    clock = Clock()
    remembered: Remembered[str, int] = Remembered(60, most=10, clock=clock)
    answer = asyncio.Event()

    async def first() -> int:
        return 1

    async def slow() -> int:
        await answer.wait()
        return 2

    assert await remembered.of("a", first) == 1
    clock.now = 59
    assert await remembered.of("a", slow) == 1
    clock.now = 61
    asking = [asyncio.create_task(remembered.of("a", slow)) for _ in range(2)]
    await asyncio.sleep(0.01)
    assert not any(one.done() for one in asking)
    answer.set()
    assert await asyncio.gather(*asking) == [2, 2]


async def test_of__keys_without_an_answer__take_no_room_from_those_that_have_one() -> None:
    """Whoever makes up tokens makes nobody else's be asked for again."""
    remembered: Remembered[int, int] = Remembered(60, most=2)
    asked: list[int] = []

    async def one() -> int:
        asked.append(1)
        return 1

    async def nothing() -> None:
        return None

    assert await remembered.of(0, one) == 1
    for key in range(1, 25):
        assert await remembered.of(key, nothing) is None
    await asyncio.gather(*(remembered.of(30, nothing) for _ in range(5)))
    assert len(remembered) == 1
    assert await remembered.of(0, one) == 1
    assert asked == [1]


async def test_forget__while_somebody_asks__their_answer_is_not_kept() -> None:
    remembered: Remembered[str, int] = Remembered(60, most=10)
    answer = asyncio.Event()

    async def slow() -> int:
        await answer.wait()
        return 1

    async def after() -> int:
        return 2

    asking = asyncio.create_task(remembered.of("a", slow))
    await asyncio.sleep(0)
    remembered.forget("a")
    answer.set()
    assert await asking == 1
    assert await remembered.of("a", after) == 2
