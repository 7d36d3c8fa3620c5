"""Value -> **text or JSON** -> stdout. The one way in which commands answer.

Promises: with `--json` stdout holds exactly one JSON document; without it a plain table that also reads
well in a pipe; amounts are shown in the token's units beside its symbol, never rounded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
NetworkOption = Annotated[str | None, typer.Option("--network", help="Overrides COTA_NETWORK.")]


def console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, default=_plain, indent=2 if console().is_terminal else None))


def show(value: Mapping[str, Any], *, as_json: bool) -> None:
    """One record: JSON, or a line for each field."""
    if as_json:
        print_json(value)
        return
    for name, field in value.items():
        text = json.dumps(field, default=_plain) if isinstance(field, (dict, list)) else _text(field)
        console().print(f"[dim]{name:18}[/] {text}")


def show_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Many records: a JSON array, or a table of the named columns."""
    if as_json:
        print_json(list(rows))
        return
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_text(row.get(column)) for column in columns))
    console().print(table if rows else "none")


def _text(value: Any) -> str:
    return "-" if value is None else str(_plain(value) if isinstance(value, bytes) else value)


def _plain(value: Any) -> Any:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
