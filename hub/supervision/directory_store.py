"""The only SQL of the directory's clocks: which versions are under work without their clock, which clocks are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue.tables import entry, entry_event, entry_version
from hub.exchange.timing.tables import clock

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection
    from datetime import datetime

    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class UnderWork:
    """A version under work: of which entry and provider, and since when it is where it is."""

    entry_id: uuid.UUID
    name: str
    title: str
    provider_id: uuid.UUID
    jurisdiction: str
    since: datetime


def without_clock(
    unit: Unit, kind: str, states: Collection[str], steps: Collection[str], *, only_changes: bool
) -> tuple[UnderWork, ...]:
    """Return the versions in one of the states that have no running clock of the kind.

    ``since`` is the last of the steps that brought a version there, or its first edit. ``only_changes`` leaves out
    entries that were never published: what is not in the directory yet is no change of it.
    """
    events = sa.select(sa.func.max(entry_event.c.at)).where(
        entry_event.c.entry_id == entry.c.id, entry_event.c.version == entry_version.c.number
    )
    came = events.where(entry_event.c.step.in_(steps)).scalar_subquery()
    running = sa.exists().where(clock.c.case_kind == kind, clock.c.case_id == entry.c.id, clock.c.stopped_on.is_(None))
    query = (
        sa.select(
            entry.c.id,
            entry.c.name,
            entry.c.title,
            entry.c.provider_id,
            entry.c.jurisdiction,
            sa.func.coalesce(came, _first_edit()).label("since"),
        )
        .join(entry_version, sa.and_(entry_version.c.entry_id == entry.c.id, _is_draft()))
        .where(entry_version.c.state.in_(states), ~running)
        .order_by(entry.c.id)
    )
    if only_changes:
        query = query.where(entry.c.published_version.is_not(None), entry.c.withdrawn_at.is_(None))
    return tuple(UnderWork(*row) for row in unit.connection.execute(query))


def done(unit: Unit, kind: str, states: Collection[str]) -> tuple[uuid.UUID, ...]:
    """Return the entries with a running clock of the kind whose version under work has left the states."""
    stays = (
        sa.exists()
        .where(entry.c.id == clock.c.case_id)
        .where(entry_version.c.entry_id == entry.c.id, _is_draft(), entry_version.c.state.in_(states))
    )
    query = sa.select(clock.c.case_id).where(clock.c.case_kind == kind, clock.c.stopped_on.is_(None), ~stays)
    return tuple(unit.connection.execute(query.order_by(clock.c.case_id)).scalars())


def _is_draft() -> sa.ColumnElement[bool]:
    return entry_version.c.number == entry.c.draft_version


def _first_edit() -> sa.ScalarSelect[datetime]:
    first = sa.select(sa.func.min(entry_event.c.at)).where(
        entry_event.c.entry_id == entry.c.id, entry_event.c.version == entry_version.c.number
    )
    return first.scalar_subquery()
