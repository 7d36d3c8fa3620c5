"""A licensee who was not served, on the deployed contracts: demand, answer, arbitrator."""

from collections.abc import Iterator

import pytest

from cota.chain.contracts import Delivery, DeliveryDesk, DeliveryState
from cota.errors import ChainReverted
from cota.keys import local_key
from tests.chain.court import Courtroom
from tests.chain.mirroring import index_to_head, rows
from tests.chain.stage import DOLLAR, FAR, UNITS, Stage
from tests.chain.test_mirror_views import block
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


RETURNED, DELIVERED = 2, 1


def dispute(stage: Stage, desk: DeliveryDesk, license: int) -> None:
    """Demanded, not met in time, taken to the arbitrator."""
    stage.send("buyer", desk.address, desk.encode_demand_delivery(license))
    stage.deployed.anvil.rpc("evm_increaseTime", [5])
    stage.deployed.anvil.rpc("evm_mine", [])
    cost = stage.node.run(desk.dispute_cost(license, "latest"))
    stage.send("buyer", desk.address, desk.encode_dispute(license), value=cost)


def renew(stage: Stage, license: int) -> None:
    """In a later second: payments of one second are one to the desk."""
    stage.deployed.anvil.rpc("evm_increaseTime", [1])
    found = stage.node.run(stage.market.license_of(license, "latest"))
    allowed = stage.dollar.encode_approve(stage.market.address, found.price)
    stage.send("buyer", stage.dollar.address, allowed)
    data = stage.market.encode_renew(license, found.price, found.terms_hash, FAR)
    stage.send("buyer", stage.market.address, data)


def told(stage: Stage, desk: DeliveryDesk, license: int, url: str) -> tuple[str | None, int | None]:
    """(state, what came back) by the mirror, after it was held against the desk at the mirror's block."""
    index_to_head(url, stage.deployed)
    held: Delivery = stage.node.run(desk.delivery_of(license, block(url)))
    found = rows(url, "deliveries", license=license)
    if not found:
        assert held.state is DeliveryState.NONE
        return None, None
    (row,) = found
    assert row.state == held.state.name.lower()
    assert (row.paid_at, row.answered, row.desk) == (held.paid_at, held.was_answered, desk.address)
    if held.due_at:
        assert (row.coordinator, row.due_at, row.price) == (held.coordinator, held.due_at, held.price)
    else:
        assert (row.coordinator, row.due_at, row.price) == (None, None, None)
    return row.state, None if row.returned is None else int(row.returned)


def test_deliveries_view__word_by_word__is_what_the_desk_tells(
    stage: Stage, desk: DeliveryDesk, migrated_url: str
) -> None:
    """Acknowledged, demanded, answered, judged, paid for again: at each step the mirror says what the desk says."""
    room = Courtroom(stage)
    quiet, license = sell(stage), sell(stage)
    assert told(stage, desk, license, migrated_url) == (None, None)
    stage.send("buyer", desk.address, desk.encode_demand_delivery(license))
    assert told(stage, desk, license, migrated_url) == ("demanded", None)
    stage.send("coordinator", desk.address, desk.encode_answer(license, b"\1" * 32))
    assert told(stage, desk, license, migrated_url) == ("answered", None)
    # A renewal while it is open: it stays about the first payment, and is judged.
    renew(stage, license)
    assert told(stage, desk, license, migrated_url) == ("answered", None)
    stage.deployed.anvil.rpc("evm_increaseTime", [5])
    stage.deployed.anvil.rpc("evm_mine", [])
    cost = stage.node.run(desk.dispute_cost(license, "latest"))
    stage.send("buyer", desk.address, desk.encode_dispute(license), value=cost)
    assert told(stage, desk, license, migrated_url) == ("disputed", None)
    room.settle(stage.node.run(desk.dispute_of(license, "latest")), DELIVERED)
    assert told(stage, desk, license, migrated_url) == (None, None)
    stage.send("buyer", desk.address, desk.encode_acknowledge(license))
    assert told(stage, desk, license, migrated_url) == ("acknowledged", None)
    # Of the next payment, one that was never answered: its price comes back.
    renew(stage, license)
    assert told(stage, desk, license, migrated_url) == (None, None)
    dispute(stage, desk, license)
    before = stage.node.run(stage.ledger.credit_of(stage.address("buyer"), "latest"))
    room.settle(stage.node.run(desk.dispute_of(license, "latest")), RETURNED)
    state, returned = told(stage, desk, license, migrated_url)
    credited = stage.node.run(stage.ledger.credit_of(stage.address("buyer"), "latest")) - before
    assert (state, returned) == ("returned", credited)
    assert credited > 0
    assert told(stage, desk, quiet, migrated_url) == (None, None)
    renew(stage, license)
    assert told(stage, desk, license, migrated_url) == (None, None)


def test_deliveries_view__acknowledged_after_a_demand__keeps_the_demand(
    stage: Stage, desk: DeliveryDesk, migrated_url: str
) -> None:
    license = sell(stage)
    stage.send("buyer", desk.address, desk.encode_demand_delivery(license))
    renew(stage, license)
    stage.send("buyer", desk.address, desk.encode_acknowledge(license))
    # Of the first payment: the second has no delivery yet.
    assert told(stage, desk, license, migrated_url) == (None, None)
    stage.send("buyer", desk.address, desk.encode_acknowledge(license))
    assert told(stage, desk, license, migrated_url) == ("acknowledged", None)
