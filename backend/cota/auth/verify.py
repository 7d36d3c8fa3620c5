"""Whose signature is it? statement -> digest -> **signer check** -> the rules of a domain.

The order is that of the contracts (OpenZeppelin's SignatureChecker): an account without code signs with its
key; an account with code (a contract wallet, or an EIP-7702 account) is asked by ERC-1271 and nothing else, so that a
row accepted here is never found unsigned on chain. A signature wrapped as ERC-6492 is unwrapped for a wallet that is
there; of one that is not there yet it opens a session, but makes no statement, because no contract could check it.
Promises: one call to a node, in bounded time; whether an account has code is asked at most once a minute; a node that
does not answer makes nobody's signature wrong, and an account already known keeps working; who names many accounts, or
has many contract wallets' signatures checked, is slowed down by his own address, not by the one that he names.
"""

import asyncio
from dataclasses import dataclass

from cota.auth import probe
from cota.auth.probe import WRAPPED, Answer
from cota.auth.signatures import normalize_signature, recover
from cota.chain.client import NodeClient
from cota.errors import BadSignature, ChainUnavailable, WrongSigner
from cota.http.limits import CALLER, Limits
from cota.http.remembered import Remembered
from cota.observe.metrics import SIGNATURE_CHECKS
from cota.units import Address

KEEP_SECONDS = 60.0
CALL_SECONDS = 5.0
_MOST_KNOWN = 100_000


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature as it is stored, and the block at which a contract wallet vouched for it (None for a key)."""

    signature: bytes
    block: int | None


class SignatureVerifier:
    """Checks signatures of keys and of contract wallets."""

    def __init__(self, node: NodeClient, limits: Limits | None = None) -> None:
        self._node = node
        self._limits = limits or Limits()
        # No older answer while it is asked anew: a key's signature must not pass where there is code by now.
        self._has_code: Remembered[Address, bool] = Remembered(KEEP_SECONDS, _MOST_KNOWN)

    async def verify(self, account: Address, digest: bytes, signature: bytes) -> Verified:
        """Raises `BadSignature`, `WrongSigner` or `ChainUnavailable`."""
        kind = "contract" if await self._is_contract(account) else "key"
        try:
            verified = (
                await self._ask(account, digest, signature)
                if kind == "contract"
                else _by_key(account, digest, _unwrapped_key(account, signature))
            )
        except (BadSignature, WrongSigner):
            SIGNATURE_CHECKS.labels(kind, "refused").inc()
            raise
        SIGNATURE_CHECKS.labels(kind, "accepted").inc()
        return verified

    async def verify_sign_in(self, account: Address, digest: bytes, signature: bytes) -> None:
        """For sign-in, where nothing goes on chain: the account's own key is enough, and no node is needed
        for it."""
        try:
            _by_key(account, digest, signature)
        except (BadSignature, WrongSigner) as error:
            try:
                is_contract = await self._is_contract(account)
            except ChainUnavailable:
                raise error from None
            if is_contract:
                await self._ask(account, digest, signature)
                return
            if not signature.endswith(WRAPPED):
                raise
            answer, _ = await self._probe(account, digest, signature)
            if answer is not Answer.ACCEPTED_BEFORE_DEPLOYMENT:
                raise WrongSigner(
                    "the wallet that ERC-6492 names does not accept the signature", expected=account
                ) from error

    def verify_key(self, account: Address, digest: bytes, signature: bytes) -> Verified:
        """For agents, which are keys whatever stands at their address: a wallet authorised this key, nobody
        else's code."""
        try:
            verified = _by_key(account, digest, signature)
        except (BadSignature, WrongSigner):
            SIGNATURE_CHECKS.labels("agent", "refused").inc()
            raise
        SIGNATURE_CHECKS.labels("agent", "accepted").inc()
        return verified

    async def _is_contract(self, account: Address) -> bool:
        async def ask() -> bool:
            if self._has_code.last(account) is None:
                self._limits.check("account-check", CALLER.get())
            async with asyncio.timeout(CALL_SECONDS):
                return bool(await self._node.code(account))

        try:
            return bool(await self._has_code.of(account, ask))
        except (ChainUnavailable, TimeoutError):
            known = self._has_code.last(account)
            if known is not None:
                return known
            raise ChainUnavailable(
                "whether this account is a contract cannot be asked now", retry_after=2
            ) from None

    def forget(self, account: Address) -> None:
        """Asks again at the next signature whether the account has code."""
        self._has_code.forget(account)

    async def _ask(self, account: Address, digest: bytes, signature: bytes) -> Verified:
        """ERC-1271 at a block that is told, so that an auditor can ask again."""
        inner = probe.unwrap(signature) or signature
        answer, block = await self._probe(account, digest, inner)
        if answer is not Answer.ACCEPTED:
            raise WrongSigner(
                "the account's contract does not accept the signature (ERC-1271). An account that delegates to code "
                "(EIP-7702) signs statements by that code alone, as the contracts ask it",
                expected=account,
            )
        return Verified(inner, block)

    async def _probe(self, account: Address, digest: bytes, signature: bytes) -> tuple[Answer, int]:
        self._limits.check("wallet-check", CALLER.get())
        try:
            async with asyncio.timeout(CALL_SECONDS):
                answer, block = await probe.ask(self._node, account, digest, signature)
        except TimeoutError:
            raise ChainUnavailable("the account's contract cannot be asked now", retry_after=2) from None
        return answer, block.number


def _unwrapped_key(account: Address, signature: bytes) -> bytes:
    if signature.endswith(WRAPPED):
        raise WrongSigner(
            "the wallet is not on the chain yet, so no contract could check this statement: make it first",
            expected=account,
        )
    return signature


def _by_key(account: Address, digest: bytes, signature: bytes) -> Verified:
    normal = normalize_signature(signature)
    signer = recover(digest, normal)
    if signer != account:
        raise WrongSigner(
            f"the signature is of {signer}, or of another statement, chain or contract",
            expected=account,
            recovered=signer,
        )
    return Verified(normal, None)
