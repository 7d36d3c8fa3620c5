"""Rules of appeals: api -> **service** -> queries, epoch files, the court on chain.

An appeal must be the contributor's own transaction, because bond and fee are hers: the service makes it ready and never
sends it. Promises: a transaction is only given out if the court would take it now, and refused in the court's own
words; leaf and proof come from the very file whose hash is on chain; gold is opened to its labeller alone, for rows
of hers that do not count, or that bear on a penalty, once the epoch is proposed.
"""

from typing import Any

from eth_abi.abi import encode

from cota.chain import contracts
from cota.chain.contracts import NO_LEAF, CouncilArbiter, SettlementCourt, ShareClaim, Token
from cota.chain.simulating import simulate_for
from cota.commitments import hashes
from cota.datasets.queries import Dataset
from cota.disputes import queries
from cota.disputes.queries import Refused
from cota.disputes.schemas import (
    UINT64_MAX,
    AppealAnswer,
    AppealCallAnswer,
    AppealCase,
    AppealRequest,
    CallAnswer,
    EvidenceAnswer,
    GoldOpening,
    RoundAnswer,
)
from cota.errors import ChainReverted, InvalidBody, NotFound, NotIndexedYet
from cota.http.paging import encode_cursor
from cota.http.schemas import Page, instant
from cota.http.services import Services
from cota.licenses.batches import batch_trees
from cota.settlement.leaves import Leaf
from cota.settlement.queries import EpochRow
from cota.settlement.service import open_epoch, require_epoch
from cota.store.session import ReadSession
from cota.units import ZERO_ADDRESS, Address

UNCOVERED = ("ERC20InsufficientAllowance", "ERC20InsufficientBalance")
"""The bond is what the court takes last: whoever meets one of these passed all other checks."""
PENALTY = "penalty"


async def state_of(
    services: Services, session: ReadSession, dataset: Dataset, epoch: int, account: Address
) -> AppealAnswer:
    """Whether the account may appeal an epoch, until when, and what became of it. Raises NotFound."""
    row = await require_epoch(session, dataset.id, epoch)
    leaf = await _leaf_of(services, row, account)
    labels = await queries.count_labels(session, dataset.id, epoch, account)
    until = await _until(session, dataset, epoch)
    found = await queries.appeal_of(session, dataset.id, epoch, account)
    units, penalty = (leaf[0].units, leaf[0].penalty) if leaf else (0, 0)
    most = max(0, labels * dataset.terms.units_per_label - units)
    now = await services.freshness.now()
    is_open = until is not None and now < until and found is None
    return AppealAnswer(
        account=account,
        dataset=dataset.id,
        epoch=epoch,
        until=instant(until),
        may_appeal=is_open and bool(most or penalty),
        labels=labels,
        counted=units,
        penalty=penalty,
        most=most,
        bond=dataset.terms.challenge_bond,
        token=await services.tokens.describe(services.deployment.address("CotaToken")),
        case=None if found is None else _case(services, found),
    )


async def make_ready(
    services: Services, dataset: Dataset, epoch: int, account: Address, wanted: AppealRequest
) -> AppealCallAnswer:
    """The transactions of an appeal. Raises ChainReverted with the court's own reason, NotFound."""
    if wanted.units > UINT64_MAX:
        raise InvalidBody(f"{wanted.units} units are more than any dataset has")
    async with services.database.read() as session:
        row = await require_epoch(session, dataset.id, epoch)
        leaf = await _leaf_of(services, row, account)
        labels = await queries.count_labels(session, dataset.id, epoch, account)
        court = await queries.court_of(session, dataset.id)
        until = await _until(session, dataset, epoch)
    if court == ZERO_ADDRESS:
        raise NotFound("no court rules in the version of the contracts that serves this dataset")
    claim = NO_LEAF
    if leaf is not None:
        one, proof = leaf
        claim = ShareClaim(epoch, one.index, one.account, one.units, one.penalty, tuple(proof))
    request = contracts.AppealRequest(claim, labels, wanted.units, wanted.evidence)
    data = SettlementCourt.encode_appeal(dataset.id, epoch, request)
    fee = await _fee(services, dataset, court, account)
    cota = Token(services.node, services.deployment.address("CotaToken"))
    bond = dataset.terms.challenge_bond
    try:
        await simulate_for(services.node, account, court, data, fee)
    except ChainReverted as refusal:
        if refusal.extra.get("error") not in UNCOVERED:
            raise
    if until is None:
        raise NotIndexedYet(f"epoch {epoch} is final on chain and not indexed yet", retry_after=2)
    calls = [CallAnswer(what="appeal", to=court, data=data, value=fee)]
    if await cota.allowance(account, court, "latest") < bond:
        approval = Token.encode_approve(court, bond)
        calls.insert(0, CallAnswer(what="approve-bond", to=cota.address, data=approval, value=0))
    return AppealCallAnswer(
        account=account,
        chain_id=services.chain_id,
        until=instant(until),
        bond=bond,
        held=await cota.balance_of(account, "latest"),
        token=await services.tokens.describe(cota.address),
        fee=fee,
        transactions=calls,
    )


async def evidence(
    services: Services,
    session: ReadSession,
    dataset: Dataset,
    epoch: int,
    account: Address,
    after: int,
    limit: int,
) -> Page[EvidenceAnswer]:
    """What stands behind each refusal of the account's rows in an epoch. Raises NotFound."""
    row = await require_epoch(session, dataset.id, epoch)
    if row.attempt is None:
        raise NotFound(f"epoch {epoch} is not proposed yet")
    leaf = await _leaf_of(services, row, account)
    found = await queries.refused(
        session,
        dataset.id,
        epoch,
        account,
        await queries.proven_in(session, dataset.id, epoch),
        with_gold=leaf is not None and leaf[0].penalty > 0,
        after=after,
        limit=limit + 1,
    )
    shown = found[:limit]
    following = encode_cursor((shown[-1].index,)) if len(found) > limit else None
    return Page(items=[await _show(services, one) for one in shown], next=following)


async def _leaf_of(services: Services, row: EpochRow, account: Address) -> tuple[Leaf, list[bytes]] | None:
    settled = await open_epoch(services, row)
    return settled.prove(account) if settled else None


async def _until(session: ReadSession, dataset: Dataset, epoch: int) -> int | None:
    at = await queries.finalized_at(session, dataset.id, epoch)
    return None if at is None else int(at.timestamp()) + dataset.terms.appeal_period


async def _fee(services: Services, dataset: Dataset, court: Address, account: Address) -> int:
    arbiter = await SettlementCourt(services.node, court).arbiter("latest")
    told = encode(["bytes32", "address"], [dataset.id, account])
    return await CouncilArbiter(services.node, arbiter).arbitration_cost("latest", told)


async def _show(services: Services, refused: Refused) -> EvidenceAnswer:
    item = refused.item
    trees = await batch_trees(services, item)
    index, salt = int(item.item_index), bytes(item.gold_salt)
    digest = None if item.gold_label is None else hashes.label_hash(item.gold_label)
    return EvidenceAnswer(
        index=refused.index,
        row_id=refused.row_id,
        item_ref=refused.item_ref,
        label=refused.label,
        label_salt=refused.label_salt,
        reason=refused.reason or PENALTY,
        answers=refused.answers,
        proven_answers=refused.proven_answers,
        gold=GoldOpening(
            batch=item.batch,
            item_index=index,
            label=item.gold_label,
            salt=salt,
            leaf=hashes.gold_leaf(index, digest, salt),
            gold_root=bytes(item.gold_root),
            proof=trees.gold.prove(item.place),
        ),
    )


def _case(services: Services, row: Any) -> AppealCase:
    return AppealCase(
        case=str(int(row.case_id)),
        state=row.state,
        units=int(row.units),
        has_penalty=row.has_penalty,
        evidence=bytes(row.evidence),
        bond=int(row.bond),
        deadline=instant(row.deadline),
        round=None if row.round is None else _round(row),
        correction=str(int(row.correction)) if row.correction else None,
        missed=None if row.missed is None else int(row.missed),
        paid=None if row.paid is None else int(row.paid),
        block=row.block_number,
        tx_hash=bytes(row.tx_hash),
        status=services.freshness.status_of(row.block_number),
    )


def _round(row: Any) -> RoundAnswer:
    return RoundAnswer(
        round=int(row.round),
        state=row.round_state,
        seats=None if row.seats is None else int(row.seats),
        commit_ends_at=instant(row.commit_ends_at),
        reveal_ends_at=instant(row.reveal_ends_at),
        committed=row.committed,
        revealed=row.revealed,
    )
