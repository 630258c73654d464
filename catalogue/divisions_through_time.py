"""Divisions through time: which place a code named on a day, what became of it, what lies below it.

Codes on documents keep their old form for life, and series are filed under the code of their year; both are resolved
here. What the lists do not say is said to be unknown, and what was inferred is marked. Pure, no I/O.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from catalogue.divisions_model import Change, ChangeKind, Division, DivisionNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from catalogue.divisions_model import Note
    from catalogue.divisions_timeline import Timeline

MOST_STEPS: Final = 32
"""Changes followed one after the other; no place has had so many."""


@dataclass(frozen=True, slots=True)
class Successor:
    """What a division became: ``steps`` lead there; ``share`` is its part, None where a split states none.

    ``ended`` True: the trail ends here, because the lists do not say what became of ``code``.
    """

    code: str
    share: Decimal | None
    steps: tuple[Change, ...]
    ended: bool = False

    @property
    def is_estimate(self) -> bool:
        """Whether a split lies on the way, so that figures are shared out by estimate."""
        return any(one.kind is ChangeKind.SPLIT for one in self.steps)

    @property
    def is_inferred(self) -> bool:
        """Whether a step on the way is inferred, not stated by a source."""
        return any(one.is_inferred for one in self.steps)


class Divisions:
    """Periods, changes and notes, ready to be asked."""

    def __init__(self, periods: Iterable[Division], changes: Iterable[Change] = (), notes: Iterable[Note] = ()) -> None:
        """Index them; periods of a code must not overlap."""
        self._periods: dict[str, list[Division]] = defaultdict(list)
        self._below: dict[str, list[Division]] = defaultdict(list)
        for one in sorted(periods, key=attrgetter("code", "valid_from")):
            self._periods[one.code].append(one)
            if one.parent is not None:
                self._below[one.parent].append(one)
        self._changes: dict[str, list[Change]] = defaultdict(list)
        self._into: dict[str, list[Change]] = defaultdict(list)
        for change in sorted(changes, key=attrgetter("on")):
            self._changes[change.old].append(change)
            if change.new is not None:
                self._into[change.new].append(change)
        self._notes: dict[str, list[Note]] = defaultdict(list)
        for note in notes:
            self._notes[note.code].append(note)

    @classmethod
    def of(cls, timeline: Timeline) -> Divisions:
        """Return the divisions of a timeline."""
        return cls(timeline.periods, timeline.changes, timeline.notes)

    def __len__(self) -> int:
        return len(self._periods)

    def resolve(self, code: str, on: date) -> Division:
        """Return what a code named on a day.

        Raises:
            DivisionNotFoundError: nothing; it carries the periods in which the code held.
        """
        found = next((one for one in self._periods.get(code, ()) if one.holds_on(on)), None)
        if found is None:
            raise DivisionNotFoundError(code, on, self.history(code))
        return found

    def history(self, code: str) -> tuple[Division, ...]:
        """Return all periods of a code in order of time; none where it never was one."""
        return tuple(self._periods.get(code, ()))

    def notes(self, code: str) -> tuple[Note, ...]:
        """Return what is to be told of a code: slips of lists, differences between sources."""
        return tuple(self._notes.get(code, ()))

    def changes(self, code: str) -> tuple[Change, ...]:
        """Return the changes a code took part in, as what was or as what became of it."""
        both = {id(one): one for one in (*self._changes.get(code, ()), *self._into.get(code, ()))}
        return tuple(sorted(both.values(), key=attrgetter("on")))

    def children(self, code: str, on: date) -> tuple[Division, ...]:
        """Return the divisions right below a code on a day, by code."""
        return tuple(one for one in self._below.get(code, ()) if one.holds_on(on))

    def current(self, code: str, since: date | None = None) -> tuple[Successor, ...]:
        """Return what a division is now: itself, its successor, or several after a split.

        Args:
            code: the code.
            since: a day on which it named the place meant; None: the last time it was in force.

        Raises:
            DivisionNotFoundError: no division had the code (on that day).
        """
        periods = self._periods.get(code, [])
        if not periods:
            raise DivisionNotFoundError(code, since)
        if since is None and periods[-1].valid_to is None:
            return (Successor(code, Decimal(1), ()),)
        if since is None:
            return self.successors(code, periods[-1].valid_from, None)
        self.resolve(code, since)
        return self.successors(code, since, None)

    def successors(self, code: str, after: date, until: date | None) -> tuple[Successor, ...]:
        """Follow a code from a day on, up to and with the day ``until`` (None: to the present).

        Changes of the name alone are no step. Where the trail ends without a successor, the end is returned and
        marked ``ended``.
        """
        found: list[Successor] = []
        waiting = [(Successor(code, Decimal(1), ()), after)]
        while waiting:
            one, day = waiting.pop()
            steps = self._next_steps(one.code, day, until)
            if not steps:
                found.append(one if self._stands(one.code, day, until) else replace(one, ended=True))
                continue
            for step in steps:
                if step.new is None or len(one.steps) >= MOST_STEPS:
                    found.append(replace(one, steps=(*one.steps, step), ended=True))
                else:
                    share = _share(one.share, step, len(steps))
                    waiting.append((Successor(step.new, share, (*one.steps, step)), step.on))
        return tuple(sorted(found, key=attrgetter("code")))

    def _next_steps(self, code: str, day: date, until: date | None) -> list[Change]:
        """Return the first change after a day that is more than another name; several where it was split."""
        later = [
            one
            for one in self._changes.get(code, ())
            if one.on > day and one.new != code and (until is None or one.on <= until)
        ]
        first = min((one.on for one in later), default=None)
        at_once = [one for one in later if one.on == first]
        if any(one.kind is ChangeKind.SPLIT for one in at_once):
            # A part may keep the code.
            return [one for one in self._changes[code] if one.on == first and one.kind is ChangeKind.SPLIT]
        return at_once[:1]

    def _stands(self, code: str, day: date, until: date | None) -> bool:
        """Tell whether a code, in force after a day, is in force without a gap until the end of the trail."""
        end: date | None = None
        has_begun = False
        for one in self._periods.get(code, ()):
            if one.valid_to is not None and one.valid_to <= day:
                continue
            if has_begun and one.valid_from != end:
                return False
            has_begun, end = True, one.valid_to
            if end is None or (until is not None and until < end):
                return True
        return False


def _share(share: Decimal | None, step: Change, parts: int) -> Decimal | None:
    if step.kind is not ChangeKind.SPLIT or parts == 1:
        return share
    return None if share is None or step.share is None else share * step.share
