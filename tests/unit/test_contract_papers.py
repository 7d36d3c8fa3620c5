"""What stands beside the contracts: invariants and trees lead to tests, interfaces to their words."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "contracts"
INVARIANTS = TESTS / "INVARIANTS.md"
INTERFACES = sorted((ROOT / "contracts" / "interfaces").glob("*.sol"))
TREES = sorted(TESTS.rglob("*.tree"))


def solidity() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(TESTS.rglob("*.sol")))


def rows() -> list[list[str]]:
    """Id, statement, tolerance, where tested; `same` means as in the row above."""
    found = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in INVARIANTS.read_text("utf-8").splitlines()
        if re.match(r"\| [A-Z]\d", line)
    ]
    for above, row in zip(found, found[1:], strict=False):
        if row[3].startswith("same"):
            row[3] = above[3]
    return found


def test_invariants__ids__are_many_and_each_has_four_cells() -> None:
    assert all(len(row) == 4 for row in rows())
    assert len({row[0].split()[0] for row in rows()}) >= 20


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_invariants__where_tested__is_there(row: list[str]) -> None:
    names = re.findall(r"`([^`]+)`", row[3])
    assert names, f"{row[0]} says nowhere where it is tested"
    text = solidity()
    for name in names:
        if name.endswith(".sol"):
            assert (TESTS / name).is_file() or list(TESTS.rglob(Path(name).name)), f"{row[0]}: no file {name}"
        else:
            function = name.rpartition(".")[2]
            assert re.search(rf"function {function}\b", text), f"{row[0]}: no function {name}"


def test_attacks__one_a_file__at_least_fifteen() -> None:
    files = sorted((TESTS / "attacks").glob("*.t.sol"))
    assert len(files) >= 15
    for path in files:
        assert re.search(r"function (test|testFuzz)_\w+", path.read_text("utf-8")), (
            f"{path.name} tests nothing"
        )


# --- trees


def leaves(path: Path) -> list[str]:
    """What a tree says that must happen; a leaf may name its test in brackets."""
    lines = path.read_text("utf-8").splitlines()
    depths = [re.search(r"[├└]──", line) for line in lines]
    found = []
    for line, here, below in zip(lines, depths, [*depths[1:], None], strict=True):
        # What nothing stands under; most begin with `it`.
        if here and not (below and below.start() > here.start()):
            found.append(line[here.end() :].strip())
    return found


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.name)
def test_trees__tests_stand_beside_them__and_those_named_exist(path: Path) -> None:
    said = leaves(path)
    assert said, f"{path.name} has no leaf"
    beside = "\n".join(each.read_text("utf-8") for each in sorted(path.parent.glob(f"{path.stem}*.t.sol")))
    assert re.search(r"function test\w+\(", beside), f"no test beside {path.name}"
    for leaf in said:
        for name in re.findall(r"\[(test\w+)\]", leaf):
            assert f"function {name}(" in beside, f"{path.name}: no test {name}"


def test_trees__of_the_money_functions__name_a_test_for_each_leaf() -> None:
    for name in ("DatasetShares", "LicenseMarket", "AnnotationLedger"):
        assert all("[test" in leaf for leaf in leaves(TESTS / f"{name}.tree"))


# --- the interfaces' words (NatSpec)


def items(path: Path) -> list[tuple[str, str, str]]:
    """(kind and name, its text, the comment before it) of all functions, events, errors and structs of an interface."""
    text = path.read_text("utf-8")
    pattern = r"((?:^ *///[^\n]*\n)*)^ *(function|event|error|struct) (\w+)([^;{]*)[;{]"
    return [
        (f"{match[2]} {match[3]}", match[4], match[1]) for match in re.finditer(pattern, text, re.MULTILINE)
    ]


@pytest.mark.parametrize("path", INTERFACES, ids=lambda path: path.name)
def test_interfaces__title_and_promise__stand_before_each(path: Path) -> None:
    text = path.read_text("utf-8")
    for match in re.finditer(r"((?:^///[^\n]*\n)+)?^interface (\w+)", text, re.MULTILINE):
        assert match[1], f"nothing is said of {match[2]}"
        assert "@title" in match[1], match[2]
        assert "@notice" in match[1], match[2]


@pytest.mark.parametrize("path", INTERFACES, ids=lambda path: path.name)
def test_interfaces__every_param_named__exists(path: Path) -> None:
    """A `@param` of something renamed or gone misleads; structs' fields stand in their body."""
    text = path.read_text("utf-8")
    for name, signature, comment in items(path):
        if name.startswith("struct"):
            signature = re.search(rf"{name} {{(.*?)}}", text, re.DOTALL)[1]  # type: ignore[index]
        for param in re.findall(r"@param (\w+)", comment):
            assert re.search(rf"\b{param}\b", signature), f"{path.name}: {name} has no {param}"


def undocumented(path: Path) -> list[str]:
    return [name for name, _, comment in items(path) if "@" not in comment]


@pytest.mark.parametrize("path", INTERFACES, ids=lambda path: path.name)
def test_interfaces__every_function_event_and_error__is_described(path: Path) -> None:
    assert undocumented(path) == []
