"""Flows use the same running service as the tests of the API; those of the verifier a world that was sold."""

from tests.api.conftest import birds, world
from tests.fixtures.shim import shims
from tests.flows.sold import sold

__all__ = ["birds", "shims", "sold", "world"]
