"""What tells whether the service runs, and what each refusal means."""

import asyncio
import re
import time

import pytest

from cota.errors import problem_types
from tests.api.problems import refused
from tests.api.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_status__running__names_network_contracts_and_block(world: World) -> None:
    answer = await world.http.get("/v1/status")
    status = answer.json()
    assert status["chain_id"] == 31337
    assert status["contracts"]["AnnotationLedger"] == world.ledger.verifying_contract
    assert status["indexed"]["number"] <= status["head"]
    assert status["lag_blocks"] <= 1
    assert status["lag_seconds"] <= 5
    assert status["undecodable_logs"] == 0
    assert status["indexer_leads"] is True
    assert status["payment_token"]["decimals"] == 6
    assert answer.headers["X-Indexed-Block"].isdecimal()
    assert status["time"].endswith("Z")


async def test_probes__running__are_ready(world: World) -> None:
    assert (await world.http.get("/livez")).text == "ok"
    ready = await world.http.get("/readyz")
    assert ready.json() == {"ready": True, "checks": {"database": "ok", "node": "ok", "indexer": "ok"}}
    metrics = await world.http.get("/metrics")
    assert "cota_request_seconds" in metrics.text


async def test_min_block__that_cannot_come__is_refused_at_once(world: World) -> None:
    head, began = (await world.services.node.head()).number, time.monotonic()
    for path in ("/v1/datasets", "/v1/licenses/1/export"):
        headers = await world.sign_in(world.buyer)
        for block in (2**63 - 1, head + 10_000_000):
            told = refused(
                await world.http.get(f"{path}?min_block={block}", headers=headers), "block-too-far", 400
            )
            assert told["indexed"] <= head <= told["head"] + 1
    assert time.monotonic() - began < 5
    asked = asyncio.create_task(world.http.get(f"/v1/datasets?min_block={head + 3}"))
    await asyncio.sleep(0.2)
    await world.services.node.request("anvil_mine", hex(3))
    assert (await asked).status_code == 200


async def test_problems__each__is_described(world: World) -> None:
    listed = (await world.http.get("/problems")).json()["items"]
    assert {one["type"] for one in listed} == {f"/problems/{slug}" for slug in problem_types()}
    assert all(one["meaning"] for one in listed)
    one = await world.http.get("/problems/already-labelled")
    assert one.json()["status"] == 409


async def test_start_page__every_link__leads_somewhere(world: World) -> None:
    page = (await world.http.get("/")).text
    links = re.findall(r'(?:href="|get\(")(/[^"]*)"', page)
    assert {"/docs", "/openapi.json", "/v1/status", "/problems", "/v1/datasets?limit=50"} <= set(links)
    for link in links:
        assert (await world.http.get(link)).status_code == 200, link


async def test_pages__start_and_docs__ask_nothing_of_another_host(world: World) -> None:
    for path in ("/", "/docs"):
        assert "//" not in re.sub(r"^\s*//.*$", "", (await world.http.get(path)).text, flags=re.MULTILINE)
