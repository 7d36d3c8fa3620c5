"""What no submission can cost less than: recovery alone, a receipt's signature alone, one durable INSERT alone.

Microseconds of CPU for the first two, rows a second for the third (one connection, one row a transaction, fsync on).
"""

import secrets
import time
from typing import Any

import psycopg

from cota.auth.signatures import recover, sign_digest
from cota.auth.typed import Domain, Receipt, digest
from cota.units import ZERO_ADDRESS
from scripts.bench import record
from scripts.stack.ports import free_port
from scripts.stack.postgres import create_cluster
from scripts.stack.processes import Supervisor

ROUNDS = 2_000
ROWS = 2_000


def measure() -> dict[str, Any]:
    secret, name = secrets.token_bytes(32), secrets.token_bytes(32)
    signature = sign_digest(name, secret)
    domain = Domain(31_337, ZERO_ADDRESS)

    def receipt(number: int) -> None:
        sign_digest(digest(domain, Receipt(name, number, name, number)), secret)

    return {
        "recovery_us": _microseconds(lambda _number: recover(name, signature)),
        "receipt_us": _microseconds(receipt),
        "inserts_per_s": round(_inserts(), 1),
    }


def _microseconds(work: Any) -> float:
    started = time.process_time()
    for number in range(ROUNDS):
        work(number)
    return round((time.process_time() - started) * 1e6 / ROUNDS, 1)


def _inserts() -> float:
    folder = record.FOLDER / "api-floor"
    cluster = create_cluster(folder / "postgres", free_port())
    try:
        with Supervisor(folder / "log") as supervisor:
            supervisor.start(cluster.process())
            with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
                connection.execute("CREATE TABLE floor (id BIGINT PRIMARY KEY, row BYTEA NOT NULL)")
                row = secrets.token_bytes(500)
                started = time.perf_counter()
                for number in range(ROWS):
                    connection.execute("INSERT INTO floor VALUES (%s, %s)", (number, row))
                return ROWS / (time.perf_counter() - started)
    finally:
        cluster.remove()
