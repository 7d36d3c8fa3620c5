"""Which rules score an epoch: the version that the dataset's terms name by hash, **one door for all versions**."""

from collections.abc import Mapping, Sequence
from typing import Any

from cota.datasets.question import has_several, scored_classes
from cota.errors import BadRequest
from cota.scoring.mechanism import score_votes
from cota.scoring.open.numbers import OpenRules
from cota.scoring.open.scoring import score_open
from cota.scoring.outward.numbers import OutwardRules
from cota.scoring.outward.scoring import score_outward
from cota.scoring.outward.several import score_several
from cota.scoring.rows import LabelRow
from cota.scoring.rules import rules_of
from cota.scoring.scores import Scores


def score(
    labels: Sequence[LabelRow],
    gold: Mapping[str, str],
    classes: Sequence[str],
    rules: int = 1,
    past: Sequence[LabelRow] = (),
    several: bool = False,
) -> Scores:
    """Scores an epoch. `classes` in declared order (ties go to the first); gold of tasks that nobody
    labelled is ignored. `past`: rows of earlier epochs, which tell of skill and of items and are neither counted nor
    paid again (rules 1 do not look at them). `several`: each label is the canonical JSON of a list of classes.
    Raises DuplicateLabel, or BadRequest for classes, gold or rules that cannot be.
    """
    numbers = rules_of(rules)
    if isinstance(numbers, OutwardRules):
        scoring = score_several if several else score_outward
        return scoring(labels, gold, classes, numbers, past)
    if several:
        raise BadRequest("rules 1 do not score questions with several answers at once")
    return score_votes(labels, gold, classes, numbers)


def is_scored(schema: Mapping[str, Any], rules: int) -> bool:
    """Whether the rules score the answers to this question. Raises BadRequest for rules that are none."""
    return isinstance(rules_of(rules), OpenRules) or scored_classes(schema, rules) is not None


def score_answers(
    labels: Sequence[LabelRow],
    gold: Mapping[str, str],
    schema: Mapping[str, Any],
    rules: int,
    past: Sequence[LabelRow] = (),
) -> Scores:
    """Scores an epoch of a dataset: labels and gold as `datasets.labels.answer_text` tells them. Raises as `score`."""
    classes = scored_classes(schema, rules)
    if classes is not None:
        return score(labels, gold, classes, rules, past, has_several(schema))
    numbers = rules_of(rules)
    if not isinstance(numbers, OpenRules):
        raise BadRequest(f"rules {rules} do not score answers of kind {schema['kind']}")
    return score_open(labels, gold, schema, numbers, past)
