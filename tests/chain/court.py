"""A dispute on the deployed contracts, told act by act, with the jurors of the network `local`."""

import secrets
from collections.abc import Iterable

from cota.chain.contracts import (
    NO_LEAF,
    AppealRequest,
    AuditDesk,
    CouncilArbiter,
    Ground,
    Phase,
    SettlementCourt,
    ShareClaim,
)
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt
from cota.keys import LOCAL_JURORS, local_key
from cota.units import Address
from tests.chain.stage import Dataset, Stage

SALT = b"\5" * 32
COTA = 10**18


class Courtroom:
    """What people do in a court; `stage` has the chain."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        client, deployment = stage.node.client, stage.deployed.deployment
        self.court = SettlementCourt.of(client, deployment)
        self.council = CouncilArbiter.of(client, deployment)
        self.desk = AuditDesk.of(client, deployment)

    def equip(self, actor: str | int) -> None:
        """COTA for bonds, and the court may take it."""
        stage = self.stage
        stage.send(
            "deployer", stage.cota.address, stage.cota.encode_transfer(stage.address(actor), 1_000 * COTA)
        )
        stage.send(actor, stage.cota.address, stage.cota.encode_approve(self.court.address, 2**256 - 1))

    def propose(self, dataset: Dataset, units: Iterable[tuple[int, int]]) -> int:
        """A checkpoint and its settlement, still open to challenge."""
        return self.stage.propose_epoch(dataset, list(units))

    def challenge(
        self, dataset: Dataset, epoch: int, actor: str | int, ground: Ground = Ground.SCORING
    ) -> int:
        data = self.court.encode_challenge(dataset.id, epoch, ground, secrets.token_bytes(32))
        return self._case(self._pay(actor, data))

    def appeal(self, dataset: Dataset, epoch: int, actor: int, units: int, leaf: ShareClaim = NO_LEAF) -> int:
        request = AppealRequest(leaf, 10, units, secrets.token_bytes(32))
        return self._case(self._pay(actor, self.court.encode_appeal(dataset.id, epoch, request)))

    def open_audit(self, dataset: Dataset, epoch: int, actor: str | int) -> None:
        stage = self.stage
        stage.send("deployer", stage.dollar.address, stage.dollar.encode_mint(stage.address(actor), 10**9))
        stage.send(actor, stage.dollar.address, stage.dollar.encode_approve(self.desk.address, 10**9))
        stage.send(actor, self.desk.address, self.desk.encode_open_audit(dataset.id, epoch, b"\7" * 32))

    def decide(self, case: int, ruling: int) -> None:
        """The panel is drawn, votes, and its word is told."""
        self.settle(self.stage.node.run(self.court.case_of(case, "latest")).dispute, ruling)

    def settle(self, dispute: int, ruling: int) -> None:
        """The same of a dispute by its number, whoever brought it."""
        stage, council = self.stage, self.council
        self.mine(3)
        stage.send("relayer", council.address, council.encode_draw(dispute))
        panel, jurors = stage.node.run(council.panel_of(dispute, 0, "latest"))
        assert panel.seats == 3
        roles = {local_key(role).address: role for role in LOCAL_JURORS}
        for juror in jurors:
            wanted = council.commitment_of(dispute, 0, juror, ruling, SALT, "latest")
            commitment = stage.node.run(wanted)
            stage.send(roles[juror], council.address, council.encode_commit_vote(dispute, commitment))
        for juror in jurors:
            stage.send(roles[juror], council.address, council.encode_reveal_vote(dispute, ruling, SALT))
        self.wait(10)
        assert stage.node.run(council.phase_of(dispute, "latest")) is Phase.FINAL
        stage.send("relayer", council.address, council.encode_execute_ruling(dispute))

    def withdraw(self, actor: str | int, token: Address) -> None:
        data = self.court.encode_withdraw(token, self.stage.address(actor))
        self.stage.send(actor, self.court.address, data)

    def wait(self, seconds: int) -> None:
        self.stage.deployed.anvil.rpc("evm_increaseTime", [seconds])
        self.mine(1)

    def mine(self, blocks: int) -> None:
        self.stage.deployed.anvil.mine(blocks)

    def _pay(self, actor: str | int, data: bytes) -> Receipt:
        cost = self.stage.node.run(self.council.arbitration_cost("latest"))
        return self.stage.send(actor, self.court.address, data, value=cost)

    def _case(self, receipt: Receipt) -> int:
        topic = committed_catalogue().spec("SettlementCourt", "CaseOpened").topic
        (log,) = (log for log in receipt.logs if log["topics"][0] == topic)
        return int(log["topics"][1], 16)
