"""A push whose shapes moved against their earlier version as web maps move them: GCJ-02 or BD-09, and refused.

Names and declarations can be missing or wrong; the same keys at places shifted by some hundred metres, all in the
direction the published approximation gives, cannot (:func:`catalogue.coordinates.shifted_system`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from catalogue.coordinates import shifted_system
from hub.push.errors import CoordinateShiftError
from hub.rows.shape_changes import moved

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.rows.tables import RowTable


def refuse_shift(unit: Unit, table: RowTable, number: int) -> None:
    """Compare the rows that version ``number`` changed with what they were; call it before the version is kept.

    Raises:
        CoordinateShiftError: most of them moved as GCJ-02 or BD-09 moves them.
    """
    for column in table.shapes:
        pairs = moved(unit, table, column, number)
        if not pairs:
            continue
        places = np.array(pairs, dtype=np.float64)
        found = shifted_system((places[:, 0, 0], places[:, 0, 1]), (places[:, 1, 0], places[:, 1, 1]))
        if found is not None:
            raise CoordinateShiftError(found.value, table.by_column[column].name)
