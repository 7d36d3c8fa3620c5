"""Records of datasets -> **their JSON**."""

from dataclasses import asdict
from typing import Any

from cota.datasets.queries import Dataset
from cota.datasets.schemas import (
    BatchAnswer,
    DatasetAnswer,
    HolderAnswer,
    PaymentAnswer,
    PriceAnswer,
    PromiseAnswer,
    TermsAnswer,
)
from cota.http.schemas import Token, instant
from cota.http.services import Services
from cota.units import address_of, to_hex


def show_terms(dataset: Dataset) -> TermsAnswer:
    terms = dataset.terms
    policies = {
        "transfer_policy": terms.transfer_policy.name.lower().replace("_", "-"),
        "preview_policy": terms.preview_policy.name.lower(),
    }
    return TermsAnswer(**(asdict(terms) | policies))


async def describe(services: Services, dataset: Dataset, promised: Any) -> dict[str, Any]:
    """The members of a `DatasetAnswer`; `promised`: the row of what bounties promise, if they do."""
    token: Token = await services.tokens.describe(dataset.terms.payment_token)
    return {
        "id": dataset.id,
        "publisher": dataset.publisher,
        "shares": dataset.shares,
        "ledger": dataset.ledger,
        "vault": dataset.vault,
        "market": dataset.market,
        "version": dataset.version,
        "uri": dataset.uri.decode("utf-8", errors="replace"),
        "uri_bytes": to_hex(dataset.uri),
        "state": dataset.state,
        "title": dataset.title,
        "description": dataset.description,
        "schema": dataset.schema,
        "terms_hash": dataset.terms_hash,
        "terms": show_terms(dataset),
        "item_count": dataset.item_count,
        "batch_count": dataset.batch_count,
        "created_at": dataset.block_time,
        "token": token,
        "ours": await services.coordinators.include(dataset.id, dataset.terms.coordinator),
        "bounty": show_promise(promised),
        "block": dataset.block,
        "tx_hash": dataset.tx_hash,
        "status": services.freshness.status_of(dataset.block),
    }


async def show_dataset(services: Services, dataset: Dataset, promised: Any) -> DatasetAnswer:
    return DatasetAnswer(**await describe(services, dataset, promised))


def show_promise(row: Any) -> PromiseAnswer | None:
    """None for None: bounties promise nothing now."""
    if row is None:
        return None
    return PromiseAnswer(
        bounties=row.bounties,
        per_label=int(row.per_label),
        free=int(row.free),
        labels_left=int(row.labels_left),
    )


def show_price(row: Any) -> PriceAnswer:
    price = None if row.price is None else int(row.price)
    return PriceAnswer(
        **{"class": row._mapping["class"]},
        price=price,
        next_price=int(row.next_price),
        effective_at=instant(row.effective_at),
    )


def show_batch(services: Services, row: Any) -> BatchAnswer:
    return BatchAnswer(
        batch=row.batch,
        items_root=bytes(row.items_root),
        gold_root=bytes(row.gold_root),
        first_item=int(row.first_item),
        count=row._mapping["count"],
        uploaded=row.uploaded,
        block=row.block_number,
        tx_hash=bytes(row.tx_hash),
        status=services.freshness.status_of(row.block_number),
    )


def show_holder(row: Any, supply: int) -> HolderAnswer:
    balance = int(row.balance)
    return HolderAnswer(
        account=address_of(bytes(row.account)),
        balance=balance,
        share_bps=balance * 10_000 // supply if supply else 0,
    )


def show_payment(services: Services, row: Any) -> PaymentAnswer:
    return PaymentAnswer(
        payer=address_of(bytes(row.payer)),
        amount=int(row.amount),
        acc=int(row.acc),
        supply=int(row.supply),
        rem=int(row.rem),
        log_index=row.log_index,
        at=row.block_time,
        block=row.block_number,
        tx_hash=bytes(row.tx_hash),
        status=services.freshness.status_of(row.block_number),
    )
