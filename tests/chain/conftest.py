"""What the tests of the chain and its mirror share."""

from tests.fixtures.shim import shims

__all__ = ["shims"]
