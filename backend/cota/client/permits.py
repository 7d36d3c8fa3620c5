"""Buyer's wallet -> **EIP-2612 permit** -> market. Allows one payment by signature, in the same transaction.

Source: EIP-2612; the domain separator is the token's own, asked of the chain.
"""

from __future__ import annotations

from eth_account.signers.local import LocalAccount

from cota.auth.signatures import sign_digest
from cota.chain.contracts import Permit
from cota.commitments.words import hash_words, keccak, word_address, word_uint
from cota.units import Address

_TYPE_HASH = keccak(b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")


def sign_permit(
    owner: LocalAccount, separator: bytes, spender: Address, amount: int, nonce: int, deadline: int
) -> Permit:
    """A permit for exactly `amount` base units, usable until `deadline` (Unix seconds)."""
    struct = hash_words(
        _TYPE_HASH,
        word_address(owner.address),
        word_address(spender),
        word_uint(amount),
        word_uint(nonce),
        word_uint(deadline),
    )
    signature = sign_digest(keccak(b"\x19\x01" + separator + struct), bytes(owner.key))
    return Permit(amount, deadline, signature[64], signature[:32], signature[32:64])
