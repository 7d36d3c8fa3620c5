"""Reading one variable at a time: text, file, URL, address, key. Used by settings alone.

Promises: a bad value becomes one line in `problems` that names the variable and what is wrong, and never
repeats the value of anything that may be secret; NAME_FILE serves wherever a secret may lie in a file.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cota.keys import SigningKey
from cota.units import Address, parse_address

T = TypeVar("T")


class Reader:
    """Collects what it cannot read instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def names_problem(self, variable: str) -> bool:
        """Whether a problem of this variable is already told: its absence is then no second one."""
        return any(re.match(rf"{variable}(_FILE)?\b", problem) for problem in self.problems)

    def text(self, name: str) -> str | None:
        """The value; an empty one counts as not set, as in every shell script."""
        return self._environ.get(name) or None

    def secret(self, name: str) -> str | None:
        """The value of NAME, or the content of the file that NAME_FILE names, without its last line break."""
        value, file = self.text(name), self.text(f"{name}_FILE")
        if value and file:
            self.problems.append(f"{name} and {name}_FILE are both set: keep one")
            return None
        if not file:
            return value
        try:
            content = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as failure:
            reason = failure.strerror if isinstance(failure, OSError) else "not a text file"
            self.problems.append(f"{name}_FILE cannot be read: {reason}")
            return None
        return content.removesuffix("\n").removesuffix("\r")

    def key(self, name: str) -> SigningKey | None:
        return self._parse(name, self.secret(name), SigningKey)

    def address(self, name: str) -> Address | None:
        return self._parse(name, self.text(name), parse_address)

    def database_url(self, name: str) -> str | None:
        return self._parse(name, self.secret(name), _parse_database_url)

    def http_url(self, name: str) -> str | None:
        return self._parse(name, self.text(name), _parse_http_url)

    def http_urls(self, name: str) -> tuple[str, ...]:
        """A list separated by commas."""
        listed = [part.strip() for part in (self.secret(name) or "").split(",") if part.strip()]
        urls = [self._parse(name, part, _parse_http_url) for part in listed]
        return tuple(url for url in urls if url)

    def port(self, name: str, default: int) -> int:
        return self._parse(name, self.text(name), _parse_port) or default

    def whole(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 on."""
        found = self.whole_or_none(name, most)
        return default if found is None else found

    def whole_or_none(self, name: str, most: int, least: int = 1) -> int | None:
        """A whole number, `least` to `most`; none where nothing is set."""
        text = self.text(name)
        if text is None:
            return None
        if not re.fullmatch(r"[0-9]{1,18}", text) or not least <= int(text) <= most:
            self.problems.append(f"{name} must be a whole number, {least} to {most}")
            return None
        return int(text)

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        value = (self.text(name) or default).upper()
        if value not in choices:
            self.problems.append(f"{name} must be one of {', '.join(choices)}")
            return default
        return value

    def _parse(self, name: str, text: str | None, parse: Callable[[str], T]) -> T | None:
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as problem:
            self.problems.append(f"{name} {problem}")
            return None


def _parse_database_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError("must be a PostgreSQL URL: postgresql://user:password@host:port/database")
    return "postgresql+psycopg" + text[len(parts.scheme) :]


def _parse_http_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https URL")
    return text.rstrip("/")


def _parse_port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65_536:
        raise ValueError("must be a port, 1 to 65535")
    return int(text)


def stack_defaults(file: Path) -> dict[str, str]:
    """What `make up` wrote of the running stack: database_url, rpc_url, api_url. Empty when none runs."""
    try:
        known = json.loads(file.read_text("utf-8"))["settings"]
    except (OSError, ValueError, KeyError):
        return {}
    return {str(name): str(value) for name, value in known.items()}
