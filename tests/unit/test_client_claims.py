"""A claim by one's own transactions, where bounties are refused after shares and revenue were sent."""

from types import SimpleNamespace

import pytest

from cota.client.bounty_claims import BountyClaimCalls
from cota.client.claiming import ClaimCalls
from cota.client.records import Claimed
from cota.errors import ChainReverted
from cota.units import Address, Hash32

DATASET, HASH = Hash32(b"\x07" * 32), b"\x01" * 32
BEFORE = Claimed(units=5, revenue=7, bounties=0, tx_hashes=(HASH,), block=3, refusal=None)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> BountyClaimCalls:
    monkeypatch.setattr(ClaimCalls, "claim_by_transaction", lambda _self, _dataset: BEFORE)
    client = object.__new__(BountyClaimCalls)
    contracts = {"BountyEscrow": Address("0x" + "12" * 20)}
    monkeypatch.setitem(client.__dict__, "status", SimpleNamespace(contracts=contracts))
    return client


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (ChainReverted("no", error="ClaimForNotAllowed"), "ClaimForNotAllowed"),
        (ChainReverted("the token bars her"), "the token bars her"),
    ],
)
def test_claim__bounties_refused__tells_what_was_claimed_before_and_why(
    client: BountyClaimCalls, monkeypatch: pytest.MonkeyPatch, refused: ChainReverted, told: str
) -> None:
    def refuse(_self: BountyClaimCalls, _dataset: Hash32) -> None:
        raise refused

    monkeypatch.setattr(BountyClaimCalls, "claim_bounties", refuse)
    claimed = client.claim_by_transaction(DATASET)
    assert (claimed.units, claimed.revenue, claimed.tx_hashes, claimed.block) == (5, 7, (HASH,), 3)
    assert (claimed.bounties, claimed.refusal) == (0, told)
