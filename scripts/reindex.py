"""Makes the mirror anew from the chain while the old one serves, then lets the new one take its place.

    python -m scripts.reindex [--network NAME]

For a mirror that is doubted (a node lied, a disk failed). Indexer and api may run all the while: readers see the old
mirror whole, then the new one whole. Can be stopped at any time and run again: it goes on where it was. Exit 0 when
the new mirror serves, 1 with a message when the old one still does.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
from functools import partial

import psycopg
from psycopg import sql

from cota import log
from cota.chain.client import NodeClient
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.indexer import preflight
from cota.indexer.compare import compare_tables, position
from cota.indexer.options import IndexerOptions
from cota.indexer.problems import MirrorMismatch
from cota.indexer.run import Indexer
from cota.log import get_logger
from cota.settings import Settings, load, refusing
from cota.store.fresh import create_indexes, create_tables
from cota.store.mirror_names import SCHEMA
from cota.store.mirror_tables import Mirror, build_mirror
from cota.store.switch import NotSwitchable, switch
from cota.store.urls import psycopg_dsn

NEXT = "mirror_next"
_TRIES = 10
# Whoever waits for an exclusive lock makes all readers behind him wait too.
_LONGEST_WAIT = "1s"
# The indexer waits while the new mirror catches up with the last few blocks.
_LONGEST_CATCH_UP = 30

say = get_logger(__name__)


async def reindex(settings: Settings) -> bool:
    """False when it was stopped before the switch. Raises CannotStart, MirrorMismatch, NotSwitchable."""
    network, catalogue = settings.network, committed_catalogue()
    served, fresh = build_mirror(catalogue, SCHEMA), build_mirror(catalogue, NEXT)
    client = NodeClient(settings.rpc_urls, network.chain_id)
    load_deployment = partial(Deployment.load, network.name, settings.deployments)
    options = IndexerOptions.of_network(network, until_head=True, rebuild=True, schema=NEXT)
    index = partial(Indexer, settings.database_url, client, load_deployment, catalogue)
    dsn = psycopg_dsn(settings.database_url)
    try:
        await preflight.check(client, load_deployment, settings.database_url)
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            await create_tables(connection, fresh)
            if not await _run(index(options)):
                return False
            await create_indexes(connection, fresh)
            await tell_differences(connection, served, fresh)
            for _ in range(_TRIES):
                with contextlib.suppress(psycopg.errors.LockNotAvailable, TimeoutError):
                    await take_over(connection, served, fresh, index, options)
                    return True
                await asyncio.sleep(1)
        raise NotSwitchable(
            f"no quiet moment in {_TRIES} tries: readers hold the old tables, or no node answers"
        )
    finally:
        await client.aclose()


async def _run(indexer: Indexer) -> bool:
    """Until the head, or a signal: then False."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopped.set()
        indexer.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    try:
        await indexer.run()
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)
    return not stopped.is_set()


async def tell_differences(connection: psycopg.AsyncConnection, served: Mirror, fresh: Mirror) -> None:
    """What the old mirror had wrong, so that somebody may find out why."""
    reached = await position(connection, fresh)
    if reached is None or await position(connection, served) is None:
        return
    found = await compare_tables(connection, served, fresh, reached)
    for table, difference in found.differences.items():
        say.warning(
            "the old mirror differs",
            table=table,
            missing=difference.missing,
            extra=difference.extra,
            changed=difference.changed,
            first_block=difference.first.block,
            first_log=difference.first.log_index,
        )
    say.info("compared", block=reached.number, rows=found.rows, differing_tables=len(found.differences))


async def take_over(
    connection: psycopg.AsyncConnection,
    served: Mirror,
    fresh: Mirror,
    index: "partial[Indexer]",
    options: IndexerOptions,
) -> None:
    """The new one catches up with the old one, which stands still meanwhile, and takes its place."""
    async with connection.transaction():
        await connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(_LONGEST_WAIT)))
        held = sql.Identifier(served.schema, served.cursor.name)
        await connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(held))
        async with asyncio.timeout(_LONGEST_CATCH_UP):
            await index(options).run()
        await switch(connection, served, fresh)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="reindex", description="Make the mirror anew while the old one serves."
    )
    parser.add_argument("--network", help="overrides COTA_NETWORK")
    settings = load(parser.parse_args().network, needs=["database", "rpc"])
    log.configure(settings.log_level, settings.secrets())
    if not asyncio.run(reindex(settings)):
        sys.exit("stopped before the switch: the old mirror serves on; run it again to go on")
    say.info("the new mirror serves")


if __name__ == "__main__":
    with refusing(preflight.CannotStart, MirrorMismatch, NotSwitchable, psycopg.OperationalError):
        main()
