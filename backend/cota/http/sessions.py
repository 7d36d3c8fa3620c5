"""Database sessions as endpoint parameters: **the edge** where a transaction begins and ends.

Promises: an endpoint that asks for `Read` cannot write; one that asks for `Write` has committed before its
answer leaves, or answers with a problem and has changed nothing; a `Read` with `?min_block=N` begins after
block N was indexed.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from cota.http.services import Services
from cota.store.session import ReadSession, WriteSession


async def services_of(connection: HTTPConnection) -> Services:
    # async, like all dependencies here: FastAPI sends plain functions to a thread, which costs more than they do.
    services: Services = connection.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(services_of)]
MinBlock = Annotated[
    int | None,
    Query(
        ge=0,
        lt=2**63,
        description="Answer once this block is indexed; waits at most 10 s, then `not-indexed-yet`; `block-too-far`"
        " at once for one that cannot come by then",
    ),
]


async def open_read(services: ServicesDep, min_block: MinBlock = None) -> AsyncIterator[ReadSession]:
    if min_block is not None:
        await services.freshness.wait_for(min_block)
    async with services.database.read() as session:
        yield session


async def open_write(services: ServicesDep) -> AsyncIterator[WriteSession]:
    async with services.database.write() as session:
        yield session


# scope="function": the block around `yield` ends, and commits, before the answer is sent.
Read = Annotated[ReadSession, Depends(open_read, scope="function")]
Write = Annotated[WriteSession, Depends(open_write, scope="function")]
