"""What amounts are counted in: token address -> chain -> **symbol and decimals**, read once a process.

Promises: a token's symbol and decimals never change under us, so that reads do not depend on a node once they
are known; a token whose symbol is not text is shown by its address.
"""

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from cota.chain.client import NodeClient
from cota.http.schemas import Token
from cota.units import Address

_SYMBOL = bytes.fromhex("95d89b41")
_DECIMALS = bytes.fromhex("313ce567")


class TokenBook:
    """Tokens by address. `known` spares the first question."""

    def __init__(self, node: NodeClient) -> None:
        self._node = node
        self._known: dict[Address, Token] = {}

    async def describe(self, address: Address) -> Token:
        """Raises `ChainUnavailable` when no node answers and the token was never asked for before."""
        if address not in self._known:
            self._known[address] = await self._read(address)
        return self._known[address]

    async def _read(self, address: Address) -> Token:
        symbol = _text(await self._node.call(address, _SYMBOL, "latest")) or address
        decimals = int.from_bytes((await self._node.call(address, _DECIMALS, "latest"))[-1:], "big")
        return Token(address=address, symbol=symbol, decimals=decimals)


def _text(raw: bytes) -> str | None:
    try:
        (text,) = decode(["string"], raw)
    except (DecodingError, UnicodeDecodeError, ValueError):
        return None
    return str(text)[:32] if str(text).isprintable() else None
