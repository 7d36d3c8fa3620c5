-- `penalised`: what penalties took of this membership's stake.
CREATE OR REPLACE VIEW mirror.memberships AS
SELECT j.dataset, j.account, j.sponsor, j.terms_hash, j.stake, j.penalty_cap,
       CASE WHEN r.block_number IS NOT NULL THEN 'ended' WHEN l.block_number IS NOT NULL THEN 'leaving'
       ELSE 'active' END AS state,
       l.left_at, r.block_number AS ended_block, j.block_number, j.block_time, j.tx_hash, p.penalised
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
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) r ON true
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(x.burnt), 0) AS penalised FROM mirror.stake_vault_penalised x
  WHERE x.dataset = j.dataset AND x.account = j.account
    AND (x.block_number, x.log_index) > (j.block_number, j.log_index)) p;

-- The last word on each leaf's penalty that was ever appealed or executed.
CREATE VIEW mirror.penalties AS
SELECT DISTINCT ON (dataset, epoch, "index") dataset, epoch, "index", state, burnt, until, block_number, block_time, tx_hash
FROM (
  SELECT dataset, epoch, "index", 'held' AS state, NULL::numeric AS burnt, NULL::numeric AS until,
         block_number, block_time, tx_hash, log_index
  FROM mirror.stake_vault_penalty_held
  UNION ALL SELECT dataset, epoch, "index", 'released', NULL, until, block_number, block_time, tx_hash, log_index
  FROM mirror.stake_vault_penalty_released
  UNION ALL SELECT dataset, epoch, "index", 'cancelled', NULL, NULL, block_number, block_time, tx_hash, log_index
  FROM mirror.stake_vault_penalty_cancelled
  UNION ALL SELECT dataset, epoch, "index", 'executed', burnt, NULL, block_number, block_time, tx_hash, log_index
  FROM mirror.stake_vault_penalised) words
ORDER BY dataset, epoch, "index", block_number DESC, log_index DESC;

-- Held until `expires_at` unless revoked.
CREATE VIEW mirror.credentials AS
SELECT DISTINCT ON (credential, account) credential, account, issuer, expires_at, revoked, block_number, block_time, tx_hash
FROM (
  SELECT credential, account, issuer, expires_at, false AS revoked, block_number, block_time, tx_hash, log_index
  FROM mirror.credential_registry_credential_issued
  UNION ALL SELECT credential, account, issuer, expires_at, false, block_number, block_time, tx_hash, log_index
  FROM mirror.credential_registry_credential_renewed
  UNION ALL SELECT credential, account, issuer, 0, true, block_number, block_time, tx_hash, log_index
  FROM mirror.credential_registry_credential_revoked) words
ORDER BY credential, account, block_number DESC, log_index DESC;

-- A cancelled succession leaves its successor named.
CREATE VIEW mirror.successors AS
SELECT DISTINCT ON (account) account, successor, state, ready_at, block_number, block_time, tx_hash
FROM (
  SELECT account, successor, CASE WHEN delay = 0 THEN 'none' ELSE 'named' END AS state, NULL::numeric AS ready_at,
         block_number, block_time, tx_hash, log_index
  FROM mirror.successions_successor_named
  UNION ALL SELECT account, successor, 'started', ready_at, block_number, block_time, tx_hash, log_index
  FROM mirror.successions_succession_started
  UNION ALL SELECT account, successor, 'named', NULL, block_number, block_time, tx_hash, log_index
  FROM mirror.successions_succession_cancelled
  UNION ALL SELECT account, successor, 'completed', NULL, block_number, block_time, tx_hash, log_index
  FROM mirror.successions_succession_completed) words
ORDER BY account, block_number DESC, log_index DESC;

CREATE OR REPLACE VIEW mirror.balances AS
SELECT DISTINCT ON (dataset, account) dataset, account, balance, block_number
FROM (
  SELECT dataset, "from" AS account, from_balance AS balance, block_number, log_index, 0 AS side
  FROM mirror.dataset_shares_shares_moved
  UNION ALL
  SELECT dataset, "to", to_balance, block_number, log_index, 1 FROM mirror.dataset_shares_shares_moved
  UNION ALL
  SELECT dataset, account, balance, block_number, log_index, 0 FROM mirror.dataset_shares_shares_claimed
  UNION ALL
  SELECT dataset, "from", CAST(0 AS NUMERIC(78, 0)), block_number, log_index, 0
  FROM mirror.dataset_shares_shares_inherited
  UNION ALL
  SELECT dataset, "to", to_balance, block_number, log_index, 1 FROM mirror.dataset_shares_shares_inherited) moves
ORDER BY dataset, account, block_number DESC, log_index DESC, side DESC;

-- Reports of licensees whose terms ask for them; `last_at` null before the first.
CREATE VIEW mirror.reports AS
SELECT license, dataset, count(*) AS reports, count(*) FILTER (WHERE late) AS late, max(block_time) AS last_at
FROM mirror.license_market_report_filed GROUP BY license, dataset;
