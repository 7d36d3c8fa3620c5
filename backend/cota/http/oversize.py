"""A body that is too large -> the framework's bare text -> **a problem like any other**.

The limit is the framework's and lies outside everything else, with an answer of its own. Promise: what the client reads
is RFC 9457 here too.
"""

import json

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from cota.http.problems import MEDIA_TYPE, BodyTooLarge, problem_of


class Api(FastAPI):
    """FastAPI, but for the words of its 413."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, _Rewriter(scope, send) if scope["type"] == "http" else send)


class _Rewriter:
    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._body: bytes | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == BodyTooLarge.status:
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/plain"):
                self._body = json.dumps(problem_of(BodyTooLarge(), Request(self._scope))).encode()
                headers["content-type"] = MEDIA_TYPE
                headers["X-Request-ID"] = self._scope.get("cota.request_id", "")
                headers["content-length"] = str(len(self._body))
        elif message["type"] == "http.response.body" and self._body is not None:
            message = {**message, "body": self._body, "more_body": False}
        await self._send(message)
