"""Where a signed call of `payTo` sends money: read as the escrow reads it, which takes more than canonical ABI.

What a contributor signs is hers to choose: an honest payment must not look like a lie for the way it is written.
"""

import pytest

from cota.chain.contracts import BountyEscrow, ShareClaim
from cota.units import Address
from cota.verify.escrows import Call
from cota.verify.report import Disagreement
from tests.fixtures.twisted import pay_to_backwards

ESCROW, ANA, ELSEWHERE = (Address("0x" + digit * 40) for digit in "127")
LEAF = ShareClaim(3, 0, ANA, 500, 0, (b"\x01" * 32, b"\x02" * 32))
HEAD = 4 + 3 * 32


def named(data: bytes, to: Address | None = ESCROW) -> Address | None:
    return Call(ANA, to, data).named_by(ESCROW)


def test_named__canonical_call__is_its_receiver() -> None:
    for leaves in ([], [LEAF], [LEAF, LEAF]):
        assert named(BountyEscrow.encode_pay_to(1, leaves, ELSEWHERE)) == ELSEWHERE


def test_named__another_call_or_contract__is_nobody() -> None:
    assert named(BountyEscrow.encode_pay(1, [LEAF])) is None
    assert named(BountyEscrow.encode_pay_to(1, [LEAF], ELSEWHERE), to=ANA) is None
    assert named(BountyEscrow.encode_pay_to(1, [LEAF], ELSEWHERE), to=None) is None


def test_named__offsets_that_lead_backwards_or_into_heads__are_read_as_the_contract_does() -> None:
    assert named(pay_to_backwards(1, LEAF, ELSEWHERE)) == ELSEWHERE
    bare = BountyEscrow.encode_pay_to(1, [ShareClaim(3, 0, ANA, 500, 0, ())], ELSEWHERE)
    # The proof's offset leads to the penalty, a zero: an empty proof.
    place = HEAD + 2 * 32 + 5 * 32
    into_head = bare[:place] + (4 * 32).to_bytes(32, "big") + bare[place + 32 :]
    assert named(into_head) == ELSEWHERE
    assert named(into_head[:-32]) == ELSEWHERE
    far_before = bare[:place] + ((-(2**200)) % 2**256).to_bytes(32, "big") + bare[place + 32 :]
    assert named(far_before) == ELSEWHERE
    assert named(bare + b"\x07" * 5) == ELSEWHERE


@pytest.mark.parametrize("cut", [1, 32, 64, 8 * 32, 11 * 32])
def test_named__cut_short__is_no_call(cut: int) -> None:
    data = BountyEscrow.encode_pay_to(1, [LEAF], ELSEWHERE)
    with pytest.raises(Disagreement, match="a call as its ABI prescribes"):
        named(data[:-cut])


@pytest.mark.parametrize("place", [4 + 32, 4 + 64, HEAD, HEAD + 32, HEAD + 2 * 32 + 5 * 32, HEAD + 8 * 32])
def test_named__a_word_that_leads_nowhere__is_no_call(place: int) -> None:
    data = BountyEscrow.encode_pay_to(1, [LEAF], ELSEWHERE)
    with pytest.raises(Disagreement, match="a call as its ABI prescribes"):
        named(data[:place] + (2**255 - 1).to_bytes(32, "big") + data[place + 32 :])
