CREATE TABLE paycore_inbox (
  serial INTEGER NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  digest TEXT NOT NULL,
  notification TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT DEFAULT '' NOT NULL,
  copies INTEGER DEFAULT 1 NOT NULL,
  failures INTEGER DEFAULT 0 NOT NULL,
  next_try_at INTEGER,
  reference TEXT DEFAULT '' NOT NULL,
  provider_reference TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_paycore_inbox PRIMARY KEY (serial),
  CONSTRAINT uq_paycore_inbox_id UNIQUE (id),
  CONSTRAINT uq_paycore_inbox_account_digest UNIQUE (account, digest)
)
 STRICT

CREATE INDEX ix_paycore_inbox_due ON paycore_inbox (next_try_at, serial) WHERE next_try_at IS NOT NULL

CREATE INDEX ix_paycore_inbox_ours ON paycore_inbox (account, reference)

CREATE INDEX ix_paycore_inbox_state ON paycore_inbox (state, serial)

CREATE INDEX ix_paycore_inbox_theirs ON paycore_inbox (account, provider_reference)

CREATE TABLE paycore_operation (
  serial INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  op_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  account TEXT NOT NULL,
  reference TEXT NOT NULL,
  method TEXT DEFAULT '' NOT NULL,
  amount_minor INTEGER,
  currency TEXT DEFAULT '' NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  attempt INTEGER DEFAULT 1 NOT NULL,
  sends INTEGER DEFAULT 1 NOT NULL,
  fence INTEGER DEFAULT 1 NOT NULL,
  lease_until INTEGER,
  sent_at INTEGER,
  provider_reference TEXT DEFAULT '' NOT NULL,
  charge TEXT DEFAULT '' NOT NULL,
  next_action TEXT DEFAULT '' NOT NULL,
  instrument TEXT DEFAULT '' NOT NULL,
  decline TEXT DEFAULT '' NOT NULL,
  token TEXT DEFAULT '' NOT NULL,
  nonce TEXT DEFAULT '' NOT NULL,
  review TEXT DEFAULT '' NOT NULL,
  late INTEGER DEFAULT 0 NOT NULL,
  checks INTEGER DEFAULT 0 NOT NULL,
  checked_at INTEGER,
  next_check_at INTEGER,
  version INTEGER DEFAULT 1 NOT NULL,
  superseded INTEGER DEFAULT 0 NOT NULL,
  hold_only INTEGER DEFAULT 0 NOT NULL,
  captured_minor INTEGER,
  CONSTRAINT pk_paycore_operation PRIMARY KEY (serial),
  CONSTRAINT uq_paycore_operation_id UNIQUE (id),
  CONSTRAINT uq_paycore_operation_kind_op_key UNIQUE (kind, op_key),
  CONSTRAINT uq_paycore_operation_reference UNIQUE (reference),
  CONSTRAINT ck_paycore_operation_amount CHECK (kind = 'token' OR coalesce(amount_minor, 0) > 0),
  CONSTRAINT ck_paycore_operation_captured CHECK (captured_minor IS NULL OR captured_minor BETWEEN 1 AND coalesce(amount_minor, 0))
)
 STRICT

CREATE INDEX ix_paycore_operation_due ON paycore_operation (next_check_at, serial) WHERE next_check_at IS NOT NULL

CREATE INDEX ix_paycore_operation_nonce ON paycore_operation (nonce) WHERE nonce <> ''

CREATE INDEX ix_paycore_operation_owner ON paycore_operation (owner, serial)

CREATE INDEX ix_paycore_operation_review ON paycore_operation (serial) WHERE review <> ''

CREATE INDEX ix_paycore_operation_state ON paycore_operation (state, serial) WHERE state <> 'succeeded'

CREATE INDEX ix_paycore_operation_theirs ON paycore_operation (account, provider_reference) WHERE provider_reference <> ''

CREATE UNIQUE INDEX uq_paycore_operation_end_of_hold ON paycore_operation (charge) WHERE kind IN ('capture', 'release') AND (state = 'succeeded' OR state IN ('authorized', 'pending', 'reserved', 'submitting', 'unknown'))

CREATE UNIQUE INDEX uq_paycore_operation_open_charge ON paycore_operation (owner) WHERE kind = 'charge' AND superseded = 0 AND state IN ('authorized', 'pending', 'reserved', 'submitting', 'unknown')

CREATE UNIQUE INDEX uq_paycore_operation_open_token ON paycore_operation (owner) WHERE kind = 'token' AND state IN ('authorized', 'pending', 'reserved', 'submitting', 'unknown')

CREATE UNIQUE INDEX uq_paycore_operation_undo ON paycore_operation (op_key) WHERE kind IN ('void', 'release')

CREATE TABLE paycore_outbox (
  serial INTEGER NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  owner TEXT NOT NULL,
  operation TEXT NOT NULL,
  account TEXT NOT NULL,
  facts TEXT DEFAULT '{}' NOT NULL,
  tries INTEGER DEFAULT 0 NOT NULL,
  next_try_at INTEGER,
  CONSTRAINT pk_paycore_outbox PRIMARY KEY (serial),
  CONSTRAINT uq_paycore_outbox_id UNIQUE (id)
)
 STRICT

CREATE INDEX ix_paycore_outbox_due ON paycore_outbox (next_try_at, serial) WHERE next_try_at IS NOT NULL

CREATE INDEX ix_paycore_outbox_owner ON paycore_outbox (owner, serial)

CREATE INDEX ix_paycore_outbox_untold ON paycore_outbox (owner, serial) WHERE next_try_at IS NOT NULL

CREATE TABLE paycore_payment (
  serial INTEGER NOT NULL,
  reference TEXT NOT NULL,
  amount_minor INTEGER DEFAULT 0 NOT NULL,
  currency TEXT NOT NULL,
  captured INTEGER DEFAULT 0 NOT NULL,
  refunded INTEGER DEFAULT 0 NOT NULL,
  reserved INTEGER DEFAULT 0 NOT NULL,
  voided INTEGER DEFAULT 0 NOT NULL,
  metadata TEXT DEFAULT '{}' NOT NULL,
  created_at INTEGER NOT NULL,
  purged INTEGER DEFAULT 0 NOT NULL,
  CONSTRAINT pk_paycore_payment PRIMARY KEY (serial),
  CONSTRAINT uq_paycore_payment_reference UNIQUE (reference),
  CONSTRAINT ck_paycore_payment_amount CHECK (amount_minor > 0),
  CONSTRAINT ck_paycore_payment_signs CHECK (refunded >= 0 AND reserved >= 0 AND voided >= 0),
  CONSTRAINT ck_paycore_payment_remedies CHECK (captured >= refunded + reserved + voided)
)
 STRICT

CREATE INDEX ix_paycore_payment_unpaid ON paycore_payment (serial) WHERE captured = voided

CREATE INDEX ix_paycore_payment_unpurged ON paycore_payment (serial) WHERE purged = 0

CREATE TABLE paycore_evidence (
  serial INTEGER NOT NULL,
  operation TEXT NOT NULL,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  reported TEXT NOT NULL,
  fields TEXT DEFAULT '{}' NOT NULL,
  CONSTRAINT pk_paycore_evidence PRIMARY KEY (serial),
  CONSTRAINT fk_paycore_evidence_operation FOREIGN KEY(operation) REFERENCES paycore_operation (id)
)
 STRICT

CREATE INDEX ix_paycore_evidence_operation ON paycore_evidence (operation, serial)

CREATE TRIGGER paycore_evidence_stays BEFORE UPDATE ON paycore_evidence
WHEN NEW.fields <> '{}' OR (NEW.serial, NEW.operation, NEW.at, NEW.source, NEW.reported)
  <> (OLD.serial, OLD.operation, OLD.at, OLD.source, OLD.reported)
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END

CREATE TRIGGER paycore_evidence_remains BEFORE DELETE ON paycore_evidence
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END
