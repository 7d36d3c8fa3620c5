"""`make bench-gas`: the shape of its figures, what it says of a change, and the page that shows them."""

from pathlib import Path

import pytest

from scripts.bench import gas, gas_table, record

GROUPS: gas.Groups = {
    "aims": {"pay": 60},
    "flat": {"pay/10": 50, "pay/1000": 50},
    "paths": {"claim": 40, gas.EPOCH: 293_078},
    "baselines": {"floor/pay": 45, "loop/pay/10": 143},
}


def test_figures__from_groups__have_a_number_for_each_path() -> None:
    assert gas.figures(GROUPS) == {
        "pay": {"10": 50, "1000": 50},
        "claim": 40,
        "floor_pay": 45,
        "epoch_per_annotation_1000": 293.078,
        "baselines": {"loop": {"pay": {"10": 143}}},
    }


def test_figures__of_the_committed_snapshots__are_those_that_others_read() -> None:
    found = gas.figures(gas.read(gas.SNAPSHOTS))
    assert set(found) == {
        "pay_direct", "pay_market", "buy", "buy_first", "floor_pay", "claim_again", "transfer_settled",
        "transfer_unsettled", "transfer_unsettled_later", "epoch_per_annotation_1000", "claim_shares", "pay_bounty",
        "baselines",
    }  # fmt: skip
    for path in ("pay_direct", "pay_market", "buy"):
        assert set(found[path]) == {"10", "1000", "100000"}
    assert set(found["baselines"]) == {
        "push_loop", "payment_splitter", "staking_rewards", "merkle_cumulative", "merkle_bitmap",
    }  # fmt: skip


def test_page__its_tables__are_made_of_the_committed_snapshots() -> None:
    page = gas_table.PAGE.read_text(encoding="utf-8")
    groups = gas.read(gas.SNAPSHOTS)
    assert gas_table.replaced(page, gas_table.render(groups)) == page
    assert f"{groups['paths']['claim_again']:,}" in page


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({**GROUPS, "paths": {**GROUPS["paths"], "claim": 41}}, "paths/claim: 40 in snapshots/, 41 now"),
        ({**GROUPS, "paths": {gas.EPOCH: 293_078}}, "paths/claim: 40 in snapshots/, none now"),
        ({**GROUPS, "more": {"x": 1}}, "more/x: none in snapshots/, 1 now"),
    ],
)
def test_differences__a_figure_changed_gone_or_new__is_named(changed: gas.Groups, line: str) -> None:
    assert gas.differences(GROUPS, GROUPS) == []
    assert gas.differences(GROUPS, changed) == [line]


def test_command__gas_that_changed__fails_until_it_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = gas.read(gas.SNAPSHOTS)
    groups["paths"]["claim_again"] += 1
    page = tmp_path / "costs.md"
    page.write_text(gas_table.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(gas, "measure", lambda: groups)
    monkeypatch.setattr(gas_table, "PAGE", page)
    monkeypatch.setattr(record, "FOLDER", tmp_path)
    assert gas.main([]) == 1
    assert "paths/claim_again" in capsys.readouterr().err
    monkeypatch.setattr(gas, "SNAPSHOTS", tmp_path / "snapshots")
    assert gas.main(["--update"]) == 0
    assert gas.main([]) == 0
    assert f"{groups['paths']['claim_again']:,}" in page.read_text(encoding="utf-8")


def test_command__a_path_over_its_aim__fails_with_forges_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> gas.Groups:
        raise gas.MeasureFailed("claim_again: 54001 > 54000")

    monkeypatch.setattr(gas, "measure", fail)
    assert gas.main([]) == 1
    assert "54001 > 54000" in capsys.readouterr().err
