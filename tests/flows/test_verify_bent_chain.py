"""P1, P2, P6, P11: a node that tells one thing otherwise, and `cota verify` names it and the difference.

The chain itself is untouched: between it and the verifier stands a node that changes one log, keeps one back, or
answers one call otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fixtures.shim import Shim
from tests.flows.auditing import audit
from tests.flows.bending import After, bend, bend_view, cut, withhold
from tests.flows.sold import Sold

Shims = Callable[[str], Shim]

PAID, CLAIMED = ("DatasetShares", "RevenuePaid"), ("DatasetShares", "RevenueClaimed")
BOUGHT, RENEWED = ("LicenseMarket", "LicenseBought"), ("LicenseMarket", "LicenseRenewed")
ROYALTY, PRICED = ("LicenseMarket", "RoyaltyPaid"), ("LicenseMarket", "PriceSet")
TAKEN, MOVED = ("DatasetShares", "SharesClaimed"), ("DatasetShares", "SharesMoved")
PROPOSED, FINAL = ("AnnotationLedger", "SettlementProposed"), ("AnnotationLedger", "EpochFinalized")
LOGGED, OPENED = ("AnnotationLedger", "Checkpointed"), ("DatasetShares", "EpochOpened")
BATCH, CREATED = ("DatasetRegistry", "BatchAdded"), ("DatasetRegistry", "DatasetCreated")
VERSION = ("DatasetRegistry", "VersionAdded")

# An argument of the newest log of an event is one more: the check that fails, what it names, by how much.
OFF_BY_ONE = [
    (PAID, "amount", "payments.steps", "amount of DatasetShares.RevenuePaid in block", "+1"),
    (PAID, "rem", "payments.steps", "remainder after DatasetShares.RevenuePaid in block", "+1"),
    (CLAIMED, "amount", "revenue.claims", "amount of DatasetShares.RevenueClaimed in block", "+1"),
    (CLAIMED, "amount", "revenue.identity", "both sides of the identity of", "+1"),
    (BOUGHT, "price", "licenses.price", "price in LicenseMarket.LicenseBought in block", "+1"),
    (RENEWED, "price", "licenses.state", "price of licence 1 of", "-1"),
    (ROYALTY, "amount", "payments.split", "holders' part of LicenseMarket.RoyaltyPaid in block", "-1"),
    (PRICED, "price", "licenses.price", "price in LicenseMarket.LicenseBought in block", "-1"),
    (PRICED, "effective_at", "licenses.price", "start of LicenseMarket.PriceSet in block", "+1"),
    (BOUGHT, "epochs", "licenses.epochs", "epochs in LicenseMarket.LicenseBought in block", "+1"),
    (BOUGHT, "expires_at", "licenses.terms", "end in LicenseMarket.LicenseBought in block", "+1"),
    (TAKEN, "units", "shares.claims", "units left after DatasetShares.SharesClaimed in block", "+1"),
    (MOVED, "amount", "shares.moves", "sender's balance after DatasetShares.SharesMoved in block", "+1"),
    (OPENED, "total", "epochs.opened", "units of DatasetShares.EpochOpened in block", "+1"),
    (PROPOSED, "total_units", "epochs.units", "total units of epoch 1 of", "+1"),
    (PROPOSED, "window_ends_at", "epochs.state", "window ends at of AnnotationLedger.SettlementProposed", "+1"),
    (FINAL, "total_units", "epochs.opened", "total units of AnnotationLedger.EpochFinalized in block", "+1"),
    (FINAL, "attempt", "epochs.opened", "attempt of AnnotationLedger.EpochFinalized in block", "+1"),
    (LOGGED, "to", "log.state", "end of AnnotationLedger.Checkpointed in block", "+1"),
]  # fmt: skip
# As above for what is no number.
OTHER = [
    (BATCH, "gold_root", "registry.state", "gold root of DatasetRegistry.BatchAdded in block"),
    (LOGGED, "log_root", "log.state", "log root of AnnotationLedger.Checkpointed in block"),
    (
        PROPOSED,
        "settlement_root",
        "epochs.state",
        "settlement root of AnnotationLedger.SettlementProposed in",
    ),
    (PROPOSED, "file_hash", "epochs.file", "file of epoch 1 of"),
    (VERSION, "vault", "registry.state", "vault that serves"),
    (VERSION, "market", "logs.readable", "market 0x"),
    (CREATED, "shares", "logs.readable", "contracts of"),
    (BOUGHT, "license", "logs.readable", "licence 2 at market 0x"),
]
# The newest log of an event is kept back.
KEPT_BACK = [
    (PROPOSED, "epochs.opened", "settlement of AnnotationLedger.EpochFinalized in block"),
    (FINAL, "epochs.state", "finalised epochs of"),
    (LOGGED, "log.state", "number of checkpoints of"),
    (BATCH, "registry.state", "number of batches of"),
    (CREATED, "logs.known", "DatasetRegistry."),
    (CLAIMED, "holders.claimable", "claimable of 0x"),
    (PRICED, "licenses.price", "LicenseMarket.LicenseBought in block"),
    (VERSION, "logs.readable", "version in DatasetRegistry.DatasetCreated in block"),
]

Name = tuple[str, str]


def node_with(shims: Shims, sold: Sold, after: After) -> str:
    node = shims(sold.rpc)
    node.after = after
    return node.url


@pytest.mark.parametrize(("event", "argument", "check", "where", "off_by"), OFF_BY_ONE)
def test_p11_one_log__one_more_told__names_it_and_the_difference(
    sold: Sold, shims: Shims, event: Name, argument: str, check: str, where: str, off_by: str
) -> None:
    finding = audit(sold, rpc=node_with(shims, sold, bend(*event, argument))).names(check)
    assert finding.where.startswith(where)
    assert finding.difference == off_by


@pytest.mark.parametrize(("event", "argument", "check", "where"), OTHER)
def test_p11_one_log__something_else_told__names_it(
    sold: Sold, shims: Shims, event: Name, argument: str, check: str, where: str
) -> None:
    finding = audit(sold, rpc=node_with(shims, sold, bend(*event, argument))).names(check)
    assert finding.where.startswith(where)


@pytest.mark.parametrize(("event", "check", "where"), KEPT_BACK)
def test_p11_one_log__kept_back__is_missed(
    sold: Sold, shims: Shims, event: Name, check: str, where: str
) -> None:
    finding = audit(sold, rpc=node_with(shims, sold, withhold(*event))).names(check)
    assert finding.where.startswith(where)


def test_p11_one_log__cut_off__is_named_and_not_passed_over(sold: Sold, shims: Shims) -> None:
    finding = audit(sold, rpc=node_with(shims, sold, cut(*PAID))).names("logs.readable")
    assert finding.where.startswith("DatasetShares.RevenuePaid in block")


def test_p6_receipt_key__never_registered_as_told__names_the_receipt(sold: Sold, shims: Shims) -> None:
    bent = bend("AnnotationLedger", "ReceiptKeySet", "key")
    finding = audit(sold, sold.settled.export, rpc=node_with(shims, sold, bent)).names("receipts.signatures")
    assert finding.where == f"receipt of row 0 of {sold.settled.name}"


@pytest.mark.parametrize(
    ("view", "check", "where"),
    [("claimable", "holders.claimable", "claimable of 0x"), ("balanceOf", "holders.slots", "balance of 0x")],
)
def test_p2_contract_view__one_more_answered__names_the_holder(
    sold: Sold, shims: Shims, view: str, check: str, where: str
) -> None:
    """What a wallet would show must be what all events add up to."""
    finding = audit(sold, rpc=node_with(shims, sold, bend_view("DatasetShares", view))).names(check)
    assert finding.where.startswith(where)
    assert finding.difference == "+1"


def test_p11_code__one_byte_is_another__names_the_contract(sold: Sold, shims: Shims) -> None:
    def after(method: str, _params: list[object], result: str) -> str:
        return result[:-2] + "00" if method == "eth_getCode" else result

    finding = audit(sold, rpc=node_with(shims, sold, after)).names("deployment.code")
    assert " at 0x" in finding.where
