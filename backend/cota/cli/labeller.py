"""Member -> **labeller** -> work, submit. Her backup and, on a machine without her wallet, her agent's key.

Promises: every label and receipt goes into the backup of its account and network; an agent is used for its
own dataset and chain only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cota.cli.caller import Member
from cota.cli.failures import Failed

if TYPE_CHECKING:
    from cota.cli.agent_file import AgentFile
    from cota.client import CotaClient
    from cota.client.session import Wallet
    from cota.units import Address, Hash32

AgentOption = Annotated[
    Path | None, typer.Option("--agent", help="Sign with this agent's file instead of the wallet.")
]
BackupOption = Annotated[
    Path | None,
    typer.Option(
        "--backup",
        envvar="COTA_BACKUP",
        help="Where labels, salts and receipts are kept; a place of cota's own.",
    ),
]


@dataclass
class Labeller(Member):
    """Someone who signs labels."""

    agent: AgentOption = None
    backup: BackupOption = None

    @cached_property
    def agent_file(self) -> AgentFile | None:
        from cota.cli import agent_file

        return None if self.agent is None else agent_file.read(self.agent)

    @property
    def address(self) -> Address:
        return self.agent_file.agent.account if self.agent_file else self.client.address

    def client_for(self, dataset: Hash32) -> CotaClient:
        """The client, ready to sign labels of this dataset."""
        if self.agent_file is not None and self.agent_file.agent.dataset != dataset:
            raise Failed(
                f"{self.agent} is for dataset 0x{self.agent_file.agent.dataset.hex()}, not for this one"
            )
        self.client.facts_of(dataset)
        self.keeping.recover_receipts(dataset)
        return self.client

    @property
    def keeping(self) -> CotaClient:
        """The client with its backup. Whose that is, her key says, for which a password may have to be typed."""
        from cota.client import Backup

        client = self.client
        if client.backup is None:
            client.backup = Backup(self.backup or backup_path(client.status.network, self.address))
        return client

    def question(self, dataset: Hash32) -> dict[str, Any]:
        """The dataset's schema. Raises Failed while its publisher has not told it."""
        from cota.commitments.hashes import schema_hash
        from cota.datasets.question import check_schema

        schema = self.client.facts_of(dataset)["schema"]
        if not isinstance(schema, dict):
            raise Failed("the dataset has no question yet: its publisher has not told it")
        check_schema(schema)
        if "0x" + schema_hash(schema).hex() != self.client.terms_of(dataset)["schema_hash"]:
            raise Failed("the service shows another question than the one that the terms name")
        return schema

    def _account(self) -> Wallet | None:
        return None if self.agent_file is not None else super()._account()

    def _equip(self, client: CotaClient) -> None:
        file = self.agent_file
        if file is not None:
            if file.chain_id != client.status.chain_id:
                raise Failed(f"{self.agent} is for chain {file.chain_id}, not {client.status.chain_id}")
            client.use_agent(file.agent)
            client.http.token = file.token


def backup_path(network: str, account: str) -> Path:
    """Where an account's labels, salts and receipts are kept unless told otherwise."""
    return Path(typer.get_app_dir("cota")) / network / f"{account}.jsonl"
