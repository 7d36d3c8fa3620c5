"""The independent verifier: chain, epoch files, export -> **verify** -> report.

Believes nobody: from the chain's logs at one block, epoch files that are taken only by their hash on
chain, and a licensed export if there is one, it does again what contracts and service did, and names the
first thing that does not agree. Reads only; imports nothing of the service (docs/decisions/0008).
"""

from typing import TYPE_CHECKING, Any

from cota.verify.report import Check, Finding, Report

if TYPE_CHECKING:
    from cota.verify.run import verify

__all__ = ["Check", "Finding", "Report", "verify"]


def __getattr__(name: str) -> Any:
    # A process that only looks at rows (ahead.py) has no use for a node's client, which takes a second to load.
    if name == "verify":
        from cota.verify.run import verify

        return verify
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
