"""Parts of bounties that cannot be paid now: how long they are left alone, and what ends it."""

import pytest

from cota.settlement import bounties
from cota.settlement.bounties import FIRST_REST, LONGEST_REST, LOOK_AGAIN, _Resting
from cota.units import Address

PART = (Address("0x" + "11" * 20), 1, 1)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(bounties, "time", clock)
    return clock


def test_rest__again_and_again__doubles_up_to_a_day(clock: Clock) -> None:
    resting, rests = _Resting(), []
    for _ in range(10):
        resting.put(PART, 5)
        began = clock.now
        while resting.holds(PART, 5):
            clock.now += FIRST_REST
        rests.append(clock.now - began)
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert max(rests) == rests[-1] == LONGEST_REST


def test_rest__paid_or_unpaid_in_between__is_over(clock: Clock) -> None:
    resting = _Resting()
    resting.put(PART, 5)
    clock.now += 1
    assert resting.holds(PART, 5)
    assert not resting.holds(PART, 6)
    assert not resting.holds(PART, 0)  # a reorganisation took a payment back
    clock.now += 2 * FIRST_REST
    resting.put(PART, 0)
    clock.now += FIRST_REST + 1
    assert not resting.holds(PART, 0)  # what was new did not double


def test_dataset__nothing_happened__is_left_alone_for_a_while(clock: Clock) -> None:
    resting = _Resting()
    dataset = bytes(32)
    assert not resting.holds_all(dataset, "a")
    resting.put_all(dataset, "a")
    assert resting.holds_all(dataset, "a")
    assert not resting.holds_all(dataset, "b")
    clock.now += LOOK_AGAIN
    assert not resting.holds_all(dataset, "a")
