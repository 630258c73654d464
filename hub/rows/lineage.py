"""Where a row is from: the push that wrote it and the line of its file, through any way back that was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from hub.rows.compiler import row_filter_sql
from hub.rows.tables import line_column

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit
    from hub.rows.tables import RowTable
    from policies.decision import Permit


@dataclass(frozen=True, slots=True)
class Origin:
    """One state of a row: written by version ``push`` from ``line``; ``until`` is the first version without it."""

    push: int
    line: int | None
    until: int | None


def states(unit: Unit, table: RowTable, row: int) -> tuple[Origin, ...]:
    """Return all states of a row that are kept, the newest first; empty where there is no such row."""
    try:
        with unit.driver.transaction():
            found = unit.driver.execute(
                sql.SQL(
                    "SELECT _push, {line}, NULL::bigint AS _until FROM {current} WHERE _row = %s"
                    " UNION ALL SELECT _push, {line}, _until FROM {history} WHERE _row = %s ORDER BY 1 DESC"
                ).format(line=line_column(unit.driver, table), current=table.current, history=table.history),
                (row, row),
            ).fetchall()
    except psycopg.errors.UndefinedTable:
        return ()
    return tuple(Origin(*one) for one in found)


def stands_for(unit: Unit, table: RowTable, permit: Permit, row: int) -> bool:
    """Tell whether a current row is among those the permit gives."""
    narrowed = row_filter_sql(table, permit)
    text = f"SELECT 1 FROM data.r_{table.entry_id.hex} t WHERE _row = %s"  # noqa: S608 - an id
    if narrowed.text:
        text += f" AND {narrowed.text}"
    return unit.driver.execute(text.encode(), (row, *narrowed.parameters)).fetchone() is not None


@dataclass(frozen=True, slots=True)
class Written:
    """The push behind a state: ``restores`` is the version it went back to; the digest is that of its receipt."""

    number: int
    push: uuid.UUID
    mode: str
    at: datetime
    entry_version: int
    filename: str
    by_system: uuid.UUID | None
    by_staff: uuid.UUID | None
    receipt: uuid.UUID | None
    file_digest: str | None
    mapping_version: int | None
    rule_set_version: int | None
    restores: int | None
    line: int | None


_WRITTEN = """
SELECT p.number, p.id, p.mode, p.merged_at, p.entry_version, p.filename, p.by_system, p.by_staff, p.receipt_id,
 convert_from(r.body, 'UTF8')::jsonb ->> 'file_digest', (p.report #>> '{mapping,version}')::int,
 (p.report #>> '{rule_set,version}')::int, (p.report ->> 'restores')::bigint
FROM hub.push p LEFT JOIN hub.receipt r ON r.id = p.receipt_id WHERE p.entry_id = %s AND p.number = %s
"""


def chain(unit: Unit, table: RowTable, row: int, version: int | None = None) -> tuple[Written, ...]:
    """Return where the state of a row at a version (None: the newest) is from: ways back first, the file last.

    Empty where there is no such row, or its history is gone.
    """
    kept = states(unit, table, row)
    number = version
    found: list[Written] = []
    while True:
        state = next(
            (
                one
                for one in kept
                if number is None or (one.push <= number and (one.until is None or one.until > number))
            ),
            None,
        )
        if state is None:
            return tuple(found)
        push = unit.driver.execute(_WRITTEN, (table.entry_id, state.push)).fetchone()
        if push is None:
            return tuple(found)
        found.append(Written(*(*push, state.line)))
        if found[-1].restores is None:
            return tuple(found)
        number = found[-1].restores
