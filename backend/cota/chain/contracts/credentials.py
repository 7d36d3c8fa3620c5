"""CredentialRegistry: what people have shown to issuers, as facts about their accounts."""

from dataclasses import dataclass
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address, Hash32


@dataclass(frozen=True, slots=True)
class Grant:
    """One account's credential. Times in unix seconds; `issued_at` is 0 when it was never issued, `revoked_at`
    0 unless it was taken away; not held from `expires_at` on."""

    issuer: Address
    issued_at: int
    expires_at: int
    revoked_at: int
    evidence_hash: Hash32


class CredentialRegistry(Contract):
    name: ClassVar[str] = "CredentialRegistry"

    async def holds_credential(self, credential: bytes, account: Address, block: Block) -> bool:
        return bool(await self.read("holdsCredential", credential, account, block=block))

    async def is_defined(self, credential: bytes, block: Block) -> bool:
        return bool(await self.read("isDefined", credential, block=block))

    async def role_of(self, credential: bytes, block: Block) -> int:
        return int(await self.read("roleOf", credential, block=block))

    async def grant_of(self, credential: bytes, account: Address, block: Block) -> Grant:
        return Grant(*await self.read("grantOf", credential, account, block=block))

    @classmethod
    def encode_define_credential(cls, credential: bytes, role: int, uri: str) -> bytes:
        return cls.encode("defineCredential", credential, role, uri)

    @classmethod
    def encode_issue(
        cls, credential: bytes, account: Address, expires_at: int, evidence_hash: bytes
    ) -> bytes:
        return cls.encode("issue", credential, account, expires_at, evidence_hash)

    @classmethod
    def encode_renew(
        cls, credential: bytes, account: Address, expires_at: int, evidence_hash: bytes
    ) -> bytes:
        return cls.encode("renew", credential, account, expires_at, evidence_hash)

    @classmethod
    def encode_revoke(cls, credential: bytes, account: Address, reason_hash: bytes) -> bytes:
        return cls.encode("revoke", credential, account, reason_hash)
