"""The only SQL of the changes and notes around a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from hub.registers.divisions import tables
from hub.registers.divisions.store import change_of, note_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.divisions_model import Change, Note
    from hub.database import Unit

_CHANGE, _NOTE = tables.division_change, tables.division_note


def changes_from(unit: Unit, codes: Sequence[str]) -> list[Change]:
    """Return what became of codes, in order of time."""
    asked = sa.select(_CHANGE).where(_CHANGE.c.old.in_(codes)).order_by(_CHANGE.c.on, _CHANGE.c.id)
    return [change_of(row) for row in unit.connection.execute(asked).mappings()]


def changes_with(unit: Unit, code: str) -> list[Change]:
    """Return the changes a code took part in, as what was or as what became of it."""
    asked = sa.select(_CHANGE).where(sa.or_(_CHANGE.c.old == code, _CHANGE.c.new == code))
    rows = unit.connection.execute(asked.order_by(_CHANGE.c.on, _CHANGE.c.id)).mappings()
    return [change_of(row) for row in rows]


def notes_of(unit: Unit, codes: Sequence[str]) -> list[Note]:
    """Return what is to be told of codes, the oldest first."""
    asked = sa.select(_NOTE).where(_NOTE.c.code.in_(codes)).order_by(_NOTE.c.on, _NOTE.c.id)
    return [note_of(row) for row in unit.connection.execute(asked).mappings()]
