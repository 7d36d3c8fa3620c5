DROP VIEW public.mirror_logs;

CREATE TABLE mirror.log_position (
  block_number BIGINT NOT NULL, block_hash BYTEA NOT NULL, block_time TIMESTAMP WITH TIME ZONE NOT NULL,
  tx_hash BYTEA NOT NULL, tx_index BIGINT NOT NULL, log_index BIGINT NOT NULL, emitter BYTEA NOT NULL,
  PRIMARY KEY (block_hash, log_index)
);

CREATE TABLE mirror.audit_desk_audit_credit_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, token BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_audit_desk_audit_credit_withdrawn_account ON mirror.audit_desk_audit_credit_withdrawn (account);
CREATE INDEX ix_audit_desk_audit_credit_withdrawn_block ON mirror.audit_desk_audit_credit_withdrawn USING brin (block_number);
CREATE INDEX ix_audit_desk_audit_credit_withdrawn_to ON mirror.audit_desk_audit_credit_withdrawn ("to");

CREATE TABLE mirror.audit_desk_audit_credited (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, token BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_audit_desk_audit_credited_account ON mirror.audit_desk_audit_credited (account);
CREATE INDEX ix_audit_desk_audit_credited_block ON mirror.audit_desk_audit_credited USING brin (block_number);

CREATE TABLE mirror.audit_desk_audit_fee_passed (
  LIKE mirror.log_position INCLUDING ALL, audit_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  fee NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_audit_desk_audit_fee_passed_block ON mirror.audit_desk_audit_fee_passed USING brin (block_number);
CREATE INDEX ix_audit_desk_audit_fee_passed_dataset ON mirror.audit_desk_audit_fee_passed (dataset, block_number, log_index);

CREATE TABLE mirror.audit_desk_audit_fee_returned (
  LIKE mirror.log_position INCLUDING ALL, audit_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  auditor BYTEA NOT NULL, fee NUMERIC(78, 0) NOT NULL, from_bond NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_audit_desk_audit_fee_returned_block ON mirror.audit_desk_audit_fee_returned USING brin (block_number);
CREATE INDEX ix_audit_desk_audit_fee_returned_dataset ON mirror.audit_desk_audit_fee_returned (dataset, block_number, log_index);

CREATE TABLE mirror.audit_desk_audit_opened (
  LIKE mirror.log_position INCLUDING ALL, audit_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  epoch NUMERIC(78, 0) NOT NULL, attempt BIGINT NOT NULL, auditor BYTEA NOT NULL, fee NUMERIC(78, 0) NOT NULL,
  commitment BYTEA NOT NULL
);
CREATE INDEX ix_audit_desk_audit_opened_block ON mirror.audit_desk_audit_opened USING brin (block_number);
CREATE INDEX ix_audit_desk_audit_opened_dataset ON mirror.audit_desk_audit_opened (dataset, block_number, log_index);

CREATE TABLE mirror.audit_desk_sample_drawn (
  LIKE mirror.log_position INCLUDING ALL, audit_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  seed BYTEA NOT NULL
);
CREATE INDEX ix_audit_desk_sample_drawn_block ON mirror.audit_desk_sample_drawn USING brin (block_number);
CREATE INDEX ix_audit_desk_sample_drawn_dataset ON mirror.audit_desk_sample_drawn (dataset, block_number, log_index);

CREATE TABLE mirror.audit_desk_sample_scheduled (
  LIKE mirror.log_position INCLUDING ALL, audit_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  draw_block NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_audit_desk_sample_scheduled_block ON mirror.audit_desk_sample_scheduled USING brin (block_number);
CREATE INDEX ix_audit_desk_sample_scheduled_dataset ON mirror.audit_desk_sample_scheduled (dataset, block_number, log_index);

CREATE TABLE mirror.bond_rates_authority_updated (
  LIKE mirror.log_position INCLUDING ALL, authority BYTEA NOT NULL
);
CREATE INDEX ix_bond_rates_authority_updated_block ON mirror.bond_rates_authority_updated USING brin (block_number);

CREATE TABLE mirror.bond_rates_rate_set (
  LIKE mirror.log_position INCLUDING ALL, token BYTEA NOT NULL, rate NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_bond_rates_rate_set_block ON mirror.bond_rates_rate_set USING brin (block_number);

CREATE TABLE mirror.council_arbiter_appeal_decision (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, arbitrable BYTEA NOT NULL
);
CREATE INDEX ix_council_arbiter_appeal_decision_block ON mirror.council_arbiter_appeal_decision USING brin (block_number);

CREATE TABLE mirror.council_arbiter_appeal_possible (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, arbitrable BYTEA NOT NULL
);
CREATE INDEX ix_council_arbiter_appeal_possible_block ON mirror.council_arbiter_appeal_possible USING brin (block_number);

CREATE TABLE mirror.council_arbiter_dispute_creation (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, arbitrable BYTEA NOT NULL
);
CREATE INDEX ix_council_arbiter_dispute_creation_block ON mirror.council_arbiter_dispute_creation USING brin (block_number);

CREATE TABLE mirror.council_arbiter_dispute_opened (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, arbitrable BYTEA NOT NULL,
  dataset BYTEA NOT NULL, claimant BYTEA NOT NULL, choices NUMERIC(78, 0) NOT NULL, fee NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_council_arbiter_dispute_opened_block ON mirror.council_arbiter_dispute_opened USING brin (block_number);
CREATE INDEX ix_council_arbiter_dispute_opened_dataset ON mirror.council_arbiter_dispute_opened (dataset, block_number, log_index);

CREATE TABLE mirror.council_arbiter_draw_scheduled (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, round NUMERIC(78, 0) NOT NULL,
  draw_block NUMERIC(78, 0) NOT NULL, size NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_council_arbiter_draw_scheduled_block ON mirror.council_arbiter_draw_scheduled USING brin (block_number);

CREATE TABLE mirror.council_arbiter_fee_credited (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_council_arbiter_fee_credited_account ON mirror.council_arbiter_fee_credited (account);
CREATE INDEX ix_council_arbiter_fee_credited_block ON mirror.council_arbiter_fee_credited USING brin (block_number);

CREATE TABLE mirror.council_arbiter_fee_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, "to" BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_council_arbiter_fee_withdrawn_account ON mirror.council_arbiter_fee_withdrawn (account);
CREATE INDEX ix_council_arbiter_fee_withdrawn_block ON mirror.council_arbiter_fee_withdrawn USING brin (block_number);
CREATE INDEX ix_council_arbiter_fee_withdrawn_to ON mirror.council_arbiter_fee_withdrawn ("to");

CREATE TABLE mirror.council_arbiter_juror_drawn (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, round NUMERIC(78, 0) NOT NULL,
  juror BYTEA NOT NULL
);
CREATE INDEX ix_council_arbiter_juror_drawn_block ON mirror.council_arbiter_juror_drawn USING brin (block_number);

CREATE TABLE mirror.council_arbiter_juror_enrolled (
  LIKE mirror.log_position INCLUDING ALL, juror BYTEA NOT NULL
);
CREATE INDEX ix_council_arbiter_juror_enrolled_block ON mirror.council_arbiter_juror_enrolled USING brin (block_number);

CREATE TABLE mirror.council_arbiter_juror_struck (
  LIKE mirror.log_position INCLUDING ALL, juror BYTEA NOT NULL
);
CREATE INDEX ix_council_arbiter_juror_struck_block ON mirror.council_arbiter_juror_struck USING brin (block_number);

CREATE TABLE mirror.council_arbiter_panel_drawn (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, round NUMERIC(78, 0) NOT NULL,
  seats NUMERIC(78, 0) NOT NULL, is_general BOOLEAN NOT NULL, commit_ends_at NUMERIC(78, 0) NOT NULL,
  reveal_ends_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_council_arbiter_panel_drawn_block ON mirror.council_arbiter_panel_drawn USING brin (block_number);

CREATE TABLE mirror.council_arbiter_ruling_executed (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, ruling NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_council_arbiter_ruling_executed_block ON mirror.council_arbiter_ruling_executed USING brin (block_number);

CREATE TABLE mirror.council_arbiter_vote_committed (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, round NUMERIC(78, 0) NOT NULL,
  juror BYTEA NOT NULL, commitment BYTEA NOT NULL
);
CREATE INDEX ix_council_arbiter_vote_committed_block ON mirror.council_arbiter_vote_committed USING brin (block_number);

CREATE TABLE mirror.council_arbiter_vote_revealed (
  LIKE mirror.log_position INCLUDING ALL, dispute_id NUMERIC(78, 0) NOT NULL, round NUMERIC(78, 0) NOT NULL,
  juror BYTEA NOT NULL, ruling NUMERIC(78, 0) NOT NULL, fee NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_council_arbiter_vote_revealed_block ON mirror.council_arbiter_vote_revealed USING brin (block_number);

CREATE TABLE mirror.settlement_court_appeal_opened (
  LIKE mirror.log_position INCLUDING ALL, case_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  account BYTEA NOT NULL, index BIGINT NOT NULL, has_penalty BOOLEAN NOT NULL, units NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_appeal_opened_account ON mirror.settlement_court_appeal_opened (account);
CREATE INDEX ix_settlement_court_appeal_opened_block ON mirror.settlement_court_appeal_opened USING brin (block_number);
CREATE INDEX ix_settlement_court_appeal_opened_dataset ON mirror.settlement_court_appeal_opened (dataset, block_number, log_index);

CREATE TABLE mirror.settlement_court_appeal_upheld (
  LIKE mirror.log_position INCLUDING ALL, case_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  account BYTEA NOT NULL, correction NUMERIC(78, 0) NOT NULL, missed NUMERIC(78, 0) NOT NULL,
  paid NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_appeal_upheld_account ON mirror.settlement_court_appeal_upheld (account);
CREATE INDEX ix_settlement_court_appeal_upheld_block ON mirror.settlement_court_appeal_upheld USING brin (block_number);
CREATE INDEX ix_settlement_court_appeal_upheld_dataset ON mirror.settlement_court_appeal_upheld (dataset, block_number, log_index);

CREATE TABLE mirror.settlement_court_case_closed (
  LIKE mirror.log_position INCLUDING ALL, case_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  epoch NUMERIC(78, 0) NOT NULL, outcome BIGINT NOT NULL, burnt NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_case_closed_block ON mirror.settlement_court_case_closed USING brin (block_number);
CREATE INDEX ix_settlement_court_case_closed_dataset ON mirror.settlement_court_case_closed (dataset, block_number, log_index);

CREATE TABLE mirror.settlement_court_case_opened (
  LIKE mirror.log_position INCLUDING ALL, case_id NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  epoch NUMERIC(78, 0) NOT NULL, attempt BIGINT NOT NULL, ground BIGINT NOT NULL, claimant BYTEA NOT NULL,
  respondent BYTEA NOT NULL, bond NUMERIC(78, 0) NOT NULL, evidence BYTEA NOT NULL, deadline NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_case_opened_block ON mirror.settlement_court_case_opened USING brin (block_number);
CREATE INDEX ix_settlement_court_case_opened_dataset ON mirror.settlement_court_case_opened (dataset, block_number, log_index);

CREATE TABLE mirror.settlement_court_case_referred (
  LIKE mirror.log_position INCLUDING ALL, case_id NUMERIC(78, 0) NOT NULL, arbiter BYTEA NOT NULL,
  dispute_id NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_case_referred_block ON mirror.settlement_court_case_referred USING brin (block_number);

CREATE TABLE mirror.settlement_court_credit_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, token BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_credit_withdrawn_account ON mirror.settlement_court_credit_withdrawn (account);
CREATE INDEX ix_settlement_court_credit_withdrawn_block ON mirror.settlement_court_credit_withdrawn USING brin (block_number);
CREATE INDEX ix_settlement_court_credit_withdrawn_to ON mirror.settlement_court_credit_withdrawn ("to");

CREATE TABLE mirror.settlement_court_credited (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, token BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_credited_account ON mirror.settlement_court_credited (account);
CREATE INDEX ix_settlement_court_credited_block ON mirror.settlement_court_credited USING brin (block_number);

CREATE TABLE mirror.settlement_court_ruling (
  LIKE mirror.log_position INCLUDING ALL, arbitrator BYTEA NOT NULL, dispute_id NUMERIC(78, 0) NOT NULL,
  ruling NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_ruling_block ON mirror.settlement_court_ruling USING brin (block_number);

CREATE TABLE mirror.settlement_court_ruling_appealed (
  LIKE mirror.log_position INCLUDING ALL, case_id NUMERIC(78, 0) NOT NULL, appellant BYTEA NOT NULL,
  round BIGINT NOT NULL, bond NUMERIC(78, 0) NOT NULL, against BIGINT NOT NULL, deadline NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_settlement_court_ruling_appealed_block ON mirror.settlement_court_ruling_appealed USING brin (block_number);

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
