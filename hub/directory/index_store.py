"""The index of the directory kept equal to what is published and to the data the entries stand at (Zhengzhou Art. 18).

Called in the transaction of publication and withdrawal. The sweep finds what an older version of the program
published, or indexed in an older way, and makes it anew in small transactions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from catalogue.finding_index import BATCH, index_entries, note_data, outdated
from hub.rounds import Sweep

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection
    from datetime import datetime

    from hub.context import Context
    from hub.database import Database, Unit

_LATEST: Final = sa.text(
    "SELECT DISTINCT ON (entry_id) entry_id, merged_at, (counts->>'rows')::bigint AS rows FROM hub.push"
    " WHERE entry_id = ANY(:ids) AND number IS NOT NULL AND merged_at IS NOT NULL ORDER BY entry_id, number DESC"
).bindparams(sa.bindparam("ids", type_=ARRAY(UUID(as_uuid=True))))


def refresh(unit: Unit, ids: Collection[uuid.UUID]) -> None:
    """Make the index of these entries equal to what is in force, with the data they stand at."""
    index_entries(unit, ids)
    for row in unit.connection.execute(_LATEST, {"ids": list(ids)}):
        at: datetime = row.merged_at
        note_data(unit, row.entry_id, at, row.rows)


def sweep(context: Context, database: Database) -> int:
    """Index what is published and not in the index, or indexed in an older way; return how many entries."""
    del context
    done = 0
    while True:
        with database.begin(statement_timeout_seconds=0) as unit:
            ids = outdated(unit, BATCH)
            refresh(unit, ids)
        done += len(ids)
        if len(ids) < BATCH:
            return done


INDEX: Final = Sweep("directory-index", 20.0, sweep)
