"""demo -> **settling** -> epoch. Waits for what the worker does by itself; nothing here hurries it."""

from __future__ import annotations

import time
from typing import Any

from cota.client import CotaClient
from cota.units import Hash32
from scripts.scenes.stages import Step

PAUSE_S = 0.3
_TOLD = {
    "checkpointed": "logged; scoring",
    "proposed": "proposed; the window is open",
    "disputed": "disputed; its clocks stand still",
    "rejected": "rejected; scoring anew",
    "finalized": "final",
}


def wait_for_epoch(client: CotaClient, dataset: Hash32, step: Step) -> dict[str, Any]:
    """The first epoch, once it is final."""
    while True:
        epochs = client.epochs(dataset)
        if epochs:
            step.tell(_TOLD[epochs[0]["state"]])
            if epochs[0]["state"] == "finalized":
                return epochs[0]
        time.sleep(PAUSE_S)
