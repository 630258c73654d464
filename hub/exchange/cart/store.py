"""The only SQL of applications, of added legal bases and use cases, and of how providers answered before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.exchange import tables as exchange_tables
from hub.exchange.cart import tables
from hub.exchange.cart.records import Application, ApplicationState, read_content

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime

    from hub.database import Unit

Library = Literal["legal_basis", "request_template"]
_APPLICATION = tables.application.c
_LIBRARIES: Mapping[str, sa.Table] = {
    "legal_basis": tables.legal_basis,
    "request_template": tables.request_template,
}
LOOKED_AT = 500
"""How many of a provider's latest answers its record is told from."""


def _application(row: sa.Row[Any]) -> Application:
    values = dict(row._mapping)
    return Application(
        **{**values, "state": ApplicationState(values["state"]), "content": read_content(values["content"])}
    )


def _values(application: Application) -> dict[str, object]:
    names = [column.name for column in tables.application.columns if column.name != "number"]
    values = {name: getattr(application, name) for name in names}
    return {**values, "state": application.state.value, "content": application.content.as_json()}


def insert_application(unit: Unit, application: Application) -> int:
    """Store a new application; returns its number."""
    statement = tables.application.insert().values(**_values(application)).returning(_APPLICATION.number)
    number: int = unit.connection.execute(statement).scalar_one()
    return number


def save_application(unit: Unit, application: Application) -> None:
    """Store what changed; the row is held by the caller."""
    unit.connection.execute(
        tables.application.update().where(_APPLICATION.id == application.id).values(**_values(application))
    )


def find_application(unit: Unit, application_id: uuid.UUID, *, lock: bool = False) -> Application | None:
    """Return an application; ``lock`` holds it until the transaction ends."""
    query = sa.select(tables.application).where(_APPLICATION.id == application_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _application(row) if row is not None else None


def list_applications(
    unit: Unit, member_id: uuid.UUID, *, state: ApplicationState | None = None, limit: int = 50, offset: int = 0
) -> tuple[tuple[Application, ...], int]:
    """Return one page of a member's applications, the latest change first, and how many there are in all."""
    conditions = [_APPLICATION.member_id == member_id]
    if state is not None:
        conditions.append(_APPLICATION.state == state.value)
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(tables.application).where(*conditions)
    ).scalar_one()
    rows = unit.connection.execute(
        sa.select(tables.application)
        .where(*conditions)
        .order_by(_APPLICATION.changed_at.desc(), _APPLICATION.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(_application(row) for row in rows), total


def added(unit: Unit, library: Library) -> dict[str, Mapping[str, Any]]:
    """Return what the city added to a library, by id."""
    table = _LIBRARIES[library]
    rows = unit.connection.execute(sa.select(table.c.id, table.c.body).order_by(table.c.added_at, table.c.id))
    return {row.id: row.body for row in rows}


def add(unit: Unit, library: Library, key: str, body: Mapping[str, Any], *, by: uuid.UUID, at: datetime) -> bool:
    """Add to a library; False when the id is taken."""
    table = _LIBRARIES[library]
    statement = insert(table).values(id=key, body=dict(body), added_by=by, added_at=at)
    statement = statement.on_conflict_do_nothing(index_elements=[table.c.id])
    return unit.connection.execute(statement.returning(table.c.id)).scalar_one_or_none() is not None


def answered_lines(
    unit: Unit, provider_id: uuid.UUID, today: date
) -> tuple[tuple[datetime, datetime | None, date], ...]:
    """Return (received, answered, due) of a provider's latest lines that a person answered or that are overdue."""
    request, line = exchange_tables.request.c, exchange_tables.request_line.c
    is_answered = sa.and_(line.decided_by.is_not(None), line.decided_at.is_not(None))
    is_late = sa.and_(line.state == "waiting", line.due_on < today)
    rows = unit.connection.execute(
        sa.select(request.submitted_at, line.decided_at, line.due_on)
        .select_from(exchange_tables.request_line.join(exchange_tables.request, request.id == line.request_id))
        .where(
            request.provider_id == provider_id,
            request.submitted_at.is_not(None),
            line.due_on.is_not(None),
            sa.or_(is_answered, is_late),
        )
        .order_by(request.submitted_at.desc())
        .limit(LOOKED_AT)
    )
    return tuple((row.submitted_at, row.decided_at, row.due_on) for row in rows)
