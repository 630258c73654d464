"""Splitting an application: one request for each entry (or provider, outside the directory) and each system.

A grant belongs to one system and one entry, so that is what a part is for. All parts share purpose, basis, cases,
modes, people and retention, and name the application they come from. Pure but for what :class:`Scope` reads.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.exchange.cart.scope import legal_basis_text
from hub.exchange.records import Line, LineState, RequestState, ShareRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hub.directory.facts import Resource
    from hub.exchange.cart.records import Application, CartLine, Content
    from hub.exchange.cart.scope import Scope
    from policies.facts import Treatment

Key = tuple[uuid.UUID, uuid.UUID]
"""What a part is for: entry (or provider, outside the directory), system."""
Head = tuple[object, ...]
HEAD_FIELDS = ("purpose", "scenario", "legal_basis", "case_pattern", "modes", "people", "retention_days")
"""What a part says beside its lines, its period and its filter."""
TEXT_FIELDS = (*HEAD_FIELDS, "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom parts are made: the application, who submits it, and its period (aware UTC)."""

    application: Application
    staff_id: uuid.UUID
    valid_from: datetime
    valid_until: datetime


def key_of(request: ShareRequest) -> Key:
    """Return what a part is for."""
    return request.entry_id, request.system_id


def head_of(request: ShareRequest) -> Head:
    """Return what a part says beside lines, period and filter, to compare two."""
    return tuple(getattr(request, name) for name in HEAD_FIELDS)


def new_line(line: CartLine, position: int) -> Line:
    """Return a request line that waits, made from a line of the application."""
    description = "" if line.item is not None else line.description.strip()
    return _waiting(line.id, position, line.item, description, line.form)


def lesser_line(line: Line, position: int, form: Treatment) -> Line:
    """Return a request line for the same thing in a lesser form."""
    return _waiting(line.cart_line, position, line.item, line.description, form)


def _waiting(cart_line: uuid.UUID | None, position: int, item: str | None, description: str, form: Treatment) -> Line:
    return Line(
        id=uuid.uuid4(),
        position=position,
        item=item,
        description=description,
        asked=form,
        state=LineState.WAITING,
        treatment=None,
        due_on=None,
        answer=None,
        decided_by=None,
        decided_at=None,
        receipt_id=None,
        cart_line=cart_line,
    )


def split(scope: Scope, content: Content, asker: Asker) -> tuple[ShareRequest, ...]:
    """Return the parts of a complete application (see ``checking.faults_of``), in the order of its lines."""
    groups: dict[uuid.UUID, tuple[Resource, list[CartLine]]] = {}
    for line in content.lines:
        resource = scope.holder(line)
        if resource is not None:
            groups.setdefault(resource.id, (resource, []))[1].append(line)
    return tuple(
        _part(scope, content, asker, resource, lines, system)
        for resource, lines in groups.values()
        for system in dict.fromkeys(content.systems)
    )


def _part(
    scope: Scope, content: Content, asker: Asker, resource: Resource, lines: Iterable[CartLine], system: uuid.UUID
) -> ShareRequest:
    narrowed = content.row_filters.get(resource.name)
    return ShareRequest(
        id=uuid.uuid4(),
        number=0,
        member_id=asker.application.member_id,
        system_id=system,
        provider_id=resource.provider_id,
        entry_id=resource.id,
        made_by=asker.staff_id,
        consented_by=None,
        purpose=content.purpose.strip(),
        scenario=content.scenario.strip(),
        legal_basis=legal_basis_text(scope.known_bases, content),
        case_pattern=content.cases,
        valid_from=asker.valid_from,
        valid_until=asker.valid_until,
        state=RequestState.SUBMITTED,
        created_at=scope.now,
        submitted_at=None,
        lines=tuple(new_line(line, position) for position, line in enumerate(lines, start=1)),
        modes=content.modes,
        people=tuple(one.strip() for one in content.people if one.strip()),
        retention_days=content.retention_days,
        row_filter=(narrowed,) if narrowed is not None else (),
        application_id=asker.application.id,
    )
