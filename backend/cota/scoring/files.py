"""Scoring of any label file, for `cota score`: CSV -> rows -> **scores as JSON**.

Columns are found by their names (`task,worker,label`; gold `task,label`), others are ignored; UTF-8 with or
without a byte-order mark. People's files hold answers given twice: equal ones count once, contradictory ones
not at all, so the order of the rows never matters. Classes are the labels that occur, in code-point order.
Promises: a bad line is refused with its number, never skipped.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from cota.errors import BadRequest
from cota.scoring.agreement import Confusion, alpha_of, confusion
from cota.scoring.crowd import crowd_consensus
from cota.scoring.rows import LabelRow
from cota.scoring.versions import score
from cota.settlement.units import SKILL_ONE, earnings, share_out

UNITS_PER_LABEL = 10**9
"""Largest units per label that `pay` is computed with, the default of a dataset."""


class MalformedTable(BadRequest):
    """`line` says where."""


def _refuse(path: Path, line: int, reason: str) -> NoReturn:
    raise MalformedTable(f"{path.name}, line {line}: {reason}", line=line)


def _columns(path: Path, header: list[str], names: tuple[str, ...]) -> list[int]:
    for name in names:
        if header.count(name) != 1:
            _refuse(path, 1, f"one column named {name} is wanted, the header has {header.count(name)}")
    return [header.index(name) for name in names]


def _read_cells(path: Path, names: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Line number and the wanted cells of each row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.reader(source, strict=True)
            header = next(reader, [])
            places = _columns(path, header, names)
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    _refuse(path, reader.line_num, f"{len(header)} cells are wanted, not {len(cells)}")
                wanted = [cells[place] for place in places]
                if not all(wanted):
                    _refuse(path, reader.line_num, "a cell is empty")
                yield reader.line_num, wanted
    except UnicodeDecodeError as error:
        raise MalformedTable(f"{path.name} is not UTF-8") from error
    except csv.Error as error:
        _refuse(path, reader.line_num, str(error))
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}") from error


def read_labels(path: Path) -> tuple[list[LabelRow], set[tuple[str, str]]]:
    """The rows that count, and the (task, worker) pairs that contradict themselves. Raises MalformedTable."""
    rows: dict[tuple[str, str], str] = {}
    contradicted: set[tuple[str, str]] = set()
    for _, (task, worker, label) in _read_cells(path, ("task", "worker", "label")):
        if rows.setdefault((task, worker), label) != label:
            contradicted.add((task, worker))
    return [LabelRow(*key, label) for key, label in rows.items() if key not in contradicted], contradicted


def read_gold(path: Path) -> dict[str, str]:
    """Label by task. Raises MalformedTable."""
    gold: dict[str, str] = {}
    for line, (task, label) in _read_cells(path, ("task", "label")):
        if gold.setdefault(task, label) != label:
            _refuse(path, line, f"task {task} has two different labels")
    return gold


def agreement_of(labels_path: Path, gold_path: Path | None) -> tuple[float | None, Confusion | None]:
    """(Krippendorff's nominal alpha of the answers, what was answered to the gold). Raises BadRequest."""
    rows, _ = read_labels(labels_path)
    units: dict[str, list[str]] = {}
    for row in rows:
        units.setdefault(row.task, []).append(row.label)
    found = alpha_of({"kind": "choice"}, list(units.values()))
    known = read_gold(gold_path) if gold_path else {}
    classes = sorted({row.label for row in rows} | set(known.values()))
    mixed = confusion(classes, ((known[row.task], row.label) for row in rows if row.task in known))
    return None if found is None else float(found), mixed if mixed.asked else None


def score_files(labels_path: Path, gold_path: Path | None, rules: int = 1) -> dict[str, Any]:
    """`{labels: {task: label or null}, workers: {worker: {skill, pay}}}`.

    `skill` is a number from 0 to 1, `pay` share base units. Without gold: Dawid-Skene over everybody, `skill`
    the leave-one-out agreement, no pay. Raises BadRequest.
    """
    rows, contradicted = read_labels(labels_path)
    if gold_path is None:
        consensus, skill = (
            crowd_consensus(rows, sorted({row.label for row in rows}), rules) if rows else ({}, {})
        )
        pay: dict[str, int] = {}
    else:
        gold = read_gold(gold_path)
        classes = sorted({row.label for row in rows} | set(gold.values()))
        scores = score(rows, gold, classes or ["-"], rules)
        consensus, skill = scores.consensus, scores.skill
        exact = {w: earnings(skill[w], weight, UNITS_PER_LABEL) for w, weight in scores.weight.items()}
        _, pay = share_out(exact)
    silent = {task for task, _ in contradicted}, {worker for _, worker in contradicted}
    return {
        "labels": {task: consensus.get(task) for task in sorted(silent[0] | set(consensus))},
        "workers": {
            worker: {"skill": skill.get(worker, 0) / SKILL_ONE, "pay": pay.get(worker, 0)}
            for worker in sorted(silent[1] | set(skill))
        },
    }
