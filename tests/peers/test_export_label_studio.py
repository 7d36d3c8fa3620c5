"""Label Studio itself imports our tasks under our configuration, and we read what it exports: nothing is lost."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cota.formats.incoming import ReadOptions, open_file
from cota.formats.outgoing import convert
from scripts.stack.ports import free_port
from tests.peers.environments import environment
from tests.unit.made_exports import made_export

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

TOKEN = "cota-peer-test-token-0123456789"
TEXT = "👩‍🔬 Ana  Luz\r\nfoi à Itaú."
PATIENCE_S = 600


def span(part: str) -> dict[str, Any]:
    start = TEXT.index(part)
    return {"start": start, "end": start + len(part), "class": "PER", "text": part}


BOX = {"class": "PER", "x": 7, "y": 11, "width": 13, "height": 1}
PICTURE = {"image": "https://example.org/1.jpg", "width": 641, "height": 479}
KINDS: list[tuple[dict[str, Any], list[tuple[Any, Any, list[Any]]]]] = [
    ({"kind": "choice", "question": "Which?", "classes": ["a", "b"], "item": "text"},
     [({"text": TEXT}, "b", ["a", "b"]), ({"text": "y"}, "a", ["a"])]),
    ({"kind": "spans", "question": "Who?", "classes": ["PER"]},
     [({"text": TEXT}, [span("Ana  Luz")], [[span("Itaú")]])]),
    ({"kind": "boxes", "question": "Where?", "classes": ["PER"]}, [(PICTURE, [BOX], [[], [BOX]])]),
    ({"kind": "polygons", "question": "Where?", "classes": ["PER"]},
     [(PICTURE, [{"class": "PER", "points": [[0, 0], [640, 1], [333, 478]]}], [[]])]),
    ({"kind": "rating", "question": "?", "least": 1, "most": 5, "item": "text"}, [({"text": "x"}, 4, [3, 4])]),
    ({"kind": "preference", "question": "?"}, [({"a": "one", "b": "two"}, "b", ["a", "b"])]),
]  # fmt: skip


class LabelStudio:
    """A server of its own, with an empty database."""

    def __init__(self, port: int) -> None:
        self.port = port

    def call(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, (answer.status, raw[:500])
        return json.loads(raw) if raw else None

    def is_up(self) -> bool:
        try:
            self.call("GET", "/api/projects/")
        except (OSError, AssertionError, http.client.HTTPException):
            return False
        return True


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudio]:
    bins = environment("label-studio", "label-studio==1.23.2")
    folder, port = tmp_path_factory.mktemp("studio"), free_port()
    settings = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder), "LATEST_VERSION_CHECK": "0", "COLLECT_ANALYTICS": "0",
        "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    }  # fmt: skip
    words = ["start", "--no-browser", "--port", str(port), "--username", "peer@example.org",
             "--password", "peer-peer-1", "--user-token", TOKEN]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(bins / "label-studio"), *words],
            env=os.environ | settings,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
        try:
            server, ends = LabelStudio(port), time.monotonic() + PATIENCE_S
            while not server.is_up():
                assert process.poll() is None, (folder / "log").read_text()[-2000:]
                assert time.monotonic() < ends, (folder / "log").read_text()[-2000:]
                time.sleep(2)
            yield server
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.parametrize(("schema", "items"), KINDS, ids=[schema["kind"] for schema, _ in KINDS])
def test_label_studio__imports_ours_and_we_its_own(
    studio: LabelStudio, tmp_path: Path, schema: dict[str, Any], items: list[Any]
) -> None:
    out = tmp_path / "tasks.json"
    made = convert(made_export(tmp_path / "e.jsonl", schema, items), "label-studio", out)
    config = out.with_suffix(".xml").read_text()
    project = studio.call("POST", "/api/projects/", {"title": schema["kind"], "label_config": config})["id"]
    tasks = json.loads(out.read_text())
    imported = studio.call("POST", f"/api/projects/{project}/import", tasks)
    assert imported["task_count"] == len(items)
    back = studio.call("GET", f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true")
    sent = sum(len(task["annotations"]) for task in tasks)
    assert sum(len(task["annotations"]) for task in back) == sent
    assert made.annotations == sum(len(labels) for _, _, labels in items)
    (tmp_path / "back.json").write_text(json.dumps(back))
    again = open_file(tmp_path / "back.json", ReadOptions(config=out.with_suffix(".xml")))
    found = sorted(again.items(), key=lambda one: str(one.content))
    expected = sorted(items, key=lambda one: str(one[0]))
    assert [one.content for one in found] == [content for content, _, _ in expected]
    assert [one.gold for one in found] == [gold for _, gold, _ in expected]
    assert {task["meta"]["cota"]["item_ref"] for task in back} == {
        task["meta"]["cota"]["item_ref"] for task in tasks
    }
