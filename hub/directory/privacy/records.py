"""What a finding of the privacy gate is and which states it has; their table: :mod:`hub.directory.privacy.states`.

Four eyes: the data clerk proposes, the secrecy reviewer decides, two people. A finding holds the opening of its item
(or the publication of a description) until it is a false alarm or what was decided has been done.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from catalogue.privacy.kinds import Kind
    from catalogue.privacy.thresholds import Threshold


class State(StrEnum):
    """Where a finding stands. The three in the middle are also the outcomes that can be decided."""

    OPEN = "open"
    PROPOSED = "proposed"
    FALSE_ALARM = "false_alarm"
    DECLARE = "declare"
    REMOVE = "remove"
    SETTLED = "settled"


OUTCOMES: Final = frozenset({State.FALSE_ALARM, State.DECLARE, State.REMOVE})
HOLDING: Final = frozenset({State.OPEN, State.PROPOSED, State.DECLARE, State.REMOVE})
"""States in which the item is not opened, or the description not published."""
NAMES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.OPEN: ("待处理", "to be dealt with"),
        State.PROPOSED: ("待审定", "proposed, to be decided"),
        State.FALSE_ALARM: ("误报", "false alarm"),
        State.DECLARE: ("应申报为个人信息", "to be declared as personal information"),
        State.REMOVE: ("应删除或遮盖", "to be removed or masked"),
        State.SETTLED: ("已了结", "settled"),
    }
)
NEXT_STEP: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.OPEN: (
            "数据专员提出处理意见：误报、申报为个人信息、或删除遮盖",
            "the data clerk proposes: false alarm, declare as personal, or remove",
        ),
        State.PROPOSED: ("保密审查人员审定（须为另一人）", "the secrecy reviewer decides (another person)"),
        State.FALSE_ALARM: ("无须办理", "nothing to do"),
        State.DECLARE: (
            "数据专员修订目录，把该信息项申报为个人信息并发布新版本",
            "the data clerk revises the entry, declares the item as personal and publishes the version",
        ),
        State.REMOVE: (
            "数据专员删除或遮盖后全量重推；目录文字须修改后再发布",
            "the data clerk removes or masks the values and pushes in full; texts are changed before publication",
        ),
        State.SETTLED: ("无须办理", "nothing to do"),
    }
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One kind at one place, as a look found it. ``place``: column of an item, or JSON path of the description."""

    place: str
    kind: Kind
    source: str
    count: int
    filled: int
    is_estimate: bool = False
    lines: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """What was looked at: the entry, its provider, its version, and the push, if any."""

    entry_id: uuid.UUID
    member_id: uuid.UUID
    entry_version: int
    push_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold somebody sets for one kind in one resource, with the reason."""

    kind: Kind
    threshold: Threshold
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A stored finding."""

    id: uuid.UUID
    entry_id: uuid.UUID
    member_id: uuid.UUID
    place: str
    kind: Kind
    source: str
    state: State
    count: int
    filled: int
    is_estimate: bool
    lines: tuple[int, ...]
    examples: tuple[str, ...]
    push_id: uuid.UUID | None
    entry_version: int
    first_seen: datetime
    last_seen: datetime
    proposed: State | None
    proposed_by: uuid.UUID | None
    decided_by: uuid.UUID | None
    decided_at: datetime | None
    good_until_count: int | None

    @property
    def holds(self) -> bool:
        """Whether it keeps its item from being opened, or its description from being published."""
        return self.state in HOLDING


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a finding; ``by_staff`` None: the hub itself."""

    act: str
    outcome: str | None
    reason: str
    by_staff: uuid.UUID | None
    at: datetime
    receipt_id: uuid.UUID
