"""What ought to be, kept in plain Python beside the hub: requests, lines, grants, records of exemption.

It knows only what was done and how it was answered. Days are counted here again, one by one, so that an error in
the hub's counting is not repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from policies.workdays import shipped_calendar

if TYPE_CHECKING:
    from collections.abc import Iterable

REPLY_DAYS: Final = 10
"""政务数据共享条例 Art. 21: what is shared with conditions is answered within ten working days."""
BEST: Final = ("full", "masked", "verify_only", "aggregate_only")
CALENDAR: Final = shipped_calendar()


@dataclass
class Line:
    """One item asked for."""

    id: str
    item: str
    asked: str
    state: str = "waiting"
    started: date | None = None
    form: str | None = None


@dataclass
class Request:
    """One request; ``maker`` is a login."""

    id: str
    asker: str
    entry: str
    maker: str
    modes: frozenset[str]
    until: datetime
    lines: dict[str, Line]
    application: str | None = None
    state: str = "submitted"
    pause: list[date | None] = field(default_factory=list)
    extended: int = 0
    extension: str | None = None

    def waits(self, line: Line) -> bool:
        """Whether a line waits for its provider."""
        return self.state == "open" and line.state == "waiting"

    def is_late(self, line: Line, today: date) -> bool:
        """Whether the time of a waiting line is over."""
        if not self.waits(line) or line.started is None or (self.pause and self.pause[1] is None):
            return False
        day, used = line.started, 0
        while day < today:
            day += timedelta(days=1)
            used += CALENDAR.is_working_day(day) and not self._stands(line, day)
        return used > REPLY_DAYS + self.extended

    def _stands(self, line: Line, day: date) -> bool:
        since, until = (self.pause or [None, None])[:2]
        if since is None or line.started is None or line.started > since:
            return False
        return day > since and (until is None or day <= until)


@dataclass
class Grant:
    """What a request led to."""

    request: Request
    items: dict[str, str] = field(default_factory=dict)
    modes: set[str] = field(default_factory=set)
    status: str = "active"
    id: str | None = None

    def gives(self, item: str, mode: str, now: datetime) -> str | None:
        """Return the form in which an item is given in a mode now."""
        if self.status != "active" or mode not in self.modes or not now < self.request.until:
            return None
        return self.items.get(item)


@dataclass
class Record:
    """An exemption on an item: from, until and the next review, all days; when it ended, if it did."""

    id: str
    entry: str
    item: str
    organ: str
    since: date
    until: date | None
    review: date
    ended: date | None = None

    def holds(self, on: date) -> bool:
        """Whether a refusal may rest on it on a day."""
        is_over = self.ended is not None and self.ended <= on
        return self.since <= on and self.until is not None and on <= self.until and on <= self.review and not is_over


@dataclass
class Model:
    """All of it."""

    requests: dict[str, Request] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    disputes: dict[str, tuple[str, str]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    """What the security administrator suspended: ``members SLUG``, ``systems SLUG``."""
    swept_on: date | None = None

    @property
    def stopped(self) -> set[str]:
        """Members that are suspended themselves, or their system."""
        return {mark.partition(" ")[2] for mark in self.marks}

    def may(self, asker: str, entry: str, item: str, mode: str, now: datetime) -> str | None:
        """Return the best form in which an asker may have an item now, None for nothing."""
        if asker in self.stopped:
            return None
        forms = {grant.gives(item, mode, now) for grant in self.grants_of(asker, entry)}
        return next((form for form in BEST if form in forms), None)

    def must(self, asker: str, entry: str, items: Iterable[str], now: datetime) -> bool:
        """Whether one grant gives all of the items to read, and no record was ever made on any of them."""
        wanted = set(items)
        if asker in self.stopped or any(one.entry == entry and one.item in wanted for one in self.records.values()):
            return False
        return any(
            all(grant.gives(item, "query", now) in {"full", "masked"} for item in wanted)
            for grant in self.grants_of(asker, entry)
        )

    def grants_of(self, asker: str, entry: str) -> list[Grant]:
        """Return what an asker was ever granted on an entry."""
        return [one for one in self.grants.values() if (one.request.asker, one.request.entry) == (asker, entry)]

    def grant(self, request: Request, line: Line, form: str) -> None:
        """Note that a line was granted in a form."""
        line.state, line.form = "granted", form
        made = self.grants.setdefault(request.id, Grant(request, modes=set(request.modes) or {"query", "verify"}))
        made.items[line.item] = form
        if form == "verify_only" and not made.modes & {"verify", "batch"}:
            made.modes.add("verify")  # else the item could not be given in its form at all

    def waiting(self) -> list[tuple[Request, Line]]:
        """Return every line that waits for its provider."""
        return [(one, line) for one in self.requests.values() for line in one.lines.values() if one.waits(line)]
