"""Private keys at the door: read strictly, shown never.

settings reads them -> the signers (deploy, coordinator, receipts, relayer) use them. Promises: neither `repr`
nor an error holds any part of a key; the keys that every development node ships with are known as such, so
that they can be refused wherever real money may be.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cota.units import Address, parse_address

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

# eth_account itself is imported where a key is used: it takes longer than all the rest of a process that has none.

ANVIL_MNEMONIC = "test test test test test test test test test test test junk"
"""Public: Anvil, Hardhat and their kin all start with it. On public chains bots sweep its accounts."""

# What each account of a development node does on the network `local`.
LOCAL_ROLES = (
    "deployer",
    "coordinator",
    "receipt",
    "relayer",
    "publisher",
    "buyer",
    "treasury",
    "second_buyer",
)

# Past the accounts that tests and visitors take: who gains by a dataset does not sit on its panels.
LOCAL_JURORS = ("juror", "second_juror", "third_juror")
_FIRST_JUROR = 10

_KEY = re.compile(r"0x[0-9a-fA-F]{64}")
_DEVELOPMENT_ACCOUNTS = 20  # Anvil shows 10, Hardhat 20


class SigningKey:
    """A private key that shows only its address."""

    __slots__ = ("_secret", "address")

    def __init__(self, secret: str) -> None:
        """Raises ValueError, which says what is wrong and nothing of what was given."""
        problem = _find_fault(secret)
        if problem:
            raise ValueError(problem)
        self._secret = secret
        try:
            self.address: Address = parse_address(self.account().address)
        except Exception:
            # `from None`: the library's own message holds the key.
            raise ValueError("is not a key of the curve secp256k1") from None

    def account(self) -> LocalAccount:
        """The account that signs. Hand it to a signer; never log it."""
        from eth_account import Account

        account: LocalAccount = Account.from_key(self._secret)
        return account

    def reveal(self) -> str:
        """The key itself: only for the list of what the log must hide."""
        return self._secret

    def __repr__(self) -> str:
        return f"<key of {self.address}>"


def _find_fault(secret: str) -> str | None:
    if _KEY.fullmatch(secret):
        return None
    if secret != secret.strip():
        return "has a space or a line break around it"
    if secret[:1] in "'\"" or secret[-1:] in "'\"":
        return "has quotes around it"
    if not secret.startswith("0x"):
        return "does not start with 0x"
    if re.fullmatch(r"0x[0-9a-fA-F]*", secret):
        return f"has {len(secret) - 2} hex digits, not 64"
    return "holds something that is not a hex digit"


@lru_cache(maxsize=_DEVELOPMENT_ACCOUNTS)
def anvil_key(index: int) -> SigningKey:
    """Key number `index` of a development node."""
    from eth_account import Account

    Account.enable_unaudited_hdwallet_features()
    account = Account.from_mnemonic(ANVIL_MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
    return SigningKey("0x" + bytes(account.key).hex())


def local_key(role: str) -> SigningKey:
    """The development key that plays `role` on the network `local`."""
    if role in LOCAL_JURORS:
        return anvil_key(_FIRST_JUROR + LOCAL_JURORS.index(role))
    return anvil_key(LOCAL_ROLES.index(role))


@lru_cache(maxsize=1)
def development_addresses() -> frozenset[Address]:
    """Accounts whose keys everybody knows: never an owner, signer or treasury where others can reach."""
    return frozenset(anvil_key(index).address for index in range(_DEVELOPMENT_ACCOUNTS))
