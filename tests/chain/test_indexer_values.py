"""Whatever the chain says is kept exactly, and nobody's bytes stop the indexer (B01, B02, B06, B07)."""

import time
from typing import Any

import pytest
from eth_abi.abi import encode

from cota.chain.events import committed_catalogue
from cota.keys import local_key
from tests.chain.mirroring import assert_mirror_is_chain, chain_logs, database, index_to_head, mirrored
from tests.chain.stage import UNITS, Stage

URIS = [
    b"cat\0dog",
    b"\0",
    b"catdog",
    b"x" * 40_000,
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"a\xff",
    b"a\xfe",
    b"",
    b"tab\tnewline\nreturn\rbackslash\\N \\. 'quotes\"",
    b"a normal one",
]


def scalar(url: str, query: str) -> Any:
    with database(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


def test_b01_b02_strings__nul_long_and_not_utf8__are_kept_to_the_byte(
    stage: Stage, migrated_url: str
) -> None:
    ids = [stage.create_dataset(uri).id for uri in URIS]
    index_to_head(migrated_url, stage.deployed)
    with database(migrated_url) as connection:
        rows = connection.execute("SELECT dataset, uri, publisher FROM mirror.datasets").fetchall()
    kept = {dataset: uri for dataset, uri, _ in rows}
    assert [kept[i] for i in ids] == URIS
    assert {publisher for _, _, publisher in rows} == {bytes.fromhex(stage.address("publisher")[2:])}
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_b07_uint256__largest__is_kept(stage: Stage, migrated_url: str) -> None:
    for amount in (2**256 - 1, 2**255, 9_007_199_254_740_993, 1, 0):
        data = stage.cota.encode_approve(stage.address("relayer"), amount)
        stage.send(7, stage.cota.address, data)
    index_to_head(migrated_url, stage.deployed)
    query = "SELECT array_agg(value ORDER BY block_number) FROM mirror.cota_token_approval WHERE owner = "
    assert scalar(migrated_url, f"{query}'\\x{stage.address(7)[2:]}'") == [
        2**256 - 1,
        2**255,
        9_007_199_254_740_993,
        1,
        0,
    ]


def test_b06_same_event_twice_in_one_transaction__is_two_rows(stage: Stage, migrated_url: str) -> None:
    """The market pays the pool twice alike; here: two equal claims' events of one call differ only in log
    index."""
    dataset = stage.create_dataset()
    stage.run_epoch(dataset, [(4, UNITS)])
    stage.run_epoch(dataset, [(4, UNITS)])
    stage.claim_shares(dataset)
    index_to_head(migrated_url, stage.deployed)
    query = "SELECT count(*), count(DISTINCT tx_hash) FROM mirror.share_claims WHERE dataset = %s"
    with database(migrated_url) as connection:
        assert connection.execute(query, (dataset.id,)).fetchone() == (2, 1)


# --- logs that are not what they seem


def emit(stage: Stage, code_address: str | None, topics: list[bytes], data: bytes) -> str:
    """Makes a contract that emits one given log from its constructor; or has it emitted from `code_address`,
    by putting code there for the moment. The emitter's address."""
    program = _emitting(topics, data)
    if code_address is None:
        receipt = stage.send("deployer", None, program)
        assert receipt.contract is not None
        return receipt.contract
    node = stage.node
    before = node.request("eth_getCode", code_address, "latest")
    node.request("anvil_setCode", code_address, "0x" + program.hex())
    sent = node.request(
        "eth_sendTransaction",
        {"from": local_key("deployer").address, "to": code_address, "gas": hex(3_000_000)},
    )
    # Mined a moment after it is accepted: its own code must stand there until then.
    while (mined := node.request("eth_getTransactionReceipt", sent)) is None:
        time.sleep(0.01)
    assert mined["status"] == "0x1"
    node.request("anvil_setCode", code_address, before)
    return code_address


def _emitting(topics: list[bytes], data: bytes) -> bytes:
    """EVM code: copies the data behind it to memory, LOGn, stops."""
    pushes = b"".join(b"\x7f" + topic for topic in reversed(topics))
    size = len(data)
    length = 15 + len(pushes) + 7 + 1
    copy = b"\x62" + size.to_bytes(3, "big") + b"\x62" + length.to_bytes(3, "big") + b"\x60\x00\x39"
    head = copy + pushes + b"\x62" + size.to_bytes(3, "big") + b"\x60\x00" + bytes([0xA0 + len(topics)])
    return (head + b"\x00").ljust(length, b"\x5b") + data


def topic(contract: str, event: str) -> bytes:
    return bytes.fromhex(committed_catalogue().spec(contract, event).topic[2:])


def word(value: str | int) -> bytes:
    return bytes.fromhex(value[2:]).rjust(32, b"\0") if isinstance(value, str) else value.to_bytes(32, "big")


MOVED = encode(["uint256"] * 3, [1, 2, 3])


def test_foreign_contract__emits_a_clones_event__leaves_no_trace(stage: Stage, migrated_url: str) -> None:
    dataset = stage.create_dataset()
    topics = [topic("DatasetShares", "SharesMoved"), dataset.id, word(1), word(2)]
    emitter = emit(stage, None, topics, MOVED)
    emit(stage, None, [topic("DatasetRegistry", "BatchAdded"), dataset.id, word(1)], bytes(128))
    index_to_head(migrated_url, stage.deployed)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    assert (
        scalar(migrated_url, f"SELECT count(*) FROM mirror.balances WHERE dataset = '\\x{dataset.id.hex()}'")
        == 0
    )
    assert emitter.lower() not in {log["address"] for log in chain_logs(stage.deployed).values()}


def test_clone__event_that_others_emit_too__is_kept_out(stage: Stage, migrated_url: str) -> None:
    """ERC-20's own Transfer of a clone cannot be told from anybody's by topic: SharesMoved says the same."""
    dataset = stage.create_dataset()
    signature = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
    emit(stage, dataset.shares.address, [signature, word(1), word(2)], word(5))
    before = len(chain_logs(stage.deployed))
    index_to_head(migrated_url, stage.deployed)
    assert len(mirrored(migrated_url)) == before
    assert_mirror_is_chain(migrated_url, stage.deployed)


@pytest.mark.parametrize(
    ("name", "topics", "data"),
    [
        ("unknown event", [b"\x11" * 32, b"\x22" * 32], b"whatever"),
        ("no topic at all", [], b"anonymous"),
        ("topic missing", ["BatchAdded", word(1)], bytes(128)),
        ("data too short", ["BatchAdded", word(1), word(1)], bytes(127)),
        ("data too long", ["BatchAdded", word(1), word(1)], bytes(160)),
        ("value out of range", ["BatchAdded", word(1), word(2**32)], bytes(128)),
        ("address with dirty padding", ["PaymentTokenAllowed", b"\1" * 32], word(1)),
        ("bool of two", ["PaymentTokenAllowed", word(1)], word(2)),
    ],
)
def test_undecodable_log__of_our_contract__is_kept_raw_and_flagged(
    stage: Stage, migrated_url: str, name: str, topics: list[bytes | str], data: bytes
) -> None:
    raw = [topic("DatasetRegistry", t) if isinstance(t, str) else t for t in topics]
    emit(stage, stage.registry.address, raw, data)
    stage.add_batch(stage.create_dataset())
    index_to_head(migrated_url, stage.deployed)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    with database(migrated_url) as connection:
        rows = connection.execute(
            "SELECT topic0, topic1, topic2, topic3, data, reason, emitter FROM mirror.undecodable_logs"
            " ORDER BY block_number DESC LIMIT 1"
        ).fetchall()
    *kept, kept_data, reason, emitter = rows[0]
    assert [t for t in kept if t is not None] == raw
    assert (kept_data, emitter) == (data, bytes.fromhex(stage.registry.address[2:]))
    assert "DatasetRegistry" in reason


def test_undecodable_announcement__its_clone_stays_unknown(stage: Stage, migrated_url: str) -> None:
    """An event that would announce a clone, if it could be read, does not let the clone in."""
    announced = [topic("DatasetRegistry", "DatasetCreated"), word(1), word(2), b"\xff" * 32]
    emit(stage, stage.registry.address, announced, bytes(32 * 6))
    index_to_head(migrated_url, stage.deployed)
    assert_mirror_is_chain(migrated_url, stage.deployed)
