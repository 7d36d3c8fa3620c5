"""Publisher's few choices -> **terms** -> createDataset. Everything else takes the network's usual values.

Promise: what is drafted here is shown whole before it is signed: `Terms` has no hidden field.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from cota.chain.terms import PreviewPolicy, Terms, TransferPolicy
from cota.commitments.hashes import schema_hash
from cota.commitments.words import keccak
from cota.networks import Windows
from cota.scoring import NEWEST, rules_hash
from cota.units import Address

COTA = 10**18

UNITS_PER_LABEL = 10**9
SUPPLY_CAP = 10**18


def draft_terms(
    *,
    publisher: Address,
    coordinator: Address,
    payment_token: Address,
    schema: Any,
    seats: int,
    price_floor: int,
    windows: Windows,
    rules: int = NEWEST,
    **choices: Any,
) -> Terms:
    """Terms with usual values; `choices` are fields of `Terms` that replace them.

    `price_floor` in base units of the payment token; `seats` labels per item.
    """
    usual = Terms(
        publisher=publisher,
        publisher_bps=2_000,
        treasury_bps=300,
        supply_cap=SUPPLY_CAP,
        coordinator=coordinator,
        units_per_label=UNITS_PER_LABEL,
        challenge_window=windows.challenge_window,
        successor=coordinator,
        settle_period=windows.settle_period,
        receipt_period=windows.receipt_period,
        checkpoint_period=windows.checkpoint_period,
        payment_token=payment_token,
        response_period=windows.response_period,
        claim_period=windows.claim_period,
        appeal_period=windows.appeal_period,
        price_floor=price_floor,
        stake=100 * COTA,
        penalty_cap=20 * COTA,
        challenge_bond=1_000 * COTA,
        proposer_bond=1_000 * COTA,
        audit_fee=0,
        penalty_period=windows.penalty_period,
        reporting_period=0,
        price_delay=windows.price_delay,
        license_term=0,
        transfers_locked_until=0,
        seats=seats,
        transfer_policy=TransferPolicy.OPEN,
        preview_policy=PreviewPolicy.NONE,
        credential=bytes(32),
        rules_hash=rules_hash(rules),
        schema_hash=schema_hash(schema),
        draw_commitment=keccak(secrets.token_bytes(32)),
    )
    return replace(usual, **choices)
