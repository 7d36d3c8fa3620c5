"""The sentences of `cota inbox`: one for every kind of event that reaches an inbox, of words that the event has."""

from string import Formatter
from typing import get_args

import pytest

from cota.cli import inbox
from cota.events import kinds
from cota.events.schemas import Kind

OF_NOBODY = {"batch-added", "checkpointed", "price-set"}
"""About no account, and not among what members are told."""


def test_sentences__every_kind_that_reaches_an_inbox__has_one() -> None:
    assert set(get_args(Kind)) - OF_NOBODY == set(inbox._SENTENCES)


@pytest.mark.parametrize("kind", inbox._SENTENCES)
def test_sentence__of_a_kind__says_only_what_its_event_holds(kind: str) -> None:
    table, account, data = kinds._KINDS[kind]
    said = {name for _, name, _, _ in Formatter().parse(inbox._SENTENCES[kind]) if name}
    assert all(f"'{name}'," in data for name in said), (table, account, said)
