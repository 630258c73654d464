"""Plain values of harvests: sources, runs, what a record came to, words for states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from hub.harvest.definition import Definition


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    FAILED = "failed"
    UNCHANGED = "unchanged"
    REVIEW = "review"
    """It changed something; a reviewer looks at it."""
    PUBLISHED = "published"


class Change(StrEnum):
    """What a run found of a record."""

    ADDED = "added"
    CHANGED = "changed"
    REFUSED = "refused"
    GONE = "gone"
    RETURNED = "returned"
    UNCHANGED = "unchanged"


CHANGE_NAMES: Final[Mapping[Change, tuple[str, str]]] = {
    Change.ADDED: ("新增", "added"),
    Change.CHANGED: ("变化", "changed"),
    Change.REFUSED: ("不收", "refused"),
    Change.GONE: ("已消失", "gone"),
    Change.RETURNED: ("重新出现", "returned"),
    Change.UNCHANGED: ("不变", "unchanged"),
}
"""What a change is called, in Chinese and English."""


class Review(StrEnum):
    """What a person decided about a record as it is now; NONE: there is nothing to decide."""

    NONE = "none"
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class Standing(StrEnum):
    """Whether the source still has the record."""

    PRESENT = "present"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Source:
    """A registered source; ``next_due_at`` None: it runs when asked."""

    id: uuid.UUID
    code: str
    member_id: uuid.UUID
    jurisdiction: str
    state: str
    definition: Definition
    created_by: uuid.UUID
    created_at: datetime
    changed_at: datetime
    next_due_at: datetime | None
    tries: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a source; ``cursor`` says how far it has come, ``counts`` what it found so far."""

    id: uuid.UUID
    source_id: uuid.UUID
    number: int
    state: str
    by_staff: uuid.UUID | None
    file: str | None
    file_digest: bytes | None
    cursor: Mapping[str, Any]
    counts: Mapping[str, Any]
    error: Mapping[str, Any] | None
    started_at: datetime
    touched_at: datetime
    finished_at: datetime | None
    reviewed_by: uuid.UUID | None
    reviewed_at: datetime | None
    published_by: uuid.UUID | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a record: enough to compare, review and publish it."""

    source_id: uuid.UUID
    record: str
    digest: bytes
    state: str
    review: str
    standing: str
    title: str
    body: Mapping[str, Any] | None
    reason: Mapping[str, Any] | None
    notes: Mapping[str, Any]
    entry_id: uuid.UUID | None
    published_digest: bytes | None
    changed_run: uuid.UUID
    last_run: uuid.UUID


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of a run's report."""

    record: str
    change: str
    title: str
    rule: str | None = None
    reason: Mapping[str, Any] | None = None
