"""The only SQL of rejected rows that are kept. Functions take a unit and never commit.

Nothing here is given to anybody but the provider's own pushing roles: who calls has checked that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa
from psycopg import sql

from hub.push import tables as push_tables
from hub.push.loop import tables
from hub.push.loop.held import ROWS, HeldHead, HeldPush, HeldRow
from hub.rows import staging

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from hub.database import Unit
    from hub.rows.sealed import Seals


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows: given back last by a push, of a rule, mended in the browser or not, a column with a value.

    The value is given in every form it can be stored in (:meth:`hub.push.loop.held.HeldPush.forms`).
    """

    tried_by: uuid.UUID | None = None
    rule: str | None = None
    is_mended: bool | None = None
    cell: tuple[str, tuple[str, ...]] | None = None


ALL: Final = Chosen()
_HEAD, _ROW, _FAULT = tables.push_held, tables.push_held_row, push_tables.push_rejection


def add_held(unit: Unit, held: HeldPush, frames: Iterable[pl.DataFrame]) -> None:
    """Store the shape of a file and its rejected rows (:data:`hub.push.loop.held.ROWS`)."""
    unit.connection.execute(
        sa.insert(_HEAD).values(
            push_id=held.push_id,
            header=list(held.head.header),
            letters=list(held.head.letters),
            positions=dict(held.head.positions),
            rows=held.rows,
            left_out=held.left_out,
            lapses_at=held.lapses_at,
        )
    )
    push = pl.lit(str(held.push_id)).alias("push_id")
    columns = [*ROWS.names(), "push_id"]
    staging.copy_in(
        unit.driver,
        sql.Identifier("hub", "push_held_row"),
        columns,
        (held.stored_frame(frame).with_columns(push) for frame in frames),
    )


def held(unit: Unit, push_id: uuid.UUID, seals: Seals | None = None) -> HeldPush | None:
    """Return what is kept of a push's rejected rows; None where it had none. ``seals`` open their cells."""
    row = unit.connection.execute(sa.select(_HEAD).where(_HEAD.c.push_id == push_id)).mappings().first()
    if row is None:
        return None
    head = HeldHead(tuple(row["header"]), tuple(row["letters"]), row["positions"])
    return HeldPush(push_id, head, row["rows"], row["left_out"], row["lapses_at"], row["erased_at"], seals)


def drop_held(unit: Unit, push_id: uuid.UUID) -> None:
    """Forget the rejected rows and faults of a push that waited: it is read anew."""
    for table in (_ROW, _HEAD, _FAULT):
        unit.connection.execute(sa.delete(table).where(table.c.push_id == push_id))


def drop_rows(unit: Unit, push_id: uuid.UUID) -> None:
    """Erase the rejected rows of a push that goes in no more; its faults stay in the report."""
    for table in (_ROW, _HEAD):
        unit.connection.execute(sa.delete(table).where(table.c.push_id == push_id))


def _held_row(row: sa.RowMapping, held: HeldPush) -> HeldRow:
    cells = row["cells"]
    return HeldRow(
        row["line"],
        None if cells is None else tuple(held.opened(cells.get(name)) or "" for name in held.head.names),
        None if row["faults"] is None else tuple(row["faults"]),
        row["is_mended"],
        row["tried_by"],
        row["resolved_by"],
    )


def held_rows(unit: Unit, held: HeldPush, chosen: Chosen = ALL, *, after: int = 0, limit: int = 1000) -> list[HeldRow]:
    """Return rows still to be mended, by line, after a line; of a choice alone."""
    rows = unit.connection.execute(
        sa.select(_ROW)
        .where(*_pending(held.push_id), _ROW.c.line > after, *_chosen(chosen))
        .order_by(_ROW.c.line)
        .limit(limit)
    ).mappings()
    return [_held_row(row, held) for row in rows]


def pending_rows(unit: Unit, push_id: uuid.UUID, chosen: Chosen = ALL) -> int:
    """Return how many rows are to be mended still; of a choice alone."""
    counted = sa.select(sa.func.count()).select_from(_ROW).where(*_pending(push_id), *_chosen(chosen))
    return int(unit.connection.execute(counted).scalar_one())


def line_states(unit: Unit, push_id: uuid.UUID) -> dict[int, uuid.UUID | None]:
    """Return for each kept row the push that took it, None for those still to be mended; erased ones are left out."""
    rows = unit.connection.execute(
        sa.select(_ROW.c.line, _ROW.c.resolved_by).where(
            _ROW.c.push_id == push_id, _ROW.c.cells.is_not(None) | _ROW.c.resolved_by.is_not(None)
        )
    )
    return {row.line: row.resolved_by for row in rows}


def _pending(push_id: uuid.UUID) -> list[sa.ColumnElement[bool]]:
    return [_ROW.c.push_id == push_id, _ROW.c.cells.is_not(None), _ROW.c.resolved_by.is_(None)]


def _chosen(chosen: Chosen) -> list[sa.ColumnElement[bool]]:
    where = []
    if chosen.tried_by is not None:
        where.append(_ROW.c.tried_by == chosen.tried_by)
    if chosen.rule is not None:
        where.append(_has_rule(chosen.rule))
    if chosen.is_mended is not None:
        where.append(_ROW.c.is_mended == chosen.is_mended)
    if chosen.cell is not None:
        name, values = chosen.cell
        where.append(_ROW.c.cells[name].astext.in_(values))
    return where


def _has_rule(rule: str) -> sa.ColumnElement[bool]:
    """Tell rows whose faults, as they stand, are of a rule."""
    stored = sa.exists().where(
        _FAULT.c.push_id == sa.func.coalesce(_ROW.c.tried_by, _ROW.c.push_id),
        _FAULT.c.line == _ROW.c.line,
        _FAULT.c.rule == rule,
    )
    mended = _ROW.c.faults.contains([{"rule": rule}])
    return sa.case((_ROW.c.faults.is_(None), stored), else_=mended)


def rows_at(unit: Unit, held: HeldPush, lines: Collection[int]) -> list[HeldRow]:
    """Return rows by their lines, also those that are resolved or erased."""
    wanted = _ROW.c.line == sa.func.any(sa.cast(list(lines), sa.ARRAY(sa.BigInteger)))
    rows = unit.connection.execute(sa.select(_ROW).where(_ROW.c.push_id == held.push_id, wanted)).mappings()
    return sorted((_held_row(row, held) for row in rows), key=lambda row: row.line)


def faults_of(unit: Unit, push_id: uuid.UUID, lines: Collection[int]) -> dict[int, list[dict[str, object]]]:
    """Return the faults a push found, by line."""
    names = ("line", "letter", "item", "column", "rule", "value", "detail")
    wanted = _FAULT.c.line == sa.func.any(sa.cast(list(lines), sa.ARRAY(sa.BigInteger)))
    rows = unit.connection.execute(
        sa.select(*(_FAULT.c[name] for name in names))
        .where(_FAULT.c.push_id == push_id, wanted)
        .order_by(_FAULT.c.position)
    )
    found: dict[int, list[dict[str, object]]] = {}
    for row in rows:
        found.setdefault(row.line, []).append(dict(row._mapping))
    return found


def counts(unit: Unit, push_id: uuid.UUID) -> dict[str, Any]:
    """Return how many of the kept rows are resolved, by which push, and how many wait for mending."""
    by = unit.connection.execute(
        sa.select(_ROW.c.resolved_by, sa.func.count().label("rows"), sa.func.min(_ROW.c.resolved_at).label("at"))
        .where(_ROW.c.push_id == push_id)
        .group_by(_ROW.c.resolved_by)
    ).all()
    pushes = sorted((row for row in by if row.resolved_by is not None), key=lambda row: row.at)
    return {
        "resolved": sum(row.rows for row in pushes),
        "pending": sum(row.rows for row in by if row.resolved_by is None),
        "by": [{"push": str(row.resolved_by), "rows": row.rows, "at": row.at.isoformat()} for row in pushes],
    }


def resolve(unit: Unit, push_id: uuid.UUID, lines: Collection[int], by: uuid.UUID, at: datetime) -> None:
    """Note that a push took these rows; their text goes."""
    wanted = _ROW.c.line == sa.func.any(sa.cast(list(lines), sa.ARRAY(sa.BigInteger)))
    unit.connection.execute(
        sa.update(_ROW)
        .where(_ROW.c.push_id == push_id, wanted)
        .values(cells=sa.null(), faults=sa.null(), resolved_by=by, resolved_at=at)
    )


def retry(unit: Unit, held: HeldPush, frames: Iterable[pl.DataFrame], by: uuid.UUID) -> None:
    """Note the new text of rows a push gave back once more (:data:`hub.push.loop.held.ROWS`)."""
    unit.driver.execute("CREATE TEMP TABLE held_again (line bigint NOT NULL, cells jsonb) ON COMMIT DROP")
    staging.copy_in(unit.driver, sql.Identifier("held_again"), ROWS.names(), map(held.stored_frame, frames))
    unit.driver.execute(
        "UPDATE hub.push_held_row h SET cells = a.cells, faults = NULL, is_mended = false, tried_by = %s"
        " FROM held_again a WHERE h.push_id = %s AND h.line = a.line",
        (by, held.push_id),
    )
    unit.driver.execute("DROP TABLE held_again")


def mend(unit: Unit, held: HeldPush, line: int, cells: Mapping[str, str], faults: list[dict[str, object]]) -> None:
    """Store the mended text of a row and the faults that are left."""
    unit.connection.execute(
        sa.update(_ROW)
        .where(_ROW.c.push_id == held.push_id, _ROW.c.line == line, _ROW.c.resolved_by.is_(None))
        .values(cells=held.stored(cells), faults=faults, is_mended=True)
    )


def lock_held(unit: Unit, push_id: uuid.UUID) -> None:
    """Let one act on the rows of a push wait for another."""
    unit.connection.execute(sa.select(_HEAD.c.push_id).where(_HEAD.c.push_id == push_id).with_for_update())


def erase_lapsed(unit: Unit, now: datetime, *, limit: int = 100) -> list[tuple[uuid.UUID, int]]:
    """Erase the text of rows whose time is over; returns pushes and how many rows lost their text."""
    due = (
        sa.select(_HEAD.c.push_id)
        .where(_HEAD.c.erased_at.is_(None), _HEAD.c.lapses_at <= now)
        .order_by(_HEAD.c.lapses_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = []
    for push_id in unit.connection.execute(due).scalars().all():
        gone = unit.connection.execute(
            sa.update(_ROW)
            .where(_ROW.c.push_id == push_id, _ROW.c.cells.is_not(None))
            .values(cells=sa.null(), faults=sa.null())
            .returning(_ROW.c.line)
        ).all()
        unit.connection.execute(sa.update(_HEAD).where(_HEAD.c.push_id == push_id).values(erased_at=now))
        found.append((push_id, len(gone)))
    return found
