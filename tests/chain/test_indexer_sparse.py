"""Few events on a long chain, behind a slow node: what counts is how often the node is asked.

No development node holds a million blocks, so this one is a formula behind the shim: every block's header and logs
follow from its number.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from eth_hash.auto import keccak

from cota.chain.client import NodeClient
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.indexer.bloom import mask
from cota.indexer.run import Indexer
from tests.chain.mirroring import LOCAL, database
from tests.fixtures.shim import Answer, Shim, refuse

HEAD, EVERY, WIDEST, LATENCY = 1_000_000, 1_000, 10_000, 0.05
TOKEN = "0x" + "c0" * 20
TOPIC = committed_catalogue().spec("CotaToken", "Transfer").topic
WORDS = ["0x" + "00" * 12 + "11" * 20, "0x" + "00" * 12 + "22" * 20]


@cache
def hash_of(number: int) -> str:
    return "0x" + keccak(b"block %d" % number).hex()


def block(number: int) -> dict[str, Any]:
    holds = number % EVERY == 0 and number > 0
    bloom = mask(bytes.fromhex(TOKEN[2:])) | mask(bytes.fromhex(TOPIC[2:])) if holds else 0
    return {
        "number": hex(number),
        "hash": hash_of(number),
        "parentHash": hash_of(number - 1),
        "timestamp": hex(1_700_000_000 + number),
        "logsBloom": f"0x{bloom:0512x}",
        "transactions": ["0x" + "aa" * 32] if holds else [],
    }


def log(number: int) -> dict[str, Any]:
    return {
        "address": TOKEN,
        "topics": [TOPIC, *WORDS],
        "data": f"0x{number:064x}",
        "blockNumber": hex(number),
        "blockHash": hash_of(number),
        "transactionHash": "0x" + "aa" * 32,
        "transactionIndex": "0x0",
        "logIndex": "0x0",
        "removed": False,
    }


def answer(method: str, params: list[Any]) -> Answer:
    if method == "eth_chainId":
        return Answer(result=hex(31_337))
    if method == "eth_getBlockByNumber":
        return Answer(result=block(HEAD if params[0] == "latest" else int(params[0], 16)))
    if method != "eth_getLogs":
        return refuse(-32601, f"no {method} here")
    asked = params[0]
    if "address" not in asked:
        return Answer(result=[])  # clones there are none
    if "blockHash" in asked:
        return Answer(result=[log(HEAD)] if asked["blockHash"] == hash_of(HEAD) else [])
    start, end = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
    if end - start >= WIDEST:
        return refuse(-32602, f"at most {WIDEST} blocks")
    return Answer(result=[log(n) for n in range(-(-start // EVERY) * EVERY, end + 1, EVERY) if n])


def test_sparse_chain__a_million_blocks__is_asked_at_most_half_more_than_it_must(
    migrated_url: str, shims: Callable[[str], Shim]
) -> None:
    shim = shims("http://127.0.0.1:9")

    def late(method: str, params: list[Any]) -> Answer:
        if method in ("eth_chainId", "eth_getLogs"):  # once a request, or nearly
            time.sleep(LATENCY)
        return answer(method, params)

    shim.rule = late
    contracts = {"CotaToken": {"version": 1, "address": TOKEN, "block": 1}}
    found = {"network": "local", "chain_id": 31_337, "genesis_hash": hash_of(0), "complete": True}
    deployment = Deployment.parse({**found, "contracts": contracts})

    async def index() -> None:
        async with NodeClient([shim.url], 31_337) as client:
            options = replace(LOCAL, until_head=True)
            await Indexer(migrated_url, client, lambda: deployment, committed_catalogue(), options).run()

    asyncio.run(index())
    with database(migrated_url) as connection:
        query = "SELECT count(*), count(DISTINCT block_number), sum(value) FROM mirror.cota_token_transfer"
        events = HEAD // EVERY
        assert connection.execute(query).fetchone() == (events, events, EVERY * events * (events + 1) // 2)
    # Two questions for logs a window, one for contracts by address, one for clones by topic; one header an event.
    least = 2 * HEAD // WIDEST + events
    assert sum(shim.calls.values()) <= 1.5 * least, shim.calls
    ranges = [(asked["fromBlock"], "topics" in asked) for asked in shim.asked if "fromBlock" in asked]
    assert len(ranges) == len(set(ranges)), "a range was asked for twice"
