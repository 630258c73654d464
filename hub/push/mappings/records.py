"""A mapping as it is stored: versions of one entry, each fixed by a person or system and retired by one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.push.mappings.file_mapping import FileMapping


class MappingState(StrEnum):
    """States of a mapping: see :mod:`hub.push.mappings.states`."""

    PROPOSED = "proposed"
    FIXED = "fixed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: a system or a person of the provider."""

    member_id: uuid.UUID
    system: uuid.UUID | None
    staff: uuid.UUID | None
    key_thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a mapping: what was done, when, why, and by whom."""

    act: str
    at: datetime
    why: str
    by_system: uuid.UUID | None
    by_staff: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """One version. INVARIANT: ``mapping`` is never changed; another one is another version."""

    id: uuid.UUID
    entry_id: uuid.UUID
    version: int
    state: MappingState
    mapping: FileMapping
    acts: tuple[Act, ...] = ()
