"""`make prove`: a proof that halmos did not pass, or did not find, is missed."""

import subprocess
from types import SimpleNamespace

import pytest

from scripts import prove


def log(names: set[str]) -> str:
    return "".join(
        f"\x1b[32m[PASS]\x1b[0m {name}(uint64,uint128) (paths: 12, time: 0.9s)\n" for name in names
    )


def run_with(monkeypatch: pytest.MonkeyPatch, said: str, code: int) -> int:
    done = SimpleNamespace(stdout=said, returncode=code)
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: done)
    return prove.main()


def test_prove__all_that_the_sources_name__passes(monkeypatch: pytest.MonkeyPatch) -> None:
    names = prove.wanted()
    assert len(names) >= 10
    assert run_with(monkeypatch, log(names), 0) == 0


def test_prove__one_missing_timed_out_or_failed__fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = prove.wanted()
    one = min(names)
    assert run_with(monkeypatch, log(names - {one}), 0) == 1
    assert one in capsys.readouterr().err
    assert run_with(monkeypatch, log(names - {one}) + f"[TIMEOUT] {one}(uint64)\n", 0) == 1
    assert run_with(monkeypatch, log(names), 1) == 1
