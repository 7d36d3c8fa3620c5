"""Arguments -> facts, views, files, exports -> **all checks in order** -> report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cota.chain.blocking import BlockingNode
from cota.chain.deployment import Deployment
from cota.units import to_hex
from cota.verify import epoch_files
from cota.verify.deployment import check_deployment, check_terms
from cota.verify.epoch_files import Settled, Source, check_files
from cota.verify.facts import Facts
from cota.verify.labels import check_labels
from cota.verify.licences import check_licenses
from cota.verify.log import check_log
from cota.verify.money import check_money
from cota.verify.reading import read_deployment, read_facts
from cota.verify.report import Report
from cota.verify.scores import check_scores
from cota.verify.settlement import check_epochs, check_settlements, check_share_claims
from cota.verify.signers import Signers, WalletsAt
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
    ChainUnavailable, WrongChain, Undecodable, OSError.
    """
    deployment, announced = read_deployment(network, deployments)
    with BlockingNode(rpc_urls, deployment.chain_id, deployment.genesis_hash) as node:
        facts = node.run(read_facts(node.client, deployment, announced, block))
        views = node.run(read_views(node.client, facts))
        source = _source(api_url, epoch_folder)
        epochs = epoch_files.collect(facts, source)
        report = _empty_report(deployment, facts)
        signers = Signers(WalletsAt(node, facts.block))
        _check_public(report, facts, views, epochs, source is not None, signers)
        sold = check_labels(report, facts, epochs, labels, signers)
        check_scores(report, sold)
    return report


def _check_public(
    report: Report,
    facts: Facts,
    views: Views,
    epochs: Sequence[Settled],
    has_source: bool,
    signers: Signers,
) -> None:
    """What needs no label: in the order in which one thing rests on another."""
    check_deployment(report, facts, views)
    check_terms(report, facts, views)
    check_files(report, epochs, has_source)
    check_log(report, facts, epochs, has_source, signers)
    check_settlements(report, epochs, has_source)
    check_epochs(report, facts, views, epochs)
    check_share_claims(report, facts, views, epochs, has_source)
    check_money(report, facts, views)
    check_licenses(report, facts, views)


def _source(api_url: str | None, folder: Path | None) -> Source | None:
    if folder is not None:
        return epoch_files.from_folder(folder)
    return epoch_files.from_api(api_url) if api_url else None


def _empty_report(deployment: Deployment, facts: Facts) -> Report:
    datasets = [to_hex(dataset.id) for dataset in facts.datasets]
    block = facts.block
    return Report(deployment.network, deployment.chain_id, block.number, to_hex(block.hash), datasets)
