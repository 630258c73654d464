"""Writes of observations: what stands for the keys of a batch, new rows by COPY, conflicts, loads, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.registers.macro import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from hub.database import Unit

Key = tuple[int, "date", int]
"""Series, first day of the period, vintage."""
_LOADING: Final = 0x53_48_4D_41_43_52
"""Advisory lock of whoever writes observations: what stands is compared, then written."""
_OBSERVATION = tables.macro_observation
_REASON = tables.macro_reason
_LOAD = tables.macro_load


@dataclass(frozen=True, slots=True)
class Stored:
    """One observation as it stands."""

    series: int
    starts: date
    vintage: int
    value: Decimal | None
    unit: str
    decimals: int
    status: str
    release_at: datetime
    reason: int | None
    load: int
    row: int
    is_doubted: bool = False

    @property
    def key(self) -> Key:
        """Series, first day, vintage."""
        return self.series, self.starts, self.vintage


def lock(unit: Unit) -> None:
    """Hold off other writers of observations until the transaction ends."""
    unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOADING)))


def begin_load(unit: Unit, values: Mapping[str, object]) -> int:
    """Store a load without counts, and return its number."""
    return int(unit.connection.execute(sa.insert(_LOAD).values(counts={}, **values).returning(_LOAD.c.id)).scalar_one())


def end_load(unit: Unit, number: int, counts: Mapping[str, int]) -> None:
    """Store what came of a load."""
    unit.connection.execute(sa.update(_LOAD).where(_LOAD.c.id == number).values(counts=dict(counts)))


def origins(unit: Unit, loads: Iterable[int]) -> dict[int, str]:
    """Return for each load what tells its source from others: the feed, or the name of the file."""
    rows = unit.connection.execute(
        sa.select(_LOAD.c.id, _LOAD.c.source, _LOAD.c.name).where(_LOAD.c.id.in_(sorted(set(loads))))
    )
    return {row.id: f"feed {row.source}" if row.source is not None else f"file {row.name}" for row in rows}


def reason_ids(unit: Unit, texts: Iterable[str]) -> dict[str, int]:
    """Return the numbers of reasons, storing those that are new."""
    wanted = sorted(set(texts))
    if not wanted:
        return {}
    unit.connection.execute(
        insert(_REASON).on_conflict_do_nothing(index_elements=["text"]), [{"text": text} for text in wanted]
    )
    rows = unit.connection.execute(sa.select(_REASON.c.text, _REASON.c.id).where(_REASON.c.text.in_(wanted)))
    return {row.text: row.id for row in rows}


def standing(unit: Unit, periods: Sequence[tuple[int, date]]) -> list[Stored]:
    """Return every vintage of the periods of series given."""
    found = unit.driver.execute(
        "SELECT o.series, o.starts, o.vintage, o.value, o.unit, o.decimals, o.status, o.release_at, o.reason,"
        " o.load, o.row, o.is_doubted"
        " FROM unnest(%s::int[], %s::date[]) AS k (series, starts)"
        " JOIN hub.macro_observation o ON o.series = k.series AND o.starts = k.starts",
        ([series for series, _ in periods], [starts for _, starts in periods]),
    ).fetchall()
    return [Stored(*row) for row in found]


def write(unit: Unit, rows: Iterable[Stored]) -> None:
    """Write new observations."""
    with (
        unit.driver.cursor() as cursor,
        cursor.copy(
            "COPY hub.macro_observation"
            " (series, starts, vintage, value, unit, decimals, status, release_at, reason, load, row) FROM STDIN"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(
                (row.series, row.starts, row.vintage, row.value, row.unit, row.decimals, row.status, row.release_at,
                 row.reason, row.load, row.row)
            )  # fmt: skip


def remove_unreleased(unit: Unit, keys: Iterable[Key], now: datetime) -> None:
    """Remove observations that nobody could read yet: their own source replaces them."""
    with unit.driver.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM hub.macro_observation WHERE series = %s AND starts = %s AND vintage = %s AND release_at > %s",
            [(*key, now) for key in keys],
        )


def refuse(unit: Unit, load: int, faults: Iterable[tuple[int, str, str]]) -> None:
    """Store refused cells: row, column, rule; a cell once."""
    rows = [{"load": load, "row": row, "place": place, "rule": rule} for row, place, rule in faults]
    if rows:
        unit.connection.execute(
            insert(tables.macro_refusal).on_conflict_do_nothing(index_elements=["load", "row", "place"]), rows
        )


def loads(unit: Unit) -> list[Mapping[str, object]]:
    """Return all loads, the newest first."""
    rows = unit.connection.execute(
        sa.select(_LOAD.c.id, _LOAD.c.name, _LOAD.c.push, _LOAD.c.at, _LOAD.c.counts, _LOAD.c.digest).order_by(
            _LOAD.c.id.desc()
        )
    )
    return [dict(row._mapping) for row in rows]


def refusals(unit: Unit, load: int) -> list[Mapping[str, object]]:
    """Return the refused cells of a load: row, column, rule."""
    table = tables.macro_refusal
    rows = unit.connection.execute(
        sa.select(table.c.row, table.c.place, table.c.rule).where(table.c.load == load).order_by(table.c.row)
    )
    return [dict(row._mapping) for row in rows]
