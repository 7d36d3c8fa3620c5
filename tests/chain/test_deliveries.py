"""A licensee who was not served, on the deployed contracts: demand, answer, arbitrator."""

from collections.abc import Iterator

import pytest

from cota.chain.contracts import DeliveryDesk, DeliveryState
from cota.errors import ChainReverted
from cota.keys import local_key
from tests.chain.stage import DOLLAR, UNITS, Stage
from tests.fixtures.deployed import Deployed


@pytest.fixture(scope="module")
def stage(deployed: Deployed) -> Iterator[Stage]:
    stage = Stage(deployed)
    yield stage
    stage.close()


@pytest.fixture
def desk(stage: Stage) -> DeliveryDesk:
    return DeliveryDesk.of(stage.node.client, stage.deployed.deployment)


def sell(stage: Stage) -> int:
    """A licence of the buyer's; its number."""
    dataset = stage.create_dataset()
    stage.run_epoch(dataset, [(8, UNITS)])
    stage.set_price(dataset, 5 * DOLLAR)
    stage.buy(dataset, 5 * DOLLAR)
    return int(stage.node.run(stage.market.read("licenseCount", block="latest")))


def test_deliveries__the_version_names_the_desk(stage: Stage, desk: DeliveryDesk) -> None:
    latest = stage.node.run(stage.registry.latest_version("latest"))
    assert stage.node.run(stage.registry.version(latest, "latest")).deliveries == desk.address


def test_deliveries__acknowledged__nothing_more_can_be_demanded(stage: Stage, desk: DeliveryDesk) -> None:
    license = sell(stage)
    stage.send("buyer", desk.address, desk.encode_acknowledge(license))
    found = stage.node.run(desk.delivery_of(license, "latest"))
    assert found.state is DeliveryState.ACKNOWLEDGED
    with pytest.raises(ChainReverted, match="WrongDelivery"):
        stage.send("buyer", desk.address, desk.encode_demand_delivery(license))


def test_deliveries__demanded_answered_disputed__step_by_step(stage: Stage, desk: DeliveryDesk) -> None:
    license = sell(stage)
    stage.send("buyer", desk.address, desk.encode_demand_delivery(license))
    found = stage.node.run(desk.delivery_of(license, "latest"))
    assert (found.state, found.price) == (DeliveryState.DEMANDED, 5 * DOLLAR)
    assert (found.coordinator, found.was_answered) == (stage.address("coordinator"), False)
    with pytest.raises(ChainReverted, match="NotCoordinator"):
        stage.send("buyer", desk.address, desk.encode_answer(license, b"\1" * 32))
    stage.send("coordinator", desk.address, desk.encode_answer(license, b"\1" * 32))
    with pytest.raises(ChainReverted, match="NotDueYet"):
        stage.send("buyer", desk.address, desk.encode_dispute(license))
    stage.deployed.anvil.rpc("evm_increaseTime", [5])
    stage.deployed.anvil.rpc("evm_mine", [])
    cost = stage.node.run(desk.dispute_cost(license, "latest"))
    buyer = stage.node.sender(local_key("buyer").account())
    buyer.send(desk.address, desk.encode_dispute(license), cost)
    found = stage.node.run(desk.delivery_of(license, "latest"))
    assert (found.state, found.was_answered) == (DeliveryState.DISPUTED, True)
