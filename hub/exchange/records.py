"""Requests, their lines and grants as plain values (政务数据共享条例 Art. 20-22)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from policies.facts import GrantFacts, GrantStatus, Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime


class RequestState(StrEnum):
    """Where a request stands; users' words of the interface guide d5."""

    SUBMITTED = "submitted"
    """Waits for the consent of the requester's head (Art. 20)."""
    OPEN = "open"
    """With the provider; clocks run (Art. 21)."""
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class LineState(StrEnum):
    """Where one item of a request stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    NARROWED = "narrowed"
    """Returned for narrowing (R16): no refusal of the item, the requester may ask for the lesser form."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Line:
    """One item asked for. ``item`` None: the line names information that is not in the directory."""

    id: uuid.UUID
    position: int
    item: str | None
    description: str
    asked: Treatment
    state: LineState
    treatment: Treatment | None
    due_on: date | None
    answer: Mapping[str, object] | None
    decided_by: uuid.UUID | None
    decided_at: datetime | None
    receipt_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """One request to one provider for items of one entry, with its lines."""

    id: uuid.UUID
    number: int
    member_id: uuid.UUID
    system_id: uuid.UUID
    provider_id: uuid.UUID
    entry_id: uuid.UUID
    made_by: uuid.UUID
    consented_by: uuid.UUID | None
    purpose: str
    scenario: str
    legal_basis: str
    case_pattern: str | None
    valid_from: datetime
    valid_until: datetime
    state: RequestState
    created_at: datetime
    submitted_at: datetime | None
    lines: tuple[Line, ...]

    @property
    def label(self) -> str:
        """The number people use, for example A-000012."""
        return f"A-{self.number:06d}"


@dataclass(frozen=True, slots=True)
class Grant:
    """The stored permission (授权) of one system for items of one entry."""

    id: uuid.UUID
    version: int
    request_id: uuid.UUID
    system_id: uuid.UUID
    member_id: uuid.UUID
    provider_id: uuid.UUID
    entry_id: uuid.UUID
    items: Mapping[str, Treatment]
    purposes: tuple[str, ...]
    legal_basis: str
    cites_law_and_assessment: bool
    case_pattern: str | None
    row_filter: tuple[object, ...]
    valid_from: datetime
    valid_until: datetime
    status: GrantStatus

    def facts(self) -> GrantFacts:
        """Return the values the decision is made from."""
        return GrantFacts(
            id=str(self.id),
            version=self.version,
            system_id=str(self.system_id),
            member_id=str(self.member_id),
            resource_id=str(self.entry_id),
            items=self.items,
            purposes=frozenset(self.purposes),
            legal_basis=self.legal_basis,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            status=self.status,
            case_pattern=self.case_pattern,
            row_filter=self.row_filter,
            cites_law_and_assessment=self.cites_law_and_assessment,
            exact_match=frozenset(
                column for column, treatment in self.items.items() if treatment is Treatment.VERIFY_ONLY
            ),
        )
