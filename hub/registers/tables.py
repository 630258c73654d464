"""Tables of the registers: subjects with their current values, other names of them, claims of sources, conflicts.

A *claim* is what one source says of one subject: the values of one row of a department's resource, with the time it
happened (``event_at``) and the time it was loaded (``loaded_at``). Claims are never changed: a later push closes them
and writes new ones, so that every value tells its source, push and time, and history can be asked by both times.
A *subject* holds the values that follow from its open claims. Zhengzhou Art. 18, 19; Jilin Art. 26, 27.

INVARIANT: no citizen identity number or number of a document stands in any of these tables in the clear; it is
sealed (:mod:`hub.identity.number_seals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.tables import AWARE, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

register = sa.Table(
    "register",
    metadata,
    sa.Column("code", sa.Text, primary_key=True, comment="switch of the basic database: population, legal_persons, …"),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("entry_id", UUID(as_uuid=True), comment="directory entry that describes the register; grants name it"),
    sa.Column("changed_at", AWARE, nullable=False),
    sa.Column("changed_by", UUID(as_uuid=True), comment="the member of staff; null: at installation"),
    comment="the basic databases of this city, each with its switch",
)

register_source = sa.Table(
    "register_source",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("register", sa.Text, sa.ForeignKey("hub.register.code"), nullable=False),
    sa.Column("entry_id", UUID(as_uuid=True), nullable=False),
    sa.Column("key_column", sa.Text, nullable=False, comment="column of the resource that names the subject"),
    sa.Column("key_kind", sa.Text, nullable=False, comment="kind of alias the key is: number, credit_code, …"),
    sa.Column("items", JSONB, nullable=False, comment="element code to column of the resource"),
    sa.Column("ranks", JSONB, nullable=False, comment="element code to authority rank; 1 is the owner of the fact"),
    sa.Column("event_column", sa.Text, comment="column with the time it happened; null: the time of the push"),
    sa.Column("kind", sa.Text, nullable=False, comment="record, or the kind of life event or link its rows are"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("consumed", sa.BigInteger, nullable=False, comment="version of the resource taken into the register"),
    sa.Column("consumed_at", AWARE),
    sa.Column("taking", sa.BigInteger, comment="version being taken in steps; null: none"),
    sa.Column("taken_row", sa.BigInteger, comment="rows up to this _row of that version are in"),
    sa.Column("is_refeeding", sa.Boolean, nullable=False, server_default=sa.false(), comment="every row is read anew"),
    sa.Column("fault", JSONB, comment="why the last step could not be done; null: it could"),
    sa.Column("set_by", UUID(as_uuid=True)),
    sa.Column("set_at", AWARE, nullable=False),
    sa.Column(
        "erased", sa.BigInteger, nullable=False, server_default="0", comment="erasures up to this version are done here"
    ),
    sa.UniqueConstraint("register", "entry_id", "kind"),
    comment="which department's resource feeds which register, element by element",
)


@dataclass(frozen=True, slots=True)
class SubjectTables:
    """The tables of one register that holds subjects."""

    subject: sa.Table
    alias: sa.Table
    claim: sa.Table
    link: sa.Table


def _link_table(name: str) -> sa.Table:
    return sa.Table(
        f"{name}_link",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False, comment="parent, spouse, guardian, household, representative, …"),
        sa.Column("subject", sa.BigInteger, nullable=False, comment="whose link it is: the child, the ward, the body"),
        sa.Column("other_register", sa.Text, nullable=False),
        sa.Column("other", sa.BigInteger, comment="subject at the other end; null where the register does not hold it"),
        sa.Column("other_form", sa.Text, comment="its number as it came: sealed, or a pseudonym, or a public code"),
        sa.Column("source", sa.Integer, nullable=False),
        sa.Column("push", sa.BigInteger, nullable=False),
        sa.Column("row", sa.BigInteger, comment="_row of the source's resource; null: not from a source's row"),
        sa.Column("other_kind", sa.Text, comment="kind of alias other_form is; null: it is only kept"),
        sa.Column("since", sa.Date),
        sa.Column("until", sa.Date, comment="the first day it no longer held; null: it holds"),
        sa.Column("loaded_at", AWARE, nullable=False),
        sa.Column("closed_push", sa.BigInteger, comment="version that no longer says so; null: it stands"),
        sa.Column("closed_at", AWARE),
        sa.Index(f"ix_{name}_link_source_row", "source", "row", postgresql_where=sa.text("closed_push IS NULL")),
        sa.Index(
            f"ix_{name}_link_closed_source_row", "source", "row", postgresql_where=sa.text("closed_push IS NOT NULL")
        ),
        sa.Index(f"ix_{name}_link_subject_kind", "subject", "kind"),
        sa.Index(f"ix_{name}_link_other_form", "other_form", "kind"),
        sa.Index(f"ix_{name}_link_other", "other", "kind"),
    )


def _subject_tables(name: str) -> SubjectTables:
    subject = sa.Table(
        f"{name}_subject",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True, comment="internal key; goes nowhere outside"),
        sa.Column("values", JSONB, nullable=False, comment="element code to value in normal form"),
        sa.Column("doubted", ARRAY(sa.Text), nullable=False, comment="elements on which sources disagree"),
        sa.Column("is_protected", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("changed", sa.BigInteger, nullable=False, comment="number of its last change in register_change"),
        sa.Column("changed_at", AWARE, nullable=False),
        sa.Index(f"ix_{name}_subject_changed", "changed", "id"),
    )
    alias = sa.Table(
        f"{name}_alias",
        metadata,
        sa.Column("form", sa.Text, primary_key=True, comment="the name in normal form; sealed where it is personal"),
        sa.Column("kind", sa.Text, primary_key=True, comment="number, former_number, passport, credit_code, …"),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Date),
        sa.Column("until", sa.Date, comment="the first day it was no longer right"),
        sa.Index(f"ix_{name}_alias_subject", "subject"),
    )
    claim = sa.Table(
        f"{name}_claim",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Integer, nullable=False),
        sa.Column("row", sa.BigInteger, nullable=False, comment="_row of the source's resource"),
        sa.Column("push", sa.BigInteger, nullable=False, comment="version of the resource that said so"),
        sa.Column("event_at", sa.DateTime, nullable=False, comment="when it happened, local time"),
        sa.Column("loaded_at", AWARE, nullable=False),
        sa.Column("closed_push", sa.BigInteger, comment="version that no longer says so; null: it stands"),
        sa.Column("closed_at", AWARE),
        sa.Column("values", JSONB, nullable=False, comment="element code to value in normal form"),
        sa.Index(f"ix_{name}_claim_subject", "subject"),
        sa.Index(
            f"uq_{name}_claim_source_row", "source", "row", unique=True, postgresql_where=sa.text("closed_push IS NULL")
        ),
        sa.Index(
            f"ix_{name}_claim_closed_source_row", "source", "row", postgresql_where=sa.text("closed_push IS NOT NULL")
        ),
    )
    return SubjectTables(subject, alias, claim, _link_table(name))


SUBJECTS: Final[Mapping[str, SubjectTables]] = MappingProxyType(
    {name: _subject_tables(name) for name in ("population", "legal_persons", "geography")}
)
"""Tables of each register of subjects, by its switch; macro-economy holds observations instead."""

register_conflict = sa.Table(
    "register_conflict",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("register", sa.Text, nullable=False),
    sa.Column("subject", sa.BigInteger, nullable=False),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("claims", JSONB, nullable=False, comment="who says what: source, push, event_at, rank, digest of value"),
    sa.Column("state", sa.Text, nullable=False, comment="open, settled (the sources agree again), decided"),
    sa.Column("opened_at", AWARE, nullable=False),
    sa.Column("due_at", AWARE, comment="10 working days for the source asked"),
    sa.Column("asked_source", sa.Integer, comment="the source of lower authority, asked to correct or to confirm"),
    sa.Column("settled_at", AWARE),
    sa.Column("settled_by", UUID(as_uuid=True)),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Index(
        "uq_register_conflict_open",
        "register",
        "subject",
        "element",
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index("ix_register_conflict_state_opened_at", "state", "opened_at"),
    sa.Index("ix_register_conflict_register_subject", "register", "subject"),
    sa.CheckConstraint("state IN ('open', 'settled', 'decided')", name="state"),
    comment="sources that disagree on an element of a subject: a list for correction, never silently resolved",
)

register_change = sa.Table(
    "register_change",
    metadata,
    sa.Column("register", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, comment="from 1 without a gap for each register"),
    sa.Column("source", sa.Integer, nullable=False),
    sa.Column("push", sa.BigInteger, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("subjects", sa.BigInteger, nullable=False, comment="how many subjects this step touched"),
    sa.Column("counts", JSONB, nullable=False, comment="rows taken, closed, refused, subjects new, changed, conflicts"),
    comment="one line a step of feeding; a subject names the last step that changed it",
)

register_refusal = sa.Table(
    "register_refusal",
    metadata,
    sa.Column("source", sa.Integer, primary_key=True),
    sa.Column("row", sa.BigInteger, primary_key=True),
    sa.Column("push", sa.BigInteger, primary_key=True),
    sa.Column("rule", sa.Text, nullable=False, comment="why the register could not take the row"),
    sa.Column("elements", ARRAY(sa.Text), nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("settled_push", sa.BigInteger, comment="version in which the row was mended or gone"),
    comment="rows of a source the register did not take, each with the rule; nothing is skipped silently",
)

register_waiting = sa.Table(
    "register_waiting",
    metadata,
    sa.Column("register", sa.Text, primary_key=True),
    sa.Column("subject", sa.BigInteger, primary_key=True),
    sa.Column("due_at", sa.DateTime, primary_key=True, comment="local time from which a claim of it counts"),
    sa.Index("ix_register_waiting_register_due_at", "register", "due_at"),
    comment="subjects with claims of a time to come: they count from then on, by a sweep",
)
