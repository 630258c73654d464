"""SQL of the differencing guard: what was told before, and by how many rows another question differs from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from hub.ledger.drafts import uuid7
from hub.rows.compiler import row_filter_sql
from hub.rows.conditions import Sql, condition
from hub.rows.parsing import parse_where

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    import psycopg

    from hub.rows.tables import RowTable
    from policies.decision import Permit

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

ALL_ROWS = "all"
"""The digest that stands for no condition."""


@dataclass(frozen=True, slots=True)
class Released:
    """One question answered before: at which version, under which condition (None: all rows)."""

    version: int
    digest: str
    condition: object


async def lock(driver: AsyncDriver, entry_id: uuid.UUID, requester: str) -> None:
    """Let the questions of one requester about one resource be answered one after the other."""
    await driver.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 28))", (f"{entry_id} {requester}",), prepare=False
    )


async def released(driver: AsyncDriver, entry_id: uuid.UUID, requester: str) -> tuple[Released, ...]:
    """Return what was told before, newest version first."""
    cursor = await driver.execute(
        "SELECT version, condition_digest, condition FROM hub.aggregate_release"
        " WHERE entry_id = %s AND requester = %s ORDER BY version DESC, at",
        (entry_id, requester),
    )
    return tuple(Released(*row) for row in await cursor.fetchall())


async def remember(driver: AsyncDriver, entry_id: uuid.UUID, requester: str, told: Released, at: datetime) -> None:
    """Note a question as answered; once for each version and condition."""
    await driver.execute(
        "INSERT INTO hub.aggregate_release (id, entry_id, requester, version, condition_digest, condition, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (entry_id, requester, version, condition_digest) DO NOTHING",
        (uuid7(), entry_id, requester, told.version, told.digest, Jsonb(told.condition), at),
    )


async def changed_between(driver: AsyncDriver, table: RowTable, older: int, newer: int) -> int:
    """Return how many rows were written or closed after one version, up to another."""
    name = table.entry_id.hex
    row = await (
        await driver.execute(
            f"SELECT (SELECT count(*) FROM data.r_{name} WHERE _push > %s AND _push <= %s)"  # noqa: S608 - hex digits
            f" + (SELECT count(*) FROM data.h_{name} WHERE (_push > %s AND _push <= %s)"
            " OR (_until > %s AND _until <= %s AND _push <= %s))",
            (older, newer, older, newer, older, newer, older),
        )
    ).fetchone()
    return int(row[0]) if row is not None else 0


async def difference(driver: AsyncDriver, table: RowTable, permit: Permit, first: object, second: object) -> int:
    """Return how many current rows of the permit fall under one condition and not under the other."""
    narrowed = row_filter_sql(table, permit)
    built = Sql()
    built.add(f"SELECT count(*) FROM data.r_{table.entry_id.hex} t WHERE")  # noqa: S608 - hex digits
    for number, document in enumerate((first, second)):
        built.add("coalesce((" if not number else "<> coalesce((")
        built.extend(_condition(table, document))
        built.add("), false)")
    if narrowed.text:
        built.add("AND")
        built.extend(narrowed)
    row = await (await driver.execute(built.statement(), built.bound())).fetchone()
    return int(row[0]) if row is not None else 0


def _condition(table: RowTable, document: object) -> Sql:
    built = Sql()
    if document is None:
        built.add("true")
        return built
    # Both were allowed when they were asked; here they are only counted, and the number is told to nobody.
    return condition(table, parse_where(document), lambda _node, _required: True)
