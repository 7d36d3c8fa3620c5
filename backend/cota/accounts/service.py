"""Rules of accounts: joining and leaving by signature alone, holdings, statement: api -> **service** ->
queries, relayer.

Promises: a relayed join or leave is checked here for its terms and signature and simulated before it is sent;
what an account holds is read from the mirror at one moment.
"""

import time
from typing import Any

from cota.accounts import consent, queries
from cota.accounts.history import changes_of, holding
from cota.accounts.lots import Paid, parts
from cota.accounts.relays import Relayed, Wanted, relay
from cota.accounts.schemas import JoinRequest, LeaveRequest, ShareAnswer, StatementRow
from cota.auth.domains import check_domain
from cota.auth.typed import Domain, Join, Leave, digest
from cota.chain.contracts import StakeVault
from cota.datasets import queries as dataset_queries
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.errors import (
    DeadlineTooFar,
    Expired,
    MissingCredential,
    NotAMember,
    OwnDataset,
    TermsMismatch,
)
from cota.http.services import Services
from cota.store.session import ReadSession
from cota.units import Address, to_hex

LONGEST_DEADLINE = 3600
SKEW = 30


async def join(services: Services, dataset: bytes, body: JoinRequest) -> Relayed:
    """Relays a join that the account signed; the relayer posts the stake and pays the gas."""
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
    statement = Join(dataset, body.account, body.terms_hash, body.penalty_cap, body.nonce, body.deadline)
    name, signature = await _verify(services, found, statement, body)
    # In the order of the vault's own checks, so that both name the same cause. Whether it is open only the chain knows
    # now: the relay's simulation asks it.
    if body.account == found.publisher:
        raise OwnDataset()
    if body.terms_hash != found.terms_hash:
        raise TermsMismatch(expected=to_hex(found.terms_hash), given=to_hex(body.terms_hash))
    if body.penalty_cap != found.terms.penalty_cap:
        cap = str(found.terms.penalty_cap)
        raise TermsMismatch(f"the terms' penalty cap is {cap}", expected=cap, given=str(body.penalty_cap))
    async with services.database.read() as session:
        if not await dataset_queries.is_qualified(session, found, body.account):
            raise MissingCredential(credential=to_hex(found.terms.credential))
    async with services.database.write() as session:
        await queries.save_consent(session, body.account, dataset, consent.TEXT_HASH)
    data = StakeVault.encode_join(
        dataset,
        body.account,
        body.terms_hash,
        body.penalty_cap,
        body.nonce,
        body.deadline,
        signature=signature,
        sponsored=True,
    )
    relayed, _ = await relay(services, Wanted("join", dataset, body.account, name, found.vault, data))
    return relayed


async def leave(services: Services, dataset: bytes, body: LeaveRequest) -> Relayed:
    """Relays a leave that the account signed."""
    async with services.database.read() as session:
        found = await require_dataset(session, dataset)
        standing = await dataset_queries.find_standing(session, dataset, body.account)
    statement = Leave(dataset, body.account, body.nonce, body.deadline)
    name, signature = await _verify(services, found, statement, body)
    if standing.membership is None:
        raise NotAMember()
    data = StakeVault.encode_leave(dataset, body.account, body.nonce, body.deadline, signature=signature)
    relayed, _ = await relay(services, Wanted("leave", dataset, body.account, name, found.vault, data))
    return relayed


async def holdings(services: Services, session: ReadSession, account: Address) -> list[ShareAnswer]:
    """The account's shares of each dataset that it joined or ever held shares of."""
    found = []
    for dataset in await queries.datasets_of(session, account):
        found.append(await holding(services, session, await require_dataset(session, dataset), account))
    return found


async def statement(services: Services, session: ReadSession, account: Address) -> list[StatementRow]:
    """Every fact of the chain about the account's stakes, shares and revenue, in the order of the chain."""
    stake_token = await services.tokens.describe(services.deployment.address("CotaToken"))
    rows = [
        _row(entry, bytes(entry.dataset), entry.kind, amount=entry.amount, token=stake_token)
        for entry in await queries.stakes(session, account)
    ]
    for dataset in await queries.datasets_of(session, account):
        found = await require_dataset(session, dataset)
        rows += await _statement_of(services, session, found, account)
    return sorted(rows, key=lambda row: (row.block, row.log_index))


async def _statement_of(
    services: Services, session: ReadSession, dataset: Dataset, account: Address
) -> list[StatementRow]:
    token = await services.tokens.describe(dataset.terms.payment_token)
    events = await queries.happenings(session, dataset.id, account, with_payments=True)
    payments = [event for event in events if event.kind == "payment"]
    before = [0, *(event.acc for event in payments)]
    paid = [
        Paid((event.block, event.log_index), acc, event.acc)
        for event, acc in zip(payments, before, strict=False)
    ]
    changes = await changes_of(services, session, dataset, account)
    hers = {
        one.place: part.amount for one, part in zip(paid, parts(changes, paid), strict=True) if part.scaled
    }
    rows = []
    for event in events:
        part = hers.get((event.block, event.log_index)) if event.kind == "payment" else None
        if event.kind == "payment" and part is None:
            continue
        is_money = event.kind in ("payment", "revenue-claimed")
        rows.append(
            StatementRow(
                at=event.at,
                block=event.block,
                log_index=event.log_index,
                tx_hash=event.tx_hash,
                dataset=dataset.id,
                kind=event.kind,
                units=None if is_money else event.amount,
                amount=event.amount if is_money else None,
                attributable=part,
                balance=event.balance,
                token=token.symbol if is_money else None,
                decimals=token.decimals if is_money else None,
            )
        )
    return rows


def _row(entry: Any, dataset: bytes, kind: Any, *, amount: Any, token: Any) -> StatementRow:
    return StatementRow(
        at=entry.block_time,
        block=entry.block_number,
        log_index=entry.log_index,
        tx_hash=bytes(entry.tx_hash),
        dataset=dataset,
        kind=kind,
        units=None,
        amount=None if amount is None else int(amount),
        attributable=None,
        balance=None,
        token=None if amount is None else token.symbol,
        decimals=None if amount is None else token.decimals,
    )


async def _verify(
    services: Services, dataset: Dataset, statement: Join | Leave, body: JoinRequest | LeaveRequest
) -> tuple[bytes, bytes]:
    """(digest, signature as the contracts take it), once deadline, domain and signature are right."""
    now = int(time.time())
    if body.deadline < now - SKEW:
        raise Expired(server_time=now, deadline=body.deadline)
    if body.deadline > now + LONGEST_DEADLINE + SKEW:
        raise DeadlineTooFar("the deadline is more than an hour away", latest=now + LONGEST_DEADLINE)
    domain = Domain(services.chain_id, dataset.vault)
    check_domain(body.domain, domain)
    name = digest(domain, statement)
    verified = await services.verifier.verify(statement.account, name, body.signature)
    return name, verified.signature
