"""Gas of whole transactions: tests/contracts/gas -> **var/bench/gas.json**, compared with snapshots/.

    make bench-gas              exit 1 when a figure differs from the one in git
    make bench-gas UPDATE=1     takes the new figures over into snapshots/

Gas is deterministic: a difference is a change of code, compiler or measurement, never noise.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.bench import gas_table, record
from scripts.stack.files import write_json, write_whole
from scripts.stack.foundry import find_tool

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = ROOT / "snapshots"
TESTS = "tests/contracts/gas/*"
# The last of these measures checkpoint, proposal and finalisation of an epoch of so many rows.
EPOCH, EPOCH_ROWS = "epoch_1000", 1000

Groups = dict[str, dict[str, int]]
"""Group -> name of a path, its variants after slashes -> gas."""


class MeasureFailed(Exception):
    """Forge's own words."""


def measure() -> Groups:
    """Run the gas tests and collect what they wrote. Raises MeasureFailed when one fails, or misses its aim."""
    with tempfile.TemporaryDirectory(prefix="cota-gas-") as folder:
        environment = {**os.environ, "FOUNDRY_SNAPSHOTS": folder, "FORGE_SNAPSHOT_EMIT": "true"}
        command = [str(find_tool("forge")), "test", "--isolate", "--match-path", TESTS]
        done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
        log = done.stdout + done.stderr
        record.FOLDER.mkdir(parents=True, exist_ok=True)
        (record.FOLDER / "gas.log").write_text(log, encoding="utf-8")
        if done.returncode != 0:
            raise MeasureFailed(log)
        return read(Path(folder))


def read(folder: Path) -> Groups:
    """Snapshot files as forge writes them: gas as decimal text."""
    return {
        path.stem: {name: int(gas) for name, gas in json.loads(path.read_text(encoding="utf-8")).items()}
        for path in sorted(folder.glob("*.json"))
    }


def nested(flat: dict[str, int]) -> dict[str, Any]:
    """{"a/b": 1} -> {"a": {"b": 1}}"""
    result: dict[str, Any] = {}
    for name, gas in flat.items():
        *folders, last = name.split("/")
        inside = result
        for folder in folders:
            inside = inside.setdefault(folder, {})
        inside[last] = gas
    return result


def figures(groups: Groups) -> dict[str, Any]:
    """What var/bench/gas.json holds."""
    paths = dict(groups["paths"])
    baselines = nested(groups["baselines"])
    epoch = paths.pop(EPOCH)
    return {
        **nested(groups["flat"]),
        **paths,
        "floor_pay": baselines.pop("floor")["pay"],
        "epoch_per_annotation_1000": epoch / EPOCH_ROWS,
        "baselines": baselines,
    }


def differences(committed: Groups, measured: Groups) -> list[str]:
    """One line for each figure that is new, gone or changed."""
    lines = []
    for group in sorted(committed.keys() | measured.keys()):
        old, new = committed.get(group, {}), measured.get(group, {})
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                before, after = old.get(name, "none"), new.get(name, "none")
                lines.append(f"{group}/{name}: {before} in snapshots/, {after} now")
    return lines


def show(groups: Groups) -> None:
    """All figures, with the aims of those that have one."""
    table = Table("path", "gas", "aim", title="Whole transactions")
    aims = groups["aims"]
    for group in ("flat", "paths", "baselines"):
        for name, gas in groups[group].items():
            aim = aims.get(name.partition("/")[0]) if group != "baselines" else None
            table.add_row(
                name, f"{gas:,}", f"{aim:,}" if aim else "", end_section=name == list(groups[group])[-1]
            )
    Console(width=90).print(table)


def take_over(groups: Groups) -> None:
    """The measured figures become those of snapshots/ and of the page."""
    for group, values in groups.items():
        write_json(SNAPSHOTS / f"{group}.json", {name: str(values[name]) for name in sorted(values)})
    page = gas_table.PAGE.read_text(encoding="utf-8")
    write_whole(gas_table.PAGE, gas_table.replaced(page, gas_table.render(groups)))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure gas, compare with snapshots/.")
    parser.add_argument("--update", action="store_true", help="write the figures into snapshots/")
    update = parser.parse_args(arguments).update
    try:
        groups = measure()
    except MeasureFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    show(groups)
    print(f"wrote {os.path.relpath(record.write('gas', figures(groups), runs=1), ROOT)}")
    if update:
        take_over(groups)
    changed = differences(read(SNAPSHOTS), groups)
    for line in changed:
        print(line, file=sys.stderr)
    if changed:
        print("gas has changed: if that is meant, make bench-gas UPDATE=1", file=sys.stderr)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
