"""control tables.

Revision 0001, after nothing, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RECEIPT_GUARD = """
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

DROP TRIGGER IF EXISTS guard_row ON hub.receipt;
CREATE TRIGGER guard_row BEFORE UPDATE OR DELETE ON hub.receipt FOR EACH ROW EXECUTE FUNCTION hub.guard_receipt();
DROP TRIGGER IF EXISTS guard_table ON hub.receipt;
CREATE TRIGGER guard_table BEFORE TRUNCATE ON hub.receipt FOR EACH STATEMENT EXECUTE FUNCTION hub.guard_log();

DROP TRIGGER IF EXISTS guard_table ON hub.log_node;
CREATE TRIGGER guard_table BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.log_node
  FOR EACH STATEMENT EXECUTE FUNCTION hub.guard_log();

DROP TRIGGER IF EXISTS guard_table ON hub.checkpoint;
CREATE TRIGGER guard_table BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION hub.guard_log();
"""
# Receipts are only ever added: the guard lets the integrator set a leaf index once, and nothing else.


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS data")
    op.create_table(
        "assertion_used",
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("exp", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("iss", "jti", "exp", name=op.f("pk_assertion_used")),
        schema="hub",
        comment="client assertions already exchanged for a token: each is good once",
    )
    op.create_index("ix_assertion_used_exp", "assertion_used", ["exp"], unique=False, schema="hub")
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="C2SP signed note"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
        schema="hub",
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="ASCII slug; how URLs and the CLI name the entry"),
        sa.Column(
            "resource_code", sa.Text(), nullable=True, comment="given by the system at first publication, never reused"
        ),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False, comment="pinyin of the title"),
        sa.Column("draft_version", sa.Integer(), nullable=True, comment="the version under work, if any"),
        sa.Column("published_version", sa.Integer(), nullable=True, comment="the version in force, if any"),
        sa.Column("share_type", sa.SmallInteger(), nullable=False),
        sa.Column("open_type", sa.SmallInteger(), nullable=False),
        sa.Column("class_path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "terms", postgresql.ARRAY(sa.Text()), nullable=False, comment="2-grams and words of the published version"
        ),
        sa.Column("title_terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("name", name=op.f("uq_entry_name")),
        sa.UniqueConstraint("resource_code", name=op.f("uq_entry_resource_code")),
        schema="hub",
    )
    op.create_index(op.f("ix_entry_provider_id"), "entry", ["provider_id"], unique=False, schema="hub")
    op.create_index("ix_entry_terms", "entry", ["terms"], unique=False, schema="hub", postgresql_using="gin")
    op.create_table(
        "entry_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("by_staff", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_event")),
        schema="hub",
    )
    op.create_index("ix_entry_event_entry_version", "entry_event", ["entry_id", "version"], unique=False, schema="hub")
    op.create_table(
        "exemption",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=True, comment="null for a pointer to information outside the hub"),
        sa.Column("item", sa.Text(), nullable=True, comment="column of the item; null for a pointer"),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="evidence, decider, consultation: policies.exemptions.Exemption",
        ),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
        schema="hub",
    )
    op.create_index(op.f("ix_exemption_entry_id"), "exemption", ["entry_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_exemption_member_id"), "exemption", ["member_id"], unique=False, schema="hub")
    op.create_table(
        "grant",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("system_id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="column -> treatment"),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("cites_law_and_assessment", sa.Boolean(), nullable=False),
        sa.Column("case_pattern", sa.Text(), nullable=True),
        sa.Column("row_filter", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint("request_id", name=op.f("uq_grant_request_id")),
        schema="hub",
    )
    op.create_index(op.f("ix_grant_provider_id"), "grant", ["provider_id"], unique=False, schema="hub")
    op.create_index("ix_grant_system_entry", "grant", ["system_id", "entry_id"], unique=False, schema="hub")
    op.create_table(
        "incident",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="kinds and places of what was found, never its content",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False, comment="role that has to act"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        schema="hub",
    )
    op.create_index(op.f("ix_incident_entry_id"), "incident", ["entry_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_incident_member_id"), "incident", ["member_id"], unique=False, schema="hub")
    op.create_table(
        "jurisdiction",
        sa.Column("code", sa.Text(), nullable=False, comment="GB/T 2260; for a zone the statistical code"),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("pack", sa.Text(), nullable=False, comment="regulation pack in force here"),
        sa.CheckConstraint("(kind = 'city') = (parent IS NULL)", name=op.f("ck_jurisdiction_parent")),
        sa.CheckConstraint("kind IN ('city', 'district', 'zone')", name=op.f("ck_jurisdiction_kind")),
        sa.ForeignKeyConstraint(["parent"], ["hub.jurisdiction.code"], name=op.f("fk_jurisdiction_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_jurisdiction")),
        schema="hub",
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_log_node")),
        schema="hub",
    )
    op.create_table(
        "login_attempt",
        sa.Column("login_digest", sa.Text(), nullable=False, comment="SHA-256 of the login as typed, hex"),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("login_digest", name=op.f("pk_login_attempt")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_login_attempt_window_start"), "login_attempt", ["window_start"], unique=False, schema="hub"
    )
    op.create_table(
        "policy_epoch",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_policy_epoch_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_epoch")),
        schema="hub",
        comment="one row; grows with every change of members, systems, keys, staff or grants",
    )
    op.create_table(
        "push",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger(),
            nullable=True,
            comment="version number of the resource, from 1 without a gap; null until merged",
        ),
        sa.Column("entry_version", sa.Integer(), nullable=False, comment="version of the entry it was checked against"),
        sa.Column("mode", sa.Text(), nullable=False, comment="full or upsert"),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column(
            "content_digest", sa.Text(), nullable=False, comment="RFC 9530, over the bytes as received and the mode"
        ),
        sa.Column("filename", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "format",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="encoding, delimiter, sheet, header row as read",
        ),
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="received, accepted, rejected, inserted, changed, ...",
        ),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="counts by rule, with masked examples",
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by_system", sa.UUID(), nullable=True),
        sa.Column("by_staff", sa.UUID(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_id", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "(number IS NULL) = (state NOT IN ('merged', 'rolled_back'))", name=op.f("ck_push_number_when_merged")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'merged', 'rejected', 'stopped', 'rolled_back')", name=op.f("ck_push_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push")),
        sa.UniqueConstraint("entry_id", "idempotency_key", name=op.f("uq_push_entry_id_idempotency_key")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_push_entry_id_number")),
        schema="hub",
        comment="INVARIANT: a merged push is never changed but to rolled_back",
    )
    op.create_index("ix_push_entry_id_at", "push", ["entry_id", "at"], unique=False, schema="hub")
    op.create_table(
        "receipt",
        sa.Column("id", sa.UUID(), nullable=False, comment="UUID version 7"),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="order of insertion"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True, comment="who asked or acted"),
        sa.Column("system_id", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True, comment="whose data"),
        sa.Column("entry_id", sa.Text(), nullable=True, comment="which resource"),
        sa.Column("grant_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="canonical JSON, RFC 8785"),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column(
            "kid", sa.Text(), nullable=False, comment="signing_key; no foreign key: its row lock would serialise"
        ),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True, comment="place in the tree, null until integrated"),
        sa.CheckConstraint("leaf_index >= 0", name=op.f("ck_receipt_leaf_index")),
        sa.CheckConstraint("octet_length(leaf_hash) = 32", name=op.f("ck_receipt_leaf_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        schema="hub",
    )
    op.create_index("ix_receipt_at", "receipt", ["at"], unique=False, schema="hub", postgresql_using="brin")
    op.create_index("ix_receipt_entry_id_at", "receipt", ["entry_id", "at"], unique=False, schema="hub")
    op.create_index("ix_receipt_member_id_at", "receipt", ["member_id", "at"], unique=False, schema="hub")
    op.create_index(
        "ix_receipt_pending",
        "receipt",
        ["position"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("leaf_index IS NULL"),
    )
    op.create_index(
        "uq_receipt_leaf_index",
        "receipt",
        ["leaf_index"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("leaf_index IS NOT NULL"),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False, comment="the requester"),
        sa.Column("system_id", sa.UUID(), nullable=False, comment="the system that will use the grant"),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("consented_by", sa.UUID(), nullable=True, comment="the head's consent of the requester, Art. 20"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("case_pattern", sa.Text(), nullable=True, comment="regular expression every case number must match"),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="receipt of the request: the clock starts the next working day",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("number", name=op.f("uq_request_number")),
        schema="hub",
    )
    op.create_index(op.f("ix_request_member_id"), "request", ["member_id"], unique=False, schema="hub")
    op.create_index(op.f("ix_request_provider_id"), "request", ["provider_id"], unique=False, schema="hub")
    op.create_table(
        "resource_code_sequence",
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("class_code", name=op.f("pk_resource_code_sequence")),
        schema="hub",
    )
    op.create_table(
        "row_set",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="number of the last merged push; 0 before the first"
        ),
        sa.Column("row_count", sa.BigInteger(), nullable=False, comment="current rows"),
        sa.Column("next_row", sa.BigInteger(), nullable=False, comment="the next _row to give"),
        sa.Column("key_columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("indexed", sa.Boolean(), nullable=False, comment="false until the first load has built the indexes"),
        sa.Column("items_indexed", sa.Boolean(), nullable=False, comment="whether the coded items have their indexes"),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_row_set")),
        schema="hub",
        comment="one line a resource: where its data tables stand",
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text(), nullable=False, comment="RFC 7638 thumbprint"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True, comment="origin of the log, or name of a witness"),
        sa.Column("alg", sa.Text(), nullable=False, comment="the only algorithm this key is used with"),
        sa.Column(
            "jwk",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="public part; the private part is a file, never here",
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('receipt', 'log', 'witness')", name=op.f("ck_signing_key_purpose")),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_signing_key_status")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        schema="hub",
    )
    op.create_table(
        "entry_item",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sensitivity", sa.Text(), nullable=False),
        sa.Column("share_type", sa.SmallInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["hub.entry.id"], name=op.f("fk_entry_item_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "column", name=op.f("pk_entry_item")),
        schema="hub",
        comment="items of the published version, for item search",
    )
    op.create_index("ix_entry_item_terms", "entry_item", ["terms"], unique=False, schema="hub", postgresql_using="gin")
    op.create_table(
        "entry_version",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "body", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="catalogue.entry.Entry.to_dict()"
        ),
        sa.Column(
            "stopped_items",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="columns kept out by the secrecy review",
        ),
        sa.Column("edited_by", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["hub.entry.id"], name=op.f("fk_entry_version_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_entry_version")),
        schema="hub",
        comment="INVARIANT: a published version is never changed",
    )
    op.create_table(
        "member",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="GB 32100, 18 characters"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False, comment="office and telephone, never a person's own"),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('authority', 'department', 'other_organ', 'public_service')", name=op.f("ck_member_kind")
        ),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_member_status")),
        sa.ForeignKeyConstraint(["jurisdiction"], ["hub.jurisdiction.code"], name=op.f("fk_member_jurisdiction")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("organisation_code", name=op.f("uq_member_organisation_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_member_slug")),
        schema="hub",
    )
    op.create_index(op.f("ix_member_jurisdiction"), "member", ["jurisdiction"], unique=False, schema="hub")
    op.create_table(
        "push_rejection",
        sa.Column("push_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="order in the report, from 1"),
        sa.Column("line", sa.BigInteger(), nullable=False, comment="line of the file as the clerk sees it"),
        sa.Column("letter", sa.Text(), nullable=True, comment="column letter of the sheet"),
        sa.Column("item", sa.Text(), nullable=True, comment="name of the item; null for the row as a whole"),
        sa.Column("column", sa.Text(), nullable=True, comment="column of the item"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True, comment="masked by the item's sensitivity"),
        sa.Column("detail", sa.Text(), nullable=True, comment="what the rule's message is filled with"),
        sa.ForeignKeyConstraint(
            ["push_id"], ["hub.push.id"], name=op.f("fk_push_rejection_push_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("push_id", "position", name=op.f("pk_push_rejection")),
        schema="hub",
    )
    op.create_table(
        "request_line",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "item",
            sa.Text(),
            nullable=True,
            comment="column of the item; null where a line names information outside the directory",
        ),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", sa.Text(), nullable=False, comment="treatment asked for"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("treatment", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "answer",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what was decided, by whom, on which provision, remedy",
        ),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["hub.request.id"], name=op.f("fk_request_line_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_line")),
        schema="hub",
    )
    op.create_index(op.f("ix_request_line_request_id"), "request_line", ["request_id"], unique=False, schema="hub")
    op.create_table(
        "staff",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False, comment="last time step accepted"),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "('audit_admin' = ANY (roles))::int + ('security_admin' = ANY (roles))::int + ('system_admin' = ANY (roles))::int <= 1",
            name=op.f("ck_staff_one_administrator"),
        ),
        sa.CheckConstraint(
            "NOT (roles && ARRAY['approver', 'catalogue_reviewer', 'secrecy_reviewer', 'security_admin']::text[] AND roles && ARRAY['agency_approver', 'agency_user']::text[])",
            name=op.f("ck_staff_grants_or_uses"),
        ),
        sa.CheckConstraint(
            "roles <@ ARRAY['agency_approver', 'agency_user', 'approver', 'audit_admin', 'auditor', 'catalogue_reviewer', 'clerk', 'secrecy_reviewer', 'security_admin', 'supervisor', 'system_admin']::text[]",
            name=op.f("ck_staff_known_roles"),
        ),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_staff_status")),
        sa.ForeignKeyConstraint(["member_id"], ["hub.member.id"], name=op.f("fk_staff_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
        schema="hub",
    )
    op.create_index(op.f("ix_staff_member_id"), "staff", ["member_id"], unique=False, schema="hub")
    op.create_table(
        "system",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("member_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_system_status")),
        sa.ForeignKeyConstraint(["member_id"], ["hub.member.id"], name=op.f("fk_system_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system")),
        sa.UniqueConstraint("member_id", "name", name=op.f("uq_system_member_id_name")),
        schema="hub",
    )
    op.create_table(
        "key_nonce",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("system_id", sa.UUID(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["system_id"], ["hub.system.id"], name=op.f("fk_key_nonce_system_id")),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_key_nonce")),
        schema="hub",
    )
    op.create_index(op.f("ix_key_nonce_expires"), "key_nonce", ["expires"], unique=False, schema="hub")
    op.create_table(
        "session",
        sa.Column("id", sa.Text(), nullable=False, comment="SHA-256 of the cookie's token, hex"),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False, comment="absolute end"),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["hub.staff.id"], name=op.f("fk_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        schema="hub",
    )
    op.create_index(op.f("ix_session_expires"), "session", ["expires"], unique=False, schema="hub")
    op.create_index(op.f("ix_session_staff_id"), "session", ["staff_id"], unique=False, schema="hub")
    op.create_table(
        "system_key",
        sa.Column("thumbprint", sa.Text(), nullable=False, comment="RFC 7638 SHA-256, base64url"),
        sa.Column("system_id", sa.UUID(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="public members only"),
        sa.Column("alg", sa.Text(), nullable=False, comment="pinned: the only algorithm accepted with this key"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.UUID(), nullable=False),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("alg IN ('ES256', 'EdDSA')", name=op.f("ck_system_key_alg")),
        sa.CheckConstraint("purpose IN ('auth', 'sign')", name=op.f("ck_system_key_purpose")),
        sa.CheckConstraint("status IN ('active', 'proposed', 'revoked', 'rotated')", name=op.f("ck_system_key_status")),
        sa.CheckConstraint(
            "status NOT IN ('active', 'rotated') OR approved_by IS NOT NULL", name=op.f("ck_system_key_approved")
        ),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_system_key_four_eyes")),
        sa.ForeignKeyConstraint(["system_id"], ["hub.system.id"], name=op.f("fk_system_key_system_id")),
        sa.PrimaryKeyConstraint("thumbprint", name=op.f("pk_system_key")),
        schema="hub",
        comment="never deleted: old signatures must stay verifiable",
    )
    op.create_index(op.f("ix_system_key_system_id"), "system_key", ["system_id"], unique=False, schema="hub")
    op.execute(RECEIPT_GUARD)


def downgrade() -> None:
    op.drop_index(op.f("ix_system_key_system_id"), table_name="system_key", schema="hub")
    op.drop_table("system_key", schema="hub")
    op.drop_index(op.f("ix_session_staff_id"), table_name="session", schema="hub")
    op.drop_index(op.f("ix_session_expires"), table_name="session", schema="hub")
    op.drop_table("session", schema="hub")
    op.drop_index(op.f("ix_key_nonce_expires"), table_name="key_nonce", schema="hub")
    op.drop_table("key_nonce", schema="hub")
    op.drop_table("system", schema="hub")
    op.drop_index(op.f("ix_staff_member_id"), table_name="staff", schema="hub")
    op.drop_table("staff", schema="hub")
    op.drop_index(op.f("ix_request_line_request_id"), table_name="request_line", schema="hub")
    op.drop_table("request_line", schema="hub")
    op.drop_table("push_rejection", schema="hub")
    op.drop_index(op.f("ix_member_jurisdiction"), table_name="member", schema="hub")
    op.drop_table("member", schema="hub")
    op.drop_table("entry_version", schema="hub")
    op.drop_index("ix_entry_item_terms", table_name="entry_item", schema="hub", postgresql_using="gin")
    op.drop_table("entry_item", schema="hub")
    op.drop_table("signing_key", schema="hub")
    op.drop_table("row_set", schema="hub")
    op.drop_table("resource_code_sequence", schema="hub")
    op.drop_index(op.f("ix_request_provider_id"), table_name="request", schema="hub")
    op.drop_index(op.f("ix_request_member_id"), table_name="request", schema="hub")
    op.drop_table("request", schema="hub")
    op.drop_index(
        "uq_receipt_leaf_index", table_name="receipt", schema="hub", postgresql_where=sa.text("leaf_index IS NOT NULL")
    )
    op.drop_index(
        "ix_receipt_pending", table_name="receipt", schema="hub", postgresql_where=sa.text("leaf_index IS NULL")
    )
    op.drop_index("ix_receipt_member_id_at", table_name="receipt", schema="hub")
    op.drop_index("ix_receipt_entry_id_at", table_name="receipt", schema="hub")
    op.drop_index("ix_receipt_at", table_name="receipt", schema="hub", postgresql_using="brin")
    op.drop_table("receipt", schema="hub")
    op.drop_index("ix_push_entry_id_at", table_name="push", schema="hub")
    op.drop_table("push", schema="hub")
    op.drop_table("policy_epoch", schema="hub")
    op.drop_index(op.f("ix_login_attempt_window_start"), table_name="login_attempt", schema="hub")
    op.drop_table("login_attempt", schema="hub")
    op.drop_table("log_node", schema="hub")
    op.drop_table("jurisdiction", schema="hub")
    op.drop_index(op.f("ix_incident_member_id"), table_name="incident", schema="hub")
    op.drop_index(op.f("ix_incident_entry_id"), table_name="incident", schema="hub")
    op.drop_table("incident", schema="hub")
    op.drop_index("ix_grant_system_entry", table_name="grant", schema="hub")
    op.drop_index(op.f("ix_grant_provider_id"), table_name="grant", schema="hub")
    op.drop_table("grant", schema="hub")
    op.drop_index(op.f("ix_exemption_member_id"), table_name="exemption", schema="hub")
    op.drop_index(op.f("ix_exemption_entry_id"), table_name="exemption", schema="hub")
    op.drop_table("exemption", schema="hub")
    op.drop_index("ix_entry_event_entry_version", table_name="entry_event", schema="hub")
    op.drop_table("entry_event", schema="hub")
    op.drop_index("ix_entry_terms", table_name="entry", schema="hub", postgresql_using="gin")
    op.drop_index(op.f("ix_entry_provider_id"), table_name="entry", schema="hub")
    op.drop_table("entry", schema="hub")
    op.drop_table("checkpoint", schema="hub")
    op.drop_index("ix_assertion_used_exp", table_name="assertion_used", schema="hub")
    op.drop_table("assertion_used", schema="hub")
