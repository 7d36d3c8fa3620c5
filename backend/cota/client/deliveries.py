"""Session -> **delivery** -> delivery desk. What a licensee may demand, and how a coordinator answers.

Promise: the desk is the one that the registry on chain names for the dataset, whatever a service says.
"""

from __future__ import annotations

from cota.chain.contracts import DatasetRegistry, Delivery, DeliveryDesk
from cota.chain.sender import Receipt as Mined
from cota.client.refusals import ClientError
from cota.client.session import Session
from cota.units import ZERO_ADDRESS, Address, Hash32


class DeliveryCalls(Session):
    """Needs `rpc_url`, and gas in the account."""

    def desk_of(self, dataset: Hash32) -> Address:
        """Raises ClientError for a dataset of a version without a desk."""
        registry = DatasetRegistry(self.node.client, self.registry)
        version = self.node.run(registry.version_of(dataset, "latest"))
        desk = self.node.run(registry.version(version, "latest")).deliveries
        if desk == ZERO_ADDRESS:
            raise ClientError(
                "nobody rules on deliveries in the version of the contracts that serves this dataset"
            )
        return desk

    def delivery_of(self, dataset: Hash32, license: int) -> Delivery:
        desk = DeliveryDesk(self.node.client, self.desk_of(dataset))
        return self.node.run(desk.delivery_of(license, "latest"))

    def acknowledge_delivery(self, dataset: Hash32, license: int) -> Mined:
        return self.send(self.desk_of(dataset), DeliveryDesk.encode_acknowledge(license))

    def demand_delivery(self, dataset: Hash32, license: int) -> Mined:
        return self.send(self.desk_of(dataset), DeliveryDesk.encode_demand_delivery(license))

    def answer_delivery(self, dataset: Hash32, license: int, evidence_hash: bytes) -> Mined:
        """As the dataset's coordinator."""
        return self.send(self.desk_of(dataset), DeliveryDesk.encode_answer(license, evidence_hash))

    def delivery_dispute_cost(self, dataset: Hash32, license: int) -> int:
        """In wei."""
        desk = DeliveryDesk(self.node.client, self.desk_of(dataset))
        return self.node.run(desk.dispute_cost(license, "latest"))

    def dispute_delivery(self, dataset: Hash32, license: int) -> Mined:
        """Takes an unmet demand to the arbitrator, and pays what that costs. Raises ChainReverted."""
        cost = self.delivery_dispute_cost(dataset, license)
        data = DeliveryDesk.encode_dispute(license)
        return self.send(self.desk_of(dataset), data, cost)
