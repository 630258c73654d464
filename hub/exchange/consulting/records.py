"""A consultation as a plain value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid
    from datetime import date, datetime


class Kind(StrEnum):
    """Who is asked: a third party (Art. 32), an organ that made the information too (Art. 34), a class at once."""

    THIRD_PARTY = "third_party"
    CO_MAKER = "co_maker"
    CLASS = "class"


class PartyKind(StrEnum):
    """What the party is."""

    ORGANISATION = "organisation"
    PERSON = "person"
    CLASS = "class"


class Outcome(StrEnum):
    """How it ended. ``SILENT`` decides nothing; a co-maker's silence is consent (Art. 34)."""

    WAITING = "waiting"
    AGREES = "agrees"
    OBJECTS_WITH_REASON = "objects_with_reason"
    OBJECTS_WITHOUT_REASON = "objects_without_reason"
    SILENT = "silent"
    CONSENTS_BY_SILENCE = "consents_by_silence"
    BY_CLASS = "by_class"


class Decision(StrEnum):
    """What the organ decided once the party was heard."""

    WITHHOLD = "withhold"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """One consultation; ``party`` is a credit code, a keyed digest, or empty for a class."""

    id: uuid.UUID
    exemption_id: uuid.UUID
    claim_id: uuid.UUID | None
    request_line_id: uuid.UUID | None
    member_id: uuid.UUID
    kind: Kind
    party_kind: PartyKind
    party: str
    party_name: str
    persons: int | None
    items: tuple[str, ...]
    letter_zh: str
    letter_en: str
    sent_by: uuid.UUID
    received_on: date
    due_on: date
    outcome: Outcome
    reply_reason: str = ""
    replied_on: date | None = None
    decision: Decision | None = None
    decision_reason: str = ""
    decided_by: uuid.UUID | None = None
    decided_at: datetime | None = None
