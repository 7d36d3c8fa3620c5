"""`cota score`: files of labels and gold -> scoring rules -> **consensus, skill, pay**. No service, no chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cota.cli.amounts import shares
from cota.cli.output import JsonOption, print_json, say, show_rows

if TYPE_CHECKING:
    from cota.scoring.agreement import Confusion

MOST_SHOWN = 8
"""Classes; a wider matrix fits no terminal."""
LabelsOption = Annotated[Path, typer.Option("--labels", help="CSV with the columns task,worker,label.")]
GoldOption = Annotated[
    Path | None, typer.Option("--gold", help="CSV with the columns task,label; without it nobody is paid.")
]
RulesOption = Annotated[
    int | None,
    typer.Option("--rules", min=1, help="The version of the scoring rules; the newest if not said."),
]


def score(
    labels: LabelsOption, gold: GoldOption = None, rules: RulesOption = None, as_json: JsonOption = False
) -> None:
    """Score any file of labels by the network's own rules.

    With --json: {"labels": {task: label or null}, "workers": {worker: {"skill", "pay"}}}; skill from 0 to 1,
    pay in share base units.
    """
    from cota.scoring import NEWEST
    from cota.scoring.files import agreement_of, score_files

    found = score_files(labels, gold, rules or NEWEST)
    if as_json:
        print_json(found)
        return
    settled = sum(label is not None for label in found["labels"].values())
    say(f"{settled} of {len(found['labels'])} items settled by {len(found['workers'])} workers")
    best_first = sorted(found["workers"].items(), key=lambda one: (-one[1]["pay"], -one[1]["skill"], one[0]))
    rows = [
        {"worker": worker, "skill": f"{one['skill']:.2f}", "pay": shares(one["pay"])}
        for worker, one in best_first
    ]
    show_rows("workers", rows, ("worker", "skill", "pay"), as_json=False)
    alpha, mixed = agreement_of(labels, gold)
    say(f"agreement (Krippendorff's alpha): {'not defined' if alpha is None else f'{alpha:.3f}'}")
    if mixed is not None and len(mixed.classes) <= MOST_SHOWN:
        matrix = [
            {
                "gold": known,
                **{c: str(n) for c, n in zip(mixed.classes, counts, strict=True)},
                "right": _rate(mixed, known),
            }
            for known, counts in zip(mixed.classes, mixed.counts, strict=True)
        ]
        show_rows("answers to gold", matrix, ("gold", *mixed.classes, "right"), as_json=False)


def _rate(mixed: Confusion, label: str) -> str:
    rate = mixed.recall(label)
    return "" if rate is None else f"{rate.rate:.2f} ({rate.low:.2f} to {rate.high:.2f})"
