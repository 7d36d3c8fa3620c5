"""Facts, views -> **deployment and terms checks**. Are these the contracts, and are these the rules?

Checks `deployment.code`, `deployment.shares`, `deployment.domain`, `terms.hash`, `terms.bounds`.
"""

from __future__ import annotations

from cota.auth.typed import Domain
from cota.commitments.hashes import terms_hash
from cota.commitments.words import keccak
from cota.scoring.rules import RULES, rules_hash
from cota.units import address_bytes
from cota.verify.facts import Facts
from cota.verify.report import NotChecked, Report
from cota.verify.views import Views

# PROTOCOL.md, "Identities and terms".
PUBLISHER_BPS_MAX, TREASURY_BPS_MAX = 3_000, 500
SUPPLY_CAP_MAX = 10**19

# EIP-1167's clone with the implementation in its middle; what follows is the clone's own configuration.
_CLONE_HEAD = bytes.fromhex("363d3d373d3d3d363d73")
_CLONE_TAIL = bytes.fromhex("5af43d82803e903d91602b57fd5bf3")


def check_deployment(report: Report, facts: Facts, views: Views) -> None:
    """The code that is there is the code that was announced."""
    with report.check("deployment.code", "code of every contract is the announced one") as tally:
        tally.equal("deployment", True, facts.deployment.is_complete, "the deployment was never completed")
        for deployed in facts.deployment.all():
            code, where = views.codes[deployed.address], f"{deployed.name} at {deployed.address}"
            tally.equal(where, facts.code_hashes[deployed.address], keccak(code))
    with report.check(
        "deployment.shares", "each dataset's shares are a clone of its version's code"
    ) as tally:
        _some(facts)
        for dataset in facts.datasets:
            implementation = address_bytes(dataset.contracts.shares_implementation)
            expected = _CLONE_HEAD + implementation + _CLONE_TAIL
            code = views.codes[dataset.shares]
            tally.equal(f"shares of {dataset.name}", expected, code[: len(expected)])
    with report.check(
        "deployment.domain", "the ledgers check signatures for this chain and address"
    ) as tally:
        _some(facts)
        for ledger, separator in views.separators.items():
            mine = Domain(facts.deployment.chain_id, ledger).separator()
            tally.equal(f"ledger {ledger}", mine, separator)


def check_terms(report: Report, facts: Facts, views: Views) -> None:
    """The terms that were shown are the terms that bind, and they stay within the protocol."""
    with report.check("terms.hash", "terms hash to what chain and datasets name") as tally:
        _some(facts)
        for dataset in facts.datasets:
            args = dataset.created.args
            hashed = terms_hash(args["terms"])
            tally.equal(f"terms of {dataset.name}", args["terms_hash"], hashed)
            tally.equal(
                f"terms of {dataset.name} on chain", hashed, bytes(views.datasets[dataset.id].terms_hash)
            )
            tally.equal(f"encoding of the terms of {dataset.name}", args["terms"], dataset.terms.encode())
            tally.equal(f"publisher of {dataset.name}", dataset.terms.publisher, args["publisher"])
    with report.check("terms.bounds", "split, cap and rules stay within the protocol") as tally:
        _some(facts)
        known = {rules_hash(version) for version in RULES}
        for dataset in facts.datasets:
            terms, where = dataset.terms, f"terms of {dataset.name}"
            tally.within(f"publisher's bps in {where}", terms.publisher_bps, most=PUBLISHER_BPS_MAX)
            tally.within(f"treasury's bps in {where}", terms.treasury_bps, most=TREASURY_BPS_MAX)
            tally.within(f"cap in {where}", terms.supply_cap, most=SUPPLY_CAP_MAX)
            tally.within(f"penalty in {where}", terms.penalty_cap, most=terms.stake)
            tally.true(
                f"rules in {where}", terms.rules_hash in known, "scoring rules that this verifier knows"
            )


def _some(facts: Facts) -> None:
    if not facts.datasets:
        raise NotChecked("the network has no dataset yet")
