"""P1, P2, P11: a node that tells one number otherwise, and `cota verify` names the event and the difference.

The chain itself is untouched: between it and the verifier stands a node that changes one log.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fixtures.shim import Shim
from tests.flows.auditing import audit
from tests.flows.bending import bend
from tests.flows.sold import Sold

Shims = Callable[[str], Shim]

MONEY = [
    ("DatasetShares", "RevenuePaid", "amount", "payments.steps", "accumulator after"),
    ("DatasetShares", "RevenuePaid", "rem", "payments.steps", "remainder after"),
    ("DatasetShares", "RevenueClaimed", "amount", "revenue.claims", "amount of"),
    ("LicenseMarket", "LicenseBought", "price", "licenses.price", "price in"),
    ("LicenseMarket", "LicenseRenewed", "price", "licenses.price", "price in"),
    ("LicenseMarket", "RoyaltyPaid", "amount", "payments.split", "holders' part of"),
    ("LicenseMarket", "PriceSet", "price", "licenses.price", "price in"),
]
SHARES = [
    ("DatasetShares", "SharesClaimed", "units", "shares.claims", "units left after"),
    ("DatasetShares", "SharesClaimed", "balance", "shares.moves", "balance after"),
    ("DatasetShares", "SharesMoved", "amount", "shares.moves", "sender's balance after"),
    ("DatasetShares", "EpochOpened", "total", "epochs.opened", "units of"),
    ("AnnotationLedger", "SettlementProposed", "total_units", "epochs.units", "total units of epoch 1 of"),
    ("AnnotationLedger", "EpochFinalized", "total_units", "epochs.opened", "units of"),
]


@pytest.mark.parametrize(("contract", "event", "argument", "check", "where"), MONEY + SHARES)
def test_p11_one_log__off_by_one__names_the_event_and_the_difference(
    sold: Sold, shims: Shims, contract: str, event: str, argument: str, check: str, where: str
) -> None:
    node = shims(sold.rpc)
    node.after = bend(contract, event, argument)
    finding = audit(sold, rpc=node.url).names(check)
    assert finding.where.startswith(where)
    assert finding.difference is not None
