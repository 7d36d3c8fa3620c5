"""Receipt -> **demand** -> faults. What its holder does when the row does not appear in the log.

Promises: the receipt is checked before anything is paid; the allowance covers exactly the fee; the contract
asked is the one that the registry on chain names. Needs `rpc_url`, and gas in the account.
"""

from __future__ import annotations

from dataclasses import dataclass

from cota.chain.contracts import CoordinatorFaults, DatasetRegistry, DemandState, Promised, Token
from cota.client.proofs import ProofCalls
from cota.client.receipts import check_promise
from cota.client.records import SignedReceipt
from cota.client.refusals import Untrustworthy
from cota.units import Hash32, to_hex


@dataclass(frozen=True, slots=True)
class Demanded:
    """How a demand stands: open, answered, unanswered; and the transaction that was sent just now, if any."""

    state: str
    answer_by: int
    block: int | None
    tx_hash: bytes | None


class DemandCalls(ProofCalls):
    """Demands for inclusion of rows that were receipted."""

    def kept_receipt(self, row_id: Hash32) -> SignedReceipt | None:
        """The receipt in this account's own backup: the service need not be asked, which may hide it."""
        for record in self.backup.read() if self.backup else ():
            if record.get("type") == "receipt" and record.get("row_id") == to_hex(row_id):
                return SignedReceipt.parse(record)
        return None

    def demand_inclusion(self, received: SignedReceipt) -> Demanded:
        """Demands the row; a demand whose time has passed is brought to its end instead.

        Raises Untrustworthy for a receipt that binds nobody, ChainReverted for one that is not due or too old.
        """
        promised, dataset = received.receipt, Hash32(received.receipt.dataset)
        check_promise(self.domain(dataset, "ledger"), received, dataset, Hash32(promised.row_id))
        faults, coordinator = self._faults_of(dataset), self._promiser(dataset, received)
        if coordinator is None:
            raise Untrustworthy(f"the receipt is signed by {received.key}, which nobody registered")
        row = (coordinator, promised.dataset, promised.index, promised.row_id)
        promise = self.node.run(faults.promise_id(*row, "latest"))
        found = self.node.run(faults.demand_of(promise, "latest"))
        sent = None
        if found.state is DemandState.NONE:
            cota = Token(self.node.client, self.status.stake_token.address)
            fee = self.node.run(faults.demand_fee("latest"))
            self.send(cota.address, Token.encode_approve(faults.address, fee))
            told = Promised(promised.dataset, promised.index, promised.row_id, promised.include_by)
            data = CoordinatorFaults.encode_demand_inclusion(coordinator, told, received.signature)
            sent = self.send(faults.address, data)
        elif found.state is DemandState.OPEN and self.node.head().timestamp > found.answer_by:
            sent = self.send(faults.address, CoordinatorFaults.encode_punish_unanswered(*row))
        now = self.node.run(faults.demand_of(promise, "latest"))
        block, tx_hash = (sent.block_number, sent.tx_hash) if sent else (None, None)
        return Demanded(now.state.name.lower(), now.answer_by, block, tx_hash)

    # --- inside

    def _faults_of(self, dataset: Hash32) -> CoordinatorFaults:
        registry = DatasetRegistry(self.node.client, self.registry)
        version = self.node.run(registry.version_of(dataset, "latest"))
        return CoordinatorFaults(self.node.client, self.node.run(registry.version(version, "latest")).faults)
