"""`world`: one running service for a test module; each test makes its own dataset in it, or takes the module's."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.api.world import Dataset, World, open_world
from tests.fixtures.deployed import Deployed
from tests.fixtures.postgres import PostgresServer


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(
    deployed: Deployed, postgres_server: PostgresServer, migrated_template: str
) -> AsyncIterator[World]:
    name = postgres_server.create(migrated_template)
    async with open_world(deployed, postgres_server.url(name)) as world:
        yield world
    postgres_server.drop(name)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def birds(world: World) -> Dataset:
    """A dataset with plenty of items, three seats each."""
    return await world.create_dataset(items=60, gold=6)
