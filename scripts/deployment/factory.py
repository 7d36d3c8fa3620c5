"""Addresses known before anything is sent: CREATE2 through the deterministic-deployment proxy.

Used by the plan. Why not plain CREATE: an address would depend on the deployer's nonce, and after a
half-finished run the next one would land elsewhere, while here a contract already there is simply found. The
proxy (github.com/Arachnid/deterministic-deployment-proxy) stands at the same address on every chain that
matters, and Anvil has it from the start.
"""

from eth_utils.crypto import keccak

from cota.units import Address, address_bytes, address_of, parse_address

FACTORY: Address = parse_address("0x4e59b44847b379578588920cA78FbF26c0B4956C")
SALT = bytes(keccak(text="cota.v1"))


def address_for(creation_code: bytes) -> Address:
    """EIP-1014: keccak256(0xff ++ factory ++ salt ++ keccak256(init code))[12:]."""
    return address_of(
        bytes(keccak(b"\xff" + address_bytes(FACTORY) + SALT + bytes(keccak(creation_code))))[12:]
    )


def deployment_call(creation_code: bytes) -> bytes:
    """What the factory is sent: salt, then code with its constructor's arguments."""
    return SALT + creation_code
