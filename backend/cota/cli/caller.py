"""Options and environment -> **caller** -> client -> verb. Who calls, which service, which chain.

Promises: a service that is not there is told within seconds, while work that has begun is patient; nothing
is signed for, or read from, a service of another network than the one asked for; whatever was opened is
closed, also when a verb fails.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast, get_type_hints

from cota.cli.arguments import ApiOption, KeystoreOption, PasswordOption, RpcOption
from cota.cli.failures import Failed
from cota.cli.output import JsonOption, NetworkOption
from cota.closing import Closing

if TYPE_CHECKING:
    from cota.client import CotaClient
    from cota.client.session import Wallet
    from cota.settings import Settings
    from cota.units import Address

P = ParamSpec("P")
C = TypeVar("C", bound="Visitor")

FIRST_PATIENCE_S, PATIENCE_S = 2.0, 60.0


@dataclass
class Visitor(Closing):
    """Someone who only reads what is public."""

    api: ApiOption = None
    network: NetworkOption = None
    rpc: RpcOption = None
    as_json: JsonOption = False

    def close(self) -> None:
        opened = vars(self).get("client")
        if opened is not None:
            opened.close()

    @cached_property
    def settings(self) -> Settings:
        from cota import log, settings

        found = settings.load(self.network)
        # Warnings of what will be tried again are for services; here an error is one line.
        log.configure("ERROR", found.secrets())
        return found

    @cached_property
    def client(self) -> CotaClient:
        """The client, once the service has said that it serves the network asked for."""
        from cota.chain.fees import FeePolicy
        from cota.client import CotaClient

        account, url = self._account(), self.api or self.settings.api_url
        fees = FeePolicy(self.settings.fee_ceiling, self.settings.fee_priority)
        client = CotaClient(url, account, self._rpc_url(), patience_s=FIRST_PATIENCE_S, fees=fees)
        try:
            self._check_network(client)
            self._equip(client)
        except BaseException:
            client.close()
            raise
        client.http.patience_s = PATIENCE_S
        return client

    @property
    def chain_client(self) -> CotaClient:
        """The client of a verb that cannot do without a node. Raises SettingsError before anything is sent."""
        if self.rpc is None:
            _ = self.settings.rpc_urls
        return self.client

    def _account(self) -> Wallet | None:
        return None

    def _equip(self, client: CotaClient) -> None:
        """What else this caller's client needs."""

    def _rpc_url(self) -> str | None:
        from cota.settings import SettingsError

        try:
            return self.rpc or ",".join(self.settings.rpc_urls)
        except SettingsError:
            return None

    def _check_network(self, client: CotaClient) -> None:
        wanted, found = self.settings.network, client.status
        if (found.network, found.chain_id) != (wanted.name, wanted.chain_id):
            raise Failed(
                f"wrong-network: {client.http.api_url} serves {found.network!r} (chain {found.chain_id}), and "
                f"you asked for {wanted.name} (chain {wanted.chain_id}): set --network or --api"
            )
        self._check_contracts(client)

    def _check_contracts(self, client: CotaClient) -> None:
        """Against the deployment file, where there is one of this very chain: nobody's money goes elsewhere, nor to a
        contract that only the service knows."""
        from cota.chain.deployment import Deployment, DeploymentMissing

        try:
            known = Deployment.load(self.settings.network.name, self.settings.deployments)
        except DeploymentMissing:
            return
        if known.genesis_hash != client.status.genesis_hash and self.settings.network.is_local:
            return  # the file is of a local chain that is gone
        for name, contract in known.contracts.items():
            told = client.status.contracts.get(name)
            if told != contract.address:
                raise Failed(
                    f"wrong-contracts: {client.http.api_url} names {told} as {name}, the deployment file "
                    f"{contract.address}"
                )
        client.trust_only(known.contracts)


@dataclass
class Member(Visitor):
    """Someone who signs: an account with its key."""

    keystore: KeystoreOption = None
    password_file: PasswordOption = None

    @property
    def address(self) -> Address:
        return self.client.address

    def _account(self) -> Wallet | None:
        from cota.cli.wallets import find_wallet

        return find_wallet(self.settings, self.keystore, self.password_file)


@dataclass
class Reader(Member):
    """Someone who looks at an account, her own if she has her key at hand."""

    @property
    def address(self) -> Address:
        if not self.client.has_account:
            raise Failed("whose? Give an ADDRESS, or set COTA_KEY for your own")
        return self.client.address

    def _account(self) -> Wallet | None:
        has_none = self.keystore is None and not self.settings.has_key("account")
        return None if has_none else super()._account()


def calling(verb: Callable[Concatenate[C, P], None]) -> Callable[..., None]:
    """A command out of a function whose first parameter is the caller: she brings her options along."""
    own, run_verb = inspect.signature(verb, eval_str=True), cast(Callable[..., None], verb)
    first, *rest = own.parameters.values()
    kind = first.annotation
    common = _options_of(kind)
    names = [parameter.name for parameter in common]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in rest] + common

    @functools.wraps(verb)
    def run(**given: Any) -> None:
        with kind(**{name: given.pop(name) for name in names}) as caller:
            run_verb(caller, **given)

    # The command line parser reads names, types and defaults from here.
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    del run.__wrapped__
    return run


def _options_of(kind: type[Visitor]) -> list[inspect.Parameter]:
    """The fields of a caller as parameters. Each class' hints are read where that class was written."""
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=hints[one.name]
        )
        for one in fields(kind)
    ]
