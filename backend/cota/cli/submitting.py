"""`cota submit`: a file of answers -> delivery -> **what became of each** -> terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cota.cli.arguments import Dataset
from cota.cli.caller import calling
from cota.cli.failures import REFUSED
from cota.cli.labeller import Labeller
from cota.cli.output import console, say, show

LabelsOption = Annotated[
    Path,
    typer.Option(
        "--labels",
        help="CSV with the columns item,label, JSON lines with these keys, or Label Studio's JSON export.",
    ),
]
FieldOption = Annotated[
    str | None,
    typer.Option("--item-field", help="The file names items by this field of their content, such as photo."),
]


@calling
def submit(caller: Labeller, dataset: Dataset, labels: LabelsOption, item_field: FieldOption = None) -> None:
    """Submit many answers from a file.

    Run it again to go on where it stopped: what was delivered is left out. The file names an item by its
    reference (cota work --take prints it), by its whole content, or with --item-field by one field of it.
    Exit 1 if a label was refused, or if none of the file's could be delivered.
    """
    from cota.cli.answers_file import read_answers
    from cota.cli.delivery import Delivery

    answers = read_answers(labels, caller.question(dataset))
    total = len(answers)

    def tell(count: int) -> None:
        if console(stderr=True).is_terminal:
            say(f"{count:,} of {total:,} delivered", stderr=True)

    run = Delivery(caller.client_for(dataset), dataset, answers, item_field, tell)
    run.run()
    told: dict[str, Any] = {"dataset": dataset, "delivered": run.delivered, "already": run.already}
    lists: dict[str, list[Any]] = {
        "changed": run.changed,
        "refused": run.refused,
        "not_offered": sorted(run.left),
    }
    if caller.as_json:
        show(told | lists, as_json=True)
    else:
        show(told | {name.replace("_", " "): len(found) for name, found in lists.items()}, as_json=False)
        _explain(lists)
    if run.refused or not run.delivered + run.already:
        raise typer.Exit(REFUSED)


def _explain(lists: dict[str, list[Any]]) -> None:
    for one in lists["refused"][:20]:
        say(f"{one['item']}: {one['problem']}: {one['detail']}", stderr=True)
    if lists["changed"]:
        say("Labels delivered before cannot be changed: the file's other ones were not sent.", stderr=True)
    if lists["not_offered"]:
        say(
            "Items not offered: their seats are taken, or the file names them otherwise (--item-field). First: "
            f"{lists['not_offered'][0]}",
            stderr=True,
        )
