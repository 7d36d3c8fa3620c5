"""Rules of moderation: who may take down, what may be erased when: api -> **service** -> queries.

Promises: anyone may report, without a session; publisher and operator (the dataset's coordinator) decide; whoever
held a lease of what is taken down loses nothing by it; each takedown is public; a label can be erased once its epoch
is final.
"""

from typing import Literal

from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.errors import Forbidden, NotFound, UnknownItem
from cota.moderation import queries
from cota.moderation.schemas import ReportRequest, TakedownRequest
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes

Role = Literal["publisher", "operator"]


async def report(session: WriteSession, dataset: bytes, reporter: Address | None, body: ReportRequest) -> int:
    """Raises `UnknownDataset`, `UnknownItem`."""
    await require_dataset(session, dataset)
    if body.item_ref is not None and await queries.item(session, dataset, body.item_ref) is None:
        raise UnknownItem()
    row = {
        "dataset": dataset,
        "item_ref": body.item_ref,
        "reporter": address_bytes(reporter) if reporter else None,
        "reason": body.reason,
        "note": body.note,
    }
    return await queries.report(session, row)


async def require_moderator(session: ReadSession, dataset: bytes, account: Address) -> Role:
    """Raises `Forbidden` for anybody but publisher and operator."""
    return role_of(await require_dataset(session, dataset), account)


def role_of(dataset: Dataset, account: Address) -> Role:
    if account == dataset.publisher:
        return "publisher"
    if account == dataset.terms.coordinator:
        return "operator"
    raise Forbidden("only the dataset's publisher and its operator may do that", publisher=dataset.publisher)


async def take_down(session: WriteSession, dataset: bytes, account: Address, body: TakedownRequest) -> None:
    """Taking down again changes nothing. Raises `Forbidden`, `UnknownItem`."""
    role = await require_moderator(session, dataset, account)
    item = await queries.item(session, dataset, body.item_ref)
    if item is None:
        raise UnknownItem()
    if item.erased:
        return
    row = {
        "dataset": dataset,
        "item": item.id,
        "account": address_bytes(account),
        "role": role,
        "reason": body.reason,
        "note": body.note,
    }
    await queries.take_down(session, row)


async def dismiss(session: WriteSession, dataset: bytes, account: Address, report: int) -> None:
    await require_moderator(session, dataset, account)
    if not await queries.dismiss(session, dataset, report):
        raise NotFound("the dataset has no such report")


async def erase(session: WriteSession, account: Address, row_id: bytes | None) -> tuple[int, int]:
    """(erased now, waiting). Raises `NotFound` for a row that is not the account's."""
    if row_id is not None and not await queries.owns(session, account, row_id):
        raise NotFound("the account has no such row")
    return await queries.erase(session, account, row_id)
