"""Can this process serve, and if not, why: **health** -> load balancer, operator.

`livez`: the process answers. `readyz`: it also has its database, a node of the right chain and a mirror that
keeps up. Promises: each check ends in two seconds; a failure names its cause.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from cota.http.services import Services
from cota.observe.metrics import CHAIN_HEAD, INDEXED_BLOCK
from cota.store.leader import has_leader
from cota.store.mirror_names import SCHEMA

CHECK_SECONDS = 2.0
MOST_LAG_BLOCKS = 20


async def check_ready(services: Services) -> tuple[bool, dict[str, Any]]:
    """(ready, causes by name: "ok" or what is wrong)."""
    checks = {"database": _database, "node": _node, "indexer": _indexer}
    causes = await asyncio.gather(*(_bounded(check, services) for check in checks.values()))
    found = dict(zip(checks, causes, strict=True))
    return all(cause == "ok" for cause in causes), found


async def _bounded(check: Callable[[Services], Awaitable[str]], services: Services) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check(services)
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:.0f} s"
    except Exception as error:
        return type(error).__name__


async def _database(services: Services) -> str:
    async with services.database.read() as session:
        await session.execute(text("SELECT 1 FROM mirror.cursor LIMIT 1"))
    return "ok"


async def _node(services: Services) -> str:
    chain_id = int(await services.node.request("eth_chainId"), 16)
    return "ok" if chain_id == services.chain_id else f"the node is of chain {chain_id}"


async def _indexer(services: Services) -> str:
    async with services.database.read() as session:
        is_led = await has_leader(session, SCHEMA)
    nobody = "" if is_led else ", and no indexer leads"
    known = await services.freshness.current()
    if known is None:
        return f"nothing is indexed yet{nobody}"
    head = (await services.node.head()).number
    INDEXED_BLOCK.set(known.number)
    CHAIN_HEAD.set(head)
    lag = head - known.number
    is_near = lag <= MOST_LAG_BLOCKS + services.settings.network.confirmations
    return "ok" if is_near else f"{lag} blocks behind{nobody}"
