"""A buyer's own test: commitment -> answers -> **how often they agree** -> api.

She answers some items herself, commits to the answers, then opens them; she is told in how many the scoring
agrees, and not in which. Promises (P10): few tests a day and at least LEAST answers each, so that no label
comes out by asking often; a commitment is opened once, with the answers that it was made of.
"""

from cota.commitments.canonical import canonical
from cota.commitments.words import keccak
from cota.datasets.labels import answer_text, canonical_label, check_label
from cota.datasets.queries import Dataset
from cota.datasets.question import closed_classes
from cota.datasets.service import require_dataset
from cota.errors import BadRequest, DomainError, Forbidden, InvalidBody, NotFound, RateLimited
from cota.insight import queries
from cota.insight.intervals import Rate, wilson
from cota.insight.schemas import OpeningRequest
from cota.store.session import WriteSession
from cota.units import Address, address_of, to_hex

LEAST, MOST = 20, 200
TRIALS_A_DAY = 3
_DAY = 86_400


async def begin(
    session: WriteSession, dataset: Dataset, account: Address, commitment: bytes
) -> tuple[int, int]:
    """(the trial's number, how many more today). Raises RateLimited, BadRequest."""
    if dataset.schema is None or closed_classes(dataset.schema) is None:
        raise BadRequest("answers of this kind cannot be compared one by one")
    made = await queries.trials_today(session, dataset.id, account)
    if made >= TRIALS_A_DAY:
        raise RateLimited(f"{TRIALS_A_DAY} tests of a dataset a day", retry_after=_DAY)
    return await queries.add_trial(session, dataset.id, account, commitment), TRIALS_A_DAY - made - 1


async def open_trial(session: WriteSession, number: int, account: Address, body: OpeningRequest) -> Rate:
    """Raises NotFound, Forbidden, InvalidBody, InvalidLabel."""
    found = await queries.trial(session, number)
    if found is None or address_of(bytes(found.account)) != account:
        raise NotFound(f"you have no test {number}")
    if found.opened_at is not None:
        raise Forbidden("this test was opened before")
    answers = [{"item": to_hex(one.item), "label": one.label} for one in body.answers]
    opened = keccak(canonical({"answers": answers, "salt": to_hex(body.salt)}))
    if opened != bytes(found.commitment):
        raise InvalidBody(
            "these are not the answers and the salt that were committed to", found=to_hex(opened)
        )
    dataset = await require_dataset(session, bytes(found.dataset))
    for place, one in enumerate(body.answers):
        try:
            check_label(dataset.schema, canonical_label(dataset.schema, one.label))
        except DomainError as error:
            raise InvalidBody(f"answers.{place}: {error.detail}") from error
    rate = await _compare(session, dataset, body)
    await queries.close_trial(session, number, rate.of, rate.right)
    return rate


async def _compare(session: WriteSession, dataset: Dataset, body: OpeningRequest) -> Rate:
    own = {bytes(one.item): answer_text(one.label) for one in body.answers}
    rows = await queries.consensus_of(session, dataset.id, list(own))
    agreed: dict[bytes, bool] = {}
    for row in rows:
        named = bytes(row.item_ref) if bytes(row.item_ref) in own else bytes(row.item_hash)
        if row.label is not None:
            agreed[bytes(row.item_ref)] = own[named] == row.label
    rate = wilson(sum(agreed.values()), len(agreed))
    if rate is None or rate.of < LEAST:
        raise InvalidBody(
            f"at least {LEAST} different items that the scoring has decided are wanted, these are {len(agreed)}",
            decided=len(agreed),
        )
    return rate
