"""What falls due by itself: indexes of feeds that are asked for, old events that every webhook has dealt with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hub.rounds import Sweep
from hub.rows import feed_index, outbox

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database

KEPT: Final = timedelta(days=90)
"""Events are kept so long, for gaps and for sending again; the feed itself goes back to the first version."""
SWEEP_SECONDS: Final = 10.0


def sweep(context: Context, database: Database) -> int:
    """Build one index that is asked for, and forget events past their time; returns how many things were done."""
    done = 0
    with database.begin() as unit:
        entry_id = feed_index.next_due(unit)
    if entry_id is not None:
        with database.begin(statement_timeout_seconds=0) as unit:
            feed_index.build(unit, entry_id, context.now())
        done += 1
    with database.begin() as unit:
        done += outbox.prune(unit, context.now() - KEPT)
    return done


DELIVERY: Final = Sweep("delivery", SWEEP_SECONDS, sweep)
