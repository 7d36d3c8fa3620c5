"""Rules of accounts: joining and leaving by signature alone, holdings: api -> **service** ->
queries, relayer.

Promises: a relayed join or leave is checked here for its terms and signature and simulated before it is sent;
what an account holds is read from the mirror at one moment.
"""

import time

from cota.accounts import consent, queries
from cota.accounts.history import holding
from cota.accounts.relays import Relayed, Wanted, relay
from cota.accounts.schemas import JoinRequest, LeaveRequest, ShareAnswer
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
