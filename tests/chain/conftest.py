"""What the tests of the chain and its mirror share."""

from collections.abc import Iterator

import pytest

from tests.chain.stage import Stage
from tests.fixtures.deployed import Deployed
from tests.fixtures.shim import shims

__all__ = ["shims"]


@pytest.fixture(scope="module")
def stage(deployed: Deployed) -> Iterator[Stage]:
    """People and contracts on the module's own chain."""
    stage = Stage(deployed)
    yield stage
    stage.close()
