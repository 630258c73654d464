"""Tables of persons beside the register's own: who is protected and who keeps that list; large batches to be approved.

INVARIANT: numbers stand here sealed only (:mod:`hub.identity.number_seals`). 个人信息保护法 Art. 6, 51.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from catalogue.tables import AWARE, metadata

population_keeper = sa.Table(
    "population_keeper",
    metadata,
    sa.Column("register", sa.Text, primary_key=True),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, comment="the organ that keeps the protected list"),
    sa.Column("telephone", sa.Text, nullable=False, comment="shown with every verification, whatever it answers"),
    sa.Column("set_by", UUID(as_uuid=True), nullable=False),
    sa.Column("set_at", AWARE, nullable=False),
    comment="the named organ that keeps the list of protected persons, and the telephone that answers for them",
)

population_protected = sa.Table(
    "population_protected",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("form", sa.Text, nullable=False, comment="the person's number, sealed; need not be in the register"),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False, comment="the organ that put the person on the list"),
    sa.Column("reference", sa.Text, nullable=False, comment="file number of the organ's decision; no reason in words"),
    sa.Column("until", sa.Date, comment="the first day the protection no longer holds; null: until it is lifted"),
    sa.Column("set_by", UUID(as_uuid=True), nullable=False),
    sa.Column("set_at", AWARE, nullable=False),
    sa.Column("lifted_by", UUID(as_uuid=True)),
    sa.Column("lifted_at", AWARE),
    sa.Index("uq_population_protected_form", "form", unique=True, postgresql_where=sa.text("lifted_at IS NULL")),
    comment="protected persons: every service answers about them as if nothing could be verified",
)

population_batch = sa.Table(
    "population_batch",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("system_id", UUID(as_uuid=True), nullable=False),
    sa.Column("member_id", UUID(as_uuid=True), nullable=False),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("digest", sa.Text, nullable=False, comment="keyed digest of the rows: the approval is for these alone"),
    sa.Column("persons", sa.Integer, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("case_number", sa.Text),
    sa.Column("asked_at", AWARE, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="waiting, approved, declined, used"),
    sa.Column("decided_by", UUID(as_uuid=True)),
    sa.Column("decided_at", AWARE),
    sa.Column("used_at", AWARE),
    sa.UniqueConstraint("system_id", "digest"),
    sa.CheckConstraint("state IN ('waiting', 'approved', 'declined', 'used')", name="state"),
    sa.Index("ix_population_batch_entry_id_state", "entry_id", "state"),
    comment="batches over the set size, each to be approved by a second person before it is compared",
)
