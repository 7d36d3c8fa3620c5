"""A made-up label set that needs no download: for scripts/crowd_data.py.

Thirty workers of known skill answer 120 tasks with three classes; two in ten only ever say "red". Draws are
SHA-256(seed, counter), so the files are the same on every machine.
"""

import hashlib
from collections.abc import Iterator

from scripts.crowd_formats import Converted, convert

CLASSES = ("blue", "green", "red")
TASKS, WORKERS = 120, 30


def _draws(seed: bytes) -> Iterator[int]:
    counter = 0
    while True:
        yield int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()[:4], "big")
        counter += 1


def make_sample() -> Converted:
    """All workers answer all tasks; the truth of every task is in the gold file."""
    draw = _draws(b"cota.sample.1")
    truth = {f"task-{n:03d}": CLASSES[next(draw) % 3] for n in range(TASKS)}
    rows = []
    for n in range(WORKERS):
        percent_known = 20 + 60 * n // WORKERS
        for task, right in truth.items():
            knows = next(draw) % 100 < percent_known
            guess = CLASSES[next(draw) % 3]
            rows.append((task, f"worker-{n:02d}", "red" if n % 5 == 4 else right if knows else guess))
    return convert(rows, truth.items())
