"""Epochs down to an account's labels and what they weigh: api -> **earned** -> queries, epoch files.

A label is counted by the first epoch, its own or one of those that its scoring rules let follow, that gives its item a
consensus. Promises: the weights of her labels that an epoch counts sum to the weight that the epoch's public file says;
single labels are told to their author alone (P10).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from cota.accounts import income_queries
from cota.accounts.income_schemas import EarnedAnswer, EarningLabel, Wage
from cota.datasets.queries import Dataset
from cota.errors import NotFound
from cota.http.paging import encode_cursor
from cota.http.schemas import Page
from cota.http.services import Services
from cota.scoring.rules import RULES_BY_HASH, wait_epochs_of
from cota.settlement import queries, service
from cota.settlement.earning import wages, window
from cota.settlement.epoch_lines import Skill
from cota.settlement.label_weights import weight_of
from cota.settlement.queries import EpochRow
from cota.store.session import ReadSession
from cota.units import Address, to_hex

FINALIZED = "finalized"


async def epochs(
    services: Services, session: ReadSession, dataset: Dataset, account: Address, after: int, limit: int
) -> Page[EarnedAnswer]:
    """Settled epochs in which the account has labels or shares, in order; a page looks through `limit` checkpoints."""
    found = await queries.epochs(session, dataset.id, after, limit + 1)
    shown = [row for row in found[:limit] if row.state == FINALIZED]
    items: list[EarnedAnswer] = []
    if shown:
        rules = _rules(dataset)
        first, last = window(shown[0].epoch, rules), shown[-1].epoch
        span = (first.start, last)
        lines = await income_queries.skill_lines(session, dataset.id, account, *span)
        labels = await income_queries.label_counts(session, dataset.id, account, *span)
        for row in shown:
            one = await _earned(services, row, account, labels.get(row.epoch, 0), lines, rules)
            if one.labels or one.weight or one.units or one.penalty:
                items.append(one)
    return Page(items=items, next=encode_cursor((found[limit - 1].epoch,)) if len(found) > limit else None)


async def labels(
    session: ReadSession, dataset: Dataset, account: Address, epoch: int, after: int, limit: int
) -> Page[EarningLabel]:
    """The account's labels of an epoch's log, and those of earlier ones that it counted. Raises NotFound."""
    await service.require_epoch(session, dataset.id, epoch)
    wait = wait_epochs_of(_rules(dataset))
    span = (max(1, epoch - wait), epoch)
    found: list[EarningLabel] = []
    while len(found) <= limit:
        rows = await income_queries.own_rows(session, dataset.id, account, span, after, limit + 1)
        if not rows:
            break
        after = rows[-1].place
        places = [(to_hex(bytes(row.item_ref)), row.place) for row in rows]
        told = await income_queries.told(session, dataset.id, account, (span[0], epoch + wait), places)
        said = {place: list(lines) for place, lines in groupby(told, key=lambda line: line.place)}
        found += _of_epoch(rows, said, epoch, wait)
    shown = found[:limit]
    return Page(items=shown, next=encode_cursor((shown[-1].index,)) if len(found) > limit else None)


def _of_epoch(
    rows: Sequence[Any], said: dict[int, list[Any]], epoch: int, wait: int
) -> Iterator[EarningLabel]:
    for row in rows:
        own = int(row.checkpoint)
        lines = [line for line in said.get(row.place, ()) if own <= line.epoch <= own + wait]
        settled = next((line for line in lines if line.is_settled and line.reason is None), None)
        if own != epoch and (settled is None or settled.epoch != epoch):
            continue
        reason = next((line.reason for line in lines if line.epoch == own), None)
        yield EarningLabel(
            epoch=own,
            index=row.place,
            row_id=bytes(row.row_id),
            item_ref=bytes(row.item_ref),
            label=row.label,
            settled_in=None if settled is None else settled.epoch,
            weight=weight_of(settled.difficulty, settled.shared) if settled and settled.is_weighed else None,
            reason=None if settled else reason,
        )


async def _earned(
    services: Services, row: EpochRow, account: Address, labels: int, lines: dict[int, Skill], rules: int
) -> EarnedAnswer:
    settled = await service.open_epoch(services, row)
    leaf = settled.leaves.get(account) if settled else None
    line = lines.get(row.epoch)
    earlier = {number: [lines[number]] for number in window(row.epoch, rules) if number in lines}
    assert row.finalized_block is not None
    return EarnedAnswer(
        epoch=row.epoch,
        labels=labels,
        counted=line.counted if line else None,
        weight=line.weight if line else None,
        skill=line.skill if line else None,
        proven=line.proven if line else None,
        units=leaf.units if leaf else 0,
        penalty=leaf.penalty if leaf else 0,
        wages=[
            Wage(epoch=wage.epoch, weight=wage.weight, skill=wage.skill, paid_at=wage.paid_at)
            for wage in (wages(line, row.epoch, earlier) if line else ())
        ],
        block=row.finalized_block,
    )


def _rules(dataset: Dataset) -> int:
    """Raises NotFound for rules that are not known here."""
    rules = RULES_BY_HASH.get(dataset.terms.rules_hash)
    if rules is None:
        raise NotFound("the dataset's scoring rules are not known here")
    return rules
