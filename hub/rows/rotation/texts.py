"""Sealed numbers in the hub's own tables, sealed anew: names of persons in the registers, rejected rows, and others.

A sealed number is told by its form wherever it stands, alone or inside a JSON document, so every text column of the
schema ``hub`` is looked through: nothing is missed because a list was not kept. Small steps, each a transaction of its
own; a table is read by blocks, so that no step reads it twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from hub.rows.sealed import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.database import Database, Unit
    from hub.rows.sealed import Seals

    Driver = psycopg.Connection[tuple[Any, ...]]

BLOCKS: Final = 1_000
"""Pages of 8 KiB a step."""
_TOKEN: Final = re.compile(r"~([1-9][0-9]{0,3})\.[A-Za-z0-9_-]{22,}")


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of the hub's own tables that can hold a text, and its type."""

    table: str
    name: str
    type: str

    @property
    def place(self) -> sql.Identifier:
        """The table."""
        return sql.Identifier("hub", self.table)


def text_columns(unit: Unit) -> list[TextColumn]:
    """Return the text, text array and JSON columns of the schema ``hub``."""
    found = unit.driver.execute(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE n.nspname = 'hub' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)"
        " ORDER BY 1, 2"
    )
    return [TextColumn(*map(str, row)) for row in found]


def sealed_under(unit: Unit, versions: Sequence[int]) -> int:
    """Return how many texts of the hub's own tables hold a number sealed under one of these versions."""
    return sum(_count(unit.driver, column, versions) for column in text_columns(unit)) if versions else 0


def _pattern(versions: Sequence[int]) -> str:
    return rf"~({'|'.join(map(str, versions))})\.[A-Za-z0-9_-]{{22}}"


def _count(driver: Driver, column: TextColumn, versions: Sequence[int]) -> int:
    statement = sql.SQL("SELECT count(*) FROM {} WHERE strpos({name}::text, '~') > 0 AND {name}::text ~ %s")
    text = statement.format(column.place, name=sql.Identifier(column.name))
    found = driver.execute(text, (_pattern(versions),)).fetchone()
    return 0 if found is None else int(found[0])


def seal_texts_anew(database: Database, seals: Seals, version: int) -> int:
    """Seal every number in the hub's own tables under a version; returns how many texts were written."""
    older = [each for each in seals.versions if each < version]
    if not older:
        return 0
    with database.begin() as unit:
        columns = text_columns(unit)
    done = 0
    for column in columns:
        for first in _steps(database, column):
            with database.begin(statement_timeout_seconds=0) as unit:
                done += _step(unit.driver, column, (first, older), seals, version)
    return done


def _steps(database: Database, column: TextColumn) -> Iterator[int]:
    with database.begin() as unit:
        found = unit.driver.execute(
            "SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint", (f"hub.{column.table}",)
        ).fetchone()
    return iter(range(0, 0 if found is None else int(found[0]), BLOCKS))


def _step(driver: Driver, column: TextColumn, where: tuple[int, Sequence[int]], seals: Seals, version: int) -> int:
    """Seal anew what stands in some pages of a table."""
    first, older = where
    statement = sql.SQL(
        "SELECT ctid, {name}::text FROM {place} WHERE ctid >= %s::tid AND ctid < %s::tid"
        " AND strpos({name}::text, '~') > 0 AND {name}::text ~ %s FOR UPDATE"
    ).format(name=sql.Identifier(column.name), place=column.place)
    found = driver.execute(statement, (f"({first},0)", f"({first + BLOCKS},0)", _pattern(older))).fetchall()
    update = sql.SQL("UPDATE {} SET {} = %s::{} WHERE ctid = %s").format(
        column.place, sql.Identifier(column.name), sql.SQL(column.type)
    )
    done = 0
    for place, text in found:
        try:
            with driver.transaction():
                done += driver.execute(update, (_anew(text, seals, version), place)).rowcount
        except psycopg.errors.UniqueViolation:
            # The same number stands beside it under the new key already; whoever asks finds it by either form.
            continue
    return done


def _anew(text: str, seals: Seals, version: int) -> str:
    def sealed(found: re.Match[str]) -> str:
        if int(found[1]) >= version or int(found[1]) not in seals.versions:
            return found[0]
        return seals.seal_text(opened(seals, found[0]), version)

    return _TOKEN.sub(sealed, text)


def is_done(unit: Unit, version: int) -> bool:
    """Tell whether all texts were sealed anew under a version."""
    found = unit.driver.execute("SELECT 1 FROM hub.number_key WHERE version >= %s", (version,)).fetchone()
    return found is not None


def note_done(unit: Unit, version: int) -> None:
    """Note that they were."""
    unit.driver.execute(
        "INSERT INTO hub.number_key (version, texts_done_at) VALUES (%s, now())"
        " ON CONFLICT (version) DO UPDATE SET texts_done_at = now()",
        (version,),
    )
