"""Leased items -> **Label Studio** -> labels to submit. For contributors who like their own tools.

What she is leased goes into a project of her own Label Studio; what she exports from there (JSON) comes back as
labels by item reference. Signing, salts and receipts are the client's, as for any label. Promises: an item is
named by its reference alone, whatever the tool does to its data; what was not labelled is left out; two
annotations of one item are refused, since only one can be signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from cota.commitments.canonical import Json
from cota.datasets.labels import canonical_label, check_label
from cota.datasets.question import item_kind
from cota.errors import BadRequest, DomainError
from cota.formats.label_studio_config import Config, read_config, write_config
from cota.formats.label_studio_results import label_of
from cota.units import parse_hash32, to_hex

REFERENCE = "cota_item"
"""The field of a task's data that names its item."""


def tasks_for(items: Iterable[tuple[bytes, Json]], schema: Mapping[str, Any]) -> list[Json]:
    """Tasks to import, of (item reference, content)."""
    tasks = []
    for reference, content in items:
        data = (
            content
            if isinstance(content, dict)
            else {"text": content if isinstance(content, str) else str(content)}
        )
        if item_kind(schema) is None and not isinstance(data.get("text"), str):
            data = {**data, "text": "\n".join(f"{name}: {value}" for name, value in data.items())}
        tasks.append({"data": {**data, REFERENCE: to_hex(reference)}})
    return tasks


def configuration_for(schema: Mapping[str, Any]) -> str:
    """The labelling configuration (XML) that asks the dataset's question."""
    return write_config(schema, item_kind(schema))


def labels_in(tasks: Any, schema: Mapping[str, Any]) -> dict[bytes, Json]:
    """Label by item reference, of a project's JSON export. Raises BadRequest naming the task."""
    if not isinstance(tasks, list):
        raise BadRequest("an array of tasks is wanted: export the project as JSON")
    config = read_config(configuration_for(schema).encode())
    found: dict[bytes, Json] = {}
    for number, task in enumerate(tasks, 1):
        try:
            reference, label = _label_in(task, schema, config)
        except DomainError as error:
            raise BadRequest(f"task {number}: {error.detail}") from error
        if label is not None:
            found[reference] = label
    return found


def _label_in(task: Any, schema: Mapping[str, Any], config: Config) -> tuple[bytes, Json]:
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get(REFERENCE), str):
        raise BadRequest(f'its data has no "{REFERENCE}": import the tasks that cota work wrote')
    try:
        reference = parse_hash32(data[REFERENCE])
    except ValueError as error:
        raise BadRequest(f"{REFERENCE}: {error}") from error
    given = [
        one for one in task.get("annotations", []) if isinstance(one, dict) and not one.get("was_cancelled")
    ]
    if not given:
        return reference, None
    if len(given) > 1:
        raise BadRequest(f"it has {len(given)} annotations, and only one can be signed")
    label = label_of(given[0].get("result", []), config, dict(data), Counter())
    if label is None:
        return reference, None
    label = canonical_label(schema, label)
    check_label(schema, label, data if item_kind(schema) else None)
    return reference, label
