"""crowd-kit's Dawid-Skene on a file of columns; runs in crowd-kit's own environment and imports nothing of Cota."""

import json
import resource
import sys
import time

import numpy as np
import pandas  # type: ignore[import-not-found,import-untyped,unused-ignore]
from crowdkit.aggregation import DawidSkene  # type: ignore[import-not-found,unused-ignore]

with np.load(sys.argv[1]) as columns:
    frame = pandas.DataFrame(
        {
            name: columns[key]
            for name, key in (
                ("task", "task"),
                ("worker", "worker"),
                ("label", "answer"),
            )
        }
    )
    gold, truth = columns["gold"], columns["truth"]
started, busy = time.perf_counter(), time.process_time()
found = DawidSkene(n_iter=100, tol=1e-5).fit_predict(frame)
seconds = time.perf_counter() - started
print(
    json.dumps(
        {
            "labels": len(frame),
            "seconds": seconds,
            "cpu_seconds": time.process_time() - busy,
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "accuracy": float((found.sort_index().to_numpy() == truth)[gold < 0].mean()),
        }
    )
)
