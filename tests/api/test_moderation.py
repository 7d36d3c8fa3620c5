"""Reports, takedowns, erasure: what must go goes, digests stay, and nobody is punished for having been given it."""

import pytest
from sqlalchemy import text

from cota.keys import local_key
from tests.api.problems import refused
from tests.api.test_leases import ask, seats
from tests.api.wallets import Wallet, label_body
from tests.api.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_takedown__reported_by_anyone__lease_ends_content_is_gone_digest_stays(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1, seats=2)
    wallet = await world.member(dataset)
    (lease,) = await world.lease(dataset, wallet)
    item = lease["item"]["item_ref"]
    report = {"item_ref": item, "reason": "personal-data", "note": "my face"}
    sent = await world.http.post(f"{dataset.path}/reports", json=report)
    assert sent.status_code == 201
    publisher = await world.sign_in(world.publisher)
    (told,) = (await world.http.get(f"{dataset.path}/reports", headers=publisher)).json()["items"]
    assert (told["item_ref"], told["reason"], told["state"]) == (item, "personal-data", "open")
    body = {"item_ref": item, "reason": "personal-data", "note": "asked for by the person shown"}
    stranger = await world.sign_in(wallet)
    refused(await world.http.post(f"{dataset.path}/takedowns", json=body, headers=stranger), "forbidden", 403)
    for _ in range(2):  # again changes nothing
        answer = await world.http.post(f"{dataset.path}/takedowns", json=body, headers=publisher)
        assert answer.status_code == 204
    (public,) = (await world.http.get(f"{dataset.path}/takedowns")).json()["items"]
    assert (public["item_ref"], public["by"], public["role"]) == (item, world.publisher.address, "publisher")
    late = label_body(wallet, world.ledger, dataset.id, lease, "heron")
    refused(await world.submit(dataset, late), "not-leased", 409)
    refused(await ask(world, dataset, wallet), "no-task", 404)
    assert await seats(world, dataset) == 0
    async with world.services.database.read() as session:
        kept = text("SELECT content, item_salt, item_hash, gold_label FROM items WHERE dataset = :d")
        row = (await session.execute(kept, {"d": dataset.id})).one()
    assert (row.content, row.item_salt) == (None, None)
    assert row.item_hash is not None
    assert row.gold_label is not None
    (told,) = (await world.http.get(f"{dataset.path}/reports", headers=publisher)).json()["items"]
    assert told["state"] == "taken-down"


async def test_takedown__operator__may_too(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1)
    operator = Wallet(bytes(local_key("coordinator").account().key))
    async with world.services.database.read() as session:
        found = await session.execute(
            text("SELECT item_ref FROM items WHERE dataset = :d"), {"d": dataset.id}
        )
        item = "0x" + bytes(found.scalar_one()).hex()
    body = {"item_ref": item, "reason": "illegal"}
    headers = await world.sign_in(operator)
    assert (await world.http.post(f"{dataset.path}/takedowns", json=body, headers=headers)).status_code == 204
    (public,) = (await world.http.get(f"{dataset.path}/takedowns")).json()["items"]
    assert public["role"] == "operator"


async def test_report__unknown_item_or_dataset__told(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1)
    body = {"item_ref": "0x" + "7" * 64, "reason": "other"}
    refused(await world.http.post(f"{dataset.path}/reports", json=body), "unknown-item", 404)
    refused(
        await world.http.post("/v1/datasets/0x" + "7" * 64 + "/reports", json=body), "unknown-dataset", 404
    )
    headers = await world.sign_in(world.publisher)
    path = f"{dataset.path}/reports/999999/dismissal"
    refused(await world.http.post(path, headers=headers), "not-found", 404)
    whole = await world.http.post(f"{dataset.path}/reports", json={"reason": "spam"})
    path = f"{dataset.path}/reports/{whole.json()['id']}/dismissal"
    assert (await world.http.post(path, headers=headers)).status_code == 204
    (told,) = (await world.http.get(f"{dataset.path}/reports", headers=headers)).json()["items"]
    assert (told["item_ref"], told["state"]) == (None, "dismissed")


async def test_report__too_many__hit_the_sender(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1)
    answers = [await world.http.post(f"{dataset.path}/reports", json={"reason": "spam"}) for _ in range(40)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_erasure__after_the_epoch_is_final__label_and_salt_gone_digest_stays(world: World) -> None:
    dataset = await world.create_dataset(items=12, gold=6, seats=3)
    wallets = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, wallets, accuracy=1.0)
    headers = await world.sign_in(wallets[0])
    assert (await world.http.post("/v1/accounts/me/erasure", headers=headers)).json() == {
        "erased": 0,
        "waiting": 12,
    }
    await world.settle(dataset)
    own = (await world.http.get("/v1/accounts/me/annotations", headers=headers)).json()["items"]
    one = own[0]["row_id"]
    stranger = await world.sign_in(wallets[1])
    refused(await world.http.delete(f"/v1/accounts/me/annotations/{one}", headers=stranger), "not-found", 404)
    gone = await world.http.delete(f"/v1/accounts/me/annotations/{one}", headers=headers)
    assert gone.json() == {"erased": 1, "waiting": 0}
    assert (await world.http.post("/v1/accounts/me/erasure", headers=headers)).json() == {
        "erased": 11,
        "waiting": 0,
    }
    after = (await world.http.get("/v1/accounts/me/annotations", headers=headers)).json()["items"]
    assert {row["label"] for row in after} == {row["label_salt"] for row in after} == {None}
    assert [row["label_commitment"] for row in after] == [row["label_commitment"] for row in own]
    assert [row["outcome"] for row in after] == [row["outcome"] for row in own]
