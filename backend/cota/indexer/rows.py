"""Logs to table rows: fetch -> **rows** -> writer.

Lines of PostgreSQL's COPY text, cut from the node's hex by the event decoders. Promises: a log of ours
becomes exactly one line in exactly one table; what its ABI cannot decode is kept raw in `undecodable_logs`; a
clone's event counts only if the registry announced its emitter, and logs of anybody else leave no trace.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cota.chain.decode import Decoders, EventDecoder, RawLog, Undecodable
from cota.chain.events import Catalogue
from cota.indexer.fetch import Batch
from cota.store.mirror_names import UNDECODABLE

_NULL = r"\N"

_Emitter = tuple[str, Mapping[str, EventDecoder], str]
"""Contract, its decoders, its address as COPY text after a tab."""


@dataclass
class Rows:
    """Lines by table. `clones`: emitters announced by these logs, lower-case."""

    lines: Mapping[str, list[str]]
    clones: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        return sum(map(len, self.lines.values()))

    @property
    def undecodable(self) -> int:
        return len(self.lines.get(UNDECODABLE, ()))


@dataclass
class RowBuilder:
    """`emitters`: contract name by lower-case address."""

    catalogue: Catalogue
    emitters: Mapping[str, str]

    def __post_init__(self) -> None:
        self._decoders = Decoders(self.catalogue)
        announcement = self.catalogue.announcement
        self._announcement = EventDecoder(announcement) if announcement else None

    def build(self, batch: Batch, clones: frozenset[str]) -> Rows:
        """`clones`: the emitters announced below this batch, lower-case."""
        announced = self.find_clones(batch.logs)
        emitters = self._emitters(batch.logs, clones | announced)
        lines: dict[str, list[str]] = defaultdict(list)
        # Logs of one block, and of one transaction, follow one another: what they share is written once.
        block = transaction = where = ""
        for log in batch.logs:
            emitter = emitters[log.address]
            if emitter is None:
                continue
            if log.transaction_hash != transaction or log.block_hash != block:
                block, transaction = log.block_hash, log.transaction_hash
                header = batch.headers[int(log.block_number, 16)]
                where = (
                    f"{header.number}\t\\\\x{block[2:]}\t{header.time.isoformat()}"
                    f"\t\\\\x{transaction[2:]}\t{int(log.transaction_index, 16)}"
                )
            contract, decoders, address = emitter
            decoder = decoders.get(log.topics[0]) if log.topics else None
            if decoder is None:
                table, fields = UNDECODABLE, _raw_fields(log, f"{contract} has no such event")
            else:
                try:
                    table, fields = decoder.spec.table, decoder.copy_fields(log.topics, log.data)
                except Undecodable as reason:
                    table, fields = UNDECODABLE, _raw_fields(log, f"{contract}.{decoder.spec.name}: {reason}")
            lines[table].append(f"{where}\t{int(log.log_index, 16)}{address}{fields}\n")
        return Rows(lines, announced)

    def _emitters(self, logs: Iterable[RawLog], clones: frozenset[str]) -> dict[str, _Emitter | None]:
        """Who is behind each address as the logs spell it; None for anybody else's."""
        rule = self.catalogue.rule
        found: dict[str, _Emitter | None] = {}
        for address in {log.address for log in logs}:
            lower = address.lower()
            contract = self.emitters.get(lower) or (rule.contract if rule and lower in clones else None)
            found[address] = (
                (contract, self._decoders.of(contract), f"\t\\\\x{lower[2:]}") if contract else None
            )
        return found

    def find_clones(self, logs: Iterable[RawLog]) -> frozenset[str]:
        """The emitters that are announced here, which may be after the clone's first event."""
        if self._announcement is None or self.catalogue.rule is None:
            return frozenset()
        spec, position = (
            self._announcement.spec,
            self._announcement.columns.index(self.catalogue.rule.argument),
        )
        found = set()
        for log in logs:
            if log.topics[:1] != [spec.topic] or self.emitters.get(log.address.lower()) != spec.contract:
                continue
            try:
                found.add("0x" + self._announcement.fields(log.topics, log.data)[position].lower())
            except Undecodable:
                continue  # kept raw like any other; nobody can say which clone it meant
        return frozenset(found)


def _raw_fields(log: RawLog, reason: str) -> str:
    topics = [rf"\\x{topic[2:]}" for topic in log.topics]
    topics += [_NULL] * (4 - len(topics))
    return "\t" + "\t".join([*topics, rf"\\x{log.data[2:]}", reason])
