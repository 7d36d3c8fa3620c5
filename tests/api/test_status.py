"""What tells whether the service runs, and what each refusal means."""

import re

import pytest

from cota.errors import problem_types
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
