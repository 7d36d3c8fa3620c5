"""`cota agent authorise list revoke`: wallet -> **agent key** -> half a day of labels on another machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cota.cli.arguments import Dataset
from cota.cli.caller import Member, calling
from cota.cli.failures import WrongUse
from cota.cli.output import moment, show, show_rows

OutOption = Annotated[
    Path, typer.Option("--out", help="Where the agent's file goes; it holds a key: keep it.")
]
HoursOption = Annotated[int, typer.Option("--hours", min=1, max=12, help="How long the key may sign.")]
Which = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's digest (see list), or its file.")]


@calling
def authorise(caller: Member, dataset: Dataset, out: OutOption, hours: HoursOption = 12) -> None:
    """Let a fresh key sign your labels of one dataset.

    For twelve hours at most, written to a file. `cota work` and `cota submit` take the file with --agent, on
    a machine that has not your wallet.
    """
    from cota.cli import agent_file

    client = caller.client
    client.facts_of(dataset)
    agent_file.reserve(out)
    try:
        client.require_session()
        agent = client.authorize_agent(dataset, life_s=hours * 3600)
        ends_at = client.now() + hours * 3600
        agent_file.write(
            out, agent_file.AgentFile(agent, client.status.chain_id, client.http.token or "", ends_at)
        )
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    told = {"agent": agent.key.address, "digest": agent.digest, "dataset": dataset}
    show({**told, "ends_at": moment(ends_at), "file": str(out)}, as_json=caller.as_json)


@calling
def list_agents(caller: Member) -> None:
    """List your agent keys that have not ended."""
    found = caller.client.agent_keys()
    if caller.as_json:
        show_rows("agents", found, (), as_json=True)
        return
    rows = [
        {
            "digest": one["digest"],
            "agent": one["agent"],
            "dataset": one["dataset"],
            "ends at": moment(one["not_after"]),
            "state": "revoked" if one["revoked"] else "valid",
        }
        for one in found
    ]
    show_rows("agents", rows, ("digest", "agent", "dataset", "ends at", "state"), as_json=False)


@calling
def revoke(caller: Member, which: Which) -> None:
    """Stop an agent's key; given its file, its session too."""
    from cota.cli import agent_file
    from cota.client import CotaClient
    from cota.units import parse_hash32

    client = caller.client
    if Path(which).is_file():
        file = agent_file.read(Path(which))
        digest = file.agent.digest
        with CotaClient(client.http.api_url) as other:
            other.http.token = file.token
            other.sign_out()
    else:
        try:
            digest = parse_hash32(which)
        except ValueError:
            raise WrongUse(f"{which!r} is neither a digest (0x and 64 hex digits) nor a file") from None
    client.revoke_agent(digest)
    show({"digest": digest, "revoked": True}, as_json=caller.as_json)
