"""Caller -> client -> **transport** -> API. One HTTP connection pool with the manners of a good guest.

Promises: a lost connection, 429 and 503 are tried again within a deadline, waiting as long as
`Retry-After` asks; a write is only repeated because the service makes it idempotent (same row, same
answer); every refusal is a `DomainError`.
"""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import httpx2

from cota.client.refusals import Unreachable, Untrustworthy, refusal
from cota.closing import Closing

RETRIED_STATUSES = frozenset({429, 503})
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
STREAM_TIMEOUT_S = 600.0
Query = Mapping[str, object]


class Streamed(NamedTuple):
    """An answer whose body is still to come."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class Transport(Closing):
    """`patience_s` bounds how long one call keeps trying; a single attempt may take `timeout_s`."""

    def __init__(self, api_url: str, patience_s: float = 60.0, timeout_s: float = 60.0) -> None:
        self.api_url = api_url.rstrip("/")
        self.patience_s = patience_s
        self.token: str | None = None
        self.indexed_block: int | None = None
        limits = httpx2.Limits(max_connections=16, max_keepalive_connections=8)
        timeout = httpx2.Timeout(timeout_s, connect=5.0)
        self._http = httpx2.Client(verify=_trust(), timeout=timeout, limits=limits, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: object) -> Any:
        return self.call("GET", path, query=query)

    def post(self, path: str, body: object = None, *, patience_s: float | None = None) -> Any:
        return self.call("POST", path, body=body, patience_s=patience_s)

    def upload(self, path: str, lines: Iterable[bytes], content_type: str, **query: object) -> Any:
        """The decoded answer to a body that is made while it is sent. `lines` is gone through anew with each attempt:
        no generator."""
        request = self._request("POST", path, None, query, content=lines)
        request.headers["Content-Type"] = content_type
        # What was sent is looked through before the answer comes.
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": STREAM_TIMEOUT_S}
        return decode(self._settle(self._send(request, self.patience_s)))

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Query | None = None,
        patience_s: float | None = None,
    ) -> Any:
        """The decoded JSON answer; None for an empty one. Raises `DomainError` or `Unreachable`."""
        response = self._attempt(method, path, body, query, patience_s)
        return decode(response)

    def get_bytes(self, path: str, **query: object) -> bytes:
        """The raw answer of a GET: files whose hash is checked byte by byte."""
        return self._attempt("GET", path, None, query, None).content

    @contextmanager
    def stream(
        self, path: str, headers: Mapping[str, str] | None = None, **query: object
    ) -> Iterator[Streamed]:
        """The answer of a GET in chunks. Its opening is tried again like any call; its body is not."""
        request = self._request("GET", path, None, query)
        request.headers.update({"Accept-Encoding": "identity", **(headers or {})})
        # The rest of a long download is made before its first byte can leave.
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": STREAM_TIMEOUT_S}
        response = self._send(request, self.patience_s, stream=True)
        try:
            if response.status_code >= 400:
                response.read()
                raise refusal(response.status_code, read_body(response))
            yield Streamed(response.status_code, response.headers, response.iter_raw())
        except httpx2.TransportError as error:
            raise Unreachable(f"{self.api_url}: the download broke off ({type(error).__name__})") from error
        finally:
            response.close()

    def _attempt(
        self, method: str, path: str, body: object, query: Query | None, patience_s: float | None
    ) -> httpx2.Response:
        patience = self.patience_s if patience_s is None else patience_s
        return self._settle(self._send(self._request(method, path, body, query), patience))

    def _settle(self, response: httpx2.Response) -> httpx2.Response:
        """The answer, if it is no refusal; its block is remembered."""
        if response.status_code >= 400:
            raise refusal(response.status_code, read_body(response))
        block = response.headers.get("X-Indexed-Block", "")
        if block.isdecimal():
            self.indexed_block = int(block)
        return response

    def _request(
        self,
        method: str,
        path: str,
        body: object,
        query: Query | None,
        content: Iterable[bytes] | None = None,
    ) -> httpx2.Request:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        params = {name: str(value) for name, value in (query or {}).items() if value is not None}
        url = self.api_url + path
        return self._http.build_request(
            method, url, params=params, headers=headers, json=body, content=content
        )

    def _send(self, request: httpx2.Request, patience_s: float, *, stream: bool = False) -> httpx2.Response:
        deadline = time.monotonic() + patience_s
        pause = FIRST_PAUSE_S
        while True:
            asked: float | None = None
            try:
                response = self._http.send(request, stream=stream)
            except httpx2.TransportError as error:
                if time.monotonic() + pause > deadline:
                    raise Unreachable(f"{self.api_url} does not answer ({type(error).__name__})") from error
            else:
                if response.status_code not in RETRIED_STATUSES:
                    return response
                asked = retry_after(response)
                if time.monotonic() + (asked or pause) > deadline:
                    return response
                response.close()
            # Jitter: a crowd that was refused together must not come back together.
            time.sleep(asked if asked is not None else pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE_S)


@cache
def _trust() -> ssl.SSLContext:
    """The usual certificate authorities. Reading them takes a tenth of a second: once for all clients."""
    return httpx2.create_ssl_context(trust_env=False)


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds asked for by `Retry-After`, if it is a plain number."""
    value = response.headers.get("Retry-After", "").strip()
    return float(value) if value.isdecimal() else None


def read_body(response: httpx2.Response) -> object:
    if not response.is_stream_consumed and not response.is_closed:
        response.read()
    try:
        return response.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return response.text


def decode(response: httpx2.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Untrustworthy(f"{response.url.path}: the answer is not JSON ({error})") from error
