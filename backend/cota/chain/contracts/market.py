"""LicenseMarket: prices, licences, royalties, credits."""

from dataclasses import astuple, dataclass
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address, Hash32


@dataclass(frozen=True, slots=True)
class Order:
    """What a buyer agrees to; `deadline` in unix seconds."""

    dataset: bytes
    class_: int
    max_price: int
    terms_hash: bytes
    deadline: int
    receiver: Address


@dataclass(frozen=True, slots=True)
class Permit:
    """An EIP-2612 permit for the market."""

    value: int
    deadline: int
    v: int
    r: bytes
    s: bytes


@dataclass(frozen=True, slots=True)
class License:
    """`expires_at` is 0 for a perpetual one; `epochs` were finalised when it was bought or renewed."""

    dataset: Hash32
    terms_hash: Hash32
    price: int
    epochs: int
    bought_at: int
    expires_at: int
    class_: int


@dataclass(frozen=True, slots=True)
class Duty:
    """A licensee's reports: `due_at` in unix seconds, 0 when none is due any more or ever; in the past when one
    was missed."""

    due_at: int
    reports: int
    late: int


class LicenseMarket(Contract):
    name: ClassVar[str] = "LicenseMarket"

    async def price_of(self, dataset: bytes, class_: int, block: Block) -> int:
        return int(await self.read("priceOf", dataset, class_, block=block))

    async def license_of(self, license: int, block: Block) -> License:
        return License(*await self.read("licenseOf", license, block=block))

    async def duty_of(self, license: int, block: Block) -> Duty:
        return Duty(*await self.read("dutyOf", license, block=block))

    async def sales_paused_until(self, block: Block) -> int:
        return int(await self.read("salesPausedUntil", block=block))

    async def owner_of(self, license: int, block: Block) -> Address:
        return Address(await self.read("ownerOf", license, block=block))

    async def credit_of(self, token: Address, account: Address, block: Block) -> int:
        return int(await self.read("creditOf", token, account, block=block))

    async def treasury(self, block: Block) -> Address:
        return Address(await self.read("treasury", block=block))

    @classmethod
    def encode_set_price(cls, dataset: bytes, class_: int, price: int) -> bytes:
        return cls.encode("setPrice", dataset, class_, price)

    @classmethod
    def encode_pause_sales(cls, duration: int) -> bytes:
        return cls.encode("pauseSales", duration)

    @classmethod
    def encode_buy(cls, order: Order) -> bytes:
        return cls.encode("buy", astuple(order))

    @classmethod
    def encode_buy_with_permit(cls, order: Order, permit: Permit) -> bytes:
        return cls.encode("buyWithPermit", astuple(order), astuple(permit))

    @classmethod
    def encode_renew(cls, license: int, max_price: int, terms_hash: bytes, deadline: int) -> bytes:
        return cls.encode("renew", license, max_price, terms_hash, deadline)

    @classmethod
    def encode_pay_royalty(cls, license: int, amount: int, report_hash: bytes) -> bytes:
        return cls.encode("payRoyalty", license, amount, report_hash)

    @classmethod
    def encode_withdraw_credit(cls, token: Address, recipient: Address) -> bytes:
        return cls.encode("withdrawCredit", token, recipient)
