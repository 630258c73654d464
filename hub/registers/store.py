"""Reading the registers: subjects by any of their names, their values, other names and links.

Everything here takes the name of a register, a key of :data:`hub.registers.tables.SUBJECTS`. Forms are as the alias
table holds them: a number of a person is sealed, so callers pass every form it can have
(:meth:`hub.identity.number_seals.NumberSeals.forms`). Values are texts in normal form (:mod:`hub.registers.reading`).
Nothing here decides whether somebody may have a value: callers hold a permit. Zhengzhou Art. 18-20.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from psycopg import sql

from hub.registers.tables import SUBJECTS, register

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    import psycopg

    from hub.database import Unit

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A person, body or place as it stands: ``values`` by element code, ``doubted`` the elements in conflict.

    Empty ``values`` mean that no source says anything of it any more: services answer as if it were not there.
    ``id`` goes nowhere outside the hub; ``changed`` is the number of its last change in the register's feed.
    """

    id: int
    values: Mapping[str, str] = field(repr=False)
    doubted: frozenset[str]
    is_protected: bool
    changed: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Alias:
    """A name a subject is known by; ``form`` is sealed where it is personal."""

    subject: int
    form: str = field(repr=False)
    kind: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link of ``subject``; ``other`` is None where the other register does not hold the other end (yet).

    ``until`` is the first day it no longer held.
    """

    id: int
    kind: str
    subject: int
    other_register: str
    other: int | None
    other_form: str | None = field(repr=False)
    source: int
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register as the city has set it: its switch, the entry that describes it (None: none yet)."""

    code: str
    is_on: bool
    entry_id: uuid.UUID | None
    changed_at: datetime | None


def register_row(unit: Unit, code: str) -> RegisterRow:
    """Return a register; one never switched on is off."""
    row = unit.connection.execute(sa.select(register).where(register.c.code == code)).one_or_none()
    if row is None:
        return RegisterRow(code, is_on=False, entry_id=None, changed_at=None)
    return RegisterRow(row.code, row.is_on, row.entry_id, row.changed_at)


def by_entry(unit: Unit, entry_id: uuid.UUID) -> RegisterRow | None:
    """Return the register an entry describes; None where it describes none."""
    row = unit.connection.execute(sa.select(register).where(register.c.entry_id == entry_id)).one_or_none()
    return None if row is None else RegisterRow(row.code, row.is_on, row.entry_id, row.changed_at)


def find(unit: Unit, code: str, forms: Iterable[str], kinds: Sequence[str]) -> dict[str, int]:
    """Return the subject of each form that is known in one of ``kinds``; the kind named first goes first."""
    alias = SUBJECTS[code].alias
    wanted = list(forms)
    if not wanted:
        return {}
    rows = unit.connection.execute(
        sa.select(alias.c.form, alias.c.kind, alias.c.subject).where(
            alias.c.form == sa.any_(sa.literal(wanted, sa.ARRAY(sa.Text))), alias.c.kind.in_(list(kinds))
        )
    )
    found = sorted(rows, key=lambda row: kinds.index(row.kind), reverse=True)
    return {row.form: row.subject for row in found}


def subjects(unit: Unit, code: str, ids: Iterable[int]) -> dict[int, Subject]:
    """Return subjects by id; one that is not there is absent."""
    table = SUBJECTS[code].subject
    wanted = sa.literal(list(ids), sa.ARRAY(sa.BigInteger))
    rows = unit.connection.execute(sa.select(table).where(table.c.id == sa.any_(wanted)))
    return {
        row.id: Subject(
            row.id, row._mapping["values"], frozenset(row.doubted), row.is_protected, row.changed, row.changed_at
        )
        for row in rows
    }


def aliases(unit: Unit, code: str, ids: Iterable[int]) -> list[Alias]:
    """Return all names of subjects, also those no longer right."""
    alias = SUBJECTS[code].alias
    wanted = sa.literal(list(ids), sa.ARRAY(sa.BigInteger))
    rows = unit.connection.execute(
        sa.select(alias).where(alias.c.subject == sa.any_(wanted)).order_by(alias.c.subject, alias.c.kind, alias.c.form)
    )
    return [Alias(row.subject, row.form, row.kind, row.since, row.until) for row in rows]


def links_of(
    unit: Unit, code: str, ids: Iterable[int], kinds: Sequence[str] = (), *, day: date | None = None
) -> list[Link]:
    """Return the links of subjects that stand; of ``kinds`` (empty: all), on ``day`` (None: on any day)."""
    link = SUBJECTS[code].link
    return _links(unit, link, link.c.subject == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.BigInteger))), kinds, day)


def links_to(
    unit: Unit,
    code: str,
    other: tuple[str, Iterable[int]],
    kinds: Sequence[str] = (),
    *,
    day: date | None = None,
) -> list[Link]:
    """Return the links of register ``code`` that lead to the subjects ``other`` = (their register, their ids)."""
    link = SUBJECTS[code].link
    ids = sa.literal(list(other[1]), sa.ARRAY(sa.BigInteger))
    return _links(unit, link, (link.c.other_register == other[0]) & (link.c.other == sa.any_(ids)), kinds, day)


def links_by_form(
    unit: Unit, code: str, forms: Iterable[str], kinds: Sequence[str] = (), *, day: date | None = None
) -> list[Link]:
    """Return the links whose other end was named by one of ``forms`` (sealed, a pseudonym, or a public code)."""
    link = SUBJECTS[code].link
    return _links(unit, link, link.c.other_form == sa.any_(sa.literal(list(forms), sa.ARRAY(sa.Text))), kinds, day)


def _links(
    unit: Unit, link: sa.Table, where: sa.ColumnElement[bool], kinds: Sequence[str], day: date | None
) -> list[Link]:
    query = sa.select(link).where(where, link.c.closed_push.is_(None)).order_by(link.c.id)
    if kinds:
        query = query.where(link.c.kind.in_(list(kinds)))
    if day is not None:
        query = query.where(
            sa.or_(link.c.since.is_(None), link.c.since <= day), sa.or_(link.c.until.is_(None), link.c.until > day)
        )
    return [
        Link(
            row.id,
            row.kind,
            row.subject,
            row.other_register,
            row.other,
            row.other_form,
            row.source,
            row.since,
            row.until,
        )
        for row in unit.connection.execute(query)
    ]


def set_protected(unit: Unit, code: str, subject: int, *, is_protected: bool) -> None:
    """Mark a subject as protected, or no longer: a person whom a search must not find."""
    table = SUBJECTS[code].subject
    unit.connection.execute(sa.update(table).where(table.c.id == subject).values(is_protected=is_protected))


_LOOKUP: Final[Mapping[str, bytes]] = {
    name: sql.SQL(
        "SELECT a.form, s.id, s.values, s.doubted, s.is_protected, s.changed, s.changed_at"
        " FROM hub.{} a JOIN hub.{} s ON s.id = a.subject WHERE a.form = ANY(%s) AND a.kind = ANY(%s)"
    )
    .format(sql.Identifier(tables.alias.name), sql.Identifier(tables.subject.name))
    .as_bytes(None)
    for name, tables in SUBJECTS.items()
}


async def look_up(driver: Driver, code: str, forms: Sequence[str], kinds: Sequence[str]) -> dict[str, Subject]:
    """Return subjects by form in one statement on an async connection: the hot path of the services."""
    cursor = await driver.execute(_LOOKUP[code], (list(forms), list(kinds)), prepare=True)
    return {row[0]: Subject(row[1], row[2], frozenset(row[3]), *row[4:]) for row in await cursor.fetchall()}
