"""`cota media upload get remove`: publisher's pictures and sounds -> **kept by the service** -> a file of items.

Promises: which files are taken is known before the first is sent; the file of items is whole or not there; sent again,
nothing is kept twice; what was not taken is told.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.arguments import Dataset, ForceOption, YesOption, hash_option, require_free
from cota.cli.asking import confirm
from cota.cli.caller import Member, Visitor, calling
from cota.cli.failures import Failed
from cota.cli.output import say, show
from cota.cli.publishing import require_publisher

if TYPE_CHECKING:
    from collections.abc import Sequence

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", exists=True, help="Pictures and sounds, or folders of them."),
]
ItemsOption = Annotated[
    Path, typer.Option("--out", dir_okay=False, help="Where the items go, for cota dataset add-batch.")
]
GoldOption = Annotated[
    bool, typer.Option("--gold-by-folder", help="The folder that a file lies in is its right answer.")
]
Address = Annotated[
    str,
    typer.Argument(metavar="ADDRESS", help="What an item names as its image or audio, or the token in it."),
]
OutOption = Annotated[Path, typer.Option("--out", dir_okay=False, help="Where the file goes.")]
Sha256Option = Annotated[Any, hash_option("--sha256", "The file's SHA-256, as the item has it.")]
ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".wav", ".flac", ".ogg", ".mp3", ".m4a"})


@calling
def upload(
    caller: Member,
    dataset: Dataset,
    files: Files,
    out: ItemsOption,
    gold_by_folder: GoldOption = False,
    force: ForceOption = False,
) -> None:
    """Let the service keep pictures and sounds, and write a file of items that show them.

    PNG, JPEG, GIF, WebP, WAV, FLAC, Ogg, MP3, M4A, at most 128 MiB each. Whoever is shown an item can fetch its file,
    and nobody guesses its address.
    """
    from cota.errors import DomainError
    from cota.formats.outgoing.whole import beside

    require_free(out, force)
    client = caller.client
    require_publisher(caller, dataset)
    chosen, left = _chosen(files)
    if not chosen:
        raise Failed("none of these is a picture or a sound that is kept, by its name")
    size = 0
    with beside(out) as unfinished, unfinished.open("w", encoding="utf-8") as items:
        for file in chosen:
            try:
                found = client.upload_medium(dataset, file)
            except DomainError as error:
                raise Failed(f"{file}: {error.slug}: {error.detail}") from error
            line = {"content": found.content} | ({"gold": file.parent.name} if gold_by_folder else {})
            items.write(json.dumps(line, ensure_ascii=False) + "\n")
            size += found.size
    told = {"dataset": dataset, "files": len(chosen), "bytes": size, "left_out": left, "items": str(out)}
    show(told, as_json=caller.as_json)
    if not caller.as_json:
        say(f"Now: cota dataset add-batch 0x{dataset.hex()} {out}", stderr=True)


@calling
def get(
    caller: Visitor, address: Address, out: OutOption, sha256: Sha256Option = None, force: ForceOption = False
) -> None:
    """Fetch the picture or sound of an item, whole or not at all."""
    require_free(out, force)
    path = caller.client.download_medium(address, out, sha256=sha256)
    show({"file": str(path), "bytes": path.stat().st_size}, as_json=caller.as_json)


@calling
def remove(caller: Member, dataset: Dataset, address: Address, yes: YesOption = False) -> None:
    """Take a file of your dataset away for good; items that show it have nothing to show then."""
    client = caller.client
    require_publisher(caller, dataset)
    client.check_medium(address)
    confirm("Take it away? It can only be uploaded again, at another address.", yes=yes)
    client.remove_medium(dataset, address)
    show({"dataset": dataset, "removed": address}, as_json=caller.as_json)


def _chosen(files: Sequence[Path]) -> tuple[list[Path], int]:
    """The files to send, in the order of their paths, and how many of the folders are left out."""
    chosen: list[Path] = []
    left = 0
    for one in files:
        if not one.is_dir():
            chosen.append(one)
            continue
        # A link may lead out of the folder, or back into it.
        inside = [found for found in sorted(one.rglob("*")) if found.is_file() and not found.is_symlink()]
        fit = [found for found in inside if found.suffix.lower() in ENDINGS and found.name[0] != "."]
        chosen += fit
        left += len(inside) - len(fit)
    return chosen, left
