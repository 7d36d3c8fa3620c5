"""API answer -> **exception** -> caller. What a client raises when the service says no, lies, or cannot
be reached.

Promises: a problem of the service becomes the same `DomainError` type that the service raised, with its
slug, title, status, detail and further members, so that a caller tells causes apart by type and never by
reading prose; nothing here holds a key, a token or a signature.
"""

from __future__ import annotations

from collections.abc import Sequence

from cota.errors import DomainError, problem_types
from cota.units import told_time


class ClientError(Exception):
    """What is wrong on the way or with the answer, not with the request; `str()` is one readable line."""


class Unreachable(ClientError):
    """No answer after all retries: connection refused, reset or timed out."""


class Untrustworthy(ClientError):
    """The service answered, and what it answered does not hold: a bad receipt, root, proof or digest."""


class StakeLocked(ClientError):
    """`until`: unix seconds from which on time alone frees it."""

    def __init__(self, until: int) -> None:
        super().__init__(
            f"work may still be judged: the stake is locked, until {told_time(until)} at the latest"
        )
        self.until = until


class BountyLocked(ClientError):
    """`until`: unix seconds from which on it may go back, as far as is known now."""

    def __init__(self, until: int) -> None:
        super().__init__(
            f"labels may still be paid: what is left of the bounty goes back from {told_time(until)} on"
        )
        self.until = until


class BountyAppealed(ClientError):
    """An appeal of `epoch`, which the bounty covers, waits for its ruling; `cases`: the court's numbers."""

    def __init__(self, words: str, epoch: int, cases: Sequence[int]) -> None:
        super().__init__(words)
        self.epoch, self.cases = epoch, tuple(cases)


class BondNotCovered(ClientError):
    """The wallet does not hold the COTA that a case's bond takes."""


def refusal(status: int, body: object) -> DomainError:
    """A problem document, or anything else that came with an error status, as an exception."""
    fields = dict(body) if isinstance(body, dict) else {"detail": str(body).strip()[:200]}
    slug = str(fields.pop("type", "")).rstrip("/").rsplit("/", 1)[-1] or "http-error"
    title = str(fields.pop("title", f"HTTP {status}"))
    detail = str(fields.pop("detail", ""))
    fields.pop("status", None)
    kind = problem_types().get(slug, DomainError)
    error = kind(detail or title, **{str(name): value for name, value in fields.items() if name != "detail"})
    if kind is DomainError:
        # A cause that this version does not know keeps its own name.
        vars(error).update(slug=slug, title=title, status=status)
    return error
