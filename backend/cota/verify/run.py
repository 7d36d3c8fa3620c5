"""Arguments -> facts, views, files, exports -> **all checks in order** -> report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cota.chain.blocking import BlockingNode
from cota.chain.deployment import Deployment
from cota.units import Address, BlockRef, to_hex
from cota.verify import epoch_files
from cota.verify.bounties import check_bounties
from cota.verify.deliveries import check_deliveries
from cota.verify.deployment import check_deployment, check_terms
from cota.verify.disputes import check_disputes
from cota.verify.epoch_files import Settled, Source, check_files
from cota.verify.facts import Facts
from cota.verify.labels import check_labels
from cota.verify.licences import check_licenses
from cota.verify.log import check_log
from cota.verify.money import check_money
from cota.verify.reading import pin, read_deployment, read_facts
from cota.verify.report import Disagreement, Report
from cota.verify.scores import check_scores
from cota.verify.settlement import check_epochs, check_settlements, check_share_claims
from cota.verify.signers import Signers, WalletsAt
from cota.verify.stakes import check_stakes
from cota.verify.state import check_state
from cota.verify.views import Views, read_views


def verify(
    network: str,
    rpc_urls: Sequence[str],
    deployments: Path,
    *,
    api_url: str | None = None,
    epoch_folder: Path | None = None,
    labels: Sequence[Path] = (),
    block: int | None = None,
) -> Report:
    """Checks a network at one block (the newest unless given).

    Epoch files come from `epoch_folder`, else from `api_url`, else their checks are skipped; `labels` are
    licensed exports. Raises what keeps a verification from being made at all: DeploymentMissing,
    ChainUnavailable, WrongChain, OSError.
    """
    return examine(
        network, rpc_urls, deployments, api_url=api_url, epoch_folder=epoch_folder, labels=labels, block=block
    )[0]


def examine(
    network: str,
    rpc_urls: Sequence[str],
    deployments: Path,
    *,
    api_url: str | None = None,
    epoch_folder: Path | None = None,
    labels: Sequence[Path] = (),
    block: int | None = None,
) -> tuple[Report, Sequence[Settled]]:
    """The same, and the settlements that it looked at."""
    deployment, announced = read_deployment(network, deployments)
    with BlockingNode(rpc_urls, deployment.chain_id, deployment.genesis_hash) as node:
        pinned = node.run(pin(node.client, block))
        report = Report(deployment.network, deployment.chain_id, pinned.number, to_hex(pinned.hash))
        found = _read(report, node, deployment, announced, pinned)
        if found is None:
            return report, ()
        facts, views = found
        source = _source(api_url, epoch_folder)
        epochs = epoch_files.collect(facts, source)
        signers = Signers(WalletsAt(node, facts.block))
        _check_public(report, facts, views, epochs, source is not None, signers)
        sold = check_labels(report, facts, epochs, labels, signers)
        check_scores(report, sold)
    return report, epochs


def _read(
    report: Report,
    node: BlockingNode,
    deployment: Deployment,
    announced: Mapping[Address, bytes],
    block: BlockRef,
) -> tuple[Facts, Views] | None:
    """Check `logs.readable`; None when nothing can be made of what the node says."""
    outcome: tuple[Facts, Views] | Disagreement
    try:
        facts = node.run(read_facts(node.client, deployment, announced, block))
        outcome = facts, node.run(read_views(node.client, facts))
    except Disagreement as error:
        outcome = error
    # Only what disagrees is a finding: a node that cannot be reached is no verification at all.
    with report.check("logs.readable", "all logs can be read, and the contracts they name answer") as tally:
        if isinstance(outcome, Disagreement):
            raise outcome
        tally.compared = len(facts.events)
        report.datasets.extend(to_hex(dataset.id) for dataset in facts.datasets)
        return outcome
    return None


def _check_public(
    report: Report,
    facts: Facts,
    views: Views,
    epochs: Sequence[Settled],
    has_source: bool,
    signers: Signers,
) -> None:
    """What needs no label: in the order in which one thing rests on another."""
    check_state(report, facts, {at: view.state for at, view in views.datasets.items()})
    check_deployment(report, facts, views)
    check_terms(report, facts, views)
    check_files(report, epochs, has_source)
    check_log(report, facts, epochs, has_source, signers)
    check_settlements(report, epochs, has_source)
    check_epochs(report, facts, views, epochs)
    check_share_claims(report, facts, views, epochs, has_source)
    check_disputes(report, facts, views)
    check_money(report, facts, views)
    check_licenses(report, facts, views)
    check_deliveries(report, facts, views.desks)
    check_bounties(report, facts, views.escrows, epochs)
    check_stakes(report, facts, views.vaults, epochs)


def _source(api_url: str | None, folder: Path | None) -> Source | None:
    if folder is not None:
        return epoch_files.from_folder(folder)
    return epoch_files.from_api(api_url) if api_url else None
