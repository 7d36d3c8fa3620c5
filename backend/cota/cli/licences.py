"""`cota license`: a licence's number -> **what it opens, until when, and what its holder still owes**."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from cota.cli.amounts import money
from cota.cli.arguments import License, parse_bytes32
from cota.cli.caller import Visitor, calling
from cota.cli.output import moment, show

if TYPE_CHECKING:
    from cota.client import RoyaltyTold


@calling
def show_license(caller: Visitor, license: License) -> None:
    """Show a licence: what it opens, until when, what was paid under it, whether a report is due or overdue.

    A report is a royalty with --report or --report-file, of 0 too: cota pay.
    """
    client = caller.chain_client
    head = client.node.head()
    found = client.license(license, min_block=head.number)
    dataset = parse_bytes32(found["dataset"])
    duty = client.duty_of(dataset, license)
    royalties = list(client.royalties(license, min_block=head.number))
    # By the chain's clock where it is ahead of ours: the contracts go by it.
    is_overdue = 0 < duty.due_at < max(time.time(), head.timestamp)
    if caller.as_json:
        told: dict[str, Any] = {
            "due_at": moment(duty.due_at) if duty.due_at else None,
            "overdue": is_overdue,
            "reports": duty.reports,
            "late": duty.late,
            "royalties": royalties,
        }
        show({**found, **told}, as_json=True)
        return
    token = found["token"]
    show(
        {
            "license": found["license"],
            "dataset": found["dataset"],
            "holder": found["receiver"],
            "price": money(int(found["price"]), token["decimals"], token["symbol"]),
            "opens epochs": ", ".join(map(str, found["epochs"])),
            "ends": found["expires_at"] or "never",
            "report due": moment(duty.due_at) if duty.due_at else "none",
            "overdue": "yes: a late report makes it good" if is_overdue else "no",
            "reports": f"{duty.reports}, of which late {duty.late}",
            "royalties": _royalties(royalties),
            "delivery": _delivery(found["delivery"]),
        },
        as_json=False,
    )


def _royalties(found: list[RoyaltyTold]) -> str:
    if not found:
        return "none"
    token, paid = found[0].token, sum(one.amount for one in found)
    total = money(paid, token.decimals, token.symbol)
    return f"{len(found)}, of {total} together; the last at {found[0]['at']}"


def _delivery(found: dict[str, Any] | None) -> str:
    if found is None:
        return "nothing is said of it"
    if found["state"] == "returned" and int(found["returned"] or 0):
        return "the price came back: renew to download again"
    return str(found["state"])
