"""`cota dataset create describe add-batch`: publisher's files -> **signed terms and items** -> chain.

Promises: all terms are shown before they are signed, and a file of items is read whole before; a creation
that stops between chain and service says how to go on; the same batch sent again is found, not added twice;
what a file says and is not taken over is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.arguments import Dataset, YesOption
from cota.cli.asking import asked
from cota.cli.caller import Member, calling
from cota.cli.failures import Failed
from cota.cli.output import say, show
from cota.cli.terms_shown import terms_shown
from cota.errors import Forbidden

if TYPE_CHECKING:
    from cota.chain.terms import Terms
    from cota.cli.batch_file import ItemFile
    from cota.cli.dataset_file import Wanted
    from cota.client import CotaClient, Currency
    from cota.formats.incoming import Incoming
    from cota.units import Hash32

TermsFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="JSON: title, schema {kind, question, classes}, seats, price_floor; any other field of the terms.",
    ),
]


ItemsFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="Items: see --format. JSON lines have content, and gold where known."
    ),
]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from", help="A file of items: they are added, and tell what FILE does not of the question."
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="csv, jsonl, parquet, label-studio, coco, conll or images (a folder, zip or tar); told by the name.",
    ),
]
GoldOption = Annotated[
    str | None,
    typer.Option("--gold", help='The column that holds gold; "gold" unless given. Pictures: "folder".'),
]
EncodingOption = Annotated[str, typer.Option("--encoding", help="Of a table or CoNLL file, such as latin-1.")]
DelimiterOption = Annotated[
    str | None, typer.Option("--delimiter", help="Between cells of a table; a comma.")
]
BaseOption = Annotated[str, typer.Option("--base-url", help="Goes before the paths of pictures.")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Label Studio's labelling configuration, an XML file.")
]


@calling
def create(
    caller: Member,
    file: TermsFile,
    items: FromOption = None,
    file_format: FormatOption = None,
    gold: GoldOption = None,
    encoding: EncodingOption = "utf-8",
    delimiter: DelimiterOption = None,
    base_url: BaseOption = "",
    config: ConfigOption = None,
    yes: YesOption = False,
) -> None:
    """Create a dataset out of a file of question and terms.

    Amounts in the file are texts by the rule of the command line: "25.5" are whole tokens, "500000u" base
    units. Terms that the file does not name take the network's usual values; they are shown first. With --from
    the items are added too: classes that the file does not name are those of the items' file.
    """
    from cota.cli.batch_file import check_items
    from cota.client import ClientError
    from cota.errors import DomainError
    from cota.units import to_hex

    client = caller.chain_client
    incoming = None
    if items is not None:
        kind = _kind_in(file)
        incoming = _open(items, file_format, kind, gold, encoding, delimiter, base_url, config)
    wanted, terms = _terms(caller, file, None if incoming is None else incoming.schema)
    checked = None if items is None or incoming is None else check_items(items, incoming, wanted.schema)
    payment, stake = client.currency_at(terms.payment_token), client.status.stake_token
    show(terms_shown(terms, payment, stake), as_json=False, stderr=True)
    if checked is not None:
        _tell(checked)
    with client.asking(asked("Create this dataset? Its terms can never be changed.", yes=yes)):
        dataset, mined = client.register_dataset(terms, wanted.uri)
    try:
        client.wait_for(mined.block_number)
        client.describe_dataset(
            dataset,
            wanted.schema,
            wanted.title,
            wanted.description,
            reviews=wanted.reviews,
            field=wanted.field or None,
        )
    except (DomainError, ClientError) as error:
        again = f"cota dataset describe {to_hex(dataset)} {file}"
        raise Failed(
            f"{to_hex(dataset)} is created, but its question is not told yet ({error}): {again}"
        ) from error
    told = {
        "dataset": dataset,
        "terms_hash": terms.hash(),
        "block": mined.block_number,
        "tx_hash": mined.tx_hash,
    }
    if checked is not None:
        try:
            told |= _add(client, dataset, checked)
        except (DomainError, ClientError) as error:
            again = f"cota dataset add-batch {to_hex(dataset)} {items}"
            raise Failed(
                f"{to_hex(dataset)} is created, but not all items are added ({error}): {again}"
            ) from error
    show(told, as_json=caller.as_json)


@calling
def describe(caller: Member, dataset: Dataset, file: TermsFile) -> None:
    """Tell a dataset's question, or another title."""
    wanted = _wanted(caller, file, caller.client.currency_of(dataset))
    caller.client.describe_dataset(
        dataset,
        wanted.schema,
        wanted.title,
        wanted.description,
        reviews=wanted.reviews,
        field=wanted.field or None,
    )
    show({"dataset": dataset, "title": wanted.title}, as_json=caller.as_json)


@calling
def add_batch(
    caller: Member,
    dataset: Dataset,
    file: ItemsFile,
    file_format: FormatOption = None,
    gold: GoldOption = None,
    encoding: EncodingOption = "utf-8",
    delimiter: DelimiterOption = None,
    base_url: BaseOption = "",
    config: ConfigOption = None,
) -> None:
    """Add items, and the gold of some, from a file of any format.

    The file is read whole before anything is sent; large ones become several batches. Sending the same file
    again adds nothing. Nobody but you knows which items have gold.
    """
    from cota.cli.batch_file import check_items

    client = caller.chain_client
    schema = question_of(caller, dataset)
    incoming = _open(file, file_format, schema["kind"], gold, encoding, delimiter, base_url, config)
    checked = check_items(file, incoming, schema)
    if checked.lost:
        _tell(checked)
    show({"dataset": dataset, **_add(client, dataset, checked)}, as_json=caller.as_json)


def require_publisher(caller: Member, dataset: Hash32) -> None:
    """Raises Forbidden, in the service's words, before anything is sent to it."""
    found = caller.client.facts_of(dataset)
    if found.publisher != caller.address:
        raise Forbidden("only the dataset's publisher may do that", publisher=found.publisher)


def question_of(caller: Member, dataset: Hash32) -> dict[str, Any]:
    """The schema of the caller's own dataset. Raises Forbidden, Failed: before a file is read, which may be large."""
    require_publisher(caller, dataset)
    found = caller.client.facts_of(dataset)
    if found.question is None:
        raise Failed("the dataset has no question yet: cota dataset describe tells it")
    schema: dict[str, Any] = found.question
    return schema


def _open(
    path: Path,
    file_format: str | None,
    kind: str | None,
    gold: str | None,
    encoding: str,
    delimiter: str | None,
    base_url: str,
    config: Path | None,
) -> Incoming:
    from cota.cli.batch_file import open_items
    from cota.formats.incoming import ReadOptions

    return open_items(path, ReadOptions(file_format, kind, gold, encoding, delimiter, base_url, config))


def _kind_in(file: Path) -> str | None:
    """The kind of question that a file of terms names, if it does."""
    from cota.cli.dataset_file import read_object

    schema = read_object(file).get("schema")
    kind = schema.get("kind") if isinstance(schema, dict) else None
    return kind if isinstance(kind, str) else None


def _tell(checked: ItemFile) -> None:
    say(f"{checked.path}: {checked.items:,} items, {checked.gold:,} with gold", stderr=True)
    for what, count in checked.lost.items():
        say(f"not taken over: {what} ({count:,})", stderr=True)


def _add(client: CotaClient, dataset: Hash32, checked: ItemFile) -> dict[str, Any]:
    """Sends the batches that the chain does not have yet; of the last one, where it stands."""
    from cota.commitments import log_tree

    told: dict[str, Any] = {"items": checked.items, "gold": checked.gold, "batches": 0, "added": False}
    known = {one["items_root"]: one for one in client.batches(dataset)}
    for batch in checked.batches(client.account, dataset):
        root = "0x" + log_tree.root([item.ref() for item in batch]).hex()
        told |= {"items_root": root, "batches": told["batches"] + 1}
        if root in known:
            told |= {"block": known[root]["block"], "tx_hash": known[root]["tx_hash"]}
        else:
            mined = client.add_batch(dataset, batch)
            told |= {"added": True, "block": mined.block_number, "tx_hash": mined.tx_hash}
    return told | {"lost": checked.lost}


def _terms(caller: Member, file: Path, told: Any = None) -> tuple[Wanted, Terms]:
    from cota.cli.dataset_file import read_object
    from cota.client.drafts import draft_terms, with_draw

    client = caller.client
    token = read_object(file).get("payment_token")
    usual = client.currency_at(client.status.payment_token)
    payment = usual if token is None else _currency(caller, file, token)
    wanted = _wanted(caller, file, payment, told)
    choices = {"payment_token": usual.address, "coordinator": _usual_coordinator(caller)} | dict(
        wanted.choices
    )
    missing = [name for name in ("seats", "price_floor", "coordinator") if choices.get(name) is None]
    if missing:
        raise Failed(f"{file}: {', '.join(missing)} must be given")
    terms = draft_terms(
        publisher=caller.address,
        schema=wanted.schema,
        windows=caller.settings.network.windows,
        rules=wanted.rules,
        **choices,
    )
    if "draw_commitment" not in choices:
        terms = with_draw(client.account, terms)
    return wanted, terms


def _wanted(caller: Member, file: Path, payment: Currency, told: Any = None) -> Wanted:
    from cota.cli.dataset_file import read_wanted

    return read_wanted(file, payment, caller.client.status.stake_token, told)


def _currency(caller: Member, file: Path, token: object) -> Currency:
    from cota.units import parse_address

    try:
        return caller.client.currency_at(parse_address(str(token)))
    except ValueError as error:
        raise Failed(f"{file}: payment_token: {error}") from None


def _usual_coordinator(caller: Member) -> str | None:
    """On the local network the stack's own. Elsewhere a publisher must choose whom she relies on."""
    settings = caller.settings
    return settings.key("coordinator").address if settings.network.is_local else None
