"""Getting logs that can be believed: node -> **fetch** -> rows, writer.

Two ways. Far below the head, a range of blocks in one question, believed only if the node had one and the same
block at the height of an anchor above it, with the question and after: then all of it is below that anchor.
Near the head, block by block, pinned by hash: headers that follow one another from what is mirrored, then, of each
block whose bloom filter may hold ours, the logs by its hash (EIP-234). Where a node refuses the logs of a single
block they come from its receipts. All questions of one answer go to one node. Promises: a batch is a piece of
one chain; every log in it belongs to a block whose header was seen.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cota.chain.decode import RawLog, logs_of, read_logs
from cota.chain.events import Catalogue
from cota.chain.rpc import Call, Endpoint, Readers, RpcError, Unavailable
from cota.indexer.bloom import BloomCheck
from cota.indexer.headers import Header, parse_header
from cota.indexer.problems import ChainMoved, NodeBehind, RangeRefused

_LOG_ENVELOPE = 600  # bytes of a log's JSON beside its data
_DOUBTS = 2  # how often an empty answer is asked again when the bloom filter speaks against it


@dataclass(frozen=True)
class Batch:
    """A piece of the chain up to `end`, its logs in order. `headers` are those of all blocks with logs, `kept`
    those worth remembering to find later where a reorganisation branched off."""

    end: Header
    headers: Mapping[int, Header]
    kept: Sequence[Header]
    logs: Sequence[RawLog] = field(repr=False)
    seconds: float = 0.0

    @property
    def size(self) -> int:
        return sum([len(log.data) for log in self.logs]) + _LOG_ENVELOPE * len(self.logs)


class Fetcher:
    """`emitters`: lower-case addresses of the fixed contracts. Clones are found by topic, whoever emits."""

    def __init__(self, catalogue: Catalogue, emitters: Iterable[str]) -> None:
        self._emitters = sorted(emitters)
        self._clone_topics = sorted(catalogue.clones)
        self._bloom = BloomCheck(self._emitters, self._clone_topics)

    def _logs(self, where: Mapping[str, str]) -> list[Call]:
        """The questions for our logs: of fixed addresses all, of anyone those that only clones emit."""
        calls: list[Call] = [("eth_getLogs", [{**where, "address": self._emitters}])]
        if self._clone_topics:
            calls.append(("eth_getLogs", [{**where, "topics": [self._clone_topics]}]))
        return calls

    async def fetch_range(self, endpoint: Endpoint, start: int, end: int, anchor: Header) -> Batch:
        """Blocks start..end below `anchor`, which the node must have shown before.

        Raises RangeRefused, Retry's kin, Unavailable.
        """
        began = time.monotonic()
        where = {"fromBlock": hex(start), "toBlock": hex(end)}
        *answers, seen = await _ask_heavy(endpoint, [*self._logs(where), _header_call(anchor.number)])
        _check_anchor(anchor, seen)
        logs = _merge(answers, start, end)
        return await self._under(endpoint, anchor, end, logs, began)

    async def fetch_block(self, endpoint: Endpoint, number: int, anchor: Header) -> Batch:
        """One block whose logs are more than the node will answer at once: from its transactions' receipts.

        Raises RangeRefused, Retry's kin, Unavailable.
        """
        began = time.monotonic()
        header = (await _headers(endpoint, [number]))[number]
        logs = await self._logs_of_receipts(endpoint, header)
        return await self._under(endpoint, anchor, number, logs, began)

    async def _under(
        self, endpoint: Endpoint, anchor: Header, end: int, logs: Sequence[RawLog], began: float
    ) -> Batch:
        """The batch up to `end` with the headers of its logs' blocks, all of them below the anchor."""
        numbers = sorted({*(int(text, 16) for text in {log.block_number for log in logs}), end})
        headers = await _headers(endpoint, [*numbers, anchor.number])
        if headers[anchor.number].hash != anchor.hash:
            raise ChainMoved(f"block {anchor.number} was replaced while logs below it were read")
        _check_blocks(logs, headers)
        return Batch(headers[end], headers, [headers[end]], logs, time.monotonic() - began)

    async def fetch_recent(self, endpoint: Endpoint, parent: bytes, start: int, head: Header) -> Batch:
        """Blocks start..head, which must follow `parent`. Raises RangeRefused, Retry's kin, Unavailable."""
        began = time.monotonic()
        below = await _headers(endpoint, range(start, head.number)) if head.number > start else {}
        headers = {**below, head.number: head}
        _check_chain(parent, [headers[n] for n in range(start, head.number + 1)])
        logs: list[RawLog] = []
        holding = [header for header in headers.values() if self._bloom.may_hold(header)]
        for header, part in zip(holding, await self._pinned_logs(endpoint, holding), strict=True):
            logs.extend(part or await self._doubt(endpoint, header))
        _check_blocks(logs, headers)
        return Batch(head, headers, list(headers.values()), logs, time.monotonic() - began)

    async def _pinned_logs(self, endpoint: Endpoint, headers: Sequence[Header]) -> list[Sequence[RawLog]]:
        """The logs of each block, by its hash: a node that does not have the block refuses, where by number
        it would answer "nothing". A block whose logs are refused is read from its receipts; only a request
        that failed as a whole is asked again, by halves.
        """
        if not headers:
            return []
        questions = [self._logs({"blockHash": _hex(h.hash)}) for h in headers]
        try:
            answers = await _ask_heavy(endpoint, [c for calls in questions for c in calls], keeps=True)
        except RangeRefused:
            if len(headers) == 1:
                return [await self._logs_of_receipts(endpoint, headers[0])]
            middle = len(headers) // 2
            lower = await self._pinned_logs(endpoint, headers[:middle])
            return [*lower, *await self._pinned_logs(endpoint, headers[middle:])]
        found: list[Sequence[RawLog]] = []
        for header, calls in zip(headers, questions, strict=True):
            own, answers = answers[: len(calls)], answers[len(calls) :]
            if any(isinstance(answer, RpcError) for answer in own):
                found.append(await self._logs_of_receipts(endpoint, header))
            else:
                found.append(_merge(own, header.number, header.number))
        return found

    async def _doubt(self, endpoint: Endpoint, header: Header) -> Sequence[RawLog]:
        """No logs, though the filter says otherwise: some nodes announce a block before its logs are ready."""
        for _ in range(_DOUBTS if header.bloom else 0):
            if found := (await self._pinned_logs(endpoint, [header]))[0]:
                return found
        return ()

    async def _logs_of_receipts(self, endpoint: Endpoint, header: Header) -> list[RawLog]:
        """What `_logs` would select, out of all that the block's transactions logged."""
        (block,) = await _ask_heavy(endpoint, [("eth_getBlockByHash", [_hex(header.hash), False])])
        if block is None:
            raise NodeBehind(f"the node does not have block {header.number} by its hash")
        calls: list[Call] = [("eth_getTransactionReceipt", [tx]) for tx in block["transactions"]]
        receipts = await _ask_heavy(endpoint, calls)
        if any(r is None or r["blockHash"] != block["hash"] for r in receipts):
            raise NodeBehind(f"the node does not have the receipts of block {header.number}")
        try:
            logs = [log for receipt in receipts for log in logs_of(receipt) if self._is_ours(log)]
        except msgspec.ValidationError as misfit:
            raise NodeBehind(f"the node answered receipts with something else: {misfit}") from None
        return _merge([logs], header.number, header.number)

    def _is_ours(self, log: RawLog) -> bool:
        return log.address.lower() in self._emitters or (log.topics or [""])[0] in self._clone_topics


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _header_call(number: int) -> Call:
    return ("eth_getBlockByNumber", [hex(number), False])


async def _headers(endpoint: Endpoint, numbers: Sequence[int]) -> dict[int, Header]:
    answers = await endpoint.batch([_header_call(n) for n in numbers])
    return {n: parse_header(answer, n) for n, answer in zip(numbers, answers, strict=True)}


async def _ask_heavy(endpoint: Endpoint, calls: Sequence[Call], *, keeps: bool = False) -> list[Any]:
    """`keeps`: refusals stand in their calls' places. Otherwise raises RangeRefused when the node refuses, or
    fails over it; Unavailable when it cannot be reached."""
    try:
        return await endpoint.batch(calls, is_heavy=True, readers=_READERS, keeps_refusals=keeps)
    except RpcError as refusal:
        raise RangeRefused(str(refusal)) from refusal
    except Unavailable as failure:
        if not failure.was_reached:
            raise
        raise RangeRefused(str(failure)) from failure


def _read_logs(answer: msgspec.Raw) -> list[RawLog]:
    try:
        return read_logs(answer)
    except msgspec.ValidationError as misfit:
        raise NodeBehind(f"the node answered logs with something else: {misfit}") from None


_READERS: Readers = {"eth_getLogs": _read_logs}


def _merge(answers: Sequence[list[RawLog]], start: int, end: int) -> list[RawLog]:
    """All answers as one list in chain order, each log once. A fixed contract may emit what a clone emits
    too."""
    logs = [log for answer in answers for log in answer]
    for number in {int(text, 16) for text in {log.block_number for log in logs}}:
        if not start <= number <= end:
            raise ChainMoved(f"a log of block {number} among those of {start}..{end}")
    if any([log.removed for log in logs]):
        raise ChainMoved(f"a log taken back among those of {start}..{end}")
    is_one_answer = sum(map(bool, answers)) <= 1
    if is_one_answer and len({(log.block_hash, log.log_index) for log in logs}) == len(logs):
        return logs
    found = {(int(log.block_number, 16), int(log.log_index, 16), log.block_hash): log for log in logs}
    return [found[key] for key in sorted(found)]


def _check_anchor(anchor: Header, answer: Mapping[str, Any] | None) -> None:
    if parse_header(answer, anchor.number).hash != anchor.hash:
        raise ChainMoved(f"block {anchor.number} was replaced before logs below it were read")


def _check_blocks(logs: Sequence[RawLog], headers: Mapping[int, Header]) -> None:
    """Every log is of the block whose header was seen at its height."""
    for number, block in {(log.block_number, log.block_hash) for log in logs}:
        if bytes.fromhex(block[2:]) != headers[int(number, 16)].hash:
            raise ChainMoved(f"a log of block {int(number, 16)} is of another block of that height")


def _check_chain(parent: bytes, headers: Sequence[Header]) -> None:
    for header in headers:
        if header.parent != parent:
            raise ChainMoved(f"block {header.number} does not follow the one below it")
        parent = header.hash
