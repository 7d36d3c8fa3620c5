"""The servers under every other test: real, fresh, closed to strangers, gone with their owner."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from scripts.stack.ports import PortTaken, free_port, require_free
from scripts.stack.processes import Process, ProcessFailed, Supervisor
from tests.fixtures.anvil import Anvil

ROOT = Path(__file__).resolve().parents[2]

# Only Linux lets a child ask to be told of its parent's death.
SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT] + [signal.SIGKILL] * (sys.platform == "linux")

# Starts two children as the stack does, prints their pids, and waits to be killed.
OWNER = """
import sys, time
from pathlib import Path
from scripts.stack.processes import Process, Supervisor
with Supervisor(Path(sys.argv[1])) as stack:
    for name in ("one", "two"):
        print(stack.start(Process(name, ["sleep", "600"])).pid, flush=True)
    time.sleep(600)
"""


def test_postgres__two_databases__are_empty_and_apart(postgres_database: Callable[[], str]) -> None:
    first, second = postgres_database(), postgres_database()
    assert first != second
    with psycopg.connect(first.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE t (i int)")
    with psycopg.connect(second.replace("+psycopg", "")) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)


def test_postgres__wrong_or_no_password__is_refused(postgres_url: str) -> None:
    password = postgres_url.split(":")[2].split("@")[0]
    for other in ("", "guess"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(postgres_url.replace("+psycopg", "").replace(password, other))


def test_anvil__reorg__replaces_the_last_blocks(anvil: Anvil) -> None:
    anvil.mine(5)
    before = [anvil.rpc("eth_getBlockByNumber", [hex(n), False])["hash"] for n in range(6)]  # type: ignore[index]
    anvil.reorg(2)
    after = [anvil.rpc("eth_getBlockByNumber", [hex(n), False])["hash"] for n in range(6)]  # type: ignore[index]
    assert before[:4] == after[:4]
    assert before[4] != after[4]


@pytest.mark.parametrize("number", SIGNALS)
def test_supervisor__any_signal__leaves_no_child(number: signal.Signals, tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    assert owner.stdout is not None
    pids = [int(owner.stdout.readline()) for _ in range(2)]
    assert all(is_alive(pid) for pid in pids)
    owner.send_signal(number)
    owner.communicate(timeout=15)
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(pid) for pid in pids)


def test_supervisor__a_child_that_fails__is_named_with_its_last_words(tmp_path: Path) -> None:
    broken = Process("broken", ["sh", "-c", "echo the reason; exit 3"], once=True)
    with (
        Supervisor(tmp_path) as stack,
        pytest.raises(ProcessFailed, match=r"broken ended with exit code 3(?s:.*)the reason"),
    ):
        stack.start(broken)


def test_require_free__port_taken__says_who_wanted_it_and_what_to_do() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is taken and the API wants it: .* --api-port"):
            require_free(port, "the API", "--api-port")
    assert require_free(free_port(), "the API", "--api-port")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
