"""Licensed export -> **scores again** -> epoch file. Does the published skill follow from labels and gold
by the rules?

Checks `scores.skills`, `scores.units`, `scores.penalties`, `scores.consensus`. The first account, leaf or
item that differs is named with both values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from cota.scoring import LabelRow, Scores, is_scored, score_answers, version_of
from cota.settlement.earning import earn, window
from cota.settlement.epoch_file import EpochFile
from cota.settlement.past import Past, penalties_of, skill_lines, with_past
from cota.units import Address
from cota.verify.licensed import Licensed
from cota.verify.report import NotChecked, Report, Tally


@dataclass(frozen=True)
class Rescored:
    """One epoch's scores, made again from its labels and gold."""

    sold: Licensed
    number: int
    file: EpochFile
    scores: Scores
    past: Sequence[Past]

    @property
    def where(self) -> str:
        return f"epoch {self.number} of {self.sold.name}"


def check_scores(report: Report, sold: Sequence[Licensed]) -> None:
    """Scores every licensed epoch again."""
    rescored: list[Rescored] = []
    with report.check("scores.skills", "skills and settled labels follow from labels and gold") as tally:
        rescored.extend(_rescore(sold))
        for epoch in rescored:
            _check_skills(tally, epoch)
    with report.check("scores.units", "units follow from the scores made again") as tally:
        _required(rescored)
        for epoch in rescored:
            _check_units(tally, epoch)
    with report.check("scores.penalties", "only proven faults are punished, within the cap") as tally:
        _required(rescored)
        for epoch in rescored:
            _check_penalties(tally, epoch)
    with report.check("scores.consensus", "the consensus sold is the one that the rules give") as tally:
        _required(rescored)
        for epoch in rescored:
            _check_consensus(tally, epoch)


Labels = tuple[list[LabelRow], dict[str, str]]
"""Labels and gold of an epoch."""


def label_rows(sold: Licensed, number: int) -> Labels:
    """An epoch's labels and gold as the scoring takes them: task = item reference, worker = account."""
    labels, touched = sold.export.columns.labels(number)
    gold: dict[str, str] = {}
    for at in touched:
        number = sold.export.items.numbers[at]
        known = sold.export.item_columns.gold(number)
        if known is not None:
            gold[sold.export.item_columns.ref(number)] = known
    return labels, gold


def _required(rescored: Sequence[Rescored]) -> None:
    if not rescored:
        raise NotChecked("needs scores made again")


def _rescore(sold: Sequence[Licensed]) -> list[Rescored]:
    if not sold:
        raise NotChecked("needs the labels: give --labels")
    # Without an item's content scores can be made again: its gold stays.
    erased = sum(licensed.export.columns.erased for licensed in sold)
    if erased:
        raise NotChecked(f"{erased} labels were erased: scores cannot be made again without them")
    found: list[Rescored] = []
    for licensed in sold:
        made: dict[int, Rescored] = {}
        labels = cache(partial(label_rows, licensed))
        for number in sorted(set(licensed.export.header.epochs) & set(licensed.files)):
            made[number] = _rescore_epoch(licensed, number, made, labels)
        found.extend(made.values())
    if not found:
        raise NotChecked("no epoch files: give --api or --epoch-files")
    return found


def _rescore_epoch(
    sold: Licensed, number: int, made: Mapping[int, Rescored], labels_of: Callable[[int], Labels]
) -> Rescored:
    """An epoch's scores, from its labels and those of the epochs that it builds on."""
    rules = version_of(sold.anchors.terms.rules_hash)
    labels, known = labels_of(number)
    gold = dict(known)
    past = []
    for before in window(number, rules):
        if before not in made:
            raise NotChecked(
                f"epoch {number} of {sold.name} builds on epoch {before}, which --labels does not hold"
            )
        rows, more = labels_of(before)
        gold |= more
        consensus = made[before].scores.consensus
        left_open = frozenset(task for task, label in consensus.items() if label is None)
        past.append(Past(before, rows, made[before].file.skills, left_open, frozenset(consensus) - left_open))
    counts, informs = with_past(labels, past)
    schema = sold.export.header.schema
    if not is_scored(schema, rules):
        raise NotChecked(f"rules {rules} do not score answers of this kind")
    scores = score_answers(counts, gold, schema, rules, informs)
    return Rescored(sold, number, sold.files[number], scores, past)


def _check_skills(tally: Tally, epoch: Rescored) -> None:
    published = {line.account: line for line in epoch.file.skills}
    accounts = sorted(set(published) | {Address(w) for w in epoch.scores.skill}, key=str.lower)
    for account in accounts:
        where = f"{account} in {epoch.where}"
        line = published.get(account)
        tally.true(f"skill of {where}", line is not None, "a line in the epoch file", "none")
        if line is not None:
            tally.equal(f"skill of {where}", epoch.scores.skill.get(account), line.skill)
            tally.equal(f"proof of {where}", epoch.scores.proven.get(account), line.proven)
            tally.equal(f"settled labels of {where}", epoch.scores.counted.get(account), line.counted)
            tally.equal(f"weight of the labels of {where}", epoch.scores.weight.get(account), line.weight)


def _check_units(tally: Tally, epoch: Rescored) -> None:
    per_label = epoch.sold.anchors.terms.units_per_label
    lines = skill_lines(epoch.scores)
    earlier = {one.number: one.skills for one in epoch.past}
    _, units = earn(lines, earlier, len(epoch.file.rows), per_label)
    for account in sorted(set(units) | set(epoch.file.units), key=str.lower):
        where = f"units of {account} in {epoch.where}"
        tally.equal(where, units.get(account, 0), epoch.file.units.get(Address(account), 0))


def _check_penalties(tally: Tally, epoch: Rescored) -> None:
    due = penalties_of(epoch.scores, epoch.sold.anchors.terms.penalty_cap)
    for account in sorted(set(due) | set(epoch.file.penalties), key=str.lower):
        where = f"penalty of {account} in {epoch.where}"
        tally.equal(where, due.get(account, 0), epoch.file.penalties.get(account, 0))
    tally.compared += 1  # nobody at fault and nobody punished is a result, too


def _check_consensus(tally: Tally, epoch: Rescored) -> None:
    sold = {line.item_index: line.label for line in epoch.sold.export.consensus if line.epoch == epoch.number}
    indexes = epoch.sold.indexes
    mine = {indexes[task]: label for task, label in epoch.scores.consensus.items()}
    for index in sorted(set(mine) | set(sold)):
        where = f"consensus of item {index} in {epoch.where}"
        tally.equal(where, mine.get(index, "no line"), sold.get(index, "no line"))
