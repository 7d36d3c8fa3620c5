"""Which contracts, in which order, with which arguments: build + owners -> **plan** -> deploy,
check_deployment.

Pure: no chain is asked. Promise: the addresses follow from code and arguments alone, so a plan made twice is
the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eth_abi.abi import encode

from cota.chain.abi import canonical_type
from cota.networks import Court
from cota.units import Address
from scripts.compile import Artifact
from scripts.deployment.factory import address_for


@dataclass(frozen=True)
class Owners:
    """Who stands in the constructors."""

    deployer: Address
    treasury: Address


@dataclass(frozen=True)
class Planned:
    """One contract to stand at one address."""

    name: str
    artifact: Artifact
    arguments: tuple[Any, ...]
    """Addresses, integers, and tuples of them, as the constructor takes them."""
    creation_code: bytes
    """With the arguments appended."""
    address: Address


# In this order: each needs only those above it. Arguments are contracts of the plan, owners and the network's
# numbers, by name; a tuple is a struct of them.
_CONSTRUCTORS: dict[str, tuple[Any, ...]] = {
    "AccessManager": ("deployer",),
    "CotaToken": ("deployer",),
    "DatasetRegistry": ("AccessManager",),
    "CredentialRegistry": ("AccessManager",),
    "Successions": (),
    "DatasetShares": ("Successions",),
    "AnnotationLedger": ("DatasetRegistry", "CotaToken"),
    "CoordinatorFaults": ("DatasetRegistry", "AnnotationLedger"),
    "StakeVault": ("DatasetRegistry", "AnnotationLedger", "CotaToken", "CredentialRegistry"),
    "LicenseMarket": ("DatasetRegistry", "treasury", "AccessManager"),
    "BountyEscrow": ("DatasetRegistry", "AnnotationLedger", "Successions"),
    "BondRates": ("AccessManager",),
    "CouncilArbiter": (
        "DatasetRegistry",
        "AccessManager",
        "CredentialRegistry",
        "juror_fee",
        ("draw_blocks", "commit_period", "reveal_period", "appeal_period"),
    ),
    "DeliveryDesk": ("DatasetRegistry", "AnnotationLedger", "LicenseMarket", "CouncilArbiter", "BondRates"),
    "ProofDesk": ("DatasetRegistry", "AnnotationLedger"),
    "AuditDesk": ("DatasetRegistry", "AnnotationLedger", "BondRates"),
    "SettlementCourt": (
        ("DatasetRegistry", "AnnotationLedger", "CouncilArbiter", "BondRates", "ProofDesk", "AuditDesk"),
        "ruling_period",
    ),
}
_LOCAL_ONLY: dict[str, tuple[Any, ...]] = {"TestDollar": ()}


def make_plan(build: Mapping[str, Artifact], owners: Owners, court: Court, is_local: bool) -> list[Planned]:
    plan: list[Planned] = []
    known: dict[str, Any] = {
        "deployer": owners.deployer,
        "treasury": owners.treasury,
        **asdict(court),
    }
    for name, wanted in {**_CONSTRUCTORS, **(_LOCAL_ONLY if is_local else {})}.items():
        artifact, arguments = build[name], _resolve(wanted, known)
        code = artifact.creation_code + encode_constructor(artifact, arguments)
        known[name] = address_for(code)
        plan.append(Planned(name, artifact, arguments, code, known[name]))
    return plan


def _resolve(wanted: tuple[Any, ...], known: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(_resolve(name, known) if isinstance(name, tuple) else known[name] for name in wanted)


def encode_constructor(artifact: Artifact, arguments: Sequence[Any]) -> bytes:
    entries = [entry for entry in artifact.abi if entry["type"] == "constructor"]
    types = [canonical_type(parameter) for parameter in entries[0]["inputs"]] if entries else []
    if len(types) != len(arguments):
        raise ValueError(
            f"the constructor of {artifact.name} takes {types}, the plan gives {len(arguments)} values"
        )
    return bytes(encode(types, list(arguments)))


def is_built_from(code: bytes, artifact: Artifact) -> bool:
    """Whether code on chain is this build: equal everywhere but where immutable values were filled in."""
    masked = bytearray(code)
    for start, length in artifact.immutables:
        masked[start : start + length] = bytes(length)
    return bytes(masked) == artifact.runtime_code
