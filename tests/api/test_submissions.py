"""Submitting labels: what is taken once and receipted, and every way of being refused with nothing stored (P6)."""

import asyncio
import secrets
from typing import Any

import pytest

from cota.auth.signatures import SECP256K1_N
from cota.auth.typed import Annotation, Domain, Receipt, digest, members, parse_message, recover
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.wallets import Wallet, label_body, nonce, soon
from tests.api.world import CLASSES, Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def assert_unstored(
    world: World, dataset: Dataset, body: dict[str, Any], slug: str, status: int
) -> dict[str, Any]:
    """The body is refused with this problem, nothing is stored and the service lives."""
    before = await world.count("annotations", dataset)
    problem = refused(await world.submit(dataset, body), slug, status)
    assert await world.count("annotations", dataset) == before
    assert (await world.http.get("/livez")).status_code == 200
    return problem


async def test_submit__signed_label__is_receipted(world: World, birds: Dataset) -> None:
    """P6: the receipt is signed by the registered key and names the row and its index."""
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    answer = await world.submit(birds, body)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()["receipt"]
    statement = Receipt(
        birds.id, receipt["index"], bytes.fromhex(receipt["row_id"][2:]), receipt["include_by"]
    )
    signer = recover(digest(world.ledger, statement), bytes.fromhex(receipt["signature"][2:]))
    assert signer == receipt["key"] == world.services.coordinators.key
    assert abs(receipt["include_by"] - soon(birds.terms.receipt_period)) < 10
    stored = await world.http.get(f"/v1/annotations/{receipt['row_id']}/receipt")
    assert stored.json() == receipt


async def test_submit__same_row_again__same_receipt(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    first = await world.submit(birds, body)
    again = await world.submit(birds, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


async def test_submit__one_row_20_times_at_once__one_row(world: World, birds: Dataset) -> None:
    """B11, B28: one effect, and every retry gets its answer."""
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    before = await world.count("annotations", birds)
    answers = await asyncio.gather(*(world.submit(birds, body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert await world.count("annotations", birds) == before + 1


async def test_submit__many_wallets_at_once__indexes_have_no_gap(world: World) -> None:
    dataset = await world.create_dataset(items=12)
    wallets = [await world.member(dataset) for _ in range(4)]
    bodies = [await world.label(dataset, wallet) for wallet in wallets for _ in range(3)]
    answers = await asyncio.gather(*(world.submit(dataset, body) for body in bodies))
    indexes = sorted(answer.json()["receipt"]["index"] for answer in answers)
    assert indexes == list(range(12))


async def test_submit__signature_of_another_wallet__wrong_signer(world: World, birds: Dataset) -> None:
    wallet, thief = await world.member(birds), await world.member(birds)
    body = await world.label(birds, wallet, signer=thief)
    problem = await assert_unstored(world, birds, body, "wrong-signer", 403)
    assert (problem["expected"], problem["recovered"]) == (wallet.address, thief.address)


async def test_submit__signed_for_another_dataset__wrong_signer(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    body = label_body(wallet, world.ledger, b"\1" * 32, lease, "heron")
    await assert_unstored(world, birds, body, "wrong-signer", 403)


@pytest.mark.parametrize("field", ["chain", "contract"])
async def test_submit__signed_for_another_deployment__wrong_signer(
    world: World, birds: Dataset, field: str
) -> None:
    """B13: with its domain told, the refusal names what is wrong with it."""
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    domain = Domain(1, world.ledger.verifying_contract) if field == "chain" else world.vault
    body = label_body(wallet, domain, birds.id, lease, "heron")
    await assert_unstored(world, birds, body, "wrong-signer", 403)
    told = {
        "name": "Cota",
        "version": "1",
        "chainId": domain.chain_id,
        "verifyingContract": domain.verifying_contract,
    }
    problem = await assert_unstored(world, birds, body | {"domain": told}, "wrong-domain", 400)
    assert problem["field"] == ("chainId" if field == "chain" else "verifyingContract")
    fifth = told | {"salt": "0x" + "00" * 32}
    await assert_unstored(world, birds, body | {"domain": fifth}, "invalid-body", 422)


async def test_submit__own_types_sent__invalid_body(world: World, birds: Dataset) -> None:
    """B13: the server's types are the only ones."""
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    await assert_unstored(world, birds, body | {"types": {}}, "invalid-body", 422)


async def test_submit__deadline_passed__expired_with_server_time(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet, deadline=soon(-60))
    problem = await assert_unstored(world, birds, body, "expired", 400)
    assert abs(problem["server_time"] - soon(0)) < 10


async def test_submit__deadline_an_hour_away__deadline_too_far(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet, deadline=soon(3600))
    await assert_unstored(world, birds, body, "deadline-too-far", 400)


@pytest.mark.parametrize(
    "label", ["Heron", "heron ", "pelican", "", 1, True, None, ["heron"], {"a": "heron"}]
)
async def test_submit__label_outside_the_schema__invalid_label(
    world: World, birds: Dataset, label: Any
) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet, label)
    problem = await assert_unstored(world, birds, body, "invalid-label", 422)
    assert problem["detail"] == 'the label must be exactly one of "heron", "ibis", "stork"'
    assert problem["classes"] == CLASSES


async def test_submit__label_is_not_the_committed_one__invalid_label(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet, "heron") | {"label": "ibis"}
    await assert_unstored(world, birds, body, "invalid-label", 422)


async def test_submit__item_not_leased__not_leased(world: World, birds: Dataset) -> None:
    wallet, other = await world.member(birds), await world.member(birds)
    (lease,) = await world.lease(birds, other)
    body = label_body(wallet, world.ledger, birds.id, lease, "heron")
    await assert_unstored(world, birds, body, "not-leased", 409)
    (own,) = await world.lease(birds, wallet)
    invented = own | {"id": to_hex(secrets.token_bytes(32))}
    await assert_unstored(
        world, birds, label_body(wallet, world.ledger, birds.id, invented, "heron"), "not-leased", 409
    )


async def test_submit__lease_given_back__not_leased(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    gone = await world.http.delete(f"/v1/leases/{lease['id']}", headers=await world.sign_in(wallet))
    assert gone.status_code == 204
    body = label_body(wallet, world.ledger, birds.id, lease, "heron")
    await assert_unstored(world, birds, body, "not-leased", 409)


async def test_submit__second_label_for_one_item__already_labelled(world: World, birds: Dataset) -> None:
    """P6: refused without a receipt; the first label stays as it is."""
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    first = await world.submit(birds, label_body(wallet, world.ledger, birds.id, lease, "heron"))
    assert first.status_code == 201
    second = label_body(wallet, world.ledger, birds.id, lease, "ibis")
    await assert_unstored(world, birds, second, "already-labelled", 409)
    own = await world.http.get("/v1/accounts/me/annotations", headers=await world.sign_in(wallet))
    assert [row["label"] for row in own.json()["items"]] == ["heron"]


async def test_own_rows__what_is_told__is_what_the_row_id_follows_from(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    row_id = (await world.submit(birds, body)).json()["row_id"]
    own = await world.http.get("/v1/accounts/me/annotations", headers=await world.sign_in(wallet))
    (row,) = own.json()["items"]
    given = {"account": wallet.address, "deadline": str(row["deadline"])}
    told = {member.name: {**row, **given}[member.field] for member in members(Annotation)}
    assert to_hex(parse_message(Annotation, told).struct_hash()) == row["row_id"] == row_id


async def test_submit__two_labels_for_one_item_at_once__one_is_kept(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    bodies = [label_body(wallet, world.ledger, birds.id, lease, label) for label in CLASSES * 3]
    answers = await asyncio.gather(*(world.submit(birds, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 8
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {
        "/problems/already-labelled"
    }


async def test_submit__nonce_used_before__nonce_used(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    used = nonce()
    assert (await world.submit(birds, await world.label(birds, wallet, nonce=used))).status_code == 201
    body = await world.label(birds, wallet, nonce=used)
    await assert_unstored(world, birds, body, "nonce-used", 409)


async def test_submit__unknown_dataset__unknown_dataset(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    answer = await world.http.post(f"/v1/datasets/0x{'ab' * 32}/annotations", json=body)
    refused(answer, "unknown-dataset", 404)


async def test_submit__unknown_item__unknown_item(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet, item_ref=secrets.token_bytes(32))
    await assert_unstored(world, birds, body, "unknown-item", 404)


async def test_submit__not_a_member__not_a_member(world: World, birds: Dataset) -> None:
    wallet, member = Wallet(), await world.member(birds)
    (lease,) = await world.lease(birds, member)
    body = label_body(wallet, world.ledger, birds.id, lease, "heron")
    await assert_unstored(world, birds, body, "not-a-member", 403)


async def test_submit__by_the_publisher__own_dataset(world: World, birds: Dataset) -> None:
    member = await world.member(birds)
    (lease,) = await world.lease(birds, member)
    body = label_body(world.publisher, world.ledger, birds.id, lease, "heron")
    await assert_unstored(world, birds, body, "own-dataset", 403)


def high_s(signature: bytes) -> bytes:
    s = SECP256K1_N - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


def compact(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:64], "big") | (signature[64] - 27) << 255
    return signature[:32] + s.to_bytes(32, "big")


SHAPES = {
    "high-s": high_s,
    "compact": compact,
    "too-long": lambda s: s + b"\0",
    "too-short": lambda s: s[:63],
    "empty": lambda s: b"",
    "v-29": lambda s: s[:64] + b"\x1d",
    "v-2": lambda s: s[:64] + b"\x02",
    "v-255": lambda s: s[:64] + b"\xff",
    "r-zero": lambda s: bytes(32) + s[32:],
    "s-zero": lambda s: s[:32] + bytes(32) + s[64:],
    "zeros": lambda s: bytes(65),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_submit__odd_signature_bytes__bad_signature(world: World, birds: Dataset, shape: str) -> None:
    """B12: never a second spelling, never the zero address, never a crash."""
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    odd = SHAPES[shape](bytes.fromhex(body["signature"][2:]))
    await assert_unstored(world, birds, body | {"signature": to_hex(odd)}, "bad-signature", 400)


async def test_submit__v_0_or_1__taken_as_27_or_28(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    raw = bytes.fromhex(body["signature"][2:])
    answer = await world.submit(birds, body | {"signature": to_hex(raw[:64] + bytes([raw[64] - 27]))})
    assert answer.status_code == 201
    assert (await world.submit(birds, body)).status_code == 200


async def test_submit__replayed_in_other_signature_bytes__no_second_effect(
    world: World, birds: Dataset
) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    assert (await world.submit(birds, body)).status_code == 201
    before = await world.count("annotations", birds)
    raw = bytes.fromhex(body["signature"][2:])
    for odd in (to_hex(high_s(raw)), to_hex(compact(raw)), raw.hex(), "0x" + raw.hex().upper()):
        await world.submit(birds, body | {"signature": odd})
    assert await world.count("annotations", birds) == before


async def test_submit_batch__some_bad__each_by_itself(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    leases = await world.lease(birds, wallet, 3)
    bodies = [label_body(wallet, world.ledger, birds.id, lease, "heron") for lease in leases]
    bodies[1]["label"] = "pelican"
    again = [*bodies, bodies[0]]
    answer = await world.http.post(f"{birds.path}/annotations/batch", json={"annotations": again})
    results = answer.json()["results"]
    assert [one["status"] for one in results] == [201, 422, 201, 200]
    assert results[1]["problem"]["type"] == "/problems/invalid-label"
    assert results[3]["receipt"] == results[0]["receipt"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", False), ("kind", 0.0), ("kind", "0"), ("nonce", 7), ("nonce", "-7"), ("nonce", "07"), ("nonce", "1e9"),
        ("nonce", str(2**256)), ("nonce", "\u0667"), ("deadline", -1), ("deadline", 1.5), ("deadline", True),
        ("deadline", str(2**64)), ("deadline", "\u0667"), ("deadline", None),
    ],
)  # fmt: skip
async def test_submit__number_in_another_form__invalid_body(
    world: World, birds: Dataset, field: str, value: object
) -> None:
    body = await world.label(birds, await world.member(birds))
    body["annotation"][field] = value
    problem = refused(await world.submit(birds, body), "invalid-body", 422)
    assert [error["where"] for error in problem["errors"]] == [f"body.annotation.{field}"]


async def test_submit_batch__51_rows__invalid_body(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    answer = await world.http.post(f"{birds.path}/annotations/batch", json={"annotations": [body] * 51})
    refused(answer, "invalid-body", 422)
