"""`cota inbox`: what concerned an account -> **one sentence each** -> the person, newest first.

Promises: amounts stand in the token that they are paid in; an event of a kind that this version does not know is told
by what the contract said; where there is more, the command that shows it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.amounts import money, shares
from cota.cli.caller import Member, calling
from cota.cli.output import print_json, say, show_rows

if TYPE_CHECKING:
    from cota.client import CotaClient, InboxEvent
    from cota.units import Hash32

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=200, help="How many at most.")]
CursorOption = Annotated[
    str | None,
    typer.Option("--cursor", metavar="CURSOR", help="Older ones: what the page before ended with."),
]
COLUMNS = ("at", "what", "until", "dataset")
_SENTENCES = {
    "dataset-created": "you created the dataset",
    "dataset-state": "the dataset is {state} now",
    "joined": "you joined, with {stake} at stake",
    "left": "you left",
    "released": "{amount} of your stake is free",
    "epoch-proposed": "epoch {epoch}: a settlement is proposed",
    "epoch-rejected": "epoch {epoch}: its settlement fell",
    "epoch-finalized": "epoch {epoch} is final",
    "revenue-paid": "{amount} was paid to all who hold shares",
    "shares-claimed": "you got {units} of epoch {epoch}",
    "revenue-claimed": "you took out {amount}",
    "license-bought": "you bought licence {license} for {price}",
    "penalised": "epoch {epoch}: a penalty burnt {burnt} of your stake",
    "case-opened": "epoch {epoch}: case {case} is open ({ground})",
    "case-closed": "epoch {epoch}: case {case} ended ({outcome})",
    "appeal-upheld": "your appeal, case {case}, was right: {paid}",
    "credential-issued": "you were given the credential {credential}",
    "credential-renewed": "your credential {credential} was renewed",
    "credential-revoked": "your credential {credential} was taken away",
    "bounty-opened": "bounty {bounty}: {per_label} for an average label",
    "bounty-funded": "bounty {bounty}: {amount} was put aside",
    "bounty-closing": "bounty {bounty} ends",
    "bounty-assigned": "bounty {bounty}: epoch {epoch} took {amount}",
    "bounty-paid": "bounty {bounty} paid you {amount} for epoch {epoch}",
    "bounty-returned": "bounty {bounty}: {amount} went back to the publisher",
}
_MONEY = ("amount", "stake", "price", "per_label", "burnt", "paid")
_OF_STAKE = frozenset({"joined", "released", "penalised", "appeal-upheld"})
"""Their amounts are in the token of stakes."""


@calling
def inbox(caller: Member, limit: LimitOption = 20, cursor: CursorOption = None) -> None:
    """Show what concerned you, newest first: epochs, payments, cases, bounties, credentials.

    Beside an epoch: how many of your labels count. Until: when a challenge or an appeal is too late, when a case may be
    ended, when a credential or a bounty ends.
    """
    client = caller.client
    page = client.inbox_page(cursor, limit)
    if caller.as_json:
        print_json(page)
        return
    rows = [
        {"at": one["at"], "what": _told(client, one), "until": one["deadline"], "dataset": one["dataset"]}
        for one in page.events
    ]
    show_rows("events", rows, COLUMNS, as_json=False)
    for one in page.ending:
        ends = f"{'ended' if one.expired else 'ends'} {one['expires_at']}"
        wanted = ", ".join(one["datasets"])
        say(f"Your credential {one['credential']} {ends}" + (f"; asked for by {wanted}." if wanted else "."))
    if page.next:
        say(f"There is more: cota inbox --cursor {page.next}")


def _told(client: CotaClient, event: InboxEvent) -> str:
    try:
        told = _SENTENCES[event.kind].format_map(_values(client, event))
    except (KeyError, ValueError):
        told = " ".join([event.kind, *(f"{name}={value}" for name, value in event.data.items())])
    if event.labels is not None and event.kind.startswith("epoch-"):
        told += f"; {event.counted} of your {event.labels} labels count"
    return told


def _values(client: CotaClient, event: InboxEvent) -> dict[str, Any]:
    values = dict(event.data)
    if "units" in values:
        values["units"] = shares(values["units"])
    for name in _MONEY:
        if name in values:
            values[name] = _money(client, values[name], None if event.kind in _OF_STAKE else event.dataset)
    return values


def _money(client: CotaClient, amount: str, dataset: Hash32 | None) -> str:
    token = client.status.stake_token if dataset is None else client.currency_of(dataset)
    return money(amount, token.decimals, token.symbol)
