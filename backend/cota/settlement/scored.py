"""Rows of a checkpoint -> scoring -> units -> **epoch file**, and the outcome of each row for its author.

Pure. Promises: the same rows and gold give the same bytes, on every machine; what is told of single rows
stays out of the file.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cota.auth.typed import AgentKey
from cota.commitments.hashes import VOID_ROW
from cota.scoring import LabelRow, Scores, rules_hash, score
from cota.settlement.epoch_file import Agent, EpochFile, Header, Row, Skill
from cota.settlement.leaves import Epoch
from cota.settlement.queries import LogRow
from cota.settlement.units import allot
from cota.units import Address, address_of, parse_address, to_hex

RULES = 1
FILE_VERSION = 1
UNSETTLED = "unsettled"
COUNTED = ""


@dataclass(frozen=True)
class Question:
    """What scoring needs of a dataset."""

    classes: Sequence[str]
    units_per_label: int


@dataclass(frozen=True)
class Scored:
    """An epoch's file, and what is kept beside it: consensus by item reference, outcome by row index."""

    file: EpochFile
    consensus: dict[str, str | None]
    outcomes: dict[int, str]

    def private(self) -> dict[str, Any]:
        """As it is stored: counted rows are not listed among the outcomes."""
        refused = {str(index): reason for index, reason in self.outcomes.items() if reason != COUNTED}
        return {"consensus": self.consensus, "outcomes": refused}


def public_rows(rows: Sequence[LogRow], start: int, stop: int, agents: Mapping[bytes, Agent]) -> list[Row]:
    """The log as everybody may see it, void indexes included."""
    made = {
        row.index: Row(
            row.index,
            row.row_id,
            row.account,
            row.signature,
            agents[row.agent_digest].key.agent if row.agent_digest else None,
        )
        for row in rows
    }
    return [made.get(index) or Row(index, VOID_ROW, None, None, None) for index in range(start, stop)]


def agent_records(found: Sequence[Any]) -> dict[bytes, Agent]:
    """Agent keys by digest, from their database rows."""
    records = {}
    for row in found:
        key = AgentKey(
            dataset=bytes(row.dataset),
            account=address_of(bytes(row.account)),
            agent=address_of(bytes(row.agent)),
            not_before=int(row.not_before),
            not_after=int(row.not_after),
        )
        records[bytes(row.digest)] = Agent(bytes(row.digest), key, bytes(row.signature))
    return records


def score_epoch(
    epoch: Epoch,
    question: Question,
    log: Sequence[Row],
    start: int,
    log_root: bytes,
    rows: Sequence[LogRow],
    agents: Mapping[bytes, Agent],
    gold: Mapping[bytes, Any],
) -> Scored:
    """The whole of an epoch. Takes seconds for many rows: run it in a thread."""
    labels = [LabelRow(to_hex(row.item_ref), row.account, str(row.label)) for row in rows]
    known = {to_hex(item): str(label) for item, label in gold.items()}
    scores = score(labels, known, question.classes, RULES)
    _, units = allot(_by_address(scores.skill), _by_address(scores.counted), question.units_per_label)
    header = Header(
        version=FILE_VERSION,
        chain_id=epoch.chain_id,
        ledger=epoch.ledger,
        dataset=epoch.dataset,
        epoch=epoch.number,
        first=start,
        end=start + len(log),
        log_root=log_root,
        rules=RULES,
        rules_hash=rules_hash(RULES),
        items=len({row.item_ref for row in rows}),
    )
    outcomes = {
        row.index: COUNTED if scores.consensus.get(to_hex(row.item_ref)) is not None else UNSETTLED
        for row in rows
    }
    file = EpochFile(
        header=header,
        rows=log,
        agents=list(agents.values()),
        skills=_skills(scores),
        units=units,
        reasons=_reasons(scores),
    )
    return Scored(file, scores.consensus, outcomes)


def _skills(scores: Scores) -> list[Skill]:
    return [
        Skill(parse_address(worker), skill, scores.proven[worker], scores.counted[worker])
        for worker, skill in scores.skill.items()
    ]


def _reasons(scores: Scores) -> dict[str, int]:
    total: Counter[str] = Counter()
    for found in scores.reasons.values():
        total.update(found)
    return dict(total)


def _by_address(values: Mapping[str, int]) -> dict[Address, int]:
    return {parse_address(worker): value for worker, value in values.items()}
