"""A publisher's file -> **question and terms** -> client. What `cota dataset create` and `describe` read.

Promises: unknown or missing fields, repeated keys and wrong forms are refused with file, line and field;
amounts follow the one rule of the command line; whatever the file does not say takes the network's usual
value, and is shown before anything is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from pathlib import Path
from typing import Any

from cota.chain.terms import PreviewPolicy, Terms, TransferPolicy
from cota.cli.amounts import SHARE_DECIMALS, parse_typed
from cota.cli.failures import Failed, WrongUse
from cota.client import Currency
from cota.commitments.canonical import parse_json
from cota.datasets.question import check_schema
from cota.errors import DomainError
from cota.scoring import NEWEST
from cota.units import ZERO_ADDRESS, parse_address, parse_hash32

LARGEST_FILE = 64 * 2**20

_SHARES = Currency(ZERO_ADDRESS, "a dataset's shares", SHARE_DECIMALS)
_TEXTS = ("title", "description", "uri", "field")
_IN_SHARES = frozenset({"supply_cap", "units_per_label"})
_IN_STAKE = frozenset({"stake", "penalty_cap", "challenge_bond", "proposer_bond"})
_IN_PAYMENT = frozenset({"price_floor", "audit_fee"})
_POLICIES: Mapping[str, type[IntEnum]] = {"transfer_policy": TransferPolicy, "preview_policy": PreviewPolicy}
_ADDRESSES = frozenset({"coordinator", "successor", "payment_token"})
_HASHES = frozenset({"credential", "draw_commitment"})
# Said by other means: the account, the schema, the rules' version.
_DERIVED = frozenset({"publisher", "schema_hash", "rules_hash"})
_CHOICES = {one.name for one in fields(Terms)} - _DERIVED


@dataclass(frozen=True)
class Wanted:
    """What a publisher's file asks for; `choices` are fields of the terms, parsed."""

    title: str
    description: str
    uri: str
    schema: Any
    rules: int
    reviews: int
    field: str
    choices: Mapping[str, Any]


def read_wanted(
    path: Path, payment: Currency, stake: Currency, told: Mapping[str, Any] | None = None
) -> Wanted:
    """The file of `dataset create` and `dataset describe`. Raises Failed.

    `told`: as much of the question as the file of items tells; what this file says goes before it.
    """
    found = read_object(path)
    if told and isinstance(found.setdefault("schema", {}), dict):
        found["schema"] = {**told, **found["schema"]}
    missing = [name for name in ("title", "schema") if name not in found]
    unknown = sorted(set(found) - _CHOICES - {*_TEXTS, "schema", "rules", "reviews"})
    if missing or unknown:
        what = [f"{name} is missing" for name in missing] + [f"{name} is not a field" for name in unknown]
        raise Failed(f"{path}: {'; '.join(what)}")
    try:
        check_schema(found["schema"])
    except DomainError as error:
        raise Failed(f"{path}: schema: {error.detail}") from None
    currencies = {name: payment for name in _IN_PAYMENT} | {name: stake for name in _IN_STAKE}
    currencies |= {name: _SHARES for name in _IN_SHARES}
    texts = {name: _read(path, name, found.get(name, ""), _text) for name in _TEXTS}
    choices = {
        name: _read(path, name, found[name], lambda value, name=name: _choice(name, value, currencies))
        for name in sorted(_CHOICES & set(found))
    }
    return Wanted(
        **texts,
        schema=found["schema"],
        rules=_read(path, "rules", found.get("rules", NEWEST), _count),
        reviews=_read(path, "reviews", found.get("reviews", 0), _count),
        choices=choices,
    )


def read_object(path: Path) -> dict[str, Any]:
    """One JSON object. Raises Failed."""
    try:
        value = parse_json(read_bytes(path).removeprefix(b"\xef\xbb\xbf"))
    except DomainError as error:
        raise Failed(f"{path}: {error.detail}") from None
    if not isinstance(value, dict):
        raise Failed(f"{path}: one JSON object is wanted")
    return value


def read_bytes(path: Path) -> bytes:
    """The whole of a file that is not absurdly large. Raises Failed."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST_FILE:
        raise Failed(f"{path} is larger than {LARGEST_FILE // 2**20} MiB: split it")
    return content


def _read(path: Path, name: str, value: Any, parse: Any) -> Any:
    try:
        return parse(value)
    except (ValueError, WrongUse) as error:
        raise Failed(f"{path}: {name}: {error}") from None


def _choice(name: str, value: Any, currencies: Mapping[str, Currency]) -> Any:
    """One field of the terms, by its kind."""
    if name in currencies:
        currency = currencies[name]
        return parse_typed(_text(value)).base_units(currency.decimals, currency.symbol)
    if name in _ADDRESSES:
        return parse_address(_text(value))
    if name in _HASHES:
        return parse_hash32(_text(value))
    if name in _POLICIES:
        known = {one.name.lower().replace("_", "-"): one for one in _POLICIES[name]}
        if value not in known:
            raise ValueError(f"one of {', '.join(known)} is wanted")
        return known[value]
    return _count(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number is wanted")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('a text is wanted, such as "25.5"')
    return value
