"""What the mirror's events are called, and what is told of each: mirror's tables -> **kinds** -> queries.

An event is one log of the mirror in the words of the API: its kind, its dataset, the account that it is about, and what
else it says.
"""

_BOUNTY = "'bounty', CAST(bounty AS text)"
_CREDENTIAL = "'credential', '0x' || encode(credential, 'hex')"
_EXPIRES = ", 'expires_at', CAST(expires_at AS text)"
# Kind -> (table, the account that it is about, what is told of it).
_KINDS: dict[str, tuple[str, str | None, str]] = {
    "dataset-created": ("dataset_registry_dataset_created", "publisher", ""),
    "dataset-state": (
        "dataset_registry_dataset_state_changed",
        None,
        "'state', (ARRAY['open', 'paused', 'closed', 'archived'])[CAST(state AS int)]",
    ),
    "batch-added": (
        "dataset_registry_batch_added",
        None,
        "'batch', CAST(batch AS text), 'count', CAST(count AS text)",
    ),
    "joined": ("stake_vault_joined", "account", "'stake', CAST(stake AS text)"),
    "left": ("stake_vault_left", "account", ""),
    "released": ("stake_vault_released", "account", "'amount', CAST(amount AS text)"),
    "checkpointed": (
        "annotation_ledger_checkpointed",
        None,
        "'checkpoint', CAST(checkpoint AS text), 'from', CAST(\"from\" AS text), 'to', CAST(\"to\" AS text)",
    ),
    "epoch-proposed": (
        "annotation_ledger_settlement_proposed",
        None,
        "'epoch', CAST(checkpoint AS text), 'total_units', CAST(total_units AS text),"
        " 'window_ends_at', CAST(window_ends_at AS text)",
    ),
    "epoch-rejected": ("annotation_ledger_settlement_rejected", None, "'epoch', CAST(checkpoint AS text)"),
    "epoch-finalized": (
        "annotation_ledger_epoch_finalized",
        None,
        "'epoch', CAST(checkpoint AS text), 'total_units', CAST(total_units AS text)",
    ),
    "revenue-paid": ("dataset_shares_revenue_paid", "payer", "'amount', CAST(amount AS text)"),
    "shares-claimed": (
        "dataset_shares_shares_claimed",
        "account",
        "'epoch', CAST(epoch AS text), 'units', CAST(units AS text)",
    ),
    "revenue-claimed": ("dataset_shares_revenue_claimed", "account", "'amount', CAST(amount AS text)"),
    "license-bought": (
        "license_market_license_bought",
        "receiver",
        "'license', CAST(license AS text), 'class', CAST(class AS text), 'price', CAST(price AS text)",
    ),
    "price-set": (
        "license_market_price_set",
        None,
        "'class', CAST(class AS text), 'price', CAST(price AS text), 'effective_at', CAST(effective_at AS text)",
    ),
    "penalised": (
        "stake_vault_penalised",
        "account",
        "'epoch', CAST(epoch AS text), 'burnt', CAST(burnt AS text)",
    ),
    "case-opened": (
        "settlement_court_case_opened",
        "claimant",
        "'case', CAST(case_id AS text), 'epoch', CAST(epoch AS text), 'deadline', CAST(deadline AS text), 'ground',"
        " (ARRAY['leaf-bounds', 'two-leaves', 'signature', 'gold', 'scoring', 'data', 'wallet', 'appeal'])"
        "[CAST(ground AS int)]",
    ),
    "case-closed": (
        "settlement_court_case_closed",
        None,
        "'case', CAST(case_id AS text), 'epoch', CAST(epoch AS text), 'outcome',"
        " (ARRAY['upheld', 'dismissed', 'unruled', 'moot', 'referred'])[CAST(outcome AS int)]",
    ),
    "appeal-upheld": (
        "settlement_court_appeal_upheld",
        "account",
        "'case', CAST(case_id AS text), 'correction', CAST(correction AS text), 'missed', CAST(missed AS text),"
        " 'paid', CAST(paid AS text)",
    ),
    "credential-issued": ("credential_registry_credential_issued", "account", _CREDENTIAL + _EXPIRES),
    "credential-renewed": ("credential_registry_credential_renewed", "account", _CREDENTIAL + _EXPIRES),
    "credential-revoked": (
        "credential_registry_credential_revoked",
        "account",
        _CREDENTIAL + ", 'reason_hash', '0x' || encode(reason_hash, 'hex')",
    ),
    "bounty-opened": (
        "bounty_escrow_bounty_opened",
        "publisher",
        _BOUNTY + ", 'per_label', CAST(per_label AS text), 'units_per_label', CAST(units_per_label AS text),"
        " 'first_checkpoint', CAST(first_checkpoint AS text)",
    ),
    "bounty-funded": (
        "bounty_escrow_bounty_funded",
        "payer",
        _BOUNTY + ", 'amount', CAST(amount AS text), 'free', CAST(free AS text)",
    ),
    "bounty-closing": (
        "bounty_escrow_bounty_closed",
        None,
        _BOUNTY + ", 'ends_at', CAST(ends_at AS text)",
    ),
    "bounty-assigned": (
        "bounty_escrow_bounty_assigned",
        None,
        _BOUNTY + ", 'epoch', CAST(epoch AS text), 'total_units', CAST(total_units AS text),"
        " 'amount', CAST(amount AS text), 'free', CAST(free AS text)",
    ),
    "bounty-paid": (
        "bounty_escrow_bounty_paid",
        "account",
        _BOUNTY
        + ", 'epoch', CAST(epoch AS text), 'units', CAST(units AS text), 'amount', CAST(amount AS text)",
    ),
    "bounty-returned": (
        "bounty_escrow_bounty_returned",
        None,
        _BOUNTY + ", 'amount', CAST(amount AS text)",
    ),
}
_OF_NO_DATASET = frozenset(kind for kind in _KINDS if kind.startswith("credential-"))

EVENTS = " UNION ALL ".join(
    f"SELECT block_number, log_index, block_hash, block_time, tx_hash, '{kind}' AS kind,"
    f" {'CAST(NULL AS bytea) AS dataset' if kind in _OF_NO_DATASET else 'dataset'},"
    f" {account or 'CAST(NULL AS bytea)'} AS account, json_build_object({data}) AS data FROM mirror.{table}"
    for kind, (table, account, data) in _KINDS.items()
)
"""A SELECT of every event, to choose from."""
