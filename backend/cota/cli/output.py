"""Value -> **text or JSON** -> stdout. The one way in which commands answer.

Promises: with `--json` stdout holds exactly one JSON object; without it plain lines and tables that also
read well in a pipe; what other people wrote (titles, items, token names) can neither colour nor steer the
terminal; amounts are shown in the token's units beside its symbol, never rounded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
NetworkOption = Annotated[str | None, typer.Option("--network", help="Overrides COTA_NETWORK.")]

_TABLE_WIDTH = 500
"""An id must stay in one piece, to be copied or searched: a narrow terminal may wrap the line, not we."""


def console(*, stderr: bool = False) -> Console:
    return Console(highlight=False, soft_wrap=True, stderr=stderr)


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, default=_plain, indent=2 if console().is_terminal else None))


def show(value: Mapping[str, Any], *, as_json: bool, stderr: bool = False) -> None:
    """One record: JSON, or a line for each field. On stderr: what is shown before a question is asked."""
    if as_json:
        print_json(value)
        return
    width = max((len(name) for name in value), default=0)
    for name, field in value.items():
        label = Text(f"{name.ljust(width)}  ", style="dim")
        console(stderr=stderr).print(label, Text(_text(field)), sep="")


def show_rows(name: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Many records: a JSON object with one array of this name, or a table of the named columns."""
    if as_json:
        print_json({name: list(rows)})
        return
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(row.get(column))) for column in columns))
    Console(highlight=False, width=_TABLE_WIDTH).print(table if rows else f"no {name}")


def say(line: str, *, stderr: bool = False) -> None:
    """A sentence for people."""
    console(stderr=stderr).print(Text(clean(line)))


def moment(seconds: int) -> str:
    """Unix seconds as every answer tells a time, the service's too: in UTC."""
    from cota.units import told_time

    return told_time(seconds)


def clean(text: str) -> str:
    """The text without what a terminal would obey: escapes, other controls, reversed writing."""
    return "".join(one if one.isprintable() or one in "\n\t" else "\N{REPLACEMENT CHARACTER}" for one in text)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)) and not value:
        return "none"
    if isinstance(value, (dict, list)):
        return clean(json.dumps(value, default=_plain, ensure_ascii=False))
    return clean(str(_plain(value)))


def _plain(value: Any) -> Any:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
