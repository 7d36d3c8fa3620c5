-- Rows that the coordinator was asked to show in the log, and whether it did.
CREATE VIEW mirror.demands AS
SELECT d.dataset, d.coordinator, d.demander, d."index", d.row_id, d.answer_by,
       CASE WHEN a.block_number IS NOT NULL THEN 'answered'
            WHEN u.block_number IS NOT NULL THEN 'unanswered' ELSE 'open' END AS state,
       a.checkpoint, d.block_number, d.block_time, d.tx_hash, d.log_index
FROM mirror.coordinator_faults_inclusion_demanded d
LEFT JOIN mirror.coordinator_faults_demand_answered a
  ON a.dataset = d.dataset AND a.coordinator = d.coordinator AND a."index" = d."index" AND a.row_id = d.row_id
LEFT JOIN mirror.coordinator_faults_demand_unanswered u
  ON u.dataset = d.dataset AND u.coordinator = d.coordinator AND u."index" = d."index" AND u.row_id = d.row_id;

-- What coordinators were slashed for; `place` is a row's index, or the number of a checkpoint that expired.
CREATE VIEW mirror.faults AS
SELECT dataset, coordinator, prover,
       (ARRAY['omission', 'unanswered', 'equivocation', 'expiry'])[fault + 1] AS fault,
       place, row_id, other_row, slashed, compensation, block_number, block_time, tx_hash, log_index
FROM mirror.coordinator_faults_fault_punished;
