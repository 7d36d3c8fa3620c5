"""A payment token that knows no permits: the test dollar behind a few bytes that refuse EIP-2612.

Everything is handed on to the test dollar's code (the balances are the token's own); `nonces`,
`DOMAIN_SEPARATOR` and `permit` revert, as in a token that was written before them.
"""

from __future__ import annotations

from pathlib import Path

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import DatasetRegistry, LocalDollar
from cota.chain.deployment import Deployment
from cota.commitments.words import keccak
from cota.keys import local_key
from cota.units import Address, parse_address
from scripts.stack.anvil import ask

PURSE = 1_000_000 * 10**6
_REFUSED = (
    "nonces(address)",
    "DOMAIN_SEPARATOR()",
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
)


def put_plain_token(rpc: str, deployments: str) -> str:
    """Puts the token on the chain, allows payments in it, and fills the buyer's purse."""
    deployment = Deployment.load("local", Path(deployments))
    at = parse_address("0x" + keccak(b"a token without permits").hex()[:40])
    ask(rpc, "anvil_setCode", at, "0x" + runtime(deployment.address("TestDollar")).hex())
    with BlockingNode([rpc], deployment.chain_id) as node:
        operator = node.sender(local_key("deployer").account())
        allow = DatasetRegistry.encode_allow_payment_token(at, True)
        operator.send(deployment.address("DatasetRegistry"), allow)
        operator.send(at, LocalDollar.encode_mint(local_key("buyer").address, PURSE))
    return at


def runtime(dollar: Address) -> bytes:
    """The contract's code, by hand."""
    head = bytes.fromhex("5f3560e01c")  # the call's selector
    tests = b"".join(
        # DUP1 PUSH4 selector EQ PUSH1 refuse JUMPI
        b"\x80\x63" + keccak(name.encode())[:4] + b"\x14\x60\x00\x57"
        for name in _REFUSED
    )
    hand_on = (
        bytes.fromhex("365f5f375f5f365f73")  # the whole call in memory; PUSH20
        + bytes.fromhex(dollar[2:])
        + bytes.fromhex(
            "5af43d5f5f3e6000573d5ffd"
        )  # DELEGATECALL, its answer in memory, PUSH1 done JUMPI, REVERT
    )
    done, refuse = bytes.fromhex("5b3d5ff3"), bytes.fromhex("5b5f5ffd")
    code = bytearray(head + tests + hand_on + done + refuse)
    done_at = len(head) + len(tests) + len(hand_on)
    for number in range(len(_REFUSED)):
        code[len(head) + number * 10 + 8] = done_at + len(done)
    code[done_at - 6 + 1] = done_at
    return bytes(code)
