"""Years the State Council has not announced: the demo loads an invented list, marked as such, so that it always runs.

A real city never guesses: its clocks say which year is missing until the operator loads the announced list
(``hub calendar load``). The invented list has the statutory days of fixed date and, for the feasts of the lunar
calendar, the days of a usual year; nothing of it is to be relied on.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from hub.calendars.loading import load_list
from policies.workdays import shipped_years

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit

NOTICE: Final = "示例日历：虚构，不是国务院办公厅的通知 / sample calendar: invented, not the announced one"
YEARS_AHEAD: Final = 2
"""Grants and clocks of the demo reach into the next year, and the year after it is near in December."""
FEASTS: Final = (
    ("元旦", (1, 1), 1),
    ("春节", (2, 8), 4),
    ("清明节", (4, 5), 1),
    ("劳动节", (5, 1), 2),
    ("端午节", (6, 10), 1),
    ("中秋节", (9, 20), 1),
    ("国庆节", (10, 1), 3),
)
"""Name, first day, how many days: 全国年节及纪念日放假办法 (2024), lunar feasts on the day of a usual year."""
CONSOLE_ID: Final = uuid.UUID(int=0)


def load_sample_years(context: Context, unit: Unit) -> tuple[int, ...]:
    """Load the invented list of each year that is needed soon and does not ship; returns the years."""
    this_year = context.today().year
    missing = [year for year in range(this_year, this_year + YEARS_AHEAD) if year not in shipped_years()]
    for year in missing:
        load_list(context, unit, CONSOLE_ID, year, NOTICE, sample_list(year))
    return tuple(missing)


def sample_list(year: int) -> str:
    """Return the invented list of a year as CSV with the columns date, name, is_workday."""
    days = (
        f"{date(year, month, day) + timedelta(days=ahead)},{name},no"
        for name, (month, day), length in FEASTS
        for ahead in range(length)
    )
    return "\n".join(["date,name,is_workday", *days]) + "\n"
