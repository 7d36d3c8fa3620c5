"""What the worker reads about bounties every few seconds costs what is there, not bounties times epochs times parts."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cota.settlement import bounty_queries
from cota.store.urls import psycopg_dsn

DATASET, BOUNTIES, EPOCHS, TAKEN = b"\x07" * 32, 4, 60, 20


@pytest.fixture
def mirror(migrated_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Bounties that cover many final epochs and whose money was spent by the first of them."""
    with psycopg.connect(psycopg_dsn(migrated_url), autocommit=True) as connection:
        fill(connection, "annotation_ledger_checkpointed", EPOCHS, checkpoint="g")
        fill(connection, "annotation_ledger_epoch_finalized", EPOCHS, checkpoint="g", total_units="100")
        fill(
            connection, "annotation_ledger_correction_opened", 3, checkpoint="g", epoch="g + 2^63", units="10"
        )
        opened = {"bounty": "g", "per_label": "30", "units_per_label": "1", "first_checkpoint": "1"}
        fill(connection, "bounty_escrow_bounty_opened", BOUNTIES, **opened)
        fill(connection, "bounty_escrow_bounty_funded", BOUNTIES, bounty="g", amount=str(TAKEN * 3_000))
        bounty, epoch = f"1 + (g - 1) % {BOUNTIES}", f"1 + (g - 1) / {BOUNTIES}"
        part = {"bounty": bounty, "epoch": epoch, "amount": "3000", "total_units": "100"}
        fill(connection, "bounty_escrow_bounty_assigned", BOUNTIES * TAKEN, **part)
        connection.execute("ANALYZE")
        yield connection


def fill(connection: psycopg.Connection[Any], event: str, count: int, **values: str) -> None:
    """So many logs; `values` are SQL, g their number. What is not given is empty."""
    known = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'mirror' AND table_name = %s",
        (event,),
    ).fetchall()
    told = {"block_number": "g", "block_hash": f"decode(md5('{event}' || g), 'hex')", "block_time": "now()"}
    told |= {"dataset": f"decode('{DATASET.hex()}', 'hex')"} | values
    empty = {"bytea": "'\\x00'", "timestamp with time zone": "now()"}
    columns = ", ".join(f'"{name}"' for name, _ in known)
    made = ", ".join(told.get(name, empty.get(kind, "0")) for name, kind in known)
    connection.execute(
        f"INSERT INTO mirror.{event} ({columns}) SELECT {made} FROM generate_series(1, {count}) g"
    )


def loops(connection: psycopg.Connection[Any], statement: Any, **values: Any) -> int:
    """How often the sums of what a bounty has left were made anew at most."""
    words = str(statement.compile(compile_kwargs={"literal_binds": False}))
    for name in values:
        words = words.replace(f":{name}", f"%({name})s")
    (plan,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {words}", values).fetchone() or ((),)
    found = plan if isinstance(plan, list) else json.loads(plan)
    return max(_loops(found[0]["Plan"]))


def _loops(node: dict[str, Any]) -> Iterator[int]:
    yield node["Actual Loops"] if node["Node Type"] == "Aggregate" else 0
    for child in node.get("Plans", ()):
        yield from _loops(child)


@pytest.mark.parametrize("least", [0, 10_000])
def test_unassigned__many_epochs_of_spent_bounties__sums_each_bounty_once(
    mirror: psycopg.Connection[Any], least: int
) -> None:
    found = loops(mirror, bounty_queries._UNASSIGNED, dataset=DATASET, least=least, limit=10)
    assert 0 < found <= BOUNTIES


def test_corrections__many_epochs_of_spent_bounties__sum_each_bounty_once(
    mirror: psycopg.Connection[Any],
) -> None:
    assert 0 < loops(mirror, bounty_queries._UNPAID_CORRECTIONS, dataset=DATASET) <= BOUNTIES
