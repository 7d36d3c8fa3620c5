"""Session -> **publisher's calls** -> chain and API. From a question to a dataset on which people can
work.

Promises: what is uploaded is exactly what was committed (roots are computed here, from the same bytes);
salts are fresh random bytes; gold is committed item by item before the first lease, an item without gold
like one with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cota.chain.contracts import DatasetRegistry, LicenseMarket
from cota.chain.decode import Decoders
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt as Mined
from cota.chain.terms import DatasetState, Terms
from cota.client.drafts import draw_secret, terms_of_json
from cota.client.records import take
from cota.client.refusals import Untrustworthy
from cota.client.session import Session, fresh_salt
from cota.client.told import BatchTold
from cota.commitments import log_tree
from cota.commitments.canonical import canonical
from cota.commitments.draw import commitment_of
from cota.commitments.hashes import gold_leaf, item_hash, item_ref, label_hash, schema_hash
from cota.errors import SchemaMismatch
from cota.units import Hash32, parse_address, to_hex

_LINES_AT_ONCE = 100


@dataclass(frozen=True)
class NewItem:
    """One item to label; `gold` is the label that the publisher knows, if she knows one."""

    content: Any
    gold: Any = None
    item_salt: Hash32 = field(default_factory=fresh_salt)
    gold_salt: Hash32 = field(default_factory=fresh_salt)

    def ref(self) -> bytes:
        return item_ref(item_hash(self.content), self.item_salt)

    def gold_leaf(self, index: int) -> bytes:
        known = None if self.gold is None else label_hash(self.gold)
        return gold_leaf(index, known, self.gold_salt)

    def to_json(self) -> dict[str, Any]:
        return {
            "content": self.content,
            "item_salt": to_hex(self.item_salt),
            "gold_label": self.gold,
            "gold_salt": to_hex(self.gold_salt),
        }


@dataclass(frozen=True)
class _Lines:
    """Items as JSON lines, made anew whenever they are gone through, and sent some at a time."""

    items: Sequence[NewItem]

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.items), _LINES_AT_ONCE):
            part = self.items[start : start + _LINES_AT_ONCE]
            yield b"".join(canonical(item.to_json()) + b"\n" for item in part)


class PublisherCalls(Session):
    """What a publisher does. Needs `rpc_url`: her wallet sends the transactions."""

    def create_dataset(
        self,
        terms: Terms,
        schema: Any,
        title: str,
        *,
        description: str = "",
        uri: str = "",
        reviews: int = 0,
        field: str | None = None,
    ) -> Hash32:
        """Creates the dataset on chain and tells the service its question. Raises ChainReverted.

        `schema` is the one that the terms name by its hash: `{"kind": "choice", "question", "classes"}`.
        `reviews`: second looks at each item whose labels differ. `field`: whoever is able in it saves a seat. Terms
        `with_draw` have their secret told.
        """
        if schema_hash(schema) != terms.schema_hash:
            raise SchemaMismatch("the terms name another schema than the one given")
        dataset, mined = self.register_dataset(terms, uri)
        self.wait_for(mined.block_number)
        self.describe_dataset(dataset, schema, title, description, reviews=reviews, field=field)
        return dataset

    def register_dataset(self, terms: Terms, uri: str = "") -> tuple[Hash32, Mined]:
        """The part of creating that the chain knows of. Each call makes another dataset."""
        data = DatasetRegistry.encode_create_dataset(terms, fresh_salt(), uri)
        mined = self.send(self.registry, data)
        return self._created(mined), mined

    def describe_dataset(
        self,
        dataset: Hash32,
        schema: Any,
        title: str,
        description: str = "",
        *,
        reviews: int = 0,
        field: str | None = None,
    ) -> None:
        """Tells the service the question that the terms name, and the draw's secret if it is this account's;
        title, description, reviews and field may be told again."""
        self.require_session()
        terms = terms_of_json(self.terms_of(dataset))
        secret = draw_secret(self.account, terms)
        details = {"schema": schema, "title": title, "description": description, "reviews": reviews}
        if field is not None:
            details["field"] = field
        if commitment_of(secret) == terms.draw_commitment:
            details["draw_secret"] = to_hex(secret)
        self.http.post(f"/v1/datasets/{to_hex(dataset)}/details", details)

    def batches(self, dataset: Hash32) -> list[BatchTold]:
        """The batches committed on chain, in order."""
        return list(map(BatchTold, self.pages(f"/v1/datasets/{to_hex(dataset)}/batches")))

    def add_batch(self, dataset: Hash32, items: Sequence[NewItem]) -> Mined:
        """Uploads items and gold, then commits their roots on chain; from then on they can be leased."""
        registry = DatasetRegistry(self.node.client, self.registry)
        first = self.node.run(registry.item_count(dataset, "latest"))
        items_root = log_tree.root([item.ref() for item in items])
        gold_root = log_tree.root([item.gold_leaf(first + place) for place, item in enumerate(items)])
        self.require_session()
        self.http.upload(
            f"/v1/datasets/{to_hex(dataset)}/batches/stream",
            _Lines(items),
            "application/jsonl",
            items_root=to_hex(items_root),
            gold_root=to_hex(gold_root),
            first_item=first,
        )
        data = DatasetRegistry.encode_add_batch(dataset, items_root, gold_root, len(items))
        mined = self.send(self.registry, data)
        self.wait_for(mined.block_number)
        return mined

    def set_state(self, dataset: Hash32, state: DatasetState) -> Mined:
        """open <-> paused -> closed -> archived."""
        return self.send(self.registry, DatasetRegistry.encode_set_state(dataset, state))

    def set_price(self, dataset: Hash32, price: int, license_class: int = 0) -> Mined:
        """Price of a licence in base units: at once the first time, later after the terms' delay."""
        return self.send(
            self.proven_contract_of(dataset, "market"),
            LicenseMarket.encode_set_price(dataset, license_class, price),
        )

    def credit(self, dataset: Hash32) -> int:
        """The account's part of what was sold, in base units of the payment token, of all its datasets."""
        market = LicenseMarket(self.node.client, self.proven_contract_of(dataset, "market"))
        token = take(self.terms_of(dataset), "payment_token", parse_address)
        return self.node.run(market.credit_of(token, self.address, "latest"))

    def withdraw_credit(self, dataset: Hash32) -> Mined:
        """Takes out the publisher's part of what was sold."""
        token = take(self.terms_of(dataset), "payment_token", parse_address)
        return self.send(
            self.proven_contract_of(dataset, "market"),
            LicenseMarket.encode_withdraw_credit(token, self.address),
        )

    def _created(self, mined: Mined) -> Hash32:
        own = [log for log in mined.logs if log["address"].lower() == self.registry.lower()]
        events = Decoders(committed_catalogue()).decode_all("DatasetRegistry", own)
        for event in events:
            if event.name == "DatasetCreated":
                return Hash32(event.args["dataset"])
        raise Untrustworthy("the transaction was mined without creating a dataset")
