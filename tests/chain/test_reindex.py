"""`scripts.reindex`: a doubted mirror is made anew while it serves, and nobody notices but by what was wrong."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.chain.mirroring import (
    assert_mirror_is_chain,
    cursor,
    database,
    head,
    index_to_head,
    mirrored,
)
from tests.chain.running import ROOT, end, slow, start, wait_until
from tests.chain.stage import Stage
from tests.fixtures.deployed import Deployed
from tests.fixtures.shim import Shim

Shims = Callable[[str], Shim]


@pytest.fixture(scope="module")
def stage(deployed: Deployed) -> Iterator[Stage]:
    stage = Stage(deployed)
    stage.play()
    deployed.anvil.mine(150)
    yield stage
    stage.close()


def reindex(url: str, stage: Stage, **changes: str) -> "subprocess.Popen[str]":
    env = {**os.environ, **stage.deployed.env, "DATABASE_URL": url, **changes}
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.reindex"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, told = process.communicate(timeout=90)
    return process.returncode, told


def damage(url: str) -> None:
    with database(url) as connection:
        connection.execute("UPDATE mirror.dataset_shares_shares_claimed SET units = units + 1")
        connection.execute("DELETE FROM mirror.annotation_ledger_epoch_finalized")


def views(url: str) -> list[tuple[str, str, str, str]]:
    """Every view's columns and their types. (Their text may change: names that were implied are written out.)"""
    query = (
        "SELECT c.table_schema, c.table_name, c.column_name, c.udt_name FROM information_schema.columns c"
        " JOIN information_schema.views v USING (table_schema, table_name)"
        " WHERE table_schema IN ('mirror', 'public') ORDER BY 1, 2, c.ordinal_position"
    )
    with database(url) as connection:
        return connection.execute(query).fetchall()


def contents(url: str) -> dict[str, list[str]]:
    """Every view's rows as text."""
    names = sorted({f"{schema}.{view}" for schema, view, *_ in views(url)})
    with database(url) as connection:
        return {
            name: [row for (row,) in connection.execute(f"SELECT v::text FROM {name} v ORDER BY 1")]
            for name in names
        }


def indexes(url: str) -> list[str]:
    with database(url) as connection:
        rows = connection.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'mirror'").fetchall()
    return sorted(text for (text,) in rows)


def test_reindex__damaged_mirror__is_whole_again_while_readers_and_indexer_go_on(
    stage: Stage, migrated_url: str
) -> None:
    deployed = stage.deployed
    index_to_head(migrated_url, deployed)
    damage(migrated_url)
    before, keys = views(migrated_url), indexes(migrated_url)
    rows = len(mirrored(migrated_url))
    indexer = start(migrated_url, deployed.env)
    done, seen = threading.Event(), []

    def read() -> None:
        with database(migrated_url) as connection:
            while not done.is_set():
                found = connection.execute(
                    "SELECT (SELECT count(*) FROM mirror_logs), (SELECT count(*) FROM mirror.datasets)"
                ).fetchone()
                seen.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    code, told = finish(reindex(migrated_url, stage))
    done.set()
    reader.join()
    assert code == 0, told
    assert told.count("the old mirror differs") == 2
    assert {datasets for _, datasets in seen} == {1}
    assert all(count >= rows for count, _ in seen)
    stage.create_dataset()
    wait_until(lambda: cursor(migrated_url) == head(deployed))
    assert end(indexer, signal.SIGTERM)[0] == 0
    assert_mirror_is_chain(migrated_url, deployed)
    assert views(migrated_url) == before
    assert indexes(migrated_url) == keys
    with database(migrated_url) as connection:
        left = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('mirror_next', 'mirror_before')"
        assert connection.execute(left).fetchone() == (0,)


def test_reindex__right_mirror__views_say_the_same_and_rights_stay(stage: Stage, migrated_url: str) -> None:
    index_to_head(migrated_url, stage.deployed)
    before = contents(migrated_url)
    role = f"reader_{os.getpid()}"
    with database(migrated_url) as connection:
        connection.execute(f"CREATE ROLE {role}")
        connection.execute(f"GRANT SELECT ON mirror.datasets, mirror.cursor, mirror_logs TO {role}")
        try:
            assert finish(reindex(migrated_url, stage))[0] == 0
            for name in ("mirror.datasets", "mirror.cursor", "mirror_logs"):
                query = "SELECT has_table_privilege(%s, %s, 'SELECT')"
                assert connection.execute(query, (role, name)).fetchone() == (True,)
        finally:
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")
    assert contents(migrated_url) == before
    assert sum(map(len, before.values())) > 20


def test_reindex__something_else_hangs_on_a_table__old_mirror_serves_on(
    stage: Stage, migrated_url: str
) -> None:
    index_to_head(migrated_url, stage.deployed)
    before = mirrored(migrated_url)
    with database(migrated_url) as connection:
        connection.execute("CREATE MATERIALIZED VIEW kept AS SELECT * FROM mirror.datasets")
    code, told = finish(reindex(migrated_url, stage))
    assert code == 1
    assert "public.kept depends on the mirror's tables and is no view" in told
    assert "Traceback" not in told
    assert mirrored(migrated_url) == before


def test_reindex__stopped_in_the_middle__goes_on_when_run_again(
    stage: Stage, migrated_url: str, shims: Shims
) -> None:
    for _ in range(4):
        stage.deployed.anvil.mine(200)
    index_to_head(migrated_url, stage.deployed)
    damage(migrated_url)
    shim = shims(stage.deployed.anvil.url)
    slow(shim, 0.03)
    process = reindex(migrated_url, stage, RPC_URL=shim.url)
    wait_until(lambda: next_block(migrated_url) > 20)
    process.send_signal(signal.SIGINT)
    code, told = finish(process)
    assert code == 1
    assert "the old mirror serves on" in told
    reached = next_block(migrated_url)
    assert 20 < reached < head(stage.deployed)[0]
    assert finish(reindex(migrated_url, stage))[0] == 0
    assert_mirror_is_chain(migrated_url, stage.deployed)


def next_block(url: str) -> int:
    with database(url) as connection:
        try:
            row = connection.execute("SELECT number FROM mirror_next.cursor").fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
    return int(row[0]) if row else 0
