"""`cota backup`: service -> **her own file, checked** -> her disk; or a file that she has, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.caller import Member, calling
from cota.cli.failures import Failed, WrongUse
from cota.cli.output import show

if TYPE_CHECKING:
    from cota.client.own_copy import OwnCopy

FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Where it goes; cota-backup-<account>.jsonl unless given."),
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Check a FILE that you have, without a network, and fetch nothing.")
]


@calling
def backup(caller: Member, file: FileArgument = None, check: CheckOption = False) -> None:
    """Fetch all that is yours in one file, and check it: labels, salts, signatures, receipts, payments.

    It serves in place of cota's own backup (--backup of the other verbs). Exit 1 if any line does not hold.
    """
    from cota.client.own_copy import check_copy

    if check:
        if file is None:
            raise WrongUse("which file? --check wants FILE")
        found = check_copy(file)
    else:
        client = caller.client
        file = file or Path(f"cota-backup-{client.address}.jsonl")
        _require_replaceable(file)
        found = client.fetch_backup(file)
    show(_told(found, file), as_json=caller.as_json)


def _told(found: OwnCopy, file: Path) -> dict[str, Any]:
    return {
        "file": str(file),
        "account": found.account,
        "chain_id": found.chain_id,
        "datasets": len(found.datasets),
        "labels": found.labels,
        "erased": found.erased,
        "by_agent": found.by_agent,
        "by_contract": found.by_contract,
        "receipts": found.receipts,
        "receipt_keys": sorted(found.keys),
        "payments": found.books["income"],
        "statement": found.books["statement"],
    }


def _require_replaceable(file: Path) -> None:
    """A newer copy takes the place of an older one, and of nothing else: cota's own backup may hold what the service
    never got. Raises Failed."""
    if not file.exists():
        return
    with file.open("rb") as there:
        first = there.readline(2**12)
        there.seek(max(0, file.stat().st_size - 2**12))
        last = there.read().splitlines()[-1:]
    is_copy = b'"type": "backup"' in first and b'"type": "end"' in b"".join(last)
    if not is_copy:
        raise Failed(f"{file} exists, and is no copy that was fetched before: choose another name")
