"""Final epochs -> **penalties that are due** -> vault. What proven faults cost is taken when appeals are over.

Read from the mirror each time, like the coordinator's other steps. Promises: a penalty that is held, cancelled
or executed is left alone; whoever has no lock any more, or had none when the work was done, is not asked for it;
anyone could send the same transactions.
"""

from collections.abc import Sequence

from cota.chain.contracts import ShareClaim
from cota.datasets.queries import Dataset
from cota.http.services import Services
from cota.settlement import penalty_queries
from cota.settlement.files import settled_epoch
from cota.store.session import ReadSession


async def due_penalties(
    services: Services, session: ReadSession, dataset: Dataset, now: int
) -> Sequence[ShareClaim]:
    """The leaves whose penalties can be executed at `now` (unix seconds), as the mirror knows it."""
    terms, found = dataset.terms, list[ShareClaim]()
    for epoch in await penalty_queries.penalty_epochs(session, dataset.id, now, terms.penalty_period):
        said = await penalty_queries.penalties(session, dataset.id, epoch.epoch)
        settled = await settled_epoch(services, epoch.content_key)
        for account, leaf in settled.leaves.items():
            state, until = said.get(leaf.index, ("", 0))
            is_open = state == "" and epoch.finalized_at + terms.appeal_period <= now
            is_open = is_open and now < epoch.finalized_at + terms.penalty_period
            if not leaf.penalty or not (is_open or (state == "released" and now < until)):
                continue
            if await penalty_queries.is_locked_for(session, dataset.id, epoch.epoch, account):
                proof = tuple(settled.tree.prove(leaf.index))
                found.append(ShareClaim(epoch.epoch, leaf.index, account, leaf.units, leaf.penalty, proof))
    return found
