"""Account -> **session** -> calls of contributor, publisher and buyer. Who calls, where, and on which
chain.

Promises: the wallet's key signs here and goes nowhere else; the server's clock, not this machine's, dates
what is signed; the chain is asked only where an RPC URL was given, and what could not be checked for want
of it is said.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from eth_account.signers.local import LocalAccount

from cota.auth.signatures import sign_digest
from cota.auth.siwe import build_message, text_digest
from cota.auth.typed import Domain, Message, digest
from cota.client.records import Status, parse_time, take
from cota.client.transport import Transport
from cota.errors import NotSignedIn
from cota.units import Address, Hash32, parse_address, parse_hash32, to_hex

SIGNED_FOR_S = 300
"""How long a statement signed here stays usable: enough for a slow network, too short to hoard."""


class Session:
    """One account at one API. Without an account only public reads work."""

    def __init__(
        self,
        api_url: str,
        account: LocalAccount | None = None,
        rpc_url: str | None = None,
        *,
        patience_s: float = 60.0,
    ) -> None:
        self.http = Transport(api_url, patience_s=patience_s)
        self.rpc_url = rpc_url
        self._account = account
        self._datasets: dict[Hash32, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    @property
    def account(self) -> LocalAccount:
        if self._account is None:
            raise NotSignedIn("this call needs a wallet: give the client an account")
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

    def now(self) -> int:
        """The server's time in Unix seconds, as far as its last answer told it."""
        _ = self.status
        return int(time.time() + self._clock_ahead_s)

    def domain(self, contract: str) -> Domain:
        """The EIP-712 domain of a contract of this deployment."""
        return Domain(self.status.chain_id, self.status.contracts[contract])

    def sign(self, contract: str, message: Message) -> bytes:
        """The wallet's signature under a typed statement for one contract."""
        return sign_digest(digest(self.domain(contract), message), bytes(self.account.key))

    def sign_in(self) -> datetime:
        """Opens a session at the API (EIP-4361); gives back when it ends."""
        nonce = self.http.post("/v1/auth/nonce")
        message = self._sign_in_message(take(nonce, "nonce", str))
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

    # --- public reads

    def dataset(self, dataset: Hash32, *, min_block: int | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(f"/v1/datasets/{to_hex(dataset)}", min_block=min_block)
        return answer

    def datasets(self) -> Iterator[dict[str, Any]]:
        return self.pages("/v1/datasets")

    def epochs(self, dataset: Hash32) -> list[dict[str, Any]]:
        return list(self.pages(f"/v1/datasets/{to_hex(dataset)}/epochs"))

    def holders(self, dataset: Hash32) -> Iterator[dict[str, Any]]:
        return self.pages(f"/v1/datasets/{to_hex(dataset)}/holders")

    def payments(self, dataset: Hash32) -> Iterator[dict[str, Any]]:
        return self.pages(f"/v1/datasets/{to_hex(dataset)}/payments")

    def account_of(self, address: Address, *, min_block: int | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(f"/v1/accounts/{address}", min_block=min_block)
        return answer

    def statement(self, address: Address, form: str = "json") -> bytes:
        """Every chain fact of an account; with a session of its own, its label rows too."""
        return self.http.get_bytes(f"/v1/accounts/{address}/statement", format=form)

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

    def facts_of(self, dataset: Hash32) -> Mapping[str, Any]:
        """A dataset as it was when first asked for: enough for terms and contracts, which never change."""
        if dataset not in self._datasets:
            self._datasets[dataset] = self.dataset(dataset)
        return self._datasets[dataset]

    def terms_hash_of(self, dataset: Hash32) -> Hash32:
        return take(self.facts_of(dataset), "terms_hash", parse_hash32)

    def _sign_in_message(self, nonce: str) -> str:
        parts = urlsplit(self.http.api_url)
        return build_message(
            domain=parts.netloc,
            address=self.address,
            uri=self.http.api_url,
            chain_id=self.status.chain_id,
            nonce=nonce,
            issued_at=self.now(),
        )


def fresh_nonce() -> int:
    """256 random bits: two statements of one account never meet."""
    return int.from_bytes(secrets.token_bytes(32), "big")


def fresh_salt() -> Hash32:
    return Hash32(secrets.token_bytes(32))
