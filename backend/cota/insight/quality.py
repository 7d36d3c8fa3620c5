"""How good, and whose: queries -> **figures with intervals** -> api. Derived from chain and scores; no label leaves.

Promises: what has to read every label is found out once an epoch, however many ask, and anew after ten minutes for what
was erased since; who holds and who paid is of this moment.
"""

import asyncio
import time
from dataclasses import asdict, dataclass

from cota.datasets.queries import Dataset
from cota.datasets.question import closed_classes, has_several
from cota.http.services import Services
from cota.insight import queries
from cota.insight.intervals import Rate, grouped, wilson
from cota.insight.schemas import HoldingAnswer, PayerAnswer, QualityAnswer, RateAnswer
from cota.scoring.agreement import alpha_of
from cota.store.session import ReadSession
from cota.units import address_bytes

BPS = 10_000
ALPHA_ITEMS = 5_000
KEEP_SECONDS = 600


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the labels of the finalised epochs say."""

    labels: int
    items: int
    annotators: int
    on_gold: RateAnswer | None
    agreement: RateAnswer | None
    alpha: float | None
    decided: RateAnswer | None


async def quality_of(services: Services, session: ReadSession, dataset: Dataset) -> QualityAnswer:
    """All figures of a dataset."""
    epochs = await queries.epochs(session, dataset.id)

    async def judge() -> _Judged:
        # A session of its own: the figures outlive the request that asked for them first.
        async with services.database.read() as own:
            return await _judge(own, dataset)

    key = ("quality", dataset.id, tuple(epochs), int(time.monotonic() // KEEP_SECONDS))
    judged = await services.figures.get(key, judge)
    return QualityAnswer(
        dataset=dataset.id,
        epochs=[number for number, _ in epochs],
        labels=judged.labels,
        items=judged.items,
        annotators=judged.annotators,
        on_gold=judged.on_gold,
        agreement=judged.agreement,
        alpha=judged.alpha,
        decided=judged.decided,
        holding=await _holding(session, dataset),
        payers=await _payers(session, dataset),
    )


async def _judge(session: ReadSession, dataset: Dataset) -> _Judged:
    """Reads every label of the finalised epochs."""
    counts = await queries.counts(session, dataset.id)
    is_closed = dataset.schema is not None and closed_classes(dataset.schema) is not None
    decided, scored = await queries.decided(session, dataset.id)
    return _Judged(
        labels=counts.labels,
        items=counts.items,
        annotators=counts.annotators,
        on_gold=_show(grouped(await queries.on_gold(session, dataset.id))) if is_closed else None,
        agreement=_show(grouped(await queries.agreement(session, dataset.id))) if is_closed else None,
        alpha=await _alpha(session, dataset),
        decided=_show(wilson(decided, scored)),
    )


async def _alpha(session: ReadSession, dataset: Dataset) -> float | None:
    """Of the kinds whose answers can be listed: comparing all drawn regions and long texts may take for ever."""
    if dataset.schema is None or not (has_several(dataset.schema) or closed_classes(dataset.schema)):
        return None
    units = await queries.answers(session, dataset.id, ALPHA_ITEMS)
    found = await asyncio.to_thread(alpha_of, dataset.schema, units)
    return None if found is None else float(found)


async def _holding(session: ReadSession, dataset: Dataset) -> HoldingAnswer:
    held = await queries.holders(session, dataset.id)
    supply, claimed = await queries.supply(session, dataset.id), sum(balance for _, balance in held)
    publisher = address_bytes(dataset.publisher)
    whole = supply or 1
    return HoldingAnswer(
        holders=len(held),
        largest_bps=(held[0][1] if held else 0) * BPS // whole,
        five_largest_bps=sum(balance for _, balance in held[:5]) * BPS // whole,
        publisher_bps=sum(balance for account, balance in held if account == publisher) * BPS // whole,
        unclaimed_bps=(supply - claimed) * BPS // whole,
        hhi=sum(balance * balance for _, balance in held) * BPS // (claimed * claimed) if claimed else 0,
    )


async def _payers(session: ReadSession, dataset: Dataset) -> PayerAnswer:
    found = await queries.payers(session, dataset.id)
    own = {address_bytes(dataset.publisher)} | {
        account for account, _ in await queries.holders(session, dataset.id)
    }
    return PayerAnswer(
        payments=sum(count for _, count in found),
        distinct=len(found),
        distinct_without_publisher_and_holders=sum(payer not in own for payer, _ in found),
    )


def _show(rate: Rate | None) -> RateAnswer | None:
    return None if rate is None else RateAnswer(**asdict(rate))
