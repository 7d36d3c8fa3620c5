"""The forms in which public label sets come, and the one that they are turned into: for
scripts/crowd_data.py.

Task and worker ids become t00000 and w0000, their rank in the sorted order (as text) of the original ids,
which were marketplace accounts or web addresses and are not needed. Rows are sorted; nothing else is
cleaned.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Converted(NamedTuple):
    """A set's two files."""

    labels: bytes
    gold: bytes


def _ranks(ids: Iterable[str], letter: str, digits: int) -> dict[str, str]:
    return {name: f"{letter}{rank:0{digits}d}" for rank, name in enumerate(sorted(set(ids)))}


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    lines = [",".join(row) for row in (header, *sorted(tuple(row) for row in rows))]
    return ("\n".join(lines) + "\n").encode()


def convert(
    rows: Sequence[Sequence[str]], gold: Iterable[tuple[str, str]], extra: Sequence[str] = ()
) -> Converted:
    """Rows of (task, worker, label, ...) and gold of (task, label); gold without labels only takes a rank."""
    gold = list(gold)
    labelled = {row[0] for row in rows}
    tasks = _ranks((*labelled, *(task for task, _ in gold)), "t", 5)
    workers = _ranks((row[1] for row in rows), "w", 4)
    labels = [(tasks[task], workers[worker], *rest) for task, worker, *rest in rows]
    known = {(tasks[task], label) for task, label in gold if task in labelled}
    return Converted(_table(("task", "worker", "label", *extra), labels), _table(("task", "label"), known))


_TRUTH = {"true": "1", "false": "0"}
_WORKER = re.compile(r"([0-9]+):\s*\{([^}]*)\}")
_ANSWER = re.compile(r"([0-9]+):\s*(true|false)")


def from_cubam(labels: str, truth: str) -> Converted:
    """YAML flow maps: `worker: {image: true, ...}` for each worker, and one `{image: true, ...}` of truth."""
    rows = [
        (image, worker, _TRUTH[answer])
        for worker, answers in _WORKER.findall(labels)
        for image, answer in _ANSWER.findall(answers)
    ]
    return convert(rows, [(image, _TRUTH[answer]) for image, answer in _ANSWER.findall(truth)])


def from_rows(text: str) -> Converted:
    """CSV without header: worker, task, label, gold and perhaps the seconds that the answer took."""
    cells = [line.split(",") for line in text.splitlines() if line]
    rows = [(task, worker, label, *seconds) for worker, task, label, _, *seconds in cells]
    extra = ("seconds",) if len(cells[0]) == 5 else ()
    return convert(rows, {(task, gold) for _, task, _, gold, *_ in cells}, extra)


def from_tabs(labels: str, truth: str) -> Converted:
    """Tab-separated: worker, web site, label; and web site, label."""
    cells = [line.split("\t") for line in labels.splitlines() if line]
    rows = [(site, worker, label) for worker, site, label in cells]
    gold = [line.split("\t") for line in truth.splitlines() if line]
    return convert(rows, [(site, label) for site, label in gold])
