"""demo -> **cast** -> client. Who plays: the wallets of one run.

Promises: the same seed gives the same wallets, so two runs can be compared; publisher and buyers are
accounts of the local network that the node has endowed; a contributor's wallet is fresh and owns nothing,
neither tokens nor gas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eth_account import Account
from eth_account.signers.local import LocalAccount

from cota.commitments.words import keccak
from cota.keys import local_key

SEED = b"cota demo, first run"


@dataclass(frozen=True)
class Cast:
    publisher: LocalAccount
    buyer: LocalAccount
    contributors: Mapping[str, LocalAccount]
    """By the worker's name in the crowd's data."""


def gather(workers: Sequence[str]) -> Cast:
    """The cast of a run; `workers` are the names in the data."""
    return Cast(
        publisher=local_key("publisher").account(),
        buyer=local_key("buyer").account(),
        contributors={worker: contributor(worker) for worker in workers},
    )


def contributor(worker: str) -> LocalAccount:
    """A worker's own wallet: nothing is on it, and no other wallet of the cast is related to it."""
    account: LocalAccount = Account.from_key(keccak(SEED + b": " + worker.encode()))
    return account
