"""socket -> **envelope** -> routes: what every answer carries, whatever it answers.

Promises: each request has an id (the caller's, when it is a sane one) that is in the log, in the answer and
in every problem; the answer was read at the block that `X-Indexed-Block` tells, or at a later one; an
exception that nothing else caught is logged and answered as a problem, and the process lives on. An answer
that fails half-way is cut, never finished.
"""

import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import body_limit
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cota import log
from cota.http import problems
from cota.http.limits import CALLER, caller_of
from cota.http.problems import BodyTooLarge
from cota.http.services import Services
from cota.observe.metrics import REQUEST_SECONDS

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Probes must answer at once, also while the database does not.
_WITHOUT_DATABASE = frozenset({"/livez", "/metrics"})


class Envelope:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["cota.request_id"] = request_id
        log.bind(request_id=request_id)
        client = scope.get("client")
        CALLER.set(caller_of(client[0] if client else None))
        extra = {"X-Request-ID": request_id, "X-Content-Type-Options": "nosniff"}
        extra |= await _block_headers(scope)
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in extra.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            # The limit of bodies lies outside and unwinds by exceptions of its own: it has answered, or will.
            if type(error).__module__ == body_limit.__name__:
                status = BodyTooLarge.status
                raise
            response = problems.internal(error, Request(scope))
            if status:
                raise
            await response(scope, receive, send_with_headers)
        finally:
            REQUEST_SECONDS.labels(scope["method"], _route(scope), str(status)).observe(
                time.perf_counter() - started
            )


async def _block_headers(scope: Scope) -> dict[str, str]:
    services: Services | None = getattr(scope["app"].state, "services", None)
    if services is None or scope["path"] in _WITHOUT_DATABASE:
        return {}
    known = await services.freshness.current()
    if known is None:
        return {}
    return {"X-Indexed-Block": str(known.number), "X-Indexed-Block-Hash": "0x" + known.hash.hex()}


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _route(scope: Scope) -> str:
    """The route's template: a path with its ids in it would make a metric per dataset."""
    return str(getattr(scope.get("route"), "path", "unmatched"))
