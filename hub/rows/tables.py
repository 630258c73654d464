"""Typed tables of the rows departments push: DDL generated from an entry's items (schema ``data``).

``data.r_<entry>`` holds the current rows, ``data.h_<entry>`` the closed ones; a row carries ``_row``
(its lasting, citable number), ``_push`` (the version that wrote it), ``_line`` (the line of that push's file it
came from; null where no file had one) and, closed, ``_until`` (the first version without it). ``_sum_a``, ``_sum_b``
are the row checksum of :mod:`hub.rows.sums`; in history they are null where an older release closed the row.
Zhengzhou Art. 19 (supply). Identifiers come only from validated column names, never from a request.

Indexes, built after the first load because that is several times cheaper than keeping them during it:
the key (unique), ``_row`` (unique; the default order and the tail of every keyset), and ``(item, _row)``
for each item with a code list or an identifier check, up to :data:`MAX_ITEM_INDEXES`. Other items
can be filtered too, by scanning. Text is ``COLLATE "C"``: same order everywhere, prefix search by index.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.item import DataType, Item
from catalogue.shapes import is_shape
from catalogue.tables import AWARE, metadata
from hub.rows.errors import ColumnNameError, SchemaChangeError
from hub.rows.sealed import holds_number
from hub.rows.shapes import box_column

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    import psycopg

    from hub.database import Unit
    from hub.rows.sealed import Seals

COLUMN = re.compile(r"[a-z][a-z0-9_]{0,58}")
MAX_ITEM_INDEXES = 8
INDEXED_CHECKS = frozenset({"citizen_id", "organisation_code", "division_code"})
# The longest integer that surely fits a bigint has 18 digits (2**63 is a number of 19).
BIGINT_DIGITS = 18

# Type letters of the national guide (codes/catalogue_data_type.csv). Numbers and money stay exact. F is kept
# wider than the guide's REAL, so that no digit is lost. T is local (Beijing) time without a zone, as files
# state it. G travels as text (base64), but for shapes
# (:mod:`hub.rows.shapes`): these are bytes, with their box beside them.
_SQL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        DataType.TEXT.value: "text",
        DataType.NUMBER.value: "numeric",
        DataType.CURRENCY.value: "numeric",
        DataType.DATE.value: "date",
        DataType.DATETIME.value: "timestamp without time zone",
        DataType.BOOLEAN.value: "boolean",
        DataType.MEMO.value: "text",
        DataType.GENERAL.value: "text",
        DataType.DOUBLE.value: "double precision",
        DataType.INTEGER.value: "bigint",
        DataType.FLOAT.value: "double precision",
    }
)
_NUMBER = DataType.NUMBER.value

row_set = sa.Table(
    "row_set",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, comment="number of the last merged push; 0 before the first"),
    sa.Column("row_count", sa.BigInteger, nullable=False, comment="current rows"),
    sa.Column("next_row", sa.BigInteger, nullable=False, comment="the next _row to give"),
    sa.Column("key_columns", ARRAY(sa.Text), nullable=False),
    sa.Column("indexed", sa.Boolean, nullable=False, comment="false until the first load has built the indexes"),
    sa.Column("items_indexed", sa.Boolean, nullable=False, comment="whether the coded items have their indexes"),
    sa.Column("changed_at", AWARE, nullable=False, server_default=sa.func.now()),
    sa.Column("sealed_with", sa.Integer, nullable=False, server_default="0", comment="version of the key; 0: none yet"),
    sa.Column("sealed_columns", ARRAY(sa.Text), nullable=False, server_default="{}", comment="columns that are sealed"),
    sa.Column("seal_due", sa.Boolean, nullable=False, server_default=sa.true(), comment="whether columns wait for it"),
    comment="one line a resource: where its data tables stand",
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, comment="from 1 without a gap for each resource"),
    sa.Column("id", UUID(as_uuid=True), nullable=False, unique=True, comment="id of the event, at every attempt"),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", AWARE, nullable=False),
    sa.Column("grant_id", UUID(as_uuid=True), comment="for the holder of this grant alone; null: for every subscriber"),
    sa.Column("facts", JSONB, nullable=False, comment="ids and counts; never a value of a row"),
    sa.Index("ix_outbox_at", "at"),
    comment="what happened to a resource, in the transaction in which it happened",
)

outbox_head = sa.Table(
    "outbox_head",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False, comment="number of the last event"),
)

feed_index = sa.Table(
    "feed_index",
    metadata,
    sa.Column("entry_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("asked_at", AWARE, nullable=False),
    sa.Column("built_at", AWARE, comment="null until the rows have an index by change number"),
    comment="resources whose changes are followed",
)


@dataclass(frozen=True)
class RowTable:
    """The data tables of one entry: ``items`` in order, ``key`` the columns that identify a row.

    An empty key means that a row is identified by its whole content: it can only be pushed in full, each row once.
    ``seals`` seal and open the identity numbers; None where values of rows are neither read nor written.
    ``was_sealed`` are columns sealed by what items said before.
    """

    entry_id: uuid.UUID
    items: tuple[Item, ...]
    key: tuple[str, ...]
    seals: Seals | None = field(default=None, compare=False, repr=False)
    was_sealed: frozenset[str] = field(default=frozenset(), compare=False)

    def __post_init__(self) -> None:
        """Refuse any name that is not a plain identifier (threat 26), and a key outside the items."""
        seen: set[str] = set()
        for position, item in enumerate(self.items, 1):
            if COLUMN.fullmatch(item.column) is None or item.column in seen:
                raise ColumnNameError(position)
            seen.add(item.column)
        if not set(self.key) <= seen:
            raise ColumnNameError(0)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of the items, in order."""
        return tuple(item.column for item in self.items)

    @cached_property
    def by_column(self) -> dict[str, Item]:
        """Items by their column."""
        return {item.column: item for item in self.items}

    @cached_property
    def current(self) -> sql.Identifier:
        """``data.r_<32 hex digits of the entry id>``."""
        return sql.Identifier("data", f"r_{self.entry_id.hex}")

    @cached_property
    def history(self) -> sql.Identifier:
        """``data.h_<32 hex digits of the entry id>``."""
        return sql.Identifier("data", f"h_{self.entry_id.hex}")

    @cached_property
    def match(self) -> tuple[str, ...]:
        """Columns that identify a row in SQL: the key, or the checksum where there is no key."""
        return self.key or ("_sum_a", "_sum_b")

    @cached_property
    def shapes(self) -> tuple[str, ...]:
        """Columns that hold shapes."""
        return tuple(item.column for item in self.items if is_shape(item))

    @cached_property
    def number_columns(self) -> frozenset[str]:
        """Columns that hold identity numbers by what their items say."""
        return frozenset(item.column for item in self.items if holds_number(item))

    @cached_property
    def sealed(self) -> frozenset[str]:
        """Columns whose values are sealed; once sealed, a column stays so. Empty without the seals."""
        if self.seals is None:
            return frozenset()
        return self.number_columns | (self.was_sealed & self.by_column.keys())

    def seals_of(self, column: str) -> Seals | None:
        """Return what opens the values of a column; None where they are not sealed."""
        return self.seals if column in self.sealed else None

    @cached_property
    def indexed_items(self) -> tuple[str, ...]:
        """Columns with an index ``(item, _row)``, the sole key column left out because it has its own."""
        wanted = (
            item.column
            for item in self.items
            if (item.code_list is not None or item.check in INDEXED_CHECKS) and (item.column,) != self.key
        )
        return tuple(wanted)[:MAX_ITEM_INDEXES]


@dataclass(frozen=True, slots=True)
class RowState:
    """Where the tables of one resource stand: a row of ``hub.row_set``."""

    version: int
    row_count: int
    next_row: int
    indexed: bool
    items_indexed: bool


def holds_integer(item: Item) -> bool:
    """Tell whether a numeric item is whole and fits a bigint (scale 0 and at most 18 digits)."""
    return item.scale == 0 and item.length is not None and item.length <= BIGINT_DIGITS


def sql_type(item: Item) -> str:
    """Return the SQL type of an item: by its letter, whole numbers that surely fit as bigint."""
    if item.type is DataType.GENERAL and is_shape(item):
        return "bytea"
    letter = str(item.type)  # every answer asks for each column: a plain text is found much faster than a member
    return "bigint" if letter == _NUMBER and holds_integer(item) else _SQL_TYPES[letter]


def _declaration(item: Item, key: tuple[str, ...]) -> sql.Composable:
    kind = sql_type(item)
    collate = ' COLLATE "C"' if kind == "text" else ""
    required = " NOT NULL" if item.column in key else ""
    return sql.SQL("{} {}").format(sql.Identifier(item.column), sql.SQL(kind + collate + required))


def _declarations(item: Item, key: tuple[str, ...]) -> list[sql.Composable]:
    """Return the column of an item, and the box beside it where it is a shape."""
    declared = [_declaration(item, key)]
    if is_shape(item):
        box = sql.SQL("{} box GENERATED ALWAYS AS (hub.shape_box({})) STORED")
        declared.append(box.format(sql.Identifier(box_column(item.column)), sql.Identifier(item.column)))
    return declared


def _create(table: RowTable) -> sql.Composed:
    # The unindexed history of a resource that never changes costs nothing, so both come at once.
    items = sql.SQL(", ").join(part for item in table.items for part in _declarations(item, table.key))
    h = table.entry_id.hex
    return sql.SQL(
        "CREATE TABLE {current} (_row bigint NOT NULL, _push bigint NOT NULL, _line bigint,"
        " _sum_a bigint NOT NULL, _sum_b bigint NOT NULL, {items});"
        "CREATE TABLE {history} (_row bigint NOT NULL, _push bigint NOT NULL, _until bigint NOT NULL, _line bigint,"
        " _sum_a bigint, _sum_b bigint, {items});"
        "CREATE INDEX {by_row} ON {history} (_row);"
        "CREATE INDEX {by_until} ON {history} (_until)"
    ).format(
        current=table.current,
        history=table.history,
        items=items,
        by_row=sql.Identifier(f"h_{h}_row"),
        by_until=sql.Identifier(f"h_{h}_until"),
    )


def _item_suffix(column: str) -> str:
    # A column may have 59 characters and a name 63, so the index is named by a short digest of it.
    return "i_" + hashlib.sha256(column.encode()).hexdigest()[:8]


def key_indexes(table: RowTable) -> list[sql.Composed]:
    """Return the statements of the two indexes no resource is without; building them stops writers, not readers."""
    return [
        sql.SQL("CREATE UNIQUE INDEX {} ON {} ({})").format(
            sql.Identifier(f"r_{table.entry_id.hex}_{suffix}"),
            table.current,
            sql.SQL(", ").join(map(sql.Identifier, columns)),
        )
        for suffix, columns in (("key", table.match), ("row", ("_row",)))
    ]


def item_indexes(table: RowTable) -> list[sql.Composed]:
    """Return the statements of the indexes of coded items and of boxes; those that exist already do nothing."""
    coded = [
        sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({}, _row)").format(
            sql.Identifier(f"r_{table.entry_id.hex}_{_item_suffix(column)}"), table.current, sql.Identifier(column)
        )
        for column in table.indexed_items
    ]
    boxes = [
        sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} USING gist ({})").format(
            sql.Identifier(f"r_{table.entry_id.hex}_{_item_suffix(box_column(column))}"),
            table.current,
            sql.Identifier(box_column(column)),
        )
        for column in table.shapes
    ]
    return coded + boxes


def finish_load(unit: Unit, table: RowTable) -> None:
    """Build what is due after a large first load, in a transaction of its own: without it answers are only slower."""
    index_items(unit, table)
    unit.driver.execute(sql.SQL("ANALYZE {}").format(table.current))


def index_items(unit: Unit, table: RowTable) -> None:
    """Build the indexes of coded items; does nothing when they exist."""
    lock(unit, table.entry_id)
    for statement in item_indexes(table):
        unit.driver.execute(statement)
    unit.driver.execute("UPDATE hub.row_set SET items_indexed = true WHERE entry_id = %s", (table.entry_id,))


def lock(unit: Unit, entry_id: uuid.UUID) -> None:
    """Wait until no other push to this resource is under way, and keep others out until the transaction ends."""
    unit.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"rows:{entry_id}",))


def state(unit: Unit, entry_id: uuid.UUID) -> RowState:
    """Return where the tables stand; version 0 where the entry has none yet."""
    found = unit.driver.execute(
        "SELECT version, row_count, next_row, indexed, items_indexed FROM hub.row_set WHERE entry_id = %s", (entry_id,)
    ).fetchone()
    if found is None:
        return RowState(0, 0, 1, indexed=False, items_indexed=False)
    version, rows, next_row = (int(str(value)) for value in found[:3])
    return RowState(version, rows, next_row, indexed=bool(found[3]), items_indexed=bool(found[4]))


def ensure(unit: Unit, table: RowTable) -> bool:
    """Create the tables, or add the columns a new entry version brings; True when they were created.

    Adding a column locks out readers until the transaction ends: call this in the short one that publishes the version.

    Raises:
        SchemaChangeError: an item changed its SQL type, or the key changed.
    """
    lock(unit, table.entry_id)
    driver = unit.driver
    known = driver.execute("SELECT key_columns FROM hub.row_set WHERE entry_id = %s", (table.entry_id,)).fetchone()
    if known is not None:
        if known[0] != list(table.key):
            raise SchemaChangeError(", ".join(table.key) or "-", "key", "key")
        _evolve(driver, table)
        return False
    driver.execute("CREATE SCHEMA IF NOT EXISTS data")
    driver.execute(_create(table))
    driver.execute(
        "INSERT INTO hub.row_set (entry_id, version, row_count, next_row, key_columns, indexed, items_indexed)"
        " VALUES (%s, 0, 0, 1, %s, false, false)",
        (table.entry_id, list(table.key)),
    )
    return True


def _stored_types(driver: psycopg.Connection[tuple[Any, ...]], table: RowTable) -> dict[str, str]:
    found = driver.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        (f"data.r_{table.entry_id.hex}",),
    )
    return {str(name): str(kind) for name, kind in found}


def stored_columns(driver: psycopg.Connection[tuple[Any, ...]], table: RowTable) -> tuple[str, ...]:
    """Return the item columns that exist in the database, those of items that have left the entry among them."""
    return tuple(name for name in _stored_types(driver, table) if not name.startswith("_"))


def line_column(driver: psycopg.Connection[tuple[Any, ...]], table: RowTable) -> sql.Composable:
    """Return the column of lines, or null in a table made before they were kept."""
    return sql.Identifier("_line") if "_line" in _stored_types(driver, table) else sql.SQL("NULL::bigint AS _line")


def _evolve(driver: psycopg.Connection[tuple[Any, ...]], table: RowTable) -> None:
    """Add what is new. Items that left the entry keep their column: earlier versions still show it."""
    stored = _stored_types(driver, table)
    if "_line" not in stored:
        # Tables made before lines were kept: their rows have none until a push writes them anew.
        driver.execute(sql.SQL("ALTER TABLE {} ADD COLUMN _line bigint").format(table.current))
        driver.execute(
            sql.SQL(
                "ALTER TABLE {} ADD COLUMN IF NOT EXISTS _line bigint, ADD COLUMN IF NOT EXISTS _sum_a bigint,"
                " ADD COLUMN IF NOT EXISTS _sum_b bigint"
            ).format(table.history)
        )
    for item in table.items:
        kind = sql_type(item)
        if item.column in stored:
            if stored[item.column] != kind:
                raise SchemaChangeError(item.column, stored[item.column], kind)
            continue
        add = sql.SQL("ALTER TABLE {} ADD COLUMN {}")
        for name in (table.current, table.history):
            for declared in _declarations(item, ()):
                driver.execute(add.format(name, declared))
    driver.execute(
        "UPDATE hub.row_set SET seal_due = true WHERE entry_id = %s AND NOT sealed_columns @> %s",
        (table.entry_id, sorted(table.number_columns)),
    )
    if {*table.indexed_items, *table.shapes} - stored.keys():
        # The next push, or index_items(), builds what is missing.
        driver.execute("UPDATE hub.row_set SET items_indexed = false WHERE entry_id = %s", (table.entry_id,))
