"""The outbox: what happened to a resource, written in the very transaction in which it happened.

Each event has the resource's next number, so that events of one resource are in one order for every reader and a
missing one is seen. An event holds ids and counts; whoever is told of it fetches the rows under his own grant,
when the decision is made anew. Zhengzhou Art. 19 (supply, kept current); 政务数据共享条例 Art. 25, 27.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit


class EventType(StrEnum):
    """What a subscriber can be told of; the ``type`` of a CloudEvent is this after ``shutong.``."""

    DATA_CHANGED = "data.changed"
    """A push became a version of the resource."""
    GRANT_CHANGED = "grant.changed"
    """The grant was made, narrowed, suspended, resumed or withdrawn."""
    CORRECTION_REPORTED = "correction.reported"
    """A record is disputed; it is served flagged meanwhile."""
    CORRECTION_ANSWERED = "correction.answered"
    """The dispute is decided: holders of copies correct them."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a resource; ``facts`` are ids (text) and counts, never a value of a row.

    ``grant_id`` addresses it to the holder of one grant; None is for every subscriber.
    """

    entry_id: uuid.UUID
    type: EventType
    at: datetime
    facts: Mapping[str, int | str] = field(default_factory=dict)
    grant_id: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def emit(unit: Unit, event: Event) -> int:
    """Write an event in the caller's transaction and return its number.

    The number is taken under a lock of the resource's counter that lasts until the transaction ends, so numbers
    become visible in their order: emit last, when the rest of the work is done.
    """
    row = unit.driver.execute(
        "INSERT INTO hub.outbox_head AS head (entry_id, number) VALUES (%s, 1)"
        " ON CONFLICT (entry_id) DO UPDATE SET number = head.number + 1 RETURNING number",
        (event.entry_id,),
    ).fetchone()
    number = int(row[0]) if row is not None else 0
    unit.driver.execute(
        "INSERT INTO hub.outbox (entry_id, number, id, type, at, grant_id, facts) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (event.entry_id, number, event.id, event.type.value, event.at, event.grant_id, Jsonb(dict(event.facts))),
    )
    return number


def head(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return the number of the resource's last event; 0 before the first."""
    row = unit.driver.execute("SELECT number FROM hub.outbox_head WHERE entry_id = %s", (entry_id,)).fetchone()
    return 0 if row is None else int(row[0])


def prune(unit: Unit, before: datetime, limit: int = 10_000) -> int:
    """Forget events older than ``before`` that every active webhook has dealt with; returns how many went."""
    return unit.driver.execute(
        "DELETE FROM hub.outbox o USING (SELECT entry_id, number FROM hub.outbox e WHERE e.at < %s AND NOT EXISTS"
        " (SELECT 1 FROM hub.webhook w WHERE w.entry_id = e.entry_id AND w.status = 'active' AND w.done < e.number)"
        " LIMIT %s) old WHERE o.entry_id = old.entry_id AND o.number = old.number",
        (before, limit),
    ).rowcount
