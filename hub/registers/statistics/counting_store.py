"""SQL of statistics: one pass over the register counts its persons, a release is stored once and read by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from hub.registers.statistics.tables import statistics_release

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    import psycopg

    from hub.database import Unit

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

_DIGITS: Final = 9
_COUNT: Final = """
SELECT rpad(left(s.values->>'P012', 9), 9, '0') AS town,
       CASE s.values->>'P003' WHEN '1' THEN '1' WHEN '2' THEN '2' ELSE '9' END AS sex,
       CASE WHEN s.values ? 'P005'
            THEN extract(year FROM age(%(day)s::date, (s.values->>'P005')::date))::int / 5 END AS band,
       CASE WHEN left(s.values->>'P019', 1) IN ('1', '2', '3', '4') THEN left(s.values->>'P019', 1) || '0'
            ELSE '90' END AS marital,
       count(*)
FROM hub.population_subject s
WHERE s.values ? 'P012' AND length(s.values->>'P012') >= 6 AND coalesce(s.values->>'P022', 'false') <> 'true'
  AND coalesce(s.values->>'P033', '1') = '1' AND coalesce((s.values->>'P005')::date, %(day)s::date) <= %(day)s::date
GROUP BY 1, 2, 3, 4
"""
"""Living persons registered here; who is only resident or was born after the day is not counted."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release, as it is stored."""

    id: uuid.UUID
    period: str
    counted_on: date
    change: int
    minimum: int
    rounding: int
    cells: int
    hidden: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell as it may be shown; ``figure`` None is hidden."""

    level: str
    traits: str
    division: str
    categories: tuple[str, ...]
    figure: int | None


def lock(unit: Unit) -> None:
    """Let one release be made at a time."""
    unit.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended('statistics of population', 33))")


def count(unit: Unit, day: date) -> list[tuple[str, str, int | None, str, int]]:
    """Return town (nine digits), sex, number of the five-year band, marital status and how many persons."""
    rows = unit.driver.execute(_COUNT, {"day": day}).fetchall()
    return [(str(town), str(sex), band, str(marital), int(many)) for town, sex, band, marital, many in rows]


def last_change(unit: Unit) -> int:
    """Return the number of the register's last change."""
    row = unit.driver.execute("SELECT max(number) FROM hub.register_change WHERE register = 'population'").fetchone()
    return int(row[0] or 0) if row is not None else 0


def city_code(unit: Unit) -> str:
    """Return the code of the city itself; empty where no jurisdiction is named."""
    row = unit.driver.execute("SELECT code FROM hub.jurisdiction WHERE kind = 'city' ORDER BY code LIMIT 1").fetchone()
    return str(row[0]) if row is not None else ""


def releases(unit: Unit) -> list[Release]:
    """Return all releases, the newest first."""
    rows = unit.connection.execute(sa.select(statistics_release).order_by(statistics_release.c.period.desc()))
    return [
        Release(
            row.id, row.period, row.counted_on, row.change, row.minimum, row.rounding, row.cells, row.hidden, row.at
        )
        for row in rows
    ]


def insert(unit: Unit, release: Release, built_by: uuid.UUID | None, cells: Iterable[StoredCell]) -> None:
    """Store a release with its cells."""
    unit.connection.execute(
        statistics_release.insert().values(
            id=release.id,
            register="population",
            period=release.period,
            counted_on=release.counted_on,
            change=release.change,
            minimum=release.minimum,
            rounding=release.rounding,
            cells=release.cells,
            hidden=release.hidden,
            at=release.at,
            built_by=built_by,
        )
    )
    columns = "release, level, traits, division, categories, figure"
    with unit.driver.cursor().copy(f"COPY hub.statistics_cell ({columns}) FROM STDIN") as copy:
        for cell in cells:
            copy.write_row((release.id, cell.level, cell.traits, cell.division, list(cell.categories), cell.figure))


def hidden_cells(unit: Unit, release: uuid.UUID) -> list[StoredCell]:
    """Return what a release hides."""
    rows = unit.driver.execute(
        "SELECT level, traits, division, categories FROM hub.statistics_cell WHERE release = %s AND figure IS NULL",
        (release,),
    ).fetchall()
    return [
        StoredCell(level, traits, division, tuple(categories), None) for level, traits, division, categories in rows
    ]


async def release_of(driver: AsyncDriver, period: str | None) -> Release | None:
    """Return the release of a period, the newest without one; None where there is none."""
    cursor = await driver.execute(
        "SELECT id, period, counted_on, change, minimum, rounding, cells, hidden, at FROM hub.statistics_release"
        " WHERE register = 'population' AND (%s::text IS NULL OR period = %s) ORDER BY period DESC LIMIT 1",
        (period, period),
    )
    row = await cursor.fetchone()
    return None if row is None else Release(*row)


async def periods(driver: AsyncDriver) -> list[str]:
    """Return the periods there are releases of, the newest first."""
    cursor = await driver.execute("SELECT period FROM hub.statistics_release ORDER BY period DESC")
    return [str(period) for (period,) in await cursor.fetchall()]


async def register_entry(driver: AsyncDriver) -> str | None:
    """Return the name of the entry that describes the register; None where it is off or described by none."""
    cursor = await driver.execute(
        "SELECT e.name FROM hub.register r JOIN hub.entry e ON e.id = r.entry_id"
        " WHERE r.code = 'population' AND r.is_on"
    )
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def cells(
    driver: AsyncDriver, release: uuid.UUID, table: tuple[str, str], within: str, page: tuple[int, int]
) -> tuple[list[StoredCell], int, int]:
    """Return cells of one table in order, how many there are, and how many of these are hidden.

    Args:
        driver: an async connection.
        release: which release.
        table: level and traits.
        within: the first digits of the divisions that are wanted; empty for all.
        page: how many to return, and how many to skip.

    """
    where = "release = %s AND level = %s AND traits = %s AND starts_with(division, %s)"
    asked: Sequence[object] = (release, *table, within)
    totals = await (
        await driver.execute(
            f"SELECT count(*), count(*) FILTER (WHERE figure IS NULL) FROM hub.statistics_cell WHERE {where}",  # noqa: S608 - a constant
            asked,
        )
    ).fetchone()
    cursor = await driver.execute(
        f"SELECT level, traits, division, categories, figure FROM hub.statistics_cell WHERE {where}"  # noqa: S608 - a constant
        ' ORDER BY division, categories COLLATE "C" LIMIT %s OFFSET %s',
        (*asked, *page),
    )
    found = [
        StoredCell(level, traits, division, tuple(categories), figure)
        for level, traits, division, categories, figure in await cursor.fetchall()
    ]
    total, hidden = totals if totals is not None else (0, 0)
    return found, int(total), int(hidden)
