"""Solidity in, ABI and bytecode out: foundry.toml + contracts/ -> **compile** -> deploy, tests,
deployments/abi.

Promises: the compiler's settings come from foundry.toml, so what is deployed is what forge tested; one result
per exact input, kept under var/build, because the portable compiler needs seconds to start; `--write-abi` is
the only way that a file of deployments/abi comes to be.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import solcx
from solcx.exceptions import SolcError

from scripts.stack.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
SOLC = ROOT / "scripts" / "solc" / "solc"
BUILD = ROOT / "var" / "build"
ABIS = ROOT / "deployments" / "abi"
PROBE = ROOT / "backend" / "cota" / "auth" / "signature_probe.json"

# What a deployment consists of, and so whose ABI is published.
PUBLISHED = (
    "AccessManager",
    "AnnotationLedger",
    "AuditDesk",
    "BondRates",
    "BountyEscrow",
    "CoordinatorFaults",
    "CotaToken",
    "CouncilArbiter",
    "CredentialRegistry",
    "DatasetRegistry",
    "DatasetShares",
    "DeliveryDesk",
    "LicenseMarket",
    "ProofDesk",
    "SettlementCourt",
    "StakeVault",
    "Successions",
    "TestDollar",
)
_OUTPUT = [
    "abi",
    "evm.bytecode.object",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.immutableReferences",
]


class CompileFailed(Exception):
    """The compiler's own words, file and line included."""


@dataclass(frozen=True)
class Artifact:
    """One contract as built."""

    name: str
    abi: list[dict[str, Any]]
    creation_code: bytes
    runtime_code: bytes
    """As built: places of immutable values are zero here, filled in on chain."""
    immutables: tuple[tuple[int, int], ...]
    """(start, length) of each of those places."""


@cache
def build() -> dict[str, Artifact]:
    """Every contract of the product by name; abstract ones and interfaces have no code.

    Raises CompileFailed.
    """
    request = standard_input()
    _check_compiler()
    kept = BUILD / f"{_fingerprint(request)}.json"
    if not kept.exists():
        write_whole(kept, json.dumps(_compile(request)))
    return {name: _artifact(name, output) for name, output in json.loads(kept.read_text("utf-8")).items()}


def standard_input() -> dict[str, Any]:
    """The compiler's JSON input; source names are relative to the root, as forge's are."""
    files = sorted((ROOT / "contracts").rglob("*.sol"))
    profile = _foundry_profile()
    return {
        "language": "Solidity",
        "sources": {
            file.relative_to(ROOT).as_posix(): {"content": file.read_text("utf-8")} for file in files
        },
        "settings": {
            "remappings": profile["remappings"],
            "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
            "evmVersion": profile["evm_version"],
            "viaIR": profile["via_ir"],
            "outputSelection": {"*": {"*": _OUTPUT}},
        },
    }


def write_abis() -> list[str]:
    """Publish the ABIs; the names of those that changed."""
    changed = []
    for name in PUBLISHED:
        path, text = ABIS / f"{name}.json", abi_text(build()[name].abi)
        if not path.exists() or path.read_text("utf-8") != text:
            write_whole(path, text)
            changed.append(name)
    return changed


def write_probe() -> bool:
    """Publish the creation code that the service runs by `eth_call`; true when it changed."""
    text = json.dumps({"creation_code": "0x" + build()["SignatureProbe"].creation_code.hex()}) + "\n"
    is_new = not PROBE.exists() or PROBE.read_text("utf-8") != text
    if is_new:
        write_whole(PROBE, text)
    return is_new


def abi_text(abi: list[dict[str, Any]]) -> str:
    """One entry a line: a change of one function is a change of one line."""
    return "[\n" + ",\n".join(json.dumps(entry) for entry in abi) + "\n]\n"


def _foundry_profile() -> dict[str, Any]:
    profile: dict[str, Any] = tomllib.loads((ROOT / "foundry.toml").read_text("utf-8"))["profile"]["default"]
    return profile


def _fingerprint(request: dict[str, Any]) -> str:
    """Sources, settings, and the lock that pins compiler and libraries."""
    lock = (ROOT / "package-lock.json").read_bytes()
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode() + lock).hexdigest()[:24]


def _check_compiler() -> None:
    """An own compiler ($SOLC) must be of the pinned version: another one builds other bytecode."""
    own = os.environ.get("SOLC")
    if not own:
        return
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]["solc"]
    try:
        said = subprocess.run([own, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as failure:
        raise CompileFailed(f"SOLC names no compiler that runs: {failure}") from failure
    if f"Version: {wanted}+" not in said:
        raise CompileFailed(f"SOLC is not version {wanted}: unset it, or point it at that one")


def _compile(request: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = solcx.compile_standard(request, solc_binary=SOLC, base_path=ROOT)
    except SolcError as failure:
        raise CompileFailed(failure.message) from failure
    built = {}
    for source, contracts in answer["contracts"].items():
        for name, output in contracts.items():
            if source.startswith("contracts/") or name in PUBLISHED:
                built[name] = output
    return built


def _artifact(name: str, output: dict[str, Any]) -> Artifact:
    runtime = output["evm"]["deployedBytecode"]
    places = [
        (p["start"], p["length"]) for group in runtime.get("immutableReferences", {}).values() for p in group
    ]
    code = bytes.fromhex(output["evm"]["bytecode"]["object"])
    return Artifact(name, output["abi"], code, bytes.fromhex(runtime["object"]), tuple(sorted(places)))


def main() -> None:
    options = argparse.ArgumentParser(prog="compile", description="Build the contracts.")
    options.add_argument("--write-abi", action="store_true", help="publish the ABIs to deployments/abi")
    wanted = options.parse_args()
    try:
        contracts = build()
    except CompileFailed as failure:
        sys.exit(str(failure))
    for name in PUBLISHED:
        print(f"{name:18} {len(contracts[name].runtime_code):6,} bytes")
    if wanted.write_abi:
        changed = [*write_abis(), *(["SignatureProbe"] if write_probe() else [])]
        print(f"ABIs changed: {', '.join(changed) or 'none'}")


if __name__ == "__main__":
    main()
