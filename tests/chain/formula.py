"""A chain that is a formula: blocks and logs follow from their numbers, for chains that no development node can hold.

`Formula.answer` is a rule for the shim (tests/fixtures/shim.py), which then needs no node behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_hash.auto import keccak

from cota.indexer.bloom import mask
from tests.fixtures.shim import Answer, refuse

CHAIN_ID = 31_337
TX = "0x" + "aa" * 32


@cache
def hash_of(number: int) -> str:
    return "0x" + keccak(b"block %d" % number).hex()


def log(number: int, index: int, emitter: str, topics: Sequence[str], data: str) -> dict[str, Any]:
    return {
        "address": emitter,
        "topics": list(topics),
        "data": data,
        "blockNumber": hex(number),
        "blockHash": hash_of(number),
        "transactionHash": TX,
        "transactionIndex": "0x0",
        "logIndex": hex(index),
        "removed": False,
    }


@dataclass(frozen=True)
class Formula:
    """`logs(number)`: a block's, asked for only where `holds(number)`; `widest`: blocks that a question may span."""

    head: int
    holds: Callable[[int], bool]
    logs: Callable[[int], Sequence[dict[str, Any]]]
    widest: int = 10_000

    def answer(self, method: str, params: list[Any]) -> Answer:
        if method == "eth_chainId":
            return Answer(result=hex(CHAIN_ID))
        if method == "eth_getCode":
            return Answer(result="0x00")
        if method == "eth_getBlockByNumber":
            return Answer(result=self._block(self.head if params[0] == "latest" else int(params[0], 16)))
        if method == "eth_getLogs":
            return self._logs(params[0])
        return refuse(-32601, f"no {method} here")

    def _block(self, number: int) -> dict[str, Any]:
        logs = self.logs(number) if self.holds(number) else []
        bloom = 0
        for entry in logs:
            for value in (entry["address"], *entry["topics"]):
                bloom |= mask(bytes.fromhex(value[2:]))
        return {
            "number": hex(number),
            "hash": hash_of(number),
            "parentHash": hash_of(number - 1),
            "timestamp": hex(1_700_000_000 + number),
            "logsBloom": f"0x{bloom:0512x}",
            "transactions": [TX] if logs else [],
        }

    def _logs(self, asked: dict[str, Any]) -> Answer:
        if "blockHash" in asked:
            near = range(max(0, self.head - 200), self.head + 1)
            numbers: Sequence[int] = [n for n in near if hash_of(n) == asked["blockHash"]]
        else:
            numbers = range(int(asked["fromBlock"], 16), int(asked["toBlock"], 16) + 1)
        if len(numbers) > self.widest:
            return refuse(-32602, f"at most {self.widest} blocks")
        found = [entry for n in numbers if self.holds(n) for entry in self.logs(n)]
        return Answer(result=[entry for entry in found if _is_asked(entry, asked)])


def _is_asked(entry: dict[str, Any], asked: dict[str, Any]) -> bool:
    if "address" in asked:
        return entry["address"] in asked["address"]
    return entry["topics"][0] in asked["topics"][0]
