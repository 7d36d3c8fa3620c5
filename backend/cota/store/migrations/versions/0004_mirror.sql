DROP VIEW public.mirror_logs;
DROP TABLE mirror.annotation_ledger_eip712_domain_changed;

CREATE TABLE mirror.log_position (
  block_number BIGINT NOT NULL, block_hash BYTEA NOT NULL, block_time TIMESTAMP WITH TIME ZONE NOT NULL,
  tx_hash BYTEA NOT NULL, tx_index BIGINT NOT NULL, log_index BIGINT NOT NULL, emitter BYTEA NOT NULL,
  PRIMARY KEY (block_hash, log_index)
);

CREATE TABLE mirror.annotation_ledger_bond_exit_cancelled (
  LIKE mirror.log_position INCLUDING ALL, coordinator BYTEA NOT NULL
);
CREATE INDEX ix_annotation_ledger_bond_exit_cancelled_block ON mirror.annotation_ledger_bond_exit_cancelled USING brin (block_number);
CREATE INDEX ix_annotation_ledger_bond_exit_cancelled_coordinator ON mirror.annotation_ledger_bond_exit_cancelled (coordinator);

CREATE TABLE mirror.annotation_ledger_bond_exit_requested (
  LIKE mirror.log_position INCLUDING ALL, coordinator BYTEA NOT NULL, ready_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_bond_exit_requested_block ON mirror.annotation_ledger_bond_exit_requested USING brin (block_number);
CREATE INDEX ix_annotation_ledger_bond_exit_requested_coordinator ON mirror.annotation_ledger_bond_exit_requested (coordinator);

CREATE TABLE mirror.annotation_ledger_coordinator_slashed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, coordinator BYTEA NOT NULL, by BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL, "to" BYTEA NOT NULL, credited NUMERIC(78, 0) NOT NULL,
  balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_coordinator_slashed_block ON mirror.annotation_ledger_coordinator_slashed USING brin (block_number);
CREATE INDEX ix_annotation_ledger_coordinator_slashed_coordinator ON mirror.annotation_ledger_coordinator_slashed (coordinator);
CREATE INDEX ix_annotation_ledger_coordinator_slashed_dataset ON mirror.annotation_ledger_coordinator_slashed (dataset, block_number, log_index);

CREATE TABLE mirror.annotation_ledger_coordinator_succeeded (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, former BYTEA NOT NULL, successor BYTEA NOT NULL
);
CREATE INDEX ix_annotation_ledger_coordinator_succeeded_block ON mirror.annotation_ledger_coordinator_succeeded USING brin (block_number);
CREATE INDEX ix_annotation_ledger_coordinator_succeeded_dataset ON mirror.annotation_ledger_coordinator_succeeded (dataset, block_number, log_index);

CREATE TABLE mirror.annotation_ledger_correction_opened (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL,
  epoch NUMERIC(78, 0) NOT NULL, account BYTEA NOT NULL, units NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_correction_opened_block ON mirror.annotation_ledger_correction_opened USING brin (block_number);
CREATE INDEX ix_annotation_ledger_correction_opened_dataset ON mirror.annotation_ledger_correction_opened (dataset, block_number, log_index);

CREATE TABLE mirror.annotation_ledger_credit_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, "to" BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_credit_withdrawn_account ON mirror.annotation_ledger_credit_withdrawn (account);
CREATE INDEX ix_annotation_ledger_credit_withdrawn_block ON mirror.annotation_ledger_credit_withdrawn USING brin (block_number);
CREATE INDEX ix_annotation_ledger_credit_withdrawn_to ON mirror.annotation_ledger_credit_withdrawn ("to");

CREATE TABLE mirror.annotation_ledger_settlement_rejected (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL,
  attempt BIGINT NOT NULL, forfeited NUMERIC(78, 0) NOT NULL, "to" BYTEA NOT NULL, credited NUMERIC(78, 0) NOT NULL,
  settle_by NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_settlement_rejected_block ON mirror.annotation_ledger_settlement_rejected USING brin (block_number);
CREATE INDEX ix_annotation_ledger_settlement_rejected_dataset ON mirror.annotation_ledger_settlement_rejected (dataset, block_number, log_index);

CREATE TABLE mirror.annotation_ledger_settlement_resumed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL,
  attempt BIGINT NOT NULL, window_ends_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_settlement_resumed_block ON mirror.annotation_ledger_settlement_resumed USING brin (block_number);
CREATE INDEX ix_annotation_ledger_settlement_resumed_dataset ON mirror.annotation_ledger_settlement_resumed (dataset, block_number, log_index);

CREATE TABLE mirror.annotation_ledger_settlement_suspended (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL,
  attempt BIGINT NOT NULL
);
CREATE INDEX ix_annotation_ledger_settlement_suspended_block ON mirror.annotation_ledger_settlement_suspended USING brin (block_number);
CREATE INDEX ix_annotation_ledger_settlement_suspended_dataset ON mirror.annotation_ledger_settlement_suspended (dataset, block_number, log_index);

DROP TABLE mirror.log_position;

CREATE VIEW public.mirror_logs AS
  SELECT block_number, block_hash, log_index FROM mirror.access_manager_operation_canceled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_operation_executed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_operation_scheduled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_role_admin_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_role_grant_delay_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_role_granted
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_role_guardian_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_role_label
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_role_revoked
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_target_admin_delay_updated
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_target_closed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.access_manager_target_function_role_updated
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_bond_deposited
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_bond_exit_cancelled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_bond_exit_requested
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_bond_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_checkpointed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_coordinator_slashed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_coordinator_succeeded
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_correction_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_credit_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_epoch_finalized
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_receipt_key_set
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_settlement_proposed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_settlement_rejected
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_settlement_resumed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_settlement_suspended
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_approval
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_transfer
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_authority_updated
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_batch_added
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_dataset_created
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_dataset_state_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_payment_token_allowed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_version_added
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_claim_for_allowed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_epoch_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_revenue_claimed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_revenue_paid
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_shares_claimed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_shares_moved
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_transfer_allowed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_approval
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_approval_for_all
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_credit_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_license_bought
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_license_renewed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_locked
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_price_set
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_royalty_paid
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_transfer
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_unlocked
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_deposited
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_joined
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_left
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_released
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.test_dollar_approval
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.test_dollar_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.test_dollar_transfer
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.undecodable_logs;
