"""The only SQL of what rests on exemption records: grants of the item, refused lines, counters to publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue.tables import exemption
from hub.directory.claims.tables import exemption_return
from hub.exchange.tables import grant, request, request_line

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line refused on a record: whose request it is, so that it can be asked again."""

    line_id: uuid.UUID
    request_id: uuid.UUID
    number: int
    member_id: uuid.UUID
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class GivenItem:
    """A grant that gives the item of a record in some form."""

    grant_id: uuid.UUID
    member_id: uuid.UUID
    treatment: str
    status: str


def refused_lines(unit: Unit, exemption_id: uuid.UUID) -> tuple[RefusedLine, ...]:
    """Return the refusals that rest on a record, the oldest first."""
    query = (
        sa.select(request_line.c.id, request.c.id, request.c.number, request.c.member_id, request_line.c.decided_at)
        .select_from(request_line.join(request, request.c.id == request_line.c.request_id))
        .where(request_line.c.state == "refused", request_line.c.answer["exemption"].astext == str(exemption_id))
        .order_by(request.c.number, request_line.c.position)
    )
    return tuple(RefusedLine(*row) for row in unit.connection.execute(query))


def grants_with(unit: Unit, entry_id: uuid.UUID, item: str) -> tuple[GivenItem, ...]:
    """Return the grants on an entry that give an item, withdrawn ones left out."""
    form = grant.columns["items"][item].astext
    query = (
        sa.select(grant.c.id, grant.c.member_id, form, grant.c.status)
        .where(grant.c.entry_id == entry_id, grant.columns["items"].has_key(item), grant.c.status != "revoked")
        .order_by(grant.c.id)
    )
    return tuple(GivenItem(*row) for row in unit.connection.execute(query))


def asks_for(unit: Unit, line_id: uuid.UUID, entry_id: uuid.UUID | None, item: str | None) -> bool:
    """Return whether a line of a request is about an item of an entry."""
    query = (
        sa.select(sa.literal(1))
        .select_from(request_line.join(request, request.c.id == request_line.c.request_id))
        .where(request_line.c.id == line_id, request_line.c.item == item, request.c.entry_id == entry_id)
    )
    return unit.connection.execute(query).one_or_none() is not None


def refusals_by_ground(unit: Unit) -> dict[str, int]:
    """Return how many lines stand refused on each ground."""
    ground = request_line.c.answer["ground"].astext
    query = sa.select(ground, sa.func.count()).where(request_line.c.state == "refused").group_by(ground)
    return {row[0]: row[1] for row in unit.connection.execute(query) if row[0] is not None}


def refusals_past_review(unit: Unit) -> int:
    """Return how many refused lines rest on a record that is back in review."""
    in_review = sa.select(sa.cast(exemption_return.c.exemption_id, sa.Text)).where(
        exemption_return.c.settled_on.is_(None)
    )
    query = (
        sa.select(sa.func.count())
        .select_from(request_line)
        .where(request_line.c.state == "refused", request_line.c.answer["exemption"].astext.in_(in_review))
    )
    found: int = unit.connection.execute(query).scalar_one()
    return found


def records_by_ground(unit: Unit) -> dict[str, int]:
    """Return how many decided records there are on each ground."""
    query = (
        sa.select(exemption.c.ground, sa.func.count())
        .where(exemption.c.status == "decided")
        .group_by(exemption.c.ground)
    )
    return {row[0]: row[1] for row in unit.connection.execute(query)}
