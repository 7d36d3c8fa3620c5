"""The client for programs that are async: **AsyncCotaClient** -> a thread of its own -> CotaClient.

Same calls, same types, same errors, awaited. Promises: the event loop is never blocked; calls of one client run
one after the other, in the order in which they were made, so that its session, nonces and backup are used as by
a single caller (make several clients to call in parallel); a call that is cancelled is finished in its thread:
what was sent is sent.

A thread, and not a second text of the client: most of a call here is checking (signatures, receipts, proofs, files),
which would hold up the loop of a client that was async to the bone; and two texts of the checks would be two places
in which one can be forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from cota.client import CotaClient

P = ParamSpec("P")
T = TypeVar("T")


def _awaited(
    call: Callable[Concatenate[CotaClient, P], T],
) -> Callable[Concatenate[AsyncCotaClient, P], Awaitable[T]]:
    """The same call, in the client's thread."""

    async def run(self: AsyncCotaClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_thread(partial(call, self.client, *args, **kwargs))

    run.__name__, run.__doc__ = call.__name__, call.__doc__
    return run


def _streamed(
    call: Callable[Concatenate[CotaClient, P], Iterator[T]],
) -> Callable[Concatenate[AsyncCotaClient, P], AsyncIterator[T]]:
    """The same pages, each fetched in the client's thread."""

    async def run(self: AsyncCotaClient, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        end = object()
        rows = await self._in_thread(partial(call, self.client, *args, **kwargs))
        while True:
            row: Any = await self._in_thread(partial(next, rows, end))
            if row is end:
                return
            yield row

    run.__name__, run.__doc__ = call.__name__, call.__doc__
    return run


class AsyncCotaClient:
    """As `CotaClient`, whose arguments it takes; `client` is the one that does the work."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.client = CotaClient(*args, **options)
        self._thread = ThreadPoolExecutor(1, "cota-client")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Waits for calls that still run, and closes the connections."""
        await self._in_thread(self.client.close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, call))

    # session and public reads
    sign_in = _awaited(CotaClient.sign_in)
    sign_out = _awaited(CotaClient.sign_out)
    wait_for = _awaited(CotaClient.wait_for)
    dataset = _awaited(CotaClient.dataset)
    datasets = _streamed(CotaClient.datasets)
    epochs = _awaited(CotaClient.epochs)
    attempts = _streamed(CotaClient.attempts)
    slashes = _streamed(CotaClient.slashes)
    epoch_file = _awaited(CotaClient.epoch_file)
    holders = _streamed(CotaClient.holders)
    payments = _streamed(CotaClient.payments)
    account_of = _awaited(CotaClient.account_of)
    statement = _awaited(CotaClient.statement)
    income = _awaited(CotaClient.income)
    earned_epochs = _streamed(CotaClient.earned_epochs)
    download_medium = _awaited(CotaClient.download_medium)
    quality = _awaited(CotaClient.quality)
    preview = _awaited(CotaClient.preview)
    test = _awaited(CotaClient.test)

    # contributors
    consent = _awaited(CotaClient.consent)
    join = _awaited(CotaClient.join)
    leave = _awaited(CotaClient.leave)
    leases = _awaited(CotaClient.leases)
    lease = _awaited(CotaClient.lease)
    release = _awaited(CotaClient.release)
    heartbeat = _awaited(CotaClient.heartbeat)
    annotate = _awaited(CotaClient.annotate)
    annotate_many = _awaited(CotaClient.annotate_many)
    my_annotations = _streamed(CotaClient.my_annotations)
    earning_labels = _streamed(CotaClient.earning_labels)
    fetch_backup = _awaited(CotaClient.fetch_backup)
    inbox = _streamed(CotaClient.inbox)
    inbox_page = _awaited(CotaClient.inbox_page)
    appeal_state = _awaited(CotaClient.appeal_state)
    evidence = _streamed(CotaClient.evidence)
    claim = _awaited(CotaClient.claim)
    bounty_dues = _awaited(CotaClient.bounty_dues)
    claim_bounties = _awaited(CotaClient.claim_bounties)
    authorize_agent = _awaited(CotaClient.authorize_agent)
    exam = _awaited(CotaClient.exam)
    sit_exam = _awaited(CotaClient.sit_exam)
    answer_exam = _awaited(CotaClient.answer_exam)

    # publishers
    create_dataset = _awaited(CotaClient.create_dataset)
    describe_dataset = _awaited(CotaClient.describe_dataset)
    batches = _awaited(CotaClient.batches)
    add_batch = _awaited(CotaClient.add_batch)
    upload_medium = _awaited(CotaClient.upload_medium)
    remove_medium = _awaited(CotaClient.remove_medium)
    set_exam = _awaited(CotaClient.set_exam)
    set_state = _awaited(CotaClient.set_state)
    set_price = _awaited(CotaClient.set_price)
    credit = _awaited(CotaClient.credit)
    withdraw_credit = _awaited(CotaClient.withdraw_credit)
    bounty = _awaited(CotaClient.bounty)
    bounties = _awaited(CotaClient.bounties)
    open_bounty = _awaited(CotaClient.open_bounty)
    fund_bounty = _awaited(CotaClient.fund_bounty)
    close_bounty = _awaited(CotaClient.close_bounty)
    return_bounty = _awaited(CotaClient.return_bounty)
    assign_epochs = _awaited(CotaClient.assign_epochs)

    # buyers
    price_of = _awaited(CotaClient.price_of)
    buy = _awaited(CotaClient.buy)
    renew = _awaited(CotaClient.renew)
    pay = _awaited(CotaClient.pay)
    pay_royalty = _awaited(CotaClient.pay_royalty)
    license = _awaited(CotaClient.license)
    royalties = _streamed(CotaClient.royalties)
    check_license = _awaited(CotaClient.check_license)
    download = _awaited(CotaClient.download)
    download_checked = _awaited(CotaClient.download_checked)
    check_export = _awaited(CotaClient.check_export)
    passport = _awaited(CotaClient.passport)
    transfer_shares = _awaited(CotaClient.transfer_shares)
