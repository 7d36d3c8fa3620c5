"""Rules of bounties: api -> **service** -> queries, the escrow on chain.

The money is the publisher's: the service makes its transactions ready and never sends them. Promises: a transaction is
only given out if the escrow would take it now, and refused in the escrow's own words; whether the wallet has the money
yet is told and not demanded.
"""

from collections.abc import Sequence
from typing import Any

from cota.accounts import bounty_queries
from cota.bounties import queries
from cota.bounties.schemas import (
    BountyAnswer,
    BountyCall,
    BountyCallsAnswer,
    BountyEarnedAnswer,
    CashAnswer,
    LeafToPay,
    PartAnswer,
)
from cota.chain.contracts import BountyEscrow, Successions, Token, waiting_words
from cota.chain.simulating import simulate_for
from cota.datasets.answers import show_promise
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.errors import ChainReverted, InvalidBody, NotFound
from cota.http import schemas
from cota.http.services import Services
from cota.settlement.leaves import CORRECTION
from cota.settlement.owed import Owed
from cota.store.session import ReadSession
from cota.units import Address, Hash32, address_of

UINT120_MAX = 2**120 - 1
"""What one escrow counts."""


async def require_bounty(session: ReadSession, dataset: bytes, bounty: int) -> Any:
    """Its row. Raises NotFound."""
    found = await queries.find(session, dataset, bounty)
    if found is None:
        raise NotFound(f"the dataset has no bounty {bounty}")
    return found


def show(services: Services, row: Any, token: schemas.Token) -> BountyAnswer:
    return BountyAnswer(
        bounty=str(int(row.bounty)),
        dataset=bytes(row.dataset),
        escrow=address_of(bytes(row.escrow)),
        publisher=address_of(bytes(row.publisher)),
        token=token,
        per_label=int(row.per_label),
        units_per_label=int(row.units_per_label),
        first_checkpoint=int(row.first_checkpoint),
        opened_at=row.block_time,
        ends_at=schemas.instant(row.ends_at),
        state=row.state,
        funded=int(row.funded),
        assigned=int(row.assigned),
        paid=int(row.paid),
        returned=int(row.returned),
        free=int(row.free),
        labels_left=int(row.free) // int(row.per_label),
        epochs=row.epochs,
        block=row.block_number,
        tx_hash=bytes(row.tx_hash),
        status=services.freshness.status_of(row.block_number),
    )


def show_part(services: Services, row: Any) -> PartAnswer:
    return PartAnswer(
        epoch=int(row.checkpoint),
        correction=_correction(int(row.epoch)),
        amount=int(row.amount),
        total_units=int(row.total_units),
        paid_units=int(row.paid_units),
        paid=int(row.paid),
        free=int(row.free),
        at=row.block_time,
        block=row.block_number,
        tx_hash=bytes(row.tx_hash),
        status=services.freshness.status_of(row.block_number),
    )


def show_owed(services: Services, one: Owed, token: schemas.Token) -> BountyEarnedAnswer:
    leaf, paid = one.leaf, one.paid
    return BountyEarnedAnswer(
        bounty=str(one.bounty),
        escrow=one.escrow,
        epoch=one.checkpoint,
        correction=_correction(one.epoch),
        state="paid" if leaf is None else "waiting" if one.part is None else "owed",
        units=one.units,
        part=one.part,
        total_units=one.total_units,
        amount=one.amount,
        token=token,
        to=None if paid is None else address_of(bytes(paid.paid_to)),
        at=None if paid is None else paid.paid_at,
        block=None if paid is None else paid.paid_block,
        tx_hash=None if paid is None else bytes(paid.paid_tx),
        status=None if paid is None else services.freshness.status_of(paid.paid_block),
        leaf=None
        if leaf is None
        else LeafToPay(
            epoch=str(leaf.epoch),
            index=leaf.index,
            account=leaf.account,
            units=leaf.units,
            penalty=leaf.penalty,
            proof=list(leaf.proof),
        ),
    )


async def cash(
    services: Services, session: ReadSession, dataset: bytes, account: Address, promised: Any
) -> CashAnswer:
    """`promised`: the row of what bounties promise, if they do."""
    found = await require_dataset(session, dataset)
    return CashAnswer(
        dataset=dataset,
        paid=await bounty_queries.total(session, dataset, account),
        token=await services.tokens.describe(found.terms.payment_token),
        bounty=show_promise(promised),
    )


async def ready_to_open(
    services: Services, dataset: Dataset, per_label: int, amount: int
) -> BountyCallsAnswer:
    """For the dataset's publisher. Raises ChainReverted, InvalidBody, ChainUnavailable."""
    escrow = services.deployment.address(BountyEscrow.name)
    data = BountyEscrow.encode_open(Hash32(dataset.id), per_label, _countable(amount))
    return await _ready(
        services, dataset, dataset.publisher, BountyCall(what="open", to=escrow, data=data, value=0), amount
    )


async def ready_to_fund(
    services: Services, dataset: Dataset, row: Any, account: Address, amount: int
) -> BountyCallsAnswer:
    """For anybody. Raises as `ready_to_open`."""
    data = BountyEscrow.encode_fund(int(row.bounty), _countable(amount))
    call = BountyCall(what="fund", to=address_of(bytes(row.escrow)), data=data, value=0)
    return await _ready(services, dataset, account, call, amount)


async def ready_to_close(services: Services, dataset: Dataset, row: Any) -> BountyCallsAnswer:
    """For the publisher, or the successor of a lost key. Raises ChainReverted, ChainUnavailable."""
    data = BountyEscrow.encode_close(int(row.bounty))
    call = BountyCall(what="close", to=address_of(bytes(row.escrow)), data=data, value=0)
    return await _ready(services, dataset, await _owner(services, row), call)


async def ready_to_take_back(
    services: Services, dataset: Dataset, row: Any, to: Address
) -> BountyCallsAnswer:
    """For the publisher, or the successor of a lost key. Raises ChainReverted, with the appeals that hold the money
    in words; ChainUnavailable."""
    data = BountyEscrow.encode_take_back(int(row.bounty), to)
    call = BountyCall(what="take-back", to=address_of(bytes(row.escrow)), data=data, value=0)
    try:
        return await _ready(services, dataset, await _owner(services, row), call)
    except ChainReverted as refusal:
        told = refusal.extra.get("args")
        if refusal.extra.get("error") != "AppealOpen" or not isinstance(told, dict):
            raise
        epoch = int(told["epoch"])
        async with services.database.read() as session:
            cases = await queries.waiting_appeals(session, dataset.id, epoch)
        now = (await services.node.head()).timestamp
        raise ChainReverted(waiting_words(epoch, cases, now), error="AppealOpen", args=told) from None


async def _owner(services: Services, row: Any) -> Address:
    """Whom the escrow lets close a bounty and take it back."""
    escrow = BountyEscrow(services.node, address_of(bytes(row.escrow)))
    successions = Successions(services.node, Address(await escrow.read("successions", block="latest")))
    return await successions.holder_of(address_of(bytes(row.publisher)), "latest")


async def _ready(
    services: Services, dataset: Dataset, account: Address, call: BountyCall, amount: int = 0
) -> BountyCallsAnswer:
    token = Token(services.node, dataset.terms.payment_token)
    held = await token.balance_of(account, "latest")
    allowed = await token.allowance(account, Address(call.to), "latest") if amount else 0
    try:
        await simulate_for(services.node, account, Address(call.to), call.data)
    except ChainReverted as refusal:
        # The money is what the escrow takes last: a token's refusal passed all other checks, and is foreseen where
        # the money or its approval is missing.
        if min(held, allowed) >= amount or refusal.extra.get("error") in _ESCROW_ERRORS:
            raise
    calls: Sequence[BountyCall] = [call]
    if allowed < amount:
        approval = Token.encode_approve(Address(call.to), amount)
        calls = [BountyCall(what="approve", to=token.address, data=approval, value=0), call]
    return BountyCallsAnswer(
        account=account,
        chain_id=services.chain_id,
        token=await services.tokens.describe(token.address),
        amount=amount,
        held=held,
        transactions=list(calls),
    )


_ESCROW_ERRORS = frozenset(error.name for error in BountyEscrow.abi().errors())


def _countable(amount: int) -> int:
    if amount > UINT120_MAX:
        raise InvalidBody(f"amount: {amount} is more than an escrow counts ({UINT120_MAX})")
    return amount


def _correction(epoch: int) -> str | None:
    return str(epoch) if epoch & CORRECTION else None
