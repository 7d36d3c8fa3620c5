"""Epoch leaves -> **claims by one's own transaction** -> chain. For whoever does not want to wait for, or
rely on, a relayer.

Promises: proofs are taken from the service and judged by the contract, so a wrong one costs nothing but the
simulation; what was claimed meanwhile is left out; the amounts told are those of the mined events.
"""

from __future__ import annotations

from cota.chain.contracts import DatasetShares, ShareClaim
from cota.chain.decode import Decoders, Event
from cota.chain.events import committed_catalogue
from cota.chain.sender import Receipt as Mined
from cota.client.records import Claimed, amount, take
from cota.client.session import Session
from cota.errors import NotFound
from cota.units import Address, Hash32, parse_hash32, to_hex

CLAIMS_AT_ONCE = 20


class ClaimCalls(Session):
    """Claiming without the relayer. Needs `rpc_url`, and gas in the account."""

    def unclaimed(self, dataset: Hash32) -> list[ShareClaim]:
        """The account's leaves of all finalised epochs that the chain does not know as claimed."""
        shares = self._shares_of(dataset)
        found, head = self._leaves_of(dataset, self.address), self.node.head()
        return [one for one in found if not self.node.run(shares.is_claimed(one.epoch, one.index, head))]

    def claim_by_transaction(self, dataset: Hash32) -> Claimed:
        """Shares of every finalised epoch, then the revenue, to the account itself. Nothing to claim: nothing
        is sent. Raises ChainReverted."""
        shares, mined = self._shares_of(dataset), list[Mined]()
        claims = self.unclaimed(dataset)
        for place in range(0, len(claims), CLAIMS_AT_ONCE):
            data = DatasetShares.encode_claim_shares(claims[place : place + CLAIMS_AT_ONCE])
            mined.append(self.send(shares.address, data))
        if self.node.run(shares.claimable(self.address, self.node.head())):
            mined.append(self.send(shares.address, DatasetShares.encode_claim()))
        events = [event for one in mined for event in _events(one, shares)]
        return Claimed(
            units=sum(event.args["units"] for event in events if event.name == "SharesClaimed"),
            revenue=sum(event.args["amount"] for event in events if event.name == "RevenueClaimed"),
            bounties=0,
            tx_hashes=tuple(one.tx_hash for one in mined if one.tx_hash is not None),
            block=max((one.block_number for one in mined), default=None),
            refusal=None,
        )

    # --- inside

    def _shares_of(self, dataset: Hash32) -> DatasetShares:
        return DatasetShares(self.node.client, self.proven_contract_of(dataset, "shares"))

    def _leaves_of(self, dataset: Hash32, account: Address) -> list[ShareClaim]:
        """An account's leaves of all finalised epochs, claimed or not; those without units are left out."""
        found = [self._leaf(dataset, epoch, account) for epoch in self.epochs(dataset)]
        return [leaf for leaf in found if leaf is not None]

    def _leaf(self, dataset: Hash32, epoch: dict[str, object], account: Address) -> ShareClaim | None:
        if epoch.get("state") != "finalized":
            return None
        number = take(epoch, "epoch", int)
        try:
            leaf = self.http.get(f"/v1/datasets/{to_hex(dataset)}/epochs/{number}/leaves/{account}")
        except NotFound:
            return None
        units = amount(leaf, "units")
        if not units:
            return None
        proof = tuple(parse_hash32(step) for step in take(leaf, "proof", list))
        return ShareClaim(number, take(leaf, "index", int), account, units, amount(leaf, "penalty"), proof)


def _events(mined: Mined, shares: DatasetShares) -> list[Event]:
    own = [log for log in mined.logs if log["address"].lower() == shares.address.lower()]
    return list(Decoders(committed_catalogue()).decode_all("DatasetShares", own))
