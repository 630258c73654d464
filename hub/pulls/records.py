"""The plain values of pulls: where one stands, its version in force, and its runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from hub.pulls.definition import Definition


class RunState(StrEnum):
    """What became of a run."""

    RUNNING = "running"
    DONE = "done"
    UNCHANGED = "unchanged"
    HELD = "held"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Cause(StrEnum):
    """Why a run began."""

    SCHEDULE = "schedule"
    ASKED = "asked"
    RETRY = "retry"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull with its version in force. ``memory`` is what it remembers of the source, ``asked`` of a person."""

    id: uuid.UUID
    entry_id: uuid.UUID
    member_id: uuid.UUID
    version: int
    state: str
    definition: Definition
    secret: bytes | None = field(repr=False)
    by_staff: uuid.UUID
    created_at: datetime
    changed_at: datetime
    next_due_at: datetime
    tries: int
    failing_since: datetime | None
    last_good_at: datetime | None
    asked: Mapping[str, Any]
    memory: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One run; counts grow while it is under way. ``error`` holds class, texts and facts."""

    id: uuid.UUID
    pull_id: uuid.UUID
    version: int
    cause: str
    state: str
    strategy: str
    phase: str
    started_at: datetime
    touched_at: datetime
    finished_at: datetime | None = None
    rows_fetched: int = 0
    bytes_fetched: int = 0
    rows_deleted: int = 0
    pushes: tuple[uuid.UUID, ...] = ()
    notes: tuple[Mapping[str, str], ...] = ()
    error: Mapping[str, Any] | None = None
