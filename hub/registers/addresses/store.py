"""The SQL of loading standard addresses: COPY into a stage, then one merge; whose words stand in a row is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from catalogue.addresses import Level
from catalogue.addresses_standard import CRS, digits_of
from hub.registers.addresses.tables import address, address_source

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

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
    is_given = true,
    others = CASE
        WHEN <had origin> = <origin> THEN CASE WHEN had.is_given THEN had.others END
        WHEN NOT had.aliases <@ excluded.aliases OR had.name <> excluded.name
            OR (excluded.longitude IS NULL AND had.longitude IS NOT NULL)
            OR (excluded.valid_from IS NULL AND had.valid_from IS NOT NULL)
        THEN ARRAY(SELECT DISTINCT one FROM unnest(had.others || <had origin>) one WHERE one <> <origin>)
    END
WHERE NOT (had.is_given AND <had origin> = <files> AND <origin> <> <files>
    AND (had.level, had.name, had.full_text, had.division12) =
        (excluded.level, excluded.name, excluded.full_text, excluded.division12)
    AND had.parent IS NOT DISTINCT FROM excluded.parent AND had.valid_to IS NOT DISTINCT FROM excluded.valid_to
    AND had.main_id IS NOT DISTINCT FROM excluded.main_id AND had.path_key IS NOT DISTINCT FROM excluded.path_key
    AND had.short_key IS NOT DISTINCT FROM excluded.short_key AND excluded.aliases <@ had.aliases
    AND coalesce(excluded.longitude = had.longitude, excluded.longitude IS NULL)
    AND coalesce(excluded.latitude = had.latitude, excluded.latitude IS NULL)
    AND coalesce(excluded.valid_from = had.valid_from, excluded.valid_from IS NULL));
INSERT INTO hub.address AS had (<columns>)
SELECT DISTINCT ON (id) <columns> FROM address_stage WHERE NOT is_given ORDER BY id
ON CONFLICT (id) DO UPDATE SET others = had.others || <origin>
WHERE NOT had.is_given AND <had origin> <> <origin> AND coalesce(NOT had.others @> ARRAY[<origin>], true)
""".replace("<columns>", _COLUMNS)
"""A given row takes the place of what was there; names and points that are carried over keep their sources beside it.
What a file says already stands on the file. A row that only follows stands as long as one it follows from does."""
_HAD: Final = "(SELECT origin FROM address_origin WHERE id = had.source)"
_ORIGINS: Final = """
CREATE TEMPORARY TABLE address_origin ON COMMIT DROP AS
SELECT id, entry_id IS NULL AS is_file, min(id) OVER (PARTITION BY entry_id) AS origin FROM hub.address_source;
CREATE UNIQUE INDEX ON address_origin (id)
"""
"""The first load of the source of each load: a department's entry, or all the files of the operator together."""


@dataclass(frozen=True, slots=True)
class Source:
    """One load: ``entry_id``, ``version`` and open ``columns`` read of a department's resource; None for a file."""

    kind: str
    name: str
    digest: str
    loaded_at: datetime
    entry_id: uuid.UUID | None = None
    version: int | None = None
    columns: tuple[str, ...] | None = None


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
        "columns": list(source.columns) if source.columns is not None else None,
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


def merge_nodes(unit: Unit, nodes: Sequence[Node], source: int) -> None:
    """Write nodes: given ones replace what they were (a former name becomes an alias), derived ones only fill gaps."""
    driver = unit.driver
    driver.execute(_STAGE)
    with driver.cursor() as cursor, cursor.copy("COPY address_stage FROM STDIN") as copy:
        for place, node in enumerate(nodes):
            copy.write_row(_staged(place, node, source))
    driver.execute("ANALYZE address_stage")
    driver.execute(_ADOPT)
    driver.execute(_ORIGINS)
    own, files = driver.execute(
        "SELECT (SELECT origin FROM address_origin WHERE id = %s), "
        "(SELECT coalesce(min(origin), 0) FROM address_origin WHERE is_file)",
        (source,),
    ).fetchone() or (source, 0)
    merge = _MERGE.replace("<had origin>", _HAD).replace("<origin>", str(int(own))).replace("<files>", str(int(files)))
    driver.execute(merge.encode())
    driver.execute("DROP TABLE address_stage, address_origin")


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


def counts(unit: Unit) -> dict[str, int]:
    """Return how many addresses of each level there are."""
    statement = sa.select(address.c.level, sa.func.count()).group_by(address.c.level).order_by(address.c.level)
    return {Level(level).word: count for level, count in unit.connection.execute(statement).tuples()}
