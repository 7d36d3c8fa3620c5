"""Where a webhook may go: address -> **resolved, checked** -> the very host that is called.

Promises: only https (http on a local network), no user names, no ports of well-known other services; every address that
the name resolves to must be a public one, and the one that was checked is the one that is called, so that a name which
changes its mind in between reaches nothing inside. Redirects are not followed.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from cota.errors import InvalidBody


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: what to connect to, and the name that it is asked under."""

    url: str
    host: str
    address: str
    port: int
    path: str
    is_secure: bool


async def check(url: str, *, is_local: bool) -> Target:
    """Raises `InvalidBody` unless deliveries may go there. `is_local`: loopback over http may, for development."""
    parts = urlsplit(url)
    schemes = ("https", "http") if is_local else ("https",)
    try:
        port = parts.port
    except ValueError as error:
        raise InvalidBody(f"url: {error}") from error
    if parts.scheme not in schemes or not parts.hostname or len(url) > 2000 or not url.isascii():
        raise InvalidBody(f"url must be an absolute {' or '.join(schemes)} address")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidBody("url must hold neither a user nor a fragment")
    is_secure = parts.scheme == "https"
    port = port or (443 if is_secure else 80)
    for address in await _resolve(parts.hostname, port):
        if not _may_be_called(address, is_local=is_local):
            raise InvalidBody(f"url leads to {address}, which is not a public address")
        found = address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, parts.netloc, found, port, path, is_secure)


def _may_be_called(address: str, *, is_local: bool) -> bool:
    number = ipaddress.ip_address(address)
    mapped = getattr(number, "ipv4_mapped", None)
    number = mapped or number
    return (number.is_global and not number.is_multicast) or (is_local and number.is_loopback)


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InvalidBody("url: the host is not known") from error
    if not found:
        raise InvalidBody("url: the host is not known")
    return [str(one[4][0]).partition("%")[0] for one in found]
