-- State as views over the event tables: the last event wins by (block_number, log_index), so that a rollback
-- of rows is a rollback of state. Column names of arguments that are SQL words ("from", "to", "class",
-- "index") are quoted.

CREATE VIEW mirror.batches AS
SELECT dataset, batch, items_root, gold_root, first_item, count, block_number, block_time, tx_hash
FROM mirror.dataset_registry_batch_added;

CREATE VIEW mirror.datasets AS
SELECT c.dataset, c.publisher, c.shares, c.version, c.terms_hash, c.terms, c.uri,
       CASE COALESCE(s.state, 1) WHEN 1 THEN 'open' WHEN 2 THEN 'paused' WHEN 3 THEN 'closed' WHEN 4 THEN 'archived'
       END AS state,
       b.item_count, b.batch_count, c.block_number, c.block_time, c.tx_hash, c.log_index
FROM mirror.dataset_registry_dataset_created c
LEFT JOIN LATERAL (
  SELECT x.state FROM mirror.dataset_registry_dataset_state_changed x WHERE x.dataset = c.dataset
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) s ON true
CROSS JOIN LATERAL (
  SELECT COALESCE(max(x.first_item + x.count), 0) AS item_count, count(*) AS batch_count
  FROM mirror.dataset_registry_batch_added x WHERE x.dataset = c.dataset) b;

CREATE VIEW mirror.memberships AS
SELECT j.dataset, j.account, j.sponsor, j.terms_hash, j.stake, j.penalty_cap,
       CASE WHEN r.block_number IS NOT NULL THEN 'ended' WHEN l.block_number IS NOT NULL THEN 'leaving'
       ELSE 'active' END AS state,
       l.left_at, r.block_number AS ended_block, j.block_number, j.block_time, j.tx_hash
FROM (
  SELECT DISTINCT ON (dataset, account) * FROM mirror.stake_vault_joined
  ORDER BY dataset, account, block_number DESC, log_index DESC) j
LEFT JOIN LATERAL (
  SELECT x.left_at, x.block_number FROM mirror.stake_vault_left x
  WHERE x.dataset = j.dataset AND x.account = j.account
    AND (x.block_number, x.log_index) > (j.block_number, j.log_index)
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (
  SELECT x.block_number FROM mirror.stake_vault_released x
  WHERE x.dataset = j.dataset AND x.account = j.account
    AND (x.block_number, x.log_index) > (j.block_number, j.log_index)
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) r ON true;

CREATE VIEW mirror.checkpoints AS
SELECT dataset, checkpoint, "from" AS from_index, "to" AS to_index, log_root, data_hash,
       block_number, block_time, tx_hash
FROM mirror.annotation_ledger_checkpointed;

CREATE VIEW mirror.epochs AS
SELECT p.dataset, p.checkpoint AS epoch, p.attempt, p.settlement_root, p.total_units, p.leaf_count, p.file_hash,
       p.proposer, p.bond, p.window_ends_at,
       CASE WHEN f.block_number IS NULL THEN 'proposed' ELSE 'finalized' END AS state,
       p.block_number AS proposed_block, p.block_time AS proposed_time, p.tx_hash AS proposed_tx,
       f.block_number AS finalized_block, f.block_time AS finalized_time, f.tx_hash AS finalized_tx
FROM (
  SELECT DISTINCT ON (dataset, checkpoint) * FROM mirror.annotation_ledger_settlement_proposed
  ORDER BY dataset, checkpoint, block_number DESC, log_index DESC) p
LEFT JOIN mirror.annotation_ledger_epoch_finalized f
  ON f.dataset = p.dataset AND f.checkpoint = p.checkpoint AND f.attempt = p.attempt;

CREATE VIEW mirror.receipt_keys AS
SELECT DISTINCT ON (coordinator, key) coordinator, key, valid_from, valid_until, block_number, block_time, tx_hash
FROM mirror.annotation_ledger_receipt_key_set
ORDER BY coordinator, key, block_number DESC, log_index DESC;

CREATE VIEW mirror.share_claims AS
SELECT dataset, epoch, account, "index", units, remaining, balance, block_number, block_time, tx_hash, log_index
FROM mirror.dataset_shares_shares_claimed;

CREATE VIEW mirror.payments AS
SELECT dataset, payer, amount, acc, supply, rem, block_number, block_time, tx_hash, log_index
FROM mirror.dataset_shares_revenue_paid;

CREATE VIEW mirror.revenue_claims AS
SELECT dataset, account, "to" AS recipient, amount, block_number, block_time, tx_hash, log_index
FROM mirror.dataset_shares_revenue_claimed;

-- Holders' accounts only: shares that wait to be claimed belong to nobody yet.
CREATE VIEW mirror.balances AS
SELECT DISTINCT ON (dataset, account) dataset, account, balance, block_number
FROM (
  SELECT dataset, "from" AS account, from_balance AS balance, block_number, log_index, 0 AS side
  FROM mirror.dataset_shares_shares_moved
  UNION ALL
  SELECT dataset, "to", to_balance, block_number, log_index, 1 FROM mirror.dataset_shares_shares_moved
  UNION ALL
  SELECT dataset, account, balance, block_number, log_index, 0 FROM mirror.dataset_shares_shares_claimed) moves
ORDER BY dataset, account, block_number DESC, log_index DESC, side DESC;

-- A payment moves acc and rem, an epoch only the supply.
CREATE VIEW mirror.pools AS
SELECT c.dataset, COALESCE(p.acc, 0) AS acc,
       COALESCE(CASE WHEN (e.block_number, e.log_index) > (p.block_number, p.log_index) OR p.block_number IS NULL
                THEN e.supply ELSE p.supply END, 0) AS supply,
       COALESCE(p.rem, 0) AS rem, t.paid
FROM mirror.dataset_registry_dataset_created c
LEFT JOIN LATERAL (
  SELECT x.* FROM mirror.dataset_shares_revenue_paid x WHERE x.dataset = c.dataset
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (
  SELECT x.* FROM mirror.dataset_shares_epoch_opened x WHERE x.dataset = c.dataset
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) e ON true
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(x.amount), 0) AS paid FROM mirror.dataset_shares_revenue_paid x
  WHERE x.dataset = c.dataset) t;

CREATE VIEW mirror.licenses AS
SELECT b.license, b.dataset, b.receiver, b.payer, b.class, COALESCE(r.price, b.price) AS price,
       COALESCE(r.epochs, b.epochs) AS epochs, b.terms_hash, COALESCE(r.expires_at, b.expires_at) AS expires_at,
       b.block_number, b.block_time, b.tx_hash, b.log_index, r.block_number AS renewed_block
FROM mirror.license_market_license_bought b
LEFT JOIN LATERAL (
  SELECT x.* FROM mirror.license_market_license_renewed x WHERE x.license = b.license
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) r ON true;

CREATE VIEW mirror.royalties AS
SELECT license, dataset, payer, amount, report_hash, block_number, block_time, tx_hash, log_index
FROM mirror.license_market_royalty_paid;

-- The newest price and the one in force until `effective_at`: the last one that was not replaced before its
-- time came.
CREATE VIEW mirror.prices AS
WITH sets AS (
  SELECT x.*, lead(block_time) OVER (PARTITION BY dataset, class ORDER BY block_number, log_index) AS replaced_at
  FROM mirror.license_market_price_set x)
SELECT s.dataset, s.class, s.price, s.effective_at, p.price AS previous_price,
       s.block_number, s.block_time, s.tx_hash
FROM sets s
LEFT JOIN LATERAL (
  SELECT x.price FROM sets x
  WHERE x.dataset = s.dataset AND x.class = s.class AND x.effective_at <= extract(epoch FROM x.replaced_at)
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) p ON true
WHERE s.replaced_at IS NULL;

-- A membership takes the sponsor's free stake as far as it reaches and the rest from his wallet, so that the
-- balance after a move is max(balance + move, 0); the closed form of that is the sum less the lowest sum so
-- far, if that is below 0.
CREATE VIEW mirror.free_stakes AS
SELECT account, sum(move) - LEAST(min(reached), 0) AS amount
FROM (
  SELECT account, move, sum(move) OVER (PARTITION BY account ORDER BY block_number, log_index) AS reached
  FROM (
    SELECT account, amount AS move, block_number, log_index FROM mirror.stake_vault_deposited
    UNION ALL SELECT account, -amount, block_number, log_index FROM mirror.stake_vault_withdrawn
    UNION ALL SELECT sponsor, -stake, block_number, log_index FROM mirror.stake_vault_joined
    UNION ALL SELECT "to", amount, block_number, log_index FROM mirror.stake_vault_released) moves) steps
GROUP BY account;
