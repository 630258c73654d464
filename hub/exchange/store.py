"""The only SQL of requests, lines and grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.exchange import tables
from hub.exchange.records import Grant, Line, LineState, RequestState, ShareRequest
from policies.facts import GrantStatus, Mode, Treatment
from policies.hours import read_hours

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import date

    from hub.database import Unit


def _line(row: sa.Row[Any]) -> Line:
    return Line(
        id=row.id,
        position=row.position,
        item=row.item,
        description=row.description,
        asked=Treatment(row.asked),
        state=LineState(row.state),
        treatment=Treatment(row.treatment) if row.treatment else None,
        due_on=row.due_on,
        answer=row.answer,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        receipt_id=row.receipt_id,
        cart_line=row.cart_line,
    )


def _request(row: sa.Row[Any], lines: Sequence[Line]) -> ShareRequest:
    return ShareRequest(
        id=row.id,
        number=row.number,
        member_id=row.member_id,
        system_id=row.system_id,
        provider_id=row.provider_id,
        entry_id=row.entry_id,
        made_by=row.made_by,
        consented_by=row.consented_by,
        purpose=row.purpose,
        scenario=row.scenario,
        legal_basis=row.legal_basis,
        case_pattern=row.case_pattern,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        state=RequestState(row.state),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        lines=tuple(lines),
        modes=frozenset(Mode(mode) for mode in row.modes),
        people=tuple(row.people),
        retention_days=row.retention_days,
        row_filter=tuple(row.row_filter or ()),
        application_id=row.application_id,
        replaces=row.replaces,
    )


def _grant(row: sa.Row[Any]) -> Grant:
    return Grant(
        id=row.id,
        version=row.version,
        request_id=row.request_id,
        system_id=row.system_id,
        member_id=row.member_id,
        provider_id=row.provider_id,
        entry_id=row.entry_id,
        items={column: Treatment(value) for column, value in row.items.items()},
        purposes=tuple(row.purposes),
        legal_basis=row.legal_basis,
        cites_law_and_assessment=row.cites_law_and_assessment,
        case_pattern=row.case_pattern,
        row_filter=tuple(row.row_filter or ()),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        status=GrantStatus(row.status),
        modes=frozenset(Mode(mode) for mode in row.modes),
        hours=read_hours(row.hours) if row.hours is not None else None,
        quota_calls=row.quota_calls,
        quota_rows=row.quota_rows,
        quota_subjects=row.quota_subjects,
        retention_days=row.retention_days,
        deletion_due=row.deletion_due,
        people=tuple(row.people),
        stop_ground=row.stop_ground,
        stop_reason=row.stop_reason,
    )


def insert_request(unit: Unit, request: ShareRequest) -> int:
    """Store a request with its lines; returns its number."""
    values: dict[str, object] = {
        column.name: getattr(request, column.name) for column in tables.request.columns if column.name != "number"
    }
    values |= request_columns(request)
    number: int = unit.connection.execute(
        tables.request.insert().values(**values).returning(tables.request.c.number)
    ).scalar_one()
    insert_lines(unit, request.id, request.lines)
    return number


def request_columns(request: ShareRequest) -> dict[str, object]:
    """Return those values of a request that a table holds in another form."""
    return {
        "state": request.state.value,
        "modes": sorted(mode.value for mode in request.modes),
        "people": list(request.people),
        "row_filter": list(request.row_filter) or None,
    }


def insert_lines(unit: Unit, request_id: uuid.UUID, lines: Sequence[Line]) -> None:
    """Store lines of a request."""
    unit.connection.execute(
        tables.request_line.insert(),
        [
            {
                "id": line.id,
                "request_id": request_id,
                "position": line.position,
                "item": line.item,
                "description": line.description,
                "asked": line.asked.value,
                "state": line.state.value,
                "due_on": line.due_on,
                "cart_line": line.cart_line,
            }
            for line in lines
        ],
    )


def find_request(unit: Unit, request_id: uuid.UUID, *, lock: bool = False) -> ShareRequest | None:
    """Return a request with its lines in order; ``lock`` holds it until the transaction ends."""
    query = sa.select(tables.request).where(tables.request.c.id == request_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    lines = unit.connection.execute(
        sa.select(tables.request_line)
        .where(tables.request_line.c.request_id == request_id)
        .order_by(tables.request_line.c.position)
    )
    return _request(row, [_line(line) for line in lines])


def parts_of(unit: Unit, application_id: uuid.UUID, *, lock: bool = False) -> tuple[ShareRequest, ...]:
    """Return the requests an application was split into, in order of their numbers.

    ``lock`` holds all of them until the transaction ends; taken in one order, two callers never wait in a ring.
    """
    query = (
        sa.select(tables.request)
        .where(tables.request.c.application_id == application_id)
        .order_by(tables.request.c.number)
    )
    rows = unit.connection.execute(query.with_for_update() if lock else query).all()
    return _with_lines(unit, rows)


def list_requests(  # noqa: PLR0913 - each narrows the list
    unit: Unit,
    *,
    requester: uuid.UUID | None = None,
    provider: uuid.UUID | None = None,
    state: RequestState | None = None,
    due_before: date | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[tuple[ShareRequest, ...], int]:
    """Return one page of requests, the most urgent first, and how many there are in all.

    ``due_before`` keeps those with a line that waits and was due before that day.
    """
    conditions: list[sa.ColumnElement[bool]] = []
    if requester is not None:
        conditions.append(tables.request.c.member_id == requester)
    if provider is not None:
        # What still waits for the requester's own head is nothing to the provider yet (政务数据共享条例 Art. 20).
        conditions += [
            tables.request.c.provider_id == provider,
            tables.request.c.state != RequestState.SUBMITTED.value,
        ]
    if state is not None:
        conditions.append(tables.request.c.state == state.value)
    if due_before is not None:
        late = sa.select(tables.request_line.c.request_id).where(
            tables.request_line.c.state == LineState.WAITING.value, tables.request_line.c.due_on < due_before
        )
        conditions.append(tables.request.c.id.in_(late))
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(tables.request).where(*conditions)
    ).scalar_one()
    due = (
        sa.select(sa.func.min(tables.request_line.c.due_on))
        .where(
            tables.request_line.c.request_id == tables.request.c.id,
            tables.request_line.c.state == LineState.WAITING.value,
        )
        .scalar_subquery()
    )
    rows = unit.connection.execute(
        sa.select(tables.request)
        .where(*conditions)
        .order_by(due.asc().nulls_last(), tables.request.c.number.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return _with_lines(unit, rows), total


def _with_lines(unit: Unit, rows: Sequence[sa.Row[Any]]) -> tuple[ShareRequest, ...]:
    """Return requests with their lines in order."""
    lines: dict[uuid.UUID, list[Line]] = {row.id: [] for row in rows}
    for line in unit.connection.execute(
        sa.select(tables.request_line)
        .where(tables.request_line.c.request_id.in_(list(lines)))
        .order_by(tables.request_line.c.position)
    ):
        lines[line.request_id].append(_line(line))
    return tuple(_request(row, lines[row.id]) for row in rows)


def request_of_line(unit: Unit, line_id: uuid.UUID) -> uuid.UUID | None:
    """Return the request a line belongs to."""
    query = sa.select(tables.request_line.c.request_id).where(tables.request_line.c.id == line_id)
    found: uuid.UUID | None = unit.connection.execute(query).scalar_one_or_none()
    return found


def update_request(unit: Unit, request_id: uuid.UUID, **values: object) -> None:
    """Change columns of a request."""
    unit.connection.execute(tables.request.update().where(tables.request.c.id == request_id).values(**values))


def update_line(unit: Unit, line_id: uuid.UUID, **values: object) -> None:
    """Change columns of a line."""
    unit.connection.execute(tables.request_line.update().where(tables.request_line.c.id == line_id).values(**values))


_FIXED_OF_A_GRANT = frozenset(
    {"id", "request_id", "system_id", "member_id", "provider_id", "entry_id", "purposes", "legal_basis", "valid_from"}
)
"""What no new version of a grant changes: parties, purpose and basis; another of these is another request."""


def save_grant(unit: Unit, grant: Grant) -> None:
    """Insert a grant, or replace what a new version of it changes."""
    values: dict[str, object] = {
        "id": grant.id,
        "version": grant.version,
        "request_id": grant.request_id,
        "system_id": grant.system_id,
        "member_id": grant.member_id,
        "provider_id": grant.provider_id,
        "entry_id": grant.entry_id,
        "items": {column: treatment.value for column, treatment in grant.items.items()},
        "purposes": list(grant.purposes),
        "legal_basis": grant.legal_basis,
        "cites_law_and_assessment": grant.cites_law_and_assessment,
        "case_pattern": grant.case_pattern,
        "row_filter": list(grant.row_filter) or None,
        "valid_from": grant.valid_from,
        "valid_until": grant.valid_until,
        "status": grant.status.value,
        "changed_at": sa.func.now(),
        "modes": sorted(mode.value for mode in grant.modes),
        "hours": grant.hours.record() if grant.hours is not None else None,
        "quota_calls": grant.quota_calls,
        "quota_rows": grant.quota_rows,
        "quota_subjects": grant.quota_subjects,
        "retention_days": grant.retention_days,
        "deletion_due": grant.deletion_due,
        "people": list(grant.people),
        "stop_ground": grant.stop_ground,
        "stop_reason": grant.stop_reason,
    }
    statement = sa.dialects.postgresql.insert(tables.grant).values(**values)
    changed = {key: statement.excluded[key] for key in values if key not in _FIXED_OF_A_GRANT}
    unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[tables.grant.c.id], set_={**changed, "changed_at": sa.func.now()}
        )
    )


def grant_of_request(unit: Unit, request_id: uuid.UUID) -> Grant | None:
    """Return the grant that came of a request, if any item was granted."""
    row = unit.connection.execute(sa.select(tables.grant).where(tables.grant.c.request_id == request_id)).one_or_none()
    return _grant(row) if row is not None else None


def find_grant(unit: Unit, grant_id: uuid.UUID, *, lock: bool = False) -> Grant | None:
    """Return one grant."""
    query = sa.select(tables.grant).where(tables.grant.c.id == grant_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _grant(row) if row is not None else None


def grants_for(unit: Unit, system_id: uuid.UUID, entry_id: uuid.UUID) -> tuple[Grant, ...]:
    """Return the grants of a system on an entry, the newest first."""
    rows = unit.connection.execute(
        sa.select(tables.grant)
        .where(tables.grant.c.system_id == system_id, tables.grant.c.entry_id == entry_id)
        .order_by(tables.grant.c.valid_until.desc(), tables.grant.c.id)
    )
    return tuple(_grant(row) for row in rows)


def list_grants(
    unit: Unit,
    *,
    member: uuid.UUID | None = None,
    provider: uuid.UUID | None = None,
    entry: uuid.UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[tuple[Grant, ...], int]:
    """Return one page of grants and how many there are in all."""
    conditions: list[sa.ColumnElement[bool]] = []
    if member is not None:
        conditions.append(tables.grant.c.member_id == member)
    if provider is not None:
        conditions.append(tables.grant.c.provider_id == provider)
    if entry is not None:
        conditions.append(tables.grant.c.entry_id == entry)
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(tables.grant).where(*conditions)
    ).scalar_one()
    rows = unit.connection.execute(
        sa.select(tables.grant)
        .where(*conditions)
        .order_by(tables.grant.c.valid_until.desc(), tables.grant.c.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple(_grant(row) for row in rows), total
