DROP VIEW public.mirror_logs;

CREATE TABLE mirror.log_position (
  block_number BIGINT NOT NULL, block_hash BYTEA NOT NULL, block_time TIMESTAMP WITH TIME ZONE NOT NULL,
  tx_hash BYTEA NOT NULL, tx_index BIGINT NOT NULL, log_index BIGINT NOT NULL, emitter BYTEA NOT NULL,
  PRIMARY KEY (block_hash, log_index)
);

CREATE TABLE mirror.bounty_escrow_bounty_assigned (
  LIKE mirror.log_position INCLUDING ALL, bounty NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  epoch NUMERIC(78, 0) NOT NULL, total_units NUMERIC(78, 0) NOT NULL, amount NUMERIC(78, 0) NOT NULL,
  free NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_bounty_escrow_bounty_assigned_block ON mirror.bounty_escrow_bounty_assigned USING brin (block_number);
CREATE INDEX ix_bounty_escrow_bounty_assigned_dataset ON mirror.bounty_escrow_bounty_assigned (dataset, block_number, log_index);

CREATE TABLE mirror.bounty_escrow_bounty_closed (
  LIKE mirror.log_position INCLUDING ALL, bounty NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  ends_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_bounty_escrow_bounty_closed_block ON mirror.bounty_escrow_bounty_closed USING brin (block_number);
CREATE INDEX ix_bounty_escrow_bounty_closed_dataset ON mirror.bounty_escrow_bounty_closed (dataset, block_number, log_index);

CREATE TABLE mirror.bounty_escrow_bounty_funded (
  LIKE mirror.log_position INCLUDING ALL, bounty NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL, payer BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL, free NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_bounty_escrow_bounty_funded_block ON mirror.bounty_escrow_bounty_funded USING brin (block_number);
CREATE INDEX ix_bounty_escrow_bounty_funded_dataset ON mirror.bounty_escrow_bounty_funded (dataset, block_number, log_index);

CREATE TABLE mirror.bounty_escrow_bounty_opened (
  LIKE mirror.log_position INCLUDING ALL, bounty NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  publisher BYTEA NOT NULL, token BYTEA NOT NULL, per_label NUMERIC(78, 0) NOT NULL,
  units_per_label NUMERIC(78, 0) NOT NULL, first_checkpoint NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_bounty_escrow_bounty_opened_block ON mirror.bounty_escrow_bounty_opened USING brin (block_number);
CREATE INDEX ix_bounty_escrow_bounty_opened_dataset ON mirror.bounty_escrow_bounty_opened (dataset, block_number, log_index);

CREATE TABLE mirror.bounty_escrow_bounty_paid (
  LIKE mirror.log_position INCLUDING ALL, bounty NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  account BYTEA NOT NULL, epoch NUMERIC(78, 0) NOT NULL, index BIGINT NOT NULL, units NUMERIC(78, 0) NOT NULL,
  "to" BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_bounty_escrow_bounty_paid_account ON mirror.bounty_escrow_bounty_paid (account);
CREATE INDEX ix_bounty_escrow_bounty_paid_block ON mirror.bounty_escrow_bounty_paid USING brin (block_number);
CREATE INDEX ix_bounty_escrow_bounty_paid_dataset ON mirror.bounty_escrow_bounty_paid (dataset, block_number, log_index);

CREATE TABLE mirror.bounty_escrow_bounty_returned (
  LIKE mirror.log_position INCLUDING ALL, bounty NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_bounty_escrow_bounty_returned_block ON mirror.bounty_escrow_bounty_returned USING brin (block_number);
CREATE INDEX ix_bounty_escrow_bounty_returned_dataset ON mirror.bounty_escrow_bounty_returned (dataset, block_number, log_index);
CREATE INDEX ix_bounty_escrow_bounty_returned_to ON mirror.bounty_escrow_bounty_returned ("to");

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
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.audit_desk_audit_credit_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.audit_desk_audit_credited
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.audit_desk_audit_fee_passed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.audit_desk_audit_fee_returned
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.audit_desk_audit_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.audit_desk_sample_drawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.audit_desk_sample_scheduled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bond_rates_authority_updated
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bond_rates_rate_set
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bounty_escrow_bounty_assigned
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bounty_escrow_bounty_closed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bounty_escrow_bounty_funded
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bounty_escrow_bounty_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bounty_escrow_bounty_paid
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.bounty_escrow_bounty_returned
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_credit_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_demand_answered
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_demand_unanswered
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_fault_punished
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.coordinator_faults_inclusion_demanded
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_approval
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.cota_token_transfer
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_appeal_decision
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_appeal_possible
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_dispute_creation
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_dispute_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_draw_scheduled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_fee_credited
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_fee_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_juror_drawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_juror_enrolled
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_juror_struck
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_panel_drawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_ruling_executed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_vote_committed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.council_arbiter_vote_revealed
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
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_appeal_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_appeal_upheld
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_case_closed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_case_opened
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_case_referred
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_credit_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_credited
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_ruling
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.settlement_court_ruling_appealed
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
