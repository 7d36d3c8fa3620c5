"""What a submitted row must fulfil, one check a cause: request, context -> **checks** -> service.

Pure: no database, no clock of its own. Each raises the problem of its cause.
"""

from dataclasses import dataclass
from datetime import datetime

from cota.annotations.queries import Context
from cota.annotations.schemas import SubmitRequest
from cota.auth.agents import StoredKey
from cota.auth.typed import Annotation
from cota.auth.verify import Verified
from cota.commitments import hashes
from cota.datasets.labels import check_label, needs_item
from cota.datasets.queries import Dataset, Standing
from cota.datasets.service import require_work
from cota.errors import (
    AlreadyLabelled,
    DeadlineTooFar,
    DomainError,
    Expired,
    Forbidden,
    InvalidLabel,
    LeaseExpired,
    NonceUsed,
    NotLeased,
    SchemaMismatch,
    UnknownDataset,
    UnknownItem,
)
from cota.units import told_time

LONGEST_DEADLINE = 600
SKEW = 30


@dataclass(frozen=True, slots=True)
class Signed:
    """A submission whose signature is right. `agent`: the key that signed for the account, if not its own."""

    row_id: bytes
    statement: Annotation
    body: SubmitRequest
    agent: StoredKey | None
    verified: Verified


def check_deadline(deadline: int, now: int) -> DomainError | None:
    """The refusal, told and not raised: a row that is stored already keeps its receipt after its deadline."""
    if deadline < now - SKEW:
        return Expired(server_time=now, deadline=deadline)
    if deadline > now + LONGEST_DEADLINE + SKEW:
        latest = now + LONGEST_DEADLINE
        return DeadlineTooFar(
            "the deadline is more than ten minutes away", server_time=now, deadline=deadline, latest=latest
        )
    return None


def check_label_fits(schema: object, body: SubmitRequest) -> None:
    """The label answers the question, and is what the signed commitment hides."""
    if schema is None:
        raise SchemaMismatch("the publisher has not told the dataset's question yet")
    check_label(schema, body.label)
    digest = hashes.label_hash(body.label)
    if hashes.label_commitment(digest, body.label_salt) != body.annotation.label_commitment:
        raise InvalidLabel("the signed commitment is not that of this label and salt")


def check_rules(dataset: Dataset, signed: Signed, found: Context, now: datetime) -> None:
    """Everything that depends on what is stored and mirrored at this moment."""
    if found.state is None:
        raise UnknownDataset()
    _check_agent(signed, found, now)
    if found.item_id is None:
        raise UnknownItem()
    if needs_item(dataset.schema):
        check_label(dataset.schema, signed.body.label, found.content)
    if found.labelled:
        raise AlreadyLabelled()
    if found.nonce_used:
        raise NonceUsed()
    standing = Standing(dataset, signed.statement.account, found.membership, qualified=found.qualified)
    require_work(standing, found.state)
    _check_lease(signed, found, now)


def _check_agent(signed: Signed, found: Context, now: datetime) -> None:
    if signed.agent is None:
        return
    seconds = int(now.timestamp())
    if found.agent_revoked:
        raise Forbidden("the agent key was revoked")
    if seconds + SKEW < signed.agent.key.not_before:
        raise Forbidden("the agent key is not valid yet", server_time=seconds)
    if seconds > signed.agent.key.not_after:
        raise Expired("the agent key has ended: authorise a new one", server_time=seconds)


def _check_lease(signed: Signed, found: Context, now: datetime) -> None:
    is_hers = found.lease_account == signed.statement.account and found.lease_item == found.item_id
    if not is_hers:
        raise NotLeased()
    if found.lease_state == "expired" or (found.lease_expires_at and found.lease_expires_at < now):
        raise LeaseExpired(expired_at=told_time(found.lease_expires_at) if found.lease_expires_at else None)
    if found.lease_state != "active":
        raise NotLeased("the lease was given back")
    if found.lease_kind != signed.statement.kind:
        raise NotLeased(
            f"the lease is for kind {found.lease_kind}, the statement is of kind {signed.statement.kind}"
        )
