"""Who counts as one caller, and what one may have open."""

from collections.abc import AsyncGenerator

import pytest

from cota.errors import RateLimited
from cota.http.limits import AtOnce, Limits, caller_of


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_caller_of__address__or_its_subscribers_network(host: str | None, caller: str) -> None:
    assert caller_of(host) == caller


def test_limits__addresses_of_one_network__share_what_it_may_cost() -> None:
    limits = Limits({"nonce": "2/minute"})
    for last in ("1", "2"):
        limits.check("nonce", caller_of(f"2001:db8::{last}"))
    with pytest.raises(RateLimited):
        limits.check("nonce", caller_of("2001:db8::3"))
    limits.check("nonce", caller_of("2001:db8:0:1::3"))


async def numbers() -> AsyncGenerator[int, None]:
    for number in range(3):
        yield number


async def test_at_once__counted_while_read__by_caller() -> None:
    downloads = AtOnce(2, "downloads")
    readers = [downloads.of("one", numbers()) for _ in range(2)]
    for reader in readers:
        downloads.check("one")
        assert await anext(reader) == 0
    with pytest.raises(RateLimited, match="2 downloads of this caller are open"):
        downloads.check("one")
    downloads.check("another")
    await readers[0].aclose()
    downloads.check("one")
    assert [number async for number in readers[1]] == [1, 2]
    with downloads.held("one"):
        downloads.check("one")
