"""Is what deployments/<network>.json says true of the chain, and is it this build, wired?

Anyone may run it: it only reads, and needs no key. Exits with 1 and one line per difference.

    python -m scripts.check_deployment [--network NAME]
"""

import argparse
import asyncio
import json
import sys
from typing import Any

from eth_utils.crypto import keccak

from cota.chain.client import NodeClient, WrongChain
from cota.chain.deployment import Deployment, DeploymentMissing
from cota.chain.rpc import RpcError
from cota.errors import DomainError
from cota.settings import Settings, SettingsError, load
from cota.units import Address, parse_address, to_hex
from scripts.compile import CompileFailed, build
from scripts.deployment.plan import encode_constructor, is_built_from
from scripts.deployment.roles import duty_steps
from scripts.deployment.wiring import governance_steps, payment_token

FAILURES = (SettingsError, CompileFailed, DeploymentMissing, WrongChain, DomainError, RpcError)


async def find_differences(settings: Settings) -> list[str]:
    """One line each; empty when file, chain and build agree. Raises one of FAILURES."""
    name = settings.network.name
    deployment = Deployment.load(name, settings.deployments)
    written = json.loads((settings.deployments / f"{name}.json").read_text("utf-8"))["contracts"]
    async with NodeClient(settings.rpc_urls, settings.network.chain_id) as client:
        if client.genesis != deployment.genesis_hash:
            return [
                f"the file is of the chain with genesis {to_hex(deployment.genesis_hash)}, not of this one"
            ]
        found = [] if deployment.is_complete else ["the deployment is not complete: run deploy again"]
        for contract, entry in written.items():
            found += await _differences_of(client, contract, entry)
        at = {contract: parse_address(entry["address"]) for contract, entry in written.items()}
        return found or await _missing_wiring(client, settings, at)


async def _differences_of(client: NodeClient, name: str, entry: dict[str, Any]) -> list[str]:
    code = await client.code(parse_address(entry["address"]))
    if not code:
        return [f"{name}: there is no code at {entry['address']}"]
    found = []
    if to_hex(bytes(keccak(code))) != entry["code_hash"]:
        found.append(f"{name}: the code at {entry['address']} is not the recorded one")
    artifact = build()[name]
    if not is_built_from(code, artifact):
        found.append(f"{name}: the code at {entry['address']} is not this build")
    try:
        encode_constructor(artifact, entry["constructor_args"])
    except ValueError as misfit:
        found.append(f"{name}: {misfit}")
    return found


async def _missing_wiring(client: NodeClient, settings: Settings, at: dict[str, Address]) -> list[str]:
    governance = governance_steps(client, at, payment_token(settings, at), settings.network.bond_rate)
    steps = [*governance, *duty_steps(client, at)]
    return [f"not done: {step.title}" for step in steps if not await step.is_done()]


def main() -> None:
    options = argparse.ArgumentParser(prog="check_deployment", description="Compare file, chain and build.")
    options.add_argument("--network", help="overrides COTA_NETWORK")
    try:
        settings = load(options.parse_args().network, needs=("rpc",))
        differences = asyncio.run(find_differences(settings))
    except FAILURES as failure:
        sys.exit(f"check_deployment: {failure}")
    if differences:
        sys.exit("\n".join(differences))
    print(f"{settings.network.name}: file, chain and build agree")


if __name__ == "__main__":
    main()
