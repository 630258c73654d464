"""The only SQL of the codes of entries by scheme: every code an entry ever had leads to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from catalogue.store import InTransaction


@dataclass(frozen=True, slots=True)
class EntryCode:
    """One code of an entry; ``replaced_by`` is the code of the same scheme that followed, None for one in force."""

    scheme: str
    code: str
    issued_at: datetime
    replaced_by: str | None = None


def add_code(unit: InTransaction, entry_id: uuid.UUID, code: EntryCode) -> None:
    """Store a code; the code in force of the same scheme, if there is one, is linked to it."""
    unit.connection.execute(
        tables.entry_code.update()
        .where(
            tables.entry_code.c.entry_id == entry_id,
            tables.entry_code.c.scheme == code.scheme,
            tables.entry_code.c.replaced_by.is_(None),
        )
        .values(replaced_by=code.code, replaced_at=code.issued_at)
    )
    unit.connection.execute(
        tables.entry_code.insert().values(
            scheme=code.scheme, code=code.code, entry_id=entry_id, issued_at=code.issued_at
        )
    )


def codes_of(unit: InTransaction, entry_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[EntryCode, ...]]:
    """Return every code of each entry, by scheme, the oldest first."""
    table = tables.entry_code
    query = (
        sa.select(table.c.entry_id, table.c.scheme, table.c.code, table.c.issued_at, table.c.replaced_by)
        .where(table.c.entry_id.in_(list(entry_ids)))
        .order_by(table.c.scheme, table.c.issued_at, table.c.code)
    )
    found: dict[uuid.UUID, list[EntryCode]] = defaultdict(list)
    for entry_id, *values in unit.connection.execute(query):
        found[entry_id].append(EntryCode(*values))
    return {entry_id: tuple(codes) for entry_id, codes in found.items()}


def entries_of_code(unit: InTransaction, code: str) -> tuple[uuid.UUID, ...]:
    """Return the entries a code of any scheme was given to; more than one where two schemes write alike."""
    table = tables.entry_code
    query = sa.select(table.c.entry_id).where(table.c.code == code).distinct().order_by(table.c.entry_id)
    return tuple(unit.connection.execute(query).scalars())


def is_taken(unit: InTransaction, scheme: str, code: str) -> bool:
    """Whether a code of a scheme was ever given."""
    table = tables.entry_code
    query = sa.select(sa.literal(1)).where(table.c.scheme == scheme, table.c.code == code)
    return unit.connection.execute(query).one_or_none() is not None
