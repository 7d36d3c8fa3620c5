-- The columns that every log table has; the mould is not kept.
CREATE TABLE mirror.log_position (
  block_number BIGINT NOT NULL, block_hash BYTEA NOT NULL, block_time TIMESTAMP WITH TIME ZONE NOT NULL,
  tx_hash BYTEA NOT NULL, tx_index BIGINT NOT NULL, log_index BIGINT NOT NULL, emitter BYTEA NOT NULL,
  PRIMARY KEY (block_hash, log_index)
);

CREATE TABLE mirror.credential_registry_authority_updated (
  LIKE mirror.log_position INCLUDING ALL, authority BYTEA NOT NULL
);
CREATE INDEX ix_credential_registry_authority_updated_block ON mirror.credential_registry_authority_updated USING brin (block_number);

CREATE TABLE mirror.credential_registry_credential_defined (
  LIKE mirror.log_position INCLUDING ALL, credential BYTEA NOT NULL, role NUMERIC(78, 0) NOT NULL, uri BYTEA NOT NULL
);
CREATE INDEX ix_credential_registry_credential_defined_block ON mirror.credential_registry_credential_defined USING brin (block_number);

CREATE TABLE mirror.credential_registry_credential_issued (
  LIKE mirror.log_position INCLUDING ALL, credential BYTEA NOT NULL, account BYTEA NOT NULL, issuer BYTEA NOT NULL,
  expires_at NUMERIC(78, 0) NOT NULL, evidence_hash BYTEA NOT NULL
);
CREATE INDEX ix_credential_registry_credential_issued_account ON mirror.credential_registry_credential_issued (account);
CREATE INDEX ix_credential_registry_credential_issued_block ON mirror.credential_registry_credential_issued USING brin (block_number);

CREATE TABLE mirror.credential_registry_credential_renewed (
  LIKE mirror.log_position INCLUDING ALL, credential BYTEA NOT NULL, account BYTEA NOT NULL, issuer BYTEA NOT NULL,
  expires_at NUMERIC(78, 0) NOT NULL, evidence_hash BYTEA NOT NULL
);
CREATE INDEX ix_credential_registry_credential_renewed_account ON mirror.credential_registry_credential_renewed (account);
CREATE INDEX ix_credential_registry_credential_renewed_block ON mirror.credential_registry_credential_renewed USING brin (block_number);

CREATE TABLE mirror.credential_registry_credential_revoked (
  LIKE mirror.log_position INCLUDING ALL, credential BYTEA NOT NULL, account BYTEA NOT NULL, issuer BYTEA NOT NULL,
  reason_hash BYTEA NOT NULL
);
CREATE INDEX ix_credential_registry_credential_revoked_account ON mirror.credential_registry_credential_revoked (account);
CREATE INDEX ix_credential_registry_credential_revoked_block ON mirror.credential_registry_credential_revoked USING brin (block_number);

CREATE TABLE mirror.dataset_registry_entrance_paused (
  LIKE mirror.log_position INCLUDING ALL, entrance BIGINT NOT NULL, version NUMERIC(78, 0) NOT NULL,
  until NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_dataset_registry_entrance_paused_block ON mirror.dataset_registry_entrance_paused USING brin (block_number);

CREATE TABLE mirror.dataset_shares_shares_inherited (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, "from" BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL, value NUMERIC(78, 0) NOT NULL, owed NUMERIC(78, 0) NOT NULL,
  to_balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_dataset_shares_shares_inherited_block ON mirror.dataset_shares_shares_inherited USING brin (block_number);
CREATE INDEX ix_dataset_shares_shares_inherited_dataset ON mirror.dataset_shares_shares_inherited (dataset, block_number, log_index);
CREATE INDEX ix_dataset_shares_shares_inherited_from ON mirror.dataset_shares_shares_inherited ("from");
CREATE INDEX ix_dataset_shares_shares_inherited_to ON mirror.dataset_shares_shares_inherited ("to");

CREATE TABLE mirror.delivery_desk_delivery_acknowledged (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  licensee BYTEA NOT NULL
);
CREATE INDEX ix_delivery_desk_delivery_acknowledged_block ON mirror.delivery_desk_delivery_acknowledged USING brin (block_number);
CREATE INDEX ix_delivery_desk_delivery_acknowledged_dataset ON mirror.delivery_desk_delivery_acknowledged (dataset, block_number, log_index);
CREATE INDEX ix_delivery_desk_delivery_acknowledged_license ON mirror.delivery_desk_delivery_acknowledged (license);

CREATE TABLE mirror.delivery_desk_delivery_answered (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  evidence_hash BYTEA NOT NULL
);
CREATE INDEX ix_delivery_desk_delivery_answered_block ON mirror.delivery_desk_delivery_answered USING brin (block_number);
CREATE INDEX ix_delivery_desk_delivery_answered_dataset ON mirror.delivery_desk_delivery_answered (dataset, block_number, log_index);
CREATE INDEX ix_delivery_desk_delivery_answered_license ON mirror.delivery_desk_delivery_answered (license);

CREATE TABLE mirror.delivery_desk_delivery_demanded (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  coordinator BYTEA NOT NULL, price NUMERIC(78, 0) NOT NULL, due_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_delivery_desk_delivery_demanded_block ON mirror.delivery_desk_delivery_demanded USING brin (block_number);
CREATE INDEX ix_delivery_desk_delivery_demanded_coordinator ON mirror.delivery_desk_delivery_demanded (coordinator);
CREATE INDEX ix_delivery_desk_delivery_demanded_dataset ON mirror.delivery_desk_delivery_demanded (dataset, block_number, log_index);
CREATE INDEX ix_delivery_desk_delivery_demanded_license ON mirror.delivery_desk_delivery_demanded (license);

CREATE TABLE mirror.delivery_desk_delivery_disputed (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  dispute_id NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_delivery_desk_delivery_disputed_block ON mirror.delivery_desk_delivery_disputed USING brin (block_number);
CREATE INDEX ix_delivery_desk_delivery_disputed_dataset ON mirror.delivery_desk_delivery_disputed (dataset, block_number, log_index);
CREATE INDEX ix_delivery_desk_delivery_disputed_license ON mirror.delivery_desk_delivery_disputed (license);

CREATE TABLE mirror.delivery_desk_delivery_ruled (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  state BIGINT NOT NULL, licensee BYTEA NOT NULL, returned NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_delivery_desk_delivery_ruled_block ON mirror.delivery_desk_delivery_ruled USING brin (block_number);
CREATE INDEX ix_delivery_desk_delivery_ruled_dataset ON mirror.delivery_desk_delivery_ruled (dataset, block_number, log_index);
CREATE INDEX ix_delivery_desk_delivery_ruled_license ON mirror.delivery_desk_delivery_ruled (license);

CREATE TABLE mirror.delivery_desk_ruling (
  LIKE mirror.log_position INCLUDING ALL, arbitrator BYTEA NOT NULL, dispute_id NUMERIC(78, 0) NOT NULL,
  ruling NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_delivery_desk_ruling_block ON mirror.delivery_desk_ruling USING brin (block_number);

CREATE TABLE mirror.license_market_authority_updated (
  LIKE mirror.log_position INCLUDING ALL, authority BYTEA NOT NULL
);
CREATE INDEX ix_license_market_authority_updated_block ON mirror.license_market_authority_updated USING brin (block_number);

CREATE TABLE mirror.license_market_entrance_paused (
  LIKE mirror.log_position INCLUDING ALL, entrance BIGINT NOT NULL, version NUMERIC(78, 0) NOT NULL,
  until NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_entrance_paused_block ON mirror.license_market_entrance_paused USING brin (block_number);

CREATE TABLE mirror.license_market_report_filed (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  report_hash BYTEA NOT NULL, due_at NUMERIC(78, 0) NOT NULL, late BOOLEAN NOT NULL
);
CREATE INDEX ix_license_market_report_filed_block ON mirror.license_market_report_filed USING brin (block_number);
CREATE INDEX ix_license_market_report_filed_dataset ON mirror.license_market_report_filed (dataset, block_number, log_index);
CREATE INDEX ix_license_market_report_filed_license ON mirror.license_market_report_filed (license);

CREATE TABLE mirror.stake_vault_penalised (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, epoch NUMERIC(78, 0) NOT NULL,
  account BYTEA NOT NULL, index BIGINT NOT NULL, penalty NUMERIC(78, 0) NOT NULL, burnt NUMERIC(78, 0) NOT NULL,
  stake_left NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_stake_vault_penalised_account ON mirror.stake_vault_penalised (account);
CREATE INDEX ix_stake_vault_penalised_block ON mirror.stake_vault_penalised USING brin (block_number);
CREATE INDEX ix_stake_vault_penalised_dataset ON mirror.stake_vault_penalised (dataset, block_number, log_index);

CREATE TABLE mirror.stake_vault_penalty_cancelled (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, epoch NUMERIC(78, 0) NOT NULL, index BIGINT NOT NULL
);
CREATE INDEX ix_stake_vault_penalty_cancelled_block ON mirror.stake_vault_penalty_cancelled USING brin (block_number);
CREATE INDEX ix_stake_vault_penalty_cancelled_dataset ON mirror.stake_vault_penalty_cancelled (dataset, block_number, log_index);

CREATE TABLE mirror.stake_vault_penalty_held (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, epoch NUMERIC(78, 0) NOT NULL,
  account BYTEA NOT NULL, index BIGINT NOT NULL
);
CREATE INDEX ix_stake_vault_penalty_held_account ON mirror.stake_vault_penalty_held (account);
CREATE INDEX ix_stake_vault_penalty_held_block ON mirror.stake_vault_penalty_held USING brin (block_number);
CREATE INDEX ix_stake_vault_penalty_held_dataset ON mirror.stake_vault_penalty_held (dataset, block_number, log_index);

CREATE TABLE mirror.stake_vault_penalty_released (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, epoch NUMERIC(78, 0) NOT NULL, index BIGINT NOT NULL,
  until NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_stake_vault_penalty_released_block ON mirror.stake_vault_penalty_released USING brin (block_number);
CREATE INDEX ix_stake_vault_penalty_released_dataset ON mirror.stake_vault_penalty_released (dataset, block_number, log_index);

CREATE TABLE mirror.successions_succession_cancelled (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, successor BYTEA NOT NULL
);
CREATE INDEX ix_successions_succession_cancelled_account ON mirror.successions_succession_cancelled (account);
CREATE INDEX ix_successions_succession_cancelled_block ON mirror.successions_succession_cancelled USING brin (block_number);

CREATE TABLE mirror.successions_succession_completed (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, successor BYTEA NOT NULL
);
CREATE INDEX ix_successions_succession_completed_account ON mirror.successions_succession_completed (account);
CREATE INDEX ix_successions_succession_completed_block ON mirror.successions_succession_completed USING brin (block_number);

CREATE TABLE mirror.successions_succession_started (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, successor BYTEA NOT NULL,
  ready_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_successions_succession_started_account ON mirror.successions_succession_started (account);
CREATE INDEX ix_successions_succession_started_block ON mirror.successions_succession_started USING brin (block_number);

CREATE TABLE mirror.successions_successor_named (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, successor BYTEA NOT NULL,
  delay NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_successions_successor_named_account ON mirror.successions_successor_named (account);
CREATE INDEX ix_successions_successor_named_block ON mirror.successions_successor_named USING brin (block_number);

DROP TABLE mirror.log_position;

DROP VIEW public.mirror_logs;
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
