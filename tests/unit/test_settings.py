"""The environment is checked whole, before anything starts, and nothing secret comes back out of it."""

import json
import logging
from pathlib import Path

import pytest

from cota import log, settings
from cota.keys import SigningKey, anvil_key, development_addresses, local_key
from cota.networks import NETWORKS
from cota.settings import SettingsError, load, mask_url
from tests.fixtures.marker import MARKER, pieces_of

REAL = {
    "COTA_NETWORK": "sepolia",
    "RPC_URL": "https://node.example/v2/path-that-is-a-secret",
    "COTA_STORE": "s3://b/c",
}


def problems_of(environ: dict[str, str], **options: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(environ=environ, **options)  # type: ignore[arg-type]
    return caught.value.problems


@pytest.fixture(autouse=True)
def _no_running_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that happens to run on this machine is not part of these tests."""
    monkeypatch.setattr(settings, "ROOT", tmp_path)


def test_load__nothing_set__is_the_local_network_with_its_accounts() -> None:
    found = load(environ={})
    assert found.network is NETWORKS["local"]
    assert found.rpc_urls == ("http://127.0.0.1:8545",)
    assert found.key("deployer").address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert found.key("relayer").address == anvil_key(3).address
    assert found.treasury == anvil_key(6).address
    assert found.store.startswith("file:///")


def test_load__unknown_network__lists_the_known_ones() -> None:
    (problem, *_) = problems_of({"COTA_NETWORK": "mainet"})
    assert problem == "COTA_NETWORK='mainet' is not known; known networks: local, sepolia, base-sepolia"


def test_load__network_argument__overrides_the_variable() -> None:
    assert load("local", environ={"COTA_NETWORK": "sepolia"}).network.name == "local"


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e3", "65537", "512 MiB"])
def test_load__upload_limit__is_whole_mebibytes(text: str) -> None:
    assert load(environ={}).upload_mib == 512
    assert load(environ={"COTA_UPLOAD_MIB": "64"}).upload_mib == 64
    (problem,) = problems_of({"COTA_UPLOAD_MIB": text})
    assert problem == "COTA_UPLOAD_MIB must be a whole number, 1 to 65536"


def test_load__bounties__are_paid_from_a_least_amount_on_unless_told_otherwise() -> None:
    assert (load(environ={}).bounties, load(environ={}).bounty_least) == ("PAY", 10_000)
    told = load(environ={"COTA_BOUNTIES": "assign", "COTA_BOUNTY_LEAST": "1"})
    assert (told.bounties, told.bounty_least) == ("ASSIGN", 1)
    problems = problems_of({"COTA_BOUNTIES": "never", "COTA_BOUNTY_LEAST": "0.01"})
    assert problems == (
        "COTA_BOUNTIES must be one of PAY, ASSIGN, OFF",
        "COTA_BOUNTY_LEAST must be a whole number, 1 to 999999999999",
    )


def test_load__fees__are_wei_and_the_ceiling_holds_the_priority_B25() -> None:
    assert (load(environ={}).fee_ceiling, load(environ={}).fee_priority) == (None, None)
    told = load(environ={"COTA_FEE_CEILING": "30000000000", "COTA_FEE_PRIORITY": "0"})
    assert (told.fee_ceiling, told.fee_priority) == (30 * 10**9, 0)
    assert problems_of({"COTA_FEE_CEILING": "0", "COTA_FEE_PRIORITY": "2 gwei"}) == (
        "COTA_FEE_CEILING must be a whole number, 1 to 1000000000000000",
        "COTA_FEE_PRIORITY must be a whole number, 0 to 1000000000000000",
    )
    assert problems_of({"COTA_FEE_CEILING": "1", "COTA_FEE_PRIORITY": "2"}) == (
        "COTA_FEE_CEILING (1) is below COTA_FEE_PRIORITY (2)",
    )


def test_load__many_faults__are_reported_together() -> None:
    problems = problems_of(
        {
            "COTA_NETWORK": "sepolia",
            "DATABASE_URL": "mysql://root@localhost/x",
            "COTA_DEPLOYER_KEY": "12",
            "COTA_PORT": "70000",
            "COTA_LOG_LEVEL": "loud",
            "COTA_TREASURY": "0x12",
        },
        needs=("rpc", "store", "database", "deployer", "coordinator"),
    )
    named = sorted(problem.split()[0] for problem in problems)
    assert named == [
        "COTA_COORDINATOR_KEY",
        "COTA_DEPLOYER_KEY",
        "COTA_LOG_LEVEL",
        "COTA_PORT",
        "COTA_STORE",
        "COTA_TREASURY",
        "DATABASE_URL",
        "RPC_URL",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (MARKER + " ", "has a space or a line break around it"),
        (f'"{MARKER}"', "has quotes around it"),
        (MARKER[:-1], "has 63 hex digits, not 64"),
        (MARKER[2:], "does not start with 0x"),
        (MARKER[:-1] + "g", "holds something that is not a hex digit"),
        ("0x" + "f" * 64, "is not a key of the curve secp256k1"),
        ("0x" + "0" * 64, "is not a key of the curve secp256k1"),
    ],
)
def test_load__bad_key__names_the_variable_and_shows_no_piece_of_it(given: str, told: str) -> None:
    problems = problems_of(REAL | {"COTA_COORDINATOR_KEY": given})
    assert problems == (f"COTA_COORDINATOR_KEY {told}",)
    assert not pieces_of(MARKER) & pieces_of(str(problems))


@pytest.mark.parametrize("index", [0, 9, 19])
def test_load__development_key_on_a_public_chain__is_refused(index: int) -> None:
    problems = problems_of(REAL | {"COTA_DEPLOYER_KEY": anvil_key(index).reveal()})
    assert problems == (
        "COTA_DEPLOYER_KEY is a development account whose private key everybody knows: "
        "use it on the local network only",
    )


def test_load__development_treasury_on_a_public_chain__is_refused() -> None:
    (problem,) = problems_of(REAL | {"COTA_TREASURY": local_key("treasury").address.lower()})
    assert problem.startswith("COTA_TREASURY is a development account")


def test_load__key_in_a_file__is_read_without_its_last_line_break(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(MARKER + "\n")
    found = load(environ=REAL | {"COTA_RELAYER_KEY_FILE": str(file)})
    assert found.key("relayer").reveal() == MARKER


def test_load__key_given_twice_or_file_missing__is_refused(tmp_path: Path) -> None:
    both = REAL | {"COTA_KEY": MARKER, "COTA_KEY_FILE": "x"}
    assert problems_of(both) == ("COTA_KEY and COTA_KEY_FILE are both set: keep one",)
    gone = REAL | {"COTA_KEY_FILE": str(tmp_path / "gone")}
    assert problems_of(gone) == ("COTA_KEY_FILE cannot be read: No such file or directory",)


def test_load__rpc_list__keeps_order_and_refuses_other_schemes() -> None:
    found = load(environ={"RPC_URL": "http://a:1/, https://b "})
    assert found.rpc_urls == ("http://a:1", "https://b")
    assert problems_of({"RPC_URL": "http://a,ftp://b"}) == ("RPC_URL must be an http or https URL",)


def test_load__database_url__gets_the_driver_and_stays_secret() -> None:
    found = load(environ={"DATABASE_URL": "postgres://cota:pa55word@db:5432/cota"}, needs=("database",))
    assert found.database_url == "postgresql+psycopg://cota:pa55word@db:5432/cota"
    assert "pa55word" not in repr(found)


def test_load__stack_is_up__its_addresses_are_the_local_defaults(tmp_path: Path) -> None:
    known = {
        "database_url": "postgresql+psycopg://x",
        "rpc_url": "http://127.0.0.1:1",
        "api_url": "http://127.0.0.1:2",
    }
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "stack.json").write_text(json.dumps({"settings": known}))
    found = load(environ={})
    assert (found.database_url, found.rpc_urls, found.api_url) == (
        "postgresql+psycopg://x",
        ("http://127.0.0.1:1",),
        "http://127.0.0.1:2",
    )


def test_settings__printed__show_no_key_and_no_url() -> None:
    found = load(environ=REAL | {"COTA_KEY": MARKER})
    assert not pieces_of(MARKER) & pieces_of(repr(found) + repr(found.key("account")))
    assert "path-that-is-a-secret" not in repr(found)
    assert mask_url(found.rpc_urls[0]) == "https://node.example/..."


def test_log__a_secret_in_any_shape__is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    found = load(environ=REAL | {"COTA_KEY": MARKER})
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        log.configure("DEBUG", found.secrets())
        try:
            raise RuntimeError(f"POST {found.rpc_urls[0]} with {MARKER[2:]}")
        except RuntimeError:
            log.get_logger("cota").exception("failed", key=MARKER, nested={"k": [MARKER]})
        logging.getLogger("library").error("args %s", MARKER)
    finally:
        root.handlers, root.level = before, level
    written = capsys.readouterr().err
    assert written.count("\n") == 2
    assert json.loads(written.splitlines()[0])["event"] == "failed"
    assert not pieces_of(MARKER) & pieces_of(written)
    assert "path-that-is-a-secret" not in written


def test_development_addresses__hold_the_first_twenty() -> None:
    assert len(development_addresses()) == 20
    assert "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199" in development_addresses()


def test_signing_key__printed__gives_only_the_address() -> None:
    assert repr(SigningKey(MARKER)).startswith("<key of 0x")
