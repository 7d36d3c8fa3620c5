"""`make coverage`: what it counts, what it names, and when it fails."""

from scripts import coverage

REPORT = """TN:
SF:contracts/A.sol
DA:3,1
DA:4,0
BRDA:4,0,0,-
BRDA:4,0,1,2
end_of_record
SF:contracts/B.sol
DA:7,5
end_of_record
SF:tests/contracts/support/World.sol
DA:1,0
end_of_record
""".splitlines()


def test_read__of_a_report__counts_contracts_alone() -> None:
    files = coverage.read(REPORT)
    assert set(files) == {"contracts/A.sol", "contracts/B.sol"}
    assert files["contracts/A.sol"] == coverage.Counts(2, 1, 2, 1, {4})
    assert files["contracts/B.sol"] == coverage.Counts(1, 1)


def test_judge__what_is_not_reached__is_named_and_fails() -> None:
    said, is_enough = coverage.judge(coverage.read(REPORT))
    assert not is_enough
    assert said[0] == "contracts/A.sol: not reached: 4"
    assert "66.67%" in said[1]
    assert "50.00%" in said[2]


def test_judge__all_reached__is_enough() -> None:
    said, is_enough = coverage.judge({"contracts/A.sol": coverage.Counts(100, 98, 20, 19)})
    assert is_enough, said
    assert not coverage.judge({"contracts/A.sol": coverage.Counts(100, 97, 20, 20)})[1]
    assert not coverage.judge({"contracts/A.sol": coverage.Counts(100, 100, 20, 18)})[1]


def test_judge__an_empty_report__is_not_enough() -> None:
    assert not coverage.judge({})[1]
