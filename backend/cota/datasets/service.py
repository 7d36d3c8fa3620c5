"""Rules of datasets: who may work, what a publisher may upload: api -> **service** -> queries.

Promises: an uploaded schema is the one that the terms name; uploaded items and gold hash to the roots given,
each item once; the same upload again changes nothing.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

from cota.commitments import hashes
from cota.commitments.canonical import canonical
from cota.commitments.draw import commitment_of
from cota.commitments.log_tree import root
from cota.commitments.words import keccak
from cota.datasets import queries
from cota.datasets.contents import check_content
from cota.datasets.labels import check_label
from cota.datasets.queries import Dataset, Standing
from cota.datasets.question import check_schema, item_kind
from cota.datasets.schemas import BatchRequest, DetailsRequest, NewItem
from cota.errors import (
    DatasetNotOpen,
    DomainError,
    ExamWanted,
    Forbidden,
    InvalidBody,
    InvalidLabel,
    MissingCredential,
    NotAMember,
    OwnDataset,
    RootsMismatch,
    SchemaMismatch,
    UnknownDataset,
)
from cota.scoring import NEWEST, is_scored
from cota.scoring.rules import RULES_BY_HASH
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, to_hex

IS_A_QUESTION = "the exam asks about an item of the batch: whoever passed knows its answer"


async def require_dataset(session: ReadSession, dataset: bytes) -> Dataset:
    found = await queries.find(session, dataset)
    if found is None:
        raise UnknownDataset(f"no dataset {to_hex(dataset)} is indexed")
    return found


def require_member(standing: Standing) -> Dataset:
    """The dataset, if the account is one of its people, as `StakeVault.mayWork` says it: membership first, then the
    credential."""
    dataset = standing.dataset
    if dataset is None:
        raise UnknownDataset()
    if standing.account == dataset.publisher:
        raise OwnDataset()
    if standing.membership != "active":
        raise NotAMember(membership=standing.membership)
    if not standing.qualified:
        raise MissingCredential(credential=to_hex(dataset.terms.credential))
    return dataset


def require_worker(standing: Standing) -> Dataset:
    """The dataset, if the account is one of those who work on it; the exam that the service asks for comes last."""
    dataset = require_member(standing)
    if not standing.examined:
        raise ExamWanted()
    return dataset


def require_work(standing: Standing, state: str | None = None) -> Dataset:
    """The dataset, if the account may work on it now. `state`: a fresher one than the dataset's own."""
    dataset = require_worker(standing)
    state = state or dataset.state
    if state != "open":
        raise DatasetNotOpen(f"the dataset is {state}", state=state)
    return dataset


def may_work(standing: Standing) -> bool:
    """As `require_work`, as a question."""
    try:
        require_work(standing)
    except DomainError:
        return False
    return True


async def save_details(session: WriteSession, dataset: bytes, account: Address, body: DetailsRequest) -> None:
    """Stores question, title and description. Raises `SchemaMismatch` unless the terms name this very schema."""
    found = require_publisher(await require_dataset(session, dataset), account)
    check_schema(body.question)
    digest = hashes.schema_hash(body.question)
    if digest != found.terms.schema_hash:
        raise SchemaMismatch(expected=to_hex(found.terms.schema_hash), given=to_hex(digest))
    if found.schema is None:
        _require_scored(found, body.question)
    if body.draw_secret is not None and commitment_of(body.draw_secret) != found.terms.draw_commitment:
        raise InvalidBody("draw_secret is not the secret that the terms commit to")
    row = {
        "dataset": dataset,
        "schema": canonical(body.question).decode(),
        "title": body.title,
        "description": body.description,
        "draw_secret": body.draw_secret,
        "reviews": body.reviews,
        "field": body.field,
    }
    await queries.save_details(session, row)


def _require_scored(dataset: Dataset, question: Any) -> None:
    """Raises `InvalidBody` where labels would be taken and never settle. Unknown rules may be others'."""
    rules = RULES_BY_HASH.get(dataset.terms.rules_hash)
    if rules is not None and not is_scored(question, rules):
        raise InvalidBody(
            f"scoring rules {rules}, which the terms name, do not score answers of kind {question['kind']}: "
            f"nothing would ever settle. Make the dataset under rules {NEWEST}"
        )


async def upload_batch(
    session: WriteSession,
    dataset: bytes,
    account: Address,
    body: BatchRequest,
    prepared: Sequence[dict[str, Any]],
) -> int:
    """Stores a batch whose items were prepared by `prepare_items`; returns its first item. Idempotent by its
    roots."""
    found = require_told(require_publisher(await require_dataset(session, dataset), account))
    await queries.lock_uploads(session, dataset)
    known = await queries.find_batch(session, dataset, body.items_root, body.gold_root)
    if known is not None:
        return known.first_item
    first_item = body.first_item
    if first_item is None:
        first_item = await queries.next_first_item(session, dataset, body.items_root, body.gold_root)
    await asyncio.to_thread(_check_items, found.schema, body.items)
    await asyncio.to_thread(_check_roots, body, prepared, first_item)
    hashes = [item["item_hash"] for item in prepared]
    if await queries.known_questions(session, dataset, hashes):
        raise InvalidBody(IS_A_QUESTION)
    again = await queries.known_items(session, dataset, [item["item_ref"] for item in prepared])
    if again:
        raise InvalidBody(
            "the dataset has some of these items already", item_refs=[to_hex(ref) for ref in again]
        )
    batch = {
        "dataset": dataset,
        "items_root": body.items_root,
        "gold_root": body.gold_root,
        "first_item": first_item,
        "count": len(body.items),
        "uploaded_by": address_bytes(account),
    }
    places = {
        "batch": await queries.save_batch(session, batch),
        "dataset": dataset,
        "seats": found.terms.seats,
        "reviews": await queries.reviews_of(session, dataset),
    }
    await queries.save_items(session, places, first_item, prepared)
    return first_item


def prepare_items(items: Sequence[NewItem]) -> list[dict[str, Any]]:
    """Hashes and rows of uploaded items. Much hashing: run it in a thread."""
    rows = [prepare_item(position, item) for position, item in enumerate(items)]
    if len({row["item_ref"] for row in rows}) != len(rows):
        raise InvalidBody("two items of the batch are the same")
    return rows


def prepare_item(position: int, item: NewItem) -> dict[str, Any]:
    """Hashes and row of one item; `position` counts from 0 in its batch."""
    content = canonical(item.content)
    digest = keccak(content)
    return {
        "position": position,
        "content": content.decode(),
        "item_hash": digest,
        "item_salt": item.item_salt,
        "item_ref": hashes.item_ref(digest, item.item_salt),
        "gold_label": None if item.gold_label is None else canonical(item.gold_label).decode(),
        "gold_salt": item.gold_salt,
        "draw_key": secrets.randbits(63),
    }


def check_item(schema: Any, item: NewItem, where: str, **extra: object) -> None:
    """Raises InvalidBody or InvalidLabel, which begin with `where`, unless the item fits the question."""
    try:
        check_content(item_kind(schema), item.content)
    except InvalidBody as error:
        raise InvalidBody(f"{where}content: {error.detail}", **extra) from error
    if item.gold_label is not None:
        try:
            check_label(schema, item.gold_label, item.content)
        except InvalidLabel as error:
            raise InvalidLabel(f"{where}gold_label: {error.detail}", **{**error.extra, **extra}) from error


def gold_leaf(index: int, item: NewItem) -> bytes:
    """The item's leaf in the tree of gold; `index` is its place in the dataset."""
    known = None if item.gold_label is None else hashes.label_hash(item.gold_label)
    return hashes.gold_leaf(index, known, item.gold_salt)


def _check_items(schema: Any, items: Sequence[NewItem]) -> None:
    for place, item in enumerate(items):
        check_item(schema, item, f"items.{place}.")


def _check_roots(body: BatchRequest, prepared: Sequence[dict[str, Any]], first_item: int) -> None:
    items_root = root([row["item_ref"] for row in prepared])
    gold_root = root([gold_leaf(first_item + place, item) for place, item in enumerate(body.items)])
    if (items_root, gold_root) != (body.items_root, body.gold_root):
        raise RootsMismatch(items_root=to_hex(items_root), gold_root=to_hex(gold_root), first_item=first_item)


def require_told(dataset: Dataset) -> Dataset:
    """The dataset, if its question is known. Raises `SchemaMismatch`."""
    if dataset.schema is None:
        raise SchemaMismatch("tell the dataset's schema first: POST /v1/datasets/{dataset}/details")
    return dataset


def require_publisher(dataset: Dataset, account: Address) -> Dataset:
    """The dataset, if it is the account's. Raises `Forbidden`."""
    if account != dataset.publisher:
        raise Forbidden("only the dataset's publisher may do that", publisher=dataset.publisher)
    return dataset
