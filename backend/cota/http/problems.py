"""Any exception -> **RFC 9457 problem** -> client.

Promises: every error answer is `application/problem+json` with the type of its cause; an unforeseen exception
is logged with its request id and answered as `internal` without a word of what broke inside; the OpenAPI
lists what each operation may refuse.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from cota.errors import BadRequest, DomainError, InvalidBody, NotFound, NotSignedIn
from cota.log import get_logger

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class MethodNotAllowed(DomainError):
    """The address exists, but not for this method."""

    slug, title, status = "method-not-allowed", "This address does not take this method", 405


class BodyTooLarge(DomainError):
    """The body is above the limit of this address."""

    slug, title, status = "body-too-large", "The body is larger than this address takes", 413


class DatabaseUnavailable(DomainError):
    """The database does not answer. Try again shortly; nothing was changed."""

    slug, title, status = "database-unavailable", "The service's database cannot be reached at present", 503


def problem_of(error: DomainError, request: Request | None = None) -> dict[str, Any]:
    """The body of a problem: the standard members, then what a program needs to act by itself."""
    body: dict[str, Any] = {
        "type": error.type_path(),
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if request is not None:
        body["instance"] = request.url.path
        body["request_id"] = request.scope.get("cota.request_id", "")
    return body | error.extra


def answer(error: DomainError, request: Request | None = None) -> JSONResponse:
    headers = {}
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem_of(error, request), error.status, headers, MEDIA_TYPE)


def documented(*causes: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of an operation: for each status the problem types that it may answer."""
    by_status: dict[int | str, list[type[DomainError]]] = {}
    for cause in [*causes, *(who_calls()[1:] if NotSignedIn in causes else [])]:
        by_status.setdefault(cause.status, []).append(cause)
    return {status: _documented_status(found) for status, found in by_status.items()}


def who_calls() -> list[type[DomainError]]:
    """Of every operation that asks who calls, also where it need not be told: a token or signature that is given and
    not valid is refused. Whoever may sign in may sign the request itself (auth.message_signatures)."""
    signed = [cause for cause in DomainError.__subclasses__() if cause.slug == "bad-message-signature"]
    return [NotSignedIn, *signed]


def described(responses: dict[str, Any], status: int, causes: Sequence[type[DomainError]]) -> None:
    """Adds causes to what an operation's document says of a status."""
    known = responses.setdefault(str(status), _documented_status(causes))
    schema = known.get("content", {}).get(MEDIA_TYPE, {}).get("schema", {})
    types = schema.get("properties", {}).get("type", {})
    missing = [cause for cause in causes if cause.type_path() not in types.get("enum", [])]
    if not missing or "enum" not in types:
        return
    types["enum"] = sorted([*types["enum"], *(cause.type_path() for cause in missing)])
    known["description"] += "".join(f"; `{cause.slug}`: {cause.title}" for cause in missing)


def install(app: FastAPI) -> None:
    """Makes every way of failing end in a problem."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(OperationalError, _on_database_error)
    app.add_exception_handler(InterfaceError, _on_database_error)
    app.add_exception_handler(PoolTimeout, _on_database_error)


def internal(error: Exception, request: Request) -> Response:
    """The answer to what nobody foresaw: logged in full, told in one word."""
    log.error("unforeseen error", path=request.url.path, method=request.method, exc_info=error)
    return answer(DomainError("The error was logged under this request id."), request)


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return answer(error, request)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [_field(one) for one in error.errors()]
    in_body = any(one["where"].startswith("body") for one in found)
    cause = InvalidBody if in_body else BadRequest
    detail = "; ".join(f"{one['where']}: {one['message']}" for one in found[:5])
    return answer(cause(detail, errors=found[:50]), request)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, DomainError):
        # FastAPI wraps what reading the body raised, and its own words say less.
        return answer(error.__cause__, request)
    causes: dict[int, type[DomainError]] = {404: NotFound, 405: MethodNotAllowed, 413: BodyTooLarge}
    cause = causes.get(error.status_code, BadRequest)
    response = answer(cause(), request)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _on_database_error(request: Request, error: Exception) -> Response:
    if isinstance(error, DBAPIError) and not _is_outage(error):
        return internal(error, request)
    log.error("database unavailable", path=request.url.path, cause=type(error).__name__)
    return answer(DatabaseUnavailable(retry_after=2), request)


def _is_outage(error: DBAPIError) -> bool:
    """Connection failures (class 08), shutdowns (57P) and "too many connections" (53) pass; the rest is our
    fault."""
    state = str(getattr(error.orig, "sqlstate", None) or "08")
    return error.connection_invalidated or state.startswith(("08", "57P", "53"))


def _field(error: dict[str, Any]) -> dict[str, str]:
    where = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if where == "body" and isinstance(error.get("input"), bytes):
        # FastAPI reads a body as JSON only if it is said to be some.
        message = "the body must be JSON and be sent as such (Content-Type: application/json)"
    return {"where": where, "message": message, "code": str(error["type"])}


def _documented_status(causes: Sequence[type[DomainError]]) -> dict[str, Any]:
    status = HTTPStatus(causes[0].status)
    slugs = sorted(cause.type_path() for cause in causes)
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "enum": slugs},
            "title": {"type": "string"},
            "status": {"type": "integer", "const": int(status)},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
        },
    }
    described = "; ".join(f"`{cause.slug}`: {cause.title}" for cause in sorted(causes, key=lambda c: c.slug))
    return {"description": described, "content": {MEDIA_TYPE: {"schema": schema}}}
