"""Legal persons: the standard address of each body's seat, with the states of the addresses it was matched against.

Revision 0037, after 0036, written 2026-11-23.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them; a running hub fills them in pages."""
    _create_seats()
    op.create_table(
        "legal_persons_seat_state",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column("load", sa.Integer(), nullable=False, comment="the last load of addresses it knows"),
        sa.Column("divisions", sa.Text(), nullable=False, comment="as of which lists the divisions' former names are"),
        sa.Column(
            "hidden", ARRAY(sa.Integer()), nullable=False, comment="loads of addresses the public was not told of"
        ),
        sa.Column("least_score", sa.Double(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_legal_persons_seat_state")),
        schema="hub",
        comment="states of the public register of addresses that seats were matched against",
    )
    op.create_table(
        "legal_persons_seat_mark",
        sa.Column("is_the_only", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False, comment="subjects up to this change are read"),
        sa.Column("subject", sa.BigInteger(), nullable=False, comment="and of that change up to this subject"),
        sa.CheckConstraint("is_the_only", name=op.f("ck_legal_persons_seat_mark_is_the_only")),
        sa.PrimaryKeyConstraint("is_the_only", name=op.f("pk_legal_persons_seat_mark")),
        schema="hub",
        comment="how far the texts of seats follow the register",
    )


def _create_seats() -> None:
    op.create_table(
        "legal_persons_seat",
        sa.Column("subject", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="registered address (L011) as the register holds it"),
        sa.Column(
            "is_street_only",
            sa.Boolean(),
            nullable=False,
            comment="an individual business: only what stands before the door",
        ),
        sa.Column(
            "state",
            sa.Integer(),
            nullable=False,
            comment="legal_persons_seat_state it was matched against; 0: none",
        ),
        sa.Column("outcome", sa.Text(), nullable=False, comment="waiting, matched, ambiguous, no_match"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why no address is named; null: one is, or it waits"),
        sa.Column("address", sa.Text(), nullable=True, comment="G001 of the standard address; null: none is named"),
        sa.Column("level", sa.SmallInteger(), nullable=True, comment="1 province … 7 door plate"),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column(
            "equals",
            sa.Integer(),
            nullable=True,
            comment="places that fitted equally well one level deeper; 0: none",
        ),
        sa.Column(
            "relation", sa.Text(), nullable=True, comment="the text places itself beside the address: opposite, near, …"
        ),
        sa.Column(
            "rests_on",
            ARRAY(sa.Text()),
            nullable=True,
            comment="addresses the text names, whose names led to the match",
        ),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'matched', 'ambiguous', 'no_match')", name=op.f("ck_legal_persons_seat_outcome")
        ),
        sa.CheckConstraint("(outcome = 'matched') = (address IS NOT NULL)", name=op.f("ck_legal_persons_seat_address")),
        sa.CheckConstraint("level <= 7", name=op.f("ck_legal_persons_seat_level")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_legal_persons_seat")),
        schema="hub",
        comment="the link of a body to the standard address of its seat: address id and original text",
    )
    op.create_index(
        "ix_legal_persons_seat_state", "legal_persons_seat", ["state", "subject"], unique=False, schema="hub"
    )
    op.create_index(
        "ix_legal_persons_seat_address",
        "legal_persons_seat",
        ["address", "subject"],
        unique=False,
        schema="hub",
        postgresql_where=sa.text("address IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("legal_persons_seat_mark", "legal_persons_seat_state", "legal_persons_seat"):
        op.drop_table(name, schema="hub")
