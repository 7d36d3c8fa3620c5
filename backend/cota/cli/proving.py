"""`cota receipt`, `cota demand`: row -> receipt and inclusion proof, **checked here** -> terminal, or the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from cota.cli.arguments import Row
from cota.cli.caller import Visitor, calling
from cota.cli.failures import REFUSED
from cota.cli.labeller import Labeller
from cota.cli.output import moment, say, show

if TYPE_CHECKING:
    from cota.client import Inclusion, SignedReceipt


@calling
def receipt(caller: Visitor, row: Row) -> None:
    """Check a row's receipt and its proof up to the chain.

    Exit 1 if anything does not hold, or if the row is not in the log by the time that its receipt promises.
    """
    client = caller.client
    received = client.receipt(row)
    included = client.inclusion(received)
    is_late = included is None and client.now() > received.receipt.include_by
    show(_told(received, included, caller.as_json), as_json=caller.as_json)
    if is_late:
        say("cota: broken-promise: the row is not in the log, and its time has passed", stderr=True)
        raise typer.Exit(REFUSED)


@calling
def demand(caller: Labeller, row: Row) -> None:
    """Demand on chain that a receipted row be shown in the log. Costs one COTA, and gas.

    The receipt comes from your backup, else from the service. Answered, the fee is the coordinator's; left
    unanswered, it is yours again with a twentieth of the bond: `cota demand` again then takes that step.
    """
    _ = caller.chain_client
    client = caller.keeping
    received = client.kept_receipt(row) or client.receipt(row)
    done = client.demand_inclusion(received)
    told = {"row_id": received.receipt.row_id, "state": done.state, "answer_by": moment(done.answer_by)}
    show(told | {"block": done.block, "tx_hash": done.tx_hash}, as_json=caller.as_json)


def _told(received: SignedReceipt, included: Inclusion | None, as_json: bool) -> dict[str, Any]:
    promised = received.receipt
    told: dict[str, Any] = {
        "row_id": promised.row_id,
        "dataset": promised.dataset,
        "index": promised.index,
        "include_by": promised.include_by if as_json else moment(promised.include_by),
        "key": received.key,
        "signature": received.signature,
        "key_checked_at": received.checked_at,
    }
    if as_json:
        return told | {"inclusion": None if included is None else _inclusion(included)}
    if included is None:
        return told | {"in the log": "not yet"}
    where = f"checkpoint {included.checkpoint}, block {included.block}"
    return told | {
        "in the log": where,
        "log root": f"0x{included.log_root.hex()} (of the {included.checked_at})",
    }


def _inclusion(included: Inclusion) -> dict[str, Any]:
    return {
        "checkpoint": included.checkpoint,
        "index": included.index,
        "block": included.block,
        "log_root": included.log_root,
        "proof_length": included.proof_length,
        "root_checked_at": included.checked_at,
    }
