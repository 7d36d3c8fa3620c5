"""A publisher: a question, cash for labels, items with some hidden answers; a price once the first labels are settled.

    python docs/examples/publisher.py API RPC ITEMS.csv KEYFILE

ITEMS.csv has the columns photo, truth and gold; gold is empty where you do not know the answer. Prints the dataset.
"""

import sys
from pathlib import Path

from eth_account import Account

from cota.client import CotaClient, NewItem
from cota.client.drafts import draft_terms
from cota.formats.incoming import ReadOptions, open_file
from cota.keys import local_key
from cota.networks import NETWORKS
from cota.units import to_hex

QUESTION = {"kind": "choice", "question": "Which bird is it?", "classes": ["heron", "ibis", "stork"]}


def main(api: str, rpc: str, items_file: str, key_file: str) -> None:
    account = Account.from_key(Path(key_file).read_text().strip())
    with CotaClient(api, account, rpc) as client:
        terms = draft_terms(
            publisher=client.address,
            # On the local network the stack's own; elsewhere choose whom you rely on.
            coordinator=local_key("coordinator").address,
            payment_token=client.status.payment_token,
            schema=QUESTION,
            seats=3,
            price_floor=1_000_000,
            windows=NETWORKS["local"].windows,
            # A laptop may be busy: ten minutes, not one, to log what was receipted.
            receipt_period=600,
        )
        dataset = client.create_dataset(terms, QUESTION, "Birds of an example")
        # Cash for labels before anything is sold: 30 cents for one of average worth, 20 dollars in all.
        client.open_bounty(dataset, per_label=300_000, amount=20_000_000)
        found = open_file(Path(items_file), ReadOptions(kind="choice"))
        client.add_batch(dataset, [NewItem(one.content, one.gold) for one in found.items()])
        print(to_hex(dataset))


if __name__ == "__main__":
    main(*sys.argv[1:])
