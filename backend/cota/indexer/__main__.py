"""`python -m cota.indexer`: settings -> **main** -> run. Exit 0 when done or told to stop, 1 when a person is
needed."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import psycopg
from prometheus_client import start_http_server

from cota.chain.abi import load_abis
from cota.chain.client import NodeClient, WrongChain
from cota.chain.deployment import Deployment, DeploymentMissing
from cota.chain.events import Catalogue, build_catalogue, committed_catalogue
from cota.errors import ChainUnavailable
from cota.indexer import preflight
from cota.indexer.options import IndexerOptions
from cota.indexer.problems import MirrorMismatch
from cota.indexer.run import Indexer
from cota.log import bind, configure, get_logger
from cota.settings import Settings, SettingsError, load
from cota.store.mirror_names import CURSOR, SCHEMA
from cota.store.urls import psycopg_dsn

log = get_logger(__name__)

_FORESEEN = (
    SettingsError,
    preflight.CannotStart,
    WrongChain,
    MirrorMismatch,
    DeploymentMissing,
    ChainUnavailable,
    psycopg.OperationalError,
)


async def index(settings: Settings, options: IndexerOptions, abis: Path | None = None) -> None:
    """Runs until SIGTERM or SIGINT, or as the options say. `abis`: a folder of other contracts' ABIs. Raises
    what needs a person."""
    network = settings.network
    catalogue = build_catalogue(load_abis(abis).values()) if abis else committed_catalogue()
    client = NodeClient(settings.rpc_urls, network.chain_id)
    try:
        load_deployment = partial(Deployment.load, network.name, settings.deployments)
        is_served = options.schema == SCHEMA
        await preflight.check(client, load_deployment, settings.database_url if is_served else None)
        if not is_served:
            await ensure_tables(settings.database_url, catalogue, options.schema)
        if settings.metrics_port:
            start_http_server(settings.metrics_port, settings.host)
        indexer = Indexer(settings.database_url, client, load_deployment, catalogue, options)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, indexer.stop)
        await indexer.run()
    finally:
        await client.aclose()


async def ensure_tables(database_url: str, catalogue: Catalogue, schema: str) -> None:
    """Makes the tables of another schema than the served one, if they are not there."""
    async with await psycopg.AsyncConnection.connect(
        psycopg_dsn(database_url), autocommit=True
    ) as connection:
        row = await (await connection.execute("SELECT to_regclass(%s)", (f"{schema}.{CURSOR}",))).fetchone()
        if row is not None and row[0] is not None:
            return
        # Only whoever makes tables pays for what describes them.
        from cota.store.fresh import create_tables
        from cota.store.mirror_tables import build_mirror

        await create_tables(connection, build_mirror(catalogue, schema))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="cota indexer", description="Mirror the contracts' events into PostgreSQL."
    )
    parser.add_argument("--network", help="overrides COTA_NETWORK")
    parser.add_argument("--until-head", action="store_true", help="stop when caught up")
    parser.add_argument(
        "--rebuild", action="store_true", help="empty a mirror of another chain or other contracts"
    )
    parser.add_argument(
        "--accept-rollback", action="store_true", help="take back any number of blocks: the node is right"
    )
    parser.add_argument(
        "--schema", default=SCHEMA, help="where the tables are; any but the served one is made"
    )
    parser.add_argument("--abis", type=Path, help="mirror the contracts of these ABIs instead, into --schema")
    wanted = parser.parse_args(arguments)
    # Windows of logs come and go by reference counts alone: looking for cycles in them is wasted time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    if wanted.abis and wanted.schema == SCHEMA:
        parser.error("--abis needs a --schema of its own")
    try:
        settings = load(wanted.network, needs=["database"])
        configure(settings.log_level, settings.secrets())
        bind(process="indexer", network=settings.network.name)
        options = IndexerOptions.of_network(
            settings.network,
            until_head=wanted.until_head,
            rebuild=wanted.rebuild,
            accept_rollback=wanted.accept_rollback,
            schema=wanted.schema,
        )
        asyncio.run(index(settings, options, wanted.abis))
    except _FORESEEN as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
