"""request bytes -> **strict JSON** -> pydantic schema.

Promises: JSON that two parsers could read differently (repeated keys, NaN, numbers beyond 2^53), that
PostgreSQL cannot keep (NUL, lone surrogates) or that would exhaust the interpreter (depth, endless digits) is
refused here as a 400 problem; nothing behind this module has to think of it.
"""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from cota.commitments.canonical import MAX_SAFE_INTEGER, nests_deeper
from cota.errors import BadRequest

MAX_DEPTH = 32
# Escapes that may decode to NUL or to half of a surrogate pair; `\\u0000` also matches and is then found harmless.
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def parse_json(raw: bytes) -> Any:
    """Reads one JSON value. Raises `BadRequest` with a reason that a person can act on."""
    if nests_deeper(raw, MAX_DEPTH):
        raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels")
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_unique_keys,
            parse_constant=_no_constant,
            parse_float=_exact_float,
            parse_int=_exact_integer,
        )
    except UnicodeDecodeError as error:
        raise BadRequest("the body is not UTF-8") from error
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    # A body without escapes cannot hide a NUL.
    if _SUSPECT_ESCAPE.search(raw):
        check_value(value)
    return value


def check_value(value: Any) -> None:
    """Refuses depth, NUL and lone surrogates anywhere in a decoded JSON value."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        following: list[Any] = []
        for node in level:
            if isinstance(node, str):
                check_text(node)
            elif isinstance(node, list):
                following.extend(node)
            elif isinstance(node, dict):
                following.extend(node.keys())
                following.extend(node.values())
        if not following:
            return
        level = following
    raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels")


def check_text(text: str) -> None:
    """Refuses text that UTF-8 or PostgreSQL cannot hold."""
    if "\x00" in text:
        raise BadRequest("text with a NUL character cannot be stored")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRequest("text with half of a surrogate pair is not Unicode") from error


class StrictRequest(Request):
    """A request whose JSON is read by `parse_json`."""

    async def json(self) -> Any:
        return parse_json(await self.body())


class StrictRoute(APIRoute):
    """Hands `StrictRequest` to FastAPI, so that every router made with it reads bodies strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return handle_strictly


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is repeated in one object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _exact_float(digits: str) -> float:
    value = float(digits)
    # PostgreSQL writes 1e300 as 301 digits, which every reader then takes for an integer without a canonical form.
    if abs(value) > MAX_SAFE_INTEGER:
        raise ValueError(f"{digits[:20]} is beyond 2^53: write it as a string")
    return value


def _exact_integer(digits: str) -> int:
    # Bounded before int(): a megabyte of digits would take the parser seconds.
    if len(digits) > 17 or abs(int(digits)) > MAX_SAFE_INTEGER:
        raise ValueError(f"{digits[:20]} is beyond 2^53: write it as a decimal string")
    return int(digits)
