"""Rules of licences: who may download, what, and when: api -> **service** -> queries, export.

Promises (P9, P10): a licence opens the download as soon as its block has the network's confirmation depth and
is indexed; only its owner downloads, and not after the price came back to her; each read is noted before the first
byte leaves.
"""

from collections.abc import AsyncIterator

from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset
from cota.errors import NotIndexedYet, NotLicensed, UnknownLicense
from cota.http.services import Services
from cota.licenses import queries
from cota.licenses.export import Export
from cota.licenses.queries import Epoch, License
from cota.store.session import ReadSession
from cota.units import Address, told_time


async def require_license(session: ReadSession, license: int) -> License:
    found = await queries.find(session, license)
    if found is None:
        raise UnknownLicense(f"no licence {license} is indexed")
    return found


def is_expired(license: License, now: int) -> bool:
    """Whether its time is over, by the chain's clock."""
    return license.expires_at != 0 and license.expires_at <= now


async def was_returned(session: ReadSession, license: License) -> bool:
    """Whether the price of its last payment came back. Where nothing was left to come back, it was not."""
    delivery = await queries.delivery_of(session, license)
    return delivery is not None and bool(delivery.returned)


async def open_license(
    services: Services, session: ReadSession, license: int, account: Address
) -> tuple[License, Dataset, list[Epoch]]:
    """The licence, its dataset and epochs, if the account may download now. Raises the reason otherwise."""
    found = await require_license(session, license)
    if found.receiver != account:
        raise NotLicensed("the licence is another account's")
    if is_expired(found, await services.freshness.now()):
        raise NotLicensed("the licence has expired: renew it", expired_at=told_time(found.expires_at))
    if await was_returned(session, found):
        raise NotLicensed("the price came back, because it was not delivered: renew the licence to download")
    if services.freshness.status_of(found.place[0]) != "final":
        raise NotIndexedYet("the purchase has not the network's confirmation depth yet", retry_after=1)
    dataset = await require_dataset(session, found.dataset)
    return found, dataset, await queries.epochs_of(session, found)


async def export(
    services: Services, license: License, dataset: Dataset, epochs: list[Epoch]
) -> AsyncIterator[bytes]:
    """The bytes of the download, as fast as they can be made."""
    async with services.long_read() as session:
        async for piece in Export(services, session, dataset, license.id).pieces(epochs):
            yield piece
