"""Requests, their lines and grants as plain values (政务数据共享条例 Art. 20-22)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from policies.facts import FIRST_MODES, GrantFacts, GrantStatus, Mode, Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime

    from policies.hours import Hours


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
    cart_line: uuid.UUID | None = None
    """The line of the application this one was made from."""


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """One request to one provider for items of one entry, with its lines.

    ``entry_id`` is the provider's own id where every line names information outside the directory
    (:func:`hub.directory.facts.load_resource` reads it so). ``application_id`` names the application (申请车)
    the request is a part of, ``replaces`` the part whose place it takes after an edit. ``modes`` empty: made
    before modes were asked for. ``people`` are posts or staff ids of who will use the data, ``retention_days``
    how long the user keeps what it received, ``row_filter`` as in :class:`Grant`.
    """

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
    modes: frozenset[Mode] = frozenset()
    people: tuple[str, ...] = ()
    retention_days: int | None = None
    row_filter: tuple[object, ...] = ()
    application_id: uuid.UUID | None = None
    replaces: uuid.UUID | None = None

    @property
    def label(self) -> str:
        """The number people use, for example A-000012."""
        return f"A-{self.number:06d}"

    @property
    def is_outside(self) -> bool:
        """Whether every line names information that the directory does not list."""
        return self.entry_id == self.provider_id

    @property
    def has_provider_decision(self) -> bool:
        """Whether a person of the provider has decided a line; what the rule granted has no decider."""
        return any(line.decided_by is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Grant:
    """The stored permission (授权) of one system for items of one entry.

    ``modes`` are the ways of delivery, ``hours`` when it may be used (None: always). ``quota_*`` are limits per day
    in the city (None: no limit): calls, rows given, distinct subjects. ``retention_days`` is how long what was
    received may be kept, ``deletion_due`` the last day by which its destruction must be reported (政务数据共享条例
    Art. 29). ``people`` are the staff the requester named. ``stop_ground`` and ``stop_reason`` say why it rests.
    """

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
    modes: frozenset[Mode] = FIRST_MODES
    hours: Hours | None = None
    quota_calls: int | None = None
    quota_rows: int | None = None
    quota_subjects: int | None = None
    retention_days: int | None = None
    deletion_due: date | None = None
    people: tuple[str, ...] = ()
    stop_ground: str | None = None
    stop_reason: str | None = None

    @property
    def quotas(self) -> dict[str, int]:
        """The limits per day that are set, by ``calls``, ``rows`` and ``subjects``."""
        limits = {"calls": self.quota_calls, "rows": self.quota_rows, "subjects": self.quota_subjects}
        return {name: limit for name, limit in limits.items() if limit is not None}

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
            quotas=self.quotas,
            modes=self.modes,
            hours=self.hours,
        )
