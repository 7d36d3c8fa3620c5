"""All that is hers in one file: labels, salts, signatures, receipts, books -> **JSON lines** -> her own disk.

The lines of labels and receipts are those that the client's own backup has, so the file serves in its place. Promises:
as of one moment of the database; memory stays bounded; the last line says how many of each there are, and without it
the file is incomplete.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from cota.accounts import backup_queries, income, queries, statement
from cota.annotations import answers
from cota.annotations.queries import Row
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.http.coordinators import OtherCoordinator
from cota.http.services import Services
from cota.store.session import ReadSession
from cota.units import Address, address_of, to_hex, told_time

VERSION = 1


async def lines(services: Services, account: Address) -> AsyncIterator[bytes]:
    """The file, some hundred lines at a time. Raises OtherCoordinator before its first."""
    if services.receipt_key is None:
        raise OtherCoordinator("this service has no receipt key")
    counts: Counter[str] = Counter()
    async with services.long_read() as session:
        yield _write([_header(services, account)], Counter())
        for dataset_id in await backup_queries.datasets_of(session, account):
            dataset = await require_dataset(session, dataset_id)
            yield _write([_dataset(dataset)], counts)
            keys = await backup_queries.agents(session, dataset_id, account)
            yield _write([_agent(row) for row in keys], counts)
            async for part in backup_queries.rows(session, dataset_id, account):
                yield await asyncio.to_thread(_rows, services, dataset, part, counts)
            async for paid in income.rows_of(services, session, dataset, account):
                books = [
                    {"type": "income", "dataset": to_hex(dataset_id), **one.model_dump(mode="json")}
                    for one in paid
                ]
                yield _write(books, counts)
        async for piece in _statement(services, session, account, counts):
            yield piece
    yield _write([{"type": "end", "counts": dict(sorted(counts.items()))}], Counter())


async def _statement(
    services: Services, session: ReadSession, account: Address, counts: Counter[str]
) -> AsyncIterator[bytes]:
    async for found in statement.pages(services, session, account):
        yield _write([{"type": "statement", **row.model_dump(mode="json")} for row in found], counts)
    consents = await queries.consents_of(session, account)
    yield _write([_consent(row) for row in consents], counts)


def _header(services: Services, account: Address) -> dict[str, Any]:
    return {
        "type": "backup",
        "version": VERSION,
        "account": account,
        "network": services.settings.network.name,
        "chain_id": services.chain_id,
        "at": told_time(datetime.now(UTC)),
    }


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "type": "dataset",
        "dataset": to_hex(dataset.id),
        "title": dataset.title,
        "ledger": dataset.ledger,
        "shares": dataset.shares,
        "terms_hash": to_hex(dataset.terms_hash),
        "token": dataset.terms.payment_token,
    }


def _agent(row: Any) -> dict[str, Any]:
    return {
        "type": "agent",
        "digest": to_hex(bytes(row.digest)),
        "dataset": to_hex(bytes(row.dataset)),
        "account": address_of(bytes(row.account)),
        "agent": address_of(bytes(row.agent)),
        "not_before": row.not_before,
        "not_after": row.not_after,
        "signature": to_hex(bytes(row.signature)),
        "verified_block": row.verified_block,
    }


def _rows(services: Services, dataset: Dataset, part: Sequence[Any], counts: Counter[str]) -> bytes:
    records: list[dict[str, Any]] = []
    for row in part:
        place = {"dataset": to_hex(dataset.id), "row_id": to_hex(bytes(row.row_id))}
        records.append({"type": "label", **place, **_label(row)})
        kept = Row(dataset.id, row.place, bytes(row.row_id), row.include_by, bytes(row.signature))
        receipt = answers.show_receipt(services, dataset.ledger, kept).model_dump(mode="json")
        records.append({"type": "receipt", **receipt, "checked_at": ""})
    return _write(records, counts)


def _label(row: Any) -> dict[str, Any]:
    """As the client's backup has it. An erased label and its salt are null; `verified_block`: where a contract wallet
    said that the signature is its own."""
    return {
        "annotation": {
            "item_ref": to_hex(bytes(row.item_ref)),
            "kind": row.kind,
            "label_commitment": to_hex(bytes(row.label_commitment)),
            "lease": to_hex(bytes(row.lease)),
            "account": address_of(bytes(row.account)),
            "nonce": str(int(row.nonce)),
            "deadline": int(row.deadline),
        },
        "label": row.label,
        "label_salt": None if row.label_salt is None else to_hex(bytes(row.label_salt)),
        "signature": to_hex(bytes(row.signature)),
        "agent_key_digest": None if row.agent_digest is None else to_hex(bytes(row.agent_digest)),
        "verified_block": row.verified_block,
    }


def _consent(row: Any) -> dict[str, Any]:
    return {
        "type": "consent",
        "dataset": to_hex(bytes(row.dataset)),
        "text_hash": to_hex(bytes(row.text_hash)),
        "at": told_time(row.at),
    }


def _write(records: Sequence[dict[str, Any]], counts: Counter[str]) -> bytes:
    counts.update(record["type"] for record in records)
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)
