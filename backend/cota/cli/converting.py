"""`cota convert`: a licensed export -> **another program's format** -> files. Needs no network and no wallet.

Promises: nothing is made of an export that is cut or altered; an existing file is never written over unasked;
what the format has no place for is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cota.cli.arguments import require_free
from cota.cli.failures import Failed
from cota.cli.output import JsonOption, say, show

ToOption = Annotated[
    str,
    typer.Option(
        "--to",
        help="jsonl, csv, parquet, label-studio, coco, coco-gold, conll, preference, or croissant (a folder).",
    ),
]


def convert(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A file that cota export wrote.")],
    to: ToOption,
    out: Annotated[Path, typer.Option("--out", help="The file, or for croissant the folder, to write.")],
    force: Annotated[bool, typer.Option("--force", help="Write over existing files.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a downloaded export in another program's format.

    Every annotation is kept, not only what was decided of an item. The proofs stay in the export: keep it.
    """
    from cota.errors import DomainError
    from cota.formats.outgoing import convert as write

    require_free(out, force)
    try:
        made = write(export, to, out)
    except DomainError as error:
        raise Failed(f"{export}: {error.detail}") from None
    for what, count in made.lost.items():
        say(f"not in the file: {what} ({count:,})", stderr=True)
    files = [{"file": str(one.path), "bytes": one.size, "sha256": one.sha256} for one in made.files]
    sizes = {str(one.path): f"{one.size:,} bytes" for one in made.files}
    told: dict[str, Any] = {"annotations": made.annotations}
    if as_json:
        show({**told, "files": files, "lost": made.lost}, as_json=True)
    else:
        show(told | sizes, as_json=False)
