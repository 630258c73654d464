"""Tables of harvests: sources, their runs, what each record came to, what each run changed, what was sent out.

Nothing here holds a telephone, an e-mail or a name of a person: records are masked before they are stored, and a
record refused for a secrecy mark leaves its identifier's digest and the rule alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from catalogue.tables import AWARE, metadata

ID = UUID(as_uuid=True)

harvest_source = sa.Table(
    "harvest_source",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True, comment="ASCII slug; what entries name as their origin"),
    sa.Column("member_id", ID, nullable=False, index=True, comment="the authority that harvests"),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="active, paused or removed"),
    sa.Column("definition", JSONB, nullable=False, comment="hub.harvest.definition.Definition"),
    sa.Column("created_by", ID, nullable=False),
    sa.Column("created_at", AWARE, nullable=False),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.Column("next_due_at", AWARE, index=True, comment="null: runs when asked"),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    comment="a catalogue the authority harvests (Zhengzhou Art. 17, 18)",
)

harvest_run = sa.Table(
    "harvest_run",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("source_id", ID, sa.ForeignKey("hub.harvest_source.id"), nullable=False),
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
    sa.UniqueConstraint("source_id", "number"),
)

harvest_record = sa.Table(
    "harvest_record",
    metadata,
    sa.Column("source_id", ID, sa.ForeignKey("hub.harvest_source.id"), primary_key=True),
    sa.Column("record", sa.Text, primary_key=True, comment="its identifier at the source; a repeat carries #2, #3"),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the record and of the rules that read it"),
    sa.Column("state", sa.Text, nullable=False, comment="accepted or refused"),
    sa.Column("review", sa.Text, nullable=False, comment="waiting, approved, rejected or none"),
    sa.Column("standing", sa.Text, nullable=False, comment="present or gone at the source"),
    sa.Column("title", sa.Text, nullable=False, server_default=""),
    sa.Column("body", JSONB, comment="the entry it becomes, masked; null where refused"),
    sa.Column("reason", JSONB, comment="rule and texts of a refusal"),
    sa.Column("notes", JSONB, nullable=False, server_default="{}", comment="counts of what was masked or not known"),
    sa.Column("entry_id", ID, index=True),
    sa.Column("published_digest", sa.LargeBinary, comment="digest of what is in force"),
    sa.Column("changed_run", ID, nullable=False, comment="the run that last changed it"),
    sa.Column("last_run", ID, nullable=False, comment="the run that last saw it"),
    sa.Index("ix_harvest_record_source_id_review", "source_id", "review"),
)

harvest_change = sa.Table(
    "harvest_change",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("run_id", ID, sa.ForeignKey("hub.harvest_run.id"), nullable=False, index=True),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("change", sa.Text, nullable=False, comment="added, changed, refused, gone or returned"),
    sa.Column("title", sa.Text, nullable=False, server_default=""),
    sa.Column("rule", sa.Text),
    sa.Column("reason", JSONB),
    comment="what one run changed; what stayed as it was is counted in the run alone",
)

harvest_sent = sa.Table(
    "harvest_sent",
    metadata,
    sa.Column("target", sa.Text, primary_key=True, comment="address of the CKAN"),
    sa.Column("entry_id", ID, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the package as it was sent"),
    sa.Column("remote_id", sa.Text, nullable=False),
    sa.Column("sent_at", AWARE, nullable=False),
    comment="what was published to a CKAN, so that the next run sends what changed alone",
)
