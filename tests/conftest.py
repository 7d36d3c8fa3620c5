"""What every test may ask for. The fixtures start what they need: `pytest` alone is enough."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

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


# First: pytest-xdist reads the groups in its own hook of this name.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one process runs when `make test` spreads the tests over the machine: a file, or such a folder."""
    for item in items:
        folder = item.path.parent.name
        group = folder if folder in TOGETHER else str(Path(folder, item.path.name))
        item.add_marker(pytest.mark.xdist_group(group))
