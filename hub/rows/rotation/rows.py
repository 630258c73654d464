"""Rows sealed anew: a resource at a time, its current rows and its history in one transaction.

So every reader sees a resource under one key, and counts, joins and differences stay right at any moment. The lock is
the one pushes take: a push to this resource waits, or goes first; readers wait for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg import sql

from catalogue.entry import Entry
from hub.rows.sealed import holds_number, opened

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Sequence

    import psycopg

    from hub.database import Unit
    from hub.rows.sealed import Seals

    Driver = psycopg.Connection[tuple[Any, ...]]

BATCH: Final = 20_000
MAP: Final = sql.Identifier("pg_temp", "seal_map")
_DUE: Final = "seal_due OR sealed_with < %s"


def due(unit: Unit, version: int) -> list[uuid.UUID]:
    """Return the resources whose rows are not all sealed under a key of this version, small ones first."""
    found = unit.driver.execute(
        f"SELECT entry_id FROM hub.row_set WHERE {_DUE} ORDER BY row_count, entry_id",  # noqa: S608 - fixed words
        (version,),
    )
    return [row[0] for row in found]


def rows_due(unit: Unit, version: int) -> tuple[int, int]:
    """Return how many resources wait to be sealed under a version, and how many current rows they have."""
    found = unit.driver.execute(
        f"SELECT count(*), coalesce(sum(row_count), 0) FROM hub.row_set WHERE {_DUE}",  # noqa: S608 - fixed words
        (version,),
    ).fetchone()
    return (0, 0) if found is None else (int(found[0]), int(found[1]))


def sealed_under(unit: Unit, version: int) -> int:
    """Return how many resources hold values sealed under a version."""
    found = unit.driver.execute(
        "SELECT count(*) FROM hub.row_set WHERE sealed_with = %s AND sealed_columns <> '{}'", (version,)
    ).fetchone()
    return 0 if found is None else int(found[0])


def seal_anew(unit: Unit, entry_id: uuid.UUID, seals: Seals, version: int) -> int | None:
    """Seal all stored values of a resource under a version and return how many rows were written.

    None where a push is at work on it: nothing was done, ask again later.
    """
    driver = unit.driver
    driver.execute("SET LOCAL statement_timeout = 0")
    got = driver.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (f"rows:{entry_id}",)).fetchone()
    if got is None or not got[0]:
        return None
    state = driver.execute(
        "SELECT sealed_with, sealed_columns, seal_due FROM hub.row_set WHERE entry_id = %s", (entry_id,)
    ).fetchone()
    if state is None or not (state[2] or state[0] < version):
        return 0
    target = max(version, int(state[0]))
    columns = _columns(driver, entry_id, state[1])
    written = _write(driver, entry_id, columns, seals, target) if columns else 0
    driver.execute(
        "UPDATE hub.row_set SET sealed_with = %s, sealed_columns = %s, seal_due = false WHERE entry_id = %s",
        (target, list(columns), entry_id),
    )
    return written


def _columns(driver: Driver, entry_id: uuid.UUID, sealed: Collection[str]) -> tuple[str, ...]:
    """Return the stored columns that hold numbers, by what any version of the entry says of its items."""
    said = set(sealed)
    for (body,) in driver.execute("SELECT body FROM hub.entry_version WHERE entry_id = %s", (entry_id,)):
        said |= {item.column for item in Entry.from_dict(body).items if holds_number(item)}
    stored = driver.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND atttypid = 'text'::regtype ORDER BY attnum",
        (f"data.r_{entry_id.hex}",),
    )
    return tuple(str(name) for (name,) in stored if name in said)


def _write(driver: Driver, entry_id: uuid.UUID, columns: Sequence[str], seals: Seals, version: int) -> int:
    """Map each distinct value to its new text, and write both tables by the map."""
    places = [sql.Identifier("data", f"{letter}_{entry_id.hex}") for letter in "rh"]
    driver.execute('CREATE TEMP TABLE seal_map (was text COLLATE "C", new text COLLATE "C") ON COMMIT DROP')
    distinct = sql.SQL(" UNION ").join(
        sql.SQL("SELECT {0} FROM {1} WHERE {0} IS NOT NULL").format(sql.Identifier(name), place)
        for name in columns
        for place in places
    )
    with driver.cursor(name="seal_values") as cursor:
        cursor.execute(distinct)
        while found := cursor.fetchmany(BATCH):
            was = [str(row[0]) for row in found]
            new = seals.seal_texts([opened(seals, text) for text in was], version)
            with driver.cursor() as writer, writer.copy(sql.SQL("COPY {} (was, new) FROM STDIN").format(MAP)) as copy:
                for pair in zip(was, new, strict=True):
                    copy.write_row(pair)
    driver.execute(sql.SQL("CREATE INDEX ON {} (was)").format(MAP))
    driver.execute(sql.SQL("ANALYZE {}").format(MAP))
    written = sum(driver.execute(_update(place, columns)).rowcount for place in places)
    driver.execute(sql.SQL("DROP TABLE {}").format(MAP))
    return written


def _update(place: sql.Identifier, columns: Sequence[str]) -> sql.Composed:
    """Return the statement that writes all columns at once, so that a row is written once."""
    return sql.SQL("UPDATE {place} t SET {values} FROM {place} s {maps} WHERE t.ctid = s.ctid").format(
        place=place,
        values=sql.SQL(", ").join(
            sql.SQL("{0} = {1}.new").format(sql.Identifier(name), sql.Identifier(f"m{number}"))
            for number, name in enumerate(columns)
        ),
        maps=sql.SQL(" ").join(
            sql.SQL("LEFT JOIN {0} {1} ON {1}.was = s.{2}").format(
                MAP, sql.Identifier(f"m{number}"), sql.Identifier(name)
            )
            for number, name in enumerate(columns)
        ),
    )
