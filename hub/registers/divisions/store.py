"""The only SQL of divisions through time: lists as loaded, the timeline that follows from them, questions to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from catalogue.divisions_model import (
    Change,
    ChangeKind,
    Dating,
    Division,
    Kind,
    Level,
    Method,
    Note,
    NoteKind,
)
from hub.registers.divisions import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from catalogue.divisions_timeline import Timeline
    from hub.database import Unit

_LIST, _DIVISION = tables.division_list, tables.division
_CHANGE, _NOTE = tables.division_change, tables.division_note
_LOADING: Final = 0x53_48_44_49_56_49_53
"""Advisory lock of whoever loads lists: the timeline is made from all of them."""
LARGE: Final = (Level.PROVINCE, Level.CITY, Level.COUNTY)


@dataclass(frozen=True, slots=True)
class StoredList:
    """One list as it was loaded; ``lines`` are names by code, or one object a line for periods and changes."""

    form: str
    source: str
    dated: date | None
    lines: Any
    entries: int
    file_name: str
    digest: str
    loaded_at: datetime
    loaded_by: uuid.UUID
    id: int = 0


def lock(unit: Unit) -> None:
    """Hold off other loaders until the transaction ends."""
    unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOADING)))


def is_loaded(unit: Unit, one: StoredList) -> bool:
    """Tell whether this very list was loaded before."""
    same = sa.and_(
        _LIST.c.digest == one.digest,
        _LIST.c.form == one.form,
        _LIST.c.source == one.source,
        _LIST.c.dated.is_not_distinct_from(one.dated),
    )
    return bool(unit.connection.execute(sa.select(sa.exists().where(same))).scalar_one())


def insert_list(unit: Unit, one: StoredList) -> None:
    """Keep a list."""
    names = ("form", "source", "dated", "lines", "entries", "file_name", "digest", "loaded_at", "loaded_by")
    unit.connection.execute(_LIST.insert().values({name: getattr(one, name) for name in names}))


def remove_list(unit: Unit, number: int) -> bool:
    """Take a list out; False where there is none of this number."""
    return unit.connection.execute(_LIST.delete().where(_LIST.c.id == number)).rowcount == 1


def lists(unit: Unit) -> list[StoredList]:
    """Return all lists in the order in which they were loaded."""
    rows = unit.connection.execute(sa.select(_LIST).order_by(_LIST.c.id)).mappings()
    return [StoredList(**row) for row in rows]


def list_heads(unit: Unit) -> list[StoredList]:
    """Return all lists without their lines."""
    columns = [column for column in _LIST.c if column.name != "lines"]
    rows = unit.connection.execute(sa.select(*columns).order_by(_LIST.c.id)).mappings()
    return [StoredList(**row, lines=None) for row in rows]


def version(unit: Unit) -> tuple[int, int]:
    """Return what changes with each load: the newest list and how many there are."""
    found = unit.connection.execute(sa.select(sa.func.coalesce(sa.func.max(_LIST.c.id), 0), sa.func.count())).one()
    return int(found[0]), int(found[1])


def has_periods(unit: Unit) -> bool:
    """Whether a timeline was ever made."""
    return bool(unit.connection.execute(sa.select(sa.exists().select_from(_DIVISION))).scalar_one())


def write_timeline(unit: Unit, timeline: Timeline) -> None:
    """Put a timeline in the place of the former one."""
    for table in (_DIVISION, _CHANGE, _NOTE):
        unit.connection.execute(table.delete())
    _copy(unit, _DIVISION, (_row(one) for one in timeline.periods))
    changes = (
        (one.old, one.new, one.on, one.kind.value, one.share, one.method.value, one.source) for one in timeline.changes
    )
    _copy(unit, _CHANGE, changes)
    _copy(unit, _NOTE, ((one.code, one.on, one.kind.value, one.zh, one.en) for one in timeline.notes))


def _row(one: Division) -> tuple[object, ...]:
    level, kind, dating = int(one.level), one.kind.value, one.dating.value
    return one.code, one.valid_from, one.valid_to, one.name, level, one.parent, kind, one.source, dating


def _copy(unit: Unit, table: sa.Table, rows: Iterable[tuple[object, ...]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.c if column.name != "id")
    with unit.driver.cursor() as cursor, cursor.copy(f"COPY {table.schema}.{table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _division(row: sa.RowMapping) -> Division:
    return Division(
        row["code"],
        row["valid_from"],
        row["valid_to"],
        row["name"],
        Level(row["level"]),
        row["parent"],
        Kind(row["kind"]),
        row["source"],
        Dating(row["dating"]),
    )


def change_of(row: sa.RowMapping) -> Change:
    """Return a change as it is stored."""
    return Change(
        row["old"],
        row["new"],
        row["on"],
        ChangeKind(row["kind"]),
        row["share"],
        Method(row["method"]),
        row["source"],
    )


def note_of(row: sa.RowMapping) -> Note:
    """Return a note as it is stored."""
    return Note(row["code"], row["on"], NoteKind(row["kind"]), row["zh"], row["en"])


def periods(unit: Unit, codes: Sequence[str]) -> list[Division]:
    """Return all periods of codes, in order of code and time."""
    asked = sa.select(_DIVISION).where(_DIVISION.c.code.in_(codes)).order_by(_DIVISION.c.code, _DIVISION.c.valid_from)
    return [_division(row) for row in unit.connection.execute(asked).mappings()]


def large(unit: Unit) -> tuple[list[Division], list[Change], list[Note]]:
    """Return provinces, cities and counties of all times, all changes and notes."""
    levels = [int(level) for level in LARGE]
    found = unit.connection.execute(sa.select(_DIVISION).where(_DIVISION.c.level.in_(levels))).mappings()
    changes = unit.connection.execute(sa.select(_CHANGE).order_by(_CHANGE.c.on, _CHANGE.c.id)).mappings()
    notes = unit.connection.execute(sa.select(_NOTE).order_by(_NOTE.c.on, _NOTE.c.id)).mappings()
    return [_division(row) for row in found], [change_of(row) for row in changes], [note_of(row) for row in notes]


def _in_force(on: date) -> sa.ColumnElement[bool]:
    return sa.and_(_DIVISION.c.valid_from <= on, sa.or_(_DIVISION.c.valid_to.is_(None), _DIVISION.c.valid_to > on))


def _page(unit: Unit, where: sa.ColumnElement[bool], window: tuple[int, int]) -> tuple[list[Division], int]:
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(_DIVISION).where(where)).scalar_one()
    order = (_DIVISION.c.level, _DIVISION.c.code, _DIVISION.c.valid_from)
    asked = sa.select(_DIVISION).where(where).order_by(*order).limit(window[0]).offset(window[1])
    return [_division(row) for row in unit.connection.execute(asked).mappings()], int(total)


def children(unit: Unit, code: str | None, on: date, window: tuple[int, int]) -> tuple[list[Division], int]:
    """Return a page of the divisions right below a code on a day (None: the provinces), and how many there are."""
    below = _DIVISION.c.level == int(Level.PROVINCE) if code is None else _DIVISION.c.parent == code
    return _page(unit, sa.and_(below, _in_force(on)), window)


def named(
    unit: Unit, text: str, on: date | None, level: Level | None, window: tuple[int, int]
) -> tuple[list[Division], int]:
    """Return a page of the periods whose name holds a text; on a day, or of all times without one."""
    where = _DIVISION.c.name.contains(text, autoescape=True)
    if on is not None:
        where = sa.and_(where, _in_force(on))
    if level is not None:
        where = sa.and_(where, _DIVISION.c.level == int(level))
    return _page(unit, where, window)


def notes(unit: Unit, kind: NoteKind | None, window: tuple[int, int]) -> tuple[list[Note], int]:
    """Return a page of what is told of the lists, the oldest first."""
    where = sa.true() if kind is None else _NOTE.c.kind == kind.value
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(_NOTE).where(where)).scalar_one()
    order = (_NOTE.c.on, _NOTE.c.code, _NOTE.c.id)
    asked = sa.select(_NOTE).where(where).order_by(*order).limit(window[0]).offset(window[1])
    return [note_of(row) for row in unit.connection.execute(asked).mappings()], int(total)


def counts(unit: Unit) -> dict[str, int]:
    """Return how many periods, codes, changes and notes there are."""
    ask = unit.connection.execute
    return {
        "periods": ask(sa.select(sa.func.count()).select_from(_DIVISION)).scalar_one(),
        "codes": ask(sa.select(sa.func.count(_DIVISION.c.code.distinct()))).scalar_one(),
        "changes": ask(sa.select(sa.func.count()).select_from(_CHANGE)).scalar_one(),
        "changes_inferred": ask(
            sa.select(sa.func.count()).select_from(_CHANGE).where(_CHANGE.c.method != Method.STATED.value)
        ).scalar_one(),
        "notes": ask(sa.select(sa.func.count()).select_from(_NOTE)).scalar_one(),
    }
