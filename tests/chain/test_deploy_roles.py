"""Roles and delays: who may do what after a deployment, and what an operator has to announce first."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from cota import settings
from cota.chain.blocking import BlockingNode
from cota.chain.contracts import AccessManager, CredentialRegistry, DatasetRegistry, LicenseMarket, Role
from cota.errors import ChainReverted
from cota.keys import local_key
from cota.settings import Settings
from cota.units import Address
from scripts.deploy import deploy
from scripts.deployment.contracts import CannotDeploy
from tests.fixtures.anvil import StartAnvil
from tests.fixtures.deployed import Deployed

HOUR = 3_600


def test_roles__on_local__the_deployer_holds_all_without_delay(deployed: Deployed) -> None:
    with BlockingNode([deployed.anvil.url], deployed.anvil.chain_id) as node:
        access = AccessManager.of(node.client, deployed.deployment)
        deployer = local_key("deployer").address
        for role in (Role.ADMIN, Role.OPERATOR, Role.GUARDIAN, Role.JURY_KEEPER):
            assert node.run(access.has_role(role, deployer, "latest")) == (True, 0)
        assert node.run(access.role_admin(Role.ISSUER, "latest")) == Role.OPERATOR
        assert node.run(access.role_admin(Role.JUROR, "latest")) == Role.JURY_KEEPER


def test_roles__of_functions__guardian_pauses_operator_registers_nobody_else(deployed: Deployed) -> None:
    duties = {
        (DatasetRegistry, "addVersion"): Role.OPERATOR,
        (DatasetRegistry, "allowPaymentToken"): Role.OPERATOR,
        (CredentialRegistry, "defineCredential"): Role.OPERATOR,
        (DatasetRegistry, "pauseCreation"): Role.GUARDIAN,
        (DatasetRegistry, "pauseJoining"): Role.GUARDIAN,
        (LicenseMarket, "pauseSales"): Role.GUARDIAN,
    }
    with BlockingNode([deployed.anvil.url], deployed.anvil.chain_id) as node:
        access = AccessManager.of(node.client, deployed.deployment)
        for (contract, function), role in duties.items():
            at, selector = deployed.address(contract.name), contract.abi().function(function).selector
            assert node.run(access.role_of(at, selector, "latest")) == role, function
        market, stranger = deployed.address("LicenseMarket"), node.sender(local_key("buyer").account())
        with pytest.raises(ChainReverted, match="AccessManagedUnauthorized"):
            stranger.send(market, LicenseMarket.encode_pause_sales(HOUR))


def test_roles__with_a_delay__an_act_is_announced_waited_for_and_done(
    start_anvil: StartAnvil, tmp_path: Path
) -> None:
    """As on a public network: another payment token needs two runs with the delay between them."""
    anvil = start_anvil()
    env = {"COTA_NETWORK": "local", "RPC_URL": anvil.url, "COTA_DEPLOYMENTS": str(tmp_path)}
    found = settings.load(environ=env)
    slow = replace(found, network=replace(found.network, act_delay=HOUR))
    record = run(slow)
    with BlockingNode([anvil.url], anvil.chain_id) as node:
        access = AccessManager(node.client, record["AccessManager"])
        deployer = local_key("deployer").address
        assert node.run(access.has_role(Role.ADMIN, deployer, "latest")) == (True, HOUR)
        assert node.run(access.has_role(Role.OPERATOR, deployer, "latest")) == (True, HOUR)
        assert node.run(access.has_role(Role.GUARDIAN, deployer, "latest")) == (True, 0)
        registry = DatasetRegistry(node.client, record["DatasetRegistry"])
        token = registry.encode_allow_payment_token(record["CotaToken"], True)
        with pytest.raises(ChainReverted, match="AccessManagerNotScheduled"):
            node.sender(local_key("deployer").account()).send(registry.address, token)
        changed = replace(slow, network=replace(slow.network, payment_token=record["CotaToken"]))
        for _ in range(2):
            with pytest.raises(CannotDeploy, match="has to wait: it is scheduled; run again from 2"):
                run(changed)
        anvil.rpc("evm_increaseTime", [HOUR])
        anvil.rpc("evm_mine", [])
        run(changed)
        assert node.run(registry.is_payment_token(record["CotaToken"], "latest"))


def run(found: Settings) -> dict[str, Address]:
    """One deployment; the addresses of its contracts."""
    record = asyncio.run(deploy(found, tell=lambda _line: None))
    return {name: Address(entry["address"]) for name, entry in record.contracts.items()}
