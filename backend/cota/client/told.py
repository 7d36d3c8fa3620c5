"""API answer -> **what the service told**, typed -> caller. The answers that the client hands on.

Each is the JSON that came, a `dict` to print or to keep, whose fields are also attributes in this project's types:
amounts are int base units, 32-byte values bytes, addresses EIP-55, times aware. Promise: all fields are read when the
answer comes; one that is missing or has another form raises `Untrustworthy` naming it, not later and elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from cota.client.records import Currency, SignedReceipt, optional, parse_time, take
from cota.units import Address, Hash32, parse_address, parse_amount, parse_hash32

T = TypeVar("T")
R = TypeVar("R", bound="Told")


class Field(Generic[T]):
    """One field of an answer; `name` where it is a word of Python."""

    def __init__(self, parse: Callable[[Any], T], name: str = "") -> None:
        self.parse, self.name = parse, name

    def __set_name__(self, owner: type[Told], attribute: str) -> None:
        self.name = self.name or attribute

    @overload
    def __get__(self, told: None, owner: type[Told]) -> Self: ...
    @overload
    def __get__(self, told: Told, owner: type[Told]) -> T: ...
    def __get__(self, told: Told | None, owner: type[Told]) -> Self | T:
        return self if told is None else take(told, self.name, self.parse)


class Told(dict[str, Any]):
    """An answer. Raises Untrustworthy for one that is no object or lacks a field."""

    __slots__ = ()
    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = (name for name, value in vars(cls).items() if isinstance(value, Field))
        cls.fields = (*cls.fields, *own)

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(take({"answer": answer}, "answer", _object))
        for name in self.fields:
            getattr(self, name)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("an object is wanted")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a whole number is wanted")
    return value


def _true_or_false(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is wanted")
    return value


def _anything(value: Any) -> Any:
    return value


def _each(parse: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    def read(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ValueError("a list is wanted")
        return tuple(parse(one) for one in value)

    return read


class Placed(Told):
    """What stands on the chain. `status`: indexed or final."""

    block: Field[int] = Field(_whole)
    status: Field[str] = Field(_text)


class PromiseTold(Told):
    """What bounties promise for an average label made now, all together, and for how many they suffice. Base units."""

    bounties: Field[int] = Field(_whole)
    per_label: Field[int] = Field(parse_amount)
    free: Field[int] = Field(parse_amount)
    labels_left: Field[int] = Field(parse_amount)


class DatasetTold(Placed):
    """`terms` and `question` as JSON; the question is None until its publisher told it. `bounty`: None where labels
    are paid by sales alone."""

    id: Field[Hash32] = Field(parse_hash32)
    publisher: Field[Address] = Field(parse_address)
    shares: Field[Address] = Field(parse_address)
    version: Field[int] = Field(_whole)
    state: Field[str] = Field(_text)
    title: Field[str | None] = Field(optional(_text))
    description: Field[str | None] = Field(optional(_text))
    question: Field[Any] = Field(_anything, "schema")
    terms_hash: Field[Hash32] = Field(parse_hash32)
    terms: Field[Mapping[str, Any]] = Field(_object)
    item_count: Field[int] = Field(_whole)
    batch_count: Field[int] = Field(_whole)
    created_at: Field[datetime] = Field(parse_time)
    token: Field[Currency] = Field(Currency.parse)
    bounty: Field[PromiseTold | None] = Field(optional(PromiseTold))


class DatasetFigures(DatasetTold):
    """One dataset with what reached its holders' pool and left it."""

    paid: Field[int] = Field(parse_amount)
    claimed: Field[int] = Field(parse_amount)
    supply: Field[int] = Field(parse_amount)
    members: Field[int] = Field(_whole)
    rows: Field[int] = Field(_whole)


class BatchTold(Placed):
    batch: Field[int] = Field(_whole)
    items_root: Field[Hash32] = Field(parse_hash32)
    gold_root: Field[Hash32] = Field(parse_hash32)
    first_item: Field[int] = Field(_whole)
    count: Field[int] = Field(_whole)
    uploaded: Field[bool] = Field(_true_or_false)


class EpochTold(Placed):
    """What follows `state` is None before a settlement is proposed."""

    epoch: Field[int] = Field(_whole)
    from_index: Field[int] = Field(_whole)
    to_index: Field[int] = Field(_whole)
    log_root: Field[Hash32] = Field(parse_hash32)
    state: Field[str] = Field(_text)
    settlement_root: Field[Hash32 | None] = Field(optional(parse_hash32))
    total_units: Field[int | None] = Field(optional(parse_amount))
    file_hash: Field[Hash32 | None] = Field(optional(parse_hash32))


class HolderTold(Told):
    account: Field[Address] = Field(parse_address)
    balance: Field[int] = Field(parse_amount)
    share_bps: Field[int] = Field(_whole)


class PaymentTold(Placed):
    payer: Field[Address] = Field(parse_address)
    amount: Field[int] = Field(parse_amount)
    at: Field[datetime] = Field(parse_time)


class MembershipTold(Placed):
    dataset: Field[Hash32] = Field(parse_hash32)
    state: Field[str] = Field(_text)
    stake: Field[int] = Field(parse_amount)
    penalty_cap: Field[int] = Field(parse_amount)
    penalised: Field[int] = Field(parse_amount)
    sponsor: Field[Address] = Field(parse_address)


class ShareTold(Told):
    """Shares in base units; revenue in the payment token's."""

    dataset: Field[Hash32] = Field(parse_hash32)
    balance: Field[int] = Field(parse_amount)
    unclaimed_units: Field[int] = Field(parse_amount)
    claimable: Field[int] = Field(parse_amount)
    claimable_with_unclaimed: Field[int] = Field(parse_amount)
    claimed: Field[int] = Field(parse_amount)
    token: Field[Currency] = Field(Currency.parse)


class AccountTold(Told):
    account: Field[Address] = Field(parse_address)
    free_stake: Field[int] = Field(parse_amount)
    memberships: Field[tuple[MembershipTold, ...]] = Field(_each(MembershipTold))
    shares: Field[tuple[ShareTold, ...]] = Field(_each(ShareTold))


class OwnRow(Told):
    """A row of one's own. `outcome`: waiting, counted, not-counted."""

    dataset: Field[Hash32] = Field(parse_hash32)
    index: Field[int] = Field(_whole)
    row_id: Field[Hash32] = Field(parse_hash32)
    item_ref: Field[Hash32] = Field(parse_hash32)
    label: Field[Any] = Field(_anything)
    received_at: Field[datetime] = Field(parse_time)
    receipt: Field[SignedReceipt] = Field(SignedReceipt.parse)
    outcome: Field[str] = Field(_text)
    reason: Field[str | None] = Field(optional(_text))


class MediumTold(Told):
    """A picture or sound that the service keeps. Of pictures: pixels of the upright frame, orientation (EXIF)."""

    token: Field[Hash32] = Field(parse_hash32)
    url: Field[str] = Field(_text)
    sha256: Field[Hash32] = Field(parse_hash32)
    type: Field[str] = Field(_text)
    size: Field[int] = Field(_whole)
    width: Field[int | None] = Field(optional(_whole))
    height: Field[int | None] = Field(optional(_whole))
    orientation: Field[int | None] = Field(optional(_whole))

    @property
    def content(self) -> dict[str, Any]:
        """An item that shows it."""
        if self.width is None:
            return {"audio": self.url, "sha256": self["sha256"]}
        frame = {name: self[name] for name in ("width", "height", "orientation")}
        return {"image": self.url, **frame, "sha256": self["sha256"]}


class InboxEvent(Told):
    """What concerned the account. `data` quotes the contract; `labels` and `counted`: her own of an epoch, once it is
    scored; `deadline`: until when something can be done about it. None where there is none."""

    id: Field[str] = Field(_text)
    kind: Field[str] = Field(_text)
    dataset: Field[Hash32 | None] = Field(optional(parse_hash32))
    account: Field[Address | None] = Field(optional(parse_address))
    at: Field[datetime] = Field(parse_time)
    block: Field[int] = Field(_whole)
    tx_hash: Field[Hash32] = Field(parse_hash32)
    data: Field[Mapping[str, Any]] = Field(_object)
    labels: Field[int | None] = Field(optional(_whole))
    counted: Field[int | None] = Field(optional(_whole))
    deadline: Field[datetime | None] = Field(optional(parse_time))


class CredentialEndingTold(Told):
    """A credential of the account that ends soon or ended lately; `datasets`: hers that ask for it."""

    credential: Field[Hash32] = Field(parse_hash32)
    issuer: Field[Address] = Field(parse_address)
    expires_at: Field[datetime] = Field(parse_time)
    expired: Field[bool] = Field(_true_or_false)
    datasets: Field[tuple[Hash32, ...]] = Field(_each(parse_hash32))


class InboxPage(Told):
    """`next`: the cursor of older events, None at the end; `ending` is the same on every page."""

    events: Field[tuple[InboxEvent, ...]] = Field(_each(InboxEvent), "items")
    next: Field[str | None] = Field(optional(_text))
    ending: Field[tuple[CredentialEndingTold, ...]] = Field(_each(CredentialEndingTold))


class DeliveryTold(Placed):
    """`returned`: COTA, None before a ruling."""

    state: Field[str] = Field(_text)
    answered: Field[bool] = Field(_true_or_false)
    due_at: Field[datetime | None] = Field(optional(parse_time))
    returned: Field[int | None] = Field(optional(parse_amount))


class LicenseTold(Placed):
    """`expires_at`: None for good. `due_at`: of the next report, None where none is due."""

    license: Field[int] = Field(parse_amount)
    dataset: Field[Hash32] = Field(parse_hash32)
    receiver: Field[Address] = Field(parse_address)
    payer: Field[Address] = Field(parse_address)
    license_class: Field[int] = Field(_whole, "class")
    price: Field[int] = Field(parse_amount)
    epochs: Field[tuple[int, ...]] = Field(_each(_whole))
    terms_hash: Field[Hash32] = Field(parse_hash32)
    expires_at: Field[datetime | None] = Field(optional(parse_time))
    expired: Field[bool] = Field(_true_or_false)
    due_at: Field[datetime | None] = Field(optional(parse_time))
    overdue: Field[bool] = Field(_true_or_false)
    reports: Field[int] = Field(_whole)
    late: Field[int] = Field(_whole)
    delivery: Field[DeliveryTold | None] = Field(optional(DeliveryTold))
    token: Field[Currency] = Field(Currency.parse)


class RoyaltyTold(Placed):
    """`report_hash`: None where no report of use came with it."""

    payer: Field[Address] = Field(parse_address)
    amount: Field[int] = Field(parse_amount)
    report_hash: Field[Hash32 | None] = Field(optional(parse_hash32))
    token: Field[Currency] = Field(Currency.parse)
    at: Field[datetime] = Field(parse_time)


class LicenseCheck(Told):
    """Whether an account may download now, and by which licence."""

    licensed: Field[bool] = Field(_true_or_false)
    license: Field[int | None] = Field(optional(parse_amount))
    epochs: Field[tuple[int, ...]] = Field(_each(_whole))
    expires_at: Field[datetime | None] = Field(optional(parse_time))


class RateTold(Told):
    """A share with the bounds of its 95 % interval."""

    right: Field[int] = Field(_whole)
    of: Field[int] = Field(_whole)
    rate: Field[float] = Field(float)
    low: Field[float] = Field(float)
    high: Field[float] = Field(float)


class QualityTold(Told):
    """Of the finalised epochs; None where there is no measure or nothing to measure."""

    epochs: Field[tuple[int, ...]] = Field(_each(_whole))
    labels: Field[int] = Field(_whole)
    item_count: Field[int] = Field(_whole, "items")
    annotators: Field[int] = Field(_whole)
    on_gold: Field[RateTold | None] = Field(optional(RateTold))
    agreement: Field[RateTold | None] = Field(optional(RateTold))
    alpha: Field[float | None] = Field(optional(float))
    decided: Field[RateTold | None] = Field(optional(RateTold))
