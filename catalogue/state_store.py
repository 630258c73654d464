"""Counters by which every process sees that what it keeps in memory of the directory has become old."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue.tables import DIRECTORY, directory_state

if TYPE_CHECKING:
    from catalogue.store import InTransaction


def count(unit: InTransaction, what: int = DIRECTORY) -> None:
    """Count a change: what was kept under the number before is old once this transaction commits.

    The counter's row is held until the end of the transaction, so writers of one kind follow one another.
    """
    statement = insert(directory_state).values(id=what, revision=1)
    unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[directory_state.c.id], set_={"revision": directory_state.c.revision + 1}
        )
    )


def revision(unit: InTransaction) -> int:
    """Return how often the directory has changed: what was made of it under another number may be old."""
    query = sa.select(directory_state.c.revision).where(directory_state.c.id == DIRECTORY)
    return unit.connection.execute(query).scalar_one_or_none() or 0


def is_quiet() -> sa.ColumnElement[bool]:
    """Return the condition that a transaction has written nothing: what it reads will not be undone."""
    return sa.func.pg_current_xact_id_if_assigned().is_(None)
