"""What the items are, and how good the workers: items, golds -> skill by gold -> **the answer most like the others**.

Skill comes from gold alone: an answer on another item can only be held against what other people drew or wrote,
which is never quite the truth either. Promises: integers, so no order of rows matters; who is not proven settles
nothing.
"""

from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers
from cota.scoring.fixed import PROB_ONE
from cota.scoring.open.items import Items
from cota.scoring.open.numbers import OpenRules
from cota.scoring.outward import dependence
from cota.scoring.outward.pairs import find_pairs
from cota.scoring.outward.skill import LEVELS, Q_LEVELS, RIGHT, WRONG, Posterior, posterior
from cota.scoring.rows import Flags, Ints


def skill_by_gold(answers: Answers, items: Items, rules: OpenRules) -> Posterior:
    """Agreement with gold above that of blind answers, as in rules 2 with two classes: a likeness is a part right and a
    part wrong, chance is how alike her answers are to the golds of other items."""
    rows = np.flatnonzero(answers.gold[answers.task] >= 0)
    worker = answers.worker[rows]
    right, blind = np.zeros((2, len(rows)), np.int64)
    for place, (task, answer) in enumerate(zip(answers.task[rows], answers.answer[rows], strict=True)):
        item = items.items[task]
        if item.right is not None and item.blind is not None:
            right[place], blind[place] = item.right[answer], item.blind[answer]
    most, count = rules.likeness_steps, answers.workers
    asked = np.bincount(worker, minlength=count)
    sums = [
        np.bincount(worker, weights=values, minlength=count).astype(np.int64) for values in (right, blind)
    ]
    counts = np.zeros((count, 1, LEVELS))
    # Parts of a power of two: exact, and so are their sums and products below 2^53.
    counts[:, 0, RIGHT] = sums[0] / most
    counts[:, 0, WRONG] = (asked * most - sums[0]) / most
    alike, pairs = items.among_golds
    among = (2 * alike + most) * PROB_ONE // (2 * (pairs + 1) * most)
    compared = asked * items.compared + rules.chance_pseudo_answers
    chance = (sums[1] * PROB_ONE // most + rules.chance_pseudo_answers * among) // compared
    level = np.minimum(chance * Q_LEVELS // PROB_ONE, Q_LEVELS - 1)
    return posterior(counts, level[:, None], rules.quantiles)


def find_copies(answers: Answers, rules: OpenRules) -> Ints:
    """(workers) the smallest member of her cluster: who gave another's very answers to most of the golds that either
    missed. Equal answers elsewhere say nothing: right ones are equal, too."""
    enough = answers.per_worker() >= rules.pair_labels
    pairs = find_pairs(answers, enough, rules.pair_items, answers.gold.astype(np.int64))
    return dependence.clusters(dependence.find_links(pairs, rules), answers.workers)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the items are, by number of task."""

    answer: Ints
    """The answer's place in its item; -1 where gold says it, or nobody proven voted."""
    sure: Ints
    """Per mille of the votes that speak for it, doubt taken off."""
    difficulty: Ints
    """Per mille."""


def decide(answers: Answers, items: Items, vote: Ints, proven: Flags, rules: OpenRules) -> Decision:
    """The answer of a proven worker that is most like all votes, of equals the first by code point.

    `vote` (workers): hundredths of skill that her answers weigh, 0 for none.
    """
    count = answers.tasks
    chosen, sure, difficulty = (
        np.full(count, -1, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
    )
    starts, most = answers.starts, rules.likeness_steps
    span = rules.difficulty_most_per_mille - rules.difficulty_least_per_mille
    added = rules.difficulty_pseudo_wrong + rules.difficulty_pseudo_right
    for task, item in enumerate(items.items):
        rows = slice(starts[task], starts[task + 1])
        worker, answer = answers.worker[rows], answers.answer[rows]
        voters = proven[worker]
        right = item.right
        if right is None and voters.any():
            weight = np.bincount(answer, weights=vote[worker], minlength=len(item.texts)).astype(np.int64)
            support = item.alike @ weight
            candidates = np.unique(answer[voters])
            best = int(candidates[np.argmax(support[candidates])])
            chosen[task], right = best, item.alike[best].astype(np.int64)
            sure[task] = support[best] * 1000 // (most * (int(weight.sum()) + rules.doubt_per_cent))
        missed = 0 if right is None else int((most - right[answer[voters]]).sum())
        votes = int(voters.sum()) + added
        wrong = missed + most * rules.difficulty_pseudo_wrong
        difficulty[task] = rules.difficulty_least_per_mille + wrong * span // (most * votes)
    return Decision(chosen, sure, difficulty)
