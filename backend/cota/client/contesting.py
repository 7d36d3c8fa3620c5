"""Session -> **until when she can appeal, what stands behind a refusal** -> API, and the roots on chain.

Promise: gold is only shown as evidence if it opens what the publisher committed to before anybody labelled: its proof
leads to the batch's root, which is read from the chain where there is an RPC URL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cota.chain.contracts import DatasetRegistry
from cota.client.records import take
from cota.client.refusals import Untrustworthy
from cota.client.session import Session
from cota.commitments import log_tree
from cota.commitments.hashes import gold_leaf, label_hash
from cota.units import Address, Hash32, parse_hash32, to_hex
from cota.verify.anchors import Batch


class ContestCalls(Session):
    """What a contributor asks before she appeals."""

    def appeal_state(self, dataset: Hash32, epoch: int, address: Address) -> dict[str, Any]:
        """Whether the account may appeal an epoch, until when, for how much; and how its appeal stands."""
        path = f"/v1/accounts/{address}/datasets/{to_hex(dataset)}/epochs/{epoch}/appeal"
        answer: dict[str, Any] = self.http.get(path)
        return answer

    def evidence(self, dataset: Hash32, epoch: int) -> Iterator[dict[str, Any]]:
        """Her rows of an epoch that do not count, each with its reason and its item's gold, opened and checked. Raises
        Untrustworthy for gold that is not the committed one."""
        self.require_session()
        roots: dict[int, Batch] = {}
        path = f"/v1/accounts/me/datasets/{to_hex(dataset)}/epochs/{epoch}/evidence"
        for row in self.pages(path, limit=200):
            self._check_gold(dataset, row, roots)
            yield row

    def _check_gold(self, dataset: Hash32, row: Mapping[str, Any], roots: dict[int, Batch]) -> None:
        gold = take(row, "gold", dict)
        number, index = take(gold, "batch", int), take(gold, "item_index", int)
        if number not in roots:
            roots[number] = self._batch(dataset, number)
        batch = roots[number]
        label = gold.get("label")
        leaf = gold_leaf(
            index, None if label is None else label_hash(label), take(gold, "salt", parse_hash32)
        )
        proof = [parse_hash32(step) for step in take(gold, "proof", list)]
        if not log_tree.verify(batch.gold_root, leaf, index - batch.first_item, batch.count, proof):
            raise Untrustworthy(f"the gold shown for item {index} is not the one that was committed to")

    def _batch(self, dataset: Hash32, number: int) -> Batch:
        if self.rpc_url is not None:
            registry = DatasetRegistry(self.node.client, self.registry)
            return Batch(*self.node.run(registry.read("batchOf", dataset, number, block="latest")))
        for one in self.pages(f"/v1/datasets/{to_hex(dataset)}/batches"):
            if take(one, "batch", int) == number:
                roots = take(one, "items_root", parse_hash32), take(one, "gold_root", parse_hash32)
                return Batch(*roots, take(one, "first_item", int), take(one, "count", int))
        raise Untrustworthy(f"the service names batch {number}, and lists none of this number")
