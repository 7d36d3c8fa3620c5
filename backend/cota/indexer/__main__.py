"""`python -m cota.indexer`: settings -> **main** -> run. Exit 0 when done or told to stop, 1 when a person is
needed."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from cota.chain.client import NodeClient, WrongChain
from cota.chain.deployment import Deployment, DeploymentMissing
from cota.chain.events import committed_catalogue
from cota.errors import ChainUnavailable
from cota.indexer.options import IndexerOptions
from cota.indexer.problems import MirrorMismatch
from cota.indexer.run import Indexer
from cota.log import bind, configure, get_logger
from cota.settings import Settings, SettingsError, load

log = get_logger(__name__)


async def index(settings: Settings, options: IndexerOptions) -> None:
    """Runs until SIGTERM or SIGINT, or as the options say. Raises what needs a person."""
    network = settings.network
    async with NodeClient(settings.rpc_urls, network.chain_id) as client:
        indexer = Indexer(
            settings.database_url,
            client,
            lambda: Deployment.load(network.name, settings.deployments),
            committed_catalogue(),
            options,
        )
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, indexer.stop)
        await indexer.run()


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
    wanted = parser.parse_args(arguments)
    try:
        settings = load(wanted.network, needs=["database"])
        configure(settings.log_level, settings.secrets())
        bind(process="indexer", network=settings.network.name)
        options = IndexerOptions.of_network(
            settings.network,
            until_head=wanted.until_head,
            rebuild=wanted.rebuild,
            accept_rollback=wanted.accept_rollback,
        )
        asyncio.run(index(settings, options))
    except (SettingsError, WrongChain, MirrorMismatch, DeploymentMissing, ChainUnavailable) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
