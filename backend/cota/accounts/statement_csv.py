"""A statement as a spreadsheet: rows -> **CSV** -> her tax adviser.

Promises: a cell that a spreadsheet would run as a formula (a token may be called anything) is neutralised;
lines end as RFC 4180 says.
"""

import csv
import io
from collections.abc import Iterable

from cota.accounts.schemas import StatementRow

_COLUMNS = (
    "at", "block", "log_index", "tx_hash", "dataset", "kind", "units", "amount", "attributable", "balance", "token",
    "decimals", "bounty", "epoch",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(rows: Iterable[StatementRow], *, with_names: bool) -> str:
    """`with_names`: the columns' names come first."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    if with_names:
        writer.writerow(_COLUMNS)
    for row in rows:
        values = row.model_dump(mode="json")
        writer.writerow([neutralise(values[column]) for column in _COLUMNS])
    return sink.getvalue()


def neutralise(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
