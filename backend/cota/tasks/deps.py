"""What the endpoints of leases are handed."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from cota.tasks.service import Bench


async def bench_of(connection: HTTPConnection) -> Bench:
    bench: Bench = connection.app.state.bench
    return bench


BenchDep = Annotated[Bench, Depends(bench_of)]
