"""`cota verify`, `cota verify export`, `cota verify evidence`: arguments -> verifier -> table or JSON -> exit code.

Promises: exit 0 only if nothing disagrees; what could not be checked is shown with its reason, never as
agreement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cota.cli.arguments import ApiOption, Checkpoint, Dataset, ForceOption, RpcOption, require_free
from cota.cli.failures import Failed
from cota.cli.output import JsonOption, NetworkOption, console, print_json, show

if TYPE_CHECKING:
    from cota.indexer.compare import Comparison
    from cota.settings import Settings
    from cota.verify.epoch_files import Settled
    from cota.verify.report import Check, Disagreement, Report

MIRROR = "mirror.fresh"

_MARKS = {"ok": "[green]ok[/]", "failed": "[bold red]FAILED[/]", "skipped": "[dim]skipped[/]"}


LabelsOption = Annotated[
    list[Path] | None,
    typer.Option("--labels", metavar="FILE", help="A licensed export; may be given several times."),
]
EpochFilesOption = Annotated[
    Path | None, typer.Option("--epoch-files", help="A folder of epoch files, instead of an API.")
]
BlockOption = Annotated[
    int | None, typer.Option("--block", help="The block to check; the newest unless given.")
]
PassportOption = Annotated[
    Path | None,
    typer.Option("--passport", help="The licence's passport; beside the export unless given."),
]


def verify(
    context: typer.Context,
    labels: LabelsOption = None,
    network: NetworkOption = None,
    rpc: RpcOption = None,
    api: ApiOption = None,
    epoch_files: EpochFilesOption = None,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Also index the chain anew and compare DATABASE_URL's mirror.")
    ] = False,
    block: BlockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check contracts, log, scores, shares and every payout."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings(network, rpc, "database" if mirror else None)
    report, _ = _examine(settings, rpc, api, epoch_files, labels or (), block)
    if mirror:
        check_mirror(report, settings, _urls(settings, rpc))
    _tell(
        report, f"block {report.block_number} of {settings.network.name} (chain {report.chain_id})", as_json
    )
    if mirror and (made := report.outcome_of(MIRROR)).outcome == "skipped":
        # It was asked for: agreement of all the rest is no answer to that.
        raise Failed(f"the mirror was not compared: {made.reason}")


def _settings(network: str | None, rpc: str | None, *needs: str | None) -> Settings:
    from cota import log
    from cota.settings import load

    wanted = (*(("rpc",) if rpc is None else ()), *(need for need in needs if need))
    settings = load(network, needs=wanted)
    log.configure("ERROR", settings.secrets())
    return settings


def _urls(settings: Settings, rpc: str | None) -> Sequence[str]:
    return rpc.split(",") if rpc else settings.rpc_urls


def _examine(
    settings: Settings,
    rpc: str | None,
    api: str | None,
    epoch_files: Path | None,
    labels: Sequence[Path],
    block: int | None,
) -> tuple[Report, Sequence[Settled]]:
    from cota.verify.run import examine

    return examine(
        settings.network.name,
        _urls(settings, rpc),
        settings.deployments,
        api_url=None if epoch_files else api or settings.api_url,
        epoch_folder=epoch_files,
        labels=labels,
        block=block,
    )


def verify_evidence(
    dataset: Dataset,
    checkpoint: Checkpoint,
    out: Annotated[
        Path, typer.Option("--out", help="Where the page is written.", show_default="evidence.md")
    ] = Path("evidence.md"),
    force: ForceOption = False,
    labels: LabelsOption = None,
    network: NetworkOption = None,
    rpc: RpcOption = None,
    api: ApiOption = None,
    epoch_files: EpochFilesOption = None,
    block: BlockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what the checks say against one settlement as a page for jurors.

    Its SHA-256 is the evidence of cota challenge (--evidence-file takes the page). Exit 1 when nothing speaks against
    it.
    """
    from cota.verify.evidence import accused_of, write_evidence

    require_free(out, force)
    settings = _settings(network, rpc)
    report, epochs = _examine(settings, rpc, api, epoch_files, labels or (), block)
    accused = accused_of(epochs, dataset, checkpoint)
    if accused is None:
        raise Failed(f"nothing is proposed for checkpoint {checkpoint} at block {report.block_number}")
    page = write_evidence(report, accused, labels or ())
    if page is None:
        checked = sum(check.outcome == "ok" for check in report.checks)
        raise Failed(f"nothing speaks against this settlement: {checked} checks agree; no page was written")
    out.write_bytes(page)
    digest = "0x" + hashlib.sha256(page).hexdigest()
    told = {"dataset": dataset, "checkpoint": checkpoint, "page": str(out), "sha256": digest}
    show({**told, "block": report.block_number}, as_json=as_json)


def verify_export(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A file that cota export wrote.")],
    passport: PassportOption = None,
    rpc: RpcOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check one export and its licence's passport, without a network.

    Labels, signatures, receipts and proofs of every record are held against what the passport says of the chain.
    With --rpc the passport is held against the chain itself, and contract wallets are asked.
    """
    from cota.formats.passport import passport_of
    from cota.verify.passports import verify_offline, verify_passport
    from cota.verify.report import Disagreement

    beside = passport or passport_of(export)
    try:
        report = verify_passport(export, beside, rpc.split(",")) if rpc else verify_offline(export, beside)
    except Disagreement as error:
        raise Failed(str(error)) from None
    how = "at" if rpc else "offline, with what the passport says of"
    _tell(report, f"block {report.block_number} of {report.network} (chain {report.chain_id})", as_json, how)


def _tell(report: Report, where: str, as_json: bool, how: str = "at") -> None:
    if as_json:
        print_json(report.to_json())
    else:
        print_report(report, f"{how} {where}")
    if not report.ok:
        raise typer.Exit(1)


def check_mirror(report: Report, settings: Settings, urls: Sequence[str]) -> None:
    """Every table of the mirror against a fresh index of the same chain, up to the block where it stands."""
    import asyncio

    import psycopg

    from cota.chain.client import NodeClient
    from cota.chain.deployment import Deployment
    from cota.chain.events import committed_catalogue
    from cota.indexer.compare import MirrorMoved, compare_with_fresh
    from cota.indexer.options import IndexerOptions
    from cota.indexer.problems import MirrorMismatch
    from cota.verify.report import Disagreement, NotChecked

    network = settings.network

    async def compare() -> Comparison:
        async with NodeClient(urls, network.chain_id) as client:
            load = partial(Deployment.load, network.name, settings.deployments)
            options = IndexerOptions.of_network(network)
            return await compare_with_fresh(
                settings.database_url, client, load, committed_catalogue(), options
            )

    with report.check(MIRROR, "the database holds what a fresh index of the chain gives") as tally:
        try:
            found = asyncio.run(compare())
        except MirrorMoved as failure:
            raise NotChecked(str(failure)) from None
        except psycopg.errors.UndefinedTable:
            raise NotChecked("DATABASE_URL has no mirror: run python -m cota.store.migrate") from None
        except psycopg.Error as failure:
            raise NotChecked(f"the database of DATABASE_URL: {' '.join(str(failure).split())}") from None
        except MirrorMismatch as failure:
            raise Disagreement("the mirror", "of this chain and these contracts", str(failure)) from None
        tally.compared = found.rows
        tally.scope = f"{found.tables} tables, {found.rows:,} rows, up to block {found.block.number}"
        if not found.is_exact:
            raise _first_difference(found)


def _first_difference(found: Comparison) -> Disagreement:
    """The earliest row that is wrong, by table, block and log; how many there are besides."""
    from cota.verify.report import Disagreement

    table, first = min(
        ((table, difference.first) for table, difference in found.differences.items()),
        key=lambda one: (one[1].block, -1 if one[1].log_index is None else one[1].log_index, one[0]),
    )
    place = f"block {first.block}" + ("" if first.log_index is None else f", log {first.log_index}")
    told = "; ".join(
        f"{name}: {one.missing} missing, {one.extra} too many, {one.changed} changed"
        for name, one in sorted(found.differences.items())
    )
    return Disagreement(f"mirror.{table}, {place}", first.expected, first.found, told)


def print_report(report: Report, where: str) -> None:
    """The table, then the findings, then one sentence."""
    out = console()
    table = Table(box=None, pad_edge=False)
    for column, justify in (
        ("check", "left"),
        ("compared", "right"),
        ("", "left"),
        ("what it shows", "left"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for check in report.checks:
        count = f"{check.compared:,}" if check.outcome != "skipped" else ""
        shown = check.reason or check.promise + (f": {check.scope}" if check.scope else "")
        table.add_row(check.name, count, _MARKS[check.outcome], escape(shown))
    out.print(table)
    failures = [check for check in report.checks if check.outcome == "failed"]
    for check in failures:
        out.print(f"[bold red]{check.name}[/]: {escape(str(check.finding))}")
    out.print(conclusion(report, failures, where))


def conclusion(report: Report, failures: list[Check], where: str) -> str:
    """One sentence: where, how many checks, and the outcome."""
    made = [check for check in report.checks if check.outcome != "skipped"]
    compared = sum(check.compared for check in made)
    if failures:
        return f"{len(failures)} of {len(made)} checks fail {where}: this is not what it claims to be."
    return f"All {len(made)} checks agree {where}: {compared:,} comparisons."
