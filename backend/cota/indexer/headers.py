"""Block headers as the indexer needs them: node's JSON -> **headers** -> fetch, ancestor, writer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cota.indexer.problems import NodeBehind


@dataclass(frozen=True, slots=True)
class Header:
    """One block. `bloom` is its logs' bloom filter (Yellow Paper 4.3.1) as one integer; `is_empty`: it holds no
    transaction."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int
    bloom: int
    is_empty: bool = False

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp, UTC)


def parse_header(answer: Mapping[str, Any] | None, asked: object) -> Header:
    """Raises NodeBehind for null: the node has heard of the block, but cannot show it yet."""
    if answer is None:
        raise NodeBehind(f"the node does not have block {asked} yet")
    return Header(
        int(answer["number"], 16),
        bytes.fromhex(answer["hash"][2:]),
        bytes.fromhex(answer["parentHash"][2:]),
        int(answer["timestamp"], 16),
        int(answer.get("logsBloom") or "0x0", 16),
        answer.get("transactions") == [],
    )
