"""Signed submissions to one dataset: real processes <- **8 keep-alive clients** -> var/bench/api.json.

    make bench-api              beside Label Studio, installed into an environment of its own; PEERS=0 leaves it out

Two phases a run. *Submit*: labels that were leased and signed beforehand are sent one by one; each is answered with a
receipt after its row is durable. *Work*: each client leases an item, signs and submits it, over and over; how long the
next task takes is measured under that load, and how long the first one took apart from it. CPU is that of the API's
process and of all of PostgreSQL's together.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cota.client import CotaClient, Lease, NewItem
from cota.client.drafts import draft_terms, with_draw
from cota.client.labelling import sign_label, submission
from cota.keys import local_key
from cota.networks import NETWORKS
from cota.units import Hash32, to_hex
from scripts.bench import record
from scripts.bench.api import floors, label_studio
from scripts.bench.api.load import Connection, Timing, cpu_of, fan, request, together
from scripts.scenes.cast import contributor
from scripts.scenes.crew import Crew
from scripts.stack.local import LocalStack
from scripts.stack.processes import ProcessFailed

CLIENTS = 8
SUBMISSIONS = 2_000
WORKED = 800
RUNS = 3
HELD = 50
SCHEMA = {"kind": "choice", "question": "Which is it?", "classes": ["A", "B"]}


@dataclass
class Run:
    """One run's figures."""

    submit: Timing
    first_task: Timing
    """One a client: of a newcomer, whose cohort is drawn by then on this chain of short cohorts."""
    next_task: Timing
    api_cpu: float
    pg_cpu: float
    """Seconds of the submit phase."""


class Arena:
    """A stack with one dataset, and the wallets that label it."""

    def __init__(self, stack: LocalStack, clients: ExitStack) -> None:
        self.stack = stack
        self._open = clients
        self.host = urlsplit(stack.api_url).netloc
        self.publisher = self.client("publisher", local_key("publisher").account())

    def client(self, name: str, account: Any = None) -> CotaClient:
        made = CotaClient(self.stack.api_url, account or contributor(name), self.stack.env["RPC_URL"])
        return self._open.enter_context(made)

    def dataset(self, items: int, seats: int, title: str) -> Hash32:
        drafted = draft_terms(
            publisher=self.publisher.address,
            coordinator=local_key("coordinator").address,
            payment_token=self.publisher.status.payment_token,
            schema=SCHEMA,
            seats=seats,
            price_floor=10**6,
            windows=NETWORKS["local"].windows,
        )
        dataset = self.publisher.create_dataset(with_draw(self.publisher.account, drafted), SCHEMA, title)
        made = [NewItem({"text": f"item {n} of {title}: ação \U0001f642"}) for n in range(items)]
        self.publisher.add_batch(dataset, made)
        return dataset

    def join(self, dataset: Hash32, names: Sequence[str]) -> list[CotaClient]:
        members = [self.client(name) for name in names]
        crew = Crew()
        blocks = crew.each(members, lambda one: one.join(dataset).block or 0)
        self.publisher.wait_for(max(blocks) + 2)
        return members

    def submitting(self, dataset: Hash32, members: Sequence[CotaClient], each: int) -> list[bytes]:
        """Requests that are ready to be sent: leased, signed, encoded."""
        jobs: list[list[bytes]] = []
        for member in members:
            leases = member.lease(dataset, each)
            jobs.append([self.submit_request(member, dataset, lease) for lease in leases])
        # Wallets take turns, as people do.
        return [job for turn in zip(*jobs, strict=True) for job in turn]

    def submit_request(self, member: CotaClient, dataset: Hash32, lease: Lease) -> bytes:
        domain = member.domain(dataset, "ledger")
        signed = sign_label(domain, lease, "A", member.account, int(time.time()) + 500)
        body = json.dumps(submission(signed)).encode()
        return request("POST", self.host, f"/v1/datasets/{to_hex(dataset)}/annotations", {}, body)

    def connect(self) -> Connection:
        host, _, port = self.host.partition(":")
        return Connection(host, int(port))

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far of the API, and of PostgreSQL with all its children."""
        return cpu_of(self.stack.process("api").pid), cpu_of(self.stack.process("postgres").pid)


def play(arena: Arena, number: int, submissions: int, worked: int) -> Run:
    """One run on a dataset of its own."""
    wallets = -(-submissions // HELD)
    items = submissions // 4 + worked
    dataset = arena.dataset(items, seats=wallets + CLIENTS, title=f"bench {number}")
    members = arena.join(dataset, [f"bench {number} {one}" for one in range(wallets + CLIENTS)])
    jobs = arena.submitting(dataset, members[CLIENTS:], HELD)
    before = arena.cpu()
    submit = fan(CLIENTS, jobs, arena.connect)
    after = arena.cpu()
    if set(submit.answers) != {201}:
        raise ProcessFailed(f"not every label was receipted: {dict(submit.answers)}")
    first_task, next_task = Timing(), Timing()
    for each, timing in ((1, first_task), (worked // CLIENTS, next_task)):
        _work(arena, dataset, members[:CLIENTS], each, timing)
    return Run(submit, first_task, next_task, after[0] - before[0], after[1] - before[1])


def _work(arena: Arena, dataset: Hash32, members: Sequence[CotaClient], each: int, timing: Timing) -> None:
    """All at once, each so many times: lease, sign, submit. Only leasing is timed."""
    body = b'{"count": 1}'

    def labelling(member: CotaClient) -> None:
        connection = arena.connect()
        headers = {"Authorization": f"Bearer {member.http.token}"}
        ask = request("POST", arena.host, f"/v1/datasets/{to_hex(dataset)}/leases", headers, body)
        for _ in range(each):
            started = time.perf_counter()
            status, answer = connection.ask(ask)
            timing.seconds.append(time.perf_counter() - started)
            timing.answers[status] += 1
            lease = Lease.parse(dataset, json.loads(answer)["leases"][0])
            sent, _ = connection.ask(arena.submit_request(member, dataset, lease))
            timing.answers[sent] += 1
        connection.close()

    for member in members:
        # Once a day, and not while others wait for their next task.
        member.require_session()
        member.domain(dataset, "ledger")
    together([lambda member=member: labelling(member) for member in members], timing)  # type: ignore[misc]
    if set(timing.answers) != {200, 201}:
        raise ProcessFailed(f"not every item was given and receipted: {dict(timing.answers)}")


def measure(runs: int, submissions: int, worked: int) -> list[Run]:
    folder = record.FOLDER / "api-stack"
    with LocalStack(folder) as stack, ExitStack() as clients:
        stack.start()
        arena = Arena(stack, clients)
        play(arena, 0, HELD * 4, CLIENTS * 10)  # warm: plans, caches, connections
        done = []
        for number in range(1, runs + 1):
            done.append(play(arena, number, submissions, worked))
            _tell(done[-1], number)
        return done


def figures(runs: Sequence[Run]) -> dict[str, Any]:
    """What var/bench/api.json holds of our own."""
    per = [(run.api_cpu + run.pg_cpu) * 1000 / len(run.submit.seconds) for run in runs]
    pg = [run.pg_cpu * 1000 / len(run.submit.seconds) for run in runs]
    return {
        "submissions_per_s": round(statistics.median(run.submit.per_s for run in runs), 1),
        "cpu_ms_per_submission": round(statistics.median(per), 3),
        "pg_cpu_ms_per_submission": round(statistics.median(pg), 3),
        "next_task_p99_ms": round(statistics.median(run.next_task.quantile_ms(0.99) for run in runs), 2),
        "next_task_p50_ms": round(statistics.median(run.next_task.quantile_ms(0.5) for run in runs), 2),
        "first_task_p50_ms": round(statistics.median(run.first_task.quantile_ms(0.5) for run in runs), 2),
        "submission_p99_ms": round(statistics.median(run.submit.quantile_ms(0.99) for run in runs), 2),
    }


def _tell(run: Run, number: int) -> None:
    count = len(run.submit.seconds)
    print(
        f"run {number}: {run.submit.per_s:,.0f} submissions/s (p99 {run.submit.quantile_ms(0.99):.1f} ms), "
        f"CPU a submission: api {run.api_cpu * 1000 / count:.2f} ms, postgres {run.pg_cpu * 1000 / count:.2f} ms; "
        f"next task p50 {run.next_task.quantile_ms(0.5):.1f} ms, p99 {run.next_task.quantile_ms(0.99):.1f} ms "
        f"(a first one {run.first_task.quantile_ms(0.5):.1f} ms)",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--submissions", type=int, default=SUBMISSIONS)
    parser.add_argument("--worked", type=int, default=WORKED)
    asked = parser.parse_args()
    own = figures(measure(asked.runs, asked.submissions, asked.worked))
    peers: dict[str, Any] = {}
    if os.environ.get("PEERS") != "0":
        peers["label_studio"] = label_studio.measure(CLIENTS, asked.runs)
        own["times_label_studio"] = round(
            own["submissions_per_s"] / peers["label_studio"]["submissions_per_s"], 1
        )
    path = record.write("api", {**own, "peers": peers, "floors": floors.measure()}, asked.runs)
    print(path.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
