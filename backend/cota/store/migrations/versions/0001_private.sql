CREATE TABLE agent_keys (
  digest BYTEA NOT NULL, dataset BYTEA NOT NULL, account BYTEA NOT NULL, agent BYTEA NOT NULL,
  not_before BIGINT NOT NULL, not_after BIGINT NOT NULL, signature BYTEA NOT NULL, revoked_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (digest)
);
CREATE INDEX ix_agent_keys_account ON agent_keys (account, dataset);

CREATE TABLE batches_private (
  id BIGSERIAL NOT NULL, dataset BYTEA NOT NULL, items_root BYTEA NOT NULL, gold_root BYTEA NOT NULL,
  count BIGINT NOT NULL, uploaded_by BYTEA NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id), CONSTRAINT uq_batches_private_roots UNIQUE (dataset, items_root, gold_root)
);

CREATE TABLE consents (
  account BYTEA NOT NULL, dataset BYTEA NOT NULL, text_hash BYTEA NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (account, dataset, text_hash)
);

CREATE TABLE dataset_details (
  dataset BYTEA NOT NULL, schema JSON NOT NULL, title TEXT NOT NULL, description TEXT DEFAULT '' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (dataset)
);

CREATE TABLE epoch_files (
  dataset BYTEA NOT NULL, epoch BIGINT NOT NULL, file_hash BYTEA NOT NULL, content_key TEXT NOT NULL,
  rows_key TEXT NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (dataset, epoch)
);

CREATE TABLE epoch_results (
  dataset BYTEA NOT NULL, epoch BIGINT NOT NULL, scores JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (dataset, epoch)
);

CREATE TABLE log_heads (
  dataset BYTEA NOT NULL, next_index BIGINT NOT NULL, PRIMARY KEY (dataset)
);

CREATE TABLE nonces (
  value TEXT NOT NULL, issued_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL, PRIMARY KEY (value)
);
CREATE INDEX ix_nonces_expires_at ON nonces (expires_at);

CREATE TABLE reads (
  id BIGSERIAL NOT NULL, who BYTEA NOT NULL, what TEXT NOT NULL, dataset BYTEA NOT NULL, license NUMERIC(78, 0),
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX ix_reads_dataset ON reads (dataset, at);

CREATE TABLE relays (
  id BIGSERIAL NOT NULL, kind TEXT NOT NULL, dataset BYTEA, account BYTEA NOT NULL, tx_hash BYTEA, state TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX ix_relays_account ON relays (account, kind, created_at);

CREATE TABLE sessions (
  token_hash BYTEA NOT NULL, account BYTEA NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL, revoked_at TIMESTAMP WITH TIME ZONE, PRIMARY KEY (token_hash)
);
CREATE INDEX ix_sessions_account ON sessions (account);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE TABLE items (
  id BIGSERIAL NOT NULL, dataset BYTEA NOT NULL, batch_id BIGINT NOT NULL, position BIGINT NOT NULL, content JSON,
  item_hash BYTEA NOT NULL, item_salt BYTEA, item_ref BYTEA NOT NULL, gold_label JSON, gold_salt BYTEA,
  open_seats INTEGER NOT NULL, draw_key BIGINT NOT NULL, erased BOOLEAN DEFAULT false NOT NULL, PRIMARY KEY (id),
  CONSTRAINT uq_items_ref UNIQUE (dataset, item_ref), CONSTRAINT uq_items_position UNIQUE (batch_id, position),
  CONSTRAINT ck_items_open_seats CHECK (open_seats >= 0), FOREIGN KEY(batch_id) REFERENCES batches_private (id)
);
CREATE INDEX ix_items_open ON items (dataset, draw_key, id) WHERE open_seats > 0;

CREATE TABLE annotations (
  row_id BYTEA NOT NULL, dataset BYTEA NOT NULL, index BIGINT NOT NULL, item_id BIGINT NOT NULL,
  account BYTEA NOT NULL, lease BYTEA NOT NULL, kind INTEGER NOT NULL, label JSON, label_salt BYTEA,
  label_commitment BYTEA NOT NULL, nonce NUMERIC(78, 0) NOT NULL, deadline NUMERIC(78, 0) NOT NULL,
  signature BYTEA NOT NULL, agent_digest BYTEA, include_by BIGINT NOT NULL,
  received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (row_id),
  CONSTRAINT uq_annotations_index UNIQUE (dataset, index),
  CONSTRAINT uq_annotations_item UNIQUE (dataset, item_id, account),
  CONSTRAINT uq_annotations_nonce UNIQUE (account, nonce), FOREIGN KEY(item_id) REFERENCES items (id),
  FOREIGN KEY(agent_digest) REFERENCES agent_keys (digest)
);
CREATE INDEX ix_annotations_item ON annotations (item_id);

CREATE TABLE leases (
  id BYTEA NOT NULL, dataset BYTEA NOT NULL, item_id BIGINT NOT NULL, account BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  state TEXT NOT NULL, PRIMARY KEY (id),
  CONSTRAINT ck_leases_state CHECK (state IN ('active', 'used', 'expired', 'released')),
  FOREIGN KEY(item_id) REFERENCES items (id)
);
CREATE INDEX ix_leases_account ON leases (account, dataset);
CREATE INDEX ix_leases_expires_at ON leases (expires_at) WHERE state = 'active';
CREATE UNIQUE INDEX uq_leases_active ON leases (item_id, account) WHERE state = 'active';
