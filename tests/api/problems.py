"""What every refusal must look like."""

from typing import Any

import httpx2


def refused(answer: httpx2.Response, slug: str, status: int) -> dict[str, Any]:
    """Asserts a problem of this type, and gives its body."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    wanted = (f"/problems/{slug}", status, status)
    assert (problem["type"], problem["status"], answer.status_code) == wanted, problem
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    return problem
