"""A contributor: join, label what is leased to you, be paid. Needs neither tokens nor gas.

    python docs/examples/contributor.py API RPC DATASET KEYFILE

KEYFILE holds the wallet's key and is readable by you alone; the key signs here and goes nowhere.
"""

import sys
from pathlib import Path

from eth_account import Account

from cota.client import Backup, CotaClient
from cota.errors import NoTask
from cota.units import parse_hash32


def label_of(content: object) -> str:
    """Your own judgement goes here. The example's items say what they show."""
    assert isinstance(content, dict)
    return str(content["truth"])


def main(api: str, rpc: str, dataset_id: str, key_file: str) -> None:
    dataset, account = parse_hash32(dataset_id), Account.from_key(Path(key_file).read_text().strip())
    # Labels, salts and receipts on your own disk: with them you can prove your work without the service.
    backup = Backup(Path(key_file).with_suffix(".backup.jsonl"))
    with CotaClient(api, account, rpc, backup=backup) as client:
        joined = client.join(dataset)
        client.wait_for(joined.block)
        delivered = 0
        while True:
            try:
                leases = client.lease(dataset, 50)
            except NoTask:
                break
            outcomes = client.annotate_many([(lease, label_of(lease.content)) for lease in leases])
            refused = [one for one in outcomes if isinstance(one, Exception)]
            assert not refused, refused
            delivered += len(outcomes)
        print(f"{delivered} labels delivered, each with a checked receipt")


if __name__ == "__main__":
    main(*sys.argv[1:])
