"""`cota status`: service -> **what runs where** -> terminal."""

from __future__ import annotations

from typing import Any

from cota.cli.caller import Visitor, calling
from cota.cli.output import show


@calling
def status(caller: Visitor) -> None:
    """Show chain, indexed block, lag, contracts, relayer."""
    found = caller.client.http.get("/v1/status")
    if caller.as_json:
        show({"api": caller.client.http.api_url, **found}, as_json=True)
        return
    indexed, token = found["indexed"] or {}, found["payment_token"] or {}
    told: dict[str, Any] = {
        "service": caller.client.http.api_url,
        "network": f"{found['network']} (chain {found['chain_id']})",
        "head": found["head"],
        "indexed block": indexed.get("number"),
        "lag": _lag(found),
        "indexer": {True: "leads", False: "none leads: start one", None: None}[found["indexer_leads"]],
        "undecodable logs": found["undecodable_logs"],
        "final after": _blocks(found["confirmations"]),
        "paid in": f"{token.get('symbol')} {token.get('address')}" if token else None,
        "relayer": found["relayer"] or "none: send transactions yourself",
        "receipt key": found["receipt_key"],
    }
    show(told | found["contracts"], as_json=False)


def _lag(found: dict[str, Any]) -> str | None:
    if found["lag_blocks"] is None:
        return None
    return f"{_blocks(found['lag_blocks'])}, {found['lag_seconds']} s"


def _blocks(count: int) -> str:
    return f"{count} block" + ("" if count == 1 else "s")
