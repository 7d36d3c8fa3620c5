"""Rules of submission: signed label -> checks -> stored row -> **receipt**.

Order of checks: shape, deadline and domain, signature, membership, item, label, lease. Promises: a receipt is
signed only after its row is durable; the same row again gets the same receipt, however often and in however
many processes it comes; a second label for one account and item, or anything else refused, stores nothing;
who has no receipt has not submitted.
"""

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from cota.annotations import queries
from cota.annotations.checks import Signed, check_deadline, check_label_fits, check_rules
from cota.annotations.queries import Context, Row
from cota.annotations.schemas import SubmitRequest
from cota.annotations.writer import Writer
from cota.auth import agents
from cota.auth.agents import StoredKey
from cota.auth.domains import check_domain
from cota.auth.typed import Annotation, Domain, digest_of
from cota.auth.verify import SignatureVerifier, Verified
from cota.commitments.canonical import canonical
from cota.datasets.labels import needs_item
from cota.datasets.queries import Dataset, is_qualified
from cota.datasets.service import may_work, require_dataset
from cota.datasets.standings import Standings
from cota.errors import AlreadyLabelled, DomainError, NonceUsed
from cota.observe.metrics import ROWS_RECEIPTED
from cota.store.session import Database, WriteSession
from cota.units import address_bytes

_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: stored now, known before, or refused."""

    row_id: bytes
    row: Row | None
    is_new: bool
    refusal: DomainError | None


class Submissions:
    """Takes signed labels for the datasets of one coordinator."""

    def __init__(
        self, database: Database, verifier: SignatureVerifier, chain_id: int, standings: Standings
    ) -> None:
        self._database = database
        self._verifier = verifier
        self._chain_id = chain_id
        self._standings = standings
        self._writer = Writer(database)
        self._known: dict[bytes, Dataset] = {}
        self._agents: dict[bytes, StoredKey] = {}

    async def close(self) -> None:
        await self._writer.close()

    async def dataset(self, dataset: bytes) -> Dataset:
        """Terms and question, which never change once told; its state is read anew with each row."""
        known = self._known.get(dataset)
        if known is None:
            async with self._database.read() as session:
                known = await require_dataset(session, dataset)
            if known.schema is not None:
                if len(self._known) >= _MOST_KNOWN:
                    self._known.clear()
                self._known[dataset] = known
        return known

    async def submit(self, dataset: Dataset, body: SubmitRequest) -> Outcome:
        """Stores one row, or finds it stored. Raises the refusal."""
        signed = await self._check_signed(dataset, body)
        return await self._place(dataset, signed)

    async def _is_ordinary(self, dataset: Dataset, signed: Signed) -> bool:
        """Whether nothing but the lease can stand in the way: the one statement of `writer` then does it all."""
        if needs_item(dataset.schema):
            return False
        agent, now = signed.agent, int(time.time())
        if agent is not None and not agent.key.not_before <= now <= agent.key.not_after:
            return False
        standing = await self._standings.of(dataset.id, signed.statement.account)
        return may_work(standing)

    async def submit_many(self, dataset: Dataset, bodies: list[SubmitRequest]) -> list[Outcome]:
        """Stores rows; each is taken or refused by itself, in the order given."""
        checked: list[Signed | Outcome] = []
        for body in bodies:
            try:
                checked.append(await self._check_signed(dataset, body))
            except DomainError as refusal:
                checked.append(Outcome(_statement(dataset, body).struct_hash(), None, False, refusal))
        return await asyncio.gather(*(self._place_apart(dataset, entry) for entry in checked))

    async def _place_apart(self, dataset: Dataset, entry: Signed | Outcome) -> Outcome:
        if isinstance(entry, Outcome):
            return entry
        try:
            return await self._place(dataset, entry)
        except DomainError as refusal:
            return Outcome(entry.row_id, None, False, refusal)

    async def _place(self, dataset: Dataset, signed: Signed) -> Outcome:
        """Together with whatever else comes in; what does not go through like that is looked at alone."""
        if await self._is_ordinary(dataset, signed):
            row = await self._writer.store(dataset.id, dataset.terms.receipt_period, signed)
            if row is not None:
                ROWS_RECEIPTED.inc()
                return Outcome(signed.row_id, row, True, None)
        async with self._database.write() as session:
            return await _store(session, dataset, signed)

    async def _check_signed(self, dataset: Dataset, body: SubmitRequest) -> Signed:
        """All that can be known without the row's context. No transaction is open while a node may be asked."""
        domain = Domain(self._chain_id, dataset.ledger)
        statement = _statement(dataset, body)
        row_id = statement.struct_hash()
        now = int(time.time())
        is_late = check_deadline(statement.deadline, now)
        if is_late is not None and not await self._is_stored(row_id):
            raise is_late
        check_domain(body.domain, domain)
        agent, verified = await self._verify(domain, statement, row_id, body)
        check_label_fits(dataset.schema, body)
        return Signed(row_id, statement, body, agent, verified)

    async def _verify(
        self, domain: Domain, statement: Annotation, row_id: bytes, body: SubmitRequest
    ) -> tuple[StoredKey | None, Verified]:
        signed = digest_of(domain, row_id)
        if body.agent_key_digest is None:
            return None, await self._verifier.verify(statement.account, signed, body.signature)
        agent = await self._agent(body.agent_key_digest, statement)
        return agent, self._verifier.verify_key(agent.key.agent, signed, body.signature)

    async def _agent(self, name: bytes, statement: Annotation) -> StoredKey:
        """Who may sign for whom never changes once it is stored; whether the key was revoked is asked with each
        row."""
        known = self._agents.get(name)
        if known is None or (known.key.account, known.key.dataset) != (statement.account, statement.dataset):
            async with self._database.read() as session:
                known = await agents.authorised(session, name, statement.dataset, statement.account)
            if len(self._agents) >= _MOST_KNOWN:
                self._agents.clear()
            self._agents[name] = known
        return known

    async def _is_stored(self, row_id: bytes) -> bool:
        async with self._database.read() as session:
            return await queries.find(session, row_id) is not None


async def _store(session: WriteSession, dataset: Dataset, signed: Signed) -> Outcome:
    now = datetime.now(UTC)
    found = await _context(session, dataset, signed)
    if found.prior is not None:
        return Outcome(signed.row_id, found.prior, False, None)
    check_rules(dataset, signed, found, now)
    include_by = int(now.timestamp()) + dataset.terms.receipt_period
    try:
        async with session.begin_nested():
            index = await queries.store(session, _row(signed, found, now, include_by))
    except IntegrityError as error:
        return await _explain(session, dataset, signed, now, error)
    if index is None:
        return await _explain(session, dataset, signed, now, None)
    ROWS_RECEIPTED.inc()
    row = Row(dataset.id, index, signed.row_id, include_by, signed.verified.signature)
    return Outcome(signed.row_id, row, True, None)


async def _explain(
    session: WriteSession, dataset: Dataset, signed: Signed, now: datetime, error: IntegrityError | None
) -> Outcome:
    """Somebody was faster: the same row, another label for the item, or the end of the lease."""
    found = await _context(session, dataset, signed)
    if found.prior is not None:
        return Outcome(signed.row_id, found.prior, False, None)
    check_rules(dataset, signed, found, now)
    constraint = _constraint(error)
    if constraint == "uq_annotations_item":
        raise AlreadyLabelled()
    if constraint == "uq_annotations_nonce":
        raise NonceUsed()
    raise error or RuntimeError("a row was refused by the database without a reason")


async def _context(session: WriteSession, dataset: Dataset, signed: Signed) -> Context:
    agent = signed.agent.digest if signed.agent else None
    with_content = needs_item(dataset.schema)
    found = await queries.context(session, signed.row_id, signed.statement, agent, with_content=with_content)
    qualified = await is_qualified(session, dataset, signed.statement.account)
    return replace(found, qualified=qualified)


def _constraint(error: IntegrityError | None) -> str | None:
    diagnosis = getattr(getattr(error, "orig", None), "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def _statement(dataset: Dataset, body: SubmitRequest) -> Annotation:
    given = body.annotation
    return Annotation(
        dataset=dataset.id,
        item_ref=given.item_ref,
        kind=given.kind,
        label_commitment=given.label_commitment,
        lease=given.lease,
        account=given.account,
        nonce=given.nonce,
        deadline=given.deadline,
    )


def _row(signed: Signed, found: Context, now: datetime, include_by: int) -> dict[str, Any]:
    statement = signed.statement
    return {
        "row_id": signed.row_id,
        "dataset": statement.dataset,
        "item": found.item_id,
        "account": address_bytes(statement.account),
        "lease": statement.lease,
        "kind": statement.kind,
        "label": canonical(signed.body.label).decode(),
        "label_salt": signed.body.label_salt,
        "label_commitment": statement.label_commitment,
        "nonce": statement.nonce,
        "deadline": statement.deadline,
        "signature": signed.verified.signature,
        "agent": signed.agent.digest if signed.agent else None,
        "verified_block": signed.verified.block,
        "include_by": include_by,
        "now": now,
    }
