"""Transactions: a contract's call data -> simulate -> sign -> send -> wait -> **receipt**.

What a transaction changed comes back to services by the mirror alone; the receipt says where to look.
Promises: what would fail is not sent (ChainReverted names the error); one key's transactions get their nonces
one after the other, in this process always and across processes with the caller's lock; a node that is behind
with the nonce, a replacement that is needed because fees rose, and an answer lost on the way do not send
anything twice; without a key nothing is sent.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from eth_account.signers.local import LocalAccount

from cota.chain.client import NodeClient
from cota.chain.fees import FeePolicy, Fees, quote
from cota.chain.reverts import Revert, revert_of
from cota.chain.rpc import RpcError
from cota.errors import ChainUnavailable, FeesTooHigh
from cota.log import get_logger
from cota.units import Address, Hash32, parse_address

KeyLock = Callable[[str], AbstractAsyncContextManager[None]]
"""A lock across processes, by name: `store.locks.named_lock` bound to a database, for one."""

log = get_logger(__name__)

_FIRST_LOOK, _LONGEST_LOOK = 0.02, 1.0
_NONCE_PATIENCE = 30.0  # how long a node may be behind with what we have sent
_VANISHED_AFTER = 3.0  # how long a node may not know what we have sent
_GAS_MARGIN = 5  # one part in five
_REMIND_AFTER = 10.0  # a node may lose what it accepted: it restarted, or its pool was full


class NotMined(ChainUnavailable):
    """The transaction was sent and is not in a block yet; `tx_hash` says which."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction. Of a dry run, `tx_hash` is None and `gas_used` an estimate."""

    tx_hash: Hash32 | None
    block_number: int
    block_hash: Hash32
    gas_used: int
    logs: tuple[dict[str, Any], ...] = field(repr=False, default=())
    contract: Address | None = None
    result: bytes = b""
    """What the call returned when it was simulated; the truth of it is in the logs."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction, before it is broadcast: whoever keeps it can send it again, and no other one."""

    nonce: int
    raw: bytes = field(repr=False)
    tx_hash: Hash32


OnSigned = Callable[[Signed], None]
"""Told of each signing of a transaction (again, with the same nonce, when fees rose), before it leaves."""


@dataclass
class _Lane:
    """The nonces of one key in this process."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_nonce: int = 0
    last: Hash32 | None = None
    """The transaction before the next one."""


_lanes: dict[tuple[int, int, bytes | None, str], _Lane] = {}


@dataclass(frozen=True, slots=True)
class _Draft:
    to: Address | None
    data: bytes
    value: int
    gas: int

    def fields(self) -> dict[str, Any]:
        common = {"data": "0x" + self.data.hex(), "value": self.value, "gas": self.gas}
        return common if self.to is None else {**common, "to": self.to}


@dataclass
class _Sent:
    draft: _Draft
    nonce: int
    fees: Fees
    hashes: list[Hash32]
    on_signed: OnSigned | None = None


class Sender:
    """Sends for one account. `address` alone (no account) makes it a dry run: all but the sending."""

    def __init__(
        self,
        client: NodeClient,
        account: LocalAccount | None,
        *,
        address: Address | None = None,
        lock: KeyLock | None = None,
        fees: FeePolicy | None = None,
        timeout: float = 120.0,
    ) -> None:
        if account is None and address is None:
            raise ValueError("a dry run needs an address to simulate from")
        self.client = client
        self.address: Address = parse_address(account.address if account else str(address))
        self._account = account
        self._lock = lock
        self._policy = fees or FeePolicy()
        self._timeout = timeout

    async def simulate(self, to: Address | None, data: bytes, value: int = 0) -> bytes:
        """What the call would return now. Raises ChainReverted, ChainUnavailable."""
        return await self._attempt("eth_call", to, data, value, "latest")

    async def send(
        self,
        to: Address | None,
        data: bytes,
        value: int = 0,
        *,
        confirmations: int = 1,
        on_signed: OnSigned | None = None,
    ) -> Receipt:
        """Returns once the transaction is `confirmations` deep. Raises ChainReverted, NotMined,
        ChainUnavailable."""
        result = await self.simulate(to, data, value)
        estimate = int.from_bytes(await self._attempt("eth_estimateGas", to, data, value))
        draft = _Draft(to, data, value, estimate + estimate // _GAS_MARGIN)
        if self._account is None:
            head = await self.client.head()
            log.info("dry run: nothing sent", sender=self.address, to=to, gas=estimate)
            return Receipt(None, head.number, head.hash, estimate, result=result)
        sent = await self._submit(draft, self._account, on_signed)
        receipt = await self._wait(sent, self._account, confirmations)
        if int(receipt["status"], 16) != 1:
            raise (await self._find_cause(draft, receipt)).exception()
        return _mined(receipt, result)

    async def resume(self, signed: Signed, hashes: Sequence[Hash32]) -> Receipt | None:
        """Sends a kept transaction again and waits for it, or for one of its other signings (`hashes`).

        None: it failed, or its nonce went to another transaction, so it can never be mined. Raises NotMined,
        ChainUnavailable.
        """
        ends = time.monotonic() + self._timeout
        was_passed = False
        while True:
            for tx_hash in {signed.tx_hash, *hashes}:
                receipt = await self.client.receipt(tx_hash)
                if receipt is not None:
                    return _mined(receipt) if int(receipt["status"], 16) == 1 else None
            if was_passed:
                return None
            used = int(await self.client.request("eth_getTransactionCount", self.address, "latest"), 16)
            # Looked at once more after the count: it may have been mined between the two questions.
            was_passed = used > signed.nonce
            if was_passed:
                continue
            try:
                await self.client.request("eth_sendRawTransaction", "0x" + signed.raw.hex())
            except RpcError as error:
                if not _says(error, (*_KNOWN, *_OUTDATED)):
                    raise ChainUnavailable(f"the node refuses the transaction: {error.message}") from error
            if time.monotonic() > ends:
                raise NotMined("the transaction is not mined yet", tx_hash="0x" + signed.tx_hash.hex())
            await asyncio.sleep(0.5)

    async def _attempt(self, method: str, to: Address | None, data: bytes, value: int, *block: str) -> bytes:
        try:
            answer = await self.client.request(method, self._call(to, data, value), *block)
        except RpcError as error:
            revert = revert_of(error)
            if revert is None:
                raise ChainUnavailable(f"the node refuses to simulate: {error.message}") from error
            raise revert.exception() from error
        digits = answer[2:]
        return bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))

    def _call(self, to: Address | None, data: bytes, value: int) -> dict[str, Any]:
        common = {"from": self.address, "data": "0x" + data.hex(), "value": hex(value)}
        return common if to is None else {**common, "to": to}

    def _lane(self) -> _Lane:
        # A lock belongs to its event loop, nonces to one chain: a restarted local chain begins at zero.
        key = (id(asyncio.get_running_loop()), self.client.chain_id, self.client.genesis, str(self.address))
        return _lanes.setdefault(key, _Lane())

    async def _submit(self, draft: _Draft, account: LocalAccount, on_signed: OnSigned | None = None) -> _Sent:
        lane = self._lane()
        outer = self._lock(f"nonce:{self.client.chain_id}:{self.address}") if self._lock else nullcontext()
        async with lane.lock, outer:
            ends = time.monotonic() + _NONCE_PATIENCE
            while True:
                nonce = await self._next_nonce(lane)
                sent = _Sent(draft, nonce, await quote(self.client, self._policy), [], on_signed)
                try:
                    await self._broadcast(sent, account)
                except _Outdated as reason:
                    if time.monotonic() > ends:
                        raise ChainUnavailable(f"the node keeps refusing the transaction: {reason}") from None
                    await asyncio.sleep(0.25)
                    continue
                lane.next_nonce, lane.last = sent.nonce + 1, sent.hashes[-1]
                return sent

    async def _next_nonce(self, lane: _Lane) -> int:
        """The node's count. Where ours is higher: ours if the node knows our last transaction (its count is
        behind), the node's if it still does not after a while (a reorganisation took ours back)."""
        ends = time.monotonic() + _VANISHED_AFTER
        while True:
            told = int(await self.client.request("eth_getTransactionCount", self.address, "pending"), 16)
            if told >= lane.next_nonce or lane.last is None:
                return told
            if await self._is_known(lane.last):
                return lane.next_nonce
            if time.monotonic() > ends:
                return told
            await asyncio.sleep(0.25)

    async def _is_known(self, tx_hash: Hash32) -> bool:
        return await self.client.request("eth_getTransactionByHash", "0x" + tx_hash.hex()) is not None

    async def _broadcast(self, sent: _Sent, account: LocalAccount) -> None:
        """Signs and sends. Raises _Outdated when nonce or fee must be asked for again."""
        fields = {**sent.draft.fields(), **sent.fees.fields(), "nonce": sent.nonce}
        signed = account.sign_transaction({**fields, "chainId": self.client.chain_id})
        tx_hash = Hash32(bytes(signed.hash))
        if sent.on_signed is not None:
            sent.on_signed(Signed(sent.nonce, bytes(signed.raw_transaction), tx_hash))
        try:
            await self.client.request("eth_sendRawTransaction", "0x" + bytes(signed.raw_transaction).hex())
        except RpcError as error:
            if not await self._has_arrived(tx_hash, error):
                if _says(error, _OUTDATED):
                    raise _Outdated(error.message) from error
                raise ChainUnavailable(f"the node refuses the transaction: {error.message}") from error
        if tx_hash not in sent.hashes:
            sent.hashes.append(tx_hash)

    async def _has_arrived(self, tx_hash: Hash32, error: RpcError) -> bool:
        """Whether the refusal only means that an earlier attempt, whose answer was lost, did arrive."""
        return _says(error, _KNOWN) or await self._is_known(tx_hash)

    async def _wait(self, sent: _Sent, account: LocalAccount, confirmations: int) -> dict[str, Any]:
        ends = time.monotonic() + self._timeout
        remind = time.monotonic() + _REMIND_AFTER
        pause = _FIRST_LOOK
        while True:
            header = await self.client.header("latest") or {}
            for tx_hash in sent.hashes:
                receipt = await self.client.receipt(tx_hash)
                if receipt is not None and _depth(header, receipt) >= confirmations:
                    return receipt
            if header and not sent.fees.covers(header) and await self._raise_fees(sent):
                await self._remind(sent, account)
            elif time.monotonic() > remind:
                remind = time.monotonic() + _REMIND_AFTER
                await self._remind(sent, account)
            if time.monotonic() > ends:
                raise NotMined("the transaction is not mined yet", tx_hash="0x" + sent.hashes[-1].hex())
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK)

    async def _raise_fees(self, sent: _Sent) -> bool:
        """False above the ceiling: what was sent waits for the fees to fall."""
        try:
            sent.fees = self._policy.check(sent.fees.raised_to(await quote(self.client, self._policy)))
        except FeesTooHigh:
            return False
        return True

    async def _remind(self, sent: _Sent, account: LocalAccount) -> None:
        """The same transaction again, same nonce: better paid, or because the node may have lost it."""
        try:
            await self._broadcast(sent, account)
            log.info("sent again", sender=self.address, nonce=sent.nonce, limit=sent.fees.limit)
        except _Outdated as reason:
            # Mined meanwhile, or fees rose, perhaps above the ceiling: the next look tells.
            log.info("not taken now", sender=self.address, nonce=sent.nonce, cause=str(reason))

    async def _find_cause(self, draft: _Draft, receipt: dict[str, Any]) -> Revert:
        """Why a mined transaction failed, as far as a call at its block still tells."""
        try:
            await self.client.request(
                "eth_call", self._call(draft.to, draft.data, draft.value), receipt["blockNumber"]
            )
        except RpcError as error:
            return revert_of(error) or Revert("RevertedWithoutReason")
        used_all = int(receipt["gasUsed"], 16) >= draft.gas
        return Revert("OutOfGas" if used_all else "RevertedWithoutReason")


def _mined(receipt: dict[str, Any], result: bytes = b"") -> Receipt:
    created = receipt.get("contractAddress")
    return Receipt(
        Hash32(bytes.fromhex(receipt["transactionHash"][2:])),
        int(receipt["blockNumber"], 16),
        Hash32(bytes.fromhex(receipt["blockHash"][2:])),
        int(receipt["gasUsed"], 16),
        tuple(receipt["logs"]),
        parse_address(created) if created else None,
        result,
    )


class _Outdated(Exception):
    """What the transaction was made from is no longer so: the nonce is taken, or fees rose."""


_KNOWN = ("already known", "already imported", "known transaction")
_OUTDATED = ("nonce too low", "nonce is too low", "replacement", "underpriced", "less than block base fee")


def _says(error: RpcError, words: tuple[str, ...]) -> bool:
    """Nodes have no codes for these; they all use geth's words."""
    return any(word in error.message.lower() for word in words)


def _depth(header: dict[str, Any], receipt: dict[str, Any]) -> int:
    """1 for the newest block. A head older than the receipt comes from a node that is behind."""
    return max(1, int(header.get("number", "0x0"), 16) - int(receipt["blockNumber"], 16) + 1)
