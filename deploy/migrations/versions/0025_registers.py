"""Registers of the basic databases: sources, subjects, other names, claims, links, conflicts, steps.

Revision 0025, after 0024, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "geography_alias",
        sa.Column("form", sa.Text(), nullable=False, comment="the name in normal form; sealed where it is personal"),
        sa.Column("kind", sa.Text(), nullable=False, comment="number, former_number, passport, credit_code, …"),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True, comment="the first day it was no longer right"),
        sa.PrimaryKeyConstraint("form", "kind", name=op.f("pk_geography_alias")),
        schema="hub",
    )
    op.create_index("ix_geography_alias_subject", "geography_alias", ["subject"], unique=False, schema="hub")
    op.create_table(
        "geography_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="_row of the source's resource"),
        sa.Column("push", sa.BigInteger(), nullable=False, comment="version of the resource that said so"),
        sa.Column("event_at", sa.DateTime(), nullable=False, comment="when it happened, local time"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "closed_push", sa.BigInteger(), nullable=True, comment="version that no longer says so; null: it stands"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("values", JSONB(), nullable=False, comment="element code to value in normal form"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geography_claim")),
        schema="hub",
    )
    op.create_index("ix_geography_claim_subject", "geography_claim", ["subject"], unique=False, schema="hub")
    op.create_index(
        "uq_geography_claim_source_row",
        "geography_claim",
        ["source", "row"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("closed_push IS NULL"),
    )
    op.create_table(
        "geography_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="parent, spouse, guardian, household, representative, …"),
        sa.Column(
            "subject", sa.BigInteger(), nullable=False, comment="whose link it is: the child, the ward, the body"
        ),
        sa.Column("other_register", sa.Text(), nullable=False),
        sa.Column(
            "other",
            sa.BigInteger(),
            nullable=True,
            comment="subject at the other end; null where the register does not hold it",
        ),
        sa.Column(
            "other_form",
            sa.Text(),
            nullable=True,
            comment="its number as it came: sealed, or a pseudonym, or a public code",
        ),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("push", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True, comment="the first day it no longer held; null: it holds"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geography_link")),
        schema="hub",
    )
    op.create_index("ix_geography_link_other", "geography_link", ["other", "kind"], unique=False, schema="hub")
    op.create_index(
        "ix_geography_link_other_form", "geography_link", ["other_form", "kind"], unique=False, schema="hub"
    )
    op.create_index("ix_geography_link_subject_kind", "geography_link", ["subject", "kind"], unique=False, schema="hub")
    op.create_table(
        "geography_subject",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="internal key; goes nowhere outside",
        ),
        sa.Column("values", JSONB(), nullable=False, comment="element code to value in normal form"),
        sa.Column("doubted", ARRAY(sa.Text()), nullable=False, comment="elements on which sources disagree"),
        sa.Column("is_protected", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False, comment="number of its last change in register_change"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geography_subject")),
        schema="hub",
    )
    op.create_table(
        "legal_persons_alias",
        sa.Column("form", sa.Text(), nullable=False, comment="the name in normal form; sealed where it is personal"),
        sa.Column("kind", sa.Text(), nullable=False, comment="number, former_number, passport, credit_code, …"),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True, comment="the first day it was no longer right"),
        sa.PrimaryKeyConstraint("form", "kind", name=op.f("pk_legal_persons_alias")),
        schema="hub",
    )
    op.create_index("ix_legal_persons_alias_subject", "legal_persons_alias", ["subject"], unique=False, schema="hub")
    op.create_table(
        "legal_persons_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="_row of the source's resource"),
        sa.Column("push", sa.BigInteger(), nullable=False, comment="version of the resource that said so"),
        sa.Column("event_at", sa.DateTime(), nullable=False, comment="when it happened, local time"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "closed_push", sa.BigInteger(), nullable=True, comment="version that no longer says so; null: it stands"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("values", JSONB(), nullable=False, comment="element code to value in normal form"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_persons_claim")),
        schema="hub",
    )
    op.create_index("ix_legal_persons_claim_subject", "legal_persons_claim", ["subject"], unique=False, schema="hub")
    op.create_index(
        "uq_legal_persons_claim_source_row",
        "legal_persons_claim",
        ["source", "row"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("closed_push IS NULL"),
    )
    op.create_table(
        "legal_persons_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="parent, spouse, guardian, household, representative, …"),
        sa.Column(
            "subject", sa.BigInteger(), nullable=False, comment="whose link it is: the child, the ward, the body"
        ),
        sa.Column("other_register", sa.Text(), nullable=False),
        sa.Column(
            "other",
            sa.BigInteger(),
            nullable=True,
            comment="subject at the other end; null where the register does not hold it",
        ),
        sa.Column(
            "other_form",
            sa.Text(),
            nullable=True,
            comment="its number as it came: sealed, or a pseudonym, or a public code",
        ),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("push", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True, comment="the first day it no longer held; null: it holds"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_persons_link")),
        schema="hub",
    )
    op.create_index("ix_legal_persons_link_other", "legal_persons_link", ["other", "kind"], unique=False, schema="hub")
    op.create_index(
        "ix_legal_persons_link_other_form", "legal_persons_link", ["other_form", "kind"], unique=False, schema="hub"
    )
    op.create_index(
        "ix_legal_persons_link_subject_kind", "legal_persons_link", ["subject", "kind"], unique=False, schema="hub"
    )
    op.create_table(
        "legal_persons_subject",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="internal key; goes nowhere outside",
        ),
        sa.Column("values", JSONB(), nullable=False, comment="element code to value in normal form"),
        sa.Column("doubted", ARRAY(sa.Text()), nullable=False, comment="elements on which sources disagree"),
        sa.Column("is_protected", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False, comment="number of its last change in register_change"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_persons_subject")),
        schema="hub",
    )
    op.create_table(
        "population_alias",
        sa.Column("form", sa.Text(), nullable=False, comment="the name in normal form; sealed where it is personal"),
        sa.Column("kind", sa.Text(), nullable=False, comment="number, former_number, passport, credit_code, …"),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True, comment="the first day it was no longer right"),
        sa.PrimaryKeyConstraint("form", "kind", name=op.f("pk_population_alias")),
        schema="hub",
    )
    op.create_index("ix_population_alias_subject", "population_alias", ["subject"], unique=False, schema="hub")
    op.create_table(
        "population_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="_row of the source's resource"),
        sa.Column("push", sa.BigInteger(), nullable=False, comment="version of the resource that said so"),
        sa.Column("event_at", sa.DateTime(), nullable=False, comment="when it happened, local time"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "closed_push", sa.BigInteger(), nullable=True, comment="version that no longer says so; null: it stands"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("values", JSONB(), nullable=False, comment="element code to value in normal form"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_claim")),
        schema="hub",
    )
    op.create_index("ix_population_claim_subject", "population_claim", ["subject"], unique=False, schema="hub")
    op.create_index(
        "uq_population_claim_source_row",
        "population_claim",
        ["source", "row"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("closed_push IS NULL"),
    )
    op.create_table(
        "population_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="parent, spouse, guardian, household, representative, …"),
        sa.Column(
            "subject", sa.BigInteger(), nullable=False, comment="whose link it is: the child, the ward, the body"
        ),
        sa.Column("other_register", sa.Text(), nullable=False),
        sa.Column(
            "other",
            sa.BigInteger(),
            nullable=True,
            comment="subject at the other end; null where the register does not hold it",
        ),
        sa.Column(
            "other_form",
            sa.Text(),
            nullable=True,
            comment="its number as it came: sealed, or a pseudonym, or a public code",
        ),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("push", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True, comment="the first day it no longer held; null: it holds"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_link")),
        schema="hub",
    )
    op.create_index("ix_population_link_other", "population_link", ["other", "kind"], unique=False, schema="hub")
    op.create_index(
        "ix_population_link_other_form", "population_link", ["other_form", "kind"], unique=False, schema="hub"
    )
    op.create_index(
        "ix_population_link_subject_kind", "population_link", ["subject", "kind"], unique=False, schema="hub"
    )
    op.create_table(
        "population_subject",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="internal key; goes nowhere outside",
        ),
        sa.Column("values", JSONB(), nullable=False, comment="element code to value in normal form"),
        sa.Column("doubted", ARRAY(sa.Text()), nullable=False, comment="elements on which sources disagree"),
        sa.Column("is_protected", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False, comment="number of its last change in register_change"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_subject")),
        schema="hub",
    )
    op.create_table(
        "register",
        sa.Column(
            "code", sa.Text(), nullable=False, comment="switch of the basic database: population, legal_persons, …"
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column(
            "entry_id", sa.UUID(), nullable=True, comment="directory entry that describes the register; grants name it"
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.UUID(), nullable=True, comment="the member of staff; null: at installation"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_register")),
        schema="hub",
        comment="the basic databases of this city, each with its switch",
    )
    op.create_table(
        "register_change",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="from 1 without a gap for each register"),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("push", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subjects", sa.BigInteger(), nullable=False, comment="how many subjects this step touched"),
        sa.Column(
            "counts", JSONB(), nullable=False, comment="rows taken, closed, refused, subjects new, changed, conflicts"
        ),
        sa.PrimaryKeyConstraint("register", "number", name=op.f("pk_register_change")),
        schema="hub",
        comment="one line a step of feeding; a subject names the last step that changed it",
    )
    op.create_table(
        "register_conflict",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column(
            "claims", JSONB(), nullable=False, comment="who says what: source, push, event_at, rank, digest of value"
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="open, settled (the sources agree again), decided"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True, comment="10 working days for the source asked"),
        sa.Column(
            "asked_source",
            sa.Integer(),
            nullable=True,
            comment="the source of lower authority, asked to correct or to confirm",
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.UUID(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('open', 'settled', 'decided')", name=op.f("ck_register_conflict_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_conflict")),
        schema="hub",
        comment="sources that disagree on an element of a subject: a list for correction, never silently resolved",
    )
    op.create_index(
        "ix_register_conflict_state_opened_at", "register_conflict", ["state", "opened_at"], unique=False, schema="hub"
    )
    op.create_index(
        "uq_register_conflict_open",
        "register_conflict",
        ["register", "subject", "element"],
        unique=True,
        schema="hub",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "register_refusal",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("push", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="why the register could not take the row"),
        sa.Column("elements", ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "settled_push", sa.BigInteger(), nullable=True, comment="version in which the row was mended or gone"
        ),
        sa.PrimaryKeyConstraint("source", "row", "push", name=op.f("pk_register_refusal")),
        schema="hub",
        comment="rows of a source the register did not take, each with the rule; nothing is skipped silently",
    )
    op.create_table(
        "register_source",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("key_column", sa.Text(), nullable=False, comment="column of the resource that names the subject"),
        sa.Column("key_kind", sa.Text(), nullable=False, comment="kind of alias the key is: number, credit_code, …"),
        sa.Column("items", JSONB(), nullable=False, comment="element code to column of the resource"),
        sa.Column(
            "ranks", JSONB(), nullable=False, comment="element code to authority rank; 1 is the owner of the fact"
        ),
        sa.Column(
            "event_column",
            sa.Text(),
            nullable=True,
            comment="column with the time it happened; null: the time of the push",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="record, or the kind of life event or link its rows are"),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column(
            "consumed", sa.BigInteger(), nullable=False, comment="version of the resource taken into the register"
        ),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", JSONB(), nullable=True, comment="why the last step could not be done; null: it could"),
        sa.Column("set_by", sa.UUID(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["register"], ["hub.register.code"], name=op.f("fk_register_source_register")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_source")),
        sa.UniqueConstraint("register", "entry_id", "kind", name=op.f("uq_register_source_register_entry_id_kind")),
        schema="hub",
        comment="which department's resource feeds which register, element by element",
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("register_source", schema="hub")
    op.drop_table("register_refusal", schema="hub")
    op.drop_table("register_conflict", schema="hub")
    op.drop_table("register_change", schema="hub")
    op.drop_table("register", schema="hub")
    op.drop_table("population_subject", schema="hub")
    op.drop_table("population_link", schema="hub")
    op.drop_table("population_claim", schema="hub")
    op.drop_table("population_alias", schema="hub")
    op.drop_table("legal_persons_subject", schema="hub")
    op.drop_table("legal_persons_link", schema="hub")
    op.drop_table("legal_persons_claim", schema="hub")
    op.drop_table("legal_persons_alias", schema="hub")
    op.drop_table("geography_subject", schema="hub")
    op.drop_table("geography_link", schema="hub")
    op.drop_table("geography_claim", schema="hub")
    op.drop_table("geography_alias", schema="hub")
