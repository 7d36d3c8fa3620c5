"""The benchmark of the verifier's checks that need no node.

LABELS=n (1,000,000), EPOCHS=n (5); what was made is kept in var/bench/verify-<labels>-<epochs>-rules<n>/ and taken
again.

    .venv/bin/python -m scripts.bench.verify            makes what is missing, checks it, writes var/bench/verify.json
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cota.scoring import NEWEST
from cota.verify import epoch_files
from cota.verify.epoch_files import check_files
from cota.verify.labels import check_labels
from cota.verify.log import check_log
from cota.verify.report import Report
from cota.verify.scores import check_scores
from cota.verify.settlement import check_settlements
from cota.verify.signers import Signers
from scripts.bench.record import FOLDER, ROOT, write
from scripts.bench.verify.chain import facts_of
from scripts.bench.verify.made import Made, Size, make


def main() -> None:
    labels, epochs = int(os.environ.get("LABELS", "1000000")), int(os.environ.get("EPOCHS", "5"))
    folder = FOLDER / f"verify-{labels}-{epochs}-rules{NEWEST}"
    made = folder / "made.pickle"
    if not made.exists():
        started = time.perf_counter()
        found = make(Size(epochs, labels // epochs), folder, len(os.sched_getaffinity(0)))
        made.write_bytes(pickle.dumps(found))
        print(f"made {labels:,} labels in {time.perf_counter() - started:.0f} s", flush=True)
    before = os.getloadavg()[0]
    command = [sys.executable, "-m", "scripts.bench.verify", "check", str(made)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    figures |= {"labels": labels, "epochs": epochs, "load_before": before}
    stages = ", ".join(f"{name} {seconds:.0f}" for name, seconds in figures["stages"].items())
    cpu = f"{figures['cpu_seconds']:.0f} + {figures['children_cpu_seconds']:.0f} s of processor"
    print(
        f"checked in {figures['seconds']:.0f} s ({stages}), {cpu}, {figures['rss_mb']:.0f} MB, load {before:.1f}"
    )
    print(f"wrote {write('verify', figures, 1).relative_to(ROOT)}")


def check(path: Path) -> dict[str, Any]:
    """All checks that need no node, in the verifier's order, in this process. Raises SystemExit if one fails."""
    made: Made = pickle.loads(path.read_bytes())
    facts = facts_of(made)
    report = Report("local", facts.deployment.chain_id, facts.block.number, "0x")
    stages: dict[str, float] = {}
    began = time.perf_counter()

    def stage(name: str) -> None:
        stages[name] = time.perf_counter() - began - sum(stages.values())

    files = path.parent / "epochs"
    files.mkdir(exist_ok=True)
    for file in path.parent.glob("epoch-*.jsonl"):
        file.rename(files / file.name)
    epochs = epoch_files.collect(facts, epoch_files.from_folder(files))
    check_files(report, epochs, True)
    stage("epoch files")
    signers = Signers()
    check_log(report, facts, epochs, True, signers)
    stage("log")
    check_settlements(report, epochs, True)
    stage("settlements")
    sold = check_labels(report, facts, epochs, [made.export], signers)
    stage("labels")
    check_scores(report, sold)
    stage("scores")
    failed = [one for one in report.checks if one.outcome != "ok"]
    if failed:
        raise SystemExit(f"bench.verify: {failed[0].name}: {failed[0].finding or failed[0].reason}")
    peaks = [
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    compared = sum(one.compared for one in report.checks)
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, helpers = (one.ru_utime + one.ru_stime for one in spent)
    return {
        "seconds": sum(stages.values()), "stages": stages, "compared": compared, "rss_mb": peaks[0],
        "largest_child_mb": peaks[1], "cpu_seconds": own, "children_cpu_seconds": helpers,
    }  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        print(json.dumps(check(Path(sys.argv[2]))))
    else:
        main()
