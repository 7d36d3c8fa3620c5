"""Facts -> **replay** -> stake checks. Every deposit, lock, penalty and release again, against the vaults.

Checks `stakes.free`, `stakes.locks`, `stakes.sums`, `stakes.penalties`. Promises: no penalty above what its leaf
says, its membership's cap or its lock; none twice; none before the appeal period is over, nor after its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cota.chain.client import NodeClient
from cota.chain.contracts import Membership, MembershipState, StakeVault, Token
from cota.chain.decode import Event
from cota.units import Address
from cota.verify.epoch_files import Settled
from cota.verify.facts import Dataset, Facts, describe, place
from cota.verify.reading import gather
from cota.verify.report import Disagreement, Report, Tally

Lock = tuple[bytes, Address]
"""Dataset, account."""

Leaves = Mapping[tuple[bytes, int], Sequence[tuple[Address, int]]]
"""Account and penalty of every leaf, by dataset and epoch."""

_MOVES = ("Deposited", "Withdrawn", "Joined", "Left", "Penalised", "Released")


@dataclass(frozen=True)
class VaultView:
    """One vault as it answers at the pinned block."""

    money: int
    """Its balance of the stake token."""
    free: Mapping[Address, int]
    memberships: Mapping[Lock, Membership]


async def read_vaults(client: NodeClient, facts: Facts) -> dict[Address, VaultView]:
    """Every vault that ever said something, and the accounts and locks that it spoke of."""
    events: dict[Address, list[Event]] = {}
    for event in facts.of(StakeVault.name, *_MOVES):
        events.setdefault(Address(event.emitter), []).append(event)
    found = await gather([_read_vault(client, facts, at, said) for at, said in events.items()])
    return dict(zip(events, found, strict=True))


async def _read_vault(client: NodeClient, facts: Facts, at: Address, said: Sequence[Event]) -> VaultView:
    vault, block = StakeVault(client, at), facts.block
    accounts = sorted(
        {event.args[name] for event in said for name in ("account", "sponsor") if name in event.args}
    )
    locks = sorted({_lock(event) for event in said if event.name == "Joined"})
    token = Token(client, await vault.stake_token(block))
    free = await gather([vault.free_stake(account, block) for account in accounts])
    memberships = await gather([vault.membership(*lock, block) for lock in locks])
    return VaultView(
        await token.balance_of(at, block),
        dict(zip(accounts, free, strict=True)),
        dict(zip(locks, memberships, strict=True)),
    )


@dataclass
class _Lock:
    """A membership replayed: `taken` of its stake by penalties, `left` still locked."""

    stake: int
    cap: int
    left: int
    taken: int = 0
    state: MembershipState = MembershipState.ACTIVE


@dataclass
class _Vault:
    """A vault replayed from its own words."""

    free: dict[Address, int] = field(default_factory=dict)
    locks: dict[Lock, _Lock] = field(default_factory=dict)


def check_stakes(
    report: Report, facts: Facts, vaults: Mapping[Address, VaultView], epochs: Sequence[Settled]
) -> None:
    """What is locked, what was taken, and that nothing else was."""
    replayed = {at: _Vault() for at in vaults}
    with report.check(
        "stakes.penalties", "each penalty is its leaf's, once, in time, within the cap (P7)"
    ) as tally:
        _check_penalties(tally, facts, replayed, _leaves(epochs))
        tally.need("nobody joined yet")
    nobody = "nobody posted a stake yet"
    with report.check("stakes.free", "free stake is what was posted and not locked or taken out") as tally:
        for at, view in vaults.items():
            for account, free in view.free.items():
                tally.equal(f"free stake of {account} at vault {at}", replayed[at].free.get(account, 0), free)
        tally.need(nobody)
    with report.check("stakes.locks", "each lock holds the terms' stake less its penalties (P7)") as tally:
        for at, view in vaults.items():
            for lock, held in view.memberships.items():
                mine = replayed[at].locks[lock]
                where = f"of {lock[1]} in {lock[0].hex()[:8]}"
                tally.equal(f"stake {where}", mine.left, held.stake)
                tally.equal(f"membership {where}", mine.state.name, held.state.name)
        tally.need("nobody joined yet")
    with report.check("stakes.sums", "a vault holds what is free and what is locked (P7)") as tally:
        for at, view in vaults.items():
            owed = sum(view.free.values()) + sum(held.stake for held in view.memberships.values())
            tally.within(f"COTA of vault {at}", view.money, least=owed)
        tally.need(nobody)


def _check_penalties(tally: Tally, facts: Facts, replayed: Mapping[Address, _Vault], leaves: Leaves) -> None:
    """What a vault says is followed to its end, so that the other checks tell of nothing else."""
    first: Disagreement | None = None
    for event in sorted(facts.of(StakeVault.name, *_MOVES), key=place):
        try:
            _replay(tally, replayed[Address(event.emitter)], event, leaves)
        except Disagreement as error:
            first = first or error
    if first is not None:
        raise first
    for dataset in facts.datasets:
        _check_times(tally, dataset, facts.block_times)
    for vault in replayed.values():
        for (_, account), lock in vault.locks.items():
            tally.within(f"what penalties took of {account}", lock.taken, most=lock.cap)


def _replay(tally: Tally, vault: _Vault, event: Event, leaves: Leaves) -> None:
    args, free = event.args, vault.free
    if event.name == "Deposited":
        free[args["account"]] = free.get(args["account"], 0) + args["amount"]
    elif event.name == "Withdrawn":
        free[args["account"]] = free.get(args["account"], 0) - args["amount"]
    elif event.name == "Joined":
        # A sponsor's free stake goes first, the rest comes from his wallet.
        free[args["sponsor"]] = max(free.get(args["sponsor"], 0) - args["stake"], 0)
        vault.locks[_lock(event)] = _Lock(args["stake"], args["penalty_cap"], args["stake"])
    elif event.name == "Left":
        _held(tally, vault, event).state = MembershipState.LEAVING
    elif event.name == "Released":
        lock = _held(tally, vault, event)
        lock.left, lock.state = 0, MembershipState.ENDED
        free[args["to"]] = free.get(args["to"], 0) + args["amount"]
    else:
        _take(tally, _held(tally, vault, event), event, leaves)


def _held(tally: Tally, vault: _Vault, event: Event) -> _Lock:
    """The lock that an event moves. Raises Disagreement where nobody joined."""
    found = vault.locks.get(_lock(event))
    where = f"account of {describe(event)}"
    tally.true(where, found is not None, "one that joined before")
    assert found is not None
    return found


def _take(tally: Tally, lock: _Lock, event: Event, leaves: Leaves) -> None:
    args, where = event.args, describe(event)
    due = min(args["penalty"], lock.cap - lock.taken, lock.left)
    lock.taken += args["burnt"]
    lock.left -= args["burnt"]
    tally.equal(f"burnt by {where}", due, args["burnt"])
    tally.equal(f"stake left after {where}", lock.left, args["stake_left"])
    told = leaves.get((args["dataset"], args["epoch"]))
    if told is not None:
        tally.within(f"leaf of {where}", args["index"], most=len(told) - 1)
        account, penalty = told[args["index"]]
        tally.equal(f"account of {where}", account, args["account"])
        tally.equal(f"penalty of {where}", penalty, args["penalty"])


def _check_times(tally: Tally, dataset: Dataset, times: Mapping[int, int]) -> None:
    """Executed once, after the appeal period and within the penalty period, or as long as the court allowed."""
    final: dict[int, int] = {}
    until: dict[tuple[int, int], int] = {}
    done: set[tuple[int, int]] = set()
    for event in dataset.of("EpochFinalized", "PenaltyReleased", "Penalised"):
        args, where = event.args, describe(event)
        if event.name == "EpochFinalized":
            final[args["checkpoint"]] = times[event.block_number]
            continue
        leaf = args["epoch"], args["index"]
        if event.name == "PenaltyReleased":
            until[leaf] = args["until"]
            continue
        tally.true(f"leaf of {where}", leaf not in done, "a penalty executed once")
        tally.true(f"epoch of {where}", args["epoch"] in final, "a final settlement")
        done.add(leaf)
        opens = final[args["epoch"]] + dataset.terms.appeal_period
        closes = until.get(leaf, final[args["epoch"]] + dataset.terms.penalty_period)
        tally.within(f"time of {where}", times[event.block_number], least=opens, most=closes - 1)


def _leaves(epochs: Sequence[Settled]) -> Leaves:
    """Accounts and penalties by leaf index of each final epoch whose file can be read, by dataset and epoch."""
    return {
        (bytes(epoch.dataset.id), epoch.number): [(leaf.account, leaf.penalty) for leaf in epoch.file.leaves]
        for epoch in epochs
        if epoch.is_final and epoch.file is not None
    }


def _lock(event: Event) -> Lock:
    return bytes(event.args["dataset"]), Address(event.args["account"])
