"""What a crowd says without gold: to look at, never to pay. It follows whoever holds half of the votes."""

import numpy as np

from cota.scoring.answers import Answers
from cota.scoring.fixed import PROB_ONE
from cota.scoring.outward.cells import Groups, find_cells
from cota.scoring.outward.numbers import WEIGHT_ONE, OutwardRules
from cota.scoring.outward.skill import RIGHT, soft_values
from cota.scoring.outward.votes import Votes
from cota.scoring.rows import Floats, Ints


def judge_crowd(answers: Answers, rules: OutwardRules) -> tuple[Ints, Ints]:
    """(class by task, -1 without a vote; skill by worker in billionths) by Dawid-Skene over everybody.

    Skill is her mean agreement with what the others' votes say, log-odds tempered: not corrected for chance.
    """
    flat: Floats = np.full(answers.classes, 1.0 / answers.classes)
    cells = find_cells(answers)
    votes = Votes(answers, cells, flat)
    votes.count_everybody()
    whole = np.full(answers.workers, WEIGHT_ONE)
    votes.dawid_skene(rules.crowd_iterations, rules.confusion_diagonal, rules.confusion_off_diagonal, whole)
    everything = Groups(cells.worker, np.arange(answers.workers), np.zeros(answers.workers, np.int64))
    counts = votes.evidence(rules.crowd_log_odds_per_mille, everything).astype(np.int64)
    likely = np.rint(np.concatenate([np.arange(RIGHT + 1.0), soft_values()]) * PROB_ONE).astype(np.int64)
    agreed, asked = (counts * likely).sum(axis=1), np.maximum(counts.sum(axis=1), 1)
    return votes.decide(), np.asarray(np.rint(agreed / asked / PROB_ONE * 1e9), np.int64)
