"""What the scoring of rows takes: log rows, gold, what earlier epochs left -> **inputs** -> scoring.

One reading for a proposal and for the look before a checkpoint, so both score the same things.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cota.datasets.queries import Dataset
from cota.settlement import queries, row_queries
from cota.settlement.earning import window
from cota.settlement.epoch_file import Agent
from cota.settlement.past import Past
from cota.settlement.row_queries import LogRow
from cota.settlement.scored import Question, agent_records, past_of
from cota.store.session import ReadSession


@dataclass(frozen=True)
class Inputs:
    """Rows of one range of the log, and all that tells of them; `gold` also of the items of earlier epochs."""

    question: Question
    rows: Sequence[LogRow]
    agents: Mapping[bytes, Agent]
    gold: Mapping[bytes, Any]
    past: Sequence[Past]


async def read_inputs(
    session: ReadSession, dataset: Dataset, rules: int, epoch: int, start: int, end: int
) -> Inputs | None:
    """Of the rows [start, end) of an epoch; None while an epoch that it builds on has no result."""
    past: list[Past] = []
    first = start
    for number in window(epoch, rules):
        stored = await queries.result(session, dataset.id, number)
        row = await queries.find(session, dataset.id, number)
        if row is None or stored is None or row.state == "checkpointed":
            return None  # a verifier needs its file, which is known by a proposal alone
        rows = await row_queries.rows(session, dataset.id, row.start, row.end)
        past.append(past_of(number, rows, stored))
        first = min(first, row.start)
    return Inputs(
        Question(dataset.schema, dataset.terms.units_per_label, rules, dataset.terms.penalty_cap),
        await row_queries.rows(session, dataset.id, start, end),
        agent_records(await row_queries.agents(session, dataset.id, start, end)),
        await row_queries.gold(session, dataset.id, first, end),
        past,
    )
