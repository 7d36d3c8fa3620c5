"""The periods that networks propose to publishers, against the court that rules there."""

import pytest

from cota.networks import NETWORKS
from cota.verify.bounties import LONGEST_WAIT

ROUNDS = 3
"""Panels that an appeal may come before: CouncilArbiter's MAX_APPEALS, and the first."""


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_ruling_period__the_last_word_on_an_appeal_comes_while_bounties_still_wait_for_it(name: str) -> None:
    """Past the terms' own periods an escrow waits so long and no longer: an upheld appeal must find the money there."""
    court = NETWORKS[name].court
    assert ROUNDS * court.ruling_period < LONGEST_WAIT
    assert court.commit_period + court.reveal_period + court.appeal_period < court.ruling_period


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_penalty_period__leaves_time_to_execute_a_penalty_after_appeals(name: str) -> None:
    windows = NETWORKS[name].windows
    assert windows.penalty_period >= windows.appeal_period + max(1, min(windows.appeal_period // 3, 86_400))
