"""Public file, log, her own copy -> **proofs, demands for a signature and their answers** -> court.

Promises: a proof is only sent when the public file shows the fault; the leaves shown are those under the root that is
on chain; the price of a demand is known before it is paid. Needs `rpc_url`, and gas in the account.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import BinaryIO

from cota.auth.typed import AgentKey, Annotation
from cota.chain.contracts import (
    AnnotationLedger,
    Case,
    DatasetRegistry,
    Ground,
    ProofDesk,
    Proposal,
    ProposalState,
    SettlementCourt,
    ShareClaim,
)
from cota.chain.sender import Receipt as Mined
from cota.client.audits import AuditCalls
from cota.client.disputing import Filing
from cota.client.refusals import ClientError, Untrustworthy
from cota.commitments.log_tree import LogTree
from cota.settlement.leaves import Epoch
from cota.settlement.listed_leaves import ListedLeaves, read_listed_leaves
from cota.units import ZERO_ADDRESS, Hash32, to_hex


@dataclass(frozen=True, slots=True)
class Shown:
    """A row's statement with its signature; the agent key and its authorisation where an agent signed."""

    annotation: Annotation
    signature: bytes
    key: AgentKey | None = None
    authorisation: bytes = b""


class FaultCalls(AuditCalls):
    """What is shown instead of argued."""

    def broken_bounds(self, dataset: Hash32, checkpoint: int, file: Path | None = None) -> list[ShareClaim]:
        """Leaves of a proposed settlement that break a bound, alone or together; none if all is within them.

        `file`: an epoch file from elsewhere, where the service has none. Raises Untrustworthy for a file whose leaves
        do not make the settlement's root.
        """
        listed, settled = self._listed_leaves(dataset, checkpoint, file)
        at, ledger = self.node.head(), self._serving(dataset).ledger
        terms = self.node.run(DatasetRegistry(self.node.client, self.registry).terms_of(dataset, at))
        log = self.node.run(AnnotationLedger(self.node.client, ledger).checkpoint_of(dataset, checkpoint, at))
        most = terms.units_per_label * (log.end - log.start)
        for place, leaf in enumerate(listed.leaves):
            if (
                leaf.units > most
                or leaf.penalty > terms.penalty_cap
                or leaf.index >= settled.leaf_count
                or leaf.account == ZERO_ADDRESS
            ):
                return [_claim(listed, place, checkpoint)]
        return [_claim(listed, place, checkpoint) for place in listed.beyond(settled.total_units)]

    def twin_leaves(
        self, dataset: Hash32, checkpoint: int, file: Path | None = None
    ) -> tuple[ShareClaim, ShareClaim] | None:
        """Two leaves of one account, or at one index, of a proposed settlement; None where every leaf stands alone.

        `file` and errors: as with `broken_bounds`.
        """
        listed, _ = self._listed_leaves(dataset, checkpoint, file)
        twins = listed.twins()
        if twins is None:
            return None
        one, other = (_claim(listed, place, checkpoint) for place in twins)
        return one, other

    def prove_bounds(self, dataset: Hash32, checkpoint: int, leaves: Sequence[ShareClaim]) -> Mined:
        """Brings a settlement down whose leaves break a bound. No bond, no jury. Raises ChainReverted."""
        return self._prove(dataset, ProofDesk.encode_prove_leaf_bounds(dataset, checkpoint, leaves))

    def prove_two_leaves(self, dataset: Hash32, checkpoint: int, one: ShareClaim, other: ShareClaim) -> Mined:
        """Brings a settlement down in which an account or an index has two leaves. Raises ChainReverted."""
        return self._prove(dataset, ProofDesk.encode_prove_two_leaves(dataset, checkpoint, one, other))

    def ledger_credit(self, dataset: Hash32) -> int:
        """COTA, in base units, that the dataset's ledger holds for the account: rewards of proofs."""
        ledger = AnnotationLedger(self.node.client, self._serving(dataset).ledger)
        return self.node.run(ledger.credit_of(self.address, "latest"))

    def withdraw_ledger_credit(self, dataset: Hash32) -> Mined:
        """All of it, to the account itself. Raises ChainReverted where there is nothing."""
        return self.send(self._serving(dataset).ledger, AnnotationLedger.encode_withdraw_credit(self.address))

    def signature_filing(self, dataset: Hash32, checkpoint: int, index: int) -> Filing:
        """A demand that somebody show the signature under a logged row of a settlement that is not final. Raises
        ChainReverted with the court's own reason, BondNotCovered, ClientError for an index that the checkpoint has
        not."""
        at, serving = self.node.head(), self._serving(dataset)
        ledger = AnnotationLedger(self.node.client, serving.ledger)
        court = SettlementCourt(self.node.client, serving.court)
        log = self.node.run(ledger.checkpoint_of(dataset, checkpoint, at))
        file = self.epoch_file(dataset, checkpoint)
        tree = LogTree([row.row_id for row in file.rows])
        if tree.root != log.log_root:
            raise Untrustworthy(f"the file of epoch {checkpoint} has another log root than the chain")
        if not log.start <= index < log.end:
            raise ClientError(f"checkpoint {checkpoint} holds the rows {log.start} to {log.end - 1}")
        place = index - log.start
        row = file.rows[place].row_id
        data = SettlementCourt.encode_demand_signature(dataset, checkpoint, index, row, tree.prove(place))
        bond = self.node.run(court.next_bond(dataset, checkpoint, at))
        until = self.node.run(ledger.proposal_of(dataset, checkpoint, at)).window_ends_at
        return self._filing_at(serving.court, data, bond, 0, until)

    def answer_signature(self, dataset: Hash32, number: int, path: Path) -> Mined:
        """Shows the signature that a case demands, from her own copy or backup. Anyone may who has it.

        Raises ClientError for a case that demands none or a file without the row; ChainReverted.
        """
        case = self.case_of(dataset, number)
        if case.ground is not Ground.SIGNATURE:
            raise ClientError(f"case {number} demands no signature")
        shown = self._shown(case, path)
        data = ProofDesk.encode_answer_signature(
            dataset,
            number,
            astuple(shown.annotation),
            shown.signature,
            *(() if shown.key is None else (astuple(shown.key), shown.authorisation)),
        )
        return self._prove(dataset, data)

    # --- inside

    def _prove(self, dataset: Hash32, data: bytes) -> Mined:
        court = SettlementCourt(self.node.client, self._serving(dataset).court)
        return self.send(self.node.run(court.proof_desk("latest")), data)

    def _listed_leaves(
        self, dataset: Hash32, checkpoint: int, file: Path | None
    ) -> tuple[ListedLeaves, Proposal]:
        """Under the root that is on chain, and the proposal that has it."""
        ledger = AnnotationLedger(self.node.client, self._serving(dataset).ledger)
        settled = self.node.run(ledger.proposal_of(dataset, checkpoint, self.node.head()))
        if settled.state is ProposalState.NONE:
            raise ClientError(f"nothing is proposed for checkpoint {checkpoint}")
        epoch = Epoch(self.node.client.chain_id, ledger.address, dataset, checkpoint)
        with self._opened(dataset, checkpoint, file) as source:
            listed = read_listed_leaves(source, epoch)
        if listed.root != settled.settlement_root:
            named = f"the file of epoch {checkpoint}" if file is None else str(file)
            raise Untrustworthy(f"{named} has another settlement root than the chain")
        return listed, settled

    def _opened(self, dataset: Hash32, checkpoint: int, file: Path | None) -> BinaryIO:
        if file is not None:
            return file.open("rb")
        return io.BytesIO(self.http.get_bytes(f"/v1/datasets/{to_hex(dataset)}/epochs/{checkpoint}/file"))

    def _shown(self, case: Case, path: Path) -> Shown:
        from cota.client.backup import Backup
        from cota.client.labelling import read_label
        from cota.client.own_copy import read_agent_key

        keys: dict[bytes, tuple[AgentKey, bytes]] = {}
        for record in Backup(path).read():
            if record.get("type") == "agent":
                name, key, authorisation = read_agent_key(record)
                keys[name] = (key, authorisation)
            elif record.get("type") == "label" and record.get("row_id") == to_hex(case.evidence):
                label = read_label({**record, "label_salt": to_hex(bytes(32))})
                if label.agent_digest is None:
                    return Shown(label.annotation, label.signature)
                if label.agent_digest not in keys:
                    raise ClientError(f"{path} has not the agent key that signed the row: fetch cota backup")
                return Shown(label.annotation, label.signature, *keys[label.agent_digest])
        raise ClientError(f"{path} has not the row {to_hex(case.evidence)}")


def _claim(listed: ListedLeaves, place: int, epoch: int) -> ShareClaim:
    leaf = listed.leaves[place]
    return ShareClaim(epoch, leaf.index, leaf.account, leaf.units, leaf.penalty, listed.prove(place))
