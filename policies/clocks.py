"""Clocks: how long someone has, when they are warned, and what lapses. Figures come from the pack.

A clock counts working days of the State Council calendar, days, or hours; the day of receipt does not
count; it stands still only for the reasons the law names (政府信息公开条例 Art. 33: consultations; 政务数据
共享条例 Art. 21: the one-time supplement) and is extended once, with the consent the law asks for. When
it runs out it lapses: an event for the supervision board. Silence never equals no. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from policies.errors import DomainError
from policies.packs.model import Unit
from policies.text import Text
from policies.workdays import add_months, local_day

if TYPE_CHECKING:
    from datetime import datetime

    from policies.packs.model import Deadline, Pack
    from policies.workdays import Calendar

WARNINGS = (50, 80, 100)
"""Percentages of the time used at which the bound party is warned."""

_ONE_TIME = "supplement"
_PERIODS = frozenset({Unit.WORKING_DAY, Unit.DAY})


class ClockError(DomainError):
    """The clock cannot do what is asked; the message names the deadline and what is possible."""


class ClockState(StrEnum):
    """Where a clock stands on a day."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still after ``since`` until the end of ``until`` (None: still standing)."""

    reason: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """The one extension: how many units more, who consented, when, and that the other side was told."""

    units: int
    consent_by: str
    on: date
    is_notified: bool


@dataclass(frozen=True, slots=True)
class Lapse:
    """A clock ran out without an answer: who is late since when. The case stays open."""

    key: str
    bound_party: str
    due_on: date
    article: str

    def explain(self) -> Text:
        """Return what happened and what happens now, in both languages."""
        return Text(
            f"{self.bound_party}未在{self.due_on.isoformat()}前办结（{self.article}）；"
            "逾期不等于不予提供，事项仍在办理，已报监督。",
            f"{self.bound_party} did not answer by {self.due_on.isoformat()} ({self.article}); silence is no refusal: "
            "the case stays open and is reported to supervision.",
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """One running period of a case. ``started_on`` is the day of receipt and does not count."""

    deadline: Deadline
    started_on: date
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    stopped_on: date | None = None

    @property
    def total(self) -> int:
        """How many units there are, with the extension."""
        return (self.deadline.value or 0) + (self.extension.units if self.extension is not None else 0)

    def pause(self, reason: str, on: date) -> Clock:
        """Return the clock standing still (raises :class:`ClockError` unless the law pauses for ``reason``)."""
        self._require_running(on)
        used = any(pause.reason == _ONE_TIME for pause in self.pauses)
        if reason not in self.deadline.pauses or (reason == _ONE_TIME and used):
            raise _error(
                self.deadline,
                ("法律没有规定可以为此中止计时", "the law does not stop the clock for this"),
                ("继续办理；补充材料只能一次性告知", "go on; what is missing may be asked for once only"),
            )
        return replace(self, pauses=(*self.pauses, Pause(reason, on)))

    def resume(self, on: date) -> Clock:
        """Return the clock running again; ``on`` (the day the answer came in) no longer counts as pause."""
        last = self._open_pause()
        if last is None or on < last.since:
            raise _error(self.deadline, ("计时没有中止", "the clock is not paused"), ("无需恢复", "nothing to resume"))
        return replace(self, pauses=(*self.pauses[:-1], replace(last, until=on)))

    def extend(self, extension: Extension, calendar: Calendar) -> Clock:
        """Return the clock with its one extension.

        Raises:
            ClockError: the law knows none, it was used, it is too long, late, without consent or notice.

        """
        longest = self.deadline.extension
        due = self.due_on(calendar)
        is_late = due is not None and extension.on > due
        needs_notice = self.deadline.extension_needs == "authority_and_notice"
        if longest is None or self.extension is not None or not 0 < extension.units <= longest or is_late:
            raise _error(
                self.deadline,
                (
                    "不能延长：没有规定、已延长过、超过上限或已逾期",
                    "no extension: none known, used, too long or too late",
                ),
                ("在原期限内答复", "answer within the first period"),
            )
        if not extension.consent_by.strip() or (needs_notice and not extension.is_notified):
            raise _error(
                self.deadline,
                ("延长须经同意并告知对方", "an extension needs consent and notice to the other side"),
                ("取得共享主管部门同意并通知申请方", "obtain the authority's consent and tell the requester"),
            )
        return replace(self, extension=extension)

    def stop(self, on: date) -> Clock:
        """Return the clock stopped because the case was answered on a day."""
        return replace(self, stopped_on=on)

    def due_on(self, calendar: Calendar) -> date | None:
        """Return the last day in time; None while the clock stands still."""
        if self._open_pause() is not None:
            return None
        due = self.started_on
        left = self.total
        while left > 0:
            due += timedelta(days=1)
            left -= self._counts(due, calendar)
        return due

    def percent(self, on: date, calendar: Calendar) -> int:
        """Return how much of the time is used on a day, 0 to 100 and beyond, rounded down."""
        days = range(1, (on - self.started_on).days + 1)
        used = sum(self._counts(self.started_on + timedelta(days=k), calendar) for k in days)
        return used * 100 // self.total

    def warnings(self, on: date, calendar: Calendar) -> tuple[int, ...]:
        """Return the marks (50, 80, 100) reached on a day; none once it is answered."""
        if self.stopped_on is not None:
            return ()
        used = self.percent(on, calendar)
        return tuple(mark for mark in WARNINGS if used >= mark)

    def state(self, on: date, calendar: Calendar) -> ClockState:
        """Return where the clock stands on a day."""
        if self.stopped_on is not None:
            return ClockState.STOPPED
        due = self.due_on(calendar)
        if due is None:
            return ClockState.PAUSED
        return ClockState.LAPSED if on > due else ClockState.RUNNING

    def lapse(self, on: date, calendar: Calendar) -> Lapse | None:
        """Return the lapse when the clock ran out before it was answered, else None."""
        due = self.due_on(calendar)
        end = self.stopped_on if self.stopped_on is not None else on
        if due is None or end <= due:
            return None
        return Lapse(self.deadline.code, self.deadline.bound_party, due, self.deadline.source)

    def _open_pause(self) -> Pause | None:
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None

    def _require_running(self, on: date) -> None:
        if self._open_pause() is not None or self.stopped_on is not None or on < self.started_on:
            raise _error(self.deadline, ("计时不在进行中", "the clock is not running"), ("核对日期", "check the day"))

    def _counts(self, day: date, calendar: Calendar) -> bool:
        """Return whether a day counts: not paused, and worked where working days are counted."""
        for pause in self.pauses:
            if day > pause.since and (pause.until is None or day <= pause.until):
                return False
        return self.deadline.unit is not Unit.WORKING_DAY or calendar.is_working_day(day)


def start_clock(pack: Pack, key: str, received: date) -> Clock:
    """Return a clock for a deadline of the pack, started by receipt on a day.

    Raises:
        ClockError: the pack has no such deadline, or it is no period in days (see :func:`due_at`, :func:`keep_until`).

    """
    deadline = _deadline(pack, key)
    if deadline.unit not in _PERIODS:
        raise _error(
            deadline,
            ("该期限不以日计算", "this deadline is not counted in days"),
            ("小时期限用 due_at，保存期限用 keep_until", "use due_at for hours, keep_until for times to keep"),
        )
    return Clock(deadline, received)


def due_at(pack: Pack, key: str, discovered: datetime) -> datetime:
    """Return when a duty counted in hours falls due (incidents: 网络安全事件报告), aware like ``discovered``."""
    deadline = _deadline(pack, key)
    if deadline.unit is not Unit.HOUR or deadline.value is None:
        raise _error(
            deadline, ("该期限不以小时计算", "this deadline is not counted in hours"), ("核对期限", "check the key")
        )
    local_day(discovered)  # refuses a moment without a zone
    return discovered + timedelta(hours=deadline.value)


def keep_until(pack: Pack, key: str, created: date) -> date:
    """Return the first day on which a record that must be kept for years or months may be disposed of."""
    deadline = _deadline(pack, key)
    months = {Unit.YEAR_MIN: 12, Unit.YEAR: 12, Unit.MONTH_MIN: 1, Unit.MONTH: 1}.get(deadline.unit)
    if months is None or deadline.value is None:
        raise _error(deadline, ("该期限不是保存期限", "this is no time to keep"), ("核对期限", "check the key"))
    return add_months(created, months * deadline.value)


def _deadline(pack: Pack, key: str) -> Deadline:
    deadline = pack.deadlines.get(key)
    if deadline is None:
        raise ClockError(
            f"法规包“{pack.name}”没有期限“{key}”",
            f"pack {pack.name} has no deadline {key!r}",
            next_zh="核对期限代码。",
            next_en="Check the code of the deadline.",
        )
    return deadline


def _error(deadline: Deadline, what: tuple[str, str], step: tuple[str, str]) -> ClockError:
    return ClockError(
        f"{deadline.name.zh}：{what[0]}（{deadline.source}）",
        f"{deadline.name.en}: {what[1]} ({deadline.source})",
        next_zh=step[0],
        next_en=step[1],
        facts={"clock": deadline.code},
    )
