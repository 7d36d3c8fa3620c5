"""One step after the other along the chain: fetch, ancestor -> **follow** -> writer.

Each step looks at the newest block and does one of three things: reads on (in windows far from the head,
block by block near it), takes back what left the chain while adding what replaced it, or finds nothing to do.
Promises: what replaces is fetched before anything is deleted, and both are one transaction; a node that is
behind is not taken for a reorganisation.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from cota.chain.client import NodeClient
from cota.chain.rpc import Endpoint
from cota.indexer.ancestor import find_ancestor
from cota.indexer.fetch import Batch, Fetcher
from cota.indexer.headers import Header, parse_header
from cota.indexer.problems import ChainMoved, NodeBehind, RangeRefused, ReorganisationTooDeep
from cota.indexer.progress import Way
from cota.indexer.rows import RowBuilder, Rows
from cota.indexer.span import Span
from cota.indexer.writer import MirrorWriter, Position
from cota.log import get_logger

log = get_logger(__name__)

_FULL = 10_000  # rows that wait for a transaction under way before nothing more is read


@dataclass(frozen=True, slots=True)
class FollowOptions:
    """`near`: how far from the head blocks are read one by one, pinned by hash. `max_rollback`: deeper ones
    need a person (None: any depth). `trusts_lower_head`: a head that went down means that blocks were taken
    back, as a development node does; elsewhere it means a node that is behind."""

    near: int = 64
    prefetch: int = 3
    max_rollback: int | None = None
    trusts_lower_head: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """What to write. `anchor` instead asks for windows up to that block."""

    head: Header
    batch: Batch | None = None
    ancestor: Header | None = None
    anchor: Header | None = None


class _Ready:
    """Rows of consecutive windows that wait for their transaction. `clones`: those known below them."""

    def __init__(self, clones: frozenset[str]) -> None:
        self._clones = clones
        self._lines: dict[str, list[str]] = defaultdict(list)
        self._announced: frozenset[str] = frozenset()
        self._kept: list[Header] = []
        self.count = 0
        self.end: Header | None = None

    def add(self, batch: Batch, rows: Rows) -> None:
        for table, lines in rows.lines.items():
            self._lines[table].extend(lines)
        self._announced |= rows.clones
        self._kept.extend(batch.kept)
        self.count += rows.count
        self.end = batch.end

    async def commit(self, commit: Callable[..., Awaitable[None]]) -> None:
        await commit(self.end, Rows(self._lines, self._announced), self._kept, self._clones)


class Follower:
    """Moves one mirror along one chain. `cursor` is what is committed."""

    def __init__(
        self,
        client: NodeClient,
        fetcher: Fetcher,
        builder: RowBuilder,
        writer: MirrorWriter,
        cursor: Position,
        clones: frozenset[str],
        options: FollowOptions,
        is_stopping: Callable[[], bool] = lambda: False,
        way: Way | None = None,
    ) -> None:
        self._is_stopping = is_stopping
        self._client, self._fetcher, self._builder = client, fetcher, builder
        self._writer, self._options = writer, options
        self._clones = clones
        self.cursor = cursor
        self._span = Span()
        self._way = way or Way()
        self._seen: Header | None = None

    async def step(self, up_to: int | None = None) -> bool:
        """Goes one step; False when there was nothing to do. `up_to`: a block not to pass.

        Raises Retry's kin (nothing was written), RangeRefused, ChainReset, ChainUnavailable.
        """
        step = await self._client.ask(lambda endpoint: self._look(endpoint, up_to))
        if step is None:
            return False
        self._seen = step.head
        self._way.seen(step.head, self.cursor.number)
        if step.anchor is not None:
            await self._backfill(step.anchor)
        else:
            await self._write(step.batch, step.ancestor)
        return True

    async def _look(self, endpoint: Endpoint, up_to: int | None) -> _Step | None:
        head = parse_header(await endpoint.call("eth_getBlockByNumber", "latest", False), "latest")
        if up_to is not None and head.number > up_to:
            head = parse_header(await endpoint.call("eth_getBlockByNumber", hex(up_to), False), up_to)
        cursor = self.cursor
        if (head.number, head.hash) == (cursor.number, cursor.hash):
            return None
        if not await self._is_ahead(endpoint, head):
            return await self._look_back(endpoint, head)
        if head.number - cursor.number > self._options.near:
            return _Step(head, anchor=await self._anchor(endpoint, head.number - self._options.near))
        return _Step(head, await self._fetcher.fetch_recent(endpoint, cursor.hash, cursor.number + 1, head))

    async def _is_ahead(self, endpoint: Endpoint, head: Header) -> bool:
        """Whether the node's chain goes on from where the mirror stands."""
        cursor = self.cursor
        if head.number <= cursor.number:
            return False
        if head.number == cursor.number + 1:
            return head.parent == cursor.hash
        answer = await endpoint.call("eth_getBlockByNumber", hex(cursor.number), False)
        return parse_header(answer, cursor.number).hash == cursor.hash

    async def _anchor(self, endpoint: Endpoint, number: int) -> Header:
        """A block above the mirror's, deep enough to stay: what the node has below it while it has that block
        is one chain, and goes on from the mirror's."""
        anchor = parse_header(await endpoint.call("eth_getBlockByNumber", hex(number), False), number)
        answer = await endpoint.call("eth_getBlockByNumber", hex(self.cursor.number), False)
        if parse_header(answer, self.cursor.number).hash != self.cursor.hash:
            raise ChainMoved("the chain moved away from the mirrored block")
        return anchor

    async def _look_back(self, endpoint: Endpoint, head: Header) -> _Step:
        """The mirror's newest blocks left the node's chain: what to take back, and what comes instead."""
        ancestor = await find_ancestor(endpoint, self._writer, head, self.cursor)
        if not self._options.trusts_lower_head and head.number < self.cursor.number:
            newest = await self._writer.newest_block(head.number)
            if newest is not None and newest.number == ancestor.number:
                raise NodeBehind(f"the node's head {head.number} is below {self.cursor.number}, same chain")
        depth = self.cursor.number - ancestor.number
        limit = self._options.max_rollback
        if limit is not None and depth > limit:
            raise ReorganisationTooDeep(
                f"the node's chain left the mirrored one {depth} blocks ago; at most {limit} are taken back"
            )
        batch = await self._fetch_above(endpoint, ancestor, head)
        return _Step(head, batch, ancestor)

    async def _fetch_above(self, endpoint: Endpoint, ancestor: Header, head: Header) -> Batch | None:
        start = ancestor.number + 1
        if head.number < start:
            return None
        if head.number - ancestor.number <= self._options.near:
            return await self._fetcher.fetch_recent(endpoint, ancestor.hash, start, head)
        end = min(start + self._span.width - 1, head.number - self._options.near)
        try:
            return await self._fetcher.fetch_range(endpoint, start, end, head)
        except RangeRefused:
            self._span.shrink(end - start + 1)
            return await self._fetcher.fetch_block(endpoint, start, head)

    async def _write(self, batch: Batch | None, ancestor: Header | None) -> None:
        """Commits one batch, a taking back, or both."""
        end = batch.end if batch else ancestor
        if end is None:
            raise ValueError("nothing to write")
        # Announcements above the ancestor are taken back too.
        clones = self._clones if ancestor is None else await self._writer.clones(ancestor.number)
        rows = self._builder.build(batch, clones) if batch else Rows({})
        await self._commit(end, rows, batch.kept if batch else (), clones, ancestor)

    async def _commit(
        self,
        end: Header,
        rows: Rows,
        kept: Sequence[Header],
        clones: frozenset[str],
        ancestor: Header | None = None,
    ) -> None:
        """`clones`: those known below the rows."""
        head, depth = self._seen or end, 0 if ancestor is None else self.cursor.number - ancestor.number
        self.cursor = await self._writer.apply(
            self.cursor,
            end,
            max(head.number, end.number),
            take_back_to=None if ancestor is None else ancestor.number,
            rows=rows,
            kept=kept,
        )
        self._clones = clones | rows.clones
        if ancestor is not None:
            self._way.turned(depth, ancestor.number, head.number)
        self._way.moved(end, head, rows.count, rows.undecodable)

    async def _backfill(self, anchor: Header) -> None:
        """Windows up to the anchor, fetched ahead, committed in order. What comes while a transaction is under
        way is cut into rows meanwhile, and goes together into the next one."""
        ready, clones = _Ready(self._clones), self._clones
        writing: asyncio.Task[None] | None = None
        try:
            async with aclosing(self._windows(self.cursor.number + 1, anchor)) as windows:
                async for batch in windows:
                    rows = self._builder.build(batch, clones)
                    clones = clones | rows.clones
                    ready.add(batch, rows)
                    if writing is not None and not writing.done() and ready.count < _FULL:
                        continue
                    if writing is not None:
                        await writing
                    writing = asyncio.create_task(ready.commit(self._commit))
                    ready = _Ready(clones)
            if writing is not None:
                await writing
            if ready.end is not None:
                await ready.commit(self._commit)
        finally:
            if writing is not None:
                await asyncio.gather(writing, return_exceptions=True)

    async def _windows(self, start: int, anchor: Header) -> AsyncGenerator[Batch]:
        pending: deque[asyncio.Task[list[Batch]]] = deque()
        try:
            while not self._is_stopping() and (start <= anchor.number or pending):
                while start <= anchor.number and len(pending) < self._options.prefetch:
                    end = min(start + self._span.width - 1, anchor.number)
                    pending.append(asyncio.create_task(self._fetch_window(start, end, anchor)))
                    start = end + 1
                for batch in await pending.popleft():
                    yield batch
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    async def _fetch_window(self, start: int, end: int, anchor: Header) -> list[Batch]:
        """One window, or its halves when the node refuses it: never the same range again. A single block that
        is refused is read from its receipts.
        """
        fetcher = self._fetcher
        try:
            batch = await self._client.ask(lambda e: fetcher.fetch_range(e, start, end, anchor))
        except RangeRefused as refusal:
            if start == end:
                return [await self._client.ask(lambda e: fetcher.fetch_block(e, start, anchor))]
            self._span.shrink(end - start + 1)
            log.info("range refused", start=start, end=end, reason=str(refusal)[:200])
            middle = (start + end) // 2
            lower = await self._fetch_window(start, middle, anchor)
            return [*lower, *await self._fetch_window(middle + 1, end, anchor)]
        self._span.grow(end - start + 1, len(batch.logs), batch.size, batch.seconds)
        return [batch]
