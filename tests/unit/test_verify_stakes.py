"""The verifier's checks of stakes: what a vault may not say without being found out."""

from collections.abc import Callable
from typing import Any

import pytest

from cota.chain.contracts import Membership, MembershipState
from cota.chain.decode import Event
from cota.units import Address, BlockRef, Hash32
from cota.verify.facts import Contracts, Dataset, Facts
from cota.verify.report import Report
from cota.verify.stakes import VaultView, check_stakes

VAULT, ANA, SPONSOR = (Address("0x" + digit * 40) for digit in "123")
DATASET = Hash32(b"\x07" * 32)
STAKE, CAP = 100, 60
APPEAL, PENALTY = 3_000, 5_000
FINAL = 1_000_000


class Frozen(Dataset):
    """A dataset whose terms are told instead of decoded."""

    class terms:  # type: ignore[assignment]
        appeal_period, penalty_period = APPEAL, PENALTY


class Chain:
    """What a vault and a ledger said, block by block; `now` is the next block's time."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times: dict[int, int] = {}
        self.now = FINAL - 10

    def say(self, name: str, contract: str = "StakeVault", **args: Any) -> None:
        number = len(self.events) + 1
        self.times[number] = self.now
        event = Event(contract, name, VAULT, number, b"", b"", 0, {"dataset": bytes(DATASET), **args})
        self.events.append(event)

    def check(self, locked: int, free: int, money: int, state: MembershipState) -> Report:
        created = Event(
            "DatasetRegistry", "DatasetCreated", VAULT, 0, b"", b"", 0, {"dataset": bytes(DATASET)}
        )
        contracts = Contracts(*[VAULT] * 7)
        dataset = Frozen(created, contracts, self.events)
        block = BlockRef(99, Hash32(bytes(32)), self.now)
        facts = Facts(None, {}, block, self.events, [dataset], self.times)  # type: ignore[arg-type]
        membership = Membership(locked, CAP, SPONSOR, 1, 0, state, False)
        view = VaultView(money, {SPONSOR: free, ANA: 0}, {(bytes(DATASET), ANA): membership})
        report = Report("local", 31_337, 99, "0x")
        check_stakes(report, facts, {VAULT: view}, [])
        return report


def story() -> Chain:
    """Sponsored with 40 free and 60 from the wallet; an epoch becomes final."""
    chain = Chain()
    chain.say("Deposited", account=SPONSOR, payer=SPONSOR, amount=40, free_balance=40)
    chain.say("Joined", account=ANA, sponsor=SPONSOR, stake=STAKE, penalty_cap=CAP)
    chain.now = FINAL
    chain.say("EpochFinalized", "AnnotationLedger", checkpoint=1, attempt=1)
    return chain


def penalise(chain: Chain, at: int, penalty: int, burnt: int, left: int, index: int = 0) -> None:
    chain.now = at
    chain.say("Penalised", epoch=1, account=ANA, index=index, penalty=penalty, burnt=burnt, stake_left=left)


def failed(report: Report) -> list[str]:
    return [check.name for check in report.checks if check.outcome == "failed"]


def test_stakes__worked_case__agrees() -> None:
    """Lock 100, cap 60, leave, penalty 50: 50 burnt, 50 back to who posted it."""
    chain = story()
    chain.say("Left", account=ANA, left_at=FINAL)
    penalise(chain, FINAL + APPEAL, 50, 50, 50)
    chain.say("Released", account=ANA, to=SPONSOR, amount=50, expired=False)
    report = chain.check(0, 50, 50, MembershipState.ENDED)
    assert failed(report) == []
    assert {check.outcome for check in report.checks} == {"ok"}


def test_stakes__several_penalties__add_up_to_the_cap() -> None:
    chain = story()
    penalise(chain, FINAL + APPEAL, 50, 50, 50)
    penalise(chain, FINAL + APPEAL, 50, 10, 40, index=1)
    penalise(chain, FINAL + APPEAL, 50, 0, 40, index=2)
    assert failed(chain.check(40, 0, 40, MembershipState.ACTIVE)) == []


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(lambda c: penalise(c, FINAL + APPEAL, 70, 70, 30), id="above the cap"),
        pytest.param(lambda c: penalise(c, FINAL + APPEAL, 50, 51, 49), id="more than the leaf says"),
        pytest.param(lambda c: penalise(c, FINAL + APPEAL - 1, 50, 50, 50), id="before appeals end"),
        pytest.param(lambda c: penalise(c, FINAL + PENALTY, 50, 50, 50), id="after its period"),
        pytest.param(
            lambda c: (
                penalise(c, FINAL + APPEAL, 20, 20, 80),
                penalise(c, FINAL + APPEAL, 20, 20, 60),
            ),
            id="twice",
        ),
    ],
)
def test_stakes__a_penalty_out_of_bounds__is_named(bad: Callable[[Chain], object]) -> None:
    chain = story()
    bad(chain)
    left = chain.events[-1].args["stake_left"]
    assert failed(chain.check(left, 0, left, MembershipState.ACTIVE)) == ["stakes.penalties"]


def test_stakes__a_released_penalty__as_long_as_the_court_said() -> None:
    chain = story()
    chain.say("PenaltyReleased", epoch=1, index=0, until=FINAL + 90_000)
    penalise(chain, FINAL + 89_999, 50, 50, 50)
    assert failed(chain.check(50, 0, 50, MembershipState.ACTIVE)) == []
    chain = story()
    chain.say("PenaltyReleased", epoch=1, index=0, until=FINAL + 90_000)
    penalise(chain, FINAL + 90_000, 50, 50, 50)
    assert failed(chain.check(50, 0, 50, MembershipState.ACTIVE)) == ["stakes.penalties"]


def test_stakes__a_vault_that_holds_otherwise__is_named() -> None:
    chain = story()
    assert failed(chain.check(STAKE, 0, STAKE, MembershipState.ACTIVE)) == []
    assert failed(chain.check(STAKE - 1, 0, STAKE, MembershipState.ACTIVE)) == ["stakes.locks"]
    assert failed(chain.check(STAKE, 1, STAKE + 1, MembershipState.ACTIVE)) == ["stakes.free"]
    assert failed(chain.check(STAKE, 0, STAKE - 1, MembershipState.ACTIVE)) == ["stakes.sums"]
    assert failed(chain.check(STAKE, 0, STAKE, MembershipState.LEAVING)) == ["stakes.locks"]
