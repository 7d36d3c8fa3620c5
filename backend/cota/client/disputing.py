"""Settlement -> **appeal, challenge** -> court. A contributor about her own leaf; anyone about what is not final yet.

Promises: court, ledger and terms are those that the registry on chain names; leaf and labels are read from the
epoch's public file, and only under the root that is on chain; price and deadline are known before anything is
sent; nothing is approved for a case that the court refuses to file, and then exactly the bond. Needs `rpc_url`,
COTA, and gas in the account.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi.abi import encode

from cota.chain.contracts import (
    NO_LEAF,
    AnnotationLedger,
    AppealRequest,
    Case,
    CouncilArbiter,
    DatasetRegistry,
    Ground,
    ProposalState,
    SettlementCourt,
    ShareClaim,
    Token,
    Version,
)
from cota.chain.decode import Decoders
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt as Mined
from cota.client.foreseeing import foresee
from cota.client.refusals import BondNotCovered, ClientError, Untrustworthy
from cota.client.session import Session
from cota.settlement.leaves import tree_of
from cota.units import ZERO_ADDRESS, Address, Hash32, format_units


@dataclass(frozen=True, slots=True)
class Filing:
    """A case that the court would take now: its price (`bond` in base units of COTA, `fee` in wei) and until when (unix
    seconds; a challenged settlement's clock may stand still). `leaf` is the appellant's own, or NO_LEAF."""

    court: Address
    data: bytes
    bond: int
    fee: int
    until: int
    leaf: ShareClaim = NO_LEAF


@dataclass(frozen=True, slots=True)
class Filed:
    """A case at the court, under its number, and the transaction that opened it."""

    number: int
    case: Case
    mined: Mined


class DisputeCalls(Session):
    """First a filing, to be looked at; then `file_case` pays for it."""

    def appeal_filing(self, dataset: Hash32, epoch: int, units: int, evidence: bytes) -> Filing:
        """The account's appeal of a final epoch: against its penalty, if it has one, and for `units` that it misses.

        `evidence`: SHA-256 of a file that says why. Raises ChainReverted with the court's own reason (too late, nothing
        to appeal, more than her labels may earn), BondNotCovered; Untrustworthy for a file that is not the
        settlement's.
        """
        serving, at = self._serving(dataset), self.node.head()
        ledger = AnnotationLedger(self.node.client, serving.ledger)
        settled = self.node.run(ledger.proposal_of(dataset, epoch, at))
        terms = self.node.run(self._registry.terms_of(dataset, at))
        file = self.epoch_file(dataset, epoch)
        # What is not final is another refusal, the court's own.
        is_final = settled.state is ProposalState.FINALIZED
        if is_final and file.end.settlement_root != settled.settlement_root:
            raise Untrustworthy(f"the file of epoch {epoch} has another settlement root than the chain")
        own = next((leaf for leaf in file.leaves if leaf.account == self.address), None)
        claim = NO_LEAF
        if own is not None:
            proof = tuple(tree_of(file.leaves).prove(own.index))
            claim = ShareClaim(epoch, own.index, own.account, own.units, own.penalty, proof)
        labels = sum(row.account == self.address for row in file.rows)
        data = SettlementCourt.encode_appeal(dataset, epoch, AppealRequest(claim, labels, units, evidence))
        until = settled.finalized_at + terms.appeal_period
        return self._filing(dataset, serving, data, terms.challenge_bond, until, claim)

    def challenge_filing(self, dataset: Hash32, checkpoint: int, ground: Ground, evidence: bytes) -> Filing:
        """A challenge of a proposed settlement before a panel: SCORING, DATA or WALLET.

        Raises ChainReverted with the court's own reason (window over, raised before), BondNotCovered.
        """
        serving, at = self._serving(dataset), self.node.head()
        ledger = AnnotationLedger(self.node.client, serving.ledger)
        court = SettlementCourt(self.node.client, serving.court)
        proposed = self.node.run(ledger.proposal_of(dataset, checkpoint, at))
        bond = self.node.run(court.next_bond(dataset, checkpoint, at))
        data = SettlementCourt.encode_challenge(dataset, checkpoint, ground, evidence)
        return self._filing(dataset, serving, data, bond, proposed.window_ends_at)

    def file_case(self, filing: Filing) -> Filed:
        """Approves the bond where it is not yet, pays bond and fee, and opens the case. Raises ChainReverted."""
        cota = Token(self.node.client, self.status.stake_token.address)
        if self.node.run(cota.allowance(self.address, filing.court, "latest")) < filing.bond:
            self.send(cota.address, Token.encode_approve(filing.court, filing.bond))
        mined = self.send(filing.court, filing.data, filing.fee)
        number = _opened(filing.court, mined)
        court = SettlementCourt(self.node.client, filing.court)
        return Filed(number, self.node.run(court.case_of(number, "latest")), mined)

    def opened_case(self, dataset: Hash32, mined: Mined) -> int:
        """Number of the case that a transaction opened, also one that a proof decided at once."""
        return _opened(self._serving(dataset).court, mined)

    def case_of(self, dataset: Hash32, number: int) -> Case:
        """Raises ClientError when the dataset has no case of this number."""
        court = SettlementCourt(self.node.client, self._serving(dataset).court)
        found = self.node.run(court.case_of(number, "latest"))
        if found.ground is Ground.NONE or found.dataset != dataset:
            raise ClientError(f"the dataset has no case {number}")
        return found

    def expire_case(self, dataset: Hash32, number: int) -> Mined:
        """Ends a case whose time is over. Raises ChainReverted."""
        self.case_of(dataset, number)
        return self.send(self._serving(dataset).court, SettlementCourt.encode_expire(number))

    def court_credit(self, dataset: Hash32) -> int:
        """COTA, in base units, that the dataset's court holds for the account: bonds given back, rewards."""
        court = SettlementCourt(self.node.client, self._serving(dataset).court)
        return self.node.run(court.credit_of(self.status.stake_token.address, self.address, "latest"))

    def withdraw_court_credit(self, dataset: Hash32) -> Mined:
        """All of it, to the account itself. Raises ChainReverted where there is nothing."""
        data = SettlementCourt.encode_withdraw(self.status.stake_token.address, self.address)
        return self.send(self._serving(dataset).court, data)

    # --- inside

    @property
    def _registry(self) -> DatasetRegistry:
        return DatasetRegistry(self.node.client, self.registry)

    def _serving(self, dataset: Hash32) -> Version:
        self.facts_of(dataset)  # an unknown dataset is told as such
        version = self.node.run(self._registry.version_of(dataset, "latest"))
        serving = self.node.run(self._registry.version(version, "latest"))
        if serving.court == ZERO_ADDRESS:
            raise ClientError("no court rules in the version of the contracts that serves this dataset")
        return serving

    def _filing(
        self,
        dataset: Hash32,
        serving: Version,
        data: bytes,
        bond: int,
        until: int,
        leaf: ShareClaim = NO_LEAF,
    ) -> Filing:
        client = self.node.client
        arbiter = self.node.run(SettlementCourt(client, serving.court).arbiter("latest"))
        told = encode(["bytes32", "address"], [dataset, self.address])
        fee = self.node.run(CouncilArbiter(client, arbiter).arbitration_cost("latest", told))
        return self._filing_at(serving.court, data, bond, fee, until, leaf)

    def _filing_at(
        self, court: Address, data: bytes, bond: int, fee: int, until: int, leaf: ShareClaim = NO_LEAF
    ) -> Filing:
        foresee(self.sender, court, data, fee)
        self._require_bond(bond)
        return Filing(court, data, bond, fee, until, leaf)

    def _require_bond(self, bond: int) -> None:
        """Raises BondNotCovered."""
        token = self.status.stake_token
        held = self.node.run(Token(self.node.client, token.address).balance_of(self.address, "latest"))
        if held < bond:
            short = f"{format_units(bond, token.decimals)} {token.symbol}"
            raise BondNotCovered(
                f"the bond is {short}, and your wallet holds {format_units(held, token.decimals)}"
            )


def _opened(court: Address, mined: Mined) -> int:
    logs = [log for log in mined.logs if log["address"].lower() == court.lower()]
    events = Decoders(committed_catalogue()).decode_all(SettlementCourt.name, logs)
    return next(int(one.args["case_id"]) for one in events if one.name == "CaseOpened")
