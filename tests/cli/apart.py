"""A network of a test file's own, for stories that put the clock forward or stop a process. Taken by

    from tests.cli.apart import node, stack, story, terminal

    __all__ = ["node", "stack", "story", "terminal"]

in place of the folder's network that all others share. A file whose story begins with something defines `story` itself;
`room` is that of the files that judge.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import ProposalState
from scripts.stack.local import LocalStack
from tests.cli.courtroom import Room
from tests.cli.story import People, Story
from tests.cli.terminal import Terminal, terminal_of
from tests.fixtures.stack import stack_of_its_own


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[LocalStack]:
    """Named after the file: test_cli_rulings.py runs on cli-rulings."""
    with stack_of_its_own(request.path.stem.removeprefix("test_").replace("_", "-")) as running:
        yield running


@pytest.fixture(scope="module")
def terminal(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return terminal_of(stack, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def story(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Its people, to whom nothing happened yet."""
    return Story(terminal, People(terminal.environment["RPC_URL"]), tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def node(story: Story) -> Iterator[BlockingNode]:
    with BlockingNode([story.people.rpc], 31_337) as node:
        yield node


@pytest.fixture(scope="module")
def room(story: Story, node: BlockingNode) -> Room:
    """One settlement is open there."""
    room = Room(story, node)
    room.wait(room.proposed, ProposalState.PROPOSED)
    return room
