"""Chain access: nodes, contracts, events, transactions. The only part of Cota that knows Ethereum's
encodings.

deployments/abi -> **chain** -> indexer (reads), domains (transactions). Nothing here touches the database.
"""
