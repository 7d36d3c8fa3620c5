CREATE SCHEMA mirror;

CREATE TABLE mirror.blocks (
  number BIGINT NOT NULL, hash BYTEA NOT NULL, parent_hash BYTEA NOT NULL, time TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (number)
);

CREATE TABLE mirror.cursor (
  singleton BOOLEAN DEFAULT 'true' NOT NULL, chain_id BIGINT NOT NULL, genesis_hash BYTEA NOT NULL,
  deployment BYTEA NOT NULL, number BIGINT NOT NULL, hash BYTEA NOT NULL, time TIMESTAMP WITH TIME ZONE NOT NULL,
  head_number BIGINT NOT NULL, PRIMARY KEY (singleton), CONSTRAINT ck_cursor_singleton CHECK (singleton)
);

CREATE TABLE mirror.log_position (
  block_number BIGINT NOT NULL, block_hash BYTEA NOT NULL, block_time TIMESTAMP WITH TIME ZONE NOT NULL,
  tx_hash BYTEA NOT NULL, tx_index BIGINT NOT NULL, log_index BIGINT NOT NULL, emitter BYTEA NOT NULL,
  PRIMARY KEY (block_hash, log_index)
);

CREATE TABLE mirror.access_manager_operation_canceled (
  LIKE mirror.log_position INCLUDING ALL, operation_id BYTEA NOT NULL, nonce BIGINT NOT NULL
);
CREATE INDEX ix_access_manager_operation_canceled_block ON mirror.access_manager_operation_canceled USING brin (block_number);

CREATE TABLE mirror.access_manager_operation_executed (
  LIKE mirror.log_position INCLUDING ALL, operation_id BYTEA NOT NULL, nonce BIGINT NOT NULL
);
CREATE INDEX ix_access_manager_operation_executed_block ON mirror.access_manager_operation_executed USING brin (block_number);

CREATE TABLE mirror.access_manager_operation_scheduled (
  LIKE mirror.log_position INCLUDING ALL, operation_id BYTEA NOT NULL, nonce BIGINT NOT NULL,
  schedule NUMERIC(78, 0) NOT NULL, caller BYTEA NOT NULL, target BYTEA NOT NULL, data BYTEA NOT NULL
);
CREATE INDEX ix_access_manager_operation_scheduled_block ON mirror.access_manager_operation_scheduled USING brin (block_number);

CREATE TABLE mirror.access_manager_role_admin_changed (
  LIKE mirror.log_position INCLUDING ALL, role_id NUMERIC(78, 0) NOT NULL, admin NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_access_manager_role_admin_changed_block ON mirror.access_manager_role_admin_changed USING brin (block_number);

CREATE TABLE mirror.access_manager_role_grant_delay_changed (
  LIKE mirror.log_position INCLUDING ALL, role_id NUMERIC(78, 0) NOT NULL, delay BIGINT NOT NULL,
  since NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_access_manager_role_grant_delay_changed_block ON mirror.access_manager_role_grant_delay_changed USING brin (block_number);

CREATE TABLE mirror.access_manager_role_granted (
  LIKE mirror.log_position INCLUDING ALL, role_id NUMERIC(78, 0) NOT NULL, account BYTEA NOT NULL,
  delay BIGINT NOT NULL, since NUMERIC(78, 0) NOT NULL, new_member BOOLEAN NOT NULL
);
CREATE INDEX ix_access_manager_role_granted_account ON mirror.access_manager_role_granted (account);
CREATE INDEX ix_access_manager_role_granted_block ON mirror.access_manager_role_granted USING brin (block_number);

CREATE TABLE mirror.access_manager_role_guardian_changed (
  LIKE mirror.log_position INCLUDING ALL, role_id NUMERIC(78, 0) NOT NULL, guardian NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_access_manager_role_guardian_changed_block ON mirror.access_manager_role_guardian_changed USING brin (block_number);

CREATE TABLE mirror.access_manager_role_label (
  LIKE mirror.log_position INCLUDING ALL, role_id NUMERIC(78, 0) NOT NULL, label BYTEA NOT NULL
);
CREATE INDEX ix_access_manager_role_label_block ON mirror.access_manager_role_label USING brin (block_number);

CREATE TABLE mirror.access_manager_role_revoked (
  LIKE mirror.log_position INCLUDING ALL, role_id NUMERIC(78, 0) NOT NULL, account BYTEA NOT NULL
);
CREATE INDEX ix_access_manager_role_revoked_account ON mirror.access_manager_role_revoked (account);
CREATE INDEX ix_access_manager_role_revoked_block ON mirror.access_manager_role_revoked USING brin (block_number);

CREATE TABLE mirror.access_manager_target_admin_delay_updated (
  LIKE mirror.log_position INCLUDING ALL, target BYTEA NOT NULL, delay BIGINT NOT NULL, since NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_access_manager_target_admin_delay_updated_block ON mirror.access_manager_target_admin_delay_updated USING brin (block_number);

CREATE TABLE mirror.access_manager_target_closed (
  LIKE mirror.log_position INCLUDING ALL, target BYTEA NOT NULL, closed BOOLEAN NOT NULL
);
CREATE INDEX ix_access_manager_target_closed_block ON mirror.access_manager_target_closed USING brin (block_number);

CREATE TABLE mirror.access_manager_target_function_role_updated (
  LIKE mirror.log_position INCLUDING ALL, target BYTEA NOT NULL, selector BYTEA NOT NULL,
  role_id NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_access_manager_target_function_role_updated_block ON mirror.access_manager_target_function_role_updated USING brin (block_number);

CREATE TABLE mirror.annotation_ledger_bond_deposited (
  LIKE mirror.log_position INCLUDING ALL, coordinator BYTEA NOT NULL, payer BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL, balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_bond_deposited_block ON mirror.annotation_ledger_bond_deposited USING brin (block_number);
CREATE INDEX ix_annotation_ledger_bond_deposited_coordinator ON mirror.annotation_ledger_bond_deposited (coordinator);

CREATE TABLE mirror.annotation_ledger_bond_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, coordinator BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL, balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_bond_withdrawn_block ON mirror.annotation_ledger_bond_withdrawn USING brin (block_number);
CREATE INDEX ix_annotation_ledger_bond_withdrawn_coordinator ON mirror.annotation_ledger_bond_withdrawn (coordinator);
CREATE INDEX ix_annotation_ledger_bond_withdrawn_to ON mirror.annotation_ledger_bond_withdrawn ("to");

CREATE TABLE mirror.annotation_ledger_checkpointed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL,
  "from" NUMERIC(78, 0) NOT NULL, "to" NUMERIC(78, 0) NOT NULL, log_root BYTEA NOT NULL, data_hash BYTEA NOT NULL
);
CREATE INDEX ix_annotation_ledger_checkpointed_block ON mirror.annotation_ledger_checkpointed USING brin (block_number);
CREATE INDEX ix_annotation_ledger_checkpointed_dataset ON mirror.annotation_ledger_checkpointed (dataset, block_number, log_index);

CREATE TABLE mirror.annotation_ledger_eip712_domain_changed (
  LIKE mirror.log_position INCLUDING ALL
);
CREATE INDEX ix_annotation_ledger_eip712_domain_changed_block ON mirror.annotation_ledger_eip712_domain_changed USING brin (block_number);

CREATE TABLE mirror.annotation_ledger_epoch_finalized (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL,
  attempt BIGINT NOT NULL, settlement_root BYTEA NOT NULL, total_units NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_epoch_finalized_block ON mirror.annotation_ledger_epoch_finalized USING brin (block_number);
CREATE INDEX ix_annotation_ledger_epoch_finalized_dataset ON mirror.annotation_ledger_epoch_finalized (dataset, block_number, log_index);

CREATE TABLE mirror.annotation_ledger_receipt_key_set (
  LIKE mirror.log_position INCLUDING ALL, coordinator BYTEA NOT NULL, key BYTEA NOT NULL,
  valid_from NUMERIC(78, 0) NOT NULL, valid_until NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_receipt_key_set_block ON mirror.annotation_ledger_receipt_key_set USING brin (block_number);
CREATE INDEX ix_annotation_ledger_receipt_key_set_coordinator ON mirror.annotation_ledger_receipt_key_set (coordinator);

CREATE TABLE mirror.annotation_ledger_settlement_proposed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, checkpoint NUMERIC(78, 0) NOT NULL,
  attempt BIGINT NOT NULL, proposer BYTEA NOT NULL, settlement_root BYTEA NOT NULL,
  total_units NUMERIC(78, 0) NOT NULL, leaf_count BIGINT NOT NULL, file_hash BYTEA NOT NULL,
  bond NUMERIC(78, 0) NOT NULL, window_ends_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_annotation_ledger_settlement_proposed_block ON mirror.annotation_ledger_settlement_proposed USING brin (block_number);
CREATE INDEX ix_annotation_ledger_settlement_proposed_dataset ON mirror.annotation_ledger_settlement_proposed (dataset, block_number, log_index);

CREATE TABLE mirror.cota_token_approval (
  LIKE mirror.log_position INCLUDING ALL, owner BYTEA NOT NULL, spender BYTEA NOT NULL, value NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_cota_token_approval_block ON mirror.cota_token_approval USING brin (block_number);

CREATE TABLE mirror.cota_token_eip712_domain_changed (
  LIKE mirror.log_position INCLUDING ALL
);
CREATE INDEX ix_cota_token_eip712_domain_changed_block ON mirror.cota_token_eip712_domain_changed USING brin (block_number);

CREATE TABLE mirror.cota_token_transfer (
  LIKE mirror.log_position INCLUDING ALL, "from" BYTEA NOT NULL, "to" BYTEA NOT NULL, value NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_cota_token_transfer_block ON mirror.cota_token_transfer USING brin (block_number);
CREATE INDEX ix_cota_token_transfer_from ON mirror.cota_token_transfer ("from");
CREATE INDEX ix_cota_token_transfer_to ON mirror.cota_token_transfer ("to");

CREATE TABLE mirror.dataset_registry_authority_updated (
  LIKE mirror.log_position INCLUDING ALL, authority BYTEA NOT NULL
);
CREATE INDEX ix_dataset_registry_authority_updated_block ON mirror.dataset_registry_authority_updated USING brin (block_number);

CREATE TABLE mirror.dataset_registry_batch_added (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, batch BIGINT NOT NULL, items_root BYTEA NOT NULL,
  gold_root BYTEA NOT NULL, first_item NUMERIC(78, 0) NOT NULL, count BIGINT NOT NULL
);
CREATE INDEX ix_dataset_registry_batch_added_block ON mirror.dataset_registry_batch_added USING brin (block_number);
CREATE INDEX ix_dataset_registry_batch_added_dataset ON mirror.dataset_registry_batch_added (dataset, block_number, log_index);

CREATE TABLE mirror.dataset_registry_dataset_created (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, publisher BYTEA NOT NULL, shares BYTEA NOT NULL,
  version NUMERIC(78, 0) NOT NULL, terms_hash BYTEA NOT NULL, terms BYTEA NOT NULL, uri BYTEA NOT NULL
);
CREATE INDEX ix_dataset_registry_dataset_created_block ON mirror.dataset_registry_dataset_created USING brin (block_number);
CREATE INDEX ix_dataset_registry_dataset_created_dataset ON mirror.dataset_registry_dataset_created (dataset, block_number, log_index);

CREATE TABLE mirror.dataset_registry_dataset_state_changed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, state BIGINT NOT NULL
);
CREATE INDEX ix_dataset_registry_dataset_state_changed_block ON mirror.dataset_registry_dataset_state_changed USING brin (block_number);
CREATE INDEX ix_dataset_registry_dataset_state_changed_dataset ON mirror.dataset_registry_dataset_state_changed (dataset, block_number, log_index);

CREATE TABLE mirror.dataset_registry_payment_token_allowed (
  LIKE mirror.log_position INCLUDING ALL, token BYTEA NOT NULL, allowed BOOLEAN NOT NULL
);
CREATE INDEX ix_dataset_registry_payment_token_allowed_block ON mirror.dataset_registry_payment_token_allowed USING brin (block_number);

CREATE TABLE mirror.dataset_registry_version_added (
  LIKE mirror.log_position INCLUDING ALL, version NUMERIC(78, 0) NOT NULL, ledger BYTEA NOT NULL, vault BYTEA NOT NULL,
  market BYTEA NOT NULL, shares_implementation BYTEA NOT NULL
);
CREATE INDEX ix_dataset_registry_version_added_block ON mirror.dataset_registry_version_added USING brin (block_number);

CREATE TABLE mirror.dataset_shares_claim_for_allowed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, account BYTEA NOT NULL, allowed BOOLEAN NOT NULL
);
CREATE INDEX ix_dataset_shares_claim_for_allowed_account ON mirror.dataset_shares_claim_for_allowed (account);
CREATE INDEX ix_dataset_shares_claim_for_allowed_block ON mirror.dataset_shares_claim_for_allowed USING brin (block_number);
CREATE INDEX ix_dataset_shares_claim_for_allowed_dataset ON mirror.dataset_shares_claim_for_allowed (dataset, block_number, log_index);

CREATE TABLE mirror.dataset_shares_epoch_opened (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, epoch NUMERIC(78, 0) NOT NULL, root BYTEA NOT NULL,
  total NUMERIC(78, 0) NOT NULL, acc NUMERIC(78, 0) NOT NULL, supply NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_dataset_shares_epoch_opened_block ON mirror.dataset_shares_epoch_opened USING brin (block_number);
CREATE INDEX ix_dataset_shares_epoch_opened_dataset ON mirror.dataset_shares_epoch_opened (dataset, block_number, log_index);

CREATE TABLE mirror.dataset_shares_revenue_claimed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, account BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_dataset_shares_revenue_claimed_account ON mirror.dataset_shares_revenue_claimed (account);
CREATE INDEX ix_dataset_shares_revenue_claimed_block ON mirror.dataset_shares_revenue_claimed USING brin (block_number);
CREATE INDEX ix_dataset_shares_revenue_claimed_dataset ON mirror.dataset_shares_revenue_claimed (dataset, block_number, log_index);
CREATE INDEX ix_dataset_shares_revenue_claimed_to ON mirror.dataset_shares_revenue_claimed ("to");

CREATE TABLE mirror.dataset_shares_revenue_paid (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, payer BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL,
  acc NUMERIC(78, 0) NOT NULL, supply NUMERIC(78, 0) NOT NULL, rem NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_dataset_shares_revenue_paid_block ON mirror.dataset_shares_revenue_paid USING brin (block_number);
CREATE INDEX ix_dataset_shares_revenue_paid_dataset ON mirror.dataset_shares_revenue_paid (dataset, block_number, log_index);

CREATE TABLE mirror.dataset_shares_shares_claimed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, epoch NUMERIC(78, 0) NOT NULL,
  account BYTEA NOT NULL, index BIGINT NOT NULL, units NUMERIC(78, 0) NOT NULL, remaining NUMERIC(78, 0) NOT NULL,
  balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_dataset_shares_shares_claimed_account ON mirror.dataset_shares_shares_claimed (account);
CREATE INDEX ix_dataset_shares_shares_claimed_block ON mirror.dataset_shares_shares_claimed USING brin (block_number);
CREATE INDEX ix_dataset_shares_shares_claimed_dataset ON mirror.dataset_shares_shares_claimed (dataset, block_number, log_index);

CREATE TABLE mirror.dataset_shares_shares_moved (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, "from" BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL, from_balance NUMERIC(78, 0) NOT NULL, to_balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_dataset_shares_shares_moved_block ON mirror.dataset_shares_shares_moved USING brin (block_number);
CREATE INDEX ix_dataset_shares_shares_moved_dataset ON mirror.dataset_shares_shares_moved (dataset, block_number, log_index);
CREATE INDEX ix_dataset_shares_shares_moved_from ON mirror.dataset_shares_shares_moved ("from");
CREATE INDEX ix_dataset_shares_shares_moved_to ON mirror.dataset_shares_shares_moved ("to");

CREATE TABLE mirror.dataset_shares_transfer_allowed (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, account BYTEA NOT NULL, allowed BOOLEAN NOT NULL
);
CREATE INDEX ix_dataset_shares_transfer_allowed_account ON mirror.dataset_shares_transfer_allowed (account);
CREATE INDEX ix_dataset_shares_transfer_allowed_block ON mirror.dataset_shares_transfer_allowed USING brin (block_number);
CREATE INDEX ix_dataset_shares_transfer_allowed_dataset ON mirror.dataset_shares_transfer_allowed (dataset, block_number, log_index);

CREATE TABLE mirror.license_market_approval (
  LIKE mirror.log_position INCLUDING ALL, owner BYTEA NOT NULL, approved BYTEA NOT NULL,
  token_id NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_approval_block ON mirror.license_market_approval USING brin (block_number);

CREATE TABLE mirror.license_market_approval_for_all (
  LIKE mirror.log_position INCLUDING ALL, owner BYTEA NOT NULL, operator BYTEA NOT NULL, approved BOOLEAN NOT NULL
);
CREATE INDEX ix_license_market_approval_for_all_block ON mirror.license_market_approval_for_all USING brin (block_number);

CREATE TABLE mirror.license_market_credit_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, token BYTEA NOT NULL, account BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_credit_withdrawn_account ON mirror.license_market_credit_withdrawn (account);
CREATE INDEX ix_license_market_credit_withdrawn_block ON mirror.license_market_credit_withdrawn USING brin (block_number);
CREATE INDEX ix_license_market_credit_withdrawn_to ON mirror.license_market_credit_withdrawn ("to");

CREATE TABLE mirror.license_market_license_bought (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  receiver BYTEA NOT NULL, payer BYTEA NOT NULL, class BIGINT NOT NULL, price NUMERIC(78, 0) NOT NULL,
  epochs NUMERIC(78, 0) NOT NULL, terms_hash BYTEA NOT NULL, expires_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_license_bought_block ON mirror.license_market_license_bought USING brin (block_number);
CREATE INDEX ix_license_market_license_bought_dataset ON mirror.license_market_license_bought (dataset, block_number, log_index);
CREATE INDEX ix_license_market_license_bought_license ON mirror.license_market_license_bought (license);
CREATE INDEX ix_license_market_license_bought_receiver ON mirror.license_market_license_bought (receiver);

CREATE TABLE mirror.license_market_license_renewed (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  payer BYTEA NOT NULL, price NUMERIC(78, 0) NOT NULL, epochs NUMERIC(78, 0) NOT NULL,
  expires_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_license_renewed_block ON mirror.license_market_license_renewed USING brin (block_number);
CREATE INDEX ix_license_market_license_renewed_dataset ON mirror.license_market_license_renewed (dataset, block_number, log_index);
CREATE INDEX ix_license_market_license_renewed_license ON mirror.license_market_license_renewed (license);

CREATE TABLE mirror.license_market_locked (
  LIKE mirror.log_position INCLUDING ALL, token_id NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_locked_block ON mirror.license_market_locked USING brin (block_number);

CREATE TABLE mirror.license_market_price_set (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, class BIGINT NOT NULL, price NUMERIC(78, 0) NOT NULL,
  effective_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_price_set_block ON mirror.license_market_price_set USING brin (block_number);
CREATE INDEX ix_license_market_price_set_dataset ON mirror.license_market_price_set (dataset, block_number, log_index);

CREATE TABLE mirror.license_market_royalty_paid (
  LIKE mirror.log_position INCLUDING ALL, license NUMERIC(78, 0) NOT NULL, dataset BYTEA NOT NULL,
  payer BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL, report_hash BYTEA NOT NULL
);
CREATE INDEX ix_license_market_royalty_paid_block ON mirror.license_market_royalty_paid USING brin (block_number);
CREATE INDEX ix_license_market_royalty_paid_dataset ON mirror.license_market_royalty_paid (dataset, block_number, log_index);
CREATE INDEX ix_license_market_royalty_paid_license ON mirror.license_market_royalty_paid (license);

CREATE TABLE mirror.license_market_transfer (
  LIKE mirror.log_position INCLUDING ALL, "from" BYTEA NOT NULL, "to" BYTEA NOT NULL, token_id NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_transfer_block ON mirror.license_market_transfer USING brin (block_number);
CREATE INDEX ix_license_market_transfer_from ON mirror.license_market_transfer ("from");
CREATE INDEX ix_license_market_transfer_to ON mirror.license_market_transfer ("to");

CREATE TABLE mirror.license_market_unlocked (
  LIKE mirror.log_position INCLUDING ALL, token_id NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_license_market_unlocked_block ON mirror.license_market_unlocked USING brin (block_number);

CREATE TABLE mirror.stake_vault_deposited (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, payer BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL,
  free_balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_stake_vault_deposited_account ON mirror.stake_vault_deposited (account);
CREATE INDEX ix_stake_vault_deposited_block ON mirror.stake_vault_deposited USING brin (block_number);

CREATE TABLE mirror.stake_vault_eip712_domain_changed (
  LIKE mirror.log_position INCLUDING ALL
);
CREATE INDEX ix_stake_vault_eip712_domain_changed_block ON mirror.stake_vault_eip712_domain_changed USING brin (block_number);

CREATE TABLE mirror.stake_vault_joined (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, account BYTEA NOT NULL, sponsor BYTEA NOT NULL,
  terms_hash BYTEA NOT NULL, stake NUMERIC(78, 0) NOT NULL, penalty_cap NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_stake_vault_joined_account ON mirror.stake_vault_joined (account);
CREATE INDEX ix_stake_vault_joined_block ON mirror.stake_vault_joined USING brin (block_number);
CREATE INDEX ix_stake_vault_joined_dataset ON mirror.stake_vault_joined (dataset, block_number, log_index);

CREATE TABLE mirror.stake_vault_left (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, account BYTEA NOT NULL,
  left_at NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_stake_vault_left_account ON mirror.stake_vault_left (account);
CREATE INDEX ix_stake_vault_left_block ON mirror.stake_vault_left USING brin (block_number);
CREATE INDEX ix_stake_vault_left_dataset ON mirror.stake_vault_left (dataset, block_number, log_index);

CREATE TABLE mirror.stake_vault_released (
  LIKE mirror.log_position INCLUDING ALL, dataset BYTEA NOT NULL, account BYTEA NOT NULL, "to" BYTEA NOT NULL,
  amount NUMERIC(78, 0) NOT NULL, expired BOOLEAN NOT NULL
);
CREATE INDEX ix_stake_vault_released_account ON mirror.stake_vault_released (account);
CREATE INDEX ix_stake_vault_released_block ON mirror.stake_vault_released USING brin (block_number);
CREATE INDEX ix_stake_vault_released_dataset ON mirror.stake_vault_released (dataset, block_number, log_index);
CREATE INDEX ix_stake_vault_released_to ON mirror.stake_vault_released ("to");

CREATE TABLE mirror.stake_vault_withdrawn (
  LIKE mirror.log_position INCLUDING ALL, account BYTEA NOT NULL, "to" BYTEA NOT NULL, amount NUMERIC(78, 0) NOT NULL,
  free_balance NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_stake_vault_withdrawn_account ON mirror.stake_vault_withdrawn (account);
CREATE INDEX ix_stake_vault_withdrawn_block ON mirror.stake_vault_withdrawn USING brin (block_number);
CREATE INDEX ix_stake_vault_withdrawn_to ON mirror.stake_vault_withdrawn ("to");

CREATE TABLE mirror.test_dollar_approval (
  LIKE mirror.log_position INCLUDING ALL, owner BYTEA NOT NULL, spender BYTEA NOT NULL, value NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_test_dollar_approval_block ON mirror.test_dollar_approval USING brin (block_number);

CREATE TABLE mirror.test_dollar_eip712_domain_changed (
  LIKE mirror.log_position INCLUDING ALL
);
CREATE INDEX ix_test_dollar_eip712_domain_changed_block ON mirror.test_dollar_eip712_domain_changed USING brin (block_number);

CREATE TABLE mirror.test_dollar_transfer (
  LIKE mirror.log_position INCLUDING ALL, "from" BYTEA NOT NULL, "to" BYTEA NOT NULL, value NUMERIC(78, 0) NOT NULL
);
CREATE INDEX ix_test_dollar_transfer_block ON mirror.test_dollar_transfer USING brin (block_number);
CREATE INDEX ix_test_dollar_transfer_from ON mirror.test_dollar_transfer ("from");
CREATE INDEX ix_test_dollar_transfer_to ON mirror.test_dollar_transfer ("to");

CREATE TABLE mirror.undecodable_logs (
  LIKE mirror.log_position INCLUDING ALL, topic0 BYTEA, topic1 BYTEA, topic2 BYTEA, topic3 BYTEA, data BYTEA NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX ix_undecodable_logs_block ON mirror.undecodable_logs USING brin (block_number);

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
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_bond_withdrawn
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_checkpointed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_eip712_domain_changed
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_epoch_finalized
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_receipt_key_set
  UNION ALL SELECT block_number, block_hash, log_index FROM mirror.annotation_ledger_settlement_proposed
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
