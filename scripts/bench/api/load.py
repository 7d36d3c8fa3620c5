"""HTTP load from keep-alive clients: requests -> sockets -> **how long, how many, which answers**.

As cheap as Python allows (raw sockets, no parsing beyond the status line), because it shares the machine with what it
measures. The same code asks every server that is compared.
"""

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_S = 120.0
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Timing:
    """Seconds of each request, answers by status, seconds for all together."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    wall: float = 0.0

    @property
    def per_s(self) -> float:
        return len(self.seconds) / self.wall if self.wall else 0.0

    def quantile_ms(self, part: float) -> float:
        """Nearest rank."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


class Connection:
    """One keep-alive connection. Opened again when the server closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """(status, body). A request that met a connection closed since the last one is sent once more."""
        for is_last in (False, True):
            fresh = self._socket is None
            try:
                return self._ask(request)
            except (ConnectionError, BrokenPipeError):
                self.close()
                if fresh or is_last:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, request: bytes) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._read()
        head, _, body = data.partition(b"\r\n\r\n")
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._read()
        else:
            length = int(lower.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            while len(body) < length:
                body += self._read()
        if b"connection: close" in lower:
            self.close()
        return int(head[9:12]), body

    def _read(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(65_536)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part


def request(method: str, host: str, path: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def fan(clients: int, jobs: Sequence[bytes], open_connection: Callable[[], Connection]) -> Timing:
    """Every job once, by so many clients at a time, each on its own connection."""
    waiting, lock, timing = iter(jobs), threading.Lock(), Timing()

    def work() -> None:
        connection = open_connection()
        while True:
            with lock:
                job = next(waiting, None)
            if job is None:
                connection.close()
                return
            started = time.perf_counter()
            status, _ = connection.ask(job)
            ended = time.perf_counter()
            with lock:
                timing.seconds.append(ended - started)
                timing.answers[status] += 1

    together([work] * clients, timing)
    return timing


def together(works: Sequence[Callable[[], None]], timing: Timing) -> None:
    """Runs all at once and notes how long that took. Raises the first failure."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # told by the caller's thread
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    timing.wall += time.perf_counter() - started
    if failures:
        raise failures[0]


def cpu_of(pid: int) -> float:
    """CPU seconds so far of a process and of all that descend from it (Linux)."""
    return sum(_own_cpu(one) for one in _family(pid))


def _family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if children.exists():
        for child in children.read_text().split():
            yield from _family(int(child))


def _own_cpu(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(value) for value in fields[11:15]) / _TICK
