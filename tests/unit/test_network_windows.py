"""The periods that networks propose to publishers, against the court that rules there."""

import pytest

from cota.networks import NETWORKS


@pytest.mark.parametrize("name", sorted(name for name, network in NETWORKS.items() if not network.is_local))
def test_penalty_period__leaves_time_for_the_first_ruling_on_every_appeal(name: str) -> None:
    """What bounties keep goes back after it: an upheld appeal must find it there, and have a day to take it."""
    network = NETWORKS[name]
    windows, court = network.windows, network.court
    day = 86_400
    assert windows.penalty_period >= windows.appeal_period + court.ruling_period + day
