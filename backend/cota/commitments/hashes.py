"""Digests of items, labels, gold and terms: content -> **digest** -> tree -> root on chain.

Content never goes on chain, only salted digests do: without its 32 random bytes a digest of a five-class
label would be read back in five tries. Promises: every digest here is the contracts' own
(tests/vectors/hashes.json).
"""

from cota.commitments.canonical import Json, canonical
from cota.commitments.words import (
    NONE32,
    UINT64_MAX,
    hash_words,
    keccak,
    word_address,
    word_bytes32,
    word_uint,
)
from cota.units import Address

VOID_ROW = keccak(b"cota.void.v1")
"""Row id of an explicitly empty index: after a restore all that may have been receipted is jumped over."""

KIND_LABEL = 0
"""`kind` of an annotation that is a label."""

KIND_REVIEW = 1
"""`kind` of an annotation that is a second look at an item whose labels differ: a label like any other."""


def item_hash(item: Json) -> bytes:
    """keccak256 of the item's canonical JSON."""
    return keccak(canonical(item))


def item_ref(digest: bytes, salt: bytes) -> bytes:
    """keccak256(abi.encode(item hash, item salt)): what names an item in public."""
    return hash_words(word_bytes32(digest), word_bytes32(salt))


def label_hash(label: Json) -> bytes:
    """keccak256 of the label's canonical JSON."""
    return keccak(canonical(label))


def label_commitment(digest: bytes, salt: bytes) -> bytes:
    """keccak256(abi.encode(label hash, label salt)): what a contributor signs."""
    return hash_words(word_bytes32(digest), word_bytes32(salt))


def gold_leaf(index: int, digest: bytes | None, salt: bytes) -> bytes:
    """keccak256(abi.encode(index, label hash or NONE, salt)): one for every item, gold or not.

    `index` is the item's position in the dataset, counted over all its batches.
    """
    known = NONE32 if digest is None else digest
    return hash_words(word_uint(index), word_bytes32(known), word_bytes32(salt))


def schema_hash(schema: Json) -> bytes:
    """keccak256 of the canonical JSON of the question and its classes."""
    return keccak(canonical(schema))


def terms_hash(encoded_terms: bytes) -> bytes:
    """keccak256 of abi.encode(terms), the bytes that DatasetCreated carries."""
    return keccak(encoded_terms)


def dataset_id(chain_id: int, registry: Address, publisher: Address, terms: bytes, salt: bytes) -> bytes:
    """keccak256(abi.encode(chain id, registry, publisher, terms hash, salt)): never a counter."""
    return hash_words(
        word_uint(chain_id, UINT64_MAX),
        word_address(registry),
        word_address(publisher),
        word_bytes32(terms),
        word_bytes32(salt),
    )
