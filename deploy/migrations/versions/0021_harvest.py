"""Tables of harvests from other catalogues, and of what was published to a CKAN.

Revision 0021, after 0020, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = UUID(as_uuid=True)
AWARE = sa.DateTime(timezone=True)
TABLES = ("harvest_sent", "harvest_change", "harvest_record", "harvest_run", "harvest_source")


def upgrade() -> None:
    """Make the five tables."""
    _sources()
    _records()
    op.create_table(
        "harvest_sent",
        sa.Column("target", sa.Text, nullable=False, comment="address of the CKAN"),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the package as it was sent"),
        sa.Column("remote_id", sa.Text, nullable=False),
        sa.Column("sent_at", AWARE, nullable=False),
        sa.PrimaryKeyConstraint("target", "entry_id", name="pk_harvest_sent"),
        schema="hub",
        comment="what was published to a CKAN, so that the next run sends what changed alone",
    )


def _sources() -> None:
    op.create_table(
        "harvest_source",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text, nullable=False, comment="ASCII slug; what entries name as their origin"),
        sa.Column("member_id", ID, nullable=False, comment="the authority that harvests"),
        sa.Column("jurisdiction", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, comment="active, paused or removed"),
        sa.Column("definition", JSONB, nullable=False, comment="hub.harvest.definition.Definition"),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", AWARE, nullable=False),
        sa.Column("changed_at", AWARE, nullable=False),
        sa.Column("next_due_at", AWARE, comment="null: runs when asked"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_harvest_source"),
        sa.UniqueConstraint("code", name="uq_harvest_source_code"),
        schema="hub",
        comment="a catalogue the authority harvests (Zhengzhou Art. 17, 18)",
    )
    op.create_index("ix_harvest_source_member_id", "harvest_source", ["member_id"], schema="hub")
    op.create_index("ix_harvest_source_next_due_at", "harvest_source", ["next_due_at"], schema="hub")
    op.create_table(
        "harvest_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, comment="counted from 1 within the source"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("by_staff", ID, comment="who asked; null: the schedule"),
        sa.Column("file", sa.Text, comment="name of the stored file, where one was sent"),
        sa.Column("file_digest", sa.LargeBinary),
        sa.Column("cursor", JSONB, nullable=False, server_default="{}", comment="how far the run has come"),
        sa.Column("counts", JSONB, nullable=False, server_default="{}"),
        sa.Column("error", JSONB),
        sa.Column("started_at", AWARE, nullable=False),
        sa.Column("touched_at", AWARE, nullable=False),
        sa.Column("finished_at", AWARE),
        sa.Column("reviewed_by", ID),
        sa.Column("reviewed_at", AWARE),
        sa.Column("published_by", ID),
        sa.Column("published_at", AWARE),
        sa.PrimaryKeyConstraint("id", name="pk_harvest_run"),
        sa.ForeignKeyConstraint(["source_id"], ["hub.harvest_source.id"], name="fk_harvest_run_source_id"),
        sa.UniqueConstraint("source_id", "number", name="uq_harvest_run_source_id_number"),
        schema="hub",
    )


def _records() -> None:
    op.create_table(
        "harvest_record",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("record", sa.Text, nullable=False, comment="its identifier at the source; a repeat carries #2, #3"),
        sa.Column(
            "digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the record and of the rules that read it"
        ),
        sa.Column("state", sa.Text, nullable=False, comment="accepted or refused"),
        sa.Column("review", sa.Text, nullable=False, comment="waiting, approved, rejected or none"),
        sa.Column("standing", sa.Text, nullable=False, comment="present or gone at the source"),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("body", JSONB, comment="the entry it becomes, masked; null where refused"),
        sa.Column("reason", JSONB, comment="rule and texts of a refusal"),
        sa.Column(
            "notes", JSONB, nullable=False, server_default="{}", comment="counts of what was masked or not known"
        ),
        sa.Column("entry_id", ID),
        sa.Column("published_digest", sa.LargeBinary, comment="digest of what is in force"),
        sa.Column("changed_run", ID, nullable=False, comment="the run that last changed it"),
        sa.Column("last_run", ID, nullable=False, comment="the run that last saw it"),
        sa.PrimaryKeyConstraint("source_id", "record", name="pk_harvest_record"),
        sa.ForeignKeyConstraint(["source_id"], ["hub.harvest_source.id"], name="fk_harvest_record_source_id"),
        schema="hub",
    )
    op.create_index("ix_harvest_record_entry_id", "harvest_record", ["entry_id"], schema="hub")
    op.create_index("ix_harvest_record_source_id_review", "harvest_record", ["source_id", "review"], schema="hub")
    op.create_table(
        "harvest_change",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False, comment="added, changed, refused, gone or returned"),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("rule", sa.Text),
        sa.Column("reason", JSONB),
        sa.PrimaryKeyConstraint("id", name="pk_harvest_change"),
        sa.ForeignKeyConstraint(["run_id"], ["hub.harvest_run.id"], name="fk_harvest_change_run_id"),
        schema="hub",
        comment="what one run changed; what stayed as it was is counted in the run alone",
    )
    op.create_index("ix_harvest_change_run_id", "harvest_change", ["run_id"], schema="hub")


def downgrade() -> None:
    """Drop the five tables."""
    for name in TABLES:
        op.drop_table(name, schema="hub")
