"""The words of the command line, in one table: name -> **function** -> what it does.

Promises: only what this version does for real is listed; a verb of a later part is not there rather than
pretended; listing the words loads nothing that only their work needs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import typer

from cota.cli import (
    agents,
    auditing,
    bounties,
    buying,
    converting,
    copying,
    datasets,
    deliveries,
    disputing,
    earning,
    exams,
    faults,
    inbox,
    licences,
    looking,
    media,
    membership,
    overview,
    processes,
    proving,
    publishing,
    scoring,
    selling,
    staking,
    stating,
    submitting,
    successors,
    verifying,
    voting,
    working,
)

Verb = Callable[..., None]

PROCESSES = frozenset({"up", "demo", "deploy", "api", "indexer", "worker"})
"""Verbs that run a part of a deployment: what nobody foresaw belongs into their log, whole."""

_VERBS: Mapping[str, Verb] = {
    "up": processes.up,
    "demo": processes.demo,
    "deploy": processes.deploy,
    "api": processes.api,
    "indexer": processes.indexer,
    "worker": processes.worker,
    "status": overview.status,
    "join": membership.join,
    "leave": membership.leave,
    "work": working.work,
    "review": working.review,
    "submit": submitting.submit,
    "receipt": proving.receipt,
    "demand": proving.demand,
    "appeal": disputing.appeal,
    "challenge": disputing.challenge,
    "claim": earning.claim,
    "transfer": earning.transfer,
    "statement": stating.statement,
    "inbox": inbox.inbox,
    "backup": copying.backup,
    "buy": buying.buy,
    "renew": buying.renew,
    "license": licences.show_license,
    "pay": buying.pay,
    "export": buying.export,
    "convert": converting.convert,
    "score": scoring.score,
}
_GROUPS: Mapping[str, tuple[str, Mapping[str, Verb]]] = {
    "dataset": (
        "List, show; for publishers also create, fill, price, close.",
        {
            "list": datasets.list_datasets,
            "show": datasets.show_dataset,
            "epochs": datasets.list_epochs,
            "quality": looking.quality,
            "preview": looking.preview,
            "test": looking.test,
            "create": publishing.create,
            "describe": publishing.describe,
            "add-batch": publishing.add_batch,
            "price": selling.price,
            "open": selling.open_dataset,
            "pause": selling.pause,
            "close": selling.close,
            "archive": selling.archive,
            "withdraw": selling.withdraw,
        },
    ),
    "media": (
        "Pictures and sounds that items show, kept by the service.",
        {"upload": media.upload, "get": media.get, "remove": media.remove},
    ),
    "bounty": (
        "Cash for labels: for publishers open, fund, close, return; for labellers list, claim.",
        {
            "open": bounties.open_bounty,
            "fund": bounties.fund,
            "close": bounties.close,
            "return": bounties.give_back,
            "list": bounties.list_bounties,
            "claim": bounties.claim_bounty,
        },
    ),
    "stake": (
        "COTA that you post yourself.",
        {
            "show": staking.show_stake,
            "deposit": staking.deposit,
            "withdraw": staking.withdraw,
            "release": staking.release,
        },
    ),
    "delivery": (
        "What you bought: acknowledge it, demand it; for coordinators also answer.",
        {
            "show": deliveries.show_delivery,
            "acknowledge": deliveries.acknowledge,
            "demand": deliveries.demand,
            "answer": deliveries.answer,
            "dispute": deliveries.dispute,
        },
    ),
    "exam": (
        "What a publisher demands before work is given out.",
        {"show": exams.show_exam, "set": exams.set_exam, "sit": exams.sit},
    ),
    "case": (
        "At the court: what appeals and challenges became.",
        {
            "show": disputing.show_case,
            "expire": disputing.expire,
            "appeal": disputing.appeal_ruling,
            "withdraw": disputing.withdraw,
        },
    ),
    "vote": (
        "For jurors: what to judge, and how to say it.",
        {
            "list": voting.list_seats,
            "show": voting.show_trial,
            "rows": voting.rows,
            "enroll": voting.enroll,
            "draw": voting.draw,
            "commit": voting.commit,
            "reveal": voting.reveal,
            "execute": voting.execute,
            "withdraw": voting.withdraw,
        },
    ),
    "audit": (
        "For auditors: pay for a look at a settlement that is not final.",
        {
            "open": auditing.open_audit,
            "show": auditing.show_audit,
            "draw": auditing.draw,
            "rows": auditing.rows,
            "return": auditing.return_fee,
            "withdraw": auditing.withdraw,
        },
    ),
    "prove": (
        "What can be shown of a settlement, or demanded, without a jury.",
        {
            "bounds": faults.bounds,
            "two-leaves": faults.two_leaves,
            "gold": faults.gold,
            "signature": faults.signature,
            "answer": faults.answer,
        },
    ),
    "successor": (
        "Who gets your shares if your key is lost.",
        {
            "show": successors.show_successor,
            "name": successors.name,
            "nobody": successors.nobody,
            "start": successors.start,
            "cancel": successors.cancel,
            "complete": successors.complete,
            "inherit": successors.inherit,
        },
    ),
    "agent": (
        "Keys that sign your labels on a machine without your wallet.",
        {"authorise": agents.authorise, "list": agents.list_agents, "revoke": agents.revoke},
    ),
}


@cache
def command() -> Any:
    """What `main` runs: built once a process, because reading all signatures takes a tenth of a second."""
    return typer.main.get_command(build_app())


def build_app() -> typer.Typer:
    """The whole command."""
    app = _group("cota", "Cota: an annotation network whose labellers own the dataset's revenue.", _VERBS)
    for name, (what, verbs) in _GROUPS.items():
        app.add_typer(_group(name, what, verbs), short_help=what)
    # Alone it checks the network; a further word narrows it down.
    checks = _group(
        "verify",
        "Check contracts, log, scores, shares and every payout.",
        {"export": verifying.verify_export, "evidence": verifying.verify_evidence},
    )
    checks.callback(invoke_without_command=True, no_args_is_help=False)(verifying.verify)
    app.add_typer(checks)
    return app


def _group(name: str, what: str, verbs: Mapping[str, Verb]) -> typer.Typer:
    group = typer.Typer(
        name=name,
        help=what,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for word, verb in verbs.items():
        group.command(word, short_help=_first_sentence(verb))(verb)
    return group


def _first_sentence(verb: Verb) -> str:
    """Whole: the parser's own would be cut off at the end of a line."""
    paragraph = " ".join((inspect.getdoc(verb) or "").split("\n\n")[0].split())
    return paragraph.partition(". ")[0].removesuffix(".") + "."
