"""The SQL of row flags: raise them with a case, lower them with it, read those of one resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.rows.flagging.tables import row_flag

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from hub.database import Unit


def flags_of(unit: Unit, entry_id: uuid.UUID) -> Mapping[int, frozenset[str]]:
    """Return the doubted items of a resource by ``_row``; empty where no case is open."""
    found: dict[int, set[str]] = {}
    for row, item in unit.connection.execute(
        sa.select(row_flag.c.row, row_flag.c.item).where(row_flag.c.entry_id == entry_id)
    ):
        found.setdefault(row, set()).add(item)
    return {row: frozenset(items) for row, items in found.items()}


def raise_flags(
    unit: Unit, entry_id: uuid.UUID, row: int, items: Iterable[str], correction_id: uuid.UUID, since: datetime
) -> None:
    """Mark items of a row as under verification by a case; what is marked already stays as it is."""
    rows = [
        {"entry_id": entry_id, "row": row, "item": item, "correction_id": correction_id, "since": since}
        for item in items
    ]
    if rows:
        unit.connection.execute(
            insert(row_flag)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["entry_id", "row", "item", "correction_id"])
        )


def lower_flags(unit: Unit, correction_id: uuid.UUID) -> int:
    """Take the marks of a closed case away; returns how many there were."""
    return unit.connection.execute(row_flag.delete().where(row_flag.c.correction_id == correction_id)).rowcount
