"""Label Studio: tasks (JSON) and labelling configuration (XML) -> **items with gold**.

A task's `data` is the content; the field that people look at is called "text" or "image" here, or "a" and "b".
The gold is the one annotation of a task that was not cancelled; where there are several, that marked
`ground_truth`. Percent become whole pixels, offsets code points. Predictions, relations and what else this
version has no place for are counted as lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cota.commitments.canonical import Json
from cota.errors import BadRequest
from cota.formats.incoming.found import Found, Incoming, ReadOptions, refuse
from cota.formats.incoming.json_arrays import elements
from cota.formats.label_studio_config import Config, read_config
from cota.formats.label_studio_results import NotTaken, label_of

_SHARED = frozenset({"data", "annotations", "completions"})
_COUNTED = ("predictions", "drafts", "comments")


def read(path: Path, options: ReadOptions) -> Incoming:
    """`options.config` names the configuration. Raises BadRequest without a usable one."""
    if options.config is None:
        raise BadRequest(
            "tasks of Label Studio are read with their labelling configuration: give --config FILE"
        )
    config = read_config(options.config.read_bytes())
    lost: Counter[str] = Counter()
    return Incoming("label-studio", lambda: _items(path, config, lost), config.schema(), lost)


def _items(path: Path, config: Config, lost: Counter[str]) -> Iterator[Found]:
    lost.clear()
    with path.open("rb") as source:
        for element in elements(source):
            place = f"task {element.number} (line {element.line})"
            if element.key is not None:
                refuse(place, "an array of tasks is wanted")
            task = element.parse("task")
            if not isinstance(task, dict):
                refuse(place, "a task is an object")
            yield _item(task, config, lost, place)


def _item(task: dict[str, Any], config: Config, lost: Counter[str], place: str) -> Found:
    data = task.get("data")
    if not isinstance(data, dict):
        refuse(place, 'a task has an object called "data"')
    content = _content(data, config, place)
    for name in _COUNTED:
        if task.get(name):
            lost[name] += len(task[name]) if isinstance(task[name], list) else 1
    given = task.get("annotations", task.get("completions", []))
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        refuse(place, '"annotations" is an array of objects')
    chosen = _chosen(given, lost)
    if chosen is None:
        return Found(content, None, place)
    results = chosen.get("result")
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        refuse(place, 'an annotation has an array called "result"')
    try:
        return Found(content, label_of(results, config, content, lost), place)
    except NotTaken as error:
        refuse(place, str(error))


def _content(data: dict[str, Any], config: Config, place: str) -> Json:
    content = dict(data)
    for field, name in config.fields.items():
        if field not in content:
            refuse(place, f"the data has no field {field!r}, which the configuration shows")
        if name != field and name in content:
            refuse(
                place, f"the data has the fields {field!r} and {name!r}; {field!r} is called {name!r} here"
            )
        content[name] = content.pop(field)
    return content


def _chosen(given: list[dict[str, Any]], lost: Counter[str]) -> dict[str, Any] | None:
    """The annotation that is gold."""
    kept = [one for one in given if not one.get("was_cancelled")]
    lost["cancelled annotations"] += len(given) - len(kept)
    marked = [one for one in kept if one.get("ground_truth") is True]
    found = marked or kept
    if len(found) == 1:
        lost["annotations beside the ground truth"] += len(kept) - 1
        return found[0]
    lost["annotations of tasks without one ground truth"] += len(kept)
    return None
