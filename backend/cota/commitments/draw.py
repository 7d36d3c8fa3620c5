"""The draw: a committed secret and a later block's hash -> **seed of a cohort** -> which items an account may label.

Draw rules 1. The terms hold keccak256(secret). Accounts that joined before block B (and not before the cohort ahead of
it) are the cohort of B: its seed is keccak256(abi.encode(secret, hash of B)), which nobody could know when joining.
Items lie in sections of 300 by their index in the dataset. With `spread` r, every r sections in a row hold one that is
drawn for an account; inside it an item is drawn if keccak256(abi.encode(seed, account, index)) lies below `threshold`.
Sections make votes of one account meet often enough for accounts that copy each other to be seen (docs/labelling.md).

Pure. Promises: whether one row was drawn follows from its account, its item's index and its cohort, and from nothing
else; raising a threshold, or lowering a spread to 1, never takes back what was drawn.
"""

from dataclasses import dataclass

from cota.commitments.words import NONE32, hash_words, keccak, word_address, word_bytes32, word_uint
from cota.units import Address

SECTION = 300
FULL = 2**256
"""The threshold under which everything lies."""
CROWD = 4
"""Members of a cohort who may label an item, for each of its seats: some are away, some skip."""
LEAST_TENTHS = 4
"""At least so many tenths of a section are drawn: fewer answers than that prove nobody."""
_SECTIONS = 2**255


@dataclass(frozen=True, slots=True)
class Cohort:
    """Whoever joined since the cohort before, up to `block` (not in it)."""

    block: int
    seed: bytes
    threshold: int
    spread: int


def commitment_of(secret: bytes) -> bytes:
    """What the terms hold of a secret."""
    return keccak(word_bytes32(secret))


def is_committed(commitment: bytes) -> bool:
    """Whether the terms ask for a draw at all: 32 zero bytes do not."""
    return commitment != NONE32


def seed_of(secret: bytes, block_hash: bytes) -> bytes:
    return hash_words(word_bytes32(secret), word_bytes32(block_hash))


def cohort_block(joined_at: int, every: int) -> int:
    """The block whose hash draws for an account that joined in block `joined_at`."""
    return (joined_at // every + 1) * every


def parameters(members: int, seats: int, items: int) -> tuple[int, int]:
    """(threshold, spread) that leave each item about `CROWD` candidates for each seat among `members`."""
    wanted, members = CROWD * seats, max(members, 1)
    sections = max(1, -(-items // SECTION))
    spread = max(1, min(sections, members // wanted))
    return min(FULL, max(FULL * LEAST_TENTHS // 10, FULL * wanted * spread // members)), spread


def drawn_section(cohort: Cohort, account: Address, group: int) -> int:
    """The section drawn for an account among sections group * spread up to the next group's first."""
    if cohort.spread == 1:
        return group
    drawn = hash_words(cohort.seed, word_address(account), word_uint(_SECTIONS + group))
    return group * cohort.spread + int.from_bytes(drawn, "big") % cohort.spread


def drawn_sections(cohort: Cohort, account: Address, items: int) -> list[int]:
    """Every section drawn for an account among those of `items` items; the last may be past their end."""
    sections = -(-items // SECTION)
    return [drawn_section(cohort, account, group) for group in range(-(-sections // cohort.spread))]


def is_drawn(cohort: Cohort, account: Address, index: int) -> bool:
    """Whether an account of the cohort may label the item at `index` of the dataset."""
    section = index // SECTION
    if section != drawn_section(cohort, account, section // cohort.spread):
        return False
    if cohort.threshold >= FULL:
        return True
    drawn = hash_words(cohort.seed, word_address(account), word_uint(index))
    return int.from_bytes(drawn, "big") < cohort.threshold
