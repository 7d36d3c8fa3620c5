"""Items as a stream: taken in bounded memory, stopped at the first bad line, stored whole or not at all."""

import csv
import io
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cota.chain.contracts import DatasetRegistry
from cota.units import to_hex
from scripts.stack.ports import free_port
from tests.api.problems import refused
from tests.api.world import Dataset, World, batch_body, roots_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSONL = "application/jsonl"
MIB = 2**20


def lines_of(items: Sequence[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(item, separators=(",", ":")).encode() + b"\n" for item in items]


async def stream(
    world: World,
    dataset: Dataset,
    body: bytes | Sequence[bytes],
    roots: dict[str, str],
    content_type: str = JSONL,
) -> httpx2.Response:
    """Sent in pieces, without a length."""
    pieces = [body] if isinstance(body, bytes) else body

    async def sent() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    headers = {**await world.sign_in(world.publisher), "Content-Type": content_type}
    return await world.http.post(
        f"{dataset.path}/batches/stream", params=roots, content=sent(), headers=headers
    )


async def commit(world: World, dataset: Dataset, roots: dict[str, str], count: int) -> None:
    given = (bytes.fromhex(roots[name][2:]) for name in ("items_root", "gold_root"))
    data = DatasetRegistry.encode_add_batch(dataset.id, *given, count)
    await world.send("publisher", world.deployed.address("DatasetRegistry"), data)
    await world.indexed()


async def test_stream__json_lines_in_odd_pieces__are_a_batch_to_work_on(world: World) -> None:
    dataset = await world.create_dataset(upload=False)
    items = batch_body(1_100, 50, 0)["items"]
    roots = roots_of(items, 0)
    whole = b"".join(lines_of(items))
    pieces = [whole[start : start + 7_001] for start in range(0, len(whole), 7_001)]
    answer = await stream(world, dataset, pieces, roots)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {**roots, "first_item": 0, "count": 1_100}
    await commit(world, dataset, roots, 1_100)
    assert await world.count("items", dataset) == 1_100
    wallet = await world.member(dataset)
    (lease,) = await world.lease(dataset, wallet)
    assert lease["item"]["content"] in [item["content"] for item in items]
    # A second one goes behind the first, and sending it again finds it.
    more = batch_body(3, 1, 1_100)["items"]
    for _ in range(2):
        again = await stream(world, dataset, lines_of(more), roots_of(more, 1_100))
        assert (again.status_code, again.json()["first_item"], again.json()["count"]) == (201, 1_100, 3)
    assert await world.count("items", dataset) == 1_103


async def test_stream__a_table__its_columns_are_content_gold_and_salts(world: World) -> None:
    dataset = await world.create_dataset(upload=False)
    items = [
        {
            "content": {"text": text, "note": ""},
            "item_salt": to_hex(secrets.token_bytes(32)),
            "gold_label": gold,
            "gold_salt": to_hex(secrets.token_bytes(32)),
        }
        for text, gold in (("two\r\nlines", "heron"), ('a "quote", a comma', None), ("=1+1", "ibis"))
    ]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["text", "item_salt", "gold_label", "note", "gold_salt"])
    for one in items:
        writer.writerow(
            [one["content"]["text"], one["item_salt"], one["gold_label"] or "", "", one["gold_salt"]]
        )
    body = b"\xef\xbb\xbf" + table.getvalue().encode()
    answer = await stream(world, dataset, body, roots_of(items, 0), "text/csv; charset=utf-8")
    assert answer.status_code == 201, answer.text
    assert await world.count("items", dataset) == 3


def _without_salt(line: bytes) -> bytes:
    return json.dumps({k: v for k, v in json.loads(line).items() if k != "item_salt"}).encode() + b"\n"


BROKEN: list[tuple[str, Any, str, int, str]] = [
    ("half a line", lambda line: line[:-20] + b"\n", "bad-request", 400, "not JSON"),
    ("Latin-1", lambda line: line.replace(b"jpg", b"\xe9pg"), "bad-request", 400, "not JSON in UTF-8"),
    ("an array", lambda line: b"[" + line.strip() + b"]\n", "bad-request", 400, 'an object with "content"'),
    ("NUL", lambda line: line.replace(b"jpg", b"\\u0000"), "bad-request", 400, "U+0000"),
    ("no salt", _without_salt, "invalid-body", 422, "item_salt: Field required"),
    ("unknown field", lambda line: b'{"more":1,' + line[1:], "invalid-body", 422, "more: Extra inputs"),
    (
        "gold of no class",
        lambda line: line.replace(b'"gold_label":null', b'"gold_label":"crow"'),
        "invalid-label",
        422,
        "gold_label: ",
    ),
]


@pytest.mark.parametrize(
    ("how", "breaking", "slug", "status", "detail"), BROKEN, ids=lambda one: str(one)[:20]
)
async def test_stream__one_line_is_broken__its_number_and_nothing_kept(
    world: World, how: str, breaking: Any, slug: str, status: int, detail: str
) -> None:
    """Far behind the first part, which is in the transaction by then."""
    dataset = await world.create_dataset(upload=False)
    items = batch_body(900, 0, 0)["items"]
    lines = lines_of(items)
    lines[776] = breaking(lines[776])
    problem = refused(await stream(world, dataset, lines, roots_of(items, 0)), slug, status)
    assert problem["line"] == 777
    assert problem["detail"].startswith("line 777: ")
    assert detail in problem["detail"]
    assert await world.count("items", dataset) == await world.count("batches_private", dataset) == 0


async def test_stream__an_item_that_was_there_before__named_by_line(world: World) -> None:
    dataset = await world.create_dataset(upload=False)
    items = batch_body(700, 0, 0)["items"]
    for repeated, line in ((items[698], 700), (items[3], 700)):
        given = [*items[:699], repeated]
        problem = refused(
            await stream(world, dataset, lines_of(given), roots_of(given, 0)), "invalid-body", 422
        )
        assert problem["line"] == line
    assert await world.count("items", dataset) == 0


@pytest.mark.parametrize(
    ("body", "content_type", "slug", "status", "detail"),
    [
        (b"", JSONL, "bad-request", 400, "holds no items"),
        (b"\n\n", JSONL, "bad-request", 400, "holds no items"),
        (b"text,item_salt\na,b\n", "text/csv", "bad-request", 400, "line 1: there is no column 'gold_salt'"),
        (b"text,text\na,b\n", "text/csv", "bad-request", 400, "line 1: there are two columns"),
        (b"{}", "application/json", "bad-request", 400, "the content type must be one of"),
    ],
)
async def test_stream__nothing_that_can_be_items__a_4xx_that_says_why(
    world: World, birds: Dataset, body: bytes, content_type: str, slug: str, status: int, detail: str
) -> None:
    roots = {"items_root": "0x" + "1" * 64, "gold_root": "0x" + "2" * 64}
    problem = refused(await stream(world, birds, body, roots, content_type), slug, status)
    assert detail in problem["detail"]


async def test_stream__other_roots_or_another_account__refused_and_nothing_kept(world: World) -> None:
    dataset = await world.create_dataset(upload=False)
    items = batch_body(600, 3, 0)["items"]
    roots = roots_of(items, 0)
    wrong = {**roots, "gold_root": "0x" + "3" * 64}
    problem = refused(await stream(world, dataset, lines_of(items), wrong), "roots-mismatch", 422)
    assert (problem["items_root"], problem["gold_root"]) == (roots["items_root"], roots["gold_root"])
    headers = {**await world.sign_in(world.buyer), "Content-Type": JSONL}
    path = f"{dataset.path}/batches/stream"
    refused(await world.http.post(path, params=roots, content=b"", headers=headers), "forbidden", 403)
    refused(await world.http.post(path, params=roots, content=b""), "not-signed-in", 401)
    signed = {"Signature-Input": "x", "Signature": "y"}
    alone = refused(
        await world.http.post(path, params=roots, content=b"", headers=signed), "not-signed-in", 401
    )
    assert "send the token" in alone["detail"]
    assert await world.count("items", dataset) == 0


# --- a process of its own, for what only a real connection and a real memory show


@contextmanager
def api_process(world: World, folder: Path, mib: int) -> Iterator[tuple[str, int, Path]]:
    """(its address, process, log) of another api on the world's database."""
    port, log = free_port(), folder / "api.log"
    url = f"http://127.0.0.1:{port}"
    env = {
        **os.environ, **world.deployed.env, "DATABASE_URL": world.services.settings.database_url,
        "COTA_PORT": str(port), "COTA_API_URL": url, "COTA_UPLOAD_MIB": str(mib), "TMPDIR": str(folder),
    }  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "cota.app"], env=env, stdout=out, stderr=out)
        try:
            _wait_for(url)
            yield url, process.pid, log
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            httpx2.get(f"{url}/livez").raise_for_status()
            return
        except httpx2.TransportError:
            assert time.monotonic() < until, "the api does not start"
            time.sleep(0.1)


def memory_of(pid: int, what: str) -> int:
    """MiB: VmRSS is now, VmHWM the most so far."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(what))) // 1024


class Endless:
    """A body of `mib`, made while it is sent: no length can be said of it."""

    def __init__(self, mib: int) -> None:
        self.piece, self.count = b" " * (MIB // 4 - 1) + b"\n", mib * 4

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.count):
            yield self.piece


async def refuse_too_large(world: World, folder: Path, limit: int, sent: int) -> None:
    dataset = await world.create_dataset(upload=False)
    roots = {"items_root": "0x" + "1" * 64, "gold_root": "0x" + "2" * 64}
    headers = {**await world.sign_in(world.publisher), "Content-Type": JSONL}
    with api_process(world, folder, limit) as (url, pid, log), httpx2.Client(timeout=300) as http:
        before = memory_of(pid, "VmRSS")
        path = f"{url}{dataset.path}/batches/stream"
        answer = http.post(path, params=roots, content=Endless(sent), headers=headers)
        problem = refused(answer, "body-too-large", 413)
        assert problem["limit"] == limit * MIB
        # The limit of all other addresses is met in the same way.
        plain = {**headers, "Content-Type": "application/json"}
        refused(http.post(f"{url}/v1/webhooks", content=Endless(sent), headers=plain), "body-too-large", 413)
        # A length that says it all is refused before the first byte.
        declared = {**headers, "Content-Length": str(sent * MIB)}
        at_once = http.post(path, params=roots, content=Endless(sent), headers=declared)
        refused(at_once, "body-too-large", 413)
        assert memory_of(pid, "VmHWM") - before < 48
        assert http.get(f"{url}/livez").status_code == 200
        assert b"unforeseen error" not in log.read_bytes()
    assert await world.count("batches_private", dataset) == 0


async def test_stream__larger_than_the_deployment_takes__413_and_memory_stays(
    world: World, tmp_path: Path
) -> None:
    await refuse_too_large(world, tmp_path, limit=16, sent=192)


@pytest.mark.long
async def test_stream__a_gigabyte_in_chunks__413_and_memory_stays(world: World, tmp_path: Path) -> None:
    await refuse_too_large(world, tmp_path, limit=512, sent=1024)


async def test_stream__many_megabytes_of_items__taken_in_little_memory(world: World, tmp_path: Path) -> None:
    dataset = await world.create_dataset(upload=False)
    items = batch_body(4_000, 100, 0)["items"]
    for item in items:
        item["content"]["note"] = secrets.token_hex(6_000)
    headers = {**await world.sign_in(world.publisher), "Content-Type": JSONL}
    with api_process(world, tmp_path, 64) as (url, pid, _), httpx2.Client(timeout=300) as http:
        before = memory_of(pid, "VmRSS")
        path = f"{url}{dataset.path}/batches/stream"
        lines = lines_of(items)
        answer = http.post(path, params=roots_of(items, 0), content=lines, headers=headers)
        assert answer.status_code == 201, answer.text
        assert sum(map(len, lines)) > 45 * MIB
        assert memory_of(pid, "VmHWM") - before < 64
    assert await world.count("items", dataset) == 4_000


async def test_stream__sender_goes_away__nothing_kept_and_no_file_left(world: World, tmp_path: Path) -> None:
    dataset = await world.create_dataset(upload=False)
    items = batch_body(50, 0, 0)["items"]
    roots = roots_of(items, 0)
    token = (await world.sign_in(world.publisher))["Authorization"]
    with api_process(world, tmp_path, 16) as (url, _, log):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = (
                f"POST {dataset.path}/batches/stream?items_root={roots['items_root']}"
                f"&gold_root={roots['gold_root']} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n"
                f"Content-Type: {JSONL}\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            connection.sendall(head.encode())
            for line in lines_of(items[:30]):
                connection.sendall(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            time.sleep(0.5)
            assert list(tmp_path.glob("cota-upload-*"))
        until = time.monotonic() + 10
        while list(tmp_path.glob("cota-upload-*")) and time.monotonic() < until:
            time.sleep(0.1)
        assert not list(tmp_path.glob("cota-upload-*"))
        assert httpx2.get(f"{url}/livez").status_code == 200
        assert b"unforeseen error" not in log.read_bytes()
    assert await world.count("batches_private", dataset) == 0
