"""Whether an indexer can work at all: settings, deployment file, nodes, database -> **preflight** -> run.

Asked once, before anything is written. Promises: only reads; everything that is wrong is told in one message,
and what cannot be found out because of something else is not guessed at.
"""

from collections.abc import Callable

import psycopg
from eth_hash.auto import keccak

from cota.chain.client import NodeClient
from cota.chain.deployment import Deployed, Deployment, DeploymentMissing
from cota.chain.rpc import RpcError
from cota.errors import ChainUnavailable
from cota.store.mirror_names import SCHEMA
from cota.store.urls import psycopg_dsn
from cota.units import Hash32, to_hex


class CannotStart(Exception):
    """Everything that keeps the indexer from starting; one line each in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the indexer cannot start:\n" + "\n".join(f"  {problem}" for problem in problems))


async def check(
    client: NodeClient, load_deployment: Callable[[], Deployment], database_url: str | None
) -> None:
    """`client`: not asked yet; `database_url`: of the served mirror, None for another. Raises CannotStart."""
    problems: list[str] = []
    deployment = _read(load_deployment, client.chain_id, problems)
    try:
        await client.check()
        if deployment is not None:
            problems += await _on_chain(client, deployment)
    except (ChainUnavailable, RpcError) as failure:
        problems.append(str(failure))
    if database_url is not None:
        problems += await _in_database(database_url)
    if problems:
        raise CannotStart(problems)


def _read(load_deployment: Callable[[], Deployment], chain_id: int, problems: list[str]) -> Deployment | None:
    try:
        deployment = load_deployment()
    except DeploymentMissing as missing:
        problems.append(str(missing))
        return None
    if deployment.chain_id != chain_id:
        problems.append(f"the deployment file is of chain {deployment.chain_id}, not {chain_id}")
    if not deployment.is_complete:
        problems.append(f"the deployment on {deployment.network} is not complete: run deploy again")
    return deployment


async def _on_chain(client: NodeClient, deployment: Deployment) -> list[str]:
    """Whether the contracts of the file stand on this chain."""
    if client.genesis is not None and deployment.genesis_hash != client.genesis:
        return [
            f"the deployment file is of the chain with genesis {to_hex(deployment.genesis_hash)}, the node's "
            f"has {to_hex(Hash32(client.genesis))}: deploy again, or ask another node"
        ]
    contracts = deployment.all()
    codes = await client.ask(
        lambda node: node.batch([("eth_getCode", [c.address, "latest"]) for c in contracts])
    )
    found = [
        _fault(contract, bytes.fromhex(code[2:])) for contract, code in zip(contracts, codes, strict=True)
    ]
    return [fault for fault in found if fault]


def _fault(contract: Deployed, code: bytes) -> str | None:
    if not code:
        return f"{contract.name}: there is no contract at {contract.address}"
    if contract.code_hash is not None and bytes(keccak(code)) != contract.code_hash:
        return f"{contract.name}: the code at {contract.address} is not the recorded one"
    return None


async def _in_database(database_url: str) -> list[str]:
    """Whether the tables are there. A database that is away is waited for, not told."""
    try:
        connection = await psycopg.AsyncConnection.connect(psycopg_dsn(database_url), autocommit=True)
    except psycopg.OperationalError:
        return []
    async with connection:
        row = await (await connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.cursor",))).fetchone()
    if row is not None and row[0] is not None:
        return []
    return ["this database has no mirror tables, or old ones: run python -m cota.store.migrate"]
