"""Signature bytes: what a wallet returned -> **one accepted form** -> signer.

One signature has several spellings (v as 0/1, a high-s twin, 64 bytes). Promises: `recover` takes exactly
one of them, 65 bytes with v 27 or 28, low s, r and s not 0, as OpenZeppelin's ECDSA does on chain; only v
0/1, which some hardware wallets send, is rewritten, and only by `normalize_signature` at the door. Never
the zero address.
"""

from coincurve import PrivateKey, PublicKey

from cota.commitments.words import keccak, word_bytes32
from cota.errors import BadSignature
from cota.units import Address, address_of

SECP256K1_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of the curve; s above half of it is the malleable twin."""


def _check_length(signature: bytes) -> None:
    if not isinstance(signature, bytes) or len(signature) != 65:
        raise BadSignature("a signature has 65 bytes: r, s and v")


def normalize_signature(signature: bytes) -> bytes:
    """v 0/1 becomes 27/28, all else stays. Raises BadSignature if it is not 65 bytes."""
    _check_length(signature)
    v = signature[64]
    return signature[:64] + bytes([v + 27]) if v in (0, 1) else signature


def _address_of_key(key: PublicKey) -> Address:
    return address_of(keccak(key.format(compressed=False)[1:])[12:])


def recover(digest: bytes, signature: bytes) -> Address:
    """The account whose key signed the digest. Raises BadSignature."""
    _check_length(signature)
    r, s, v = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]
    if v not in (27, 28):
        raise BadSignature(f"the signature's v is {v}, not 27 or 28")
    if not 0 < r < SECP256K1_N or s == 0:
        raise BadSignature("the signature's r or s is out of range")
    if s > SECP256K1_N // 2:
        raise BadSignature("the signature's s is in the upper half: this form is refused")
    try:
        key = PublicKey.from_signature_and_message(
            signature[:64] + bytes([v - 27]), word_bytes32(digest), hasher=None
        )
    except Exception as error:  # coincurve raises a bare Exception when no key fits
        raise BadSignature("no key made this signature") from error
    return _address_of_key(key)


def sign_digest(digest: bytes, secret: bytes) -> bytes:
    """A signature (RFC 6979, low s, v 27 or 28) by a 32-byte secret key."""
    raw = PrivateKey(secret).sign_recoverable(word_bytes32(digest), hasher=None)
    return raw[:64] + bytes([raw[64] + 27])


def address_of_secret(secret: bytes) -> Address:
    """The account of a 32-byte secret key."""
    return _address_of_key(PrivateKey(secret).public_key)
