"""Claims, assessments, referrals, overrides and returns as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime


class HolderKind(StrEnum):
    """Who holds a trade secret."""

    ORGANISATION = "organisation"
    PERSON = "person"


class AssessmentOutcome(StrEnum):
    """What an impact assessment came to (个人信息保护法 Art. 56)."""

    PROCEED = "proceed"
    WITH_MEASURES = "with_measures"
    DO_NOT_PROCEED = "do_not_proceed"


class OverrideState(StrEnum):
    """Where a release in the public interest stands."""

    PROPOSED = "proposed"
    NOTIFIED = "notified"
    """Signed by the head and told to the third party; the wait runs."""
    RELEASED = "released"
    ENDED = "ended"
    """Given up, or stayed by a court or authority."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One step in the life of a record; ``by_staff`` None: the hub itself, by a rule."""

    exemption_id: uuid.UUID
    step: str
    from_status: str
    to_status: str
    by_staff: uuid.UUID | None
    reason: str
    at: datetime
    receipt_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A question to the secrecy authority on information the law says must be public, and its answer."""

    exemption_id: uuid.UUID
    authority: str
    reference: str
    asked_on: date
    asked_by: uuid.UUID
    answer_reference: str | None = None
    answered_on: date | None = None
    upholds_secrecy: bool | None = None
    answer_by: uuid.UUID | None = None

    @property
    def state(self) -> str:
        """Where the question stands, as the table of referrals names it."""
        if self.answered_on is None:
            return "asked"
        return "upheld" if self.upholds_secrecy is True else "refuted"


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A trade-secret claim as filed; ``holder`` is a credit code or the keyed digest of a person's number."""

    id: uuid.UUID
    member_id: uuid.UUID
    entry_id: uuid.UUID
    items: tuple[str, ...]
    rows_covered: str
    holder_kind: HolderKind
    holder: str
    holder_name: str
    agent: str
    why_unknown: str
    value: str
    measures: str
    evidence_digests: tuple[str, ...]
    made_when: str
    claimed_on: date
    until: date
    protective_until: date
    filed_by: uuid.UUID
    finding: str
    finding_reason: str = ""
    found_items: tuple[str, ...] = ()
    found_by: uuid.UUID | None = None
    found_on: date | None = None

    @property
    def holder_label(self) -> str:
        """The holder as evidence and letters name it: the firm, or the first characters of the person's digest."""
        return self.holder_name if self.holder_kind is HolderKind.ORGANISATION else f"自然人（{self.holder[:12]}）"


@dataclass(frozen=True, slots=True)
class Assessment:
    """An impact assessment (个人信息保护法 Art. 55-56): ``persons`` is how many are concerned, never who."""

    id: uuid.UUID
    member_id: uuid.UUID
    entry_id: uuid.UUID
    items: tuple[str, ...]
    purpose: str
    cited_law: str
    persons: int
    necessity: str
    harm: str
    measures: str
    outcome: AssessmentOutcome
    reference: str
    assessed_by: uuid.UUID
    assessor: str
    assessed_on: date
    approved_by: uuid.UUID | None
    approved_on: date | None
    review_on: date
    keep_until: date
    withdrawn_on: date | None


@dataclass(frozen=True, slots=True)
class Override:
    """A release in the public interest of what R04 or R05 withholds (政府信息公开条例 Art. 15, 32)."""

    id: uuid.UUID
    member_id: uuid.UUID
    exemption_id: uuid.UUID
    interest: str
    causal_link: str
    why_not_masked: str
    proportionality: str
    state: OverrideState
    proposed_by: uuid.UUID
    proposed_on: date
    signed_by: uuid.UUID | None = None
    signer_role: str | None = None
    notice_zh: str | None = None
    notice_en: str | None = None
    notified_on: date | None = None
    release_from: date | None = None
    urgent_reason: str = ""
    ended_by: uuid.UUID | None = None
    ended_on: date | None = None
    ended_reason: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """A record that no longer holds: its item is back in review, with what rested on it that day."""

    id: uuid.UUID
    exemption_id: uuid.UUID
    member_id: uuid.UUID
    causes: tuple[str, ...]
    affected: Mapping[str, list[str]]
    returned_on: date
    receipt_id: uuid.UUID
    settled_on: date | None = None
    settled_as: str | None = None
