"""Account -> **session** -> calls of contributor, publisher and buyer. Who calls, where, and on which
chain.

Promises: the wallet's key signs here and goes nowhere else; the server's clock, not this machine's, dates
what is signed; the chain is asked only where an RPC URL was given, and what could not be checked for want
of it is said.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from eth_account.signers.local import LocalAccount

from cota.auth.signatures import sign_digest
from cota.auth.siwe import build_message, text_digest
from cota.auth.typed import Domain, Message, digest
from cota.chain.blocking import BlockingNode, BlockingSender
from cota.chain.contracts import DatasetRegistry, Token
from cota.chain.fees import FeePolicy
from cota.chain.sender import Receipt as Mined
from cota.client.foreseeing import AskedSender
from cota.client.records import Currency, Status, parse_time, take
from cota.client.refusals import ClientError, Untrustworthy
from cota.client.told import AccountTold, DatasetFigures, DatasetTold, EpochTold, HolderTold, PaymentTold
from cota.client.transport import Transport
from cota.closing import Closing
from cota.errors import NotSignedIn
from cota.settlement.epoch_file import EpochFile, read_epoch_file
from cota.units import Address, Hash32, format_units, parse_address, parse_hash32, to_hex

Wallet = LocalAccount | Callable[[], LocalAccount]
SIGNED_FOR_S = 300
"""How long a statement signed here stays usable: enough for a slow network, too short to hoard."""


class Session(Closing):
    """One account at one API. Without an account only public reads work. `rpc_url`: a node, or several
    separated by commas, in order of preference. `account` may be what gives it once it is needed. `fees`: what its
    own transactions may pay for gas."""

    def __init__(
        self,
        api_url: str,
        account: Wallet | None = None,
        rpc_url: str | None = None,
        *,
        patience_s: float = 60.0,
        fees: FeePolicy | None = None,
    ) -> None:
        self.http = Transport(api_url, patience_s=patience_s)
        self.rpc_url = rpc_url
        self._fees = fees
        self._account = account
        self._node: BlockingNode | None = None
        self._question: Callable[[], None] | None = None
        self._datasets: dict[Hash32, DatasetFigures] = {}
        self._proven: dict[Hash32, dict[str, Address]] = {}

    def close(self) -> None:
        self.http.close()
        if self._node is not None:
            self._node.close()
            self._node = None

    @property
    def has_account(self) -> bool:
        return self._account is not None

    @property
    def account(self) -> LocalAccount:
        if self._account is None:
            raise NotSignedIn("this call needs a wallet: give the client an account")
        if not isinstance(self._account, LocalAccount):
            self._account = self._account()
        return self._account

    @property
    def address(self) -> Address:
        return parse_address(self.account.address)

    @cached_property
    def status(self) -> Status:
        """The deployment behind this API, asked once."""
        asked_at = time.time()
        status = Status.parse(self.http.get("/v1/status"))
        self._clock_ahead_s = status.time.timestamp() - asked_at
        return status

    def trust_only(self, names: Collection[str]) -> None:
        """Forgets the contracts of other names that the service told."""
        kept = {name: at for name, at in self.status.contracts.items() if name in names}
        self.__dict__["status"] = replace(self.status, contracts=kept)

    def now(self) -> int:
        """The server's time in Unix seconds, as far as its last answer told it."""
        _ = self.status
        return int(time.time() + self._clock_ahead_s)

    def domain(self, dataset: Hash32, contract: str) -> Domain:
        """The EIP-712 domain of a dataset's "ledger" or "vault"."""
        return Domain(self.status.chain_id, self.contract_of(dataset, contract))

    def sign(self, domain: Domain, message: Message) -> bytes:
        """The wallet's signature under a typed statement."""
        return sign_digest(digest(domain, message), bytes(self.account.key))

    def sign_in(self) -> datetime:
        """Opens a session at the API (EIP-4361); gives back when it ends."""
        asked = self.http.post("/v1/auth/nonce")
        message = build_message(
            domain=self._own_site(take(asked, "domain", str)),
            address=self.address,
            uri=take(asked, "uri", str),
            chain_id=self.status.chain_id,
            nonce=take(asked, "nonce", str),
            issued_at=self.now(),
        )
        signature = to_hex(sign_digest(text_digest(message), bytes(self.account.key)))
        answer = self.http.post("/v1/auth/sign-in", {"message": message, "signature": signature})
        self.http.token = take(answer, "token", str)
        return take(answer, "expires_at", parse_time)

    def sign_out(self) -> None:
        self.http.post("/v1/auth/sign-out")
        self.http.token = None

    def require_session(self) -> None:
        """Signs in once, when a call that needs it is made."""
        if self.http.token is None:
            self.sign_in()

    # --- the chain, for those who send transactions or check for themselves

    @property
    def node(self) -> BlockingNode:
        """The chain behind `rpc_url`, checked to be the one that the service serves."""
        if self._node is None:
            if self.rpc_url is None:
                raise ClientError("this call asks the chain itself: give the client an rpc_url")
            urls = self.rpc_url.split(",")
            node = BlockingNode(urls, self.status.chain_id, self.status.genesis_hash, self._fees)
            try:
                node.run(node.client.check())
            except BaseException:
                node.close()
                raise
            self._node = node
        return self._node

    @property
    def sender(self) -> BlockingSender:
        """What sends the account's transactions."""
        made = self.node.sender(self.account)
        return made if self._question is None else AskedSender(made, self._ask_once)

    def send(self, to: Address, data: bytes, value: int = 0) -> Mined:
        """Simulates, signs, sends and waits for one transaction of the account. Raises ChainReverted."""
        return self.sender.send(to, data, value)

    @contextmanager
    def asking(self, question: Callable[[], None]) -> Iterator[None]:
        """What is sent inside is asked about: once, after it was simulated and before the first transaction leaves.
        `question` raises to stop it."""
        self._question = question
        try:
            yield
        finally:
            self._question = None

    def _ask_once(self) -> None:
        question, self._question = self._question, None
        if question is not None:
            question()

    def require_balance(self, currency: Currency, amount: int) -> None:
        """Raises ClientError where the account holds less of a token."""
        token = Token(self.node.client, currency.address)
        balance = self.node.run(token.balance_of(self.address, "latest"))
        if balance < amount:
            held, wanted = (format_units(one, currency.decimals) for one in (balance, amount))
            raise ClientError(f"the wallet holds {held} {currency.symbol}, and {wanted} are wanted")

    # --- public reads

    def dataset(self, dataset: Hash32, *, min_block: int | None = None) -> DatasetFigures:
        return DatasetFigures(self.http.get(f"/v1/datasets/{to_hex(dataset)}", min_block=min_block))

    def datasets(self) -> Iterator[DatasetTold]:
        return map(DatasetTold, self.pages("/v1/datasets"))

    def epochs(self, dataset: Hash32) -> list[EpochTold]:
        return list(map(EpochTold, self.pages(f"/v1/datasets/{to_hex(dataset)}/epochs")))

    def attempts(self, dataset: Hash32, epoch: int) -> Iterator[dict[str, Any]]:
        """Every settlement that was proposed for a checkpoint, in order; those that fell, too."""
        return self.pages(f"/v1/datasets/{to_hex(dataset)}/epochs/{epoch}/attempts")

    def slashes(self, coordinator: Address) -> Iterator[dict[str, Any]]:
        """What a coordinator's bond was taken for, newest first."""
        return self.pages(f"/v1/coordinators/{coordinator}/slashes")

    def epoch_file(self, dataset: Hash32, epoch: int) -> EpochFile:
        """An epoch's public file, if it is the one whose hash the mirror has. Raises Untrustworthy."""
        path = f"/v1/datasets/{to_hex(dataset)}/epochs/{epoch}"
        promised = take(self.http.get(path), "file_hash", parse_hash32)
        content = self.http.get_bytes(f"{path}/file")
        if hashlib.sha256(content).digest() != promised:
            raise Untrustworthy(f"the file of epoch {epoch} is not the one whose hash is on chain")
        return read_epoch_file(io.BytesIO(content))

    def holders(self, dataset: Hash32) -> Iterator[HolderTold]:
        return map(HolderTold, self.pages(f"/v1/datasets/{to_hex(dataset)}/holders"))

    def payments(self, dataset: Hash32) -> Iterator[PaymentTold]:
        return map(PaymentTold, self.pages(f"/v1/datasets/{to_hex(dataset)}/payments"))

    def account_of(self, address: Address, *, min_block: int | None = None) -> AccountTold:
        return AccountTold(self.http.get(f"/v1/accounts/{address}", min_block=min_block))

    def statement(self, address: Address, form: str = "json") -> bytes:
        """Every chain fact of an account, as one JSON object or "csv"; with a session of its own, how many labels
        too."""
        path = f"/v1/accounts/{address}/statement"
        if form != "json":
            return self.http.get_bytes(path, format=form)
        answer = self.http.get(path, limit=200)
        rows = list(take(answer, "rows", list))
        while answer.get("next"):
            answer = self.http.get(path, limit=200, cursor=answer["next"])
            rows += take(answer, "rows", list)
        return json.dumps(answer | {"rows": rows}, ensure_ascii=False).encode()

    @property
    def registry(self) -> Address:
        return self.status.contracts["DatasetRegistry"]

    def wait_for(self, block: int | None) -> None:
        """Returns once the service has indexed a block; at once when there is none to wait for."""
        if block is not None:
            self.http.get("/v1/datasets", limit=1, min_block=block)

    def pages(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Every item of a paged list, or of a list that comes whole."""
        cursor: str | None = None
        while True:
            answer = self.http.get(path, cursor=cursor, **query)
            if isinstance(answer, list):
                yield from answer
                return
            yield from take(answer, "items", list)
            cursor = answer.get("next")
            if not cursor:
                return

    # --- what calls share

    def facts_of(self, dataset: Hash32) -> DatasetFigures:
        """A dataset as it was when first asked for: enough for terms and contracts, which never change."""
        if dataset not in self._datasets:
            self._datasets[dataset] = self.dataset(dataset)
        return self._datasets[dataset]

    def currency_of(self, dataset: Hash32) -> Currency:
        """The token that the dataset is paid in."""
        return Currency.parse(take(self.facts_of(dataset), "token", dict))

    def currency_at(self, address: Address) -> Currency:
        """A token as the chain knows it."""
        token = Token(self.node.client, address)
        symbol, decimals = self.node.run(token.symbol("latest")), self.node.run(token.decimals("latest"))
        return Currency(address, symbol, decimals)

    def contract_of(self, dataset: Hash32, name: str) -> Address:
        """A contract that serves a dataset: "ledger", "vault", "market" or its own "shares"."""
        return take(self.facts_of(dataset), name, parse_address)

    def proven_contract_of(self, dataset: Hash32, name: str) -> Address:
        """The same, for what transactions are sent to. Raises Untrustworthy unless the registry on chain says
        so too."""
        told = self.contract_of(dataset, name)
        if dataset not in self._proven:
            registry = DatasetRegistry(self.node.client, self.registry)
            version = self.node.run(registry.version_of(dataset, "latest"))
            serving = self.node.run(registry.version(version, "latest"))
            shares = self.node.run(registry.shares_of(dataset, "latest"))
            self._proven[dataset] = {
                "ledger": serving.ledger,
                "vault": serving.vault,
                "market": serving.market,
                "shares": shares,
            }
        known = self._proven[dataset][name]
        if told != known:
            raise Untrustworthy(f"the service names {told} as the dataset's {name}, the chain {known}")
        return known

    def terms_of(self, dataset: Hash32) -> Mapping[str, Any]:
        terms: Mapping[str, Any] = take(self.facts_of(dataset), "terms", dict)
        return terms

    def terms_hash_of(self, dataset: Hash32) -> Hash32:
        return take(self.facts_of(dataset), "terms_hash", parse_hash32)

    def _own_site(self, named: str) -> str:
        """The site named must be the one that was called: nobody is signed in for somebody else."""
        called = urlsplit(self.http.api_url).netloc
        if named.lower() != called.lower():
            raise Untrustworthy(f"{called} asks for a sign-in to {named}")
        return named


def fresh_nonce() -> int:
    """256 random bits: two statements of one account never meet."""
    return int.from_bytes(secrets.token_bytes(32), "big")


def fresh_salt() -> Hash32:
    return Hash32(secrets.token_bytes(32))
