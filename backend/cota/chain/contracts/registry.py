"""DatasetRegistry: datasets, their terms, batches, states; versions of the contracts that serve them."""

from dataclasses import astuple, dataclass
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.chain.terms import DatasetState, Terms
from cota.units import Address, Hash32


@dataclass(frozen=True, slots=True)
class Version:
    """One set of contracts that serves the datasets created under it."""

    ledger: Address
    vault: Address
    market: Address
    shares_implementation: Address
    court: Address
    faults: Address
    deliveries: Address


class DatasetRegistry(Contract):
    name: ClassVar[str] = "DatasetRegistry"

    async def terms_of(self, dataset: bytes, block: Block) -> Terms:
        return Terms.of_values(await self.read("termsOf", dataset, block=block))

    async def terms_hash_of(self, dataset: bytes, block: Block) -> Hash32:
        return Hash32(await self.read("termsHashOf", dataset, block=block))

    async def state_of(self, dataset: bytes, block: Block) -> DatasetState:
        return DatasetState(await self.read("stateOf", dataset, block=block))

    async def shares_of(self, dataset: bytes, block: Block) -> Address:
        return Address(await self.read("sharesOf", dataset, block=block))

    async def version_of(self, dataset: bytes, block: Block) -> int:
        return int(await self.read("versionOf", dataset, block=block))

    async def version(self, number: int, block: Block) -> Version:
        return Version(*await self.read("version", number, block=block))

    async def latest_version(self, block: Block) -> int:
        return int(await self.read("latestVersion", block=block))

    async def is_payment_token(self, token: Address, block: Block) -> bool:
        return bool(await self.read("isPaymentToken", token, block=block))

    async def batch_count(self, dataset: bytes, block: Block) -> int:
        return int(await self.read("batchCount", dataset, block=block))

    async def item_count(self, dataset: bytes, block: Block) -> int:
        return int(await self.read("itemCount", dataset, block=block))

    async def dataset_id(self, publisher: Address, terms_hash: bytes, salt: bytes, block: Block) -> Hash32:
        return Hash32(await self.read("datasetId", publisher, terms_hash, salt, block=block))

    async def creation_paused_until(self, block: Block) -> int:
        return int(await self.read("creationPausedUntil", block=block))

    @classmethod
    def encode_pause_creation(cls, duration: int) -> bytes:
        return cls.encode("pauseCreation", duration)

    @classmethod
    def encode_pause_joining(cls, version: int, duration: int) -> bytes:
        return cls.encode("pauseJoining", version, duration)

    @classmethod
    def encode_create_dataset(cls, terms: Terms, salt: bytes, uri: str) -> bytes:
        return cls.encode("createDataset", terms.values(), salt, uri)

    @classmethod
    def encode_add_batch(cls, dataset: bytes, items_root: bytes, gold_root: bytes, count: int) -> bytes:
        return cls.encode("addBatch", dataset, items_root, gold_root, count)

    @classmethod
    def encode_set_state(cls, dataset: bytes, state: DatasetState) -> bytes:
        return cls.encode("setState", dataset, int(state))

    @classmethod
    def encode_add_version(cls, version: Version) -> bytes:
        return cls.encode("addVersion", astuple(version))

    @classmethod
    def encode_allow_payment_token(cls, token: Address, allowed: bool) -> bytes:
        return cls.encode("allowPaymentToken", token, allowed)
