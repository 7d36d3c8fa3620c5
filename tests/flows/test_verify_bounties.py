"""A bounty from its opening to what went back, on the deployed contracts, and the verifier on it: told as it was, and
told otherwise."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cota.chain.abi import committed_abis
from cota.chain.contracts import BountyEscrow, ShareClaim, Successions
from cota.scoring.rules import RULES, rules_hash
from cota.verify import verify
from cota.verify.report import Check
from tests.chain.stage import DOLLAR, UNITS, Stage
from tests.fixtures.deployed import Deployed
from tests.fixtures.shim import Shim
from tests.fixtures.twisted import pay_to_backwards
from tests.flows.bending import After, bend, bend_view, withhold

CENT = DOLLAR // 100
MONTH = 30 * 86_400


@pytest.fixture(scope="module")
def paid(deployed: Deployed) -> Iterator[Stage]:
    """Three epochs for two bounties, paid to accounts, to an heir, and elsewhere; the first bounty ended."""
    stage = Stage(deployed)
    try:
        play(stage)
        yield stage
    finally:
        stage.close()


def play(stage: Stage) -> None:
    escrow = BountyEscrow.of(stage.node.client, stage.deployed.deployment)
    dollar, publisher = stage.dollar, stage.address("publisher")
    dataset = stage.create_dataset(rules_hash=rules_hash(max(RULES)))

    def send(actor: str | int, data: bytes) -> None:
        stage.send(actor, escrow.address, data)

    def pay(actor: str | int, bounty: int, claims: list[ShareClaim]) -> None:
        send(actor, escrow.encode_pay(bounty, claims))

    stage.send("publisher", dollar.address, dollar.encode_mint(publisher, 9 * DOLLAR))
    stage.send("publisher", dollar.address, dollar.encode_approve(escrow.address, 9 * DOLLAR))
    stage.run_epoch(dataset, [(5, UNITS)])
    send("publisher", escrow.encode_open(dataset.id, 30 * CENT, 2 * DOLLAR))
    dataset.claims = []
    stage.run_epoch(dataset, [(5, 3 * UNITS), (6, UNITS // 3)])
    pay("relayer", 1, dataset.claims)
    stage.claim_shares(dataset)
    send("publisher", escrow.encode_open(dataset.id, 5 * CENT, DOLLAR))
    send("publisher", escrow.encode_fund(2, 3))
    succeed(stage, 6, 7)
    stage.run_epoch(dataset, [(5, 3 * UNITS), (6, 3 * UNITS + 1)])
    theirs = {claim.account: claim for claim in dataset.claims}
    first, lost = theirs[stage.address(5)], theirs[stage.address(6)]
    pay("relayer", 1, [first, lost])
    send(5, pay_to_backwards(2, first, stage.address(8)))
    stage.run_epoch(dataset, [(9, UNITS)])
    send("relayer", escrow.encode_assign(1, 4))
    send("publisher", escrow.encode_close(2))
    wait(stage, dataset.terms.penalty_period + 2)
    send("relayer", escrow.encode_assign(2, 4))
    send("publisher", escrow.encode_take_back(2, stage.address(4)))


def succeed(stage: Stage, account: int, heir: int) -> None:
    successions = Successions.of(stage.node.client, stage.deployed.deployment)
    named = successions.encode_name_successor(stage.address(heir), MONTH)
    stage.send(account, successions.address, named)
    stage.send(heir, successions.address, successions.encode_start_succession(stage.address(account)))
    wait(stage, MONTH)
    stage.send(heir, successions.address, successions.encode_complete_succession(stage.address(account)))


def wait(stage: Stage, seconds: int) -> None:
    stage.deployed.anvil.rpc("evm_increaseTime", [seconds])
    stage.deployed.anvil.rpc("evm_mine", [])


def check(stage: Stage, rpc: str) -> Check:
    report = verify("local", [rpc], stage.deployed.deployments)
    return report.outcome_of("bounties")


def test_verify__bounties_as_they_were__agree_to_the_last_unit(paid: Stage) -> None:
    report = verify("local", [paid.deployed.anvil.url], paid.deployed.deployments)
    assert report.ok, report.first_failure
    found = report.outcome_of("bounties")
    assert (found.outcome, found.finding) == ("ok", None)
    assert found.scope == (
        "5 payments; 2 leaves of claims of shares; 3 by the escrow's own proof alone; 1 sent on by whom they "
        "belong to"
    )
    assert found.compared > 100


def resign(method: str, _params: list[Any], result: Any) -> Any:
    """Transactions are told with another sender."""
    return {**result, "from": "0x" + "11" * 20} if method == "eth_getTransactionByHash" else result


def cut_short(method: str, _params: list[Any], result: Any) -> Any:
    """Transactions are told without the end of what they carry."""
    return {**result, "input": result["input"][:-64]} if method == "eth_getTransactionByHash" else result


LIES: list[tuple[After, str]] = [
    (bend("BountyEscrow", "BountyOpened", "publisher"), "publisher in BountyEscrow.BountyOpened"),
    (bend("BountyEscrow", "BountyOpened", "per_label"), "part of BountyEscrow.BountyAssigned"),
    (
        bend("BountyEscrow", "BountyOpened", "first_checkpoint"),
        "first checkpoint in BountyEscrow.BountyOpened",
    ),
    (bend("BountyEscrow", "BountyFunded", "amount"), "free after BountyEscrow.BountyFunded"),
    (bend("BountyEscrow", "BountyAssigned", "total_units"), "units of BountyEscrow.BountyAssigned"),
    (bend("BountyEscrow", "BountyAssigned", "amount"), "part of BountyEscrow.BountyAssigned"),
    (bend("BountyEscrow", "BountyPaid", "amount"), "amount of BountyEscrow.BountyPaid"),
    (bend("BountyEscrow", "BountyPaid", "units"), "BountyEscrow.BountyPaid"),
    (bend("BountyEscrow", "BountyPaid", "account"), "account of BountyEscrow.BountyPaid"),
    (bend("BountyEscrow", "BountyClosed", "ends_at"), "end in BountyEscrow.BountyClosed"),
    (bend("BountyEscrow", "BountyReturned", "amount"), "amount of BountyEscrow.BountyReturned"),
    (bend("BountyEscrow", "BountyPaid", "to"), "receiver of BountyEscrow.BountyPaid"),
    (resign, "sender of the transaction of BountyEscrow.BountyPaid"),
    (cut_short, "expected a call as its ABI prescribes"),
    (withhold("BountyEscrow", "BountyOpened"), "bounty in BountyEscrow.BountyFunded"),
    (withhold("BountyEscrow", "BountyFunded"), "free after BountyEscrow.BountyAssigned"),
    (withhold("BountyEscrow", "BountyAssigned"), "epochs that took their part"),
    (withhold("BountyEscrow", "BountyPaid"), "unpaid units of epoch 3 in bounty 2"),
    (withhold("BountyEscrow", "BountyClosed"), "bounty of BountyEscrow.BountyReturned"),
    (withhold("BountyEscrow", "BountyReturned"), "free of bounty 2"),
    (bend_view("BountyEscrow", "heldOf"), "what escrow"),
    (bend_view("BountyEscrow", "heldOf", by=-1), "what escrow"),
]


@pytest.mark.parametrize(("after", "names"), LIES)
def test_verify__bounty_told_otherwise__is_named(
    paid: Stage, shims: Callable[[str], Shim], after: After, names: str
) -> None:
    shim = shims(paid.deployed.anvil.url)
    shim.after = after
    found = check(paid, shim.url)
    assert found.outcome == "failed"
    assert names in str(found.finding)


def test_verify__transaction_that_is_none__is_named(paid: Stage, shims: Callable[[str], Shim]) -> None:
    shim = shims(paid.deployed.anvil.url)
    for answer in (
        {},
        {"from": 7, "to": None, "input": "0x"},
        {"from": "0x", "to": "0x", "input": None},
        "no",
    ):

        def after(method: str, _params: list[Any], result: Any, told: Any = answer) -> Any:
            return told if method == "eth_getTransactionByHash" else result

        shim.after = after
        found = verify("local", [shim.url], paid.deployed.deployments).outcome_of("logs.readable")
        assert found.outcome == "failed"
        assert "expected a transaction" in str(found.finding)


def test_verify__node_that_forgot_the_transaction__leaves_it_to_the_escrow(
    paid: Stage, shims: Callable[[str], Shim]
) -> None:
    shim = shims(paid.deployed.anvil.url)
    shim.after = lambda method, _params, result: None if method == "eth_getTransactionByHash" else result
    found = check(paid, shim.url)
    assert (found.outcome, "sent on from within a transaction" in found.scope) == ("ok", True)


def test_verify__payment_kept_by_the_token__is_named(paid: Stage, shims: Callable[[str], Shim]) -> None:
    """The escrow's balance is one base unit short of what it owes."""
    escrow = BountyEscrow.of(paid.node.client, paid.deployed.deployment)
    selector = "0x" + committed_abis()["CotaToken"].function("balanceOf").selector.hex()

    def after(method: str, params: list[Any], result: Any) -> Any:
        is_asked = method == "eth_call" and params[0]["data"].startswith(selector)
        if is_asked and params[0]["data"].endswith(escrow.address[2:].lower()):
            return f"0x{int(result, 16) - 1:064x}"
        return result

    shim = shims(paid.deployed.anvil.url)
    shim.after = after
    found = check(paid, shim.url)
    assert found.outcome == "failed"
    assert "balance of escrow" in str(found.finding)
    assert "off by -1" in str(found.finding)
