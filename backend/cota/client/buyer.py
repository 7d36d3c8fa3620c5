"""Session -> **buyer's calls** -> chain and API. Paying, being let in at once, and checking what one is
given.

Promises: a purchase carries the buyer's own limits (price, terms, deadline), so nothing that changes
meanwhile is paid for; a download is complete under its name or not there; every record of it is checked
against the chain.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_abi.exceptions import DecodingError

from cota.chain.contracts import DatasetShares, Duty, LicenseMarket, Order, Permit, Token
from cota.chain.decode import Decoders
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt as Mined
from cota.client.downloads import Partial, check_with
from cota.client.foreseeing import foresee
from cota.client.intents import Intent
from cota.client.passports import make_passport
from cota.client.permits import sign_permit
from cota.client.records import take
from cota.client.refusals import ClientError, Unreachable, Untrustworthy
from cota.client.session import SIGNED_FOR_S, Session
from cota.client.told import LicenseCheck, LicenseTold, RoyaltyTold
from cota.errors import ChainReverted, NoSuchRange
from cota.formats.outgoing.whole import beside
from cota.formats.passport import Passport, passport_of, write_passport
from cota.units import Address, Hash32, parse_address, parse_hash32, to_hex
from cota.verify.report import Report


@dataclass(frozen=True)
class Bought:
    """A licence just bought."""

    license: int
    dataset: Hash32
    price: int
    epochs: int
    block: int


class BuyerCalls(Session):
    """What a buyer does. Needs `rpc_url`: her wallet sends the transactions, and she checks for herself.

    `intents`: the folder in which named payments are remembered; ~/.config/cota/intents unless set.
    """

    intents: Path | None = None

    def price_of(self, dataset: Hash32, license_class: int = 0) -> int:
        """In base units of the payment token; 0 when the class is not sold."""
        market = LicenseMarket(self.node.client, self.proven_contract_of(dataset, "market"))
        return self.node.run(market.price_of(dataset, license_class, "latest"))

    def buy(
        self,
        dataset: Hash32,
        *,
        license_class: int = 0,
        max_price: int | None = None,
        receiver: Address | None = None,
        intent: str | None = None,
    ) -> Bought:
        """Buys a licence in one transaction, with a permit for exactly its price; where the token has no
        permits, an allowance goes before it. Raises ChainReverted.

        `max_price`: the price now unless given; `receiver`: whose licence it is, the buyer's unless given;
        `intent`: a name of your own for this purchase. Asked again under it, after whatever happened, the same
        licence comes back and nothing is paid twice.
        """
        market, owner = self.proven_contract_of(dataset, "market"), receiver or self.address

        def order() -> bytes:
            price = self.price_of(dataset, license_class) if max_price is None else max_price
            if price == 0:
                raise ClientError(f"class {license_class} of this dataset is not sold")
            deadline = self.now() + SIGNED_FOR_S
            self._require_price(dataset, license_class, price)
            wanted = Order(dataset, license_class, price, self.terms_hash_of(dataset), deadline, owner)
            permit = self._permit(dataset, market, price, deadline)
            if permit is not None:
                return LicenseMarket.encode_buy_with_permit(wanted, permit)
            return self._allowed(dataset, market, price, LicenseMarket.encode_buy(wanted))

        what = {"buy": to_hex(dataset), "class": license_class, "receiver": owner, "market": market}
        return self._bought(self._pay(intent, what, market, order), market)

    def renew(self, license: int, *, max_price: int | None = None, intent: str | None = None) -> Mined:
        """Renews a licence at the current price: it then opens the epochs that are final now, and lasts longer.

        `max_price` and `intent` as for `buy`. Anyone may renew anyone's licence, but only the licensee for less than
        was last paid, or when her duty to report had ended. Raises ChainReverted.
        """
        dataset = take(self.license(license, min_block=self.node.head().number), "dataset", parse_hash32)
        market = self.proven_contract_of(dataset, "market")

        def order() -> bytes:
            found = self.node.run(LicenseMarket(self.node.client, market).license_of(license, "latest"))
            price = self.price_of(dataset, found.class_) if max_price is None else max_price
            self._require_price(dataset, found.class_, price)
            deadline = self.now() + SIGNED_FOR_S
            data = LicenseMarket.encode_renew(license, price, self.terms_hash_of(dataset), deadline)
            return self._allowed(dataset, market, price, data)

        return self._pay(intent, {"renew": str(license), "market": market}, market, order)

    def pay_royalty(
        self,
        dataset: Hash32,
        license: int,
        amount: int,
        report_hash: bytes = bytes(32),
        *,
        intent: str | None = None,
    ) -> Mined:
        """A royalty under a licence; a zero amount with a report's hash counts as a report. `intent` as for
        `buy`."""
        market = self.proven_contract_of(dataset, "market")

        def order() -> bytes:
            self.require_balance(self.currency_of(dataset), amount)
            data = LicenseMarket.encode_pay_royalty(license, amount, report_hash)
            return self._allowed(dataset, market, amount, data)

        what = {
            "royalty": str(license),
            "amount": str(amount),
            "report": to_hex(report_hash),
            "market": market,
        }
        return self._pay(intent, what, market, order)

    def pay(self, dataset: Hash32, amount: int) -> Mined:
        """Pays all holders of a dataset directly, without a licence and without a split."""
        shares = self.proven_contract_of(dataset, "shares")
        self.require_balance(self.currency_of(dataset), amount)
        return self.send(shares, self._allowed(dataset, shares, amount, DatasetShares.encode_pay(amount)))

    def transfer_shares(self, dataset: Hash32, receiver: Address, amount: int) -> Mined:
        """Moves shares; revenue already earned stays with the seller."""
        shares = self.proven_contract_of(dataset, "shares")
        return self.send(shares, DatasetShares.encode_transfer(receiver, amount))

    def download(self, license: int, path: Path, *, min_block: int | None = None) -> Path:
        """Streams the licensed export to a file. With the purchase's `min_block` the service waits for it.

        A download that breaks off stays as `<name>.part` and is continued, here or by the next call. Raises
        Untrustworthy when nothing more comes and the end is missing.
        """
        self.require_session()
        with Partial(path) as partial:
            until = time.monotonic() + self.http.patience_s
            while True:
                before = partial.size
                try:
                    self._receive(license, partial, min_block)
                    if partial.is_whole():
                        return partial.finish()
                    reason: Exception = Untrustworthy("the download was cut off: its last line is missing")
                except Unreachable as error:
                    reason = error
                if partial.size > before:
                    until = time.monotonic() + self.http.patience_s
                elif time.monotonic() > until:
                    raise reason
                time.sleep(0.5)

    def download_checked(self, license: int, path: Path, *, min_block: int | None = None) -> Report:
        """As `download`, and the file gets its name only if every record of it is proven; its passport comes
        beside it (`<name>.passport.json`). Raises Untrustworthy at the first fault.
        """
        unchecked = path.with_name(f".{path.name}.unchecked")
        self.download(license, unchecked, min_block=min_block)
        try:
            report, passport = self._check(unchecked)
            with beside(passport_of(path)) as unfinished:
                unfinished.write_bytes(write_passport(passport))
            unchecked.replace(path)
        finally:
            unchecked.unlink(missing_ok=True)
        return report

    def check_export(self, path: Path) -> Report:
        """Checks every record of a download at the newest block; raises Untrustworthy at the first fault."""
        return self._check(path)[0]

    def passport(self, path: Path) -> Passport:
        """The passport of a download that was checked just now. Raises Untrustworthy."""
        return self._check(path)[1]

    def license(self, license: int, *, min_block: int | None = None) -> LicenseTold:
        return LicenseTold(self.http.get(f"/v1/licenses/{license}", min_block=min_block))

    def royalties(self, license: int, *, min_block: int | None = None) -> Iterator[RoyaltyTold]:
        """Paid under a licence, newest first."""
        return map(RoyaltyTold, self.pages(f"/v1/licenses/{license}/royalties", min_block=min_block))

    def duty_of(self, dataset: Hash32, license: int) -> Duty:
        """Reports of a licence: made, late, and until when the next one is due (0: none)."""
        market = LicenseMarket(self.node.client, self.proven_contract_of(dataset, "market"))
        return self.node.run(market.duty_of(license, "latest"))

    def check_license(
        self, dataset: Hash32, address: Address, *, min_block: int | None = None
    ) -> LicenseCheck:
        """Whether an account may download a dataset, and by which licence."""
        return LicenseCheck(
            self.http.get("/v1/licenses/check", dataset=to_hex(dataset), address=address, min_block=min_block)
        )

    # --- inside

    def _pay(self, intent: str | None, what: dict[str, Any], to: Address, make: Callable[[], bytes]) -> Mined:
        if intent is None:
            return self.send(to, make())
        told = what | {
            "payer": self.address,
            "chain": self.status.chain_id,
            "genesis": to_hex(self.status.genesis_hash),
        }
        folder = self.intents or Path.home() / ".config" / "cota" / "intents"
        with Intent(folder, intent, told) as kept:
            return kept.pay(self.sender, to, make)

    def _check(self, path: Path) -> tuple[Report, Passport]:
        report, checked = check_with(self.node, self.status.chain_id, self.registry, path)
        failure = report.first_failure
        if failure is not None:
            raise Untrustworthy(f"{failure.name}: {failure.finding}")
        return report, make_passport(self.node, self.status, checked)

    def _receive(self, license: int, partial: Partial, min_block: int | None) -> None:
        path, headers = f"/v1/licenses/{license}/export", partial.headers()
        try:
            with self.http.stream(path, headers, min_block=min_block) as answer:
                partial.receive(answer)
        except NoSuchRange:
            # Longer than the whole: it is no beginning of it.
            partial.discard()

    def _token_of(self, dataset: Hash32) -> Address:
        return take(self.terms_of(dataset), "payment_token", parse_address)

    def _require_price(self, dataset: Hash32, license_class: int, most: int) -> None:
        """Raises ClientError where the account lacks the price, which may be less than the most that it pays."""
        self.require_balance(self.currency_of(dataset), min(most, self.price_of(dataset, license_class)))

    def _allowed(self, dataset: Hash32, spender: Address, amount: int, data: bytes) -> bytes:
        """The payment `data`, with an allowance for exactly it if there is none that is large enough: not before all
        else about it is right. Raises ChainReverted, ClientError."""
        token = Token(self.node.client, self._token_of(dataset))
        if amount and self.node.run(token.allowance(self.address, spender, "latest")) < amount:
            foresee(self.sender, spender, data)
            self.send(token.address, Token.encode_approve(spender, amount))
        return data

    def _permit(self, dataset: Hash32, spender: Address, amount: int, deadline: int) -> Permit | None:
        """None when the token knows no permits (EIP-2612)."""
        token = Token(self.node.client, self._token_of(dataset))
        try:
            nonce = self.node.run(token.permit_nonce(self.address, "latest"))
            separator = self.node.run(token.domain_separator("latest"))
        except (ChainReverted, DecodingError):
            return None
        return sign_permit(self.account, separator, spender, amount, nonce, deadline)

    def _bought(self, mined: Mined, market: Address) -> Bought:
        own = [log for log in mined.logs if log["address"].lower() == market.lower()]
        for event in Decoders(committed_catalogue()).decode_all("LicenseMarket", own):
            if event.name == "LicenseBought":
                args = event.args
                number, dataset = int(args["license"]), Hash32(args["dataset"])
                return Bought(number, dataset, args["price"], args["epochs"], mined.block_number)
        raise Untrustworthy("the transaction was mined without a licence")
