"""Tables of the log: receipts, tree nodes, checkpoints, public keys. All are append-only, the database sees to it.

Of a receipt only ``leaf_index`` may ever be set, once, from null; everything else of these tables never changes
and is never deleted, whoever asks (short of the database's owner, whom the tree itself convicts: threat 19).
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True, comment="UUID version 7"),
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False, comment="order of insertion"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("member_id", sa.Text, comment="who asked or acted"),
    sa.Column("system_id", sa.Text),
    sa.Column("provider_id", sa.Text, comment="whose data"),
    sa.Column("entry_id", sa.Text, comment="which resource"),
    sa.Column("grant_id", sa.Text),
    sa.Column("subject_digest", sa.Text, comment="keyed digest of whom it is about, where that is one person or body"),
    sa.Column("body", sa.LargeBinary, nullable=False, comment="canonical JSON, RFC 8785"),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.Column("kid", sa.Text, nullable=False, comment="signing_key; no foreign key: its row lock would serialise"),
    sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    sa.Column("leaf_index", sa.BigInteger, comment="place in the tree, null until integrated"),
    sa.CheckConstraint("octet_length(leaf_hash) = 32", name="leaf_hash"),
    sa.CheckConstraint("leaf_index >= 0", name="leaf_index"),
)
sa.Index("uq_receipt_leaf_index", receipt.c.leaf_index, unique=True, postgresql_where=receipt.c.leaf_index.is_not(None))
sa.Index("ix_receipt_pending", receipt.c.position, postgresql_where=receipt.c.leaf_index.is_(None))
sa.Index("ix_receipt_member_id_at", receipt.c.member_id, receipt.c.at)
sa.Index("ix_receipt_entry_id_at", receipt.c.entry_id, receipt.c.at)
sa.Index(
    "ix_receipt_subject_digest",
    receipt.c.subject_digest,
    receipt.c.at,
    postgresql_where=receipt.c.subject_digest.is_not(None),
)
sa.Index("ix_receipt_at", receipt.c.at, postgresql_using="brin")

log_node = sa.Table(
    "log_node",
    metadata,
    sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

checkpoint = sa.Table(
    "checkpoint",
    metadata,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.Text, nullable=False, comment="C2SP signed note"),
    sa.Column("at", AWARE, nullable=False),
)

signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("kid", sa.Text, primary_key=True, comment="RFC 7638 thumbprint"),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("name", sa.Text, comment="origin of the log, or name of a witness"),
    sa.Column("alg", sa.Text, nullable=False, comment="the only algorithm this key is used with"),
    sa.Column("jwk", JSONB, nullable=False, comment="public part; the private part is a file, never here"),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", AWARE, nullable=False),
    sa.CheckConstraint("purpose IN ('receipt', 'log', 'witness')", name="purpose"),
    sa.CheckConstraint("status IN ('active', 'retired')", name="status"),
)

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION hub.guard_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.leaf_index IS NULL AND NEW.leaf_index IS NOT NULL THEN
    OLD.leaf_index := NEW.leaf_index;
    IF OLD IS NOT DISTINCT FROM NEW THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
    MESSAGE = '凭证只能追加，不能修改或删除 / receipts are append-only: ' || TG_OP || ' refused';
END $$;
CREATE OR REPLACE FUNCTION hub.guard_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
    MESSAGE = '日志只能追加，不能修改或删除 / the log is append-only: ' || TG_OP || ' refused';
END $$;
"""
_TRIGGERS = {
    receipt: """
DROP TRIGGER IF EXISTS guard_row ON hub.receipt;
CREATE TRIGGER guard_row BEFORE UPDATE OR DELETE ON hub.receipt FOR EACH ROW EXECUTE FUNCTION hub.guard_receipt();
DROP TRIGGER IF EXISTS guard_table ON hub.receipt;
CREATE TRIGGER guard_table BEFORE TRUNCATE ON hub.receipt FOR EACH STATEMENT EXECUTE FUNCTION hub.guard_log();
""",
    log_node: """
DROP TRIGGER IF EXISTS guard_table ON hub.log_node;
CREATE TRIGGER guard_table BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.log_node
  FOR EACH STATEMENT EXECUTE FUNCTION hub.guard_log();
""",
    checkpoint: """
DROP TRIGGER IF EXISTS guard_table ON hub.checkpoint;
CREATE TRIGGER guard_table BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION hub.guard_log();
""",
}

GUARD_DDL = _FUNCTIONS + "".join(_TRIGGERS.values())
"""Triggers that keep the log append-only; the migration executes this text after the tables exist."""

DROP_GUARD_DDL = """
DROP FUNCTION IF EXISTS hub.guard_receipt() CASCADE;
DROP FUNCTION IF EXISTS hub.guard_log() CASCADE;
"""
"""Undoes :data:`GUARD_DDL` (a downgrade)."""

# A database made by ``metadata.create_all`` (tests) gets the same guard, each table with its creation.
for _table, _trigger in _TRIGGERS.items():
    sa.event.listen(_table, "after_create", sa.DDL(_FUNCTIONS + _trigger))  # type: ignore[no-untyped-call]
