"""Publisher's few choices -> **terms** -> createDataset. Everything else takes the network's usual values.

Promises: what is drafted here is shown whole before it is signed: `Terms` has no hidden field; the secret of a draw
needs no keeping, since her key and the terms give it again.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from eth_account.signers.local import LocalAccount

from cota.chain.terms import PreviewPolicy, Terms, TransferPolicy
from cota.commitments.draw import commitment_of
from cota.commitments.hashes import schema_hash
from cota.commitments.words import NONE32
from cota.networks import Windows
from cota.scoring import NEWEST, rules_hash
from cota.units import Address, parse_address, parse_hash32

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
        draw_commitment=NONE32,
    )
    return replace(usual, **choices)


def draw_secret(account: LocalAccount, terms: Terms) -> bytes:
    """The publisher's secret of the draw for these terms, whatever they commit to."""
    named = replace(terms, draw_commitment=NONE32).hash()
    return hmac.digest(bytes(account.key), b"cota draw" + named, "sha256")


def with_draw(account: LocalAccount, terms: Terms) -> Terms:
    """The same terms with a draw: who may label what follows from a secret and a later block (commitments.draw)."""
    return replace(terms, draw_commitment=commitment_of(draw_secret(account, terms)))


def terms_of_json(found: Mapping[str, Any]) -> Terms:
    """The terms as the API tells them. Raises ValueError or KeyError for what are not terms."""
    policies = {"transfer_policy": TransferPolicy, "preview_policy": PreviewPolicy}
    values: dict[str, Any] = {}
    for one in fields(Terms):
        value = found[one.name]
        if one.name in policies:
            values[one.name] = policies[one.name][str(value).upper().replace("-", "_")]
        elif one.type in (bytes, "bytes"):
            values[one.name] = parse_hash32(value)
        else:
            values[one.name] = parse_address(value) if one.type in (Address, "Address") else int(value)
    return Terms(**values)
