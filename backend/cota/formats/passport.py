"""The passport of a licence: **what the chain said of it at one block** -> its own file -> an auditor without a node.

Whoever holds an export and its passport checks every record offline. What the passport says is itself checked
against any node (`cota verify export --rpc`). Promises: one spelling of each passport (canonical JSON); it names
the export by its SHA-256; it says which accounts are contracts, whose signatures only a node can judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cota.commitments.canonical import canonical, parse_canonical
from cota.errors import BadRequest
from cota.formats.shapes import ADDRESS, BYTES, BYTES32, COUNT, TEXT, UINT128, UINT256, Shape, many
from cota.units import Address

VERSION = 1
LARGEST = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Checkpointed:
    """Rows [start, end) of the log under one root; `made_at` in Unix seconds."""

    number: int
    start: int
    end: int
    log_root: bytes
    made_at: int


@dataclass(frozen=True, slots=True)
class Batched:
    """Items and gold committed together."""

    number: int
    items_root: bytes
    gold_root: bytes
    first_item: int
    count: int


@dataclass(frozen=True, slots=True)
class Passport:
    """Amounts are base units of `token`, times Unix seconds; `expires_at` 0: for good. `covered` are the epochs
    that the licence opens; `terms` is abi.encode of the dataset's terms, whose hash is on chain."""

    version: int
    network: str
    chain_id: int
    genesis_hash: bytes
    block_number: int
    block_hash: bytes
    block_time: int
    registry: Address
    ledger: Address
    market: Address
    shares: Address
    dataset: bytes
    terms: bytes
    license: int
    license_class: int
    holder: Address
    price: int
    token: Address
    token_symbol: str
    token_decimals: int
    bought_at: int
    expires_at: int
    covered: tuple[int, ...]
    checkpoints: tuple[Checkpointed, ...]
    batches: tuple[Batched, ...]
    receipt_keys: tuple[Address, ...]
    contract_wallets: tuple[Address, ...]
    records: int
    erased: int
    export_bytes: int
    export_sha256: bytes


_CHECKPOINT = Shape(
    Checkpointed, {"number": COUNT, "start": COUNT, "end": COUNT, "log_root": BYTES32, "made_at": COUNT}
)
_BATCH = Shape(
    Batched,
    {"number": COUNT, "items_root": BYTES32, "gold_root": BYTES32, "first_item": COUNT, "count": COUNT},
)
_PASSPORT = Shape(
    Passport,
    {
        "version": COUNT,
        "network": TEXT,
        "chain_id": COUNT,
        "genesis_hash": BYTES32,
        "block_number": COUNT,
        "block_hash": BYTES32,
        "block_time": COUNT,
        "registry": ADDRESS,
        "ledger": ADDRESS,
        "market": ADDRESS,
        "shares": ADDRESS,
        "dataset": BYTES32,
        "terms": BYTES,
        "license": UINT256,
        "class": COUNT,
        "holder": ADDRESS,
        "price": UINT128,
        "token": ADDRESS,
        "token_symbol": TEXT,
        "token_decimals": COUNT,
        "bought_at": COUNT,
        "expires_at": COUNT,
        "covered": many(COUNT),
        "checkpoints": many(_CHECKPOINT.kind()),
        "batches": many(_BATCH.kind()),
        "receipt_keys": many(ADDRESS),
        "contract_wallets": many(ADDRESS),
        "records": COUNT,
        "erased": COUNT,
        "export_bytes": COUNT,
        "export_sha256": BYTES32,
    },
    "license-passport",
)


def write_passport(passport: Passport) -> bytes:
    """Its file: one line."""
    return canonical(_PASSPORT.write(passport)) + b"\n"


def read_passport(raw: bytes) -> Passport:
    """Raises BadRequest for what is no passport, or one of another version."""
    if not raw.endswith(b"\n"):
        raise BadRequest("a passport is one line, and this one is cut off")
    value = parse_canonical(raw[:-1])
    if not isinstance(value, dict) or value.get("type") != "license-passport":
        raise BadRequest("this is no licence passport")
    if value.get("version") != VERSION:
        raise BadRequest(f"version {value.get('version')} of the passport is unknown here")
    return _PASSPORT.read(value)


def passport_of(export: Path) -> Path:
    """Where the passport of an export stands: beside it."""
    return export.with_name(f"{export.name}.passport.json")
