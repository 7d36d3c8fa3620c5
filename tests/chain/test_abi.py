"""The committed ABIs are those of the build, and the build is what forge tests."""

import json
import subprocess
from pathlib import Path

import pytest

from scripts.compile import ABIS, PUBLISHED, Artifact, abi_text, build
from scripts.stack.foundry import find_tool

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def built() -> dict[str, Artifact]:
    return build()


def test_abi__committed_files__are_exactly_the_published_contracts() -> None:
    assert sorted(file.stem for file in ABIS.glob("*.json")) == sorted(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_abi__committed_file__equals_the_build(name: str, built: dict[str, Artifact]) -> None:
    text = (ABIS / f"{name}.json").read_text("utf-8")
    assert text == abi_text(built[name].abi), "run: .venv/bin/python -m scripts.compile --write-abi"


@pytest.mark.parametrize("name", PUBLISHED)
def test_code__largest_contract__fits_a_block_explorer_and_the_chain(
    name: str, built: dict[str, Artifact]
) -> None:
    """EIP-170: 24,576 bytes."""
    assert 0 < len(built[name].runtime_code) <= 24_576


def test_code__forge_and_our_compiler__build_the_same(built: dict[str, Artifact], tmp_path: Path) -> None:
    """One source of settings: what is deployed is what was tested."""
    forge = [
        find_tool("forge"),
        "build",
        "contracts",
        "--out",
        tmp_path / "out",
        "--cache-path",
        tmp_path / "cache",
    ]
    subprocess.run(forge, cwd=ROOT, check=True, capture_output=True)
    for name in PUBLISHED:
        (artifact,) = (tmp_path / "out" / f"{name}.sol").glob(f"{name}.json")
        code = json.loads(artifact.read_text("utf-8"))["bytecode"]["object"]
        assert code == "0x" + built[name].creation_code.hex(), name
