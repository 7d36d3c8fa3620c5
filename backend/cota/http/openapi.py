"""What every operation may answer besides its own: routes -> FastAPI's document -> **the whole truth** -> clients.

Promises: a request that cannot be read (400), a token that is not valid (401, also where none is needed), a body with a
wrong field (422), one that is too large (413), a database that is away and a block that is not indexed yet (503) stand
at each operation that they can come from, as the problems that are really sent; FastAPI's own form of a 422, which is
never sent, stands nowhere.
"""

from typing import Any

from fastapi import FastAPI

from cota.errors import BadRequest, BlockTooFar, DomainError, InvalidBody, NotIndexedYet
from cota.http.problems import BodyTooLarge, DatabaseUnavailable, described, who_calls

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
# They answer without asking the database.
_ALONE = frozenset({"check_alive", "check_ready", "list_problems", "get_problem", "get_consent"})


def install(app: FastAPI) -> None:
    """Has the app describe itself so. Made once, when it is first asked for."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            for path in document["paths"].values():
                for method, operation in path.items():
                    if method in _METHODS:
                        _complete(operation)
            for unused in ("HTTPValidationError", "ValidationError"):
                document.get("components", {}).get("schemas", {}).pop(unused, None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status, causes in _always(operation).items():
        described(responses, status, causes)


def _always(operation: dict[str, Any]) -> dict[int, list[type[DomainError]]]:
    found: dict[int, list[type[DomainError]]] = {}
    parameters = {one["name"] for one in operation.get("parameters", ())}
    if parameters or "requestBody" in operation:
        found[400] = [BadRequest, *([BlockTooFar] if "min_block" in parameters else [])]
    if "requestBody" in operation:
        found |= {413: [BodyTooLarge], 422: [InvalidBody]}
    if operation.get("security"):
        found[401] = who_calls()
    if operation.get("operationId") not in _ALONE:
        found[503] = [DatabaseUnavailable, *([NotIndexedYet] if "min_block" in parameters else [])]
    return found
