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
INDEXED_BLOCK = Gauge("cota_indexed_block", "Newest block in the mirror")
CHAIN_HEAD = Gauge("cota_chain_head", "Newest block of the chain as the indexer saw it")
