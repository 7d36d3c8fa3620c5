"""The shared vectors: current, and pinned to values that this code did not make.

How the pinned values were computed: roots of the log tree are the three of the published rules of records
(rows keccak256(bytes32(i))); settlement roots by @openzeppelin/merkle-tree 1.0.8 (StandardMerkleTree); all
others by Foundry's cast 1.7.1: `cast keccak`, `cast abi-encode ... | cast keccak`, and
`cast wallet sign --data` with secret key 1.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import vectors

FOLDER = Path(__file__).resolve().parents[1] / "vectors"


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(vectors.FILES))
def test_vectors__committed_file__is_what_the_code_makes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == vectors.render(name)


def test_vectors__check_of_a_stale_file__fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "FOLDER", tmp_path)
    assert vectors.main([]) == 0
    assert vectors.main(["--check"]) == 0
    (tmp_path / "units.json").write_text("{}", encoding="utf-8")
    assert vectors.main(["--check"]) == 1


@pytest.mark.parametrize(
    ("count", "root"),
    [
        (1, "0x53b9ed52190f4b42bc1f3a0714b6ae4692760323ff9c13f8267f8eb2dff04f46"),
        (3, "0xb1224a8cd848c4b59e9dbabd25ff09f5d947dc738b7e5736bf71aa67c497cfe2"),
        (5, "0x507a8aa9208a50594c430eff32523ef2d2b15d7f8fc17313b60361cd3fa8bfa9"),
    ],
)
def test_vectors__log_tree_roots__are_the_published_ones(count: int, root: str) -> None:
    found = load("log_tree.json")
    assert found["roots"][found["sizes"].index(count)] == root


def test_vectors__settlement_roots__are_those_of_openzeppelins_library() -> None:
    found = load("settlement_tree.json")
    assert [case["root"] for case in found["cases"]] == [
        "0x" + "00" * 32,  # no leaf: a library tree cannot be empty
        "0x4362fd748c7e811463b70d4dea8cb407d76c9e2813bf3d7b283818d0f0db1afc",
        "0x40c462557eefebea729b8d90defa4af2414307bcb8cefabf5f02c7b5c51ee805",
        "0x8430bfb447b4b5609c8d0e8c9073971d092e07b4abefc637c79c5d05f192f811",
        "0xcc8161a648bf1777b6c8a5168b3803589f992dfa3733ee73c36dcd0afc41d21c",
        "0x1dd3378402805b9f68a662427893e0f41a6238a891f540064387cb2ad46527ec",
    ]
    leaf = "0xe0ebbc88d6ea534f95c5876bc73d0f739d269f9ae2b31276fe853a75ce5999f3"
    assert found["cases"][3]["leaves"][1] == leaf


def test_vectors__hashes__are_those_of_cast() -> None:
    found = load("hashes.json")
    assert found["itemJson"] == '{"n":1,"text":"Zażółć 👩‍🔬 é"}'
    assert found["labelJson"] == '"blue"'
    assert found["itemRef"] == "0x90769f410439a7a8a95a649cde19a8224cde089e379f2b1da8fb354c4650644b"
    assert found["labelCommitment"] == "0x2c320900011fcc21bdfd0c4d11a124a250e45878756661c691194864fb9c1f69"
    assert found["goldLeaves"] == [
        "0x90bbca099f8b609675f6ad3c0d6eb6a45e05bf1785ba1fad6fc0ed207c3e4592",
        "0xc42f0dbcf985b4e82a27587f376e154a0d0d60888d16000175b66c9c511ccadf",
    ]
    # cast keccak cota.void.v1
    assert found["voidRow"] == "0x17161ea2a25f11e1bd4abf661c96581d7807425509728f4f974d0bd9d67ce8ad"
    dataset = "0x81ab9a1542177be5fc04d90ff34531c6dc11356a68f687f5077d7b9d576d763a"
    assert load("dataset_id.json")["dataset"] == dataset


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        (
            "annotation",
            "0xfb4bdf3aa00677b68d0e53bd6acf0b49258d2e2f8bb3fb3bac16a459764819b1"
            "5006b84f5d83c77b7d990b4e8e16c9c61bf166a23e319b09885abe2ec67cea581b",
        ),
        (
            "agentKey",
            "0x11314fed637a7c9728ab6e0dce269fb9890c9e1012c8dbd40651ea7c4b0e1b87"
            "4a10a243e4b651f1435ebb13947e24b398664561b68cfaef82d67ff1a4c6c1581b",
        ),
        (
            "receipt",
            "0xe0429a14a45685cd9db84df4c316afc0e73e684975230e0802a7e180ee8a569b"
            "058e105bafde2df31c140ad711cc17e5c867b7229ca27dbae0ca5788f7f180021c",
        ),
        (
            "join",
            "0xb3d548d87d2ca1874fa8cdb1d6f8547fb779e02d2adb598b165c14944e52d829"
            "103d7cc3fbed93a44172fec9d72c3756b8b98b78ff698c81d78326bbecbad6ad1b",
        ),
        (
            "leave",
            "0x5b20e32cb15bcd8006c1bc19a543b1d9a9ab68cd74ccbb172fff07ee9c64a5a2"
            "7a553b85130f53fce06269a4c2b22281e0569eb36a153655b0b9f85b0563fd611b",
        ),
    ],
)
def test_vectors__typed_data__is_signed_as_cast_signs_it(name: str, signature: str) -> None:
    assert load("typed_data.json")[name]["signature"] == signature


def test_vectors__b16_and_b17__lead_to_the_worked_results() -> None:
    """B16: 600, 800, 600. B17: 3 payments of 100 to three equal holders, 100 each. Worked by hand."""
    by_name = {case["name"].split(":")[0]: case for case in reversed(load("revenue.json")["sequences"])}
    assert by_name["B16"]["claimable"] == ["600", "800", "600"]
    assert by_name["B17"]["claimable"] == ["100", "100", "100"]
    assert by_name["P3, P5"]["paid"] == by_name["P3, P5"]["claimed"] == "1300"
