"""The one place that reads the environment: frozen settings, checked whole before anything starts.

Environment -> **settings** -> every process (api, indexer, worker, command line, deploy). Promises: all
problems are reported at once, each naming its variable; no error, `repr` or log line holds a key, a password
or the path of a node's URL; keys that everybody knows are refused on every chain but the local one.
"""

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from cota.environment import Reader, stack_defaults
from cota.keys import SigningKey, development_addresses, local_key
from cota.networks import NETWORKS, Network
from cota.units import Address

ROOT: Final = Path(__file__).resolve().parents[2]

MOST_FEE: Final = 10**15
"""Wei per gas: a million gwei."""
KEY_ROLES: Final = ("deployer", "coordinator", "receipt", "relayer")
VARIABLES: Final = (
    "DATABASE_URL",
    "RPC_URL",
    "COTA_NETWORK",
    "COTA_STORE",
    "COTA_DEPLOYMENTS",
    "COTA_TREASURY",
    "COTA_API_URL",
    "COTA_HOST",
    "COTA_PORT",
    "COTA_METRICS_PORT",
    "COTA_UPLOAD_MIB",
    "COTA_BOUNTIES",
    "COTA_BOUNTY_LEAST",
    "COTA_FEE_CEILING",
    "COTA_FEE_PRIORITY",
    "COTA_LOG_LEVEL",
    "COTA_KEY",
    *(f"COTA_{role.upper()}_KEY" for role in KEY_ROLES),
)
"""All that is read. DATABASE_URL, RPC_URL and the keys may also lie in a file: append _FILE to the name."""


class SettingsError(Exception):
    """Everything wrong with the environment; one line each in `problems`."""

    def __init__(self, problems: Collection[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("cannot start with these settings:\n" + "\n".join(f"  {p}" for p in self.problems))


@contextmanager
def refusing(*foreseen: type[Exception]) -> Iterator[None]:
    """The door of a process: bad settings, and what else is `foreseen`, end it with their words and status 1."""
    told: tuple[type[Exception], ...] = (SettingsError, *foreseen)
    try:
        yield
    except told as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Settings:
    network: Network
    deployments: Path
    """Folder of `<network>.json` and of `abi/`."""
    api_url: str
    """Where clients find the API."""
    host: str
    port: int
    metrics_port: int
    """Where an indexer serves its metrics; 0: nowhere."""
    upload_mib: int
    """How large a streamed upload may be."""
    bounties: str
    """What a worker does for bounties: PAY (and assign), ASSIGN, OFF."""
    bounty_least: int
    """Base units of a token of six decimals below which a payment is left to whom it belongs."""
    fee_ceiling: int | None
    """Wei per gas that no transaction passes; none: what the chain asks."""
    fee_priority: int | None
    """Wei per gas for the block's maker; none: what the node suggests."""
    log_level: str
    _rpc_urls: tuple[str, ...] = field(repr=False)
    _store: str | None
    _database: str | None = field(repr=False)
    _treasury: Address | None
    _keys: Mapping[str, SigningKey] = field(repr=False)
    _local_roles: frozenset[str]
    """Played by development keys, which are worked out when they are asked for: that takes a while."""

    @property
    def treasury(self) -> Address | None:
        if self._treasury is None and self.network.is_local:
            return local_key("treasury").address
        return self._treasury

    @property
    def rpc_urls(self) -> tuple[str, ...]:
        """The nodes to ask, in order of preference. Raises SettingsError when not set."""
        if not self._rpc_urls:
            raise SettingsError([_MISSING["rpc"]])
        return self._rpc_urls

    @property
    def store(self) -> str:
        """fsspec URL of the content store. Raises SettingsError when not set."""
        if self._store is None:
            raise SettingsError([_MISSING["store"]])
        return self._store

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL with the psycopg driver. Raises SettingsError when not set."""
        if self._database is None:
            raise SettingsError([_MISSING["database"]])
        return self._database

    def key(self, role: str) -> SigningKey:
        """`role`: one of KEY_ROLES, or "account", the wallet at the command line.

        Raises SettingsError when not set.
        """
        if role in self._local_roles:
            return local_key(role)
        try:
            return self._keys[role]
        except KeyError:
            raise SettingsError([_missing(role)]) from None

    def has_key(self, role: str) -> bool:
        return role in self._keys or role in self._local_roles

    def secrets(self) -> tuple[str, ...]:
        """What a log line must never hold. Development keys, which everybody knows, are no secrets."""
        hidden = [spelled for key in self._keys.values() for spelled in (key.reveal(), key.reveal()[2:])]
        database = urlsplit(self._database or "")
        hidden += [self._database or "", database.password or ""]
        for url in self._rpc_urls:
            parts = urlsplit(url)
            hidden += [parts.password or "", parts.path.strip("/"), parts.query]
        return tuple(secret for secret in hidden if secret)


def load(
    network: str | None = None, needs: Collection[str] = (), environ: Mapping[str, str] | None = None
) -> Settings:
    """Read and check everything. `network` overrides COTA_NETWORK; `needs` holds what this
    process cannot do without ("rpc", "database", "store", key roles), to report its absence with the rest.

    Raises SettingsError with all problems.
    """
    reader = Reader(os.environ if environ is None else environ)
    name = network or reader.text("COTA_NETWORK") or "local"
    chosen = NETWORKS.get(name)
    if chosen is None:
        variable = "--network" if network else "COTA_NETWORK"
        reader.problems.append(f"{variable}={name!r} is not known; known networks: {', '.join(NETWORKS)}")
        chosen = NETWORKS["local"]
        is_local = False  # report the rest as for a real network, without local's defaults
    else:
        is_local = chosen.is_local

    defaults = stack_defaults(ROOT / "var" / "stack.json") if is_local else {}
    keys = _keys(reader, is_local)
    host, port = reader.text("COTA_HOST") or "127.0.0.1", reader.port("COTA_PORT", 8000)
    settings = Settings(
        network=chosen,
        deployments=Path(reader.text("COTA_DEPLOYMENTS") or ROOT / "deployments"),
        api_url=reader.http_url("COTA_API_URL") or defaults.get("api_url") or f"http://{host}:{port}",
        host=host,
        port=port,
        metrics_port=reader.port("COTA_METRICS_PORT", 0),
        upload_mib=reader.whole("COTA_UPLOAD_MIB", 512, most=65_536),
        bounties=reader.choice("COTA_BOUNTIES", ("PAY", "ASSIGN", "OFF"), "PAY"),
        bounty_least=reader.whole("COTA_BOUNTY_LEAST", 10_000, most=10**12 - 1),
        fee_ceiling=reader.whole_or_none("COTA_FEE_CEILING", MOST_FEE),
        fee_priority=reader.whole_or_none("COTA_FEE_PRIORITY", MOST_FEE, least=0),
        log_level=reader.choice("COTA_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
        _rpc_urls=reader.http_urls("RPC_URL") or _default_nodes(is_local, defaults),
        _store=reader.text("COTA_STORE") or _default_store(is_local, defaults),
        _database=reader.database_url("DATABASE_URL") or defaults.get("database_url"),
        _treasury=_treasury(reader, is_local),
        _keys=MappingProxyType(keys),
        _local_roles=frozenset(
            role
            for role in KEY_ROLES
            if is_local and role not in keys and not reader.names_problem(key_variable(role))
        ),
    )
    ceiling, priority = settings.fee_ceiling, settings.fee_priority
    if ceiling is not None and priority is not None and ceiling < priority:
        reader.problems.append(f"COTA_FEE_CEILING ({ceiling}) is below COTA_FEE_PRIORITY ({priority})")
    _report_missing(reader, settings, needs)
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


def key_variable(role: str) -> str:
    """The variable that holds a role's key."""
    return "COTA_KEY" if role == "account" else f"COTA_{role.upper()}_KEY"


def mask_url(url: str) -> str:
    """A node's URL fit for a log: the path and the query often hold an API key, the user part a password."""
    parts = urlsplit(url)
    place = parts.hostname or ""
    place += f":{parts.port}" if parts.port else ""
    hidden = "/..." if parts.path.strip("/") or parts.query else ""
    return f"{parts.scheme}://{place}{hidden}"


def _default_nodes(is_local: bool, defaults: Mapping[str, str]) -> tuple[str, ...]:
    return (defaults.get("rpc_url") or "http://127.0.0.1:8545",) if is_local else ()


def _default_store(is_local: bool, defaults: Mapping[str, str]) -> str | None:
    return (defaults.get("store") or (ROOT / "var" / "store").as_uri()) if is_local else None


def _treasury(reader: Reader, is_local: bool) -> Address | None:
    address = reader.address("COTA_TREASURY")
    if address is not None and not is_local and address in development_addresses():
        reader.problems.append(f"COTA_TREASURY is {_KNOWN}")
    return address


_KNOWN = "a development account whose private key everybody knows: use it on the local network only"


def _keys(reader: Reader, is_local: bool) -> dict[str, SigningKey]:
    keys: dict[str, SigningKey] = {}
    for role in (*KEY_ROLES, "account"):
        variable = key_variable(role)
        key = reader.key(variable)
        if key is None:
            continue
        if not is_local and key.address in development_addresses():
            reader.problems.append(f"{variable} is {_KNOWN}")
        keys[role] = key
    return keys


def _report_missing(reader: Reader, settings: Settings, needs: Collection[str]) -> None:
    present = {"rpc": settings._rpc_urls, "store": settings._store, "database": settings._database}
    for need in needs:
        problem = _missing(need)
        is_there = bool(present[need]) if need in present else settings.has_key(need)
        if not is_there and not reader.names_problem(problem.split()[0]):
            reader.problems.append(problem)


_MISSING = {
    "rpc": "RPC_URL is not set: name one node or more, separated by commas",
    "store": "COTA_STORE is not set: an fsspec URL such as s3://bucket/cota or file:///srv/cota",
    "database": "DATABASE_URL is not set: name a PostgreSQL (15 or newer), or start one with make up",
}


def _missing(need: str) -> str:
    return _MISSING.get(need) or f"{key_variable(need)} is not set"
