DROP VIEW public.mirror_logs;

CREATE TABLE mirror.log_position (
  block_number BIGINT NOT NULL, block_hash BYTEA NOT NULL, block_time TIMESTAMP WITH TIME ZONE NOT NULL,
  tx_hash BYTEA NOT NULL, tx_index BIGINT NOT NULL, log_index BIGINT NOT NULL, emitter BYTEA NOT NULL,
  PRIMARY KEY (block_hash, log_index)
);

CREATE TABLE mirror.coordinator_faults_credit_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, "to" BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_coordinator_faults_credit_withdrawn_account ON mirror.coordinator_faults_credit_withdrawn (account);
CREATE INDEX ix_coordinator_faults_credit_withdrawn_block ON mirror.coordinator_faults_credit_withdrawn USING brin (block_number);
CREATE INDEX ix_coordinator_faults_credit_withdrawn_to ON mirror.coordinator_faults_credit_withdrawn ("to");

CREATE TABLE mirror.coordinator_faults_demand_answered (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, coordinator BYTEA NOT NULL,
  index NUMERIC(78, 0) NOT NULL, row_id BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_coordinator_faults_demand_answered_block ON mirror.coordinator_faults_demand_answered USING brin (block_number);
CREATE INDEX ix_coordinator_faults_demand_answered_coordinator ON mirror.coordinator_faults_demand_answered (coordinator);
CREATE INDEX ix_coordinator_faults_demand_answered_dataset ON mirror.coordinator_faults_demand_answered (dataset, block_number, log_index);

CREATE TABLE mirror.coordinator_faults_demand_unanswered (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, coordinator BYTEA NOT NULL,
  index NUMERIC(78, 0) NOT NULL, row_id BYTEA NOT NULL
);
CREATE INDEX ix_coordinator_faults_demand_unanswered_block ON mirror.coordinator_faults_demand_unanswered USING brin (block_number);
CREATE INDEX ix_coordinator_faults_demand_unanswered_coordinator ON mirror.coordinator_faults_demand_unanswered (coordinator);
CREATE INDEX ix_coordinator_faults_demand_unanswered_dataset ON mirror.coordinator_faults_demand_unanswered (dataset, block_number, log_index);

CREATE TABLE mirror.coordinator_faults_fault_punished (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, coordinator BYTEA NOT NULL, prover BYTEA NOT NULL,
  fault BIGINT NOT NULL, place NUMERIC(78, 0) NOT NULL, row_id BYTEA NOT NULL, other_row BYTEA NOT NULL,
  slashed NUMERIC(78, 0) NOT NULL, compensation NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_coordinator_faults_fault_punished_block ON mirror.coordinator_faults_fault_punished USING brin (block_number);
CREATE INDEX ix_coordinator_faults_fault_punished_coordinator ON mirror.coordinator_faults_fault_punished (coordinator);
CREATE INDEX ix_coordinator_faults_fault_punished_dataset ON mirror.coordinator_faults_fault_punished (dataset, block_number, log_index);

CREATE TABLE mirror.coordinator_faults_inclusion_demanded (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, coordinator BYTEA NOT NULL, demander BYTEA NOT NULL,
  index NUMERIC(78, 0) NOT NULL, row_id BYTEA NOT NULL, answer_by NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_coordinator_faults_inclusion_demanded_block ON mirror.coordinator_faults_inclusion_demanded USING brin (block_number);
CREATE INDEX ix_coordinator_faults_inclusion_demanded_coordinator ON mirror.coordinator_faults_inclusion_demanded (coordinator);
CREATE INDEX ix_coordinator_faults_inclusion_demanded_dataset ON mirror.coordinator_faults_inclusion_demanded (dataset, block_number, log_index);

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
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_credit_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_demand_answered
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_demand_unanswered
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_fault_punished
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_inclusion_demanded
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_approval
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_transfer
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.credential_registry_authority_updated
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.credential_registry_credential_defined
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.credential_registry_credential_issued
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.credential_registry_credential_renewed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.credential_registry_credential_revoked
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_authority_updated
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_batch_added
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_dataset_created
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_dataset_state_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_entrance_paused
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_payment_token_allowed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_registry_version_added
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_claim_for_allowed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_epoch_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_revenue_claimed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_revenue_paid
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_shares_claimed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_shares_inherited
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_shares_moved
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.dataset_shares_transfer_allowed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.delivery_desk_delivery_acknowledged
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.delivery_desk_delivery_answered
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.delivery_desk_delivery_demanded
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.delivery_desk_delivery_disputed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.delivery_desk_delivery_ruled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.delivery_desk_ruling
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_approval
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_approval_for_all
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_authority_updated
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_credit_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_entrance_paused
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_license_bought
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_license_renewed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_locked
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_price_set
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_report_filed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_royalty_paid
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_transfer
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.license_market_unlocked
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_deposited
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_joined
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_left
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_penalised
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_penalty_cancelled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_penalty_held
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_penalty_released
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_released
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.stake_vault_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.successions_succession_cancelled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.successions_succession_completed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.successions_succession_started
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.successions_successor_named
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.test_dollar_approval
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.test_dollar_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.test_dollar_transfer
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.undecodable_logs;
