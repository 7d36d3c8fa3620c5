"""A download that breaks off: recognised, continued where it stopped, never glued to another export (B30)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cota.client import ClientError, CotaClient, Unreachable, Untrustworthy
from cota.client.downloads import Partial
from tests.unit.made_exports import made_export

SCHEMA = {"kind": "choice", "question": "?", "classes": ["a", "b"]}


@dataclass
class Exports:
    """What the service has, and after how many bytes each of its answers breaks off."""

    content: bytes
    tag: str = '"one"'
    breaks: list[int | None] = field(default_factory=list)
    honours_ranges: bool = True
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)


@contextmanager
def serving(exports: Exports) -> Iterator[CotaClient]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted, condition = self.headers.get("Range"), self.headers.get("If-Range")
            exports.asked.append((wanted, condition))
            whole = exports.content
            start = int(wanted[6:-1]) if wanted and condition == exports.tag and exports.honours_ranges else 0
            if start >= len(whole):
                body = b'{"type": "/problems/no-such-range", "title": "", "status": 416, "detail": ""}'
                self._head(416, len(body))
                self.wfile.write(body)
                return
            self._head(206 if start else 200, len(whole) - start, start)
            stop = exports.breaks.pop(0) if exports.breaks else None
            self.wfile.write(whole[start:stop])
            self.close_connection = True

        def _head(self, status: int, length: int, start: int = 0) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.send_header("ETag", exports.tag)
            if status == 206:
                whole = len(exports.content)
                self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        with CotaClient(f"http://127.0.0.1:{server.server_port}", patience_s=0.3) as client:
            client.http.token = "signed in"
            yield client
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    items = [({"text": f"item {n}"}, None, ["a", "b", "a"]) for n in range(20)]
    return Exports(made_export(tmp_path / "made.jsonl", SCHEMA, items).read_bytes())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "new" / "export.jsonl"


def test_download__broken_off_three_times__continued_to_the_same_bytes(exports: Exports, out: Path) -> None:
    exports.breaks = [1_000, 5_000, 5_001]
    with serving(exports) as client:
        assert client.download(5, out) == out
    assert out.read_bytes() == exports.content
    assert exports.asked == [
        (None, None), ("bytes=1000-", '"one"'), ("bytes=5000-", '"one"'), ("bytes=5001-", '"one"'),
    ]  # fmt: skip
    assert [path.name for path in out.parent.iterdir()] == ["export.jsonl"]


def test_download__given_up__leaves_a_part_that_the_next_call_continues(exports: Exports, out: Path) -> None:
    exports.breaks = [3_000] * 50
    with serving(exports) as client:
        with pytest.raises(Unreachable, match="the download broke off"):
            client.download(5, out)
        assert not out.exists()
        assert out.with_name("export.jsonl.part").read_bytes() == exports.content[:3_000]
        exports.breaks = []
        client.download(5, out)
    assert exports.asked[-1] == ("bytes=3000-", '"one"')
    assert out.read_bytes() == exports.content


def test_download__another_export_meanwhile__is_begun_anew(
    exports: Exports, out: Path, tmp_path: Path
) -> None:
    """After a renewal the licence opens more: the old beginning is no beginning of that."""
    exports.breaks = [3_000] * 50
    with serving(exports) as client:
        with pytest.raises(Unreachable):
            client.download(5, out)
        other = made_export(tmp_path / "other.jsonl", SCHEMA, [({"text": "x"}, None, ["b"])]).read_bytes()
        exports.content, exports.tag, exports.breaks = other, '"two"', []
        client.download(5, out)
    assert out.read_bytes() == other


def test_download__a_part_longer_than_the_whole__is_thrown_away(exports: Exports, out: Path) -> None:
    out.parent.mkdir()
    out.with_name("export.jsonl.part").write_bytes(exports.content + b"more")
    out.with_name("export.jsonl.part.etag").write_text(exports.tag)
    with serving(exports) as client:
        client.download(5, out)
    assert out.read_bytes() == exports.content


def test_download__ranges_not_honoured__whole_again_and_not_glued(exports: Exports, out: Path) -> None:
    exports.breaks, exports.honours_ranges = [3_000], False
    with serving(exports) as client:
        client.download(5, out)
    assert out.read_bytes() == exports.content


def test_download__whole_answer_without_an_end__is_no_export(exports: Exports, out: Path) -> None:
    exports.content = exports.content[: exports.content.rstrip().rindex(b"\n") + 1]
    with serving(exports) as client, pytest.raises(Untrustworthy, match="its last line is missing"):
        client.download(5, out)
    assert not out.exists()


def test_download__two_at_once__the_second_is_refused(exports: Exports, out: Path) -> None:
    with (
        serving(exports) as client,
        Partial(out),
        pytest.raises(ClientError, match="another process is downloading"),
    ):
        client.download(5, out)
