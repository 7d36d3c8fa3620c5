"""Chain at one block -> **escrows** -> bounty checks. What the escrows themselves answer of every bounty.

Promises: each bounty that an escrow counts is asked for, announced or not; each part that was announced, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cota.chain.client import NodeClient
from cota.chain.contracts import Bounty, BountyEscrow, BountyPart, Token
from cota.chain.decode import Event
from cota.units import Address, address_of, parse_address, to_hex
from cota.verify.facts import Facts
from cota.verify.reading import gather
from cota.verify.report import Disagreement

Part = tuple[int, int]
"""Bounty, epoch."""


@dataclass(frozen=True)
class Call:
    """A transaction as it was signed."""

    sender: Address
    to: Address | None
    data: bytes

    def named_by(self, escrow: Address) -> Address | None:
        """Where a call of the escrow's own `payTo` sends the money; None for any other call. Raises Disagreement."""
        item = BountyEscrow.abi().function("payTo")
        if self.to != escrow or self.data[:4] != item.selector:
            return None
        if not _is_readable(self.data):
            where = f"transaction of {self.sender} to the escrow"
            raise Disagreement(where, "a call as its ABI prescribes", f"{len(self.data)} bytes that are none")
        return address_of(self.data[_TO + 12 : _TO + _WORD])


_WORD = 32
_LEAVES, _TO = 4 + _WORD, 4 + 2 * _WORD
"""Where `payTo` has the offset of its leaves, and the receiver."""
_LEAF_HEAD, _PROOF = 6 * _WORD, 5 * _WORD
_UINT64_MAX, _WRAP = 2**64 - 1, 2**256


def _is_readable(data: bytes) -> bool:
    """Whether the contract could read a call of `payTo`. Compiled Solidity takes more than the ABI's canonical form:
    an offset may lead backwards or into what was read before. Whoever signs such a call must not make an honest
    payment look like a lie.

    Source: the calldata checks of solc's ABI coder v2 (`abi_decode_array_calldata`, `access_calldata_tail`).
    """
    size = len(data)

    def word(at: int) -> int:
        return int.from_bytes(data[at : at + _WORD].ljust(_WORD, b"\0"), "big") if 0 <= at < size else 0

    def tail(base: int, at: int, least: int) -> int | None:
        offset = word(at)
        signed = offset - _WRAP if offset >= _WRAP // 2 else offset
        return base + signed if signed < size - base - (least - 1) else None

    def holds(place: int, words: int) -> bool:
        return words <= _UINT64_MAX and place + words * _WORD <= size

    if size < _TO + _WORD or word(_TO) >> 160 or word(_LEAVES) > _UINT64_MAX:
        return False
    start = 4 + word(_LEAVES)
    first, count = start + _WORD, word(start)
    if start + _WORD > size or not holds(first, count):
        return False
    for at in range(first, first + count * _WORD, _WORD):
        leaf = tail(first, at, _LEAF_HEAD)
        proof = None if leaf is None else tail(leaf, leaf + _PROOF, _WORD)
        if proof is None or not holds(proof + _WORD, word(proof)):
            return False
    return True


@dataclass(frozen=True)
class EscrowView:
    """One escrow as it answers at the pinned block. Amounts in base units of each token."""

    registry: Address
    ledger: Address
    successions: Address
    bounties: Mapping[int, Bounty]
    """By number, from 1 to the escrow's own count."""
    parts: Mapping[Part, BountyPart]
    held: Mapping[Address, int]
    """By token: what the escrow says that it owes to leaves and publishers."""
    money: Mapping[Address, int]
    """By token: its balance."""
    calls: Mapping[bytes, Call] = field(default_factory=dict)
    """Of payments that did not go to their leaf's account, by transaction, as far as the node still has them."""


Escrows = Mapping[Address, EscrowView]
"""By address."""


async def read_escrows(client: NodeClient, facts: Facts) -> dict[Address, EscrowView]:
    """Every escrow of the deployment. Raises ChainReverted."""
    found = [at.address for at in facts.deployment.all() if at.name == BountyEscrow.name]
    views = await gather([_read_escrow(client, facts, at) for at in found])
    return dict(zip(found, views, strict=True))


async def _read_escrow(client: NodeClient, facts: Facts, at: Address) -> EscrowView:
    escrow, block = BountyEscrow(client, at), facts.block
    numbers = range(1, await escrow.bounty_count(block) + 1)
    bounties = await gather([escrow.bounty_of(number, block) for number in numbers])
    said = [event for event in facts.of(BountyEscrow.name, "BountyAssigned") if event.emitter == at]
    paid = [event for event in facts.of(BountyEscrow.name, "BountyPaid") if event.emitter == at]
    sent = sorted({event.tx_hash for event in paid if event.args["to"] != event.args["account"]})
    calls = await gather([_read_call(client, tx_hash) for tx_hash in sent])
    parts = sorted({part_of(event) for event in said})
    kept = await gather([escrow.part_of(*part, block) for part in parts])
    tokens = sorted({bounty.token for bounty in bounties})
    held = await gather([escrow.held_of(token, block) for token in tokens])
    money = await gather([Token(client, token).balance_of(at, block) for token in tokens])
    return EscrowView(
        Address(await escrow.read("registry", block=block)),
        Address(await escrow.read("ledger", block=block)),
        Address(await escrow.read("successions", block=block)),
        dict(zip(numbers, bounties, strict=True)),
        dict(zip(parts, kept, strict=True)),
        dict(zip(tokens, held, strict=True)),
        dict(zip(tokens, money, strict=True)),
        {tx_hash: call for tx_hash, call in zip(sent, calls, strict=True) if call is not None},
    )


async def _read_call(client: NodeClient, tx_hash: bytes) -> Call | None:
    found = await client.request("eth_getTransactionByHash", to_hex(tx_hash))
    if found is None:
        return None
    try:
        to = None if found["to"] is None else parse_address(found["to"])
        return Call(parse_address(found["from"]), to, bytes.fromhex(found["input"][2:]))
    except (KeyError, TypeError, ValueError) as error:
        raise Disagreement(f"transaction {to_hex(tx_hash)}", "a transaction", repr(error)) from error


def part_of(event: Event) -> Part:
    """Which part a log of an escrow speaks of."""
    return int(event.args["bounty"]), int(event.args["epoch"])
