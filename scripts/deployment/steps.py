"""One transaction that a deployment may still need: wiring, court -> **step** -> deploy, check_deployment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cota.units import Address


@dataclass(frozen=True)
class Step:
    """One transaction that may be needed."""

    title: str
    signer: str
    """The key role that sends it."""
    to: Address
    data: bytes
    is_done: Callable[[], Awaitable[bool]]
    is_restricted: bool = False
    """The access manager decides: at once, after a delay, or never."""
