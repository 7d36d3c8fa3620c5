"""Webhooks: event -> **stored delivery** -> job queue -> signed POST (Standard Webhooks) -> the subscriber.

Only events at the network's confirmation depth are delivered, so none is taken back. Promises: each at least once,
under an id that stays the same (`webhook-id`); signed over id, time and body with a secret that is told once; a target
that is not public is refused when it is given and again before every call; after the last try the delivery is marked
failed and stays in the list.
"""

import base64
import hashlib
import hmac
import json
import secrets
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import text

from cota.datasets.service import require_dataset
from cota.errors import DomainError, NotFound, RateLimited
from cota.events import queries, targets
from cota.events.queries import Wanted
from cota.events.stream import show
from cota.http.services import Services
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes

MOST = 20
"""Webhooks of one account."""
TRIES = 8
WAIT_SECONDS = 4
"""The queue waits 4, 16, 64 ... seconds between tries: most of a day in all."""
TIMEOUT_SECONDS = 10.0
_AT_ONCE = 200

_COUNT = text("SELECT count(*) FROM webhooks WHERE account = :account")
_SAVE = text(
    """
    INSERT INTO webhooks (id, account, url, secret, dataset, kinds, block, log_index)
    VALUES (:id, :account, :url, :secret, :dataset, :kinds, :block, :log_index)
    """
)
_LIST = text(
    "SELECT id, url, dataset, kinds, created_at FROM webhooks WHERE account = :account ORDER BY created_at, id"
)
_DELETE = text("DELETE FROM webhooks WHERE id = :id AND account = :account RETURNING id")
_IS_HERS = text("SELECT 1 FROM webhooks WHERE id = :id AND account = :account")
_DELIVERIES = text(
    """
    SELECT d.id, d.event_id, d.state, d.tries, d.last_status, d.last_error, d.created_at
    FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook
    WHERE d.webhook = :id AND w.account = :account ORDER BY d.created_at DESC, d.id LIMIT 100
    """
)
_ACTIVE = text(
    "SELECT id, dataset, kinds, block, log_index FROM webhooks WHERE block < :up_to FOR UPDATE SKIP LOCKED LIMIT 100"
)
_ENQUEUE = text(
    """
    INSERT INTO webhook_deliveries (id, webhook, event_id, body) VALUES (:id, :webhook, :event_id, :body)
    ON CONFLICT (webhook, event_id) DO NOTHING
    """
)
_MOVE = text("UPDATE webhooks SET block = :block, log_index = :log_index WHERE id = :id")
_FIND = text(
    """
    SELECT d.id, d.body, d.tries, d.state, w.url, w.secret FROM webhook_deliveries d
    JOIN webhooks w ON w.id = d.webhook WHERE d.id = :id
    """
)
_NOTE = text(
    "UPDATE webhook_deliveries SET state = :state, tries = tries + 1, last_status = :status, last_error = :error"
    " WHERE id = :id"
)


class NotDelivered(Exception):
    """The queue tries again."""


@dataclass(frozen=True, slots=True)
class Added:
    """`secret` is told here and never again."""

    id: str
    secret: str


async def add(services: Services, session: WriteSession, account: Address, url: str, wanted: Wanted) -> Added:
    """Raises `InvalidBody` for a target that may not be called, `UnknownDataset`, `RateLimited` beyond twenty."""
    if wanted.dataset is not None:
        await require_dataset(session, wanted.dataset)
    await targets.check(url, is_local=services.settings.network.is_local)
    owner = address_bytes(account)
    if (await session.execute(_COUNT, {"account": owner})).scalar_one() >= MOST:
        raise RateLimited(f"an account has {MOST} webhooks at most: delete one first", retry_after=3600)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    known = await services.freshness.current()
    row = {
        "id": secrets.token_hex(16),
        "account": owner,
        "url": url,
        "secret": secret,
        "dataset": wanted.dataset,
        "kinds": list(wanted.kinds) if wanted.kinds else None,
        "block": known.number if known else -1,
        "log_index": 2**31 - 1,
    }
    await session.execute(_SAVE, row)
    return Added(str(row["id"]), secret)


async def list_of(session: ReadSession, account: Address) -> Sequence[Any]:
    return (await session.execute(_LIST, {"account": address_bytes(account)})).all()


async def remove(session: WriteSession, name: str, account: Address) -> None:
    """Its deliveries go with it. Raises `NotFound` for another account's."""
    if (await session.execute(_DELETE, {"id": name, "account": address_bytes(account)})).first() is None:
        raise NotFound("the account has no such webhook")


async def deliveries(session: ReadSession, name: str, account: Address) -> Sequence[Any]:
    """The newest hundred. Raises `NotFound` for another account's webhook."""
    row = {"id": name, "account": address_bytes(account)}
    if (await session.execute(_IS_HERS, row)).first() is None:
        raise NotFound("the account has no such webhook")
    return (await session.execute(_DELIVERIES, row)).all()


async def enqueue(services: Services) -> list[str]:
    """Stores what is due for every webhook; the ids of new deliveries. The worker's part."""
    known = await services.freshness.current()
    if known is None:
        return []
    final = known.number - services.settings.network.confirmations + 1
    made: list[str] = []
    async with services.database.write() as session:
        for hook in (await session.execute(_ACTIVE, {"up_to": final})).all():
            wanted = Wanted(bytes(hook.dataset) if hook.dataset else None, None, hook.kinds)
            place = (hook.block, hook.log_index)
            found = await queries.after(session, wanted, place, _AT_ONCE, final)
            for event in found:
                name = secrets.token_hex(16)
                body = json.dumps(show(event), separators=(",", ":"))
                row = {"id": name, "webhook": hook.id, "event_id": event.id, "body": body}
                await session.execute(_ENQUEUE, row)
                made.append(name)
            full = len(found) == _AT_ONCE
            block, log_index = (found[-1].block, found[-1].log_index) if full else (final, 2**31 - 1)
            await session.execute(_MOVE, {"id": hook.id, "block": block, "log_index": log_index})
    return made


async def deliver(services: Services, name: str) -> None:
    """One try. Raises `NotDelivered` for the queue to try again."""
    async with services.database.read() as session:
        found = (await session.execute(_FIND, {"id": name})).one_or_none()
    if found is None or found.state != "waiting":
        return
    status, error = await _post(services, found)
    is_done = status is not None and 200 <= status < 300
    is_last = found.tries + 1 >= TRIES
    state = "delivered" if is_done else "failed" if is_last else "waiting"
    async with services.database.write() as session:
        await session.execute(_NOTE, {"id": name, "state": state, "status": status, "error": error})
    if state == "waiting":
        raise NotDelivered(error or f"status {status}")


def sign(secret: str, name: str, timestamp: int, body: str) -> str:
    """The value of `webhook-signature`: v1,base64(HMAC-SHA256(secret, id.timestamp.body))."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{name}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


async def _post(services: Services, found: Any) -> tuple[int | None, str | None]:
    try:
        target = await targets.check(found.url, is_local=services.settings.network.is_local)
    except DomainError as refusal:
        return None, refusal.detail
    now = int(time.time())
    headers = {
        "host": target.host,
        "content-type": "application/json",
        "user-agent": "cota-webhooks/1",
        "webhook-id": found.id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(found.secret, found.id, now, found.body),
    }
    address = f"[{target.address}]" if ":" in target.address else target.address
    url = f"{'https' if target.is_secure else 'http'}://{address}:{target.port}{target.path}"
    name = target.host.rpartition(":")[0] if ":" in target.host else target.host
    try:
        # Connected to the address that was checked; the certificate must be that of the name.
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            request = http.build_request(
                "POST", url, content=found.body.encode(), headers=headers, extensions={"sni_hostname": name}
            )
            answer = await http.send(request, stream=True)  # what it says is not read
            await answer.aclose()
    except (httpx2.HTTPError, ssl.SSLError, OSError) as failure:
        return None, type(failure).__name__
    return answer.status_code, None
