"""How the stored rows of a resource are sealed, and sealing on the way in: always all of them under one key.

``row_set.sealed_with`` is the version of the key (0: nothing is sealed yet), ``sealed_columns`` the columns it is
used on. A push seals as the rows that stand are sealed, so that keys meet; both change together with all rows and all
history in one transaction under the lock pushes take (:mod:`hub.rows.rotation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from hub.rows.sealed import forms, opened

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    import psycopg

    from hub.database import Unit
    from hub.rows.sealed import Seals
    from hub.rows.tables import RowTable

    Driver = psycopg.Connection[tuple[Any, ...]]

_STATE = "SELECT sealed_with, sealed_columns FROM hub.row_set WHERE entry_id = %s"


@dataclass(frozen=True, slots=True)
class Sealing:
    """How rows are sealed: the key's version (0: not at all) and the columns."""

    seals: Seals | None
    version: int
    columns: frozenset[str]

    def frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return accepted rows as they are stored."""
        seals, wanted = self.seals, [name for name in frame.columns if name in self.columns]
        if seals is None or not self.version or not wanted:
            return frame
        return frame.with_columns(
            pl.Series(name, seals.seal_texts(frame[name].to_list(), self.version), dtype=pl.String) for name in wanted
        )

    def value(self, column: str, value: object) -> object:
        """Return one value of a column as it is stored."""
        if self.seals is None or not self.version or column not in self.columns or not isinstance(value, str):
            return value
        return self.seals.seal_text(value, self.version)


def sealing_of(driver: Driver, table: RowTable) -> Sealing:
    """Return how the stored rows of a resource are sealed; hold its lock, or one snapshot, while it is relied on.

    Raises:
        ValueError: rows are sealed and the table was made without the seals: that is a fault of the caller.

    """
    found = driver.execute(_STATE, (table.entry_id,)).fetchone()
    version, columns = (0, []) if found is None else (int(found[0]), found[1])
    if version and columns and table.seals is None:
        raise ValueError("the rows of this resource are sealed: give RowTable the seals")
    return Sealing(table.seals, version, frozenset(columns))


def begin(driver: Driver, table: RowTable) -> None:
    """Settle how the rows of a resource without any will be sealed: under the newest key."""
    if table.seals is not None:
        driver.execute(
            "UPDATE hub.row_set SET sealed_with = %s, sealed_columns = %s, seal_due = false WHERE entry_id = %s",
            (table.seals.version, sorted(table.number_columns), table.entry_id),
        )


def stored_sealed(unit: Unit, entry_id: uuid.UUID) -> frozenset[str]:
    """Return the columns whose stored values are sealed, those among them whose item no longer says so."""
    found = unit.driver.execute(_STATE, (entry_id,)).fetchone()
    return frozenset() if found is None else frozenset(found[1])


def stored_forms(table: RowTable, column: str, values: Iterable[str]) -> list[tuple[int, str]]:
    """Return for many values each text it can be stored as, with the place of the value."""
    seals = table.seals if column in table.sealed else None
    if seals is None:
        return list(enumerate(values))
    return [(place, form) for place, value in enumerate(values) for form in forms(seals, value)]


def opened_frame(table: RowTable, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of stored texts as they were pushed."""
    seals, wanted = table.seals, [name for name in frame.columns if name in table.sealed]
    if seals is None or not wanted:
        return frame
    return frame.with_columns(
        pl.Series(name, [opened(seals, text) for text in frame[name].to_list()], dtype=pl.String) for name in wanted
    )
