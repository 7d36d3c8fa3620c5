"""Case -> **panel, votes, ruling, appeals of it** -> court. What jurors do, and those whom a ruling hurts.

Promises: court and arbiter are those that the registry on chain names; a vote is hidden by a salt until all are in, and
the caller has it before it is sent; what jurors read is kept whole or not at all. Needs `rpc_url`, and gas in the
account.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cota.chain.contracts import Case, CouncilArbiter, Ground, Panel, Phase, SettlementCourt, Token
from cota.chain.sender import Receipt as Mined
from cota.client.disputing import DisputeCalls
from cota.client.downloads import fetch_private, is_whole
from cota.client.foreseeing import foresee
from cota.client.refusals import ClientError, Untrustworthy
from cota.units import Address, Hash32, to_hex


@dataclass(frozen=True, slots=True)
class Trial:
    """A case before a panel: its arbiter's dispute, how far it is, and who sits in the round at hand."""

    case: Case
    arbiter: Address
    phase: Phase
    round: int
    panel: Panel
    jurors: tuple[Address, ...]
    ruling: int


@dataclass(frozen=True, slots=True)
class RulingAppeal:
    """What it costs to take a ruling to a larger panel: `bond` in base units of COTA, `fee` in wei; and until when."""

    bond: int
    fee: int
    until: int


class JuryCalls(DisputeCalls):
    """What happens between the opening of a case and its end."""

    def seats(self, juror: Address) -> Iterator[dict[str, Any]]:
        """The panels that an account was drawn for, newest first."""
        return self.pages(f"/v1/accounts/{juror}/seats")

    def trial_of(self, dataset: Hash32, number: int) -> Trial:
        """Raises ClientError for a case that no panel judges."""
        case, council = self.case_of(dataset, number), self._council(dataset)
        if case.ground < Ground.SCORING:
            raise ClientError(f"case {number} is decided by proof: no panel judges it")
        run = self.node.run
        phase = run(council.phase_of(case.dispute, "latest"))
        round_ = run(council.round_of(case.dispute, "latest"))
        panel, jurors = run(council.panel_of(case.dispute, round_, "latest"))
        ruling = run(council.current_ruling(case.dispute, "latest"))
        return Trial(case, council.address, phase, round_, panel, jurors, ruling)

    def enroll(self, dataset: Hash32) -> Mined:
        """Enters the lot of the dataset's arbiter; the account must have been made a juror. Raises ChainReverted."""
        return self.send(self._council(dataset).address, CouncilArbiter.encode_enroll())

    def draw_panel(self, dataset: Hash32, number: int) -> Mined:
        """Draws who sits, once the block that decides is there. Anyone may. Raises ChainReverted."""
        trial = self.trial_of(dataset, number)
        return self.send(trial.arbiter, CouncilArbiter.encode_draw(trial.case.dispute))

    def commit_vote(self, dataset: Hash32, number: int, ruling: int, salt: bytes) -> Mined:
        """Sends the vote's commitment. Keep ruling and salt: nobody else can reveal the vote. Raises ChainReverted."""
        trial = self.trial_of(dataset, number)
        council = CouncilArbiter(self.node.client, trial.arbiter)
        sealed = council.commitment_of(trial.case.dispute, trial.round, self.address, ruling, salt, "latest")
        data = CouncilArbiter.encode_commit_vote(trial.case.dispute, self.node.run(sealed))
        return self.send(trial.arbiter, data)

    def reveal_vote(self, dataset: Hash32, number: int, ruling: int, salt: bytes) -> Mined:
        """Raises ChainReverted, also for another ruling or salt than were committed."""
        trial = self.trial_of(dataset, number)
        return self.send(trial.arbiter, CouncilArbiter.encode_reveal_vote(trial.case.dispute, ruling, salt))

    def check_reveal(self, dataset: Hash32, number: int, ruling: int, salt: bytes) -> None:
        """Raises what `reveal_vote` would; nothing is sent."""
        trial = self.trial_of(dataset, number)
        data = CouncilArbiter.encode_reveal_vote(trial.case.dispute, ruling, salt)
        self.sender.simulate(trial.arbiter, data)

    def execute_ruling(self, dataset: Hash32, number: int) -> Mined:
        """Brings a final ruling to the court. Anyone may. Raises ChainReverted."""
        trial = self.trial_of(dataset, number)
        return self.send(trial.arbiter, CouncilArbiter.encode_execute_ruling(trial.case.dispute))

    def jury_fees(self, dataset: Hash32) -> int:
        """What the dataset's arbiter owes the account for its votes, in wei."""
        return self.node.run(self._council(dataset).fees_of(self.address, "latest"))

    def withdraw_jury_fees(self, dataset: Hash32) -> Mined:
        """All of it, to the account itself. Raises ChainReverted where there is nothing."""
        return self.send(self._council(dataset).address, CouncilArbiter.encode_withdraw_fees(self.address))

    # --- a ruling goes further

    def ruling_appeal(self, dataset: Hash32, number: int) -> RulingAppeal:
        """What an appeal of the ruling costs now. Raises BondNotCovered, ClientError."""
        trial = self.trial_of(dataset, number)
        council = CouncilArbiter(self.node.client, trial.arbiter)
        if trial.phase is not Phase.DECIDING:
            raise ClientError(
                f"no ruling of case {number} can be appealed now: it is {trial.phase.name.lower()}"
            )
        bond = trial.case.bond << (trial.case.rounds + 1)
        fee = self.node.run(council.appeal_cost(trial.case.dispute, "latest"))
        self._require_bond(bond)
        return RulingAppeal(bond, fee, trial.panel.appeal_ends_at)

    def appeal_ruling(self, dataset: Hash32, number: int, price: RulingAppeal) -> Mined:
        """Takes the ruling to a larger panel, as who lost by it. Raises ChainReverted; then nothing was approved."""
        court = self._serving(dataset).court
        data, token = SettlementCourt.encode_appeal_ruling(number), self.status.stake_token.address
        foresee(self.sender, court, data, price.fee)
        if (
            self.node.run(Token(self.node.client, token).allowance(self.address, court, "latest"))
            < price.bond
        ):
            self.send(token, Token.encode_approve(court, price.bond))
        return self.send(court, data, price.fee)

    # --- what is judged

    def read_case(self, dataset: Hash32, number: int, path: Path) -> Path:
        """The rows in question, for who sits on a panel of the open case; in the form of the licensed download."""
        return self._read_rows(f"/v1/datasets/{to_hex(dataset)}/cases/{number}/rows", path)

    def _read_rows(self, address: str, path: Path) -> Path:
        self.require_session()
        part = fetch_private(self.http, address, path)
        if not is_whole(part):
            raise Untrustworthy(f"{path.name} broke off: its last line is missing")
        os.replace(part, path)
        return path

    def _council(self, dataset: Hash32) -> CouncilArbiter:
        court = SettlementCourt(self.node.client, self._serving(dataset).court)
        return CouncilArbiter(self.node.client, self.node.run(court.arbiter("latest")))
