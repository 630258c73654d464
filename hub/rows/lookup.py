"""One record by its key, for verification inside the hub: the values are compared here and told to nobody.

Found only by equality on items the permit lets be matched; only items given in full, masked or for verification
are read. Zhengzhou Art. 20; 政府信息公开条例 Art. 37 (the narrowest form first).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from hub.rows.compiler import row_filter_sql
from hub.rows.conditions import Sql, equality, quoted
from hub.rows.errors import NotQueryableError, PermitMismatchError, QueryTimeoutError
from hub.rows.sealed import opened_rows
from policies.facts import Action, Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.rows.sealed import Seals
    from hub.rows.tables import RowTable
    from policies.decision import Permit

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

LOOKUP_ACTIONS = frozenset({Action.VERIFY, Action.MATCH})
VERSION = b"SELECT version FROM hub.row_set WHERE entry_id = %s"
COMPARABLE = frozenset({Treatment.FULL, Treatment.MASKED, Treatment.VERIFY_ONLY})


@dataclass(frozen=True, slots=True)
class Lookup:
    """A lookup ready to run; its rows hold the values of ``columns``, then the version."""

    entry_id: uuid.UUID
    columns: tuple[str, ...]
    statement: bytes
    parameters: tuple[object, ...]
    sealed: tuple[tuple[int, Seals], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands under the key: ``values`` by column, None where there is no record or more than one.

    ``version`` is the number of the push the record stands at; the values are kept out of ``repr`` and logs.
    """

    values: Mapping[str, object] | None = field(repr=False)
    is_ambiguous: bool
    version: int


def compile_lookup(permit: Permit, table: RowTable, key: Mapping[str, object], columns: tuple[str, ...]) -> Lookup:
    """Return the statement that reads ``columns`` of the record with this key.

    Raises:
        PermitMismatchError: the permit is for another resource, or not for verification.
        NotQueryableError: an item of the key may not be matched, or a column not be compared.
        OperandError: a value of the key is not of its item's type.
        RowFilterError: the grant's row filter cannot be carried out.

    """
    if permit.resource_id != str(table.entry_id) or permit.action not in LOOKUP_ACTIONS:
        raise PermitMismatchError
    if not key or not set(key) <= (permit.matchable | permit.queryable) & table.by_column.keys():
        raise NotQueryableError("key")
    if not columns or any(
        name not in table.by_column or permit.treatment_of(name) not in COMPARABLE for name in columns
    ):
        raise NotQueryableError("claims")
    built = Sql(["SELECT " + ", ".join(map(quoted, columns)) + ","])
    built.add("(SELECT version FROM hub.row_set WHERE entry_id = %s)", table.entry_id)
    built.add(f"FROM data.r_{table.entry_id.hex} WHERE true")
    for column, value in key.items():
        built.add("AND")
        built.extend(equality(table, table.by_column[column], value, column))
    narrowed = row_filter_sql(table, permit)
    if narrowed.text:
        built.add("AND")
        built.extend(narrowed)
    built.add("LIMIT 2")
    sealed = tuple((place, seals) for place, name in enumerate(columns) if (seals := table.seals_of(name)) is not None)
    return Lookup(table.entry_id, columns, built.statement(), built.bound(), sealed)


async def run_lookup(connection: AsyncDriver, lookup: Lookup) -> Found:
    """Run a lookup on an async connection in autocommit (prepared).

    Raises:
        QueryTimeoutError: the statement timeout of the connection struck.

    """
    try:
        rows = await (await connection.execute(lookup.statement, lookup.parameters, prepare=True)).fetchall()
    except psycopg.errors.QueryCanceled:
        raise QueryTimeoutError from None
    except psycopg.errors.UndefinedTable:
        rows = []
    if rows:
        version = int(rows[0][-1])
    else:
        found = await connection.execute(VERSION, (lookup.entry_id,), prepare=True)
        row = await found.fetchone()
        version = 0 if row is None else int(row[0])
    if len(rows) != 1:
        return Found(None, len(rows) > 1, version)
    (record,) = opened_rows(rows, lookup.sealed)
    return Found(dict(zip(lookup.columns, record[:-1], strict=True)), is_ambiguous=False, version=version)
