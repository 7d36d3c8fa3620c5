"""A licence for a time, a price from a time on: by the clock that the market goes by, which is the chain's."""

import time

import pytest
import pytest_asyncio

from cota.chain.contracts import LicenseMarket, LocalDollar
from cota.client.records import parse_time
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.world import DOLLAR, Dataset, World, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

TERM = 1_000


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def dataset(world: World) -> Dataset:
    """Settled. Time is let pass only afterwards: who joins signs by the clock of this machine."""
    found = await world.create_dataset(items=6, gold=6, license_term=TERM)
    await world.label_all(found, [await world.member(found) for _ in range(3)], accuracy=1.0)
    await world.settle(found)
    return found


async def test_license__its_term_over_by_the_chains_clock__is_expired_and_opens_again_when_renewed(
    world: World, dataset: Dataset
) -> None:
    license, block = await world.buy(dataset)
    headers, path = await world.sign_in(world.buyer), f"/v1/licenses/{license}"
    check = f"/v1/licenses/check?dataset={to_hex(dataset.id)}&address={world.buyer.address}"
    await world.indexed(block)
    bought = (await world.http.get(path)).json()
    assert bought["expired"] is False
    assert (await world.http.get(check)).json()["licensed"] is True
    assert (await world.http.get(f"{path}/export", headers=headers)).status_code == 200

    # The service's own clock says that it has more than ten minutes left.
    await world.mine(TERM)
    assert parse_time(bought["expires_at"]).timestamp() - time.time() > TERM / 2
    told = (await world.http.get(path)).json()
    assert told["expired"] is True
    assert (await world.http.get(check)).json()["licensed"] is False
    problem = refused(await world.http.get(f"{path}/export", headers=headers), "not-licensed", 403)
    assert problem["expired_at"] == bought["expires_at"]

    market = LicenseMarket.of(world.services.node, world.deployed.deployment)
    dollar = dataset.terms.payment_token
    await world.send("buyer", dollar, LocalDollar.encode_approve(market.address, 100 * DOLLAR))
    deadline = soon(2 * TERM)
    data = LicenseMarket.encode_renew(license, 100 * DOLLAR, dataset.terms_hash, deadline)
    await world.send("buyer", market.address, data)
    await world.indexed()
    renewed = (await world.http.get(path)).json()
    assert renewed["expired"] is False
    assert renewed["expires_at"] > bought["expires_at"]
    assert (await world.http.get(f"{path}/export", headers=headers)).status_code == 200


async def test_price__from_the_block_on_that_it_holds__is_the_new_one(world: World, dataset: Dataset) -> None:
    market = LicenseMarket.of(world.services.node, world.deployed.deployment)
    for price in (5, 7):
        data = LicenseMarket.encode_set_price(dataset.id, 1, price * DOLLAR)
        await world.send("publisher", market.address, data)
    await world.indexed()

    async def told() -> tuple[int, int]:
        prices = (await world.http.get(dataset.path)).json()["prices"]
        (one,) = (one for one in prices if one["class"] == 1)
        return int(one["price"]), await market.price_of(dataset.id, 1, "latest")

    assert await told() == (5 * DOLLAR, 5 * DOLLAR)
    await world.mine(dataset.terms.price_delay)
    assert await told() == (7 * DOLLAR, 7 * DOLLAR)
