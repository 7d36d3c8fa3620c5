"""Nodes that lag, cap, limit and lie cost no row (B03, B04), and are asked a bounded number of questions."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cota.indexer.follow import FollowOptions
from cota.indexer.run import Indexer
from tests.chain.mirroring import (
    LOCAL,
    assert_mirror_is_chain,
    cursor,
    head,
    index_to_head,
    mirrored,
    run_indexer,
    until_caught_up,
)
from tests.chain.stage import Dataset, Stage
from tests.fixtures.shim import Answer, Shim, refuse

Shims = Callable[[str], Shim]


@pytest.fixture(scope="module")
def dataset(stage: Stage) -> Dataset:
    """A chain of about 1,000 blocks with few events, and one block that holds 120."""
    dataset = stage.play()
    stage.deployed.anvil.mine(400)
    anvil, sender = stage.deployed.anvil, stage.address(7)
    anvil.rpc("evm_setAutomine", [False])
    for n in range(120):
        data = stage.cota.encode_approve(stage.address(8), n)
        anvil.rpc(
            "eth_sendTransaction", [{"from": sender, "to": stage.cota.address, "data": "0x" + data.hex()}]
        )
    anvil.rpc("evm_mine")
    anvil.rpc("evm_setAutomine", [True])
    anvil.mine(400)
    stage.add_batch(stage.create_dataset())
    return dataset


def through(url: str, stage: Stage, *shims: Shim) -> None:
    index_to_head(url, stage.deployed, urls=tuple(shim.url for shim in shims))


def width(params: list[Any]) -> int:
    """Blocks asked for; 1 for a question by block hash."""
    asked = params[0]
    return 1 if "blockHash" in asked else int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) + 1


def test_b04_caps_of_every_shape__full_sync_in_bounded_questions(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    shim = shims(stage.deployed.anvil.url)
    limited: set[int] = set()

    def rule(method: str, params: list[Any]) -> Answer | None:
        if shim.requests % 7 == 0:
            limited.add(shim.requests)
            return Answer(status=429, headers={"retry-after": "0"})
        if method == "eth_getLogs" and width(params) > 100:
            return refuse(-32602, "block range exceeds 100")
        return None

    shim.rule = rule
    through(migrated_url, stage, shim)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    ranges = [(a["fromBlock"], a["toBlock"], "topics" in a) for a in shim.asked if "fromBlock" in a]
    # What a limit can cost is what was in flight: each window fetched ahead, which asks for logs twice.
    assert limited
    assert len(ranges) - len(set(ranges)) <= len(limited) * FollowOptions().prefetch * 2
    assert len(shim.asked) < 400


def test_odd_logs__an_answer_of_another_shape__is_asked_again_and_costs_no_row(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    """Logs that are null, not mined yet or without topics are no logs; nor is a receipt's list of nulls."""
    shim = shims(stage.deployed.anvil.url)
    shapes: list[Any] = [None, {}, [{"blockHash": None}], [None], "0x", [{"topics": None}]]

    def after(method: str, params: list[Any], result: Any) -> Any:
        return shapes.pop() if method == "eth_getLogs" and shapes else result

    shim.after = after
    through(migrated_url, stage, shim)
    assert not shapes
    assert_mirror_is_chain(migrated_url, stage.deployed)


@pytest.mark.parametrize("shape", ["error", "status"])
def test_b04_one_block_above_the_result_cap__is_read_from_its_receipts(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims, shape: str
) -> None:
    """50 logs an answer, and a block that holds 120 of ours: no range can be small enough."""
    shim = shims(stage.deployed.anvil.url)
    anvil = stage.deployed.anvil

    def rule(method: str, params: list[Any]) -> Answer | None:
        if method != "eth_getLogs" or len(anvil.rpc(method, params)) <= 50:  # type: ignore[arg-type]
            return None
        if shape == "status":
            return Answer(status=413, body=b"response too large")
        return refuse(-32005, "query returned more than 50 results")

    shim.rule = rule
    through(migrated_url, stage, shim)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    assert len(shim.asked) < 400


def test_b04_one_block_above_the_result_cap__near_the_head_too(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    index_to_head(migrated_url, stage.deployed)
    shim = shims(stage.deployed.anvil.url)
    stage.create_dataset()
    stage.create_dataset()
    shim.rule = lambda method, _: refuse(-32005, "too many") if method == "eth_getLogs" else None
    through(migrated_url, stage, shim)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    questions = [str(asked) for asked in shim.asked]
    assert questions
    assert len(questions) == len(set(questions)), "what was refused was asked again"


def test_b03_node_behind_its_head__no_log_is_lost(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    """For a while blocks above N-3 are null and their logs empty, though the head is announced."""
    shim = shims(stage.deployed.anvil.url)
    stage.add_batch(dataset_of(stage))
    stage.deployed.anvil.mine(1)
    top = head(stage.deployed)[0]
    behind = {"on": True}

    def rule(method: str, params: list[Any]) -> Answer | None:
        if not behind["on"]:
            return None
        if method == "eth_getBlockByNumber" and params[0].startswith("0x") and int(params[0], 16) > top - 3:
            return Answer(result=None)
        if method == "eth_getLogs":
            far = int(params[0].get("toBlock", "0x0"), 16) > top - 3
            return Answer(result=[]) if far or "blockHash" in params[0] else None
        return None

    shim.rule = rule

    async def during(_: Indexer) -> None:
        await asyncio.sleep(2.5)
        reached = cursor(migrated_url)
        assert reached is not None
        assert reached[0] <= top - 3, "the cursor passed a block that was not seen"
        behind["on"] = False
        await until_caught_up(migrated_url, stage.deployed)

    asyncio.run(run_indexer(migrated_url, stage.deployed, LOCAL, during, (shim.url,)))
    assert_mirror_is_chain(migrated_url, stage.deployed)


def dataset_of(stage: Stage) -> Dataset:
    return stage.create_dataset()


def test_b03_logs_not_ready_for_a_new_block__bloom_filter_tells(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    """The header is there, the logs come later: an empty answer against the filter is asked again."""
    shim = shims(stage.deployed.anvil.url)
    index_to_head(migrated_url, stage.deployed)
    stage.create_dataset()
    refused: dict[str, int] = {}

    def rule(method: str, params: list[Any]) -> Answer | None:
        if method == "eth_getLogs" and "blockHash" in params[0]:
            key = str(params[0])
            refused[key] = refused.get(key, 0) + 1
            if refused[key] <= 2:
                return Answer(result=[])
        return None

    shim.rule = rule
    through(migrated_url, stage, shim)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    assert max(refused.values()) >= 3


def test_logs_of_an_orphaned_block__are_not_believed(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    shim = shims(stage.deployed.anvil.url)
    lies = {"left": 3}

    def after(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs" and result and lies["left"]:
            lies["left"] -= 1
            return [{**log, "blockHash": "0x" + "ab" * 32} for log in result]
        return result

    shim.after = after
    through(migrated_url, stage, shim)
    assert lies["left"] == 0
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_duplicate_and_disordered_logs__are_one_row_each(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    shim = shims(stage.deployed.anvil.url)
    shim.after = lambda method, _, result: [*result[::-1], *result] if method == "eth_getLogs" else result
    through(migrated_url, stage, shim)
    assert_mirror_is_chain(migrated_url, stage.deployed)


@pytest.mark.parametrize(
    "fault",
    [
        Answer(status=503),
        Answer(is_cut=True),
        Answer(body=b"<html>bad gateway</html>"),
        Answer(body=b'[{"jsonrpc":"2.0","id":'),
        Answer(body=b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 90_000 + b"]" * 90_000 + b"}"),
        refuse(-32005, "query returned more than 10000 results. Try with this block range [0x1, 0x400]."),
        refuse(-32614, "eth_getLogs is limited to a 10,000 range"),
        refuse(-32000, "block range is larger than allowed"),
    ],
    ids=lambda fault: str(fault.error or (fault.body or b"")[:40] or fault.status),
)
def test_faults_that_pass__one_question_in_five__do_not_cost_a_row(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims, fault: Answer
) -> None:
    shim = shims(stage.deployed.anvil.url)

    chance, hit = random.Random(7), {0: False}

    def rule(method: str, _: list[Any]) -> Answer | None:
        if shim.requests not in hit:
            hit[shim.requests] = chance.random() < 0.2
        is_hit = hit[shim.requests] and (method == "eth_getLogs" or not fault.error)
        return fault if is_hit else None

    shim.rule = rule
    through(migrated_url, stage, shim)
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_node_that_takes_no_batches__is_asked_singly(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    shim = shims(stage.deployed.anvil.url)
    answer = shim.answer

    def without_batches(request: Any) -> tuple[Any, Answer | None]:
        if isinstance(request, list):
            return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batches"}}, None
        return answer(request)

    shim.answer = without_batches  # type: ignore[method-assign]
    through(migrated_url, stage, shim)
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_b08_node_away_for_a_moment__following_resumes(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    shim = shims(stage.deployed.anvil.url)

    async def during(_: Indexer) -> None:
        await until_caught_up(migrated_url, stage.deployed)
        shim.rule = lambda *_: Answer(is_cut=True)
        await asyncio.to_thread(stage.create_dataset)
        await asyncio.sleep(2)
        shim.rule = None
        await until_caught_up(migrated_url, stage.deployed)

    asyncio.run(run_indexer(migrated_url, stage.deployed, LOCAL, during, (shim.url,)))
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_pruned_node__cannot_serve_the_replacement__nothing_is_deleted(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    shim = shims(stage.deployed.anvil.url)
    snapshot = stage.deployed.anvil.snapshot()
    stage.create_dataset()
    index_to_head(migrated_url, stage.deployed)
    before = mirrored(migrated_url)
    stage.deployed.anvil.revert(snapshot)
    stage.create_dataset()
    stage.deployed.anvil.mine(2)
    served = ("eth_chainId", "eth_getBlockByNumber")
    shim.rule = lambda method, _: None if method in served else refuse(-32000, "missing trie node")

    async def during(_: Indexer) -> None:
        await asyncio.sleep(2)
        assert mirrored(migrated_url) == before, "rows went before their replacement was there"
        shim.rule = None
        await until_caught_up(migrated_url, stage.deployed)

    asyncio.run(run_indexer(migrated_url, stage.deployed, LOCAL, during, (shim.url,)))
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_lagging_node_on_a_public_chain__is_not_a_reorganisation(
    stage: Stage, dataset: Dataset, migrated_url: str, shims: Shims
) -> None:
    """Two nodes, the first of them 20 blocks behind: the mirror never goes back."""
    stage.deployed.anvil.mine(1)
    index_to_head(migrated_url, stage.deployed)
    top = head(stage.deployed)[0]
    slow = shims(stage.deployed.anvil.url)

    def rule(method: str, params: list[Any]) -> Answer | None:
        if method == "eth_getBlockByNumber" and params[0] == "latest":
            late = stage.deployed.anvil.rpc(method, [hex(top - 20), False])
            return Answer(result=late)
        return None

    slow.rule = rule
    public = replace(LOCAL, follow=replace(LOCAL.follow, trusts_lower_head=False))

    async def during(_: Indexer) -> None:
        await asyncio.sleep(1)
        assert cursor(migrated_url) == head(stage.deployed)
        slow.rule = None
        await asyncio.to_thread(stage.deployed.anvil.mine, 2)
        await until_caught_up(migrated_url, stage.deployed)

    asyncio.run(run_indexer(migrated_url, stage.deployed, public, during, (slow.url,)))
    assert_mirror_is_chain(migrated_url, stage.deployed)


# --- which nodes are listened to (B09)
