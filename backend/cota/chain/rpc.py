"""JSON-RPC over HTTP to one node: **rpc** -> client, and through it everything that asks the chain.

Promises: every call ends within `timeout` seconds per attempt and a bounded number of attempts; what may pass
by itself (no connection, 429, 5xx) is tried again with growing pauses; what the node refuses (`RpcError`) is
not; an answer that is not JSON-RPC counts as no answer.
"""

import asyncio
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec

from cota.observe.metrics import RPC_RETRIES

Call = tuple[str, Sequence[Any]]
"""Method and parameters."""

Readers = Mapping[str, Callable[[msgspec.Raw], Any]]
"""How the results of some methods are read from JSON, where "any JSON value" is too slow or too loose."""

_ATTEMPTS = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_LARGEST_BATCH = 100
_CONNECTIONS = 8
# Said in the body with status 200 by some providers: wait, do not ask for less.
_RATE_LIMIT_CODES = frozenset({429, -32029})


class RpcError(Exception):
    """The node understood and refuses: `code`, `message` and, of a reverted call, `data`."""

    def __init__(self, method: str, code: int, message: str, data: Any = None) -> None:
        self.method, self.code, self.message, self.data = method, code, message, data
        super().__init__(f"{method}: {message} ({code})")


class Unavailable(Exception):
    """No usable answer after all attempts. `was_reached`: the node took the request, then failed; `is_limit`:
    it was asked too often."""

    def __init__(self, reason: str, *, was_reached: bool = False, is_limit: bool = False) -> None:
        self.was_reached, self.is_limit = was_reached, is_limit
        super().__init__(reason)


@dataclass(slots=True)
class Usage:
    """What an endpoint was asked so far."""

    requests: int = 0
    calls: int = 0
    bytes_in: int = 0
    last_error: str | None = None


class _Passing(Exception):
    """Worth another attempt. `cause`: its label in the metrics; `after`: seconds that the server asks to wait;
    `is_limit`: we ask too often."""

    def __init__(
        self,
        cause: str,
        reason: str,
        *,
        after: float | None = None,
        was_reached: bool = False,
        is_limit: bool = False,
    ) -> None:
        self.cause, self.after, self.was_reached, self.is_limit = cause, after, was_reached, is_limit
        super().__init__(reason)


class _Reply(msgspec.Struct):
    """One JSON-RPC answer, its result still JSON: most of an answer to eth_getLogs is read only once."""

    id: Any = None
    result: msgspec.Raw = msgspec.Raw(b"")
    error: Any = None


_decode_answer = msgspec.json.Decoder(list[_Reply] | _Reply).decode


class Endpoint:
    """One node behind one URL. `name` is fit for logs: the URL's path and query often hold an API key."""

    def __init__(self, url: str, timeout: float = 20.0, attempts: int = _ATTEMPTS) -> None:
        self._url = url
        self._attempts = attempts
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._ids = itertools.count(1)
        self._batch = _LARGEST_BATCH
        self._session: aiohttp.ClientSession | None = None
        parts = urlsplit(url)
        self.name = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        self.usage = Usage()
        self.is_checked = False  # whether its chain is known to be the right one

    @property
    def session(self) -> aiohttp.ClientSession:
        """Its connections. Made at the first question, because they belong to the running event loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
                headers={"content-type": "application/json"},
                timeout=self._timeout,
                proxy=_proxy(self._url),
            )
        return self._session

    def websocket(self, heartbeat: float) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        """A WebSocket to the same address; most nodes serve both. Raises aiohttp.ClientError when entered."""
        return self.session.ws_connect(self._url.replace("http", "ws", 1), heartbeat=heartbeat)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, *params: Any) -> Any:
        """One call. Raises RpcError, Unavailable."""
        return await self._single((method, params))

    async def _single(self, call: Call, is_heavy: bool = False, readers: Readers | None = None) -> Any:
        answer = await self._exchange(self._request(*call), is_heavy)
        if not isinstance(answer, _Reply):
            raise Unavailable(f"{self.name} answered a call with a list", was_reached=True)
        return self._result(call[0], answer, readers)

    async def batch(
        self,
        calls: Sequence[Call],
        *,
        is_heavy: bool = False,
        readers: Readers | None = None,
        keeps_refusals: bool = False,
    ) -> list[Any]:
        """Many calls, answered in their order, in as few requests as the node allows.

        A node that refuses batches, or this size of them, is asked with smaller ones from then on. Of heavy
        calls, no answer in time means that they are too heavy: they are not asked again as they are. With
        `keeps_refusals` a refused call's RpcError stands in its place. Raises RpcError, Unavailable.
        """
        results: list[Any] = []
        size = self._batch
        while len(results) < len(calls):
            part = calls[len(results) : len(results) + size]
            try:
                answers = await self._part(part, is_heavy, readers)
            except Unavailable as failure:
                if not failure.is_limit or len(part) == 1:
                    raise
                size = len(part) // 2  # some providers count the calls of a batch one by one
                continue
            if answers is None:
                size = self._batch = len(part) // 2
            else:
                results.extend(answers)
        if not keeps_refusals:
            for result in results:
                if isinstance(result, RpcError):
                    raise result
        return results

    async def _part(self, calls: Sequence[Call], is_heavy: bool, readers: Readers | None) -> list[Any] | None:
        """One request's worth of results and refusals; None when the node refuses the batch as such."""
        if len(calls) == 1:
            try:
                return [await self._single(calls[0], is_heavy, readers)]
            except RpcError as refusal:
                return [refusal]
        answers = await self._batch_answers(calls, is_heavy)
        if answers is None:
            return None
        results: list[Any] = []
        for (method, _), answer in zip(calls, answers, strict=True):
            try:
                results.append(self._result(method, answer, readers))
            except RpcError as refusal:
                results.append(refusal)
        return results

    async def _batch_answers(self, calls: Sequence[Call], is_heavy: bool) -> list[_Reply] | None:
        """The answers in the order of the calls; None when the node refuses the batch as such."""
        requests = [self._request(method, params) for method, params in calls]
        answer = await self._exchange(requests, is_heavy)
        if isinstance(answer, _Reply):
            return None
        by_id = {reply.id: reply for reply in answer if isinstance(reply.id, int)}
        if any(r["id"] not in by_id for r in requests):
            raise Unavailable(f"{self.name} left calls of a batch unanswered", was_reached=True)
        return [by_id[r["id"]] for r in requests]

    def _request(self, method: str, params: Sequence[Any]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def _result(self, method: str, answer: _Reply, readers: Readers | None) -> Any:
        error = answer.error
        if error is None:
            if not answer.result:
                raise Unavailable(f"{self.name} answered neither result nor error", was_reached=True)
            read = (readers or {}).get(method, msgspec.json.decode)
            try:
                return read(answer.result)
            except (msgspec.ValidationError, RecursionError) as misfit:
                raise Unavailable(
                    f"{self.name} answered {method} oddly: {misfit}", was_reached=True
                ) from None
        if not isinstance(error, dict):
            error = {"message": str(error)}
        code = error.get("code")
        refusal = RpcError(
            method,
            code if isinstance(code, int) else 0,
            str(error.get("message", "")),
            error.get("data"),
        )
        self.usage.last_error = str(refusal)
        raise refusal

    async def _exchange(self, body: Any, is_heavy: bool) -> _Reply | list[_Reply]:
        """Posts the body until something usable comes back, with pauses that grow and are never equal."""
        payload = msgspec.json.encode(body)
        pause = _FIRST_PAUSE
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._post(payload, len(body) if isinstance(body, list) else 1)
            except _Passing as failure:
                self.usage.last_error = str(failure)
                RPC_RETRIES.labels(failure.cause).inc()
                if attempt == self._attempts or (is_heavy and failure.was_reached and not failure.is_limit):
                    raise Unavailable(
                        f"{self.name}: {failure}", was_reached=failure.was_reached, is_limit=failure.is_limit
                    ) from None
                await asyncio.sleep(min(failure.after or pause * random.uniform(0.5, 1.0), _LONGEST_PAUSE))
                pause *= 2
        raise Unavailable(f"{self.name} was not asked")

    async def _post(self, payload: bytes, calls: int) -> _Reply | list[_Reply]:
        self.usage.requests += 1
        self.usage.calls += calls
        try:
            async with self.session.post(self._url, data=payload) as response:
                content = await response.read()
        except TimeoutError as failure:
            connected = not isinstance(failure, aiohttp.ConnectionTimeoutError)
            raise _Passing("timeout", "no answer in time", was_reached=connected) from None
        except aiohttp.ClientError as failure:
            raise _Passing("connection", f"no connection ({type(failure).__name__})") from None
        self.usage.bytes_in += len(content)
        status = response.status
        if status == 429 or status >= 500:
            is_limit = status == 429
            cause, wait = "rate_limit" if is_limit else "server_error", _retry_after(response)
            raise _Passing(cause, f"HTTP {status}", after=wait, was_reached=True, is_limit=is_limit)
        try:
            answer: _Reply | list[_Reply] = _decode_answer(content)
        except (msgspec.ValidationError, RecursionError):
            raise Unavailable(f"{self.name}: not a JSON-RPC answer", was_reached=True) from None
        except msgspec.DecodeError:
            if status < 400:
                raise _Passing("bad_answer", "cut off, or not JSON", was_reached=True) from None
            # Such as 413 for an answer too large: asking for less may help, asking again will not.
            raise Unavailable(f"{self.name}: HTTP {status}, not JSON", was_reached=True) from None
        if _is_rate_limit(answer):
            raise _Passing("rate_limit", "rate limited", was_reached=True, is_limit=True)
        return answer


def _proxy(url: str) -> str | None:
    """The environment's proxy for this address; the library would look it up anew for every question."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def _is_rate_limit(answer: _Reply | list[_Reply]) -> bool:
    replies = answer if isinstance(answer, list) else [answer]
    return any(isinstance(r.error, dict) and r.error.get("code") in _RATE_LIMIT_CODES for r in replies)


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Seconds that the server asks to wait; the date form is rare and not worth its parser."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None
