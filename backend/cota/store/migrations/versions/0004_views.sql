-- Every attempt to settle a checkpoint, and how far it came. Only the last one can still become an epoch.
CREATE VIEW mirror.attempts AS
SELECT p.dataset, p.checkpoint AS epoch, p.attempt, p.settlement_root, p.total_units, p.leaf_count, p.file_hash,
       p.proposer, p.bond, CAST(COALESCE(m.window_ends_at, p.window_ends_at) AS numeric(78, 0)) AS window_ends_at,
       CASE WHEN f.block_number IS NULL THEN COALESCE(m.state, 'proposed') ELSE 'finalized' END AS state,
       p.block_number AS proposed_block, p.block_time AS proposed_time, p.tx_hash AS proposed_tx,
       f.block_number AS finalized_block, f.block_time AS finalized_time, f.tx_hash AS finalized_tx,
       CAST(m.forfeited AS numeric(78, 0)) AS forfeited, CAST(m.settle_by AS numeric(78, 0)) AS settle_by
FROM mirror.annotation_ledger_settlement_proposed p
LEFT JOIN mirror.annotation_ledger_epoch_finalized f
  ON f.dataset = p.dataset AND f.checkpoint = p.checkpoint AND f.attempt = p.attempt
LEFT JOIN LATERAL (
  SELECT moves.* FROM (
    SELECT dataset, checkpoint, attempt, block_number, log_index, 'disputed' AS state,
           NULL::numeric AS window_ends_at, NULL::numeric AS forfeited, NULL::numeric AS settle_by
    FROM mirror.annotation_ledger_settlement_suspended
    UNION ALL
    SELECT dataset, checkpoint, attempt, block_number, log_index, 'proposed', window_ends_at, NULL, NULL
    FROM mirror.annotation_ledger_settlement_resumed
    UNION ALL
    SELECT dataset, checkpoint, attempt, block_number, log_index, 'rejected', NULL, forfeited, settle_by
    FROM mirror.annotation_ledger_settlement_rejected) moves
  WHERE moves.dataset = p.dataset AND moves.checkpoint = p.checkpoint AND moves.attempt = p.attempt
  ORDER BY moves.block_number DESC, moves.log_index DESC LIMIT 1) m ON true;

-- As before, and with the states of disputes.
CREATE OR REPLACE VIEW mirror.epochs AS
SELECT DISTINCT ON (dataset, epoch)
       dataset, epoch, attempt, settlement_root, total_units, leaf_count, file_hash, proposer, bond, window_ends_at,
       state, proposed_block, proposed_time, proposed_tx, finalized_block, finalized_time, finalized_tx
FROM mirror.attempts
ORDER BY dataset, epoch, attempt DESC;

-- Who acts for a dataset whose coordinator was succeeded; all others are coordinated as their terms say.
CREATE VIEW mirror.successions AS
SELECT dataset, former, successor, block_number, block_time, tx_hash
FROM mirror.annotation_ledger_coordinator_succeeded;

CREATE VIEW mirror.slashes AS
SELECT dataset, coordinator, by AS slasher, amount, "to" AS recipient, credited, balance,
       block_number, block_time, tx_hash, log_index
FROM mirror.annotation_ledger_coordinator_slashed;

-- Epochs of one leaf that corrected an epoch after an appeal; `epoch` is what they are claimed under.
CREATE VIEW mirror.corrections AS
SELECT dataset, checkpoint, epoch, account, units, block_number, block_time, tx_hash
FROM mirror.annotation_ledger_correction_opened;
