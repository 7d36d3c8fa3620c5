"""Any process -> **numbers over time** -> Prometheus.

Promises: labels take few values (routes and causes, never ids or addresses).
"""

from prometheus_client import Counter, Gauge, Histogram

REQUEST_SECONDS = Histogram(
    "cota_request_seconds",
    "Time from a request's first byte to its answer's last",
    ["method", "route", "status"],
)
SIGNATURE_CHECKS = Counter("cota_signature_checks_total", "Signatures checked", ["kind", "result"])
ROWS_RECEIPTED = Counter("cota_rows_receipted_total", "Annotations stored and receipted")
TRANSACTIONS = Counter("cota_transactions_total", "Transactions sent by the service", ["kind", "result"])
SETTLEMENT_STEPS = Counter(
    "cota_settlement_steps_total", "Steps of settlement done by the worker", ["step", "result"]
)
RPC_RETRIES = Counter("cota_rpc_retries_total", "Questions to a node that failed and may pass", ["cause"])

# Of the indexer; an api sets the first two whenever it is asked whether it is ready.
INDEXED_BLOCK = Gauge("cota_indexed_block", "Newest block in the mirror")
CHAIN_HEAD = Gauge("cota_chain_head", "Newest block of the chain as the indexer saw it")
LAG_BLOCKS = Gauge("cota_indexer_lag_blocks", "Blocks between the mirror and the head")
LAG_SECONDS = Gauge("cota_indexer_lag_seconds", "Time between the newest mirrored block and the head")
EVENTS = Counter("cota_indexer_events_total", "Logs written to the mirror")
UNDECODABLE = Counter("cota_indexer_undecodable_total", "Logs kept raw because their ABI cannot decode them")
REORGANISATIONS = Counter("cota_indexer_reorganisations_total", "Times that blocks were taken back")
TAKEN_BACK = Counter("cota_indexer_blocks_taken_back_total", "Blocks taken back by reorganisations")
INDEXER_RETRIES = Counter("cota_indexer_retries_total", "Steps along the chain tried again", ["cause"])
LEADS = Gauge("cota_indexer_leads", "1 while this indexer is the one that writes")
