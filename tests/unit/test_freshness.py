"""Which block may be waited for: none that cannot come meanwhile, any that an indexer which stood still missed."""

import time
from datetime import UTC, datetime

import pytest

from cota.errors import BlockTooFar, NotIndexedYet
from cota.http import freshness
from cota.http.freshness import Freshness, Indexed
from cota.networks import NETWORKS
from cota.store.session import Database

SEPOLIA = NETWORKS["sepolia"]


class Still(Freshness):
    """A mirror that does not move."""

    def __init__(self, indexed: Indexed | None, network: str = "sepolia") -> None:
        super().__init__(Database("postgresql+psycopg://nobody@127.0.0.1:9/none"), NETWORKS[network])
        self._still = indexed

    async def _read(self) -> Indexed | None:
        return self._still


def at(number: int, head: int, seconds_ago: float = 0) -> Indexed:
    return Indexed(number, bytes(32), datetime.fromtimestamp(time.time() - seconds_ago, UTC), head)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "WAIT_SECONDS", 0.3)


async def outcome(mirror: Freshness, block: int) -> type[Exception] | None:
    try:
        await mirror.wait_for(block)
    except (BlockTooFar, NotIndexedYet) as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize(
    ("block", "expected"),
    [(100, None), (101, NotIndexedYet), (5_000, NotIndexedYet), (5_256, NotIndexedYet), (5_300, BlockTooFar)],
)
async def test_wait__mirror_behind_the_head__counts_from_the_head(
    block: int, expected: type[Exception] | None
) -> None:
    assert await outcome(Still(at(100, 5_000)), block) is expected


async def test_wait__far_ahead__is_refused_at_once_with_the_head() -> None:
    began = time.monotonic()
    with pytest.raises(BlockTooFar) as refusal:
        await Still(at(100, 120)).wait_for(2**62)
    assert (refusal.value.extra["head"], refusal.value.extra["indexed"]) == (120, 100)
    assert time.monotonic() - began < 0.2


async def test_wait__indexer_stood_still_for_a_day__keeps_nobody_out() -> None:
    missed = int(86_400 / SEPOLIA.block_seconds)
    mirror = Still(at(100, 100, seconds_ago=86_400))
    assert await outcome(mirror, 100 + missed) is NotIndexedYet
    assert await outcome(mirror, 100 + 3 * missed) is BlockTooFar


async def test_wait__local_chain__may_be_mined_far_ahead_by_anybody() -> None:
    assert await outcome(Still(at(100, 100), "local"), 20_000) is NotIndexedYet


async def test_wait__nothing_indexed_yet__is_waited_for() -> None:
    assert await outcome(Still(None), 2**62) is NotIndexedYet
