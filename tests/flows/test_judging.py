"""What jurors and auditors read over HTTP (P10): the rows in question, while they judge, and nobody else any of
them."""

import asyncio
import io
import json
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from eth_account import Account

from cota.chain.contracts import (
    AuditDesk,
    CouncilArbiter,
    Ground,
    LocalDollar,
    SettlementCourt,
    Token,
)
from cota.chain.sender import Receipt, Sender
from cota.commitments import log_tree
from cota.formats.export import Consensus, Header, Item, Record, read_export
from cota.formats.export_records import NO_LICENSE
from cota.keys import LOCAL_JURORS, local_key
from cota.units import Address, to_hex
from tests.api.problems import refused
from tests.api.wallets import Wallet, label_body
from tests.api.world import Dataset, World, batch_body
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITEMS, BOND = 80, 50
TERMS = {"challenge_window": 3_600, "settle_period": 7_200, "challenge_bond": BOND, "audit_fee": 7}


class Bench:
    """A settlement that somebody challenged, and its panel."""

    def __init__(self, world: World, dataset: Dataset, challenger: Wallet) -> None:
        self.world, self.dataset, self.challenger = world, dataset, challenger
        self.case, self.jurors = 0, list[Wallet]()

    async def read(self, what: str, wallet: Wallet | None) -> httpx2.Response:
        headers = await self.world.sign_in(wallet) if wallet else {}
        return await self.world.http.get(f"{self.dataset.path}/{what}/rows", headers=headers)

    async def send(self, wallet: Wallet, to: str, data: bytes, value: int = 0) -> Receipt:
        await self.world.services.node.request("anvil_setBalance", wallet.address, hex(10**18))
        sender = Sender(self.world.services.node, Account.from_key(wallet.secret))
        return await sender.send(Address(to), data, value)

    async def challenge(self) -> None:
        world, court = self.world, self.world.deployed.address("SettlementCourt")
        cota = world.deployed.address("CotaToken")
        await world.send("deployer", cota, Token.encode_transfer(self.challenger.address, 10 * BOND))
        await self.send(self.challenger, cota, Token.encode_approve(court, 10 * BOND))
        council = CouncilArbiter.of(world.services.node, world.deployed.deployment)
        fee = await council.arbitration_cost("latest")
        data = SettlementCourt.encode_challenge(self.dataset.id, 1, Ground.SCORING, b"\xe1" * 32)
        await self.send(self.challenger, court, data, fee)
        found = SettlementCourt.of(world.services.node, world.deployed.deployment)
        self.case = await found.case_count("latest")
        dispute = (await found.case_of(self.case, "latest")).dispute
        for _ in range(4):
            await world.services.node.request("evm_mine")
        await self.send(self.challenger, council.address, CouncilArbiter.encode_draw(dispute))
        _, seated = await council.panel_of(dispute, 0, "latest")
        keys = {local_key(role).address: local_key(role) for role in LOCAL_JURORS}
        self.jurors = [Wallet(bytes(keys[one].account().key)) for one in seated]
        await world.indexed()

    async def reads(self) -> int:
        return await self.world.count("reads", self.dataset)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bench(world: World) -> Bench:
    dataset = await world.create_dataset(items=ITEMS, gold=20, **TERMS)
    await world.label_all(dataset, [await world.member(dataset) for _ in range(3)])
    assert await world.work.advance(dataset.id) == ["checkpoint", "propose"]
    bench = Bench(world, dataset, Wallet())
    await bench.challenge()
    return bench


async def test_case__juror__reads_every_row_with_gold_and_proofs(world: World, bench: Bench) -> None:
    before = await bench.reads()
    answer = await bench.read(f"cases/{bench.case}", bench.jurors[0])
    assert answer.status_code == 200, answer.text
    lines = list(read_export(io.BytesIO(answer.content)))
    header = lines[0]
    assert isinstance(header, Header)
    assert (header.license, header.epochs) == (NO_LICENSE, (1,))
    records = [line for line in lines if isinstance(line, Record)]
    items = [line for line in lines if isinstance(line, Item)]
    assert (len(records), len(items)) == (3 * ITEMS, ITEMS)
    root = bytes.fromhex((await world.http.get(f"{bench.dataset.path}/epochs/1")).json()["log_root"][2:])
    for record in records:
        assert record.problem() is None
        assert not record.is_erased
        assert log_tree.verify(root, record.row_id, record.index, len(records), list(record.proof))
    assert not any(item.is_erased for item in items)
    assert len([line for line in lines if isinstance(line, Consensus)]) == ITEMS
    assert await bench.reads() == before + 1


async def test_case__verifier__makes_the_scores_again_from_what_a_juror_reads(
    world: World, bench: Bench, tmp_path: Path
) -> None:
    """The settlement is not final: that is what she is asked about."""
    copy, files = tmp_path / "case.jsonl", tmp_path / "epochs"
    copy.write_bytes((await bench.read(f"cases/{bench.case}", bench.jurors[0])).content)
    files.mkdir()
    file = await world.http.get(f"{bench.dataset.path}/epochs/1/file")
    (files / "epoch.jsonl").write_bytes(file.content)
    terminal = Terminal(tmp_path, world.deployed.env)
    words = ("verify", "--labels", str(copy), "--epoch-files", str(files), "--json")
    told = await asyncio.to_thread(terminal.start, *words)
    checks = {one["name"]: one for one in json.loads(told.out)["checks"]}
    for name in (
        "export.file",
        "records.content",
        "records.signatures",
        "gold.proofs",
        "scores.skills",
        "scores.units",
    ):
        assert checks[name]["outcome"] == "ok", checks[name]


async def test_case__anybody_else__is_refused_and_nothing_is_noted(world: World, bench: Bench) -> None:
    before = await bench.reads()
    for wallet in (world.publisher, bench.challenger, Wallet(), world.buyer):
        refused(await bench.read(f"cases/{bench.case}", wallet), "forbidden", 403)
    refused(await bench.read(f"cases/{bench.case}", None), "not-signed-in", 401)
    refused(await bench.read("cases/99", bench.jurors[0]), "not-found", 404)
    other = await world.create_dataset(items=1, gold=1)
    elsewhere = Bench(world, other, bench.challenger)
    refused(await elsewhere.read(f"cases/{bench.case}", bench.jurors[0]), "not-found", 404)
    assert await bench.reads() == before


async def test_seats__of_a_juror__say_what_to_judge_until_when(world: World, bench: Bench) -> None:
    for juror in bench.jurors:
        (seat,) = (await world.http.get(f"/v1/accounts/{juror.address}/seats")).json()["items"]
        assert (seat["case"], seat["dataset"], seat["epoch"]) == (
            str(bench.case),
            to_hex(bench.dataset.id),
            1,
        )
        assert (seat["ground"], seat["state"], seat["committed"], seat["ruling"]) == (
            "scoring",
            "open",
            False,
            None,
        )
        assert seat["commit_ends_at"] < seat["reveal_ends_at"] <= seat["deadline"]
    assert (await world.http.get(f"/v1/accounts/{Wallet().address}/seats")).json()["items"] == []


async def audited(bench: Bench, auditor: Wallet, *, draw: bool = True) -> tuple[int, list[int]]:
    """(number, sample) of an audit that the wallet pays for."""
    world, desk = bench.world, bench.world.deployed.address("AuditDesk")
    dollar = world.deployed.address("TestDollar")
    await world.send("deployer", dollar, LocalDollar.encode_mint(auditor.address, 100))
    await bench.send(auditor, dollar, LocalDollar.encode_approve(desk, 100))
    await bench.send(auditor, desk, AuditDesk.encode_open_audit(bench.dataset.id, 1, b"\7" * 32))
    found = AuditDesk.of(world.services.node, world.deployed.deployment)
    number = int(await found.read("auditCount", block="latest"))
    for _ in range(4):
        await world.services.node.request("evm_mine")
    if draw:
        await bench.send(auditor, desk, AuditDesk.encode_draw_sample(number))
    await world.indexed()
    return number, await found.sample_of(number, "latest") if draw else []


async def test_audit__who_paid__reads_all_labels_and_contents_of_the_sample(
    world: World, bench: Bench
) -> None:
    auditor = Wallet()
    before = await bench.reads()
    number, sample = await audited(bench, auditor)
    lines = list(read_export(io.BytesIO((await bench.read(f"audits/{number}", auditor)).content)))
    records = [line for line in lines if isinstance(line, Record)]
    assert not any(record.is_erased for record in records)
    sampled = {record.item_index for record in records if record.index in sample}
    items = {line.item_index: line for line in lines if isinstance(line, Item)}
    assert {index for index, item in items.items() if not item.is_erased} == sampled
    assert 0 < len(sampled) <= 16 < ITEMS
    assert all(item.item is None for index, item in items.items() if index not in sampled)
    assert await bench.reads() == before + 1
    for wallet in (Wallet(), world.publisher, bench.jurors[0]):
        refused(await bench.read(f"audits/{number}", wallet), "forbidden", 403)
    refused(await bench.read("audits/99", auditor), "not-found", 404)
    assert await bench.reads() == before + 1


async def test_audit__before_the_sample_is_drawn__no_content_at_all(world: World, bench: Bench) -> None:
    auditor = Wallet()
    number, _ = await audited(bench, auditor, draw=False)
    lines = list(read_export(io.BytesIO((await bench.read(f"audits/{number}", auditor)).content)))
    assert all(line.is_erased for line in lines if isinstance(line, Item))
    assert not any(line.is_erased for line in lines if isinstance(line, Record))


async def test_audit__of_texts__shows_labels_of_the_sample_alone(world: World) -> None:
    """A text says by itself what it is about."""
    schema = {"kind": "text", "question": "What does the bird do?", "most": 100}
    dataset = await world.create_dataset(schema=schema, seats=1, **TERMS)
    body = batch_body(40, 20, 0)
    await world.add_items(dataset, body)
    author = await world.member(dataset)
    for lease in await world.lease(dataset, author, 40):
        sent = await world.submit(dataset, label_body(author, world.ledger, dataset.id, lease, "It wades."))
        assert sent.status_code == 201, sent.text
    bench, auditor = Bench(world, dataset, Wallet()), Wallet()
    assert await world.work.advance(dataset.id) == ["checkpoint", "propose"]
    number, sample = await audited(bench, auditor)
    lines = list(read_export(io.BytesIO((await bench.read(f"audits/{number}", auditor)).content)))
    assert {line.index for line in lines if isinstance(line, Record) and not line.is_erased} == set(sample)
    told = [line.label for line in lines if isinstance(line, Consensus)]
    assert told == [None] * 40


async def test_case__closed__is_not_shown_any_more(world: World, bench: Bench) -> None:
    """Nobody ruled in time: the settlement falls, and with it what jurors and auditors may read."""
    auditor = Wallet()
    number, _ = await audited(bench, auditor)
    await world.mine(125)
    court = world.deployed.address("SettlementCourt")
    await bench.send(bench.challenger, court, SettlementCourt.encode_expire(bench.case))
    await world.indexed()
    problem = refused(await bench.read(f"cases/{bench.case}", bench.jurors[0]), "forbidden", 403)
    assert problem["state"] == "unruled"
    refused(await bench.read(f"audits/{number}", auditor), "forbidden", 403)
