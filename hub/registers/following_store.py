"""Reads subjects in the order in which they changed, for the feed of a register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql

from hub.registers.tables import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Changed:
    """A subject as it stands; empty values: no source says anything of it any more."""

    id: int
    changed: int
    values: Mapping[str, str] = field(repr=False)
    doubted: frozenset[str]


_LAST: Final = "SELECT coalesce(max(number), 0) FROM hub.register_change WHERE register = %s"
_PAGE: Final[Mapping[str, bytes]] = {
    name: sql.SQL(
        "SELECT id, changed, values, doubted FROM hub.{} WHERE (changed, id) > (%s, %s) AND changed <= %s"
        " AND NOT is_protected ORDER BY changed, id LIMIT %s"
    )
    .format(sql.Identifier(tables.subject.name))
    .as_bytes(None)
    for name, tables in SUBJECTS.items()
}


async def changed(driver: Driver, code: str, place: tuple[int, int], limit: int) -> tuple[list[Changed], int]:
    """Return subjects after a place (number, id), and the register's last number, read first so that none is lost."""
    row = await (await driver.execute(_LAST, (code,), prepare=True)).fetchone()
    last = 0 if row is None else int(row[0])
    rows = await driver.execute(_PAGE[code], (*place, last, limit), prepare=True)
    return [Changed(one[0], one[1], one[2], frozenset(one[3])) for one in await rows.fetchall()], last
