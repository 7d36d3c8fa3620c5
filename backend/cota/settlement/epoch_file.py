"""The public file of an epoch: log rows, skills, units, leaves -> **canonical JSON lines** -> SHA-256 on
chain.

Anyone recomputes root, units and payouts from it without seeing a label. Order: header, rows by index,
agent keys by digest, skills and units by address, leaves by index, counts of reasons, end. Promises:
byte-identical when made again; the reader takes no other order, spelling or key, checks every sum and the
leaves' tree, and names the line.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO, TypeVar

from cota.commitments.log_tree import LogTree
from cota.errors import BadRequest
from cota.formats.lines import Line, MalformedFile, read_lines, refuse, write_line
from cota.formats.shapes import Shape
from cota.settlement import epoch_lines as lines
from cota.settlement.epoch_lines import Agent, End, Header, Reasons, Row, Skill, Units
from cota.settlement.leaves import Epoch, Leaf, build_leaves, tree_of
from cota.units import Address

MAX_ROWS = 2**20


@dataclass(frozen=True)
class EpochFile:
    """An epoch's content; leaves and end follow from it, computed once."""

    header: Header
    rows: Sequence[Row]
    agents: Sequence[Agent] = ()
    skills: Sequence[Skill] = ()
    units: Mapping[Address, int] = field(default_factory=dict)
    penalties: Mapping[Address, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def leaves(self) -> list[Leaf]:
        head = self.header
        epoch = Epoch(head.chain_id, head.ledger, head.dataset, head.epoch)
        return build_leaves(epoch, self.units, self.penalties)

    @cached_property
    def end(self) -> End:
        root = tree_of(self.leaves).root
        return End(sum(self.units.values()), len(self.leaves), root, len(self.rows))

    def log_root(self) -> bytes:
        """The root of the rows given here; the checkpoint on chain says whether they are the logged ones."""
        return self.rows_root

    @cached_property
    def rows_root(self) -> bytes:
        return LogTree([row.row_id for row in self.rows]).root

    @cached_property
    def data_hash(self) -> bytes:
        """A checkpoint's `dataHash`. Of a file that was read, the hash of its own lines: they have one spelling."""
        return data_hash(self.rows, self.agents)


def row_lines(rows: Iterable[Row], agents: Iterable[Agent]) -> Iterator[bytes]:
    """The lines whose SHA-256 is a checkpoint's `dataHash`: rows by index, then agent keys by digest."""
    for row in rows:
        lines.check_row(row)
        yield write_line(lines.ROW.write(row))
    for agent in sorted(agents, key=_by_digest):
        yield write_line(lines.AGENT.write(agent))


def data_hash(rows: Iterable[Row], agents: Iterable[Agent]) -> bytes:
    """A checkpoint's `dataHash`."""
    digest = hashlib.sha256()
    for line in row_lines(rows, agents):
        digest.update(line)
    return digest.digest()


def file_lines(content: EpochFile) -> Iterator[bytes]:
    """All lines of the file, in its one order. Raises BadRequest for content that makes no epoch."""
    head = content.header
    if [row.index for row in content.rows] != list(range(head.first, head.end)):
        raise BadRequest("the rows are not those from the header's first to its last index, in order")
    if len(content.rows) > MAX_ROWS:
        raise BadRequest(f"an epoch has at most {MAX_ROWS} rows")
    _check_agents(content.rows, content.agents)
    yield write_line(lines.HEADER.write(head))
    yield from row_lines(content.rows, content.agents)
    for skill in sorted(content.skills, key=_by_account):
        yield write_line(lines.SKILL.write(skill))
    for units in sorted((Units(*entry) for entry in content.units.items() if entry[1]), key=_by_account):
        yield write_line(lines.UNITS.write(units))
    for leaf in content.leaves:
        yield write_line(lines.LEAF.write(leaf))
    yield write_line(lines.REASONS.write(Reasons(content.reasons)))
    yield write_line(lines.END.write(content.end))


def write_epoch_file(content: EpochFile, sink: BinaryIO) -> bytes:
    """Writes the file and gives its SHA-256, the settlement's `fileHash`."""
    digest = hashlib.sha256()
    for line in file_lines(content):
        sink.write(line)
        digest.update(line)
    return digest.digest()


def _check_agents(rows: Iterable[Row], agents: Iterable[Agent]) -> None:
    used = {(row.account, row.agent) for row in rows if row.agent is not None}
    known = {(agent.key.account, agent.key.agent) for agent in agents}
    if used != known:
        raise BadRequest("the agent keys are not those that signed rows")


def _by_account(record: Skill | Units) -> str:
    return record.account.lower()


def _by_digest(record: Agent) -> str:
    return record.digest.hex()


R = TypeVar("R")


class _Reader:
    """Takes lines off a file, one kind after the other."""

    def __init__(self, source: BinaryIO) -> None:
        self._lines = read_lines(source)
        self._next: Line | None = next(self._lines, None)
        self.number = 0
        self.data = hashlib.sha256()
        """Of the rows' and the agent keys' lines."""

    def take(self, shape: Shape[R]) -> R | None:
        """The next line's record if it is of this kind."""
        line = self._next
        if line is None or line.value["type"] != shape.name:
            return None
        self.number = line.number
        try:
            record = shape.read(line.value)
        except BadRequest as error:
            refuse(line.number, error.detail)
        if shape.record is Row or shape.record is Agent:
            self.data.update(line.raw)
        self._next = next(self._lines, None)
        return record

    def one(self, shape: Shape[R]) -> R:
        record = self.take(shape)
        if record is None:
            found = self._next.value["type"] if self._next else "the end of the file: it is incomplete"
            refuse(self.number + 1, f"a line of type {shape.name} is wanted, not {found}")
        return record

    def all(self, shape: Shape[R]) -> Iterator[R]:
        while (record := self.take(shape)) is not None:
            yield record

    def finish(self) -> None:
        if self._next is not None:
            refuse(self._next.number, "nothing may follow the end")


def _ascending(reader: _Reader, shape: Shape[R], order: Callable[[R], str]) -> Iterator[R]:
    before = ""
    for record in reader.all(shape):
        value = order(record)
        if value <= before:
            refuse(reader.number, f"lines of type {shape.name} are not in ascending order, each once")
        before = value
        yield record


def _read_rows(reader: _Reader, head: Header) -> list[Row]:
    rows: list[Row] = []
    for row in reader.all(lines.ROW):
        if row.index != head.first + len(rows):
            refuse(reader.number, f"row {head.first + len(rows)} is wanted here, not {row.index}")
        if len(rows) == MAX_ROWS:
            refuse(reader.number, f"an epoch has at most {MAX_ROWS} rows")
        try:
            lines.check_row(row)
        except BadRequest as error:
            refuse(reader.number, error.detail)
        rows.append(row)
    if head.first + len(rows) != head.end:
        refuse(reader.number, f"the header promises {head.end - head.first} rows, not {len(rows)}")
    return rows


def read_epoch_file(source: BinaryIO) -> EpochFile:
    """The content of a file, its form, order, sums and leaves checked. Raises MalformedFile."""
    reader = _Reader(source)
    head = reader.one(lines.HEADER)
    if head.version != lines.VERSION:
        refuse(reader.number, f"version {head.version} is unknown here")
    rows = _read_rows(reader, head)
    agents = list(_ascending(reader, lines.AGENT, _by_digest))
    try:
        _check_agents(rows, agents)
    except BadRequest as error:
        refuse(reader.number, error.detail)
    skills = list(_ascending(reader, lines.SKILL, _by_account))
    units = {}
    for record in _ascending(reader, lines.UNITS, _by_account):
        if record.units == 0:
            refuse(reader.number, "an account without units has no line")
        units[record.account] = record.units
    leaves = list(reader.all(lines.LEAF))
    first_leaf = reader.number - len(leaves) + 1
    penalties = {leaf.account: leaf.penalty for leaf in leaves if leaf.penalty}
    content = EpochFile(head, rows, agents, skills, units, penalties, reader.one(lines.REASONS).counts)
    for place, (leaf, made) in enumerate(zip(leaves, content.leaves, strict=False)):
        if leaf != made:
            refuse(first_leaf + place, "the leaf is not the one that the units make")
    if reader.one(lines.END) != content.end or len(leaves) != content.end.leaf_count:
        refuse(reader.number, "the end does not fit what stands before it")
    reader.finish()
    vars(content)["data_hash"] = reader.data.digest()
    return content


__all__ = [
    "Agent", "End", "EpochFile", "Header", "MalformedFile", "Reasons", "Row", "Skill", "Units", "data_hash",
    "file_lines", "read_epoch_file", "row_lines", "write_epoch_file",
]  # fmt: skip
