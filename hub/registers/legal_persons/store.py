"""SQL beside the register of legal persons: names and flags written in batches, names searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from hub.registers.legal_persons.names import like
from hub.registers.legal_persons.tables import legal_persons_flag, legal_persons_mark, legal_persons_name
from hub.registers.tables import SUBJECTS, register_refusal, register_source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from hub.database import Unit
    from hub.registers.legal_persons.flags import Flag
    from hub.registers.legal_persons.names import NameQuestion

REGISTER: Final = "legal_persons"
_TABLES: Final = SUBJECTS[REGISTER]
_IDS: Final = ARRAY(sa.BigInteger)


@dataclass(frozen=True, slots=True)
class Changed:
    """A subject that changed: the number of the change, its values."""

    id: int
    changed: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaidName:
    """A name claimed of a subject: since when, and whether a source still says it."""

    subject: int
    name: str
    since: date
    is_open: bool


@dataclass(frozen=True, slots=True)
class NameRow:
    """One name of a body as it is stored."""

    subject: int
    form: str
    name: str
    is_current: bool
    since: date | None
    until: date | None
    registrar: str
    is_existing: bool
    grams: Sequence[str]


@dataclass(frozen=True, slots=True)
class NameHit:
    """A body found by name: ``values`` are its whole record, for a caller that holds a permit."""

    subject: int
    name: str
    is_current: bool
    values: Mapping[str, str]
    doubted: frozenset[str]


def mark(unit: Unit) -> tuple[int, int]:
    """Return how far names follow the register, and keep others from following at the same time."""
    unit.connection.execute(
        sa.text("INSERT INTO hub.legal_persons_mark VALUES (true, 0, 0) ON CONFLICT (is_the_only) DO NOTHING")
    )
    row = unit.connection.execute(sa.select(legal_persons_mark).with_for_update()).one()
    return row.changed, row.subject


def set_mark(unit: Unit, changed: int, subject: int) -> None:
    """Note how far names follow."""
    unit.connection.execute(sa.update(legal_persons_mark).values(changed=changed, subject=subject))


def forget(unit: Unit) -> None:
    """Let names and flags be made anew from the beginning."""
    mark(unit)
    set_mark(unit, 0, 0)


def changed_after(unit: Unit, changed: int, subject: int, limit: int) -> list[Changed]:
    """Return subjects that changed after a mark, in the order of their changes."""
    table = _TABLES.subject.c
    query = (
        sa.select(table.id, table.changed, table["values"])
        .where(sa.tuple_(table.changed, table.id) > sa.tuple_(sa.literal(changed), sa.literal(subject)))
        .order_by(table.changed, table.id)
        .limit(limit)
    )
    return [Changed(row[0], row[1], row[2]) for row in unit.connection.execute(query)]


def names_said(unit: Unit, ids: Collection[int]) -> list[SaidName]:
    """Return every name sources said of subjects, the oldest first."""
    claim = _TABLES.claim.c
    name = claim["values"]["L002"].astext
    query = (
        sa.select(claim.subject, name, sa.func.min(claim.event_at), sa.func.bool_or(claim.closed_push.is_(None)))
        .where(claim.subject == sa.any_(sa.literal(list(ids), _IDS)), name.is_not(None))
        .group_by(claim.subject, name)
        .order_by(claim.subject, sa.func.min(claim.event_at))
    )
    return [SaidName(row[0], row[1], row[2].date(), row[3]) for row in unit.connection.execute(query)]


def put_names(unit: Unit, ids: Collection[int], rows: Sequence[NameRow]) -> None:
    """Replace the names of subjects."""
    wanted = sa.literal(list(ids), _IDS)
    unit.connection.execute(sa.delete(legal_persons_name).where(legal_persons_name.c.subject == sa.any_(wanted)))
    columns = "subject, form, name, is_current, since, until, registrar, is_existing, grams"
    with unit.driver.cursor().copy(f"COPY hub.legal_persons_name ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                (row.subject, row.form, row.name, row.is_current, row.since, row.until, row.registrar,
                 row.is_existing, list(row.grams))
            )  # fmt: skip


def put_flags(unit: Unit, found: Mapping[int, Sequence[Flag]], now: datetime) -> None:
    """Replace the flags of subjects; one that stays keeps the time since when it stands."""
    ids, rules = list(found), [f"{subject}:{flag.rule}" for subject, flags in found.items() for flag in flags]
    table = legal_persons_flag.c
    gone = sa.and_(
        table.subject == sa.any_(sa.literal(ids, _IDS)),
        sa.func.concat(table.subject, ":", table.rule) != sa.all_(sa.literal(rules, ARRAY(sa.Text))),
    )
    unit.connection.execute(sa.delete(legal_persons_flag).where(gone))
    rows = [
        {
            "subject": subject,
            "rule": flag.rule,
            "elements": list(flag.elements),
            "is_fault": flag.is_fault,
            "since": now,
        }
        for subject, flags in found.items()
        for flag in flags
    ]
    if rows:
        unit.connection.execute(
            insert(legal_persons_flag).on_conflict_do_nothing(index_elements=["subject", "rule"]), rows
        )


def set_flag(unit: Unit, flag: Flag, subjects: tuple[Collection[int], Collection[int]], now: datetime) -> None:
    """Flag of ``subjects`` = (all, those it is true of) the second, and unflag the others."""
    every, flagged_ones = subjects
    table = legal_persons_flag.c
    clear = sorted(set(every) - set(flagged_ones))
    unit.connection.execute(
        sa.delete(legal_persons_flag).where(table.rule == flag.rule, table.subject == sa.any_(sa.literal(clear, _IDS)))
    )
    rows = [
        {"subject": one, "rule": flag.rule, "elements": list(flag.elements), "is_fault": flag.is_fault, "since": now}
        for one in flagged_ones
    ]
    if rows:
        unit.connection.execute(
            insert(legal_persons_flag).on_conflict_do_nothing(index_elements=["subject", "rule"]), rows
        )


def sharing_names(unit: Unit, ids: Collection[int]) -> dict[int, set[int]]:
    """Return, by subject of ``ids``, the other existing bodies of the same registrar and city with the same name."""
    mine, other = legal_persons_name.alias("mine"), legal_persons_name.alias("other")
    query = (
        sa.select(mine.c.subject, other.c.subject)
        .join(other, sa.and_(other.c.form == mine.c.form, other.c.registrar == mine.c.registrar))
        .where(
            mine.c.subject == sa.any_(sa.literal(list(ids), _IDS)),
            mine.c.subject != other.c.subject,
            mine.c.registrar != "",
            *(side.c[name] for side in (mine, other) for name in ("is_current", "is_existing")),
        )
    )
    found: dict[int, set[int]] = {}
    for subject, same in unit.connection.execute(query):
        found.setdefault(subject, set()).add(same)
    return found


def former_names(unit: Unit, subject: int) -> list[tuple[str, date | None, date | None]]:
    """Return the former names of a body, the latest first, each with the days from which and until which it was."""
    table = legal_persons_name.c
    query = (
        sa.select(table.name, table.since, table.until)
        .where(table.subject == subject, sa.not_(table.is_current))
        .order_by(table.since.desc().nulls_last())
    )
    return [(row.name, row.since, row.until) for row in unit.connection.execute(query)]


def _holding(asked: NameQuestion) -> sa.ColumnElement[bool]:
    table = legal_persons_name.c
    grams = sa.literal(list(asked.grams), ARRAY(sa.Text))
    return sa.and_(table.grams.contains(grams), *(table.form.like(like(part)) for part in asked.parts))


def count_names(unit: Unit, asked: NameQuestion, most: int) -> int:
    """Return how many names hold what is asked, counting no further than ``most``."""
    inner = sa.select(sa.literal(1)).select_from(legal_persons_name).where(_holding(asked)).limit(most).subquery()
    return int(unit.connection.execute(sa.select(sa.func.count()).select_from(inner)).scalar_one())


def _hits(unit: Unit, query: sa.Select[Any]) -> list[NameHit]:
    return [
        NameHit(row.subject, row.name, row.is_current, row._mapping["values"], frozenset(row.doubted))
        for row in unit.connection.execute(query)
    ]


def _select() -> sa.Select[Any]:
    table, subject = legal_persons_name.c, _TABLES.subject.c
    return sa.select(table.subject, table.name, table.is_current, subject["values"], subject.doubted).join(
        _TABLES.subject, subject.id == table.subject
    )


def best_names(unit: Unit, asked: NameQuestion, offset: int, limit: int) -> list[NameHit]:
    """Return a page of names, the best first: the whole name, its beginning, present before former, short before long.

    For questions few names hold: all of them are put in order.
    """
    table = legal_persons_name.c
    query = (
        _select()
        .where(_holding(asked))
        .order_by(
            table.form != asked.whole,
            sa.not_(table.form.startswith(asked.whole, autoescape=True)),
            sa.not_(table.is_current),
            sa.not_(table.is_existing),
            sa.func.length(table.form),
            table.form,
            table.subject,
        )
        .offset(offset)
        .limit(limit)
    )
    return _hits(unit, query)


def any_names(unit: Unit, asked: NameQuestion, offset: int, limit: int) -> list[NameHit]:
    """Return a page of names in the order in which bodies came in: for questions very many names hold.

    Without the pairs: the first thousands of names are looked through instead of hundreds of thousands gathered.
    """
    table = legal_persons_name.c
    query = (
        _select()
        .where(*(table.form.like(like(part)) for part in asked.parts))
        .order_by(table.subject, table.form)
        .offset(offset)
        .limit(limit)
    )
    return _hits(unit, query)


def flag_counts(unit: Unit) -> dict[str, int]:
    """Return how many bodies each rule flags."""
    table = legal_persons_flag.c
    query = sa.select(table.rule, sa.func.count()).group_by(table.rule).order_by(table.rule)
    return {row[0]: row[1] for row in unit.connection.execute(query)}


@dataclass(frozen=True, slots=True)
class FlaggedBody:
    """A body whose record contradicts itself: its code (empty: none), the rule, the elements, since when."""

    subject: int
    code: str
    rule: str
    elements: tuple[str, ...]
    is_fault: bool
    since: datetime


def flagged(unit: Unit, rule: str | None, after: int, limit: int) -> tuple[list[FlaggedBody], int]:
    """Return flagged bodies after subject ``after``, and how many flags there are in all."""
    table = legal_persons_flag.c
    of_rule = [] if rule is None else [table.rule == rule]
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(legal_persons_flag).where(*of_rule))
    query = (
        sa.select(
            table.subject,
            table.rule,
            table.elements,
            table.is_fault,
            table.since,
            _TABLES.subject.c["values"]["L001"].astext.label("code"),
        )
        .join(_TABLES.subject, _TABLES.subject.c.id == table.subject)
        .where(table.subject > after, *of_rule)
        .order_by(table.subject, table.rule)
        .limit(limit)
    )
    found = [
        FlaggedBody(row.subject, row.code or "", row.rule, tuple(row.elements), row.is_fault, row.since)
        for row in unit.connection.execute(query)
    ]
    # A page ends between bodies, so that the next one begins with a body and not in the middle of its flags.
    is_cut = len(found) == limit and found[0].subject != found[-1].subject
    whole = [one for one in found if one.subject != found[-1].subject] if is_cut else found
    return whole, int(total.scalar_one())


def counts(unit: Unit) -> dict[str, int]:
    """Return how many subjects with a record, names of each kind, aliases of each kind and links there are."""
    alias, link, subject = _TABLES.alias.c, _TABLES.link.c, _TABLES.subject.c
    run = unit.connection.execute
    found = {
        "subjects": int(run(sa.select(sa.func.count()).where(subject["values"] != sa.text("'{}'::jsonb"))).scalar_one())
    }
    for kind, number in run(sa.select(alias.kind, sa.func.count()).group_by(alias.kind).order_by(alias.kind)):
        found[f"alias.{kind}"] = number
    open_links = sa.select(link.kind, sa.func.count()).where(link.closed_push.is_(None)).group_by(link.kind)
    for kind, number in run(open_links.order_by(link.kind)):
        found[f"link.{kind}"] = number
    for rule, number in flag_counts(unit).items():
        found[f"flag.{rule}"] = number
    return found


def refused_by_rule(unit: Unit) -> dict[str, int]:
    """Return how many rows of the register's sources stand refused, by rule."""
    refusal, source = register_refusal.c, register_source.c
    query = (
        sa.select(refusal.rule, sa.func.count())
        .join(register_source, source.id == refusal.source)
        .where(source.register == REGISTER, refusal.settled_push.is_(None))
        .group_by(refusal.rule)
        .order_by(refusal.rule)
    )
    return {row[0]: row[1] for row in unit.connection.execute(query)}
