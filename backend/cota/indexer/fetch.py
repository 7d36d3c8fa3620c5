"""Getting logs that can be believed: node -> **fetch** -> rows, writer.

Two ways. Far below the head, a range of blocks in one question, believed only if the last block's hash was
the same before and after. Near the head, block by block, pinned by hash: headers that follow one another from
what is mirrored, then each block's logs by its hash (EIP-234), checked against its bloom filter. Where a node
refuses the logs of a single block they come from its receipts. All questions of one answer go to one node.
Promises: a batch is a piece of one chain that starts right after `parent`; every log in it belongs to a block
whose header was seen.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cota.chain.decode import Log
from cota.chain.events import Catalogue
from cota.chain.rpc import Call, Endpoint, RpcError, Unavailable
from cota.indexer.bloom import BloomCheck
from cota.indexer.headers import Header, parse_header
from cota.indexer.problems import ChainMoved, NodeBehind, RangeRefused

_LOG_ENVELOPE = 600  # bytes of a log's JSON beside its data
_DOUBTS = 2  # how often an empty answer is asked again when the bloom filter speaks against it


@dataclass(frozen=True)
class Batch:
    """A piece of the chain: blocks (parent, end] and their logs in order. `headers` are those of all blocks
    with logs, `kept` those worth remembering to find later where a reorganisation branched off."""

    parent: bytes
    end: Header
    headers: Mapping[int, Header]
    kept: Sequence[Header]
    logs: Sequence[Log] = field(repr=False)
    seconds: float = 0.0

    @property
    def size(self) -> int:
        return sum(len(log["data"]) for log in self.logs) + _LOG_ENVELOPE * len(self.logs)


class Fetcher:
    """`emitters`: lower-case addresses of the fixed contracts. Clones are found by topic, whoever emits."""

    def __init__(self, catalogue: Catalogue, emitters: Iterable[str]) -> None:
        self._emitters = sorted(emitters)
        self._clone_topics = sorted(catalogue.clones)
        self._clone_firsts = [[topic] for topic in self._clone_topics]
        self._bloom = BloomCheck(self._emitters, self._clone_topics)

    def _logs(self, where: Mapping[str, str]) -> list[Call]:
        """The questions for our logs: of fixed addresses all, of anyone those that only clones emit."""
        calls: list[Call] = [("eth_getLogs", [{**where, "address": self._emitters}])]
        if self._clone_topics:
            calls.append(("eth_getLogs", [{**where, "topics": [self._clone_topics]}]))
        return calls

    async def fetch_range(self, endpoint: Endpoint, start: int, end: int) -> Batch:
        """Blocks start..end, which must lie well below the head.

        Raises RangeRefused, Retry's kin, Unavailable.
        """
        began = time.monotonic()
        before = parse_header(await endpoint.call("eth_getBlockByNumber", hex(end), False), end)
        where = {"fromBlock": hex(start), "toBlock": hex(end)}
        *answers, parent = await _ask_heavy(endpoint, [*self._logs(where), _header_call(start - 1)])
        logs = _merge(answers, start, end)
        numbers = sorted({*(int(log["blockNumber"], 16) for log in logs), end})
        headers = await _headers(endpoint, numbers)
        if headers[end].hash != before.hash:
            raise ChainMoved(f"block {end} was replaced while its logs were read")
        _check_blocks(logs, headers)
        below = parse_header(parent, start - 1).hash
        return Batch(below, headers[end], headers, [headers[end]], logs, time.monotonic() - began)

    async def fetch_block(self, endpoint: Endpoint, number: int) -> Batch:
        """One block whose logs are more than the node will answer at once: from its transactions' receipts.

        Raises RangeRefused, Retry's kin, Unavailable.
        """
        began = time.monotonic()
        header = (await _headers(endpoint, [number]))[number]
        logs = await self._logs_of_receipts(endpoint, header)
        return Batch(header.parent, header, {number: header}, [header], logs, time.monotonic() - began)

    async def fetch_recent(self, endpoint: Endpoint, parent: bytes, start: int, head: Header) -> Batch:
        """Blocks start..head, which must follow `parent`. Raises RangeRefused, Retry's kin, Unavailable."""
        began = time.monotonic()
        below = await _headers(endpoint, range(start, head.number)) if head.number > start else {}
        headers = {**below, head.number: head}
        _check_chain(parent, [headers[n] for n in range(start, head.number + 1)])
        logs: list[Log] = []
        pinned = await self._pinned_logs(endpoint, list(headers.values()))
        for header, part in zip(headers.values(), pinned, strict=True):
            logs.extend(part or await self._doubt(endpoint, header))
        _check_blocks(logs, headers)
        return Batch(parent, head, headers, list(headers.values()), logs, time.monotonic() - began)

    async def _pinned_logs(self, endpoint: Endpoint, headers: Sequence[Header]) -> list[Sequence[Log]]:
        """The logs of each block, by its hash: a node that does not have the block refuses, where by number
        it would answer "nothing". Refused ones are asked for one by one, and at last read from the receipts.
        """
        questions = [call for h in headers for call in self._logs({"blockHash": _hex(h.hash)})]
        try:
            answers = await _ask_heavy(endpoint, questions)
        except RangeRefused:
            if len(headers) == 1:
                return [await self._logs_of_receipts(endpoint, headers[0])]
            middle = len(headers) // 2
            lower = await self._pinned_logs(endpoint, headers[:middle])
            return [*lower, *await self._pinned_logs(endpoint, headers[middle:])]
        each = len(questions) // len(headers)
        return [
            _merge(answers[n * each : (n + 1) * each], header.number, header.number)
            for n, header in enumerate(headers)
        ]

    async def _doubt(self, endpoint: Endpoint, header: Header) -> Sequence[Log]:
        """No logs, though the filter may say otherwise: some nodes announce a block before its logs are
        ready."""
        for _ in range(_DOUBTS):
            if not self._bloom.may_hold(header.bloom):
                break
            if found := (await self._pinned_logs(endpoint, [header]))[0]:
                return found
        return ()

    async def _logs_of_receipts(self, endpoint: Endpoint, header: Header) -> list[Log]:
        """What `_logs` would select, out of all that the block's transactions logged."""
        (block,) = await _ask_heavy(endpoint, [("eth_getBlockByHash", [_hex(header.hash), False])])
        if block is None:
            raise NodeBehind(f"the node does not have block {header.number} by its hash")
        calls: list[Call] = [("eth_getTransactionReceipt", [tx]) for tx in block["transactions"]]
        receipts = await _ask_heavy(endpoint, calls)
        if any(r is None or r["blockHash"] != block["hash"] for r in receipts):
            raise NodeBehind(f"the node does not have the receipts of block {header.number}")
        logs = [log for receipt in receipts for log in receipt["logs"] if self._is_ours(log)]
        return _merge([logs], header.number, header.number)

    def _is_ours(self, log: Log) -> bool:
        return log["address"].lower() in self._emitters or log["topics"][:1] in self._clone_firsts


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _header_call(number: int) -> Call:
    return ("eth_getBlockByNumber", [hex(number), False])


async def _headers(endpoint: Endpoint, numbers: Sequence[int]) -> dict[int, Header]:
    answers = await endpoint.batch([_header_call(n) for n in numbers])
    return {n: parse_header(answer, n) for n, answer in zip(numbers, answers, strict=True)}


async def _ask_heavy(endpoint: Endpoint, calls: Sequence[Call]) -> list[Any]:
    """Raises RangeRefused when the node refuses, or fails over it; Unavailable when it cannot be reached."""
    try:
        return await endpoint.batch(calls, is_heavy=True)
    except RpcError as refusal:
        raise RangeRefused(str(refusal)) from refusal
    except Unavailable as failure:
        if not failure.was_reached:
            raise
        raise RangeRefused(str(failure)) from failure


def _merge(answers: Sequence[Any], start: int, end: int) -> list[Log]:
    """All answers as one list in chain order, each log once. A fixed contract may emit what a clone emits
    too."""
    found: dict[tuple[int, int, str], Log] = {}
    for answer in answers:
        if not isinstance(answer, list):
            raise NodeBehind("the node answered logs with something else")
        for log in answer:
            number, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
            if not start <= number <= end or log.get("removed"):
                raise ChainMoved(f"a log of block {number} among those of {start}..{end}")
            found[number, index, log["blockHash"]] = log
    return [found[key] for key in sorted(found)]


def _check_blocks(logs: Sequence[Log], headers: Mapping[int, Header]) -> None:
    """Every log is of the block whose header was seen at its height."""
    for log in logs:
        number = int(log["blockNumber"], 16)
        if bytes.fromhex(log["blockHash"][2:]) != headers[number].hash:
            raise ChainMoved(f"a log of block {number} is of another block of that height")


def _check_chain(parent: bytes, headers: Sequence[Header]) -> None:
    for header in headers:
        if header.parent != parent:
            raise ChainMoved(f"block {header.number} does not follow the one below it")
        parent = header.hash
