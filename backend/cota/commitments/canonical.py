"""Canonical JSON (RFC 8785): the one spelling of a value, so that two parties hash the same bytes.

First step of every commitment: value -> **canonical bytes** -> digest. Promises: what one side can write,
the other can read back to the same bytes and a database can keep; whatever cannot (NaN, an integer that a
double cannot hold, half a surrogate pair, U+0000, a repeated key, absurd nesting) is refused with
MalformedJson, never repaired.
"""

import json
import math
import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, NoReturn

import orjson
import rfc8785

from cota.errors import BadRequest

Json = Any
"""None, bool, int, float, str, and lists and str-keyed dicts of these."""

MAX_DEPTH = 64
MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly; larger ones travel as decimal strings."""

# A string without an end is taken whole, too: begun again at each of its quotes, a short body would take hours.
_STRINGS = re.compile(rb'"(?:[^"\\]+|\\.)*+"?', re.DOTALL)
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - set(_STEPS))
_FIRST_EXPONENT_FORM = 1e21
"""From here on a canonical number is written with an exponent, so it is read back as a float."""


class MalformedJson(BadRequest):
    """The bytes are not JSON, or the value has no canonical form."""


def _check_text(text: str) -> None:
    if "\0" in text:
        raise MalformedJson("the JSON holds U+0000, which databases cannot keep")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise MalformedJson(f"the JSON holds half a surrogate pair at character {error.start}") from error


def _check_number(number: float) -> None:
    if not math.isfinite(number):
        raise MalformedJson(f"{number} is not a JSON number")
    if MAX_SAFE_INTEGER < abs(number) < _FIRST_EXPONENT_FORM:
        raise MalformedJson("the JSON holds a number beyond 2^53: write it as a decimal string")


def _check(value: object, depth: int = 0) -> None:
    if depth == MAX_DEPTH and isinstance(value, dict | list | tuple):
        raise MalformedJson(f"the JSON nests deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        for key, child in value.items():
            _check(key if isinstance(key, str) else None)
            _check(child, depth + 1)
    elif isinstance(value, list | tuple):
        for child in value:
            _check(child, depth + 1)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float):
        _check_number(value)


def _is_plain(value: object, depth: int = 0) -> bool:
    """Only what every writer spells alike: no float, no integer beyond 2^53, no absurd nesting."""
    if type(value) is dict:
        children: Iterable[object] = value.values()
    elif type(value) is list:
        children = value
    else:
        return type(value) is str or _is_plain_scalar(value)
    if depth >= MAX_DEPTH:
        return False
    # Most are texts: a million lines have tens of millions of them, and a call for each takes longer than all the rest.
    for child in children:
        kind = type(child)
        if kind is str:
            continue
        if not (_is_plain(child, depth + 1) if kind is dict or kind is list else _is_plain_scalar(child)):
            return False
    return True


def _is_plain_scalar(value: object) -> bool:
    if isinstance(value, int):
        return -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER
    return value is None or isinstance(value, str)


def _write_quickly(value: Json) -> bytes | None:
    """The bytes of a value that is surely spelled like this, or None: then it is written with care.

    Of ASCII without an escape, orjson and RFC 8785 sort keys and spell texts and integers alike. Ten times as fast,
    where files have a million lines.
    """
    try:
        raw = orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if _is_plain(value) else b"\\"
    except orjson.JSONEncodeError:
        return None
    return raw if raw.isascii() and b"\\" not in raw else None


def canonical(value: Json) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises MalformedJson."""
    quickly = _write_quickly(value)
    if quickly is not None:
        return quickly
    _check(value)
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise MalformedJson(f"the value has no canonical JSON form: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise MalformedJson("a key occurs twice in one JSON object")
    return result


def _parse_integer(digits: str) -> int:
    # Bounded before int(): a megabyte of digits would take the parser seconds.
    if len(digits) > 17 or abs(int(digits)) > MAX_SAFE_INTEGER:
        raise MalformedJson("the JSON holds an integer beyond 2^53: write it as a decimal string")
    return int(digits)


def nests_deeper(data: bytes, levels: int) -> bool:
    """Whether brackets outside strings stand deeper than so many levels; the bytes need not be JSON.

    To ask before `json.loads`, which would give up only at Python's own limit of recursion (`cota` keeps that low).
    """
    if data.count(b"[") + data.count(b"{") <= levels:
        return False
    brackets = _STRINGS.sub(b"", data).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > levels


def parse_json(data: bytes) -> Json:
    """Strict JSON in UTF-8: no repeated keys, no NaN, integers within 2^53. Raises MalformedJson."""
    if nests_deeper(data, MAX_DEPTH):
        raise MalformedJson(f"the JSON nests deeper than {MAX_DEPTH} levels")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_parse_integer,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise MalformedJson("the bytes are not JSON in UTF-8") from error
    _check(value)
    return value


def _parse_quickly(data: bytes) -> Json | None:
    """The object of bytes that are surely canonical, or None: then they are read with care. A repeated key or another
    spelling does not come back as it was."""
    if not data.isascii() or b"\\" in data:
        return None
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) and _write_quickly(value) == data else None


def parse_canonical(data: bytes) -> Json:
    """Like parse_json, and the bytes must be the canonical ones. Raises MalformedJson."""
    quickly = _parse_quickly(data)
    if quickly is not None:
        return quickly
    value = parse_json(data)
    if canonical(value) != data:
        raise MalformedJson("the JSON is not in canonical form (RFC 8785)")
    return value
