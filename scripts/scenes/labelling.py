"""demo -> **labelling** -> receipts. All annotators at work at once, each with her own wallet and at her
own pace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cota.client import CotaClient, Lease
from cota.errors import DomainError, NoTask
from cota.units import Hash32
from scripts.scenes.crew import Crew
from scripts.scenes.crowd import Crowd
from scripts.scenes.stages import Step

AT_ONCE = 50


def label_all(
    crew: Crew, crowd: Crowd, dataset: Hash32, annotators: Mapping[str, CotaClient], step: Step
) -> int:
    """Every label of the data, signed and receipted; gives back how many. Raises the first refusal."""

    def work(worker: str) -> int:
        client, answers, done = annotators[worker], crowd.answers_of(worker), 0
        for leases in leased(crew, client, dataset):
            outcomes = client.annotate_many([(one, answers[one.content["photo"]]) for one in leases])
            for outcome in outcomes:
                if isinstance(outcome, DomainError):
                    raise outcome
            done += len(outcomes)
            step.advance(len(outcomes))
        return done

    return sum(crew.each(list(annotators), work))


def leased(crew: Crew, client: CotaClient, dataset: Hash32) -> Iterator[list[Lease]]:
    """Items for one annotator until there are none left for her."""
    while True:
        crew.check()
        try:
            yield client.lease(dataset, AT_ONCE)
        except NoTask:
            return
