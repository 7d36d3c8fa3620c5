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
        "lag": f"{found['lag_blocks']} blocks" if found["lag_blocks"] is not None else None,
        "final after": f"{found['confirmations']} blocks",
        "paid in": f"{token.get('symbol')} {token.get('address')}" if token else None,
        "relayer": found["relayer"] or "none: send transactions yourself",
        "receipt key": found["receipt_key"],
    }
    show(told | found["contracts"], as_json=False)
