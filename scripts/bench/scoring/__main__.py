"""The benchmark of the scoring: `make bench-scoring` -> var/bench/scoring.json and a table on the screen.

PEERS=0 leaves crowd-kit out; SEEDS=n (20 at least for figures that are published) says how many seeds.
"""

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from scripts.bench.record import ROOT, write
from scripts.bench.scoring import speed
from scripts.bench.scoring.crowds import Crowd, NotAtHand, draw_gold, load, make_crowd
from scripts.bench.scoring.honest import click, measure, newcomer
from scripts.bench.scoring.hostile import Trials, all_attacks

SETS = ("bluebirds", "weather_amt", "adult2", "sentiment_sp")
HELD_OUT = 9000
"""Seeds of made-up crowds start here; nothing was tuned on them."""
CLICKERS = 20
"""Random clickers in a made-up crowd, 5 at a time: one says too little, for most are paid nothing and a few much."""


def main() -> None:
    seeds, peers = int(os.environ.get("SEEDS", "20")), os.environ.get("PEERS", "1") != "0"
    result: dict[str, Any] = {}
    result |= _speed(peers)
    result |= _honest(seeds)
    result |= _hostile(seeds)
    result["newcomer"] = {"classes_2": newcomer(2, 10 * seeds), "classes_5": newcomer(5, 10 * seeds)}
    result["synthetic"] = {str(c): _synthetic(c, seeds) for c in (2, 4, 8)}
    print(f"wrote {write('scoring', result, seeds).relative_to(ROOT)}")


def _speed(peers: bool) -> dict[str, Any]:
    million = speed.measure(1_000_000, 5_000, peers)
    ours, peer = million["ours"], million.get("peer")
    many = speed.measure(10_000_000, 50_000, peer=False)["ours"]
    for name, run in (("rules 4, 1M", ours), ("crowd-kit, 1M", peer), ("rules 4, 10M", many)):
        if run:
            times = f"{run['seconds']:.2f} s, {run['cpu_seconds']:.2f} s of processor"
            print(f"{name}: {times}, {run['rss_mb']:.0f} MB, accuracy {run['accuracy']:.4f}", flush=True)
    return {
        "seconds_1m": ours["seconds"],
        "rss_mb_1m": ours["rss_mb"],
        "crowdkit_seconds_1m": peer and peer["seconds"],
        "crowdkit_rss_mb_1m": peer and peer["rss_mb"],
        "cpu_seconds_1m": ours["cpu_seconds"],
        "crowdkit_cpu_seconds_1m": peer and peer["cpu_seconds"],
        "cpu_seconds_10m": many["cpu_seconds"],
        "seconds_10m": many["seconds"],
        "rss_mb_10m": many["rss_mb"],
    }


def _honest(seeds: int) -> dict[str, Any]:
    keys = ("accuracy", "gold10", "skill_r", "effort", "honest_penalised", "false_leak_alarms")
    result: dict[str, Any] = {key: {} for key in keys}
    for name in SETS:
        found = measure(load(name), seeds)
        print(name, json.dumps(found), flush=True)
        for key in keys:
            result[key][name] = found[key]
    return result


def _hostile(seeds: int) -> dict[str, Any]:
    weather, sentiment = (Trials(load(name), seeds) for name in ("weather_amt", "sentiment_sp"))
    attacks = all_attacks(weather, sentiment)
    for one in attacks:
        pay = one["pay_ratio"]
        print(
            f"{one['id']:<22} {one['share']:.1f}"
            f"  drop {one['accuracy_drop']:+.4f} worst {one['accuracy_drop_worst']:+.3f}"
            f"  pay mean {pay['mean']:.3f} median {pay['median']:.3f} worst {pay['worst']:.3f}"
            f"  profit {one['profit']:+.2f}",
            flush=True,
        )
    leaks = {str(share): weather.leaked(share) for share in (0.05, 0.1, 0.2, 0.3)}
    print("leaked gold", json.dumps(leaks), flush=True)
    little = {name: _little_gold(Trials(load(name), seeds)) for name in ("bluebirds", "adult2")}
    print("camouflage with little gold", json.dumps(little), flush=True)
    return {"attacks": attacks, "leaked_gold": leaks, "little_gold": little}


def _little_gold(trials: Trials) -> list[dict[str, Any]]:
    """Half honest blocs where an honest worker meets few gold items, or there are few."""
    return [trials.run("half_honest", "half_honest", share) for share in (0.3, 0.5, 0.6)]


def _synthetic(classes: int, seeds: int) -> dict[str, Any]:
    """Means over held-out crowds of what the public sets show, and of two attacks at half of the votes."""
    crowds = [make_crowd(classes, HELD_OUT + seed) for seed in range(seeds)]
    found = [measure(crowd, 1) for crowd in crowds]

    def mean(pick: Callable[[dict[str, Any]], float]) -> float:
        return sum(pick(one) for one in found) / len(found)

    effort = ("top_to_bottom", "oracle_top_to_bottom", "random_to_average", "able_paid_zero")
    result: dict[str, Any] = {
        "without": mean(lambda one: one["gold10"]["without"]),
        "with": mean(lambda one: one["gold10"]["with"]),
        "standard_error": mean(lambda one: one["gold10"]["standard_error"]),
        "skill_r": mean(lambda one: one["skill_r"]),
        "honest_penalised": mean(lambda one: one["honest_penalised"]),
        "false_leak_alarms": sum(one["false_leak_alarms"] for one in found),
        "effort": {key: sum(one["effort"][key] for one in found) / len(found) for key in effort},
    }
    result["effort"] |= _clickers(crowds)
    for kind in ("shared_wrong", "half_honest"):
        runs = [Trials(crowd, 1).run(kind, kind, 0.5) for crowd in crowds]
        result[kind] = {
            "accuracy_drop": sum(run["accuracy_drop"] for run in runs) / len(runs),
            "pay_ratio": sum(run["pay_ratio"]["mean"] for run in runs) / len(runs),
            "pay_ratio_worst": max(run["pay_ratio"]["worst"] for run in runs),
        }
    print(f"made-up, {classes} classes", json.dumps(result), flush=True)
    return result


def _clickers(crowds: list[Crowd]) -> dict[str, float]:
    """The random clicker's pay in many draws: mean, the standard error over crowds, and the share paid at all."""
    paid = np.array(
        [
            [
                pay
                for part in range(CLICKERS // 5)
                for pay in click(crowd, draw_gold(crowd, 0), HELD_OUT + CLICKERS * number + part, 5)
            ]
            for number, crowd in enumerate(crowds)
        ]
    )
    error = float(paid.mean(axis=1).std(ddof=1) / np.sqrt(len(crowds)))
    return {
        "clickers_to_average": float(paid.mean()),
        "clickers_standard_error": error,
        "clickers_paid": float((paid > 0).mean()),
    }


if __name__ == "__main__":
    try:
        main()
    except (NotAtHand, speed.PeerFailed) as refusal:
        raise SystemExit(f"bench-scoring: {refusal}") from refusal
