"""The claims of one subject with their sources: what each said, when it happened, when it was loaded and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue.tables import entry
from hub.identity.tables import member
from hub.registers.golden_store import UNRANKED
from hub.registers.tables import SUBJECTS, register_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row of one source says or said; ``closed_at`` None: it still does.

    ``entry_name`` and ``provider`` name the resource and the department, ``push`` the version that said so.
    """

    id: int
    subject: int
    source: int
    entry_name: str
    provider: str
    row: int
    push: int
    event_at: datetime
    loaded_at: datetime
    closed_push: int | None
    closed_at: datetime | None
    values: Mapping[str, str] = field(repr=False)
    ranks: Mapping[str, int] = field(repr=False)

    def rank_of(self, element: str) -> int:
        """Return the authority of the source for an element; 1 owns the fact."""
        return self.ranks.get(element, UNRANKED)

    def was_known(self, at: datetime | None) -> bool:
        """Whether the claim stood by what was loaded at a time (None: by all that is loaded)."""
        if at is None:
            return self.closed_at is None
        return self.loaded_at <= at and (self.closed_at is None or self.closed_at > at)


def claims(unit: Unit, code: str, subject: int) -> list[Claim]:
    """Return all claims of a subject, also the closed ones, in the order in which they were loaded."""
    table = SUBJECTS[code].claim
    rows = unit.connection.execute(
        sa.select(
            table.c.id,
            table.c.subject,
            table.c.source,
            entry.c.name.label("entry_name"),
            sa.func.coalesce(member.c.name, "").label("provider"),
            table.c.row,
            table.c.push,
            table.c.event_at,
            table.c.loaded_at,
            table.c.closed_push,
            table.c.closed_at,
            table.c["values"],
            register_source.c.ranks,
        )
        .join(register_source, register_source.c.id == table.c.source)
        .join(entry, entry.c.id == register_source.c.entry_id)
        .outerjoin(member, member.c.id == entry.c.provider_id)
        .where(table.c.subject == subject)
        .order_by(table.c.id)
    )
    return [Claim(**row._mapping) for row in rows]
