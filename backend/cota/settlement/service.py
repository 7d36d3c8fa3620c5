"""Rules of epochs and claims: api -> **service** -> queries, epoch files, relayer.

Promises: a leaf and its proof come from the very file whose hash is on chain; a claim pays the named account
and nobody else, so anyone may ask for it.
"""

from dataclasses import dataclass

from cota.accounts.relays import Relayed, Wanted, relay
from cota.chain.contracts import DatasetShares, ShareClaim
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt
from cota.commitments.words import keccak
from cota.datasets.queries import Dataset
from cota.errors import ChainReverted, NotFound
from cota.http.services import Services
from cota.scoring.rules import RULES_BY_HASH, rules_of, wait_epochs_of
from cota.settlement import queries
from cota.settlement.files import SettledEpoch, settled_epoch
from cota.settlement.leaves import Epoch, Leaf, make_leaf
from cota.settlement.queries import EpochRow
from cota.settlement.schemas import StandingAnswer
from cota.store.content import ContentMissing
from cota.store.session import ReadSession
from cota.units import Address, address_bytes

CLAIMS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Claimed:
    tx_hashes: list[bytes]
    block: int | None
    units: int
    revenue: int
    refusal: str | None


async def require_epoch(session: ReadSession, dataset: bytes, epoch: int) -> EpochRow:
    found = await queries.find(session, dataset, epoch)
    if found is None:
        raise NotFound(f"the dataset has no checkpoint {epoch}")
    return found


async def open_epoch(services: Services, row: EpochRow) -> SettledEpoch | None:
    """The leaves of a proposed or finalised epoch; None when this service does not hold its file."""
    if row.content_key is None or row.file_hash is None or row.content_key != row.file_hash.hex():
        return None
    try:
        return await settled_epoch(services, row.content_key)
    except ContentMissing:
        return None


async def leaf_of(services: Services, row: EpochRow, account: Address) -> tuple[Leaf, list[bytes]]:
    """Raises `NotFound` when the account has no leaf in the epoch, or the epoch no file here."""
    settled = await open_epoch(services, row)
    if settled is None:
        raise NotFound("this service does not hold the epoch's file")
    proven = settled.prove(account)
    if proven is None:
        raise NotFound("the account earned nothing in this epoch")
    return proven


async def unclaimed_leaves(
    services: Services, session: ReadSession, dataset: bytes, account: Address
) -> list[tuple[int, Leaf, list[bytes]]]:
    """(epoch, leaf, proof) of every finalised epoch in which the account has shares to claim, corrections of its
    upheld appeals among them."""
    found = []
    for epoch in await queries.unclaimed(session, dataset, account):
        settled = await open_epoch(services, await require_epoch(session, dataset, epoch))
        proven = settled.prove(account) if settled else None
        if proven is not None and proven[0].units:
            found.append((epoch, *proven))
    return [*found, *await _corrections(services, session, dataset, account)]


async def _corrections(
    services: Services, session: ReadSession, dataset: bytes, account: Address
) -> list[tuple[int, Leaf, list[bytes]]]:
    """A correction is an epoch of one leaf: the leaf is the root, and needs no file and no proof."""
    ledger = services.deployment.address("AnnotationLedger")
    found = await queries.unclaimed_corrections(session, dataset, account)
    bound = [(Epoch(services.chain_id, ledger, dataset, epoch), units) for epoch, units in found]
    return [(epoch.number, make_leaf(epoch, 0, account, units, 0), []) for epoch, units in bound]


async def standing(session: ReadSession, dataset: Dataset, account: Address) -> StandingAnswer:
    """How far an account is with the rules of the dataset. Raises NotFound for rules that are not known here."""
    rules = RULES_BY_HASH.get(dataset.terms.rules_hash)
    if rules is None:
        raise NotFound("the dataset's scoring rules are not known here")
    labels, epoch, line = await queries.standing(session, dataset.id, account, wait_epochs_of(rules))
    _, skill, proven, counted, _ = line or [None] * 5
    wanted = rules_of(rules).proven_labels
    return StandingAnswer(
        account=account,
        labels=labels,
        labels_wanted=wanted,
        epoch=epoch,
        proven=proven,
        skill=skill,
        counted=counted,
    )


async def claim(services: Services, dataset: Dataset, account: Address) -> Claimed:
    """Claims shares, then revenue, for the account. Nothing to claim: nothing is sent."""
    sent: list[Relayed] = []
    units = await _claim_shares(services, dataset, account, sent)
    revenue, refusal = await _claim_revenue(services, dataset, account, sent)
    block = max((one.block for one in sent if one.block is not None), default=None)
    return Claimed([one.tx_hash for one in sent], block, units, revenue, refusal)


async def _claim_shares(services: Services, dataset: Dataset, account: Address, sent: list[Relayed]) -> int:
    shares = DatasetShares(services.node, dataset.shares)
    head = await services.node.head()
    async with services.database.read() as session:
        leaves = await unclaimed_leaves(services, session, dataset.id, account)
    claims = [
        ShareClaim(epoch, leaf.index, account, leaf.units, leaf.penalty, tuple(proof))
        for epoch, leaf, proof in leaves
        # The mirror may be a block behind: one leaf claimed meanwhile would make the whole call fail.
        if not await shares.is_claimed(epoch, leaf.index, head)
    ]
    for place in range(0, len(claims), CLAIMS_AT_ONCE):
        data = DatasetShares.encode_claim_shares(claims[place : place + CLAIMS_AT_ONCE])
        sent.append((await relay(services, _wanted(dataset, account, data, head.number)))[0])
    return sum(one.units for one in claims)


async def _claim_revenue(
    services: Services, dataset: Dataset, account: Address, sent: list[Relayed]
) -> tuple[int, str | None]:
    """(amount paid, why the contracts refused)."""
    head = await services.node.head()
    if not await DatasetShares(services.node, dataset.shares).claimable(account, head):
        return 0, None
    data = DatasetShares.encode_claim_for(account)
    try:
        relayed, receipt = await relay(services, _wanted(dataset, account, data, head.number))
    except ChainReverted as error:
        return 0, str(error.extra.get("error", error.detail))
    sent.append(relayed)
    return (_paid(receipt) if receipt else 0), None


def _wanted(dataset: Dataset, account: Address, data: bytes, block: int) -> Wanted:
    # Claims have no statement of their own; the same call at the same block is the same wish.
    digest = keccak(address_bytes(dataset.shares) + data + block.to_bytes(8, "big"))
    return Wanted("claim", dataset.id, account, digest, dataset.shares, data)


def _paid(receipt: Receipt) -> int:
    topic = committed_catalogue().spec("DatasetShares", "RevenueClaimed").topic
    return sum(int(log["data"], 16) for log in receipt.logs if log["topics"][0] == topic)
