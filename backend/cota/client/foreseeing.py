"""Simulated -> **asked** -> sent. What a transaction would meet is known before its sender is asked, or allows money.

Promises: nobody is asked about what the contracts would refuse anyway; what is asked, is asked once, before the first
transaction; an allowance is not given for a payment that would be refused for another reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cota.chain.blocking import BlockingSender
from cota.chain.sender import Receipt as Mined
from cota.errors import ChainReverted
from cota.units import Address

_MONEY = frozenset(
    {
        "ERC20InsufficientAllowance",
        "ERC20InsufficientBalance",
        "SafeERC20FailedOperation",
        "InexactTransfer",
        "",
    }
)
"""How tokens say that money or its allowance is missing; old ones say nothing."""


class AskedSender(BlockingSender):
    """A sender whose first transaction is simulated, then asked about, then sent."""

    def __init__(self, made: BlockingSender, question: Callable[[], None]) -> None:
        super().__init__(made.node, made.sender)
        self._question = question

    def send(self, to: Address | None, data: bytes, value: int = 0, **options: Any) -> Mined:
        self.simulate(to, data, value)
        self._question()
        return super().send(to, data, value, **options)


def foresee(sender: BlockingSender, to: Address, data: bytes, value: int = 0) -> None:
    """Raises what a contract says to a call, but for missing money or its allowance, which contracts take last: if
    only that is missing, all else was right. Raises ChainReverted."""
    try:
        sender.simulate(to, data, value)
    except ChainReverted as refusal:
        if str(refusal.extra.get("error") or "") not in _MONEY:
            raise
