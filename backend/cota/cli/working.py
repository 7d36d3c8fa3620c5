"""`cota work`: lease -> **person** -> signed label -> receipt in the backup. At the terminal, item by item.

Promises: nothing that a publisher wrote can steer the terminal; while she thinks, the lease is kept; however
she ends (q, Ctrl-D, Ctrl-C, a failure), what she did not label is given back; a label counts as delivered
only with its checked receipt.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.answering import answers_for, hint, read_typed
from cota.cli.arguments import Dataset
from cota.cli.asking import ask
from cota.cli.caller import calling
from cota.cli.labeller import Labeller
from cota.cli.output import moment, say, show, show_rows
from cota.datasets.question import closed_classes
from cota.errors import (
    AlreadyLabelled,
    DomainError,
    Expired,
    InvalidLabel,
    LeaseExpired,
    NoTask,
    NotLeased,
)

if TYPE_CHECKING:
    from cota.client import CotaClient, Lease
    from cota.units import Hash32

HEARTBEAT_S = 240.0
SKIP = object()
"""The answer of who skips: no label can be it."""
_KEYS = ("q", "s")
TakeOption = Annotated[
    int | None,
    typer.Option("--take", min=1, max=50, help="Lease so many items, print and keep them, to submit later."),
]


@calling
def work(caller: Labeller, dataset: Dataset, take: TakeOption = None) -> None:
    """Label item by item, each signed and receipted.

    Shows an item and its classes, signs your answer, keeps the receipt; s skips, q ends. With --take the
    items are printed instead, to be answered elsewhere and sent with cota submit.
    """
    client, schema = caller.client_for(dataset), caller.question(dataset)
    if take is not None:
        _print_leases(caller, client.lease(dataset, take))
        return
    bench = Bench(client, dataset, schema)
    try:
        bench.run()
    finally:
        bench.clear()
    told = {"dataset": dataset, "labelled": bench.labelled, "skipped": len(bench.skipped)}
    show(told, as_json=caller.as_json)


@dataclass
class Bench:
    """One sitting. `lease` is the item at hand."""

    client: CotaClient
    dataset: Hash32
    schema: Any
    labelled: int = 0
    lease: Lease | None = None
    waiting: list[Lease] = field(default_factory=list)
    skipped: list[Lease] = field(default_factory=list)

    def run(self) -> None:
        """Until she ends it or nothing is left for her."""
        self.waiting = [one for one in self.client.leases() if one.dataset == self.dataset]
        while (lease := self._next()) is not None:
            self.lease = lease
            answer = self._ask(lease)
            if answer is None:
                return
            if answer is SKIP:
                self.skipped.append(lease)
            else:
                self._deliver(lease, answer)
            self.lease = None
        say("There is no item for you at present.", stderr=True)

    def clear(self) -> None:
        """Gives back what was not labelled. What cannot be given back ends by itself."""
        give_back(self.client, [*([self.lease] if self.lease else []), *self.waiting, *self.skipped])

    def _next(self) -> Lease | None:
        if self.waiting:
            return self.waiting.pop(0)
        try:
            return self.client.lease(self.dataset)[0]
        except NoTask:
            return None

    def _ask(self, lease: Lease) -> Any:
        """The label; `SKIP` to skip, None to end."""
        for line in ("", *item_lines(lease.content), self.schema["question"], *class_lines(self.schema)):
            say(line, stderr=True)
        with kept(self.client, lease):
            while True:
                typed = ask("answer (s skips, q ends):")
                if typed is None or typed in _KEYS and typed not in class_names(self.schema):
                    return SKIP if typed == "s" else None
                try:
                    return read_typed(self.schema, lease.content, typed)
                except InvalidLabel as error:
                    say(f"{error.detail} (type {hint(self.schema)})", stderr=True)

    def _deliver(self, lease: Lease, answer: Any) -> None:
        try:
            received = self.client.annotate(lease, answer)
        except (LeaseExpired, NotLeased, Expired, AlreadyLabelled) as error:
            say(f"{error.slug}: {error.detail}", stderr=True)
            return
        self.labelled += 1
        promised = received.receipt
        say(
            f"signed: row 0x{promised.row_id.hex()}, in the log at {promised.index} by "
            f"{moment(promised.include_by)} (receipt checked by {received.checked_at})",
            stderr=True,
        )


def class_names(schema: Any) -> tuple[str, ...]:
    """The classes that may be typed by name; none where the answer is a number or a text."""
    if schema["kind"] in ("rating", "text"):
        return ()
    return closed_classes(schema) or tuple(schema["classes"])


def class_lines(schema: Any) -> list[str]:
    """The classes for people, numbered where no class is a number; then how to answer."""
    names = class_names(schema)
    numbered = [f"  {typed}  {name}" for typed, name in answers_for(names).items() if typed != name]
    plain = [f"  {name}" for name in names]
    told = [] if schema["kind"] in ("choice", "preference") else [f"  ({hint(schema)})"]
    return [*(numbered or plain), *told]


def item_lines(content: Any) -> list[str]:
    """An item for people."""
    if isinstance(content, dict):
        return [f"{name}: {value}" for name, value in content.items()]
    return [str(content)]


@contextmanager
def kept(client: CotaClient, lease: Lease) -> Iterator[None]:
    """Keeps a lease alive while a person thinks."""
    from cota.client import ClientError

    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_S):
            with suppress(DomainError, ClientError):
                client.heartbeat(lease)

    threading.Thread(target=beat, name="cota-heartbeat", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def give_back(client: CotaClient, leases: Iterable[Lease]) -> None:
    """Releases; what cannot be released now ends by itself, and is no reason to fail."""
    from cota.client import ClientError

    for lease in leases:
        with suppress(DomainError, ClientError):
            client.release(lease)


def _print_leases(caller: Labeller, leases: list[Lease]) -> None:
    rows = [
        {
            "item": "0x" + lease.item_ref.hex(),
            "expires_at": lease.expires_at.isoformat().replace("+00:00", "Z"),
            "content": lease.content,
        }
        for lease in leases
    ]
    show_rows("items", rows, ("item", "expires_at", "content"), as_json=caller.as_json)
