"""One deployless call for contract wallets: account, digest, signature -> `eth_call` without `to` -> **what it says**.

The code is contracts/offchain/SignatureProbe.sol, committed as bytes (`scripts.compile --write-abi` writes them, a test
holds them to the source). Promises: one word comes back, whatever a wallet returns; nothing stays on the chain.
"""

import json
from enum import IntEnum
from importlib.resources import files

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from cota.chain.client import NodeClient
from cota.chain.rpc import RpcError
from cota.units import Address, BlockRef

CREATION_CODE = bytes.fromhex(
    json.loads(files("cota.auth").joinpath("signature_probe.json").read_text("utf-8"))["creation_code"][2:]
)
WRAPPED = bytes.fromhex("6492" * 16)
"""What a signature ends with that ERC-6492 wraps."""


class Answer(IntEnum):
    """As in the contract."""

    NO_CODE = 0
    REFUSED = 1
    ACCEPTED = 2
    ACCEPTED_BEFORE_DEPLOYMENT = 3


def unwrap(signature: bytes) -> bytes | None:
    """The signature inside an ERC-6492 wrapping; None when there is no wrapping that can be read."""
    if not signature.endswith(WRAPPED):
        return None
    try:
        _, _, inner = decode(["address", "bytes", "bytes"], signature[: -len(WRAPPED)])
    except (DecodingError, OverflowError, ValueError):
        return None
    return bytes(inner)


async def ask(node: NodeClient, account: Address, digest: bytes, signature: bytes) -> tuple[Answer, BlockRef]:
    """What the account's contract says at the newest block, which is told too. Raises `ChainUnavailable`."""
    block = await node.head()
    arguments = encode(["address", "bytes32", "bytes"], [account, digest, signature])
    try:
        answer = await node.run(CREATION_CODE + arguments, block)
    except RpcError:
        return Answer.REFUSED, block  # a wrapping that is none, or a wallet that burns all that it is given
    word = int.from_bytes(answer[:32], "big")
    is_answer = len(answer) == 32 and word <= max(Answer)
    return (Answer(word) if is_answer else Answer.REFUSED), block
