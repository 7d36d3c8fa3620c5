"""What no rule of pay can do with so few answers of known truth, and what ours does: prints the figures of
docs/scoring.md, "Limits".

    .venv/bin/python -m scripts.scoring_limits

Exact binomial sums over the number of right answers among n whose truth is known, two classes, habits of one half; a
clicker is right half of the time. Last, on made-up crowds that no figure of the benchmark is from, how many able
workers are paid nothing if the items are known better, and how many small epochs in which nobody knows the gold are
halted as if somebody did. Shares and ratios are 0 to 1.
"""

from math import comb, log

import numpy as np

from cota.scoring.answers import Answers
from cota.scoring.independent import INDEPENDENT
from cota.scoring.outward import skill
from cota.scoring.outward.dependence import excesses
from cota.scoring.outward.pairs import Pairs
from cota.scoring.outward.rounds import judge
from cota.scoring.rows import Floats
from scripts.bench.scoring.crowds import accuracy, as_answers, draw_gold, make_crowd
from scripts.bench.scoring.honest import able_workers

CHANCE = 0.5
MOST = 400
CROWDS = range(500, 520)
EPOCHS = 1000
Shape = tuple[int, int, tuple[float, ...], int]
"""Items, gold among them, accuracy of each worker (all answer all), classes."""
SHAPES: tuple[Shape, ...] = (
    (20, 2, (0.9, 0.9), 3),
    (20, 5, (0.9, 0.9), 2),
    (20, 5, (0.6, 0.6), 8),
    (60, 2, (0.3, 0.3), 8),
    (60, 6, (0.3, 0.3), 8),
    (60, 6, (0.95, 0.9, 0.8, 0.7, 0.55), 3),
    (90, 60, (0.9, 0.9, 0.1), 3),
    (60, 6, (0.9, 0.9, 0.1), 2),
    (200, 20, (0.9, 0.75, 0.6), 3),
)


def binomial(n: int, p: float) -> Floats:
    """(n + 1) probabilities of 0 ... n right answers."""
    return np.array([comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


def clicker_floor(n: int, p: float) -> float:
    """The least that a clicker is paid in expectation, in the pay of one of accuracy p > 1/2, by any rule whatever.

    A rule pays f(k) >= 0 for k right answers, so the ratio of the two expectations is at least the least ratio of the
    two probabilities, which is that of k = n.
    """
    return float((CHANCE / p) ** n)


def clickers_paid(n: int, p: float, unpaid: float) -> float:
    """The least share of clickers that is paid something if at most `unpaid` of those of accuracy p > 1/2 are not.

    Neyman and Pearson (1933): the best rule pays from a number of right answers on, and at that number by lot.
    """
    able, blind = binomial(n, p), binomial(n, CHANCE)
    left, paid = unpaid, 1.0
    for k in range(n + 1):
        share = min(1.0, left / able[k])
        paid -= share * blind[k]
        left -= share * able[k]
        if share < 1.0:
            break
    return float(max(paid, 0.0))


def answers_for_floor(p: float, ratio: float) -> int:
    """How many answers a clicker's floor needs to be at most `ratio`."""
    return int(np.ceil(log(ratio) / log(CHANCE / p)))


def pay_by_rule(n: int, per_mille: int = INDEPENDENT.skill_quantile_per_mille) -> Floats:
    """(n + 1) pay per label of k right answers among n, by our rule with that quantile: skill squared, 0 to 1."""
    right = np.arange(n + 1, dtype=np.float64)
    counts = np.zeros((n + 1, 2, skill.LEVELS))
    counts[:, 0, skill.RIGHT], counts[:, 0, skill.WRONG] = right, n - right
    levels = np.full((n + 1, 2), skill.Q_LEVELS // 2)
    paid = skill.posterior(counts, levels, [per_mille]).quantiles[per_mille]
    return np.asarray((np.maximum(paid, 0) / 100) ** 2, np.float64)


def newcomer(per_mille: int, p: float = 0.9, share: float = 0.8) -> int:
    """Answers after which one of accuracy p expects that share of what her true skill is paid."""
    due = (2 * p - 1) ** 2
    return next(n for n in range(1, MOST) if float(binomial(n, p) @ pay_by_rule(n, per_mille)) >= share * due)


def by_rule(n: int, per_mille: int, p: float) -> tuple[float, float, float]:
    """(clicker's pay in that of one of accuracy p, clickers paid at all, those of accuracy p paid nothing)."""
    pay, able, blind = pay_by_rule(n, per_mille), binomial(n, p), binomial(n, CHANCE)
    return float(blind @ pay / (able @ pay)), float(blind[pay > 0].sum()), float(able[pay == 0].sum())


def best_clicker(n: int, p: float, clickers: int = 20) -> float:
    """What the best paid of so many clickers expects by our rule, in the pay of one of accuracy p."""
    pay, able, blind = pay_by_rule(n), binomial(n, p), binomial(n, CHANCE)
    best = np.diff(np.concatenate([[0.0], np.cumsum(blind) ** clickers]))
    return float(best @ pay / (able @ pay))


def answers_for_ratio(ratio: float, p: float) -> int:
    """Known answers from which on our rule pays a clicker at most `ratio` of one of accuracy p."""
    return next(n for n in range(MOST, 0, -1) if by_rule(n, 200, p)[0] > ratio) + 1


def able_unpaid() -> tuple[float, float, float]:
    """Share of able workers paid nothing, mean of made-up crowds of two classes: by a tenth of gold; if items were
    known but for as many errors, independent of every worker; if all were known."""
    found = []
    for seed in CROWDS:
        crowd = make_crowd(2, seed)
        able, gold, draw = able_workers(crowd), draw_gold(crowd, 0), np.random.default_rng(seed)
        by_gold = judge(crowd.answers(gold), INDEPENDENT)
        misses = (gold < 0) & (draw.random(len(gold)) > accuracy(by_gold.decided, crowd, gold))
        known = np.where(misses, 1 - crowd.truth, crowd.truth)
        verdicts = by_gold, *(judge(crowd.answers(items), INDEPENDENT) for items in (known, crowd.truth))
        found.append([float((one.skill[able] == 0).mean()) for one in verdicts])
    gold_share, missed, whole = np.mean(found, axis=0).tolist()
    return gold_share, missed, whole


def shared_items(p: float, gold: int) -> int:
    """Common items from which on two half honest accounts of one bloc are told from independent workers.

    They are right with probability p on one half of the items and share a blind answer on the other; each has met so
    many gold items and done as expected on them, and the agreement found is the one to be expected.
    """
    alike = 0.5 + 0.5 * (p * p + (1 - p) ** 2)
    right = round(gold * (0.5 * p + 0.25))
    counts = np.zeros((1, 2, skill.LEVELS))
    counts[0, 0, skill.RIGHT], counts[0, 0, skill.WRONG] = right, gold - right
    wanted = INDEPENDENT.agreement_quantile_per_mille
    able = skill.posterior(counts, np.full((1, 2), skill.Q_LEVELS // 2), [wanted]).quantiles[wanted]
    both = float(max(int(able[0]), 0) / 100) ** 2
    n = np.arange(1, 4 * MOST)
    found = Pairs(n, n, n, np.rint(alike * n).astype(np.int64), n, n)
    excess = excesses(found, np.full(len(n), both + (1 - both) * 0.5), INDEPENDENT)
    return int(n[np.flatnonzero(excess == 0)[-1] + 1])


def made_epoch(shape: Shape, seed: int) -> Answers:
    """An epoch in which everybody is right as often on gold as elsewhere."""
    items, gold, able, classes = shape
    draw = np.random.default_rng([seed, items, gold, classes])
    truth, chosen = draw.integers(classes, size=items), draw.choice(items, gold, replace=False)
    task, worker = np.repeat(np.arange(items), len(able)), np.tile(np.arange(len(able)), items)
    wrong = (truth[task] + draw.integers(1, classes, size=len(task))) % classes
    answer = np.where(draw.random(len(task)) < np.array(able)[worker], truth[task], wrong)
    known = np.full(items, -1)
    known[chosen] = truth[chosen]
    return as_answers(task, worker, answer, known, len(able), classes)


def false_alarms(shape: Shape, epochs: int = EPOCHS) -> float:
    """Share of such epochs that are halted because gold may have leaked."""
    halted = (judge(made_epoch(shape, seed), INDEPENDENT).leak.halt for seed in range(epochs))
    return sum(halted) / epochs


def main() -> None:
    able = (0.6, 0.7, 0.75, 0.8, 0.9)
    print("a clicker's least pay by any rule, in that of one of accuracy", *able)
    for n in (3, 6, 10, 20, 60):
        print(f"  {n:3} answers", *(f"{clicker_floor(n, p):.4f}" for p in able))
    print("  answers for 2 %", *(answers_for_floor(p, 0.02) for p in able))
    print("clickers paid at least, if 5 % of those of that accuracy are paid nothing")
    for n in (3, 6, 10, 20, 30, 60, 120):
        print(f"  {n:3} answers", *(f"{clickers_paid(n, p, 0.05):.3f}" for p in able))
    print(
        "by our rule: quantile; answers until .9 is paid 80 %; at 60 answers against accuracy .75: clicker's pay,"
    )
    print("clickers paid; of accuracy .7 after 20 answers: paid nothing")
    for per_mille in (50, 100, 150, 170, 180, 185, 200, 250):
        pay, paid, _ = by_rule(60, per_mille, 0.75)
        print(
            f"  {per_mille / 10:4} % {newcomer(per_mille):3} {pay:.4f} {paid:.3f} {by_rule(20, per_mille, 0.7)[2]:.3f}"
        )
    print("by our rule: known answers; clicker's pay against accuracy .75; of accuracy .7 paid nothing")
    for n in (6, 10, 20, 30, 60):
        print(f"  {n:3} {by_rule(n, 200, 0.75)[0]:.4f} {by_rule(n, 200, 0.7)[2]:.3f}")
    print("  a clicker is paid at most 2 % from", answers_for_ratio(0.02, 0.75), "known answers on")
    print("  the best of 20 clickers after 36 and 60:", *(f"{best_clicker(n, 0.75):.3f}" for n in (36, 60)))
    print("common items from which on a half honest bloc is noticed, by accuracy on the honest half")
    for gold in (6, 20, 60):
        print(f"  {gold:2} gold answers", *(shared_items(p, gold) for p in (0.8, 0.9, 1.0)))
    print(
        "able workers paid nothing: by gold and votes; by items known but for as many errors; by all items known"
    )
    print(" ", *(f"{share:.4f}" for share in able_unpaid()))
    print(f"of {EPOCHS} epochs in which nobody knows the gold, halted: items, gold; accuracies; classes")
    for shape in SHAPES:
        items, gold, workers, classes = shape
        print(f"  {items:3} {gold:2}; {' '.join(map(str, workers)):18}; {classes} {false_alarms(shape):.4f}")


if __name__ == "__main__":
    main()
