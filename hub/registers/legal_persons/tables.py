"""Tables beside the register of legal persons: names to find bodies by, contradictions in their records.

Both follow from the subjects and are made anew from them: a sweep reads what changed since it last looked. Names are
public by registration law; nothing else of a body stands here.
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
