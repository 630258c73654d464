"""When a pull is due: every so many minutes, or at an hour of days, weeks or months in the time of China.

With ``working_days`` alone the days that are not worked (State Council calendar) are passed over; a day of a year
whose calendar has not been announced counts as Monday to Friday do. Pure.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from policies.workdays import CHINA, CalendarMissingError

if TYPE_CHECKING:
    from datetime import date

    from policies.workdays import Calendar

LAST_WEEKDAY: Final = 5
LOOK_AHEAD: Final = 400
"""Days; the longest gap of a schedule is a month and a long holiday."""


class Every(BaseModel):
    """So many minutes after the start of the run before."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["every"] = "every"
    minutes: int = Field(ge=1, le=60 * 24 * 31, description="间隔分钟数 / minutes between starts")
    working_days: bool = Field(default=False, description="只在工作日 / on working days alone")


class Daily(BaseModel):
    """At an hour of every day."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["daily"] = "daily"
    at: time = Field(description="北京时间 HH:MM / time of day in China")
    working_days: bool = Field(default=False, description="只在工作日 / on working days alone")


class Weekly(BaseModel):
    """At an hour of one day of the week, Monday 1 to Sunday 7."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["weekly"] = "weekly"
    weekday: int = Field(ge=1, le=7, description="星期几，1 为星期一 / 1 is Monday")
    at: time = Field(description="北京时间 HH:MM / time of day in China")
    working_days: bool = Field(default=False, description="遇非工作日顺延 / else the next working day")


class Monthly(BaseModel):
    """At an hour of one day of the month; a month without that day has its last."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["monthly"] = "monthly"
    day: int = Field(ge=1, le=31, description="每月几日 / day of the month")
    at: time = Field(description="北京时间 HH:MM / time of day in China")
    working_days: bool = Field(default=False, description="遇非工作日顺延 / else the next working day")


Schedule = Annotated[Every | Daily | Weekly | Monthly, Field(discriminator="kind")]


def next_after(schedule: Every | Daily | Weekly | Monthly, moment: datetime, calendar: Calendar) -> datetime:
    """Return the first time a schedule names after a moment; aware UTC both."""
    if isinstance(schedule, Every):
        found = moment + timedelta(minutes=schedule.minutes)
        while schedule.working_days and not _is_worked(found.astimezone(CHINA).date(), calendar):
            found = datetime.combine(found.astimezone(CHINA).date() + timedelta(days=1), time(), CHINA)
        return found.astimezone(UTC)
    today = moment.astimezone(CHINA).date()
    # From a month back: a day that was put off by a holiday may come after this moment.
    for offset in range(-40, LOOK_AHEAD):
        named = today + timedelta(days=offset)
        if not _is_named(schedule, named):
            continue
        day = named
        while schedule.working_days and not _is_worked(day, calendar):
            day += timedelta(days=1)
        if day != named and isinstance(schedule, Daily):
            continue
        found = datetime.combine(day, schedule.at.replace(tzinfo=None), CHINA)
        if found > moment:
            return found.astimezone(UTC)
    raise ValueError("a schedule names no day within a year")


def interval(schedule: Every | Daily | Weekly | Monthly) -> timedelta:
    """Return how long it is from one time to the next, about."""
    match schedule:
        case Every():
            return timedelta(minutes=schedule.minutes)
        case Daily():
            return timedelta(days=1)
        case Weekly():
            return timedelta(days=7)
        case Monthly():
            return timedelta(days=31)


def _is_named(schedule: Daily | Weekly | Monthly, day: date) -> bool:
    match schedule:
        case Daily():
            return True
        case Weekly():
            return day.isoweekday() == schedule.weekday
        case Monthly():
            return day.day == min(schedule.day, monthrange(day.year, day.month)[1])


def _is_worked(day: date, calendar: Calendar) -> bool:
    try:
        return calendar.is_working_day(day)
    except CalendarMissingError:
        return day.weekday() < LAST_WEEKDAY
