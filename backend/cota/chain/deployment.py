"""Where the contracts of a network are: deployments/<network>.json -> **deployment** -> contracts, indexer,
API.

Written by the deploy script alone. Promises: read whole and checked; a missing or half-written file is named
as such.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from cota.chain.abi import DEPLOYMENTS
from cota.chain.events import CLONES
from cota.units import Address, Hash32, address_bytes, parse_address, parse_hash32


class DeploymentMissing(Exception):
    """There is no usable deployment file; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """One contract on chain."""

    name: str
    version: int
    address: Address
    block: int
    code_hash: Hash32 | None = None


@dataclass(frozen=True)
class Deployment:
    """All contracts of one network. `contracts` holds the newest version of each, `previous` those that live
    on for the datasets created under them."""

    network: str
    chain_id: int
    genesis_hash: Hash32
    is_complete: bool
    contracts: Mapping[str, Deployed]
    previous: tuple[Deployed, ...] = ()

    @classmethod
    def load(cls, network: str, folder: Path = DEPLOYMENTS) -> "Deployment":
        """Reads `<folder>/<network>.json`. Raises DeploymentMissing."""
        path = folder / f"{network}.json"
        try:
            return cls.parse(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise DeploymentMissing(f"{path} does not exist: deploy the contracts first") from None
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            raise DeploymentMissing(f"{path} cannot be read ({failure!r}): deploy again") from None

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Deployment":
        contracts = {name: _deployed(name, entry) for name, entry in value["contracts"].items()}
        previous = tuple(_deployed(entry["name"], entry) for entry in value.get("previous", ()))
        return cls(
            str(value["network"]),
            int(value["chain_id"]),
            parse_hash32(value["genesis_hash"]),
            bool(value["complete"]),
            contracts,
            previous,
        )

    def address(self, name: str) -> Address:
        """Raises DeploymentMissing for a contract that is not deployed on this network."""
        if name not in self.contracts:
            raise DeploymentMissing(f"{name} is not deployed on {self.network}")
        return self.contracts[name].address

    def all(self) -> tuple[Deployed, ...]:
        """Every contract of every version."""
        return (*self.contracts.values(), *self.previous)

    def emitters(self) -> dict[str, str]:
        """Contract name by lower-case address, of those that emit for themselves: no clone's pattern."""
        return {c.address.lower(): c.name for c in self.all() if c.name not in CLONES}

    def first_block(self) -> int:
        """The earliest block that can hold an event."""
        return min((c.block for c in self.all()), default=0)

    def fingerprint(self) -> bytes:
        """Digest of names and addresses: a mirror of other contracts is another mirror."""
        listed = sorted((c.name, address_bytes(c.address)) for c in self.all())
        return bytes(keccak(b"".join(name.encode() + b"\0" + address for name, address in listed)))


def _deployed(name: str, entry: Mapping[str, Any]) -> Deployed:
    code_hash = parse_hash32(entry["code_hash"]) if entry.get("code_hash") else None
    return Deployed(
        name, int(entry["version"]), parse_address(entry["address"]), int(entry["block"] or 0), code_hash
    )
