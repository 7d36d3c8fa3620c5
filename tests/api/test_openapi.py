"""The API's own description: every operation says what it really answers; bodies that nobody should send get a 4xx."""

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.problems import refused
from tests.api.world import DOLLAR, SCHEMA, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROBLEM = "application/problem+json"
SCHEMATHESIS = "schemathesis==4.32.5"
UV = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "uv"


async def document(world: World) -> dict[str, Any]:
    found: dict[str, Any] = (await world.http.get("/openapi.json")).json()
    return found


async def test_operations__each__has_an_id_and_its_problems(world: World) -> None:
    ids = []
    for path, methods in (await document(world))["paths"].items():
        for method, operation in methods.items():
            ids.append(operation["operationId"])
            answers, name = operation["responses"], f"{method} {path}"
            if operation.get("parameters") or "requestBody" in operation:
                assert "/problems/bad-request" in str(answers["400"]), name
            if "requestBody" in operation:
                assert "/problems/invalid-body" in str(answers["422"]), name
                assert "/problems/body-too-large" in str(answers["413"]), name
            if "security" in operation:
                assert "/problems/not-signed-in" in str(answers["401"]), name
                assert "/problems/bad-message-signature" in str(answers["401"]), name
            if any(one["name"] == "min_block" for one in operation.get("parameters", ())):
                assert "/problems/not-indexed-yet" in str(answers["503"]), name
                assert "/problems/block-too-far" in str(answers["400"]), name
            assert "HTTPValidationError" not in json.dumps(answers), name
            for status, answer in answers.items():
                if int(status) >= 400 and path != "/readyz":
                    assert PROBLEM in answer["content"], f"{name}: {status}"
    assert len(ids) == len(set(ids))


BODIES: list[tuple[bytes, int, str]] = [
    (b"\x00", 400, "not JSON"),
    (b"\xff\xfe{}", 400, "not UTF-8"),
    (b'{"a": NaN}', 400, "NaN is not JSON"),
    (b'{"a": 1, "a": 2}', 400, "a key is repeated"),
    (b'{"count": 9007199254740993}', 400, "beyond 2^53"),
    (b'{"count": ' + b"9" * 500_000 + b"}", 400, "beyond 2^53"),
    (b'{"count": 1e400}', 400, ""),
    (b"[" * 50_000 + b"]" * 50_000, 400, "nested deeper"),
    (b"[" * 1_000_000, 400, "nested deeper"),
    (b"[]" * 40 + b'"' + b'\\"' * 500_000, 400, "not JSON"),
    (b'{"a":' * 40 + b"1" + b"}" * 40, 400, "nested deeper"),
    (b'{"kind": "\\u0000"}', 400, "NUL"),
    (b'{"kind": "\\ud800"}', 400, "surrogate"),
    (b"x" * (2**20 + 1), 413, ""),
    (b"", 422, ""),
    (b"null", 422, ""),
    (b"[]", 422, ""),
]


@pytest.mark.parametrize(("body", "status", "detail"), BODIES, ids=lambda one: str(one)[:30])
async def test_body__huge_deep_or_malformed__a_4xx_that_says_why(
    world: World, body: bytes, status: int, detail: str
) -> None:
    headers = {**await world.sign_in(world.publisher), "Content-Type": "application/json"}
    for path in ("/v1/auth/sign-in", "/v1/datasets/0x" + "7" * 64 + "/leases", "/v1/webhooks"):
        answer = await world.http.post(path, content=body, headers=headers)
        slug = {400: "bad-request", 413: "body-too-large", 422: "invalid-body"}[status]
        assert detail in refused(answer, slug, status)["detail"]
    assert (await world.http.get("/livez")).status_code == 200


async def test_body__too_large__is_no_fault_of_ours(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    answer = await world.http.post("/v1/auth/sign-in", json={"message": "x" * 2**20, "signature": "0x"})
    refused(answer, "body-too-large", 413)
    told = capfd.readouterr()
    assert "unforeseen error" not in told.out + told.err


async def test_body__not_sent_as_json__says_how_to_send_it(world: World) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/octet-stream"}, {}):
        answer = await world.http.post("/v1/auth/sign-in", content=b'{"message": "a"}', headers=headers)
        assert "Content-Type: application/json" in refused(answer, "invalid-body", 422)["detail"]


async def test_address__with_a_slash_too_many__not_found_and_led_nowhere(world: World) -> None:
    for path in ("/v1/datasets/", "/v1/accounts/..%2f"):
        answer = await world.http.get(path, headers={"Host": "elsewhere.example"})
        refused(answer, "not-found", 404)


async def test_methods__not_there__405(world: World) -> None:
    refused(await world.http.put("/v1/status"), "method-not-allowed", 405)


CHECKS = "status_code_conformance,content_type_conformance,response_schema_conformance"
SESSION_ENDS = "auth/sign-out|auth/session$"
# It asks the name service for whatever host it is given.
NAMES_HOSTS = "webhooks"


@pytest.mark.long
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("who", ["nobody", "publisher"])
async def test_schemathesis__whole_document__no_500_and_nothing_undocumented(
    tmp_path: Path, who: str
) -> None:
    """From its own environment, against real processes: by nobody, and by a publisher whose dataset is there."""
    from scripts.stack.local import LocalStack

    with LocalStack(tmp_path / "stack") as stack:
        stack.start(services=("api", "indexer"))
        excluded, options = ["events/stream"], []
        # Blocks that never come would be waited for, ten seconds each.
        parameters: dict[str, Any] = {"query.min_block": 1}
        if who == "publisher":
            dataset, token = publish(stack)
            excluded += [SESSION_ENDS, NAMES_HOSTS]
            options = ["--header", f"Authorization: Bearer {token}"]
            parameters |= {"path.dataset": dataset}
        told = "".join(f'"{name}" = {json.dumps(value)}\n' for name, value in parameters.items())
        (tmp_path / "schemathesis.toml").write_text(f"[parameters]\n{told}")
        command = [
            UV, "tool", "run", "--from", SCHEMATHESIS, "schemathesis", "run", f"{stack.api_url}/openapi.json",
            "--max-examples", "40", "--seed", "1", "--phases", "examples,fuzzing",
            "--exclude-path-regex", "|".join(excluded), "--checks", CHECKS, *options,
        ]  # fmt: skip
        done = subprocess.run([str(part) for part in command], text=True, capture_output=True, cwd=tmp_path)
        log = stack.process("api").log.read_text()
        assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
        assert httpx2.get(f"{stack.api_url}/livez").status_code == 200
        assert "unforeseen error" not in log


def publish(stack: Any) -> tuple[str, str]:
    """(a dataset with items, which the paths name then, its publisher's token)."""
    from cota.client import CotaClient, NewItem
    from cota.client.drafts import draft_terms
    from cota.keys import local_key
    from cota.networks import NETWORKS
    from cota.units import to_hex

    account = local_key("publisher").account()
    with CotaClient(stack.api_url, account, stack.env["RPC_URL"]) as client:
        terms = draft_terms(
            publisher=client.address,
            coordinator=local_key("coordinator").address,
            payment_token=client.status.payment_token,
            schema=SCHEMA,
            seats=3,
            price_floor=DOLLAR,
            windows=NETWORKS["local"].windows,
        )
        dataset = client.create_dataset(terms, SCHEMA, "Birds")
        client.add_batch(dataset, [NewItem({"text": f"bird {n}"}, None) for n in range(5)])
        assert client.http.token is not None
        return to_hex(dataset), client.http.token
