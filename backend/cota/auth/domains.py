"""The EIP-712 domain that a statement must be signed for, if the client tells which it used.

Promises: the server builds types and domain itself; a client may send its domain along only to be told what
is wrong with it. A dataset's statements are made for the contracts of the dataset's own version.
"""

from typing import Annotated

from pydantic import Field
from sqlalchemy import text

from cota.auth.typed import NAME, VERSION, Domain
from cota.errors import UnknownDataset, WrongDomain
from cota.http.schemas import Account, Request
from cota.store.session import ReadSession
from cota.units import address_of, to_hex

_LEDGER = text(
    """
    SELECT v.ledger FROM mirror.datasets d
    JOIN mirror.dataset_registry_version_added v ON v.version = d.version WHERE d.dataset = :dataset
    """
)


class GivenDomain(Request):
    """The four fields, spelled as wallets do."""

    name: str
    version: str
    chain_id: Annotated[int, Field(alias="chainId", ge=0)]
    verifying_contract: Annotated[Account, Field(alias="verifyingContract")]


def check_domain(given: GivenDomain | None, wanted: Domain) -> None:
    """Raises `WrongDomain` naming the first field that differs."""
    if given is None:
        return
    pairs = {
        "name": (given.name, NAME),
        "version": (given.version, VERSION),
        "chainId": (given.chain_id, wanted.chain_id),
        "verifyingContract": (given.verifying_contract, wanted.verifying_contract),
    }
    for field, (found, expected) in pairs.items():
        if found != expected:
            raise WrongDomain(
                f"the domain's {field} is {found}, not {expected}", field=field, expected=expected
            )


async def ledger_domain(session: ReadSession, chain_id: int, dataset: bytes) -> Domain:
    """The domain of annotations, agent keys and receipts of a dataset. Raises `UnknownDataset`."""
    ledger = (await session.execute(_LEDGER, {"dataset": dataset})).scalar_one_or_none()
    if ledger is None:
        raise UnknownDataset(f"no dataset {to_hex(dataset)} is indexed")
    return Domain(chain_id, address_of(bytes(ledger)))
