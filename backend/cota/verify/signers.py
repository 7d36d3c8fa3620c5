"""Statement and signature -> **signer** -> checks. Who signed: a key, or a contract wallet at the pinned
block.

The order is that of the contracts: an account without code signs with its key; an account with code is
asked by ERC-1271 and nothing else. Promises: without a node only keys can be checked, and a contract
wallet's row is then a `NotChecked`, not an agreement; an agent is always a key.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from eth_abi.abi import encode

from cota.auth.signatures import recover
from cota.auth.typed import Domain, digest_of
from cota.chain.rpc import RpcError
from cota.errors import BadSignature
from cota.units import Address, BlockRef
from cota.verify.report import Disagreement, Tally

if TYPE_CHECKING:  # a process that looks ahead asks no node, and need not load its client
    from cota.chain.blocking import BlockingNode

_IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")
_MAGIC = _IS_VALID_SIGNATURE + bytes(28)


class Wallets(Protocol):
    """What is known of accounts that are contracts."""

    def has_code(self, account: Address) -> bool: ...

    def accepts(self, account: Address, digest: bytes, signature: bytes) -> bool: ...


class WalletsAt:
    """Asks a node, at one block."""

    def __init__(self, node: BlockingNode, block: BlockRef) -> None:
        self._node, self._block = node, block

    def has_code(self, account: Address) -> bool:
        return bool(self._node.run(self._node.client.code(account, self._block)))

    def accepts(self, account: Address, digest: bytes, signature: bytes) -> bool:
        data = _IS_VALID_SIGNATURE + encode(["bytes32", "bytes"], [digest, signature])
        try:
            answer = self._node.run(self._node.client.call(account, data, self._block))
        except RpcError:
            return False
        return answer[:32] == _MAGIC


class Signers:
    """Checks who signed. Without `wallets` every account is taken for a key."""

    def __init__(self, wallets: Wallets | None = None) -> None:
        self._wallets = wallets
        self._has_code: dict[Address, bool] = {}

    def check(
        self, tally: Tally, where: str, domain: Domain, struct_hash: bytes, signature: bytes, account: Address
    ) -> None:
        """The account signed the statement. Raises Disagreement."""
        if self._wallets is not None and self._is_contract(account, self._wallets):
            accepted = self._wallets.accepts(account, digest_of(domain, struct_hash), signature)
            tally.true(where, accepted, "a signature that the account's contract accepts")
        else:
            self.check_key(tally, where, domain, struct_hash, signature, account)

    def check_key(
        self, tally: Tally, where: str, domain: Domain, struct_hash: bytes, signature: bytes, key: Address
    ) -> None:
        """This key signed the statement. Raises Disagreement."""
        try:
            found = recover(digest_of(domain, struct_hash), signature)
        except BadSignature as error:
            raise Disagreement(where, f"a signature of {key}", error.detail) from error
        tally.equal(where, key, found, "signed by another key")

    def are_keys(self, accounts: Collection[Address]) -> bool:
        """Whether none of them is a contract."""
        wallets = self._wallets
        return wallets is None or not any(self._is_contract(account, wallets) for account in accounts)

    def _is_contract(self, account: Address, wallets: Wallets) -> bool:
        if account not in self._has_code:
            self._has_code[account] = wallets.has_code(account)
        return self._has_code[account]
