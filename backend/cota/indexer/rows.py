"""Logs to table rows: fetch -> **rows** -> writer.

Lines of PostgreSQL's COPY text, cut from the node's hex by the event decoders. Promises: a log of ours
becomes exactly one line in exactly one table; what its ABI cannot decode is kept raw in `undecodable_logs`; a
clone's event counts only if the registry announced its emitter, and logs of anybody else leave no trace.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cota.chain.decode import Decoders, EventDecoder, Log, Undecodable
from cota.chain.events import CLONE_ANNOUNCEMENT, CLONES, Catalogue
from cota.indexer.fetch import Batch

UNDECODABLE = "undecodable_logs"
_NULL = r"\N"


@dataclass
class Rows:
    """Lines by table. `clones`: emitters announced by these logs, lower-case."""

    lines: Mapping[str, list[str]]
    clones: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        return sum(map(len, self.lines.values()))


@dataclass
class RowBuilder:
    """`emitters`: contract name by lower-case address."""

    catalogue: Catalogue
    emitters: Mapping[str, str]

    def __post_init__(self) -> None:
        self._decoders = Decoders(self.catalogue)
        (self._clone_contract,) = CLONES
        contract, event, argument = CLONE_ANNOUNCEMENT
        found = [s for s in self.catalogue.specs if (s.contract, s.name) == (contract, event)]
        self._announcement = found[0] if found else None
        self._announced = argument

    def build(self, batch: Batch, clones: frozenset[str]) -> Rows:
        """`clones`: the emitters announced below this batch, lower-case."""
        announced = self._find_clones(batch.logs)
        clones = clones | announced
        lines: dict[str, list[str]] = defaultdict(list)
        block, where = "", ""
        for log in batch.logs:
            emitter = log["address"].lower()
            contract = self.emitters.get(emitter)
            if contract is None:
                if emitter not in clones:
                    continue
                contract = self._clone_contract
            if log["blockHash"] != block:
                block = log["blockHash"]
                header = batch.headers[int(log["blockNumber"], 16)]
                where = rf"{header.number}	\\x{block[2:]}	{header.time.isoformat()}"
            table, fields = self._fields(contract, log)
            lines[table].append(
                rf"{where}	\\x{log['transactionHash'][2:]}	{int(log['transactionIndex'], 16)}	"
                rf"{int(log['logIndex'], 16)}	\\x{emitter[2:]}{fields}" + "\n"
            )
        return Rows(lines, announced)

    def _fields(self, contract: str, log: Log) -> tuple[str, str]:
        """The table, and the arguments each after a tab."""
        decoder = self._decoders.find(contract, log)
        if decoder is None:
            return UNDECODABLE, _raw_fields(log, f"{contract} has no such event")
        try:
            return decoder.spec.table, "".join(["\t" + field for field in decoder.copy_fields(log)])
        except Undecodable as reason:
            return UNDECODABLE, _raw_fields(log, f"{contract}.{decoder.spec.name}: {reason}")

    def _find_clones(self, logs: Iterable[Log]) -> frozenset[str]:
        """The emitters that the registry announces here, which may be after the clone's first event."""
        if self._announcement is None:
            return frozenset()
        announcement = self._announcement
        decoder = EventDecoder(announcement)
        found = set()
        for log in logs:
            if self.emitters.get(log["address"].lower()) != announcement.contract:
                continue
            if log["topics"][:1] == [announcement.topic]:
                try:
                    found.add(str(decoder.decode(log).args[self._announced]).lower())
                except Undecodable:
                    continue  # kept raw like any other; nobody can say which clone it meant
        return frozenset(found)


def _raw_fields(log: Log, reason: str) -> str:
    topics = [rf"\\x{topic[2:]}" for topic in log["topics"]]
    topics += [_NULL] * (4 - len(topics))
    return "\t" + "\t".join([*topics, rf"\\x{log['data'][2:]}", reason])
