"""The only SQL of standard addresses and place names: loading by COPY and one merge, lookup by key, by cell, by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalogue.addresses import Found, Level, Place
from catalogue.addresses_standard import CRS, digits_of
from hub.registers.addresses.tables import address, address_source, place_name

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import psycopg

    from catalogue.addresses_reading import NamedPlace
    from catalogue.addresses_standard import Node
    from hub.database import Unit

_LOADING: Final = 0x53_48_41_44_44_52
"""Advisory lock of whoever loads addresses: two loads of one street would wait for each other row by row."""
_STAGE: Final = """
CREATE TEMPORARY TABLE address_stage (
    place bigint, id text, parent text, level smallint, name text, full_text text, division12 char(12),
    longitude double precision, latitude double precision, crs text, valid_from date, valid_to date, main_id text,
    aliases text[], path_key bigint, short_key bigint, cell bigint, source integer, "row" bigint,
    is_given boolean, made text
) ON COMMIT DROP
"""
_COLUMNS: Final = (
    "id, parent, level, name, full_text, division12, longitude, latitude, crs, valid_from, valid_to, main_id, "
    'aliases, path_key, short_key, cell, source, "row", is_given'
)
_ADOPT: Final = """
UPDATE hub.address child SET parent = stage.id FROM address_stage stage
WHERE stage.is_given AND stage.made <> '' AND stage.made <> stage.id AND child.parent = stage.made;
UPDATE address_stage child SET parent = stage.id FROM address_stage stage
WHERE stage.is_given AND stage.made <> '' AND stage.made <> stage.id AND child.parent = stage.made;
DELETE FROM hub.address old USING address_stage stage
WHERE stage.is_given AND stage.made <> '' AND stage.made <> stage.id AND old.id = stage.made;
DELETE FROM address_stage old USING address_stage stage
WHERE stage.is_given AND stage.made <> '' AND stage.made <> stage.id AND old.id = stage.made;
UPDATE address_stage child SET parent = had.id FROM address_stage derived
JOIN hub.address had ON had.path_key = derived.path_key AND had.is_given AND had.id <> derived.id
WHERE NOT derived.is_given AND child.parent = derived.id;
DELETE FROM address_stage derived USING hub.address had
WHERE NOT derived.is_given AND had.path_key = derived.path_key AND had.is_given AND had.id <> derived.id;
"""
"""A node that only followed gives way to the one a source names, with everything below it."""
_MERGE: Final = """
INSERT INTO hub.address AS had (<columns>)
SELECT <columns> FROM (
    SELECT DISTINCT ON (id) * FROM address_stage ORDER BY id, is_given DESC, place DESC
) fresh WHERE is_given ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    parent = excluded.parent, level = excluded.level, name = excluded.name, full_text = excluded.full_text,
    division12 = excluded.division12, valid_to = excluded.valid_to, main_id = excluded.main_id,
    longitude = coalesce(excluded.longitude, had.longitude), latitude = coalesce(excluded.latitude, had.latitude),
    crs = coalesce(excluded.crs, had.crs), cell = coalesce(excluded.cell, had.cell),
    valid_from = coalesce(excluded.valid_from, had.valid_from),
    aliases = ARRAY(SELECT DISTINCT one FROM unnest(
        had.aliases || excluded.aliases || CASE WHEN had.name <> excluded.name THEN ARRAY[had.name] END
    ) one WHERE one <> excluded.name ORDER BY one),
    path_key = excluded.path_key, short_key = excluded.short_key, source = excluded.source, "row" = excluded."row",
    is_given = true;
INSERT INTO hub.address (<columns>)
SELECT DISTINCT ON (id) <columns> FROM address_stage WHERE NOT is_given ORDER BY id
ON CONFLICT (id) DO NOTHING
""".replace("<columns>", _COLUMNS)
MOST_NEAR: Final = 5000
"""Addresses around a point that are counted; the nearest come first."""


@dataclass(frozen=True, slots=True)
class Source:
    """One load: ``entry_id`` and ``version`` of a department's resource, or None for a file."""

    kind: str
    name: str
    digest: str
    loaded_at: datetime
    entry_id: uuid.UUID | None = None
    version: int | None = None


def lock(unit: Unit) -> None:
    """Hold off other loads until the transaction ends."""
    unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOADING)))


def add_source(unit: Unit, source: Source) -> int:
    """Begin a load and return its number."""
    values = {
        "kind": source.kind,
        "name": source.name,
        "entry_id": source.entry_id,
        "version": source.version,
        "digest": source.digest,
        "loaded_at": source.loaded_at,
        "taken": 0,
        "refused": 0,
    }
    return int(
        unit.connection.execute(sa.insert(address_source).values(values).returning(address_source.c.id)).scalar_one()
    )


def close_source(unit: Unit, number: int, taken: int, refused: int) -> None:
    """Write how many rows a load took and refused."""
    statement = sa.update(address_source).where(address_source.c.id == number).values(taken=taken, refused=refused)
    unit.connection.execute(statement)


def newest_source(unit: Unit) -> int:
    """Return the number of the last load; 0 before the first. Dictionaries in memory are as old as this number."""
    return int(unit.connection.execute(sa.select(sa.func.coalesce(sa.func.max(address_source.c.id), 0))).scalar_one())


def loaded_version(unit: Unit, entry_id: uuid.UUID) -> int | None:
    """Return the version of a department's resource that was loaded last; None where none was."""
    statement = sa.select(sa.func.max(address_source.c.version)).where(address_source.c.entry_id == entry_id)
    found: int | None = unit.connection.execute(statement).scalar_one()
    return found


def merge_nodes(unit: Unit, nodes: Sequence[Node], source: int) -> None:
    """Write nodes: given ones replace what they were (a former name becomes an alias), derived ones only fill gaps."""
    driver = unit.driver
    driver.execute(_STAGE)
    with driver.cursor() as cursor, cursor.copy("COPY address_stage FROM STDIN") as copy:
        for place, node in enumerate(nodes):
            copy.write_row(_staged(place, node, source))
    driver.execute("ANALYZE address_stage")
    driver.execute(_ADOPT)
    driver.execute(_MERGE)
    driver.execute("DROP TABLE address_stage")


def _staged(place: int, node: Node, source: int) -> tuple[object, ...]:
    return (
        place,
        node.id,
        node.parent,
        int(node.level),
        node.name,
        node.full_text,
        node.division12,
        node.longitude,
        node.latitude,
        CRS if node.longitude is not None else None,
        node.valid_from,
        node.valid_to,
        node.main_id,
        list(node.aliases),
        node.path_key,
        node.short_key,
        node.cell,
        source,
        node.row,
        node.is_given,
        node.made,
    )


def add_aliases(unit: Unit, names: Mapping[str, Sequence[str]]) -> int:
    """Add former names to addresses by their identifiers; returns how many are known."""
    statement = sa.text(
        "UPDATE hub.address SET aliases = ARRAY(SELECT DISTINCT one FROM unnest(aliases || CAST(:names AS text[])) one "
        "WHERE one <> name ORDER BY one) WHERE id = :id"
    )
    return sum(
        unit.connection.execute(statement, {"id": one, "names": list(former)}).rowcount for one, former in names.items()
    )


def division_texts(unit: Unit) -> dict[str, str]:
    """Return the full text of every division, by its digits."""
    rows = unit.connection.execute(sa.select(address.c.id, address.c.full_text).where(address.c.level <= Level.VILLAGE))
    return {digits: row.full_text for row in rows if (digits := digits_of(row.id)) is not None}


def places(unit: Unit) -> list[Place]:
    """Return every named place that is valid: divisions, streets, estates, hamlets."""
    columns = (address.c.id, address.c.level, address.c.name, address.c.division12, address.c.aliases)
    statement = sa.select(*columns).where(address.c.level <= Level.STREET, address.c.valid_to.is_(None))
    found = unit.connection.execute(statement.execution_options(yield_per=10_000))
    return [
        Place(row.id, Level(row.level), row.name, digits_of(row.division12) or row.division12, tuple(row.aliases))
        for row in found
    ]


def found_by_keys(unit: Unit, keys: Iterable[int]) -> dict[int, list[Found]]:
    """Return the valid addresses below streets under these keys, each under both of its keys."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    found: dict[int, list[Found]] = {}
    rows = unit.driver.execute(_BY_KEY, (wanted, wanted)).fetchall()
    for key, number, level, full_text, longitude, latitude in rows:
        found.setdefault(key, []).append(Found(number, Level(level), full_text, longitude, latitude))
    return found


_BY_KEY: Final = """
SELECT path_key, id, level, full_text, longitude, latitude FROM hub.address
WHERE path_key = ANY(%s) AND valid_to IS NULL
UNION ALL
SELECT short_key, id, level, full_text, longitude, latitude FROM hub.address
WHERE short_key = ANY(%s) AND valid_to IS NULL
"""


async def found_by_keys_async(
    driver: psycopg.AsyncConnection[tuple[Any, ...]], keys: Iterable[int]
) -> dict[int, list[Found]]:
    """Return the same on an async connection."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    found: dict[int, list[Found]] = {}
    cursor = await driver.execute(_BY_KEY, (wanted, wanted))
    for key, number, level, full_text, longitude, latitude in await cursor.fetchall():
        found.setdefault(key, []).append(Found(number, Level(level), full_text, longitude, latitude))
    return found


@dataclass(frozen=True, slots=True)
class Stored:
    """One address as the register shows it."""

    id: str
    parent: str | None
    level: Level
    name: str
    full_text: str
    division12: str
    longitude: float | None
    latitude: float | None
    valid_to: object
    main_id: str | None
    aliases: tuple[str, ...]
    source: str
    row: int


_STORED: Final = (
    address.c.id, address.c.parent, address.c.level, address.c.name, address.c.full_text, address.c.division12,
    address.c.longitude, address.c.latitude, address.c.valid_to, address.c.main_id, address.c.aliases,
    address_source.c.name.label("source"), address.c.row,
)  # fmt: skip


def in_cells(
    unit: Unit, cells: Sequence[int], deepest: Level, point: tuple[float, float], stretch: float
) -> list[Stored]:
    """Return the valid addresses of these cells down to a level, those nearest to a point, at most ``MOST_NEAR``.

    ``point`` is longitude and latitude; ``stretch`` the length of a degree of longitude there over one of latitude.
    """
    east, north = (address.c.longitude - point[0]) * stretch, address.c.latitude - point[1]
    statement = (
        sa.select(*_STORED)
        .join(address_source, address_source.c.id == address.c.source)
        .where(address.c.cell == sa.any_(sa.cast(list(cells), ARRAY(sa.BigInteger))))
        .where(address.c.level <= deepest, address.c.valid_to.is_(None))
        .order_by(east * east + north * north, address.c.id)
        .limit(MOST_NEAR)
    )
    return [_stored(row) for row in unit.connection.execute(statement).mappings()]


def by_ids(unit: Unit, ids: Sequence[str]) -> dict[str, Stored]:
    """Return addresses by their identifiers, valid or not."""
    statement = (
        sa.select(*_STORED)
        .join(address_source, address_source.c.id == address.c.source)
        .where(address.c.id == sa.any_(sa.cast(list(ids), ARRAY(sa.Text))))
    )
    return {row.id: _stored(row._mapping) for row in unit.connection.execute(statement)}


def _stored(row: sa.RowMapping) -> Stored:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    return Stored(**{**values, "level": Level(values["level"]), "aliases": tuple(values["aliases"])})


def merge_names(unit: Unit, names: Sequence[NamedPlace], source: int) -> None:
    """Write standard place names; one that is there takes the new values and keeps a changed name as a former one."""
    statement = sa.text(
        """
        INSERT INTO hub.place_name AS had (id, name, specific, generic, kind, pinyin, division12, approved_by,
            approved_on, filed_on, announced_on, former_names, source, "row")
        VALUES (:id, :name, :specific, :generic, :kind, :pinyin, :division12, :approved_by, :approved_on, :filed_on,
            :announced_on, :former_names, :source, :row)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, specific = excluded.specific, generic = excluded.generic,
            kind = excluded.kind, pinyin = excluded.pinyin, division12 = excluded.division12,
            approved_by = excluded.approved_by, approved_on = excluded.approved_on, filed_on = excluded.filed_on,
            announced_on = excluded.announced_on, source = excluded.source, "row" = excluded."row",
            former_names = ARRAY(SELECT DISTINCT one FROM unnest(had.former_names || excluded.former_names
                || CASE WHEN had.name <> excluded.name THEN ARRAY[had.name] END) one
                WHERE one <> excluded.name ORDER BY one)
        """
    )
    for one in names:
        unit.connection.execute(
            statement,
            {
                "id": one.id,
                "name": one.name,
                "specific": one.specific,
                "generic": one.generic,
                "kind": one.kind,
                "pinyin": one.pinyin,
                "division12": one.division.ljust(12, "0"),
                "approved_by": one.approved_by,
                "approved_on": one.approved_on,
                "filed_on": one.filed_on,
                "announced_on": one.announced_on,
                "former_names": list(one.former_names),
                "source": source,
                "row": one.row,
            },
        )


def names_like(
    unit: Unit, name: str | None, after: str | None, limit: int
) -> tuple[int, list[Mapping[str, Any]], str | None]:
    """Return standard place names in the order of their ids, all or those that bear a name now or did once.

    Gives how many there are, one page after the id ``after``, and the id after which the next page begins.
    """
    wanted: sa.ColumnElement[bool] = sa.true()
    if name is not None:
        wanted = sa.or_(place_name.c.name == name, sa.literal(name) == sa.any_(place_name.c.former_names))
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(place_name).where(wanted)).scalar_one()
    statement = sa.select(place_name).where(wanted, place_name.c.id > (after or "")).order_by(place_name.c.id)
    found = [dict(row._mapping) for row in unit.connection.execute(statement.limit(limit + 1))]
    following = found[limit - 1]["id"] if len(found) > limit else None
    return int(total), list(found[:limit]), following


def counts(unit: Unit) -> dict[str, int]:
    """Return how many addresses of each level there are."""
    statement = sa.select(address.c.level, sa.func.count()).group_by(address.c.level).order_by(address.c.level)
    return {Level(level).word: count for level, count in unit.connection.execute(statement).tuples()}
