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

from cota.cli.arguments import Dataset
from cota.cli.asking import ask
from cota.cli.caller import calling
from cota.cli.labeller import Labeller
from cota.cli.output import moment, say, show, show_rows
from cota.errors import AlreadyLabelled, DomainError, Expired, LeaseExpired, NoTask, NotLeased

if TYPE_CHECKING:
    from cota.client import CotaClient, Lease
    from cota.units import Hash32

HEARTBEAT_S = 240.0
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
    bench = Bench(client, dataset, schema["question"], tuple(schema["classes"]))
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
    question: str
    classes: tuple[str, ...]
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
            if answer == "":
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

    def _ask(self, lease: Lease) -> str | None:
        """The class; "" to skip, None to end."""
        choices = answers_for(self.classes)
        numbered = [f"  {typed}  {name}" for typed, name in choices.items() if typed != name]
        plain = [f"  {name}" for name in self.classes]
        for line in ("", *item_lines(lease.content), self.question, *(numbered or plain)):
            say(line, stderr=True)
        with kept(self.client, lease):
            while True:
                typed = ask("answer (s skips, q ends):")
                if typed is not None and typed in choices:
                    return choices[typed]
                if typed in (None, "q", "s"):
                    return "" if typed == "s" else None
                say(f"one of {', '.join(choices)} is wanted", stderr=True)

    def _deliver(self, lease: Lease, answer: str) -> None:
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


def answers_for(classes: tuple[str, ...]) -> dict[str, str]:
    """What may be typed, and what it means: each class by its name, and by a number where no class is one."""
    numbers = {} if any(name.isdecimal() for name in classes) else dict(enumerate(classes, 1))
    return {str(number): name for number, name in numbers.items()} | {name: name for name in classes}


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
