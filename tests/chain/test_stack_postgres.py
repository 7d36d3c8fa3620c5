"""PostgreSQL where its account may not go: a clone in a closed folder works, and no folder is opened."""

import os
import stat
import tempfile
from pathlib import Path

import psycopg

from scripts.stack.ports import free_port
from scripts.stack.postgres import create_cluster
from scripts.stack.processes import Child


def modes(folder: Path) -> list[int]:
    return [stat.S_IMODE(place.stat().st_mode) for place in (folder, *folder.parents)]


def test_postgres__folder_closed_to_its_account__runs_elsewhere_and_cleans_up(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    before = modes(closed)
    cluster = create_cluster(closed / "postgres", free_port())
    child = Child(cluster.process(durable=False), tmp_path / "postgres.log")
    try:
        child.wait_ready()
        with psycopg.connect(cluster.dsn()) as connection:
            answer = connection.execute(
                "SELECT current_setting('server_version_num')::int >= 150000"
            ).fetchone()
        assert answer == (True,)
        assert modes(closed) == before
        if os.geteuid() == 0:
            assert cluster.data.is_relative_to(tempfile.gettempdir())
            assert not cluster.data.is_relative_to(closed)
    finally:
        child.stop()
        cluster.remove()
    assert not cluster.data.exists()
    assert not cluster.data.parent.exists()
    assert modes(closed) == before


def test_postgres__owner_was_killed__the_next_start_removes_what_was_left(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    left = create_cluster(closed / "postgres", free_port())
    again = create_cluster(closed / "postgres", free_port())
    assert not left.data.exists() or left.data == again.data
    again.remove()
    assert not again.data.exists()
