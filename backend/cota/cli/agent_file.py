"""Authorised agent key <-> **file** <-> a machine without the wallet.

The file holds the agent's key and the session of its account, both for twelve hours at most: enough to lease
and to label one dataset, not to move anything of value. Promises: written once, readable by its owner alone,
never over another file; read strictly.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account

from cota.cli.failures import Failed
from cota.client import Agent
from cota.client.records import take
from cota.client.refusals import Untrustworthy
from cota.commitments.canonical import parse_json
from cota.errors import DomainError
from cota.keys import SigningKey
from cota.units import parse_address, parse_hash32, to_hex

KIND = "cota-agent"
LARGEST_FILE = 2**16


@dataclass(frozen=True, slots=True)
class AgentFile:
    agent: Agent
    chain_id: int
    token: str
    """The account's session at the service."""
    ends_at: int


def reserve(path: Path) -> None:
    """Makes the file, empty, before anything is authorised. Raises Failed when there is one."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Failed(f"{path} exists: an agent's key is not written over another file") from None
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}") from None


def write(path: Path, file: AgentFile) -> None:
    """Fills the file that `reserve` made."""
    agent = file.agent
    content = {
        "type": KIND,
        "chain_id": file.chain_id,
        "dataset": to_hex(agent.dataset),
        "account": agent.account,
        "digest": to_hex(agent.digest),
        "key": "0x" + bytes(agent.key.key).hex(),
        "token": file.token,
        "ends_at": file.ends_at,
    }
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")


def read(path: Path) -> AgentFile:
    """Raises Failed, which shows nothing of the key."""
    try:
        with path.open("rb") as source:
            found = parse_json(source.read(LARGEST_FILE))
        if not isinstance(found, dict) or found.get("type") != KIND:
            raise ValueError("it is no agent's file")
        return _parse(found)
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, DomainError, Untrustworthy):
        raise Failed(f"{path} is not a file that cota agent authorise wrote") from None


def _parse(found: dict[str, Any]) -> AgentFile:
    key = SigningKey(take(found, "key", str))
    agent = Agent(
        take(found, "dataset", parse_hash32),
        take(found, "account", parse_address),
        Account.from_key(key.reveal()),
        take(found, "digest", parse_hash32),
    )
    return AgentFile(
        agent, take(found, "chain_id", int), take(found, "token", str), take(found, "ends_at", int)
    )
