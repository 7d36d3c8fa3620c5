"""Session -> **successor** -> successions, shares. What a holder does while she has her key, and her successor when
it is lost.

Promise: everything is a transaction of the account that it concerns; completing and inheriting anyone may send.
"""

from __future__ import annotations

from cota.chain.contracts import DatasetShares, Succession, Successions
from cota.chain.sender import Receipt as Mined
from cota.client.session import Session
from cota.units import ZERO_ADDRESS, Address, Hash32


class SuccessorCalls(Session):
    """Needs `rpc_url`, and gas in the account."""

    @property
    def successions(self) -> Address:
        return self.status.contracts["Successions"]

    def succession_of(self, account: Address) -> Succession:
        found = Successions(self.node.client, self.successions)
        return self.node.run(found.succession_of(account, "latest"))

    def name_successor(self, successor: Address, delay: int) -> Mined:
        """`delay` in seconds, from 30 to 365 days. Raises ChainReverted."""
        return self.send(self.successions, Successions.encode_name_successor(successor, delay))

    def name_nobody(self) -> Mined:
        return self.send(self.successions, Successions.encode_name_successor(ZERO_ADDRESS, 0))

    def start_succession(self, account: Address) -> Mined:
        """As the account's named successor. Raises ChainReverted."""
        return self.send(self.successions, Successions.encode_start_succession(account))

    def cancel_succession(self) -> Mined:
        """The account still has its key. Raises ChainReverted."""
        return self.send(self.successions, Successions.encode_cancel_succession())

    def complete_succession(self, account: Address) -> Mined:
        """Once its delay has passed. Raises ChainReverted."""
        return self.send(self.successions, Successions.encode_complete_succession(account))

    def inherit(self, dataset: Hash32, account: Address) -> Mined:
        """Moves what the account holds of a dataset, and all that it is owed, to its successor."""
        shares = self.proven_contract_of(dataset, "shares")
        return self.send(shares, DatasetShares.encode_inherit(account))
