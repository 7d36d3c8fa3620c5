"""Bring the contracts onto a chain, wire them, and write deployments/<network>.json.

Run it again at any time: what is there is left alone, what is missing is sent, and a run with nothing to do
sends nothing and says so. Promises: the chain is checked before anything is sent (id, genesis, keys that
everybody knows); the file is written after each step and is whole at every moment; no key is ever printed.

    python -m scripts.deploy [--network NAME]
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cota import log
from cota.chain.client import NodeClient, WrongChain
from cota.chain.contracts import AccessManager
from cota.chain.fees import FeePolicy
from cota.chain.rpc import RpcError
from cota.chain.sender import Sender
from cota.errors import DomainError
from cota.keys import LOCAL_JURORS, local_key
from cota.settings import Settings, SettingsError, load
from cota.units import Address, to_hex
from scripts.compile import CompileFailed, build
from scripts.deployment.contracts import (
    CannotDeploy,
    find_on_chain,
    is_there,
    put_on_chain,
    require_factory,
)
from scripts.deployment.court import juror_grants
from scripts.deployment.plan import Owners, Planned, make_plan
from scripts.deployment.record import AnotherDeploy, Record, open_record, sole_deploy
from scripts.deployment.roles import duty_steps, grant_steps
from scripts.deployment.steps import Step
from scripts.deployment.wiring import (
    governance_steps,
    local_steps,
    operator_steps,
    payment_token,
    signers,
)

Tell = Callable[[str], None]
FAILURES = (SettingsError, CompileFailed, CannotDeploy, AnotherDeploy, WrongChain, DomainError, RpcError)
"""What an operator can act on: shown as one message, without a stack trace."""


class MustWait(CannotDeploy):
    """An act was announced, and its time has not come."""


@dataclass
class Deploy:
    """One run on one network."""

    settings: Settings
    client: NodeClient
    tell: Tell
    sent: int = 0
    _senders: dict[str, Sender] = field(default_factory=dict)

    async def run(self) -> Record:
        network, path = (
            self.settings.network,
            self.settings.deployments / f"{self.settings.network.name}.json",
        )
        with sole_deploy(path):
            await require_factory(self.client)
            record, warning = open_record(path, network.name, network.chain_id, await self._genesis())
            if warning:
                self.tell(warning)
            plan = make_plan(build(), self._owners(), network.court, network.is_local)
            await self._put_contracts(plan, record)
            at = {planned.name: planned.address for planned in plan}
            waits: list[MustWait] = []
            for step in (
                *governance_steps(self.client, at, payment_token(self.settings, at), network.bond_rate),
                *(juror_grants(self.client, at) if network.is_local else ()),
                *duty_steps(self.client, at),
                *grant_steps(self.client, at, self._sender("deployer").address, network.act_delay),
            ):
                try:
                    await self._do(step, at["AccessManager"])
                except MustWait as wait:
                    # The others are announced too: one delay for all of them.
                    waits.append(wait)
            if waits:
                raise waits[-1]
            record.complete = True
            record.save()
            await self._equip(at)
        self.tell(
            f"{self.sent} transactions sent; {path}" if self.sent else f"nothing to do, nothing sent; {path}"
        )
        return record

    async def _put_contracts(self, plan: list[Planned], record: Record) -> None:
        for planned in plan:
            known = record.contracts.get(planned.name)
            if await is_there(self.client, planned):
                if known is None or known["address"] != planned.address:
                    record.put(planned.name, await find_on_chain(self.client, planned))
                self.tell(f"{planned.name:18} {planned.address}  there already")
            else:
                if known is not None and known["address"] == planned.address:
                    self.tell(f"{planned.name:18} is recorded, but the chain does not have it: sending again")
                record.complete = False
                record.put(planned.name, await put_on_chain(self.client, self._sender("deployer"), planned))
                self.sent += 1
                self.tell(
                    f"{planned.name:18} {planned.address}  block {record.contracts[planned.name]['block']}"
                )
            record.save()

    async def _equip(self, at: Mapping[str, Address]) -> None:
        """After `complete`: what the service's own accounts need.

        Keys that are elsewhere do their part elsewhere.
        """
        for step in operator_steps(self.client, at, signers(self.settings)):
            await self._do(step)
        if self.settings.network.is_local:
            for step in local_steps(self.client, at):
                await self._do(step)

    async def _do(self, step: Step, access_manager: Address | None = None) -> None:
        if await step.is_done():
            return
        to, data = step.to, step.data
        if step.is_restricted and access_manager is not None:
            to, data = await self._when_allowed(step, AccessManager(self.client, access_manager))
        await self._sender(step.signer).send(to, data)
        self.sent += 1
        self.tell(step.title)

    async def _when_allowed(self, step: Step, access: AccessManager) -> tuple[Address, bytes]:
        """The call to make now. What has to wait is scheduled, and the run ends with the time to come back."""
        sender = self._sender(step.signer)
        permission = await access.permission(sender.address, step.to, step.data[:4], "latest")
        if permission.is_immediate:
            return step.to, step.data
        if not permission.delay:
            raise CannotDeploy(f"to {step.title} is for another account: {sender.address} may not")
        ready_at = await access.ready_at(sender.address, step.to, step.data, "latest")
        if not ready_at:
            await sender.send(access.address, access.encode_schedule(step.to, step.data))
            self.sent += 1
            ready_at = await access.ready_at(sender.address, step.to, step.data, "latest")
        if (await self.client.head()).timestamp < ready_at:
            when = datetime.fromtimestamp(ready_at, UTC).isoformat().replace("+00:00", "Z")
            raise MustWait(f"to {step.title} has to wait: it is scheduled; run again from {when} on")
        return access.address, access.encode_execute(step.to, step.data)

    async def _genesis(self) -> str:
        await self.client.check()
        if self.client.genesis is None:
            raise CannotDeploy("the node does not tell its genesis block")
        return to_hex(self.client.genesis)

    def _owners(self) -> Owners:
        if self.settings.treasury is None:
            raise CannotDeploy("COTA_TREASURY is not set: it receives its part of each payment")
        return Owners(self.settings.key("deployer").address, self.settings.treasury)

    def _sender(self, role: str) -> Sender:
        if role not in self._senders:
            key = local_key(role) if role in LOCAL_JURORS else self.settings.key(role)
            fees = FeePolicy(self.settings.fee_ceiling, self.settings.fee_priority)
            self._senders[role] = Sender(self.client, key.account(), fees=fees)
        return self._senders[role]


def say(line: str) -> None:
    # Flushed: whoever watches, or kills, must see each step when it is done.
    print(line, flush=True)


async def deploy(settings: Settings, tell: Tell = say) -> Record:
    """Raises one of FAILURES."""
    async with NodeClient(settings.rpc_urls, settings.network.chain_id) as client:
        return await Deploy(settings, client, tell).run()


def main() -> None:
    options = argparse.ArgumentParser(
        prog="deploy", description="Deploy the contracts, or finish a deployment."
    )
    options.add_argument("--network", help="overrides COTA_NETWORK")
    try:
        settings = load(options.parse_args().network, needs=("rpc", "deployer"))
        log.configure(settings.log_level, settings.secrets())
        asyncio.run(deploy(settings))
    except FAILURES as failure:
        sys.exit(f"deploy: {failure}")


if __name__ == "__main__":
    main()
