"""A buyer, async: look before paying, pay, be let in at once, check all of it, and have it in your own format.

python docs/examples/buyer.py API RPC DATASET KEYFILE FOLDER
"""

import asyncio
import sys
from pathlib import Path

from eth_account import Account

from cota.client.asynchronous import AsyncCotaClient
from cota.formats.outgoing import convert
from cota.units import parse_hash32


async def main(api: str, rpc: str, dataset_id: str, key_file: str, folder: str) -> None:
    dataset, account = parse_hash32(dataset_id), Account.from_key(Path(key_file).read_text().strip())
    async with AsyncCotaClient(api, account, rpc) as client:
        quality = await client.quality(dataset)
        gold = quality["on_gold"]
        print(f"{quality['labels']} labels by {quality['annotators']} annotators")
        print(f"equal to the hidden gold: {gold['right']} of {gold['of']}")
        bought = await client.buy(dataset)
        export = Path(folder) / "export.jsonl"
        # Every record is checked against the chain before the file gets its name; its passport comes beside it.
        report = await client.download_checked(bought.license, export, min_block=bought.block)
        print(f"licence {bought.license}: {sum(check.compared for check in report.checks)} comparisons agree")
    made = convert(export, "parquet", Path(folder) / "annotations.parquet")
    print(f"{made.annotations} annotations in {made.files[0].path.name}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
