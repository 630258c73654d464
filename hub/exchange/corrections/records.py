"""Corrections as plain values: the case, its reports, its states (政务数据共享条例 Art. 26; 个人信息保护法 Art. 46).

States of the interface guide d5 (已报/核查中/已更正/维持/转他方) and two more: answered as wrong, the change still to
come by the next push; taken back by everybody who had reported it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime

CASE_KIND: Final = "correction"
"""What clocks, notices and receipts call the case."""
SHARE_CLOCK: Final = "share.correct"
OWN_CLOCK: Final = "product.own_record"
SEAL_REPORT: Final = "correction.report"
SEAL_EVIDENCE: Final = "correction.evidence"


class State(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    INVESTIGATING = "investigating"
    AWAITING_PUSH = "awaiting_push"
    """Found wrong; the record itself is not changed yet, so the clock goes on and the flag stays."""
    CORRECTED = "corrected"
    RIGHT = "right"
    FORWARDED = "forwarded"
    """Another organ is the source; a case of its own runs there, the flag stays until that is closed."""
    WITHDRAWN = "withdrawn"


OPEN: Final = frozenset({State.REPORTED, State.INVESTIGATING, State.AWAITING_PUSH})
"""The states that are not final in the table of the procedure (:mod:`hub.exchange.corrections.states`)."""
NAMES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.REPORTED: ("已报", "reported"),
        State.INVESTIGATING: ("核查中", "under investigation"),
        State.AWAITING_PUSH: ("已认定有误，待推送更正", "found wrong, waits for the push that changes it"),
        State.CORRECTED: ("已更正", "corrected"),
        State.RIGHT: ("维持", "right as it is"),
        State.FORWARDED: ("转他方", "sent on to another holder"),
        State.WITHDRAWN: ("已撤回", "withdrawn"),
    }
)


class Result(StrEnum):
    """What the source may answer."""

    CORRECTED = "corrected"
    RIGHT = "right"
    OTHER_HOLDER = "other_holder"


class ReporterKind(StrEnum):
    """Who reports."""

    AGENCY = "agency"
    SOURCE = "source"
    CITIZEN = "citizen"
    GUARDIAN = "guardian"
    LEGAL_PERSON = "legal_person"
    HOLDER = "holder"
    """The organ that sent the case on because another is the source."""


OWN: Final = frozenset({ReporterKind.CITIZEN, ReporterKind.GUARDIAN, ReporterKind.LEGAL_PERSON})


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports. ``subject`` is the internal key of a person or body with their own record."""

    kind: ReporterKind
    member_id: uuid.UUID | None = None
    system_id: uuid.UUID | None = None
    staff_id: uuid.UUID | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One case at the source: which items of which record, since which version, where it stands."""

    id: uuid.UUID
    number: int
    entry_id: uuid.UUID
    provider_id: uuid.UUID
    row: int | None
    version: int
    wrong_since: int
    items: tuple[str, ...]
    subject_digest: str | None
    state: State
    clock_key: str
    due_on: date
    reported_at: datetime
    investigated_by: uuid.UUID | None = None
    investigated_at: datetime | None = None
    finding: str = ""
    answered_by: uuid.UUID | None = None
    answered_at: datetime | None = None
    push_number: int | None = None
    forwarded_from: uuid.UUID | None = None
    forwarded_to: uuid.UUID | None = None
    closed_at: datetime | None = None
    closed_in_time: bool | None = None

    @property
    def label(self) -> str:
        """The number people use, for example J-000012."""
        return f"J-{self.number:06d}"

    @property
    def is_open(self) -> bool:
        """Whether the source still has something to do."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a case; what is sealed is opened for the source and the reporter alone."""

    id: uuid.UUID
    correction_id: uuid.UUID
    reporter: Reporter
    items: tuple[str, ...]
    sealed: bytes
    received_by: uuid.UUID | None
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file of a report, without its content."""

    id: uuid.UUID
    report_id: uuid.UUID
    media_type: str
    size_bytes: int
    digest: str
    sealed_name: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Copy:
    """A holder of a copy that was told, and whether it has brought its copy up to date."""

    correction_id: uuid.UUID
    member_id: uuid.UUID
    systems: tuple[str, ...]
    told_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
