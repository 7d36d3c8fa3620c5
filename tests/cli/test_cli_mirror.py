"""`cota verify --mirror`: whoever runs a database can have it held, row by row, against the chain (P8).

The mirror is indexed by the command itself into a database of this file; each test damages a copy of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from cota.store.urls import psycopg_dsn
from tests.cli.story import Story
from tests.cli.terminal import Outcome
from tests.fixtures.postgres import PostgresServer

TABLE = "annotation_ledger_settlement_proposed"
"""Both datasets were settled: it has two rows or more."""

Copy = Callable[[], str]


@pytest.fixture(scope="module")
def indexed(story: Story, postgres_server: PostgresServer, migrated_template: str) -> Iterator[str]:
    """The name of a database that mirrors the story."""
    name = postgres_server.create(migrated_template)
    url = postgres_server.url(name)
    filled = story.terminal.start("indexer", "--until-head", DATABASE_URL=url)
    assert filled.code == 0, filled.err
    yield name
    postgres_server.drop(name)


@pytest.fixture
def mirror(indexed: str, postgres_server: PostgresServer) -> Iterator[str]:
    name = postgres_server.create(indexed)
    yield postgres_server.url(name)
    postgres_server.drop(name)


def sql(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(psycopg_dsn(url), autocommit=True) as connection:
        done = connection.execute(statement.encode(), values)
        return done.fetchall() if done.description else []


def verify(story: Story, url: str, *words: str) -> Outcome:
    return story.terminal.run("verify", "--mirror", *words, DATABASE_URL=url)


def check(answer: Outcome) -> dict[str, Any]:
    """What the report says of the mirror; all the rest agrees."""
    checks = {one["name"]: one for one in json.loads(answer.out)["checks"]}
    failed = {name for name, one in checks.items() if one["outcome"] == "failed"}
    assert failed <= {"mirror.fresh"}
    return dict(checks["mirror.fresh"])


def middle_row(url: str) -> tuple[int, int]:
    """Block and log of a row that has others of its table before it."""
    rows = sql(url, f"SELECT block_number, log_index FROM mirror.{TABLE} ORDER BY 1, 2")
    assert len(rows) > 1
    return rows[1][0], rows[1][1]


def finding(story: Story, url: str) -> dict[str, Any]:
    """What is wrong; the command ends with 1."""
    answer = verify(story, url, "--json")
    found = check(answer)
    assert (answer.code, found["outcome"]) == (1, "failed")
    return dict(found["finding"])


def test_mirror__that_is_exact__exit_0_and_how_much_was_compared(story: Story, mirror: str) -> None:
    (logs,) = sql(mirror, "SELECT count(*) FROM mirror_logs")[0]
    (tables,) = sql(
        mirror,
        "SELECT count(*) FROM information_schema.tables"
        " WHERE table_schema = 'mirror' AND table_type = 'BASE TABLE'"
        " AND table_name NOT IN ('cursor', 'log_position')",
    )[0]
    (reached,) = sql(mirror, "SELECT number FROM mirror.cursor")[0]
    answer = verify(story, mirror, "--json")
    made = check(answer)
    assert (answer.code, made["outcome"]) == (0, "ok")
    assert made["compared"] > logs > 50
    assert made["scope"] == f"{tables} tables, {made['compared']:,} rows, up to block {reached}"
    told = verify(story, mirror)
    assert told.code == 0
    assert f"{tables} tables" in told.out
    assert f"up to block {reached}" in " ".join(told.out.split())
    left = sql(mirror, "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'mirror_fresh')")
    assert left == [], "the fresh index is still there"


def test_mirror__one_value_changed__row_and_column_are_named(story: Story, mirror: str) -> None:
    block, log = middle_row(mirror)
    at = "WHERE block_number = %s AND log_index = %s"
    (units,) = sql(mirror, f"SELECT total_units FROM mirror.{TABLE} {at}", block, log)[0]
    sql(mirror, f"UPDATE mirror.{TABLE} SET total_units = total_units + 1 {at}", block, log)
    found = finding(story, mirror)
    assert found["where"] == f"mirror.{TABLE}, block {block}, log {log}"
    assert (found["expected"], found["found"]) == (f"total_units {units}", f"total_units {units + 1}")
    assert found["note"] == f"{TABLE}: 0 missing, 0 too many, 1 changed"
    told = verify(story, mirror)
    assert told.code == 1
    assert f"mirror.fresh: mirror.{TABLE}, block {block}, log {log}: expected" in " ".join(told.out.split())


def test_mirror__one_row_missing__it_is_named(story: Story, mirror: str) -> None:
    block, log = middle_row(mirror)
    sql(mirror, f"DELETE FROM mirror.{TABLE} WHERE block_number = %s AND log_index = %s", block, log)
    found = finding(story, mirror)
    assert found["where"] == f"mirror.{TABLE}, block {block}, log {log}"
    assert (found["expected"], found["found"]) == ("a row", "none")
    assert found["note"] == f"{TABLE}: 1 missing, 0 too many, 0 changed"


def test_mirror__one_row_too_many__it_is_named(story: Story, mirror: str) -> None:
    block, log = middle_row(mirror)
    names = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'mirror' AND table_name = %s"
    )
    columns = [name for (name,) in sql(mirror, f"{names} ORDER BY ordinal_position", TABLE)]
    values = ", ".join("9999" if name == "log_index" else f'"{name}"' for name in columns)
    sql(
        mirror,
        f"INSERT INTO mirror.{TABLE} SELECT {values} FROM mirror.{TABLE}"
        " WHERE block_number = %s AND log_index = %s",
        block,
        log,
    )
    found = finding(story, mirror)
    assert found["where"] == f"mirror.{TABLE}, block {block}, log 9999"
    assert (found["expected"], found["found"]) == ("no such row", "one too many")
    assert found["note"] == f"{TABLE}: 0 missing, 1 too many, 0 changed"


def test_mirror__several_tables_wrong__the_earliest_row_first_all_tables_told(
    story: Story, mirror: str
) -> None:
    created = "SELECT block_number, log_index FROM mirror.dataset_registry_dataset_created ORDER BY 1, 2"
    block, log = sql(mirror, created)[0]
    sql(mirror, "DELETE FROM mirror.dataset_registry_dataset_created")
    sql(mirror, f"DELETE FROM mirror.{TABLE}")
    found = finding(story, mirror)
    assert found["where"] == f"mirror.dataset_registry_dataset_created, block {block}, log {log}"
    assert found["note"].count(" missing, 0 too many, 0 changed") == 2


def test_mirror__the_time_of_a_block_changed__it_is_named(story: Story, mirror: str) -> None:
    (reached,) = sql(mirror, "SELECT number FROM mirror.cursor")[0]
    sql(mirror, "UPDATE mirror.blocks SET time = time + interval '1 second' WHERE number = %s", reached)
    found = finding(story, mirror)
    assert found["where"] == f"mirror.blocks, block {reached}"
    assert found["expected"].startswith("time ")


def test_mirror__on_a_block_that_the_chain_does_not_have__says_both(story: Story, mirror: str) -> None:
    sql(mirror, "UPDATE mirror.cursor SET hash = decode(repeat('ab', 32), 'hex')")
    found = finding(story, mirror)
    assert found["where"] == "the mirror"
    assert f"stands on 0x{'ab' * 32}, and the chain's block" in found["found"]


def test_mirror__none_there__is_no_agreement(story: Story, mirror: str, postgres_url: str) -> None:
    """Everything else agrees, and the exit code still says that what was asked for was not done."""
    without = verify(story, postgres_url, "--json")
    assert (without.code, check(without)["outcome"]) == (1, "skipped")
    assert without.complaint == (
        "cota: the mirror was not compared: DATABASE_URL has no mirror: run python -m cota.store.migrate"
    )
    sql(mirror, "DELETE FROM mirror.cursor")
    assert "the mirror is empty" in finding(story, mirror)["found"]
    away = verify(story, "postgresql://somebody:hush-hush@127.0.0.1:9/cota", "--json")
    assert (away.code, check(away)["outcome"]) == (1, "skipped")
    assert away.complaint.startswith("cota: the mirror was not compared: the database of DATABASE_URL: ")
    assert "hush-hush" not in away.out + away.err
