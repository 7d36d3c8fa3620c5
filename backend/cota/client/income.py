"""Session -> **payments down to her part, epochs, labels** -> API.

Promises: the parts listed make the total, and the total is what the shares' contract paid out and owes, or the caller
is told that they are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cota.client.records import amount, take
from cota.client.refusals import Untrustworthy
from cota.client.session import Session
from cota.units import Address, Hash32, to_hex


class IncomeCalls(Session):
    """What an account earned in a dataset. Public, but for single labels."""

    def income(self, dataset: Hash32, address: Address) -> dict[str, Any]:
        """Every payment that reached the account, as `items`, beside totals, inheritances and the token.

        Raises Untrustworthy if the figures do not add up.
        """
        path = f"/v1/accounts/{address}/datasets/{to_hex(dataset)}/income"
        answer: dict[str, Any] = self.http.get(path, limit=200)
        items = list(take(answer, "items", list))
        while answer.get("next"):
            answer = self.http.get(path, limit=200, cursor=answer["next"])
            items += take(answer, "items", list)
        totals = take(answer, "totals", dict)
        parts, listed = amount(totals, "parts"), sum(amount(one, "part") for one in items)
        if parts != listed:
            raise Untrustworthy(f"the parts listed make {listed} base units, the total says {parts}")
        came = parts + amount(totals, "inherited") - amount(totals, "passed_on")
        owned = amount(totals, "claimed") + amount(totals, "claimable")
        if came != owned:
            raise Untrustworthy(f"{came} base units came in, and {owned} were claimed or can be")
        return answer | {"items": items}

    def income_csv(self, dataset: Hash32, address: Address) -> bytes:
        """The same payments as a spreadsheet."""
        return self.http.get_bytes(f"/v1/accounts/{address}/datasets/{to_hex(dataset)}/income", format="csv")

    def earned_epochs(self, dataset: Hash32, address: Address) -> Iterator[dict[str, Any]]:
        """The settled epochs in which the account has labels or shares, and how shares follow from labels."""
        return self.pages(f"/v1/accounts/{address}/datasets/{to_hex(dataset)}/epochs")

    def earning_labels(self, dataset: Hash32, epoch: int) -> Iterator[dict[str, Any]]:
        """Her own labels that an epoch holds or counted, what each weighs, or why it does not count."""
        self.require_session()
        return self.pages(f"/v1/accounts/me/datasets/{to_hex(dataset)}/epochs/{epoch}/labels", limit=200)
