"""Rows of a checkpoint -> scoring -> units -> **epoch file**, and the outcome of each row for its author.

Pure. Promises: the same rows and gold give the same bytes, on every machine; what is told of single rows
stays out of the file.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cota.auth.typed import AgentKey
from cota.commitments.hashes import VOID_ROW
from cota.datasets.labels import answer_text
from cota.datasets.question import has_several, scored_classes
from cota.scoring import LabelRow, Scores, rules_hash, score_answers
from cota.scoring.scores import UNKNOWN_LABEL, UNSETTLED, Leaked
from cota.settlement.earning import earn
from cota.settlement.epoch_file import Agent, EpochFile, Header, Row, Skill
from cota.settlement.epoch_lines import VERSION
from cota.settlement.label_weights import LabelWeights, label_weights
from cota.settlement.leaves import Epoch
from cota.settlement.past import Past, penalties_of, skill_lines, with_past
from cota.settlement.row_queries import LogRow
from cota.units import Address, to_hex

COUNTED = ""


@dataclass(frozen=True)
class Question:
    """What scoring needs of a dataset."""

    schema: Mapping[str, Any]
    units_per_label: int
    rules: int = 1
    penalty_cap: int = 0
    """What a proven fault costs, in COTA base units: the terms' cap per membership."""


@dataclass(frozen=True)
class Scored:
    """An epoch's file, and what is kept beside it: consensus by item reference, outcome by row index."""

    file: EpochFile
    consensus: dict[str, str | None]
    outcomes: dict[int, str]
    leaked: Leaked = Leaked()
    more_seats: Sequence[str] = ()
    weights: LabelWeights | None = None
    """None where single labels are not weighed: those with several answers, whose parts are."""

    def private(self) -> dict[str, Any]:
        """As it is stored: counted rows are not listed among the outcomes."""
        refused = {str(index): reason for index, reason in self.outcomes.items() if reason != COUNTED}
        return {
            "consensus": self.consensus,
            "outcomes": refused,
            "skills": [[s.account, s.skill, s.proven, s.counted, s.weight] for s in self.file.skills],
            "leaked": {
                "halt": self.leaked.halt,
                "errors": self.leaked.errors,
                "workers": list(self.leaked.workers),
            },
            "more_seats": list(self.more_seats),
            "weights": self.weights and asdict(self.weights),
        }


def past_of(number: int, rows: Sequence[LogRow], stored: Mapping[str, Any]) -> Past:
    """An earlier epoch from its rows and what `private` stored."""
    return Past(
        number,
        label_rows(rows),
        [Skill(Address(account), *line) for account, *line in stored["skills"]],
        frozenset(task for task, label in stored["consensus"].items() if label is None),
        frozenset(task for task, label in stored["consensus"].items() if label is not None),
    )


def label_rows(rows: Sequence[LogRow]) -> list[LabelRow]:
    """Task = item reference, worker = account."""
    return [LabelRow(to_hex(row.item_ref), row.account, answer_text(row.label)) for row in rows]


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
        records[bytes(row.digest)] = Agent(bytes(row.digest), AgentKey.of_row(row), bytes(row.signature))
    return records


def score_rows(
    question: Question, rows: Sequence[LogRow], gold: Mapping[bytes, Any], past: Sequence[Past] = ()
) -> Scores:
    """What the rules say of rows; `past` are the epochs of their window."""
    known = {to_hex(item): answer_text(label) for item, label in gold.items()}
    labels, inform = with_past(label_rows(rows), past)
    return score_answers(labels, known, question.schema, question.rules, inform)


def score_epoch(
    epoch: Epoch,
    question: Question,
    log: Sequence[Row],
    start: int,
    log_root: bytes,
    rows: Sequence[LogRow],
    agents: Mapping[bytes, Agent],
    gold: Mapping[bytes, Any],
    past: Sequence[Past] = (),
) -> Scored:
    """The whole of an epoch; `past` are the epochs of its window. Takes seconds for many rows: run it in a thread."""
    scores = score_rows(question, rows, gold, past)
    skills = skill_lines(scores)
    _, units = earn(skills, {one.number: one.skills for one in past}, len(log), question.units_per_label)
    header = Header(
        version=VERSION,
        chain_id=epoch.chain_id,
        ledger=epoch.ledger,
        dataset=epoch.dataset,
        epoch=epoch.number,
        first=start,
        end=start + len(log),
        log_root=log_root,
        rules=question.rules,
        rules_hash=rules_hash(question.rules),
        items=len({row.item_ref for row in rows}),
    )
    outcomes = {row.index: _outcome(row, scores, question) for row in rows}
    file = EpochFile(
        header=header,
        rows=log,
        agents=list(agents.values()),
        skills=skills,
        units=units,
        penalties=penalties_of(scores, question.penalty_cap),
        reasons=_reasons(scores),
    )
    several = has_several(question.schema)
    seen = [*label_rows(rows), *(row for one in past for row in one.labels)]
    weights = None if several else label_weights(scores, seen)
    return Scored(file, scores.consensus, outcomes, scores.leaked, scores.more_seats, weights)


def _outcome(row: LogRow, scores: Scores, question: Question) -> str:
    classes = scored_classes(question.schema, question.rules)
    is_one_of = classes is not None and not has_several(question.schema)
    if is_one_of and answer_text(row.label) not in (classes or ()):
        return UNKNOWN_LABEL
    return COUNTED if scores.consensus.get(to_hex(row.item_ref)) is not None else UNSETTLED


def _reasons(scores: Scores) -> dict[str, int]:
    total: Counter[str] = Counter()
    for found in scores.reasons.values():
        total.update(found)
    return dict(total)
