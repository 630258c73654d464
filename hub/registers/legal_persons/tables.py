"""Tables beside the register of legal persons: names to find bodies by, contradictions in their records, their seats.

All follow from the subjects and are made anew from them: a sweep reads what changed since it last looked. Names and
seats are public by registration law; nothing else of a body stands here.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalogue.tables import AWARE, metadata

legal_persons_name = sa.Table(
    "legal_persons_name",
    metadata,
    sa.Column("subject", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("form", sa.Text, primary_key=True, comment="the name as it is compared: half-width, small, no blanks"),
    sa.Column("name", sa.Text, nullable=False, comment="the name as it was registered"),
    sa.Column("is_current", sa.Boolean, nullable=False, comment="false: a former name"),
    sa.Column("since", sa.Date),
    sa.Column("until", sa.Date, comment="the first day it was no longer its name"),
    sa.Column("registrar", sa.Text, nullable=False, comment="in whose city it must be alone; empty: not known"),
    sa.Column(
        "is_existing", sa.Boolean, nullable=False, comment="whether the body is there: a name is free afterwards"
    ),
    sa.Column("grams", ARRAY(sa.Text), nullable=False, comment="pairs of characters, to find what stands inside"),
    sa.Index("ix_legal_persons_name_grams", "grams", postgresql_using="gin"),
    sa.Index("ix_legal_persons_name_form", "form"),
    comment="names of bodies, present and former",
)

legal_persons_flag = sa.Table(
    "legal_persons_flag",
    metadata,
    sa.Column("subject", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("elements", ARRAY(sa.Text), nullable=False),
    sa.Column("is_fault", sa.Boolean, nullable=False, comment="false: it asks for a look and may be right"),
    sa.Column("since", AWARE, nullable=False),
    sa.Index("ix_legal_persons_flag_rule", "rule", "subject"),
    comment="contradictions inside the record of a body, for the department that owns the fact; nothing is edited",
)

legal_persons_mark = sa.Table(
    "legal_persons_mark",
    metadata,
    sa.Column("is_the_only", sa.Boolean, primary_key=True),
    sa.Column("changed", sa.BigInteger, nullable=False, comment="subjects up to this change are read"),
    sa.Column("subject", sa.BigInteger, nullable=False, comment="and of that change up to this subject"),
    sa.CheckConstraint("is_the_only", name="is_the_only"),
    comment="how far names and contradictions follow the register",
)

legal_persons_seat = sa.Table(
    "legal_persons_seat",
    metadata,
    sa.Column("subject", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False, comment="registered address (L011) as the register holds it"),
    sa.Column(
        "is_street_only", sa.Boolean, nullable=False, comment="an individual business: only what stands before the door"
    ),
    sa.Column("state", sa.Integer, nullable=False, comment="legal_persons_seat_state it was matched against; 0: none"),
    sa.Column("outcome", sa.Text, nullable=False, comment="waiting, matched, ambiguous, no_match"),
    sa.Column("reason", sa.Text, comment="why no address is named; null: one is, or it waits"),
    sa.Column("address", sa.Text, comment="G001 of the standard address; null: none is named"),
    sa.Column("level", sa.SmallInteger, comment="1 province … 7 door plate"),
    sa.Column("score", sa.Double),
    sa.Column("equals", sa.Integer, comment="places that fitted equally well one level deeper; 0: none"),
    sa.Column("relation", sa.Text, comment="the text places itself beside the address: opposite, near, …"),
    sa.Column("rests_on", ARRAY(sa.Text), comment="addresses the text names, whose names led to the match"),
    sa.Column("matched_at", AWARE),
    sa.Index("ix_legal_persons_seat_state", "state", "subject"),
    sa.Index("ix_legal_persons_seat_address", "address", "subject", postgresql_where=sa.text("address IS NOT NULL")),
    sa.CheckConstraint("outcome IN ('waiting', 'matched', 'ambiguous', 'no_match')", name="outcome"),
    sa.CheckConstraint("(outcome = 'matched') = (address IS NOT NULL)", name="address"),
    sa.CheckConstraint("level <= 7", name="level"),
    comment="the link of a body to the standard address of its seat: address id and original text",
)

legal_persons_seat_state = sa.Table(
    "legal_persons_seat_state",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, comment="from 1"),
    sa.Column("load", sa.Integer, nullable=False, comment="the last load of addresses it knows"),
    sa.Column("divisions", sa.Text, nullable=False, comment="as of which lists the divisions' former names are"),
    sa.Column("hidden", ARRAY(sa.Integer), nullable=False, comment="loads of addresses the public was not told of"),
    sa.Column("least_score", sa.Double, nullable=False),
    sa.Column("since", AWARE, nullable=False),
    comment="states of the public register of addresses that seats were matched against",
)

legal_persons_seat_mark = sa.Table(
    "legal_persons_seat_mark",
    metadata,
    sa.Column("is_the_only", sa.Boolean, primary_key=True),
    sa.Column("changed", sa.BigInteger, nullable=False, comment="subjects up to this change are read"),
    sa.Column("subject", sa.BigInteger, nullable=False, comment="and of that change up to this subject"),
    sa.CheckConstraint("is_the_only", name="is_the_only"),
    comment="how far the texts of seats follow the register",
)
