"""`cota work`, `cota review`: lease -> **person** -> signed label -> receipt in the backup. Item by item.

Promises: nothing that a publisher wrote can steer the terminal; while she thinks, the lease is kept; however
she ends (q, Ctrl-D, Ctrl-C, a failure), what she did not label is given back; a label counts as delivered
only with its checked receipt.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.answering import answers_for, hint, read_typed
from cota.cli.arguments import Dataset
from cota.cli.asking import ask
from cota.cli.caller import calling
from cota.cli.failures import WrongUse
from cota.cli.labeller import Labeller
from cota.cli.output import moment, say, show, show_rows
from cota.commitments.hashes import KIND_LABEL, KIND_REVIEW
from cota.datasets.labels import answer_text
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
SKIP_REASONS = (
    "unclear",
    "too-hard",
    "not-my-field",
    "broken",
    "offensive",
    "personal-data",
    "illegal",
)
_KEYS: dict[str, str | None] = {"q": None, "s": None} | {f"s {reason}": reason for reason in SKIP_REASONS}
TakeOption = Annotated[
    int | None,
    typer.Option("--take", min=1, max=50, help="Lease so many items, print and keep them, to submit later."),
]
StudioOption = Annotated[
    Path | None,
    typer.Option(
        "--label-studio", help="With --take: write the items as tasks for Label Studio, and FILE.xml."
    ),
]


@calling
def work(
    caller: Labeller, dataset: Dataset, take: TakeOption = None, label_studio: StudioOption = None
) -> None:
    """Label item by item, each signed and receipted.

    Shows an item and its classes, signs your answer, keeps the receipt. s skips for now, s REASON for good
    (unclear, too-hard, not-my-field; told to the publisher: broken, offensive, personal-data, illegal); q ends.
    With --take the items are printed instead, to be answered elsewhere and sent with cota submit.
    """
    if label_studio is not None:
        if take is None:
            raise WrongUse("--label-studio goes with --take: how many items?")
        _write_tasks(caller, dataset, take, label_studio)
        return
    if take is not None:
        _print_leases(caller, caller.client_for(dataset).lease(dataset, take))
        return
    _sit(caller, dataset, KIND_LABEL)


def _write_tasks(caller: Labeller, dataset: Hash32, take: int, path: Path) -> None:
    """Tasks and configuration to import; what Label Studio exports is sent with cota submit --labels."""
    from cota.formats.label_studio_work import configuration_for, tasks_for

    schema = caller.question(dataset)
    leases = caller.client_for(dataset).lease(dataset, take)
    tasks = tasks_for([(one.item_ref, one.content) for one in leases], schema)
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    config = path.with_suffix(".xml")
    config.write_text(configuration_for(schema), encoding="utf-8")
    told = {"items": len(leases), "tasks": str(path), "configuration": str(config)}
    until = {"until": min(one.expires_at for one in leases)}
    show(told | until, as_json=caller.as_json)


@calling
def review(caller: Labeller, dataset: Dataset) -> None:
    """Take a second look at items whose labels differ.

    Shows an item with the answers that it got, not whose they are; your answer is signed and scored like a
    label. s skips, q ends, as in cota work.
    """
    _sit(caller, dataset, KIND_REVIEW)


def _sit(caller: Labeller, dataset: Hash32, kind: int) -> None:
    bench = Bench(caller.client_for(dataset), dataset, caller.question(dataset), kind)
    try:
        bench.run()
    finally:
        bench.clear()
    told = {"dataset": dataset, "labelled": bench.labelled, "skipped": len(bench.skipped)}
    show(told, as_json=caller.as_json)


@dataclass(frozen=True)
class Skip:
    """Instead of a label. `reason`: for good; None: not now."""

    reason: str | None


@dataclass
class Bench:
    """One sitting. `lease` is the item at hand."""

    client: CotaClient
    dataset: Hash32
    schema: Any
    kind: int
    labelled: int = 0
    lease: Lease | None = None
    waiting: list[Lease] = field(default_factory=list)
    skipped: list[Lease] = field(default_factory=list)

    def run(self) -> None:
        """Until she ends it or nothing is left for her."""
        self.waiting = [
            one for one in self.client.leases() if (one.dataset, one.kind) == (self.dataset, self.kind)
        ]
        while (lease := self._next()) is not None:
            self.lease = lease
            answer = self._ask(lease)
            if answer is None:
                return
            if isinstance(answer, Skip):
                self._skip(lease, answer.reason)
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
            take = self.client.lease if self.kind == KIND_LABEL else self.client.lease_reviews
            return take(self.dataset)[0]
        except NoTask:
            return None

    def _ask(self, lease: Lease) -> Any:
        """The label; a `Skip`, None to end."""
        given = [f"  one answer was: {answer_text(one)}" for one in lease.answers]
        for line in (
            "",
            *item_lines(lease.content),
            self.schema["question"],
            *class_lines(self.schema),
            *given,
        ):
            say(line, stderr=True)
        with kept(self.client, lease):
            while True:
                typed = ask("answer (s skips, q ends):")
                if typed is None or typed in _KEYS and typed not in class_names(self.schema):
                    return None if typed in (None, "q") else Skip(_KEYS[typed])
                try:
                    return read_typed(self.schema, lease.content, typed)
                except InvalidLabel as error:
                    say(f"{error.detail} (type {hint(self.schema)})", stderr=True)

    def _skip(self, lease: Lease, reason: str | None) -> None:
        self.skipped.append(lease)
        if reason is not None:
            self.client.skip(lease, reason)

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
    from cota.units import told_time

    rows = [
        {
            "item": "0x" + lease.item_ref.hex(),
            "expires_at": told_time(lease.expires_at),
            "content": lease.content,
        }
        for lease in leases
    ]
    show_rows("items", rows, ("item", "expires_at", "content"), as_json=caller.as_json)
