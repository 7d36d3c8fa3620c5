"""Licence, export, chain -> **passport** -> file beside the export.

Promise: nothing of it comes from the service; all is read from the chain at one block, and the export was
checked against the same facts.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import DatasetRegistry, LicenseMarket, Token
from cota.client.records import Status
from cota.formats.passport import VERSION, Batched, Checkpointed, Passport
from cota.units import BlockRef
from cota.verify.anchors import Anchors
from cota.verify.exports import Export
from cota.verify.signers import WalletsAt


class Checked(NamedTuple):
    """An export, and what it was checked against at a block."""

    export: Export
    anchors: Anchors
    block: BlockRef


def make_passport(node: BlockingNode, status: Status, checked: Checked) -> Passport:
    """The passport of an export whose every record was proven."""
    export, anchors, block = checked
    header, client = export.header, node.client
    registry = DatasetRegistry(client, status.contracts["DatasetRegistry"])
    serving = node.run(registry.version(node.run(registry.version_of(header.dataset, block)), block))
    market = LicenseMarket(client, serving.market)
    sold = node.run(market.license_of(header.license, block))
    token = Token(client, anchors.terms.payment_token)
    wallets = WalletsAt(node, block)
    accounts = sorted({record.annotation.account for record in export.records})
    with export.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    epochs = set(header.epochs)
    return Passport(
        version=VERSION,
        network=status.network,
        chain_id=status.chain_id,
        genesis_hash=status.genesis_hash,
        block_number=block.number,
        block_hash=block.hash,
        block_time=block.timestamp,
        registry=registry.address,
        ledger=serving.ledger,
        market=serving.market,
        shares=node.run(registry.shares_of(header.dataset, block)),
        dataset=header.dataset,
        terms=anchors.terms.encode(),
        license=header.license,
        license_class=sold.class_,
        holder=node.run(market.owner_of(header.license, block)),
        price=sold.price,
        token=token.address,
        token_symbol=node.run(token.symbol(block)),
        token_decimals=node.run(token.decimals(block)),
        bought_at=sold.bought_at,
        expires_at=sold.expires_at,
        covered=header.epochs,
        checkpoints=tuple(
            Checkpointed(number, span.start, span.end, span.root, span.made_at)
            for number, span in sorted(anchors.checkpoints.items())
            if number in epochs
        ),
        batches=tuple(
            Batched(number, batch.items_root, batch.gold_root, batch.first_item, batch.count)
            for number, batch in sorted(anchors.batches.items())
        ),
        receipt_keys=tuple(sorted({record.receipt.key for record in export.records})),
        contract_wallets=tuple(account for account in accounts if wallets.has_code(account)),
        records=len(export.records),
        erased=export.end.erased if export.end else 0,
        export_bytes=export.path.stat().st_size,
        export_sha256=digest,
    )
