"""Running the indexer in tests, and holding its mirror against the chain."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from cota.chain.client import NodeClient
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.indexer.follow import FollowOptions
from cota.indexer.options import IndexerOptions
from cota.indexer.run import Indexer
from cota.store.urls import psycopg_dsn
from cota.units import address_bytes, address_of
from tests.fixtures.deployed import Deployed

LOCAL = IndexerOptions(
    is_local=True, poll_seconds=0.05, follow=FollowOptions(trusts_lower_head=True), stale_seconds=3_600
)

Row = SimpleNamespace
"""A row of a view; its columns are attributes."""

Position = tuple[int, str, int]
"""Block number, block hash, log index."""


async def run_indexer(
    url: str,
    deployed: Deployed,
    options: IndexerOptions,
    during: Callable[[Indexer], Awaitable[None]] | None = None,
    urls: tuple[str, ...] = (),
) -> None:
    """Runs one until it is done; or, with `during`, until that is done."""
    client = NodeClient(urls or [deployed.anvil.url], deployed.anvil.chain_id, attempts=2)
    async with client:
        load = lambda: Deployment.load("local", deployed.deployments)  # noqa: E731
        indexer = Indexer(url, client, load, committed_catalogue(), options)
        running = asyncio.create_task(indexer.run())
        if during is None:
            await running
            return
        acting = asyncio.create_task(during(indexer))  # type: ignore[arg-type]
        done, _ = await asyncio.wait({running, acting}, return_when=asyncio.FIRST_COMPLETED)
        indexer.stop()
        await running
        await acting


def index_to_head(url: str, deployed: Deployed, options: IndexerOptions = LOCAL, **more: Any) -> None:
    asyncio.run(run_indexer(url, deployed, replace(options, until_head=True), **more))


@contextmanager
def database(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(psycopg_dsn(url), autocommit=True) as connection:
        yield connection


def chain_logs(deployed: Deployed) -> dict[Position, Mapping[str, Any]]:
    """What a mirror of this chain must hold: asked of the node at once, without the indexer's code."""
    emitters = list(deployed.deployment.emitters())
    logs = _logs(deployed, {"address": emitters})
    created = committed_catalogue().spec("DatasetRegistry", "DatasetCreated").topic
    clones = {"0x" + log["topics"][3][26:] for log in logs if log["topics"][:1] == [created]}
    topics = list(committed_catalogue().clones)
    logs += [log for log in _logs(deployed, {"topics": [topics]}) if log["address"] in clones]
    return {(int(log["blockNumber"], 16), log["blockHash"], int(log["logIndex"], 16)): log for log in logs}


def _logs(deployed: Deployed, criteria: dict[str, Any]) -> list[Any]:
    found = deployed.anvil.rpc("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest", **criteria}])
    assert isinstance(found, list)
    return found


def mirrored(url: str) -> list[Position]:
    with database(url) as connection:
        rows = connection.execute("SELECT block_number, block_hash, log_index FROM mirror_logs").fetchall()
    return sorted((number, "0x" + block.hex(), index) for number, block, index in rows)


def cursor(url: str) -> tuple[int, str] | None:
    with database(url) as connection:
        row = connection.execute("SELECT number, hash FROM mirror.cursor").fetchone()
    return None if row is None else (row[0], "0x" + row[1].hex())


def head(deployed: Deployed) -> tuple[int, str]:
    block: Any = deployed.anvil.rpc("eth_getBlockByNumber", ["latest", False])
    return int(block["number"], 16), block["hash"]


async def until_caught_up(url: str, deployed: Deployed, timeout: float = 15) -> None:
    """Waits until the cursor stands at the node's head."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + timeout
    while await asyncio.to_thread(cursor, url) != await asyncio.to_thread(head, deployed):
        assert loop.time() < ends, f"cursor {cursor(url)}, head {head(deployed)}"
        await asyncio.sleep(0.03)


def assert_mirror_is_chain(url: str, deployed: Deployed) -> None:
    """Every log once, none besides, cursor at the head."""
    rows = mirrored(url)
    assert rows == sorted(chain_logs(deployed)), "the mirror is not the chain"
    assert cursor(url) == head(deployed)


def rows(url: str, view: str, **where: Any) -> list[Row]:
    """What a view of the mirror says, in this project's types: addresses EIP-55, amounts int, hashes bytes."""
    conditions = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in where]
    question = sql.SQL("SELECT * FROM mirror.{} WHERE {}").format(
        sql.Identifier(view), sql.SQL(" AND ").join([sql.SQL("true"), *conditions])
    )
    values = [address_bytes(value) if isinstance(value, str) else value for value in where.values()]
    with database(url) as connection:
        found = connection.cursor(row_factory=dict_row).execute(question, values).fetchall()
    return [Row(**{name: _typed(value) for name, value in row.items()}) for row in found]


def _typed(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, bytes) and len(value) == 20:
        return address_of(value)
    return value
