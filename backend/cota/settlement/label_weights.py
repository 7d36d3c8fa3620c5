"""What single labels weigh in an epoch's pay: scores -> **difficulties, sharers** -> a label's weight, for its author.

Kept beside the epoch's file, because single weights are told to nobody else. Promises: the weights of an account's
labels that an epoch counts sum to the weight of its public skill line.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cota.scoring import LabelRow, Scores
from cota.scoring.scores import WHOLE_LABEL


@dataclass(frozen=True, slots=True)
class LabelWeights:
    """`difficulty` of the settled items that are not worth one whole label, in thousandths; `shared`: how many copies
    of one worker answered an item, by `place_of`, where it is more than one."""

    difficulty: Mapping[str, int] = field(default_factory=dict)
    shared: Mapping[str, int] = field(default_factory=dict)


def place_of(task: str, worker: str) -> str:
    return f"{task} {worker}"


def label_weights(scores: Scores, rows: Iterable[LabelRow]) -> LabelWeights:
    """`rows` are all that the scoring saw, those that only informed it among them."""
    difficulty = {
        task: value
        for task, value in scores.difficulty.items()
        if value != WHOLE_LABEL and scores.consensus.get(task) is not None
    }
    first, clusters = scores.copies_of, set(scores.copies_of.values())
    copied = [
        (row.task, first.get(row.worker, row.worker), row.worker)
        for row in rows
        if clusters and first.get(row.worker, row.worker) in clusters
    ]
    sharers = Counter((task, cluster) for task, cluster, _ in copied)
    shared = {
        place_of(task, worker): sharers[task, cluster]
        for task, cluster, worker in copied
        if sharers[task, cluster] > 1
    }
    return LabelWeights(difficulty, shared)


def weight_of(difficulty: int | None, sharers: int | None) -> int:
    """A counted label's weight in thousandths of a label; None: nothing else was noted."""
    return (WHOLE_LABEL if difficulty is None else difficulty) // (sharers or 1)
