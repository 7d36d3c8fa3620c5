"""A whole network for the command line: chain, database, api, indexer, worker as processes, and people at
terminals. Started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cota.chain.blocking import BlockingNode
from scripts.stack.local import LocalStack
from tests.cli.story import People, Story, play
from tests.cli.terminal import Terminal, terminal_of
from tests.fixtures.shim import shims
from tests.fixtures.stack import stack_of_its_own

__all__ = ["shims"]

FIRST = ("test_cli_labels.py", "test_cli_money.py")
"""They tell how the story ended; what the others do with the same network comes after."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    places = [place for place, item in enumerate(items) if item.path.parent == here]
    mine = sorted((items[place] for place in places), key=lambda item: item.path.name not in FIRST)
    for place, item in zip(places, mine, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    with stack_of_its_own("cli") as running:
        yield running


@pytest.fixture(scope="session")
def terminal(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return terminal_of(stack, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def story(stack: LocalStack, terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Played by commands alone, from two JSON files of a publisher to settled labels."""
    return play(terminal, People(stack.env["RPC_URL"]), tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="session")
def node(story: Story) -> Iterator[BlockingNode]:
    with BlockingNode([story.people.rpc], 31_337) as node:
        yield node


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
