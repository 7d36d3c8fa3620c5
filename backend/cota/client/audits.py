"""Settlement that is not final -> **audit: fee, sample, rows** -> perhaps a challenge, and the fee back.

Promises: the desk is the one that the dataset's court names; the fee is known before it is paid, and exactly it is
approved. Needs `rpc_url`, the dataset's payment token for the fee, and gas in the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cota.chain.contracts import Audit, AuditDesk, AuditState, DatasetRegistry, SettlementCourt, Token
from cota.chain.decode import Decoders
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt as Mined
from cota.client.foreseeing import foresee
from cota.client.juries import JuryCalls
from cota.client.refusals import ClientError
from cota.units import Address, Hash32, to_hex


@dataclass(frozen=True, slots=True)
class Opened:
    """An audit under its number, and the transaction that opened it."""

    number: int
    audit: Audit
    mined: Mined


class AuditCalls(JuryCalls):
    """What an auditor does: anyone who pays the fee."""

    def audit_fee(self, dataset: Hash32) -> int:
        """In base units of the dataset's payment token; it goes to the holders, unless the audit wins its challenge."""
        registry = DatasetRegistry(self.node.client, self.registry)
        return self.node.run(registry.terms_of(dataset, "latest")).audit_fee

    def open_audit(self, dataset: Hash32, checkpoint: int, commitment: bytes) -> Opened:
        """Pays the fee and has the sample scheduled. `commitment`: 32 bytes of the auditor's own, fixed before the
        sample is drawn. Raises ChainReverted, before anything is approved where the desk would refuse."""
        desk, fee = self._audit_desk(dataset), self.audit_fee(dataset)
        data = AuditDesk.encode_open_audit(dataset, checkpoint, commitment)
        foresee(self.sender, desk, data)
        currency = self.currency_of(dataset)
        self.require_balance(currency, fee)
        token = Token(self.node.client, currency.address)
        if self.node.run(token.allowance(self.address, desk, "latest")) < fee:
            self.send(token.address, Token.encode_approve(desk, fee))
        mined = self.send(desk, data)
        logs = [log for log in mined.logs if log["address"].lower() == desk.lower()]
        events = Decoders(committed_catalogue()).decode_all(AuditDesk.name, logs)
        number = next(int(one.args["audit_id"]) for one in events if one.name == "AuditOpened")
        return Opened(number, self.audit_of(dataset, number), mined)

    def audit_of(self, dataset: Hash32, number: int) -> Audit:
        """Raises ClientError when the dataset has no audit of this number."""
        desk = AuditDesk(self.node.client, self._audit_desk(dataset))
        found = self.node.run(desk.audit_of(number, "latest"))
        if found.state is AuditState.NONE or found.dataset != dataset:
            raise ClientError(f"the dataset has no audit {number}")
        return found

    def audit_sample(self, dataset: Hash32, number: int) -> list[int]:
        """Log indexes of the drawn rows; none before they are drawn."""
        if not any(self.audit_of(dataset, number).seed):
            return []
        desk = AuditDesk(self.node.client, self._audit_desk(dataset))
        return self.node.run(desk.sample_of(number, "latest"))

    def draw_sample(self, dataset: Hash32, number: int) -> Mined:
        """Anyone may, two blocks after the audit was opened. Raises ChainReverted."""
        self.audit_of(dataset, number)
        return self.send(self._audit_desk(dataset), AuditDesk.encode_draw_sample(number))

    def read_audit(self, dataset: Hash32, number: int, path: Path) -> Path:
        """The rows as far as an auditor may see them, in the form of the licensed download."""
        return self._read_rows(f"/v1/datasets/{to_hex(dataset)}/audits/{number}/rows", path)

    def return_audit_fee(self, dataset: Hash32, number: int) -> Mined:
        """The fee back, for the audit whose challenge brought the settlement down. Raises ChainReverted."""
        self.audit_of(dataset, number)
        return self.send(self._audit_desk(dataset), AuditDesk.encode_return_audit_fee(number))

    def pass_audit_fee(self, dataset: Hash32, number: int) -> Mined:
        """A fee that waited for the first holders, to them. Anyone may. Raises ChainReverted."""
        self.audit_of(dataset, number)
        return self.send(self._audit_desk(dataset), AuditDesk.encode_pass_audit_fee(number))

    def audit_credit(self, dataset: Hash32) -> int:
        """What the desk holds for the account, in base units of the dataset's payment token."""
        desk = AuditDesk(self.node.client, self._audit_desk(dataset))
        return self.node.run(desk.credit_of(self.currency_of(dataset).address, self.address, "latest"))

    def withdraw_audit_credit(self, dataset: Hash32) -> Mined:
        """All of it, to the account itself. Raises ChainReverted where there is nothing."""
        data = AuditDesk.encode_withdraw(self.currency_of(dataset).address, self.address)
        return self.send(self._audit_desk(dataset), data)

    # --- inside

    def _audit_desk(self, dataset: Hash32) -> Address:
        court = SettlementCourt(self.node.client, self._serving(dataset).court)
        return self.node.run(court.audit_desk("latest"))
