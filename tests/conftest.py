"""What every test may ask for. The fixtures start what they need: `pytest` alone is enough."""

import signal
from pathlib import PurePosixPath

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = [
    "tests.fixtures.sealed",
    "tests.fixtures.postgres",
    "tests.fixtures.anvil",
    "tests.fixtures.deployed",
]

# No deadline for one example: the machine is shared, and a slow example is no wrong one.
settings.register_profile("short", deadline=None, print_blob=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=5_000)
settings.load_profile("short")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts its background jobs deaf to SIGINT, and children inherit that: whom we interrupt must hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

TOGETHER = ("cli", "flows")
"""Folders whose files share one costly fixture of the session."""


class ByFile(LoadScopeScheduling):
    """What one process runs when `make test` spreads the tests over the machine: a file, or such a folder."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        return str(file.parent) if file.parent.name in TOGETHER else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)
