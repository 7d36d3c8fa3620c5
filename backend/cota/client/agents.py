"""Wallet -> **agent key** -> labels. One wallet prompt for half a day of work, and still a signature
under each label.

Promises: the agent's key is made here and never leaves; the wallet authorises it for one dataset and at
most twelve hours; a label signed by an agent names the wallet as its author.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from cota.auth.typed import AgentKey, digest
from cota.client.session import Session
from cota.units import Address, Hash32, parse_address, to_hex

LONGEST_LIFE_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Agent:
    """A key that may sign labels of one dataset for one account."""

    dataset: Hash32
    account: Address
    key: LocalAccount
    digest: Hash32


class AgentCalls(Session):
    """Authorising, listing and revoking agent keys."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._agents: dict[Hash32, Agent] = {}

    def authorize_agent(
        self, dataset: Hash32, key: LocalAccount | None = None, *, life_s: int = LONGEST_LIFE_S
    ) -> Agent:
        """Authorises `key` (a fresh one unless given) and signs this dataset's labels with it from now on."""
        chosen: LocalAccount = key if key is not None else Account.create()
        now, domain = self.now(), self.domain(dataset, "ledger")
        message = AgentKey(dataset, self.address, parse_address(chosen.address), now, now + life_s)
        body = {
            "dataset": to_hex(dataset),
            "account": self.address,
            "agent": message.agent,
            "not_before": message.not_before,
            "not_after": message.not_after,
            "signature": to_hex(self.sign(domain, message)),
        }
        self.http.post("/v1/agent-keys", body)
        authorised = Hash32(digest(domain, message))
        self.use_agent(Agent(dataset, self.address, chosen, authorised))
        return self._agents[dataset]

    def use_agent(self, agent: Agent) -> None:
        """Signs labels with a key authorised earlier, as a machine without the wallet does."""
        self._agents[agent.dataset] = agent

    def agent_keys(self) -> list[Mapping[str, Any]]:
        """The account's authorisations, revoked ones included."""
        self.require_session()
        return list(self.pages("/v1/agent-keys"))

    def revoke_agent(self, authorised: Hash32) -> None:
        """No new receipt for this key; rows already receipted stay valid."""
        self.require_session()
        self.http.delete(f"/v1/agent-keys/{to_hex(authorised)}")
        for dataset, agent in list(self._agents.items()):
            if agent.digest == authorised:
                del self._agents[dataset]
