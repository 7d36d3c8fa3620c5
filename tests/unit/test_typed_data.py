"""Typed statements and their signatures: one digest everywhere, one byte form of a signature (B12, B13)."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import coincurve
import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from cota.auth.signatures import SECP256K1_N, address_of_secret
from cota.auth.typed import (
    AgentKey,
    Annotation,
    Domain,
    Join,
    Leave,
    Message,
    Receipt,
    digest,
    digest_of,
    message_json,
    normalize_signature,
    parse_message,
    recover,
    sign_digest,
    to_eip712_json,
)
from cota.errors import BadRequest, BadSignature
from cota.units import address_of

VECTORS = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "typed_data.json").read_text(encoding="utf-8")
)
SECRET = (1).to_bytes(32, "big")
SIGNER = address_of_secret(SECRET)
LEDGER = address_of(b"\x11" * 20)
DOMAIN = Domain(31337, LEDGER)
WORD = st.binary(min_size=32, max_size=32)
ADDRESS = st.binary(min_size=20, max_size=20).map(address_of)
U64, U128, U256 = (st.integers(0, 2**bits - 1) for bits in (64, 128, 256))
MESSAGES = st.one_of(
    st.builds(Annotation, WORD, WORD, st.integers(0, 255), WORD, WORD, ADDRESS, U256, U64),
    st.builds(AgentKey, WORD, ADDRESS, ADDRESS, U64, U64),
    st.builds(Receipt, WORD, U64, WORD, U64),
    st.builds(Join, WORD, ADDRESS, WORD, U128, U256, U64),
    st.builds(Leave, WORD, ADDRESS, U256, U64),
)
ANNOTATION = Annotation(b"\1" * 32, b"\2" * 32, 0, b"\3" * 32, b"\4" * 32, SIGNER, 9_007_199_254_740_993, 5)
DIGEST = digest(DOMAIN, ANNOTATION)
SIGNATURE = sign_digest(DIGEST, SECRET)


def wallet_digest(full: dict[str, Any]) -> bytes:
    """The digest as eth-account, an independent encoder, makes it."""
    signable = encode_typed_data(full_message=full)
    return bytes(keccak(b"\x19" + signable.version + signable.header + signable.body))


@given(MESSAGES, st.integers(1, 2**63), ADDRESS)
def test_digest_b13__any_statement__is_that_of_an_independent_encoder(
    message: Message, chain_id: int, contract: Any
) -> None:
    domain = Domain(chain_id, contract)
    assert digest(domain, message) == wallet_digest(to_eip712_json(domain, message))
    assert digest_of(domain, message.struct_hash()) == digest(domain, message)


def test_digest_b13__explicit_omitted_and_reordered_domain__are_one() -> None:
    full = to_eip712_json(DOMAIN, ANNOTATION)
    reordered = json.loads(json.dumps({key: full[key] for key in reversed(full)}))
    reordered["domain"] = dict(reversed(full["domain"].items()))
    omitted = full | {"types": {key: value for key, value in full["types"].items() if key != "EIP712Domain"}}
    assert wallet_digest(full) == wallet_digest(reordered) == wallet_digest(omitted) == DIGEST


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "cota"), ("version", "2"), ("chainId", 1), ("verifyingContract", "0x" + "12" * 20)],
)
def test_digest_b13__another_domain__is_another_signer(field: str, value: Any) -> None:
    full = to_eip712_json(DOMAIN, ANNOTATION)
    full["domain"] |= {field: value}
    assert wallet_digest(full) != DIGEST
    assert recover(DIGEST, sign_digest(wallet_digest(full), SECRET)) != SIGNER


def test_vectors__every_statement__is_recovered_to_its_signer() -> None:
    kinds = {"annotation": Annotation, "agentKey": AgentKey, "receipt": Receipt, "join": Join, "leave": Leave}
    for name, kind in kinds.items():
        found = VECTORS[name]
        message = parse_message(kind, found["message"])
        contract = VECTORS["vault" if name in ("join", "leave") else "ledger"]
        made = digest(Domain(VECTORS["chainId"], contract), message)
        assert "0x" + made.hex() == found["digest"]
        assert recover(made, bytes.fromhex(found["signature"][2:])) == VECTORS["signer"]


@given(MESSAGES)
def test_message_json__any_statement__is_read_back(message: Message) -> None:
    spelled = json.loads(json.dumps(message_json(message)))
    assert parse_message(type(message), spelled) == message


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": 9_007_199_254_740_993},
        {"nonce": "0x10"},
        {"nonce": "-1"},
        {"nonce": "1.0"},
        {"nonce": "1e3"},
        {"nonce": "٣"},
        {"nonce": str(2**256)},
        {"deadline": str(2**64)},
        {"kind": 256},
        {"kind": True},
        {"kind": "0"},
        {"dataset": "0x00"},
        {"account": "0x" + "0" * 39},
        {"account": SIGNER.swapcase().replace("X", "x")},
        {"account": None},
        {"extra": 1},
    ],
)
def test_parse_message_b13__field_of_another_form__is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        parse_message(Annotation, message_json(ANNOTATION) | change)


@pytest.mark.parametrize("value", [None, [], "x", {}, {"dataset": "0x"}])
def test_parse_message__not_all_its_fields__is_refused(value: object) -> None:
    with pytest.raises(BadRequest, match="exactly the fields"):
        parse_message(Annotation, value)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 256},
        {"kind": -1},
        {"nonce": 2**256},
        {"deadline": 2**64},
        {"dataset": b"\1" * 31},
        {"account": "0x1"},
    ],
)
def test_struct_hash__value_beyond_its_type__is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        replace(ANNOTATION, **change).struct_hash()


def test_recover__signature_of_eth_account__gives_the_signer() -> None:
    signed = Account.sign_typed_data(SECRET, full_message=to_eip712_json(DOMAIN, ANNOTATION))
    assert bytes(signed.signature) == SIGNATURE
    assert recover(DIGEST, SIGNATURE) == SIGNER == Account.from_key(SECRET).address


def test_normalize_signature_b12__v_0_and_1__become_27_and_28() -> None:
    for v in (0, 1):
        low = SIGNATURE[:64] + bytes([v])
        assert normalize_signature(low) == SIGNATURE[:64] + bytes([v + 27])
        with pytest.raises(BadSignature):
            recover(DIGEST, low)
    assert recover(DIGEST, normalize_signature(SIGNATURE[:64] + bytes([SIGNATURE[64] - 27]))) == SIGNER


def high_s(signature: bytes) -> bytes:
    s = SECP256K1_N - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        SIGNATURE[:63],
        SIGNATURE[:64],  # compact (EIP-2098)
        SIGNATURE + b"\0",
        high_s(SIGNATURE),
        *[SIGNATURE[:64] + bytes([v]) for v in (2, 26, 29, 35, 255)],
        bytes(32) + SIGNATURE[32:],
        SIGNATURE[:32] + bytes(32) + SIGNATURE[64:],
        SECP256K1_N.to_bytes(32, "big") + SIGNATURE[32:],
        b"\xff" * 32 + SIGNATURE[32:],
        bytes(65),
        b"\xff" * 65,
    ],
)
def test_recover_b12__another_byte_form__is_refused_and_never_the_zero_address(signature: bytes) -> None:
    for form in (
        signature,
        signature[:64] + b"\x1b" if len(signature) == 65 and not signature[0] else signature,
    ):
        with pytest.raises(BadSignature):
            recover(DIGEST, form)


@pytest.mark.parametrize("signature", [None, "0x" + "11" * 65, bytearray(SIGNATURE), 7])
def test_recover_b12__not_bytes__is_refused(signature: Any) -> None:
    with pytest.raises(BadSignature):
        recover(DIGEST, signature)


@given(st.binary(min_size=65, max_size=65))
def test_recover_b12__random_bytes__are_refused_or_some_account(signature: bytes) -> None:
    with contextlib.suppress(BadSignature):
        assert recover(DIGEST, signature) not in (SIGNER, address_of(bytes(20)))


def test_recover__r_that_is_no_point__is_refused() -> None:
    # x = 5 is not on the curve: 5^3 + 7 = 132 has no square root modulo p.
    with pytest.raises(BadSignature, match="no key"):
        recover(DIGEST, (5).to_bytes(32, "big") + SIGNATURE[32:64] + b"\x1b")


def test_coincurve__the_fast_library__is_there() -> None:
    assert coincurve.PublicKey.from_secret(SECRET).format()
