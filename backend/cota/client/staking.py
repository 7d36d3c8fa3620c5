"""Session -> **stake** -> vault. COTA that an account posts for itself, and memberships that it pays for.

Promises: an allowance covers exactly the deposit; free stake goes back to nobody but the account itself; a
join sent from here says by its own transaction what a relayed one says by signature.
"""

from __future__ import annotations

from cota.chain.contracts import AnnotationLedger, MembershipState, StakeVault, Token
from cota.chain.sender import Receipt as Mined
from cota.client.records import amount
from cota.client.refusals import ClientError, StakeLocked
from cota.client.session import SIGNED_FOR_S, Session, fresh_nonce
from cota.errors import ChainReverted
from cota.units import Address, Hash32


class StakeCalls(Session):
    """What an account does with its own stake. Needs `rpc_url`, and gas in the account."""

    @property
    def vault(self) -> Address:
        """The vault of the newest datasets."""
        return self.status.contracts["StakeVault"]

    def free_stake(self, address: Address) -> int:
        """Base units of COTA in the vault that no membership locks."""
        return self.node.run(StakeVault(self.node.client, self.vault).free_stake(address, "latest"))

    def deposit_stake(self, amount: int) -> Mined:
        """Base units of COTA, from the account's wallet to its free stake."""
        token = Token(self.node.client, self.status.stake_token.address)
        if self.node.run(token.allowance(self.address, self.vault, "latest")) < amount:
            self.send(token.address, Token.encode_approve(self.vault, amount))
        return self.send(self.vault, StakeVault.encode_deposit(self.address, amount))

    def withdraw_stake(self, amount: int) -> Mined:
        """Base units of COTA, from the account's free stake to its wallet."""
        return self.send(self.vault, StakeVault.encode_withdraw(self.address, amount))

    def join_by_transaction(self, dataset: Hash32) -> Mined:
        """Joins out of the account's own free stake. Raises ChainReverted."""
        cap, terms_hash = amount(self.terms_of(dataset), "penalty_cap"), self.terms_hash_of(dataset)
        deadline = self.now() + SIGNED_FOR_S
        data = StakeVault.encode_join(dataset, self.address, terms_hash, cap, fresh_nonce(), deadline)
        return self.send(self.proven_contract_of(dataset, "vault"), data)

    def leave_by_transaction(self, dataset: Hash32) -> Mined:
        """Starts to leave; the stake is released once the account's work is settled."""
        data = StakeVault.encode_leave(dataset, self.address, fresh_nonce(), self.now() + SIGNED_FOR_S)
        return self.send(self.proven_contract_of(dataset, "vault"), data)

    def release_stake(self, dataset: Hash32, account: Address | None = None) -> Mined:
        """Frees the stake of a leaving membership (the caller's own, or anyone's) as soon as the contracts let go
        of it; it goes to whoever posted it. Raises StakeLocked; ClientError unless it is leaving."""
        account, at = account or self.address, self.proven_contract_of(dataset, "vault")
        vault, head = StakeVault(self.node.client, at), self.node.run(self.node.client.head())
        found = self.node.run(vault.membership(dataset, account, head))
        if found.state is not MembershipState.LEAVING:
            state = found.state.name.lower() if found.state else "not there"
            raise ClientError(f"only a leaving membership has a stake to free, and this one is {state}")
        ledger = AnnotationLedger(self.node.client, self.proven_contract_of(dataset, "ledger"))
        due = found.left_at + int(self.terms_of(dataset)["receipt_period"])
        number = self.node.run(ledger.first_checkpoint_after(dataset, due, head))
        if number:
            try:
                return self.send(at, StakeVault.encode_release(dataset, account, number))
            except ChainReverted as refusal:
                if refusal.extra.get("error") not in ("NotSettled", "LockedUntil"):
                    raise
        try:
            return self.send(at, StakeVault.encode_expire(dataset, account))
        except ChainReverted as refusal:
            told = refusal.extra.get("args")
            if refusal.extra.get("error") != "LockedUntil" or not isinstance(told, dict):
                raise
            raise StakeLocked(int(told["until"])) from None
