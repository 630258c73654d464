"""The only SQL of the shapes of parcels: what is due, what is written, what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import psycopg

    from hub.database import Unit
    from hub.registers.features.measuring import Measured
    from hub.rows.tables import RowTable

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]

REGISTER: Final = "geography"
_DUE: Final = sql.SQL(
    "SELECT c.subject, c.push, r.{shape}, s.values FROM hub.geography_claim c"
    " JOIN hub.geography_subject s ON s.id = c.subject JOIN {current} r ON r._row = c.row"
    " LEFT JOIN hub.feature_shape f ON f.subject = c.subject"
    " WHERE c.source = {source} AND c.closed_push IS NULL AND r.{shape} IS NOT NULL"
    " AND (f.subject IS NULL OR (f.source = c.source AND (f.push <> c.push OR f.changed_at < s.changed_at)))"
    " ORDER BY c.subject LIMIT {limit}"
)
_GONE: Final = (
    "DELETE FROM hub.feature_shape f WHERE NOT EXISTS (SELECT 1 FROM hub.geography_claim c"
    " WHERE c.subject = f.subject AND c.source = f.source AND c.closed_push IS NULL)"
)
_EMPTIED: Final = sql.SQL(
    "DELETE FROM hub.feature_shape f USING hub.geography_claim c JOIN {current} r ON r._row = c.row"
    " WHERE c.source = {source} AND c.closed_push IS NULL AND r.{shape} IS NULL"
    " AND f.subject = c.subject AND f.source = c.source"
)
_WRITE: Final = (
    'INSERT INTO hub.feature_shape (subject, "class", shape, west, south, east, north, measured_m2, stated_m2,'
    " division, flags, source, push, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    ' ON CONFLICT (subject) DO UPDATE SET "class" = excluded."class", shape = excluded.shape, west = excluded.west,'
    " south = excluded.south, east = excluded.east, north = excluded.north, measured_m2 = excluded.measured_m2,"
    " stated_m2 = excluded.stated_m2, division = excluded.division, flags = excluded.flags, source = excluded.source,"
    " push = excluded.push, changed_at = excluded.changed_at"
)
_COUNTIES: Final = (
    "SELECT DISTINCT ON (s.code) s.code, s.shape FROM hub.division_shape s"
    " JOIN hub.division d ON d.code = s.code AND d.level = 6 AND d.kind <> 'zone'"
    " AND d.valid_from <= %(day)s AND (d.valid_to IS NULL OR d.valid_to > %(day)s)"
    " WHERE s.valid_from <= %(day)s ORDER BY s.code, s.valid_from DESC"
)
_ASKED: Final = (
    "SELECT count(*) OVER (), s.values, s.doubted, f.shape, f.division, f.flags, a.form, a.kind"
    " FROM hub.feature_shape f JOIN hub.geography_subject s ON s.id = f.subject AND NOT s.is_protected"
    " JOIN LATERAL (SELECT form, kind FROM hub.geography_alias WHERE subject = f.subject AND kind = ANY(%(kinds)s)"
    " ORDER BY kind, form LIMIT 1) a ON true"
    " WHERE (%(number)s::text IS NULL OR EXISTS (SELECT 1 FROM hub.geography_alias n WHERE n.subject = f.subject"
    " AND n.form = %(number)s AND n.kind = ANY(%(kinds)s)))"
    " AND (%(west)s::float8 IS NULL OR (f.west <= %(east)s AND f.east >= %(west)s"
    " AND f.south <= %(north)s AND f.north >= %(south)s))"
    " AND (%(division)s::text IS NULL OR left(f.division, length(%(division)s)) = %(division)s)"
    ' AND (%(class)s::text IS NULL OR f."class" = %(class)s)'
    " ORDER BY a.form, f.subject LIMIT %(limit)s OFFSET %(offset)s"
)


@dataclass(frozen=True, slots=True)
class Due:
    """A parcel whose shape is to be measured: its subject, the version that said so, shape as stored, values."""

    subject: int
    push: int
    shape: bytes
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Feature:
    """A parcel as asked for; ``shape`` is WKB in CGCS2000 degrees, longitude first."""

    number: str
    kind: str
    values: Mapping[str, str]
    doubted: frozenset[str]
    shape: bytes
    division: str | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parcels are asked for; what is None does not narrow. ``division`` is the first digits of a county code."""

    number: str | None = None
    box: tuple[float, float, float, float] | None = None
    division: str | None = None
    class_: str | None = None
    limit: int = 100
    offset: int = 0


def due(unit: Unit, source: int, table: RowTable, column: str, limit: int) -> list[Due]:
    """Return parcels of a source whose shape is new or changed since it was measured."""
    names = {"shape": sql.Identifier(column), "current": table.current}
    query = _DUE.format(**names, source=sql.Literal(source), limit=sql.Literal(limit))
    return [Due(*row) for row in unit.driver.execute(query)]


def forget_gone(unit: Unit) -> int:
    """Drop shapes whose source no longer says them; return how many."""
    return unit.driver.execute(_GONE).rowcount


def forget_emptied(unit: Unit, source: int, table: RowTable, column: str) -> int:
    """Drop shapes that were taken out of a row that stands; return how many."""
    query = _EMPTIED.format(shape=sql.Identifier(column), current=table.current, source=sql.Literal(source))
    return unit.driver.execute(query).rowcount


def write(unit: Unit, source: int, found: Sequence[tuple[Due, str | None, bytes, Measured]], at: datetime) -> None:
    """Keep measured shapes: what was due, its class, its WKB, what was measured."""
    rows = [
        (
            *(one.subject, class_, shape, *seen.bounds, seen.area_m2, seen.stated_m2, seen.division, list(seen.flags)),
            *(source, one.push, at),
        )
        for one, class_, shape, seen in found
    ]
    with unit.driver.cursor() as cursor:
        cursor.executemany(_WRITE, rows)


def county_shapes(unit: Unit, on: date) -> list[tuple[str, bytes]]:
    """Return the boundaries of counties in force on a day."""
    return [(row[0], row[1]) for row in unit.driver.execute(_COUNTIES, {"day": on})]


async def find(driver: Driver, wanted: Wanted, kinds: Sequence[str]) -> tuple[int, list[Feature]]:
    """Return how many parcels are wanted, and a page of them."""
    west, south, east, north = wanted.box or (None, None, None, None)
    asked = {
        "kinds": list(kinds),
        "number": wanted.number,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "division": wanted.division,
        "class": wanted.class_,
        "limit": wanted.limit,
        "offset": wanted.offset,
    }
    rows = await (await driver.execute(_ASKED, asked)).fetchall()
    found = [Feature(row[6], row[7], row[1], frozenset(row[2]), row[3], row[4], tuple(row[5])) for row in rows]
    return (int(rows[0][0]) if rows else 0), found
