"""Whether a block can hold logs of ours: header's bloom filter -> **bloom** -> fetch. Yellow Paper 4.3.1.

A filter never misses what is there and sometimes sees what is not: a miss proves that a block holds none of
our logs and that they need not be asked for, a hit with an empty answer is reason to ask again.
"""

from collections.abc import Iterable

from eth_hash.auto import keccak

from cota.indexer.headers import Header


def mask(value: bytes) -> int:
    """The three bits that an address or a topic sets."""
    digest = keccak(value)
    bits = 0
    for start in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[start : start + 2], "big") & 2047)
    return bits


class BloomCheck:
    """Asks filters for any of some addresses and topics."""

    def __init__(self, addresses: Iterable[str], topics: Iterable[str]) -> None:
        self._masks = [mask(bytes.fromhex(value[2:])) for value in (*addresses, *topics)]

    def may_hold(self, header: Header) -> bool:
        """A filter of nothing but zeros, on a block with transactions, says that the node keeps none."""
        if header.is_empty:
            return False
        bloom = header.bloom
        return not bloom or any(bloom & wanted == wanted for wanted in self._masks)
