"""demo -> **settling** -> epoch. Waits for what the worker does by itself; nothing here hurries it."""

from __future__ import annotations

import time
from typing import Any

from cota.client import CotaClient
from cota.units import Hash32, to_hex
from scripts.scenes.stages import Step

PAUSE_S = 0.3
CENT = 10_000
_TOLD = {
    "checkpointed": "logged; scoring",
    "proposed": "proposed; the window is open",
    "disputed": "disputed; its clocks stand still",
    "rejected": "rejected; scoring anew",
    "finalized": "final",
}


def bounty_of(client: CotaClient, dataset: Hash32, bounty: int) -> dict[str, Any]:
    """As the service tells it: what came in, what epochs took, what was paid. Base units, as text."""
    found: dict[str, Any] = client.http.get(f"/v1/datasets/{to_hex(dataset)}/bounties/{bounty}")
    return found


def wait_for_cash(client: CotaClient, dataset: Hash32, bounty: int, owners: int) -> dict[str, Any]:
    """The bounty, once the epoch took its part and the worker paid it; less than a cent it leaves to its owner."""
    while True:
        found = bounty_of(client, dataset, bounty)
        left = int(found["assigned"]) - int(found["paid"])
        if found["epochs"] and left < owners * CENT:
            return found
        time.sleep(PAUSE_S)


def wait_for_epoch(client: CotaClient, dataset: Hash32, step: Step) -> dict[str, Any]:
    """The first epoch, once it is final."""
    while True:
        epochs = client.epochs(dataset)
        if epochs:
            step.tell(_TOLD[epochs[0]["state"]])
            if epochs[0]["state"] == "finalized":
                return epochs[0]
        time.sleep(PAUSE_S)
