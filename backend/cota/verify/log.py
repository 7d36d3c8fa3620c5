"""Facts, epoch files -> **log checks**. Is every logged row where its receipt says, and signed by whom it
names?

Checks `log.order`, `log.root`, `log.data`, `log.once`, `log.signatures`.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence

from cota.auth.typed import Domain, digest
from cota.settlement.epoch_file import Agent, EpochFile
from cota.units import Address, to_hex
from cota.verify.ahead import processes_for, signed_ahead
from cota.verify.epoch_files import Settled, require
from cota.verify.facts import Facts, describe
from cota.verify.report import Report, Tally
from cota.verify.signers import Signers

AGENT_LIFE_MAX_S = 12 * 3600


def check_log(
    report: Report, facts: Facts, epochs: Sequence[Settled], has_source: bool, signers: Signers
) -> None:
    """The log itself, without a single label."""
    with report.check("log.order", "checkpoints follow one another without gap or overlap") as tally:
        for dataset in facts.datasets:
            end = 0
            for number, event in enumerate(dataset.of("Checkpointed"), 1):
                tally.equal(f"number of {describe(event)}", number, event.args["checkpoint"])
                tally.equal(f"start of {describe(event)}", end, event.args["from"])
                end = event.args["to"]
        tally.need("no checkpoint was made yet")
    with report.check("log.root", "the published rows have the log root on chain") as tally:
        for epoch, file in require(epochs, has_source):
            _check_header(tally, epoch, file)
            tally.equal(f"log root of {epoch.where}", epoch.checkpoint.args["log_root"], file.log_root())
    with report.check("log.data", "the published rows have the data hash on chain") as tally:
        for epoch, file in require(epochs, has_source):
            tally.equal(f"data hash of {epoch.where}", epoch.checkpoint.args["data_hash"], file.data_hash)
    with report.check("log.once", "no row is logged twice") as tally:
        for dataset_id, files in _by_dataset(require(epochs, has_source)).items():
            _check_once(tally, to_hex(dataset_id)[:10], files)
    with report.check("log.signatures", "each row is signed by its author, or by her agent key") as tally:
        for epoch, file in require(epochs, has_source):
            _check_signatures(tally, epoch, file, signers)


def _check_header(tally: Tally, epoch: Settled, file: EpochFile) -> None:
    head, args, dataset = file.header, epoch.checkpoint.args, epoch.dataset
    tally.equal(f"dataset in the header of {epoch.where}", bytes(dataset.id), head.dataset)
    tally.equal(f"ledger in the header of {epoch.where}", dataset.contracts.ledger, head.ledger)
    tally.equal(f"number in the header of {epoch.where}", epoch.number, head.epoch)
    rows = (args["from"], args["to"])
    tally.equal(f"rows in the header of {epoch.where}", rows, (head.first, head.end))
    tally.equal(f"rules in the header of {epoch.where}", dataset.terms.rules_hash, head.rules_hash)


def _by_dataset(found: Iterable[tuple[Settled, EpochFile]]) -> Mapping[bytes, list[EpochFile]]:
    grouped: dict[bytes, list[EpochFile]] = {}
    for epoch, file in found:
        grouped.setdefault(epoch.dataset.id, []).append(file)
    return grouped


def _check_once(tally: Tally, dataset: str, files: Sequence[EpochFile]) -> None:
    seen: dict[bytes, int] = {}
    for row in itertools.chain.from_iterable(file.rows for file in files):
        if row.is_void:
            continue
        where = f"row {row.index} of {dataset}"
        first = seen.setdefault(row.row_id, row.index)
        tally.equal(where, row.index, first, "the same row is there at both indexes")


def _check_signatures(tally: Tally, epoch: Settled, file: EpochFile, signers: Signers) -> None:
    domain = Domain(file.header.chain_id, file.header.ledger)
    agents = {(agent.key.account, agent.key.agent): agent for agent in file.agents}
    for agent in file.agents:
        _check_agent(tally, epoch, domain, agent, signers)
    first, compared = _look_ahead(file, domain, agents, signers)
    tally.compared += compared
    for row in file.rows[first:]:
        if row.is_void or row.account is None or row.signature is None:
            continue
        where = f"row {row.index} of {epoch.dataset.name}, {to_hex(row.row_id)}"
        if row.agent is not None:
            known = (row.account, row.agent) in agents
            tally.true(where, known, "an agent key that its wallet authorised", row.agent)
            signers.check_key(tally, where, domain, row.row_id, row.signature, row.agent)
        else:
            signers.check(tally, where, domain, row.row_id, row.signature, row.account)


def _look_ahead(
    file: EpochFile, domain: Domain, agents: Collection[tuple[Address, Address]], signers: Signers
) -> tuple[int, int]:
    """How many rows hold before the first that does not or that has to be asked about, and their comparisons."""
    rows = [row for row in file.rows if row.account is not None and row.signature is not None]
    accounts = {row.account for row in rows if row.account is not None and row.agent is None}
    known = all(row.agent is None or (row.account, row.agent) in agents for row in rows)
    if not processes_for(len(rows)) or not known or not signers.are_keys(accounts):
        return 0, 0
    signed = [(row.row_id, row.signature or b"", row.agent or row.account or Address("")) for row in rows]
    right = signed_ahead(domain, signed)
    compared = sum(1 if row.agent is None else 2 for row in rows[:right])
    return (len(file.rows) if right == len(rows) else rows[right].index - file.header.first), compared


def _check_agent(tally: Tally, epoch: Settled, domain: Domain, agent: Agent, signers: Signers) -> None:
    key = agent.key
    where = f"agent key {key.agent} of {key.account} in {epoch.where}"
    tally.equal(where, digest(domain, key), agent.digest)
    tally.equal(where, bytes(epoch.dataset.id), key.dataset)
    life = key.not_after - key.not_before
    tally.true(where, 0 < life <= AGENT_LIFE_MAX_S, "a life of at most twelve hours", f"{life} s")
    signers.check(tally, where, domain, key.struct_hash(), agent.signature, key.account)
