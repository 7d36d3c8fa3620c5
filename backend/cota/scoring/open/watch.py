"""Signs of leaked gold among answers that cannot be listed: items, decisions -> **Leak**, as in rules 2.

Likeness stands where agreement stands there. Nobody is at fault here: what was drawn or written may lie far off for a
reason (a picture turned, another alphabet), and nothing tells that from spite.
"""

import numpy as np

from cota.scoring.answers import Answers
from cota.scoring.fixed import PROB_ONE
from cota.scoring.open.items import Items
from cota.scoring.open.numbers import OpenRules
from cota.scoring.open.votes import Decision
from cota.scoring.outward.watch import Leak, choice_errors, far_better_on_gold, stands_out
from cota.scoring.rows import Flags, Ints


def find_leak(answers: Answers, items: Items, decision: Decision, rules: OpenRules) -> Leak:
    """Looks for leaked gold, over all items and at each worker."""
    starts, most = answers.starts, rules.likeness_steps
    rates, on_gold = [], []
    asked, right = np.zeros((2, answers.workers)), np.zeros((2, answers.workers))
    for task, item in enumerate(items.items):
        rows = slice(starts[task], starts[task + 1])
        worker, answer = answers.worker[rows], answers.answer[rows]
        count = len(answer)
        if count >= 2:
            given = np.bincount(answer, minlength=len(item.texts))
            alike = int(given @ item.alike @ given) - most * count
            rates.append(alike * PROB_ONE // (most * count * (count - 1)))
            on_gold.append(item.right is not None)
        place = int(decision.answer[task])
        known = item.right if item.right is not None else item.alike[place] if place >= 0 else None
        if known is not None:
            side = int(item.right is None)
            asked[side, worker] += 1
            right[side, worker] += known[answer] / most
    told: Ints = np.array(rates, np.int64)
    gold: Flags = np.array(on_gold, np.bool_)
    workers = far_better_on_gold(asked, right, rules)
    return Leak(choice_errors(told, gold), workers, stands_out(told, gold, rules) or bool(workers.any()))
