"""Alarms on how a grant is used: enumeration, guessing, invented identities, one case number for very many (threats).

Threat 15: a case number stands for one case; asked about very many subjects it is a pretext. Threat 17: asking for
identity numbers in a row, or mostly for people who are not there, is collecting; an invented (honey) identity is
known to nobody who has a reason to ask. What is watched stays in memory, a day at most, as hashes and counts;
an alarm opens an incident, tells both sides and, where it is certain, suspends the grant (共享条例 Art. 27, 34-36).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid
    from datetime import date

WATCHED_GRANTS = 2_000
WATCHED_CASES = 200
BODY_DIGITS = 17
STEP = 2
"""Numbers of one place and day differ by one, those of one sex by two (GB 11643: the 17th digit tells it)."""


class Alarm(StrEnum):
    """What was noticed; ``honey`` and ``sequence`` suspend the grant."""

    CASE_REUSE = "case-number-reuse"
    SEQUENCE = "sequential-subjects"
    MISSES = "low-hit-ratio"
    HONEY = "honey-identity"

    @property
    def suspends(self) -> bool:
        """Whether the grant is suspended at once."""
        return self in {Alarm.SEQUENCE, Alarm.HONEY}


@dataclass(frozen=True, slots=True)
class Limits:
    """When an alarm is raised; each is a setting of the hub."""

    subjects_per_case: int = 200
    run_of_numbers: int = 20
    calls_before_ratio: int = 200
    least_hit_percent: int = 20


@dataclass(slots=True)
class _Seen:
    """What one grant asked about today."""

    day: date
    cases: OrderedDict[str, set[int]] = field(default_factory=OrderedDict)
    last_number: int | None = None
    run: int = 1
    asked: int = 0
    found: int = 0
    raised: set[Alarm] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Asked:
    """One subject asked about under a grant: its text, its identity number if it was found by one, what came of it."""

    grant_id: uuid.UUID
    case_number: str | None
    subject: str = field(repr=False)
    number: str | None = field(repr=False)
    is_found: bool
    is_honey: bool


class Watch:
    """Looks at every use of this process that names its subjects (verify, batch, query, relay).

    Each alarm of a grant is raised once a day.
    """

    def __init__(self, limits: Limits) -> None:
        """Nothing is stored: what is watched ends with the process."""
        self.limits = limits
        self._seen: OrderedDict[uuid.UUID, _Seen] = OrderedDict()
        self._lock = Lock()

    def look(self, asked: Asked, day: date) -> Alarm | None:
        """Note one subject; returns an alarm the first time today that it is due."""
        with self._lock:
            seen = self._of(asked.grant_id, day)
            for alarm in self._alarms(seen, asked):
                if alarm not in seen.raised:
                    seen.raised.add(alarm)
                    return alarm
        return None

    def _of(self, grant_id: uuid.UUID, day: date) -> _Seen:
        seen = self._seen.get(grant_id)
        if seen is None or seen.day != day:
            seen = self._seen[grant_id] = _Seen(day)
        self._seen.move_to_end(grant_id)
        while len(self._seen) > WATCHED_GRANTS:
            self._seen.popitem(last=False)
        return seen

    def _alarms(self, seen: _Seen, asked: Asked) -> list[Alarm]:
        seen.asked += 1
        seen.found += asked.is_found
        raised = []
        if asked.is_honey:
            raised.append(Alarm.HONEY)
        if self._runs_on(seen, asked.number):
            raised.append(Alarm.SEQUENCE)
        if asked.case_number is not None and self._subjects_of(seen, asked) > self.limits.subjects_per_case:
            raised.append(Alarm.CASE_REUSE)
        enough = seen.asked >= self.limits.calls_before_ratio
        if enough and seen.found * 100 < seen.asked * self.limits.least_hit_percent:
            raised.append(Alarm.MISSES)
        return raised

    def _runs_on(self, seen: _Seen, number: str | None) -> bool:
        """Whether identity numbers come one after the other: their first 17 digits grow by small steps."""
        if number is None or not number[:BODY_DIGITS].isdecimal() or len(number) <= BODY_DIGITS:
            return False
        value = int(number[:BODY_DIGITS])
        seen.run = seen.run + 1 if seen.last_number is not None and 0 < value - seen.last_number <= STEP else 1
        seen.last_number = value
        return seen.run >= self.limits.run_of_numbers

    def _subjects_of(self, seen: _Seen, asked: Asked) -> int:
        subjects = seen.cases.setdefault(asked.case_number or "", set())
        seen.cases.move_to_end(asked.case_number or "")
        while len(seen.cases) > WATCHED_CASES:
            seen.cases.popitem(last=False)
        if len(subjects) <= self.limits.subjects_per_case:
            subjects.add(hash(asked.subject))
        return len(subjects)
