"""Several nodes, dead ones, and nodes of other chains (B09)."""

import asyncio

import pytest

from cota.chain.client import NodeClient, WrongChain
from cota.errors import ChainUnavailable
from tests.chain.mirroring import assert_mirror_is_chain, cursor, index_to_head
from tests.chain.stage import Dataset, Stage
from tests.fixtures.anvil import StartAnvil


@pytest.fixture(scope="module")
def dataset(stage: Stage) -> Dataset:
    return stage.play()


def test_b09_two_urls_one_dead__starts(stage: Stage, dataset: Dataset, migrated_url: str) -> None:
    urls = ("http://127.0.0.1:9", stage.deployed.anvil.url)
    index_to_head(migrated_url, stage.deployed, urls=urls)
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_b09_all_dead__says_that_no_node_answers(stage: Stage, migrated_url: str) -> None:
    with pytest.raises(ChainUnavailable, match="no node answers"):
        index_to_head(migrated_url, stage.deployed, urls=("http://127.0.0.1:9",))


def test_b09_two_urls_of_two_chains__are_refused_before_any_write(
    stage: Stage, dataset: Dataset, migrated_url: str, start_anvil: StartAnvil
) -> None:
    other = start_anvil(chain_id=1)
    with pytest.raises(WrongChain, match="serves chain 1, not 31337"):
        index_to_head(migrated_url, stage.deployed, urls=(stage.deployed.anvil.url, other.url))
    other.stop()
    assert cursor(migrated_url) is None


def test_b09_same_id_other_genesis__is_refused(stage: Stage, start_anvil: StartAnvil) -> None:
    other = start_anvil()

    async def connect() -> None:
        async with NodeClient([stage.deployed.anvil.url, other.url], 31_337):
            pass

    with pytest.raises(WrongChain, match="other genesis"):
        asyncio.run(connect())
    other.stop()
