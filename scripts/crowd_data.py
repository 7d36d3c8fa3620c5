"""Real label sets for tests, demo and benchmarks, found or fetched, never part of the repository.

.venv/bin/python -m scripts.crowd_data bluebirds     prints the folder of a set, fetching it if need be

Looked for in this order: the shared folder beside the clone, the cache in var/crowd, the public source at
a pinned commit (converted, then checked by SHA-256). `find` gives None where none of them works: then
`sample` stands in, 30 made-up workers on 120 made-up tasks. Each folder holds labels.csv
(task,worker,label) and gold.csv (task,label). Licences: bluebirds BSD-3-Clause-Clear (Welinder et al.
2010); weather_amt (Venanzi et al. 2015), adult2 (Ipeirotis et al. 2010) and sentiment_sp (Rodrigues et
al. 2013) Apache-2.0.
"""

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from scripts.crowd_formats import Converted, from_cubam, from_rows, from_tabs
from scripts.crowd_sample import make_sample

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data" / "crowd"
CACHE = ROOT / "var" / "crowd"
SOURCES = "https://raw.githubusercontent.com"
TIMEOUT_S = 20
MAX_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class CrowdSet:
    """Where a set comes from, how it is read, and the SHA-256 of what must come out."""

    repository: str
    commits: tuple[str, ...]
    """Commits that hold it, tried in this order."""
    paths: tuple[str, ...]
    convert: Callable[..., Converted]
    labels_sha256: str
    gold_sha256: str


SETS = {
    "bluebirds": CrowdSet(
        "welinder/cubam",
        ("fe5ba700", "1db8c09a0c670f9ed5504897425285c5058da98e"),
        ("demo/bluebirds/labels.yaml", "demo/bluebirds/gt.yaml"),
        from_cubam,
        "b6a1467a8d6af8bae1676a9bc7637805ba354ceb9fad101e9fb3c1a050b5e8fb",
        "94b2de1b830314aec3f2480dafdd5a56d2bdafd637603572eaa4330c55dbea64",
    ),
    "weather_amt": CrowdSet(
        "orchidproject/active-crowd-toolkit",
        ("2c0c194e85ca126545bd830d811ec39151bdd448",),
        ("Data/CF_amt.csv",),
        from_rows,
        "1ed552e1d66b3598bb5bc0563097ec7f46236fd7c4060b05c701e0e3edb73c10",
        "254da63d841d1a4eb59ee7e69d7bcb9d5dc60939afb750bf59c6a0ae1a69f88e",
    ),
    "adult2": CrowdSet(
        "ipeirotis/Get-Another-Label",
        ("9fe6c56a", "133431f0eb12bd53cb4744cdb12668d5df021748"),
        ("data/AdultContent2/labels.txt", "data/AdultContent2/gold.txt"),
        from_tabs,
        "684c3e8eb30d94bea0fd2d9b7d2d3b0c86171036d6410efe699be1369e169b94",
        "2044ce5607306c7b480fcafe8ab78366a5c2c550c5e9a9f588bf89fd78ea2e83",
    ),
    "sentiment_sp": CrowdSet(
        "orchidproject/active-crowd-toolkit",
        ("2c0c194e85ca126545bd830d811ec39151bdd448",),
        ("Data/SP.csv",),
        from_rows,
        "40ff6a44049b2c931d6a9e4896d2fa071363dea4ee7acf14875f7f65027b6517",
        "882901eee798c3bba3f66f179fc72265f958de5d3c8607065ae7724e91b84714",
    ),
}


class WrongContent(Exception):
    """The files are not those that the checksums are of."""


def check(name: str, content: Converted) -> None:
    """Raises WrongContent unless labels and gold are the known ones."""
    known = SETS[name]
    for part, data, wanted in (
        ("labels.csv", content.labels, known.labels_sha256),
        ("gold.csv", content.gold, known.gold_sha256),
    ):
        if hashlib.sha256(data).hexdigest() != wanted:
            raise WrongContent(f"{name}/{part} is not the file that is known: its SHA-256 differs")


def _is_good(name: str, folder: Path) -> bool:
    try:
        check(name, Converted((folder / "labels.csv").read_bytes(), (folder / "gold.csv").read_bytes()))
    except (OSError, WrongContent):
        return False
    return True


def _download(url: str) -> str:
    with urlopen(url, timeout=TIMEOUT_S) as answer:
        data: bytes = answer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise WrongContent(f"{url} is larger than {MAX_BYTES} bytes")
    return data.decode("utf-8")


def _convert(name: str, texts: list[str]) -> Converted:
    try:
        content = SETS[name].convert(*texts)
    except (ValueError, IndexError) as error:
        raise WrongContent(f"the source of {name} has another form than expected") from error
    check(name, content)
    return content


def fetch(name: str, cache: Path = CACHE, download: Callable[[str], str] = _download) -> Path:
    """Downloads, converts and checks a set into the cache; bad content is never stored.

    Raises what the last source failed with: WrongContent, OSError (URLError is one) or UnicodeDecodeError.
    """
    known = SETS[name]
    failure: Exception = WrongContent(f"{name} has no source")
    for commit in known.commits:
        try:
            texts = [download(f"{SOURCES}/{known.repository}/{commit}/{path}") for path in known.paths]
            return _store(cache / name, _convert(name, texts))
        except (OSError, WrongContent, UnicodeDecodeError) as error:
            failure = error
    raise failure


def _store(folder: Path, content: Converted) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (("labels.csv", content.labels), ("gold.csv", content.gold)):
        # Renamed into place, so that nobody reads half a file.
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as made:
            made.write(data)
        os.replace(made.name, folder / name)
    return folder


def find(name: str, *, online: bool = True) -> Path | None:
    """The folder of a set, or None where it can neither be found nor fetched."""
    for folder in (SHARED / name, CACHE / name):
        if _is_good(name, folder):
            return folder
    if not online:
        return None
    try:
        return fetch(name)
    except (OSError, WrongContent, UnicodeDecodeError) as error:
        print(f"{name} could not be fetched: {getattr(error, 'reason', error)}", file=sys.stderr)
        return None


def sample() -> Path:
    """The folder of the made-up set, written again each time to the same bytes."""
    return _store(CACHE / "sample", make_sample())


def find_or_sample(name: str, *, online: bool = True) -> tuple[str, Path]:
    """The set's name and folder, or those of the sample."""
    folder = find(name, online=online)
    return (name, folder) if folder else ("sample", sample())


def main() -> int:
    parser = argparse.ArgumentParser(description="Finds or fetches a public label set; prints its folder.")
    parser.add_argument("name", choices=[*SETS, "sample"])
    name = parser.parse_args().name
    folder = sample() if name == "sample" else find(name)
    if folder is None:
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
