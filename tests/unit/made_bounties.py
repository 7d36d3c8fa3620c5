"""A chain that tells of bounties: what ledger, shares, successions and escrow said, and what the escrow answers.

The story: 1,000 put aside, 3,500 units final 20 s later, 105 taken, paid to two leaves, closed, 895 given back.
"""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from cota.chain.contracts import Bounty, BountyPart, Ground
from cota.chain.decode import Event
from cota.chain.deployment import Deployed, Deployment
from cota.units import Address, BlockRef, Hash32
from cota.verify.bounties import check_bounties
from cota.verify.epoch_files import Settled
from cota.verify.escrows import EscrowView
from cota.verify.facts import Contracts, Dataset, Facts
from cota.verify.report import Check, Report

ESCROW, REGISTRY, LEDGER, HEIRS, TOKEN = (Address("0x" + digit * 40) for digit in "12345")
PUBLISHER, ANA, BIA, CAIO, OTHER = (Address("0x" + digit * 40) for digit in "6789a")
DATASET = Hash32(b"\x07" * 32)
UNITS, PRICE, START, RECEIPT, APPEAL, SETTLE = 1_000, 30, 1_000_000, 60, 600, 900
CORRECTION = (1 << 63) + 1


class Frozen(Dataset):
    """A dataset whose terms are told instead of decoded."""

    class terms:  # type: ignore[assignment]
        publisher, payment_token, units_per_label = PUBLISHER, TOKEN, UNITS
        receipt_period, appeal_period, settle_period = RECEIPT, APPEAL, SETTLE


class Chain:
    """What ledger, shares, successions and escrow said; each log in a block of its own, `now` its time."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times: dict[int, int] = {}
        self.now = START
        self.files: dict[int, list[tuple[Address, int]]] = {}

    def say(self, name: str, contract: str = "BountyEscrow", **args: Any) -> None:
        at = {"BountyEscrow": ESCROW, "Successions": HEIRS}.get(contract, LEDGER)
        number = len(self.events) + 1
        self.times[number] = self.now
        told = {"dataset": bytes(DATASET), **args}
        # One transaction a second: what is said in one second belongs together.
        self.events.append(Event(contract, name, at, number, b"", self.now.to_bytes(32, "big"), 0, told))

    def open(self, amount: int = 1_000, bounty: int = 1, **changes: Any) -> None:
        told = {"publisher": PUBLISHER, "token": TOKEN, "per_label": PRICE, "units_per_label": UNITS}
        self.say("BountyOpened", bounty=bounty, **{**told, "first_checkpoint": 1, **changes})
        self.fund(amount, bounty, free=amount, payer=PUBLISHER)
        self.now += 1

    def fund(self, amount: int, bounty: int = 1, *, free: int, payer: Address = OTHER) -> None:
        self.say("BountyFunded", bounty=bounty, payer=payer, amount=amount, free=free)

    def settle(self, *leaves: tuple[Address, int], epoch: int = 1, filed: bool = True) -> None:
        """Checkpoint, settlement, finality, ten seconds apart."""
        total, ledger = sum(units for _, units in leaves), "AnnotationLedger"
        self.say("Checkpointed", ledger, checkpoint=epoch)
        self.now += 10
        self.say("SettlementProposed", ledger, checkpoint=epoch, leaf_count=len(leaves))
        self.now += 10
        self.say("EpochFinalized", ledger, checkpoint=epoch, total_units=total)
        self.now += 10
        if filed:
            self.files[epoch] = list(leaves)

    def correct(self, units: int = 500, account: Address = CAIO, checkpoint: int = 1) -> None:
        opened = {"checkpoint": checkpoint, "epoch": CORRECTION, "account": account, "units": units}
        self.say("CorrectionOpened", "AnnotationLedger", **opened)

    def appeal(self, case: int = 1, epoch: int = 1, ground: int = Ground.APPEAL) -> None:
        self.say("CaseOpened", "SettlementCourt", case_id=case, epoch=epoch, ground=ground)

    def rule(self, case: int = 1) -> None:
        self.say("CaseClosed", "SettlementCourt", case_id=case, epoch=1, outcome=1)

    def assign(self, units: int, amount: int, free: int, epoch: int = 1, bounty: int = 1) -> None:
        self.say("BountyAssigned", bounty=bounty, epoch=epoch, total_units=units, amount=amount, free=free)

    def pay(self, index: int, account: Address, units: int, amount: int, **changes: Any) -> None:
        told = {"bounty": 1, "epoch": 1, "to": account}
        paid = {"index": index, "account": account, "units": units, "amount": amount}
        self.say("BountyPaid", **{**told, **paid, **changes})

    def close(self, **changes: Any) -> None:
        self.say("BountyClosed", **{"bounty": 1, "ends_at": self.now + RECEIPT, **changes})

    def back(self, amount: int, to: Address = PUBLISHER) -> None:
        self.say("BountyReturned", bounty=1, to=to, amount=amount)

    def check(self, view: EscrowView) -> Check:
        created = Event(
            "DatasetRegistry", "DatasetCreated", REGISTRY, 0, b"", b"", 0, {"dataset": bytes(DATASET)}
        )
        own = [event for event in self.events if event.contract not in ("BountyEscrow", "Successions")]
        dataset = Frozen(created, Contracts(*[LEDGER] * 7), own)
        contracts = {
            name: Deployed(name, 1, at, 1) for name, at in (("BountyEscrow", ESCROW), ("Successions", HEIRS))
        }
        deployment = Deployment("local", 31_337, Hash32(bytes(32)), True, contracts)
        block = BlockRef(999, Hash32(bytes(32)), self.now)
        facts = Facts(deployment, {}, block, self.events, [dataset], self.times)
        report = Report("local", 31_337, 999, "0x")
        check_bounties(report, facts, {ESCROW: view}, [self.settled(dataset, n) for n in self.files])
        (made,) = report.checks
        assert made.name == "bounties"
        return made

    def settled(self, dataset: Dataset, epoch: int) -> Settled:
        leaves = [SimpleNamespace(account=account, units=units) for account, units in self.files[epoch]]
        checkpoint = SimpleNamespace(args={"checkpoint": epoch})
        file = SimpleNamespace(leaves=leaves)
        return Settled(dataset, checkpoint, checkpoint, True, b"", file, "")  # type: ignore[arg-type]


def view(
    bounty: Bounty | None = None,
    parts: dict[tuple[int, int], BountyPart] | None = None,
    owed: int = 0,
    **changes: Any,
) -> EscrowView:
    """What the escrow answers; a bounty that was opened and nothing more, unless told."""
    kept = bounty or OPENED
    told = {"registry": REGISTRY, "ledger": LEDGER, "successions": HEIRS, "bounties": {1: kept}}
    money = {"parts": parts or {}, "held": {TOKEN: owed}, "money": {TOKEN: owed}}
    return EscrowView(**{**told, **money, **changes})


OPENED = Bounty(DATASET, PUBLISHER, START, 0, TOKEN, UNITS, 1, 0, 0, PRICE, 1_000)
PART = BountyPart(105, 3_500, 0, True)
FINAL = START + 1 + 20
ENDS = FINAL + 11 + RECEIPT
ENDED = replace(OPENED, ends_at=ENDS, assigned=1, returns_at=FINAL + APPEAL, free=0)


def story(chain: Chain | None = None, *, until: str = "back") -> Chain:
    chain = chain or Chain()
    chain.open()
    chain.settle((ANA, 1_700), (BIA, 1_800), (CAIO, 0))
    chain.assign(3_500, 105, 895)
    if until == "assigned":
        return chain
    chain.pay(0, ANA, 1_700, 51)
    if until == "one paid":
        return chain
    chain.pay(1, BIA, 1_800, 54)
    chain.pay(2, CAIO, 0, 0)
    chain.now += 1
    chain.close()
    if until == "closed":
        return chain
    chain.now = FINAL + APPEAL
    chain.back(895)
    return chain


def finding(check: Check) -> str:
    assert check.outcome == "failed", (check.outcome, check.compared, check.reason)
    return str(check.finding)
