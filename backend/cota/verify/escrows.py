"""Chain at one block -> **escrows** -> bounty checks. What the escrows themselves answer of every bounty.

Promises: each bounty that an escrow counts is asked for, announced or not; each part that was announced, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eth_abi.exceptions import DecodingError

from cota.chain.client import NodeClient
from cota.chain.codec import decode_values
from cota.chain.contracts import Bounty, BountyEscrow, BountyPart, Token
from cota.chain.decode import Event
from cota.units import Address, parse_address, to_hex
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
        try:
            return Address(decode_values([one.type for one in item.inputs], self.data[4:])[2])
        except DecodingError as error:
            where = f"transaction of {self.sender} to the escrow"
            raise Disagreement(where, "a call as its ABI prescribes", error) from error


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
