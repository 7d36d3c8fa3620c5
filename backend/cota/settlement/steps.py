"""The coordinator's steps of one dataset: **more seats? -> checkpoint -> score -> epoch file -> propose -> finalize**.

What is to be done is read from the mirror each time and nothing is remembered in between, so a process may be
killed anywhere and another goes on. Promises: a step that is done already is not done twice; a checkpoint is
only sent when the chain stands exactly where the rows were read from, and with no other transaction of the
coordinator pending, so that a root can never land on rows that it was not made of.
"""

import asyncio
import time
from dataclasses import dataclass

from cota.annotations import log as annotation_log
from cota.chain.contracts import AnnotationLedger, ProposalState, StakeVault
from cota.chain.sender import Receipt, Sender
from cota.commitments.log_tree import LogTree
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.errors import ChainReverted, DomainError
from cota.http.services import Services
from cota.log import get_logger
from cota.observe.metrics import SETTLEMENT_STEPS
from cota.scoring import is_scored
from cota.scoring.rules import RULES_BY_HASH
from cota.settlement import queries, row_queries
from cota.settlement.answers import Answers
from cota.settlement.doubts import items_in_doubt
from cota.settlement.epoch_file import file_lines, row_lines
from cota.settlement.inputs import read_inputs
from cota.settlement.leaves import Epoch
from cota.settlement.penalties import due_penalties
from cota.settlement.queries import Backlog, EpochRow
from cota.settlement.scored import Scored, agent_records, public_rows, score_epoch
from cota.settlement.turns import Turn
from cota.store.mirror import wait_for_block
from cota.tasks.seats import add_seats
from cota.units import to_hex

log = get_logger(__name__)

MOST_ROWS = 2**20
INDEX_SECONDS = 20.0


Released = frozenset[tuple[bytes, int]]
"""Epochs, as (dataset, number), that a person lets go on though gold may have leaked."""


@dataclass(frozen=True)
class Coordinator:
    """Who checkpoints and proposes."""

    services: Services
    sender: Sender
    released: Released = frozenset()

    async def advance(self, dataset_id: bytes) -> list[str]:
        """Does every step that can be done now; returns their names."""
        done: list[str] = []
        while True:
            step = await self._step(dataset_id)
            if step is None:
                return done
            done.append(step)

    async def _step(self, dataset_id: bytes) -> str | None:
        async with self.services.database.read() as session:
            dataset = await require_dataset(session, dataset_id)
            unfinished = await queries.unfinished(session, dataset_id)
            backlog = await queries.backlog(session, dataset_id)
            demands = await row_queries.open_demands(session, dataset_id, int(time.time()))
        if await Answers(self.services, self.sender).answer_one(dataset, demands):
            return "answer"
        for row in unfinished:
            if row.state == "proposed" and await self._try("finalize", dataset, row):
                return "finalize"
        for row in unfinished:
            if row.state in ("checkpointed", "rejected") and await self._try("propose", dataset, row):
                return "propose"
        is_demanded = any(demand.checkpoint is None for demand in demands)
        must = is_demanded and backlog.next_index > backlog.logged
        period, now = dataset.terms.receipt_period, time.time()
        if must or checkpoint_due(backlog, dataset.state, period, now):
            may_wait = not must and dataset.state == "open" and not receipts_press(backlog, period, now)
            if may_wait and await self._add_seats(dataset, backlog):
                return "seats"
            return "checkpoint" if await self._checkpoint(dataset, backlog) else None
        return "penalise" if await self._penalise(dataset) else None

    async def _try(self, step: str, dataset: Dataset, row: EpochRow) -> bool:
        """A refusal of one epoch must not stop the others: it is logged and met again at the next tick."""
        try:
            return await (self._finalize if step == "finalize" else self._propose)(dataset, row)
        except ChainReverted as error:
            SETTLEMENT_STEPS.labels(step, "refused").inc()
            log.warning("refused", step=step, dataset=to_hex(dataset.id), epoch=row.epoch, cause=error.detail)
            return False

    async def _checkpoint(self, dataset: Dataset, backlog: Backlog) -> bool:
        start, stop = backlog.logged, min(backlog.next_index, backlog.logged + MOST_ROWS)
        async with self.services.database.read() as session:
            leaves = await annotation_log.row_ids(session, dataset.id, start, stop)
            rows = await row_queries.rows(session, dataset.id, start, stop)
            agents = agent_records(await row_queries.agents(session, dataset.id, start, stop))
        public = public_rows(rows, start, stop, agents)
        root = (await asyncio.to_thread(LogTree, leaves)).root
        lines = row_lines(public, agents.values())
        data_hash = await asyncio.to_thread(self.services.content.put_chunks, lines)
        data = AnnotationLedger.encode_checkpoint(dataset.id, stop, root, bytes.fromhex(data_hash))
        ledger = AnnotationLedger(self.services.node, dataset.ledger)
        async with self._turn():
            head = await self.services.node.head()
            if await ledger.checkpoint_count(dataset.id, head) != backlog.checkpoints:
                return False  # the mirror is behind: what is unlogged is not known yet
            receipt = await self.sender.send(dataset.ledger, data)
        await self._done("checkpoint", dataset, receipt, rows=stop - start)
        return True

    async def _propose(self, dataset: Dataset, row: EpochRow) -> bool:
        rules = RULES_BY_HASH.get(dataset.terms.rules_hash)
        if rules is None or dataset.schema is None or not is_scored(dataset.schema, rules):
            return False  # a file that no verifier accepts is not proposed
        ledger = AnnotationLedger(self.services.node, dataset.ledger)
        proposal = await ledger.proposal_of(dataset.id, row.epoch, await self.services.node.head())
        if proposal.state not in (ProposalState.NONE, ProposalState.REJECTED) or proposal.attempt != (
            row.attempt or 0
        ):
            return False  # sent before, and not indexed yet
        if await self._is_held(dataset, row):
            return False
        scored = await self._score(dataset, row)
        if scored is None:
            return False  # an epoch before it is not scored yet
        file_hash = await self._save(dataset, row, scored)
        if scored.leaked.halt and not self._is_released(dataset, row):
            log.error("held: gold may have leaked", dataset=to_hex(dataset.id), epoch=row.epoch)
            SETTLEMENT_STEPS.labels("propose", "held").inc()
            return False
        end = scored.file.end
        data = AnnotationLedger.encode_propose(
            dataset.id, row.epoch, end.settlement_root, end.total_units, end.leaf_count, file_hash
        )
        async with self._turn():
            receipt = await self.sender.send(dataset.ledger, data)
        await self._done("propose", dataset, receipt, epoch=row.epoch, units=end.total_units)
        return True

    async def _finalize(self, dataset: Dataset, row: EpochRow) -> bool:
        head = await self.services.node.head()
        if row.window_ends_at is None or head.timestamp < row.window_ends_at:
            return False
        ledger = AnnotationLedger(self.services.node, dataset.ledger)
        if (await ledger.proposal_of(dataset.id, row.epoch, head)).state is not ProposalState.PROPOSED:
            return False
        async with self._turn():
            receipt = await self.sender.send(
                dataset.ledger, AnnotationLedger.encode_finalize(dataset.id, row.epoch)
            )
        await self._done("finalize", dataset, receipt, epoch=row.epoch)
        return True

    async def _penalise(self, dataset: Dataset) -> bool:
        """One penalty that is due. One that the vault refuses does not stop the others."""
        now = (await self.services.node.head()).timestamp
        async with self.services.database.read() as session:
            due = await due_penalties(self.services, session, dataset, now)
        for leaf in due:
            try:
                async with self._turn():
                    data = StakeVault.encode_execute_penalty(dataset.id, leaf)
                    receipt = await self.sender.send(dataset.vault, data)
            except ChainReverted as error:
                SETTLEMENT_STEPS.labels("penalise", "refused").inc()
                log.warning("refused", step="penalise", dataset=to_hex(dataset.id), cause=error.detail)
                continue
            await self._done("penalise", dataset, receipt, epoch=leaf.epoch, account=leaf.account)
            return True
        return False

    async def _is_held(self, dataset: Dataset, row: EpochRow) -> bool:
        """Scored before, with signs of leaked gold, and no person has let it go on."""
        if self._is_released(dataset, row):
            return False
        async with self.services.database.read() as session:
            stored = await queries.result(session, dataset.id, row.epoch)
        return bool(stored and stored.get("leaked", {}).get("halt"))

    def _is_released(self, dataset: Dataset, row: EpochRow) -> bool:
        return (dataset.id, row.epoch) in self.released

    async def _score(self, dataset: Dataset, row: EpochRow) -> Scored | None:
        """None while an epoch that it builds on has no result."""
        rules = RULES_BY_HASH[dataset.terms.rules_hash]
        async with self.services.database.read() as session:
            found = await read_inputs(session, dataset, rules, row.epoch, row.start, row.end)
        if found is None:
            return None
        epoch = Epoch(self.services.chain_id, dataset.ledger, dataset.id, row.epoch)
        public = public_rows(found.rows, row.start, row.end, found.agents)
        return await asyncio.to_thread(
            score_epoch,
            epoch,
            found.question,
            public,
            row.start,
            row.log_root,
            found.rows,
            found.agents,
            found.gold,
            found.past,
        )

    async def _add_seats(self, dataset: Dataset, backlog: Backlog) -> bool:
        """One more seat for unlogged items that are in doubt; false where none is or nobody could take it."""
        rules = RULES_BY_HASH.get(dataset.terms.rules_hash)
        if rules is None or dataset.schema is None or not is_scored(dataset.schema, rules):
            return False
        start, stop = backlog.logged, min(backlog.next_index, backlog.logged + MOST_ROWS)
        async with self.services.database.read() as session:
            found = await read_inputs(session, dataset, rules, backlog.checkpoints + 1, start, stop)
        try:
            doubtful = await asyncio.to_thread(items_in_doubt, found) if found else []
        except DomainError as error:
            # Rows that cannot be scored must be logged all the same: their receipts promise it.
            log.error("cannot be scored", dataset=to_hex(dataset.id), cause=error.detail)
            return False
        async with self.services.database.write() as session:
            added = await add_seats(session, dataset.id, doubtful, dataset.terms.seats)
        if added:
            SETTLEMENT_STEPS.labels("seats", "done").inc()
            log.info("seats", dataset=to_hex(dataset.id), items=added)
        return bool(added)

    async def _save(self, dataset: Dataset, row: EpochRow, scored: Scored) -> bytes:
        """Stores the epoch file and what belongs to it; returns the file's hash."""
        key = await asyncio.to_thread(self.services.content.put_chunks, file_lines(scored.file))
        async with self.services.database.write() as session:
            await queries.save_result(session, dataset.id, row.epoch, scored.private())
            await queries.save_file(
                session, dataset.id, row.epoch, bytes.fromhex(key), key, row.data_hash.hex()
            )
        return bytes.fromhex(key)

    def _turn(self) -> "Turn":
        return Turn(self.services, self.sender)

    async def _done(self, step: str, dataset: Dataset, receipt: Receipt, **told: object) -> None:
        """Logs a step and waits until the mirror has it: the next step reads it there."""
        SETTLEMENT_STEPS.labels(step, "done").inc()
        log.info(step, dataset=to_hex(dataset.id), block=receipt.block_number, gas=receipt.gas_used, **told)
        await wait_for_block(self.services.database, receipt.block_number, INDEX_SECONDS)


def checkpoint_due(backlog: Backlog, state: str, receipt_period: int, now: float) -> bool:
    """When unlogged rows must go on chain: nothing is left to label, the dataset rests, or a receipt has
    waited half its time."""
    if backlog.next_index <= backlog.logged:
        return False
    if state != "open" or not (backlog.open_items or backlog.active_leases):
        return True
    return receipts_press(backlog, receipt_period, now)


def receipts_press(backlog: Backlog, receipt_period: int, now: float) -> bool:
    """Whether a receipt of an unlogged row has waited half its time."""
    oldest = backlog.oldest_include_by
    return oldest is not None and now >= oldest - receipt_period / 2
