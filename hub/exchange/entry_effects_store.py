"""The only SQL of what rests on an entry: grants, subscriptions, requests under way, applications under work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.exchange.cart.tables import application
from hub.exchange.subscriptions.tables import subscription
from hub.exchange.tables import grant, request, request_line

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit

_WITHDRAWN = "revoked"


@dataclass(frozen=True, slots=True)
class RestingRow:
    """One thing that rests on an entry: its id, whose it is, the items it names (empty: the whole entry)."""

    id: uuid.UUID
    member_id: uuid.UUID
    columns: tuple[str, ...]
    detail: str = ""


def grants_on(unit: Unit, entry_id: uuid.UUID, now: datetime) -> tuple[RestingRow, ...]:
    """Return the grants on an entry that are neither revoked nor over."""
    query = (
        sa.select(grant.c.id, grant.c.member_id, grant.columns["items"], grant.c.status)
        .where(grant.c.entry_id == entry_id, grant.c.status != _WITHDRAWN, grant.c.valid_until > now)
        .order_by(grant.c.id)
    )
    return tuple(RestingRow(row[0], row[1], tuple(sorted(row[2])), row[3]) for row in unit.connection.execute(query))


def subscriptions_on(unit: Unit, entry_id: uuid.UUID) -> tuple[RestingRow, ...]:
    """Return the live subscriptions of an entry."""
    query = (
        sa.select(subscription.c.id, subscription.c.member_id, subscription.c.purpose)
        .where(subscription.c.entry_id == entry_id, subscription.c.ended_at.is_(None))
        .order_by(subscription.c.id)
    )
    return tuple(RestingRow(row[0], row[1], (), row[2]) for row in unit.connection.execute(query))


def requests_on(unit: Unit, entry_id: uuid.UUID) -> tuple[RestingRow, ...]:
    """Return the requests for an entry that wait for an answer, each with the items that do."""
    waiting = sa.func.array_agg(request_line.c.item).filter(request_line.c.item.is_not(None))
    query = (
        sa.select(request.c.id, request.c.member_id, waiting, request.c.number)
        .select_from(request.join(request_line, request_line.c.request_id == request.c.id))
        .where(
            request.c.entry_id == entry_id,
            request.c.state.in_(("submitted", "open")),
            request_line.c.state == "waiting",
        )
        .group_by(request.c.id)
        .order_by(request.c.number)
    )
    rows = unit.connection.execute(query)
    return tuple(RestingRow(row[0], row[1], tuple(sorted(set(row[2] or ()))), f"A-{row[3]:06d}") for row in rows)


def applications_on(unit: Unit, name: str) -> tuple[RestingRow, ...]:
    """Return the applications under work that name an entry, each with the items it names."""
    query = (
        sa.select(application.c.id, application.c.member_id, application.c.content["lines"], application.c.number)
        .where(application.c.state == "draft", application.c.content.contains({"lines": [{"entry": name}]}))
        .order_by(application.c.number)
    )
    found = []
    for row in unit.connection.execute(query):
        lines: list[dict[str, Any]] = row[2]
        columns = {line["item"] for line in lines if line.get("entry") == name and line.get("item")}
        found.append(RestingRow(row[0], row[1], tuple(sorted(columns)), str(row[3])))
    return tuple(found)
