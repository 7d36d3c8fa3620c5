"""Bounties of a dataset -> **what each epoch brings one account of them**, and the leaf to take it with -> api, claims.

Promises: exact to the base unit, as the escrow divides; leaf and proof come from the very file whose hash is on chain;
what was paid is told from its event alone, without the file.
"""

from dataclasses import dataclass
from typing import Any

from cota.accounts.relays import Wanted, relay
from cota.chain.contracts import BountyEscrow, ShareClaim
from cota.chain.events import committed_catalogue
from cota.commitments.words import keccak
from cota.datasets.queries import Dataset
from cota.errors import ChainReverted, ChainUnavailable, RateLimited
from cota.http.services import Services
from cota.settlement import bounty_queries
from cota.settlement.leaves import CORRECTION
from cota.settlement.service import CLAIMS_AT_ONCE, open_epoch, require_epoch
from cota.settlement.worth import worth_of
from cota.store.session import ReadSession
from cota.units import Address, BlockRef, address_bytes, address_of

Key = tuple[int, int]
"""(bounty, epoch)."""
START: Key = (-1, -1)
LOOKED_AT, LOOKS, MOST_LEAVES = 200, 5, 100
"""A claim looks through so many parts so often for leaves that are not paid, until it has so many."""
Leaves = dict[int, ShareClaim | None]
"""By epoch: an account's leaf, None where it has none. Each bounty pays the same one, and a file is read for it."""


@dataclass(frozen=True, slots=True)
class Owed:
    """`part` is None until the epoch took it; `leaf` is None once it was paid, which `paid`, a row, tells of."""

    escrow: Address
    bounty: int
    checkpoint: int
    epoch: int
    units: int
    part: int | None
    total_units: int
    amount: int
    leaf: ShareClaim | None
    paid: Any


async def owed(
    services: Services,
    session: ReadSession,
    dataset: bytes,
    account: Address,
    after: Key,
    limit: int,
    *,
    unpaid: bool = False,
    leaves: Leaves | None = None,
) -> tuple[list[Owed], Key | None]:
    """What the first `limit` parts after a key bring the account, and the key to go on after; None at the end.
    `unpaid`: without those that it was paid of. `leaves`: what is known of the account's, and filled."""
    rows = await bounty_queries.covered(session, dataset, account, after, limit + 1, unpaid=unpaid)
    shown = rows[:limit]
    known = {} if leaves is None else leaves
    found = [one for row in shown if (one := await _owed(services, session, dataset, account, row, known))]
    last = (int(shown[-1].bounty), int(shown[-1].epoch)) if len(rows) > limit else None
    return found, last


async def _owed(
    services: Services, session: ReadSession, dataset: bytes, account: Address, row: Any, leaves: Leaves
) -> Owed | None:
    """None where the epoch gives the account nothing."""
    epoch = int(row.epoch)
    leaf: ShareClaim | None = None
    if row.paid_index is None:
        if epoch not in leaves:
            leaves[epoch] = await _leaf(services, session, dataset, account, row)
        leaf = leaves[epoch]
    units = leaf.units if leaf else int(row.paid_units or 0)
    if not units and row.paid_index is None:
        return None
    total = int(row.total_units)
    part = None if row.part is None else int(row.part)
    expected = (
        min(total * int(row.per_label) // int(row.units_per_label), int(row.free)) if part is None else part
    )
    return Owed(
        escrow=address_of(bytes(row.emitter)),
        bounty=int(row.bounty),
        checkpoint=int(row.checkpoint),
        epoch=epoch,
        units=units,
        part=part,
        total_units=total,
        amount=int(row.paid_amount) if leaf is None else expected * units // total,
        leaf=leaf,
        paid=row if leaf is None else None,
    )


async def _leaf(
    services: Services, session: ReadSession, dataset: bytes, account: Address, row: Any
) -> ShareClaim | None:
    epoch = int(row.epoch)
    if epoch & CORRECTION:
        # A correction is an epoch of one leaf: the leaf is the root, and needs no file and no proof.
        return ShareClaim(epoch, 0, account, int(row.total_units), 0, ())
    settled = await open_epoch(services, await require_epoch(session, dataset, epoch))
    proven = settled.prove(account) if settled else None
    if proven is None or not proven[0].units:
        return None
    leaf, proof = proven
    return ShareClaim(epoch, leaf.index, account, leaf.units, leaf.penalty, tuple(proof))


@dataclass(frozen=True, slots=True)
class Cashed:
    """What a claim brought: `block` is the last transaction's, `refusal` why something was not paid."""

    tx_hashes: list[bytes]
    block: int | None
    amount: int
    refusal: str | None


async def claim_bounties(services: Services, dataset: Dataset, account: Address) -> Cashed:
    """Has the relayer pay what bounties owe the account, to itself alone, as far as its limits go: anyone may ask, so
    nothing that is not worth its gas."""
    head = await services.node.head()
    hashes, block, amount, refusal = list[bytes](), None, 0, None
    for (escrow, bounty), leaves in (await _due(services, dataset, account, head)).items():
        for place in range(0, len(leaves), CLAIMS_AT_ONCE):
            data = BountyEscrow.encode_pay(bounty, leaves[place : place + CLAIMS_AT_ONCE])
            digest = keccak(address_bytes(escrow) + data + head.number.to_bytes(8, "big"))
            wanted = Wanted("claim", dataset.id, account, digest, escrow, data)
            try:
                sent, receipt = await relay(services, wanted)
            except ChainReverted as error:
                refusal = refusal or str(error.extra.get("error", error.detail))
                continue
            except (ChainUnavailable, RateLimited) as error:
                return Cashed(hashes, block, amount, refusal or error.detail)
            hashes.append(sent.tx_hash)
            block = sent.block or block
            amount += _paid(receipt.logs) if receipt else 0
    return Cashed(hashes, block, amount, refusal)


async def _due(
    services: Services, dataset: Dataset, account: Address, head: BlockRef
) -> dict[tuple[Address, int], list[ShareClaim]]:
    """Leaves that are worth their gas and not paid, by escrow and bounty."""
    found, leaves = list[Owed](), Leaves()
    after: Key | None = START
    least = await worth_of(services, dataset)
    async with services.database.read() as session:
        for _ in range(LOOKS):
            if after is None or len(found) >= MOST_LEAVES:
                break
            more, after = await owed(
                services, session, dataset.id, account, after, LOOKED_AT, unpaid=True, leaves=leaves
            )
            found += [one for one in more if one.amount >= least]
    due: dict[tuple[Address, int], list[ShareClaim]] = {}
    for one in found[:MOST_LEAVES]:
        escrow = BountyEscrow(services.node, one.escrow)
        # The mirror may be a block behind: one leaf paid meanwhile would make the whole call fail.
        if one.leaf and not await escrow.is_paid(one.bounty, one.epoch, one.leaf.index, head):
            due.setdefault((one.escrow, one.bounty), []).append(one.leaf)
    return due


def _paid(logs: tuple[dict[str, Any], ...]) -> int:
    spec = committed_catalogue().spec("BountyEscrow", "BountyPaid")
    return sum(int(log["data"][-64:], 16) for log in logs if log["topics"][0] == spec.topic)
