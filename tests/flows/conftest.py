"""Flows use the same running service as the tests of the API."""

from tests.api.conftest import birds, world

__all__ = ["birds", "world"]
