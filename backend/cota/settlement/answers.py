"""Demand to show a row -> **path** -> answerDemand. An unanswered demand costs the coordinator its bond.

Promises: what stands in the log is shown as soon as its checkpoint is indexed; nothing is sent twice; a row
that is not where it was promised is said aloud, since only a person can do something about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cota.annotations import log as annotation_log
from cota.annotations.log import LogMismatch
from cota.chain.contracts import CoordinatorFaults, DemandState
from cota.chain.sender import Sender
from cota.datasets.queries import Dataset
from cota.errors import ChainReverted
from cota.http.services import Services
from cota.log import get_logger
from cota.observe.metrics import SETTLEMENT_STEPS
from cota.settlement.queries import Demanded
from cota.settlement.turns import Turn
from cota.store.mirror import wait_for_block
from cota.units import to_hex

log = get_logger(__name__)

INDEX_SECONDS = 20.0


@dataclass(frozen=True)
class Answers:
    """Who answers: anyone may, the coordinator does."""

    services: Services
    sender: Sender

    async def answer_one(self, dataset: Dataset, demands: Sequence[Demanded]) -> bool:
        """Answers the most urgent demand that can be answered; false when there is none."""
        for demand in demands:
            if demand.checkpoint is None:
                continue  # its checkpoint comes first
            try:
                if await self._answer(dataset, demand, demand.checkpoint):
                    return True
            except (ChainReverted, LogMismatch) as error:
                self._cannot(dataset, demand, str(error))
        return False

    async def _answer(self, dataset: Dataset, demand: Demanded, checkpoint: int) -> bool:
        tree = await annotation_log.tree_of(
            self.services, dataset.id, demand.start, demand.end, demand.log_root
        )
        place = demand.index - demand.start
        async with self.services.database.read() as session:
            stands = await annotation_log.row_ids(session, dataset.id, demand.index, demand.index + 1)
        if stands != [demand.row_id]:
            self._cannot(dataset, demand, "another row stands at its index")
            return False
        faults = CoordinatorFaults(self.services.node, demand.faults)
        at = await self.services.node.head()
        row = (demand.coordinator, dataset.id, demand.index, demand.row_id)
        if (await faults.demand_of(await faults.promise_id(*row, at), at)).state is not DemandState.OPEN:
            return False  # answered before, and not indexed yet
        data = CoordinatorFaults.encode_answer_demand(*row, checkpoint, tree.prove(place))
        async with Turn(self.services, self.sender):
            receipt = await self.sender.send(demand.faults, data)
        SETTLEMENT_STEPS.labels("answer", "done").inc()
        log.info("answer", dataset=to_hex(dataset.id), index=demand.index, block=receipt.block_number)
        await wait_for_block(self.services.database, receipt.block_number, INDEX_SECONDS)
        return True

    def _cannot(self, dataset: Dataset, demand: Demanded, cause: str) -> None:
        SETTLEMENT_STEPS.labels("answer", "refused").inc()
        where = {"dataset": to_hex(dataset.id), "index": demand.index, "answer_by": demand.answer_by}
        log.error("a demand cannot be answered", **where, row=to_hex(demand.row_id), cause=cause)
