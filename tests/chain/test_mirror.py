"""The mirror of real transactions holds every log, decoded as an independent decoder decodes it."""

from typing import Any

import pytest
from eth_abi.abi import decode

from cota.chain.abi import committed_abis
from cota.chain.events import Kind, committed_catalogue
from cota.store import tables
from tests.chain.mirroring import assert_mirror_is_chain, chain_logs, database, index_to_head
from tests.chain.stage import Dataset, Stage


@pytest.fixture(scope="module")
def dataset(stage: Stage) -> Dataset:
    return stage.play()


def test_mirror__whole_story__holds_every_log_once(stage: Stage, dataset: Dataset, migrated_url: str) -> None:
    index_to_head(migrated_url, stage.deployed)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    with database(migrated_url) as connection:
        assert connection.execute("SELECT count(*) FROM mirror.undecodable_logs").fetchone() == (0,)


def test_mirror__every_argument__is_what_eth_abi_decodes(
    stage: Stage, dataset: Dataset, migrated_url: str
) -> None:
    index_to_head(migrated_url, stage.deployed)
    seen = set()
    contracts = {**stage.deployed.deployment.emitters(), dataset.shares.address.lower(): "DatasetShares"}
    with database(migrated_url) as connection:
        for (_, block, index), log in chain_logs(stage.deployed).items():
            contract = contracts[log["address"]]
            item = next(
                i for i in committed_abis()[contract].events() if "0x" + i.topic.hex() == log["topics"][0]
            )
            spec = committed_catalogue().spec(contract, item.name)
            columns = ", ".join(f'"{a.column}"' for a in spec.arguments) or "1"
            row: Any = connection.execute(
                f"SELECT {columns} FROM mirror.{spec.table} WHERE block_hash = %s AND log_index = %s",
                (bytes.fromhex(block[2:]), index),
            ).fetchone()
            expected = _reference_decode(item, log)
            for argument, value, wanted in zip(spec.arguments, row, expected, strict=False):
                assert _comparable(argument.kind, value) == wanted, (spec.table, argument.column)
            seen.add(spec.table)
    assert len(seen) > 25


def _reference_decode(item: Any, log: Any) -> list[Any]:
    topics = iter(log["topics"][1:])
    # A string is read as bytes: that is what it is.
    kinds = [p.type.replace("string", "bytes") for p in item.inputs if not p.indexed]
    data = iter(decode(kinds, bytes.fromhex(log["data"][2:])))
    return [
        decode([p.type], bytes.fromhex(next(topics)[2:]))[0] if p.indexed else next(data) for p in item.inputs
    ]


def _comparable(kind: Kind, value: Any) -> Any:
    if kind is Kind.ADDRESS:
        return "0x" + value.hex()
    return int(value) if kind in (Kind.AMOUNT, Kind.SMALL) else value


def test_mirror__second_run__changes_nothing(stage: Stage, dataset: Dataset, migrated_url: str) -> None:
    index_to_head(migrated_url, stage.deployed)
    index_to_head(migrated_url, stage.deployed)
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_mirror__history_in_windows__is_the_same(stage: Stage, dataset: Dataset, migrated_url: str) -> None:
    stage.deployed.anvil.mine(150)
    stage.add_batch(stage.create_dataset())
    stage.deployed.anvil.mine(100)
    index_to_head(migrated_url, stage.deployed)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    with database(migrated_url) as connection:
        kept = connection.execute("SELECT count(*) FROM mirror.blocks").fetchone()
    assert kept is not None
    assert kept[0] < 100, "far from the head only the ends of windows are kept"


def test_event__unknown_name__is_refused() -> None:
    with pytest.raises(KeyError):
        tables.event("DatasetShares", "Transfer")
