"""Settings, token -> **which payment of a bounty is worth its gas** -> bounties, owed.

Promise: what the operator named for a token of six decimals means the same in any other.
"""

from cota.datasets.queries import Dataset
from cota.http.services import Services

DECIMALS = 6
"""Of the tokens that `COTA_BOUNTY_LEAST` is told in."""


async def worth_of(services: Services, dataset: Dataset) -> int:
    """The least payment in base units of the dataset's token, at least 1. Raises ChainUnavailable while the token was
    never asked for."""
    token = await services.tokens.describe(dataset.terms.payment_token)
    return scaled(services.settings.bounty_least, token.decimals)


def scaled(least: int, decimals: int) -> int:
    """Base units of a token of so many decimals, rounded up; never below 1: a payment of nothing is worth nothing."""
    one = int(10**decimals)
    return max(-(-least * one // int(10**DECIMALS)), 1)
