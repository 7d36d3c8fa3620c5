"""The rounds of rules 2 and 4: secret gold -> the proven -> items -> **more of the proven**, outward -> a verdict.

Round 0 knows gold alone. Only rows of proven workers say what an item is, and only that and gold prove the next:
what a crowd agrees on never proves anyone by itself. Promises: pure; the same bits whatever the order of the rows.
"""

from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers
from cota.scoring.fixed import PROB_ONE, log_fixed
from cota.scoring.outward import dependence, skill
from cota.scoring.outward.apart import Apart
from cota.scoring.outward.cells import find_cells, group_cells
from cota.scoring.outward.numbers import WEIGHT_ONE, OutwardRules
from cota.scoring.outward.pairs import find_pairs
from cota.scoring.outward.votes import Votes
from cota.scoring.outward.watch import Leak, find_faults, find_leak
from cota.scoring.pieces import pieces
from cota.scoring.rows import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an epoch's scoring says, by number of task and of worker."""

    decided: Ints
    """(tasks) the class; -1 where no proven worker voted and no gold is known."""
    probability: Ints
    """(tasks) of that class, in PROB_ONE."""
    difficulty: Ints
    """(tasks) per mille."""
    skill: Ints
    """(workers) hundredths, at least 0."""
    proven: Flags
    """(workers) whose votes decided."""
    counted: Ints
    """(workers) labels on settled items."""
    weight: Ints
    """(workers) what these count for pay, in thousandths of a label: difficulty, shared among copies."""
    cluster: Ints
    """(workers) the smallest member of the cluster of copies she is in."""
    faults: Flags
    leak: Leak


def judge(answers: Answers, rules: OutwardRules, now: Flags | None = None) -> Verdict:
    """Scores an epoch; only the rows flagged `now` are counted and weighed, all if it is not given."""
    run = _Run(answers, rules)
    run.seed()
    for number in range(1, rules.rounds + 1):
        run.round(rules.last_iterations if number == rules.rounds else rules.iterations)
    run.assist()
    return run.verdict(np.ones(len(answers.task), np.bool_) if now is None else now)


class _Run:
    """The state that goes from round to round."""

    def __init__(self, answers: Answers, rules: OutwardRules) -> None:
        self._answers, self._rules = answers, rules
        self._prior = skill.class_prior(answers, rules.class_prior_pseudo_count)
        self._q = skill.marginals(answers, self._prior, rules.marginal_pseudo_counts)
        self._cells = find_cells(answers)
        self._given: Ints = self._q[self._cells.worker, self._cells.answer]
        q_level = np.minimum(self._given * skill.Q_LEVELS // PROB_ONE, skill.Q_LEVELS - 1)
        self._groups = group_cells(self._cells.worker, q_level)
        self._labels = answers.per_worker()
        self._votes = Votes(answers, self._cells, self._prior)
        self._cluster: Ints = np.arange(answers.workers, dtype=np.int64)
        self._speaker = self._cluster
        self._voting: Flags = np.zeros(answers.workers, np.bool_)
        self._apart: Apart | None = None

    def seed(self) -> None:
        """Round 0: gold proves the first, their votes say what the items may be; who depends on whom."""
        self._judge(self._rules.seed_quantile_per_mille)
        by_gold = self._posterior
        self._vote(by_gold.mean, np.full(self._answers.workers, WEIGHT_ONE))
        rules = self._rules
        able = by_gold.quantiles[rules.agreement_quantile_per_mille]
        found = self._votes.decide()
        pairs = find_pairs(self._answers, self._labels >= rules.pair_labels, rules.pair_items, found)
        self._ties, links = dependence.find_ties(pairs, np.maximum(able, 0) / 100, self._q, rules)
        self._cluster = dependence.clusters(links, self._answers.workers)
        self._speaker = dependence.representatives(self._cluster, self._labels)
        left_out = rules.left_out()
        if left_out is not None:
            self._apart = Apart(self._answers, self._ties, left_out)
        self._prove(rules.seed_quantile_per_mille)
        self._vote(by_gold.mean, self._discounts())

    def round(self, iterations: int) -> None:
        """Items by the proven, then the skills of all by those items."""
        rules = self._rules
        self._choose()
        self._votes.dawid_skene(
            iterations, rules.confusion_diagonal, rules.confusion_off_diagonal, self._discounts()
        )
        self._judge(rules.proven_quantile_per_mille)

    def _judge(self, per_mille: int) -> None:
        counts = self._votes.evidence(self._rules.log_odds_per_mille, self._groups, self._apart)
        self._posterior = skill.posterior_of(
            counts, self._groups, self._answers.workers, self._rules.quantiles
        )
        self._prove(per_mille)

    def _prove(self, per_mille: int) -> None:
        """Of copies only one speaks."""
        enough = (self._labels >= self._rules.proven_labels) & (
            self._speaker == np.arange(len(self._speaker))
        )
        self._proven = enough & (self._posterior.quantiles[per_mille] > 0)

    def _choose(self) -> None:
        if not np.array_equal(self._proven, self._voting):
            self._voting = self._proven
            self._votes.choose(self._voting)

    def _discounts(self) -> Ints:
        return dependence.discounts(self._ties, self._proven)

    def _vote(self, able: Floats, weight: Ints) -> None:
        self._choose()
        own = self._by_habits(able) * weight[self._cells.worker] // WEIGHT_ONE
        self._votes.tally(own.astype(np.int32), self._prior)

    def _by_habits(self, able: Floats) -> Ints:
        """(classes, cells), naive Bayes: an answer has probability (1 - s) q, plus s if it is right."""
        worker, answer = self._cells.worker, self._cells.answer
        wrong = (1.0 - able)[worker] * self._given / PROB_ONE
        own = np.repeat(log_fixed(np.maximum(wrong, 1e-9))[None, :], self._answers.classes, axis=0)
        own[answer, np.arange(len(answer))] = log_fixed(np.maximum(wrong + able[worker], 1e-9))
        return own

    def assist(self) -> None:
        """At the end the others vote too, each at the skill that she is paid for; no skill is learnt from it."""
        paid = self._posterior.quantiles[self._rules.skill_quantile_per_mille]
        helps = ~self._voting & (paid > 0) & (self._speaker == np.arange(len(paid)))
        own = np.where(helps[self._cells.worker], self._by_habits(paid / 100), 0)
        self._votes.assist(own.astype(np.int32))

    def verdict(self, now: Flags) -> Verdict:
        answers, rules = self._answers, self._rules
        decided = self._votes.decide()
        paid = np.maximum(self._posterior.quantiles[rules.skill_quantile_per_mille], 0)
        paid = np.minimum(paid, paid[self._speaker])
        difficulty = self._votes.difficulty(decided, rules)
        counted, weight = np.zeros((2, answers.workers), np.int64)
        sharers = dependence.sharers(answers, self._cluster)
        for rows in pieces(len(answers.task)):
            task = answers.task[rows].astype(np.int64)
            settled = np.flatnonzero(now[rows] & (decided.take(task) >= 0))
            worker = answers.worker[rows][settled].astype(np.int64)
            np.add.at(counted, worker, 1)
            np.add.at(weight, worker, difficulty[task[settled]] // sharers[rows][settled])
        return Verdict(
            decided,
            self._votes.probabilities.max(axis=0).astype(np.int64),
            difficulty,
            paid,
            self._voting,
            counted,
            weight,
            self._cluster,
            find_faults(answers, self._q, rules),
            find_leak(answers, decided, rules),
        )
