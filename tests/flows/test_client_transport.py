"""What a caller can rely on when the service is busy, away, or says no. Served by a real HTTP server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cota.client.refusals import Unreachable, Untrustworthy
from cota.client.transport import Transport
from cota.errors import AlreadyLabelled, DomainError, NotIndexedYet
from scripts.stack.ports import free_port


@dataclass
class Script:
    """The answers that the server gives, one a request; the last one is repeated."""

    answers: list[tuple[int, dict[str, str], bytes]]
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


def problem(slug: str, status: int, detail: str = "", **more: Any) -> tuple[int, dict[str, str], bytes]:
    body = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": detail} | more
    return status, {"Content-Type": "application/problem+json"}, json.dumps(body).encode()


OK = (200, {"Content-Type": "application/json", "X-Indexed-Block": "7"}, b'{"fine": true}')


@contextmanager
def serving(script: Script, port: int = 0) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            script.seen.append((self.command, self.path, dict(self.headers)))
            status, headers, body = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_get__known_problem__raises_the_services_own_type_with_all_members() -> None:
    with (
        serving(Script([problem("already-labelled", 409, "you did", row_id="0xab")])) as url,
        Transport(url) as http,
    ):
        with pytest.raises(AlreadyLabelled) as caught:
            http.get("/v1/x")
        assert (caught.value.slug, caught.value.status, caught.value.detail) == (
            "already-labelled",
            409,
            "you did",
        )
        assert caught.value.extra["row_id"] == "0xab"


def test_get__problem_of_a_newer_service__keeps_its_own_slug() -> None:
    with serving(Script([problem("moon-is-full", 418, "wait")])) as url, Transport(url) as http:
        with pytest.raises(DomainError) as caught:
            http.get("/v1/x")
        assert (caught.value.slug, caught.value.title, caught.value.status) == (
            "moon-is-full",
            "moon-is-full",
            418,
        )


def test_get__error_that_is_no_problem_document__says_status_and_text() -> None:
    with serving(Script([(502, {}, b"<h1>Bad gateway</h1>")])) as url, Transport(url) as http:
        with pytest.raises(DomainError, match="Bad gateway") as caught:
            http.get("/v1/x")
        assert caught.value.status == 502


def test_get__busy_then_free__waits_as_told_and_succeeds() -> None:
    busy = problem("not-indexed-yet", 503)
    script = Script([(busy[0], busy[1] | {"Retry-After": "1"}, busy[2]), problem("rate-limited", 429), OK])
    with serving(script) as url, Transport(url) as http:
        started = time.monotonic()
        assert http.get("/v1/x") == {"fine": True}
        assert time.monotonic() - started >= 1
    assert len(script.seen) == 3


def test_get__busy_for_longer_than_its_patience__raises_what_the_service_said() -> None:
    with (
        serving(Script([problem("not-indexed-yet", 503, "at 5")])) as url,
        Transport(url, patience_s=0.5) as http,
        pytest.raises(NotIndexedYet, match="at 5"),
    ):
        http.get("/v1/x")


def test_post__server_that_comes_up_late__is_reached() -> None:
    port = free_port()
    script = Script([OK])
    with Transport(f"http://127.0.0.1:{port}", patience_s=10) as http:
        answers: list[Any] = []
        caller = threading.Thread(target=lambda: answers.append(http.post("/v1/x", {"a": 1})))
        caller.start()
        time.sleep(0.3)
        with serving(script, port):
            caller.join()
    assert answers == [{"fine": True}]


def test_get__nobody_there__is_unreachable_within_its_patience() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with Transport(url, patience_s=0.3) as http, pytest.raises(Unreachable, match="does not answer"):
        http.get("/v1/x")


def test_call__token_and_query__are_sent_and_none_left_out() -> None:
    script = Script([OK])
    with serving(script) as url, Transport(url) as http:
        http.token = "t0"
        http.get("/v1/x", min_block=7, cursor=None)
        assert http.indexed_block == 7
    command, path, headers = script.seen[0]
    assert (command, path, headers["Authorization"]) == ("GET", "/v1/x?min_block=7", "Bearer t0")


@pytest.mark.parametrize("body", [b"hello", b"[" * 90_000], ids=["words", "too_deep"])
def test_get__answer_that_is_not_json__is_untrustworthy(body: bytes) -> None:
    refused = pytest.raises(Untrustworthy, match="not JSON")
    with serving(Script([(200, {}, body)])) as url, Transport(url) as http, refused:
        http.get("/v1/x")


def test_stream__refused__raises_the_problem_and_not_bytes() -> None:
    script = Script([problem("not-licensed", 403, "buy first")])
    refused = pytest.raises(DomainError, match="buy first")
    with serving(script) as url, Transport(url) as http, refused, http.stream("/v1/export") as chunks:
        b"".join(chunks)
