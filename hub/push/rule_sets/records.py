"""A stored version of a rule set with its history, and the words of its states. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from hub.push.rule_sets.model import RuleSet


class RuleSetState(StrEnum):
    """Where a version stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    SENT_BACK = "sent_back"


@dataclass(frozen=True, slots=True)
class StoredRuleSet:
    """One version. Times are aware UTC; staff and receipts are ids; ``tried`` holds counts of the last trial."""

    id: uuid.UUID
    entry_id: uuid.UUID
    rules: RuleSet
    state: RuleSetState
    digest: str
    reason: str
    proposed_by: uuid.UUID
    proposed_at: datetime
    receipt_id: uuid.UUID
    tried: Mapping[str, Any] | None = None
    decided_by: uuid.UUID | None = None
    decided_at: datetime | None = None
    decision: str | None = None
    ended_at: datetime | None = None
    decision_receipt_id: uuid.UUID | None = None

    @property
    def version(self) -> int:
        """Number of the version, from 1."""
        return self.rules.version
