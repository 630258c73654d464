"""How a provider answered before: what an agency may expect, told from its latest answered lines.

Counted are lines that a person answered (in time: on or before the last day) and lines that are overdue now (not in
time). What the rule grants by itself says nothing about a provider and is left out. Days are working days from
receipt to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from hub.exchange.cart import store
from policies.workdays import CalendarMissingError, local_day

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class Record:
    """``counted`` lines, ``in_time`` of them; ``median_days`` in working days over those answered, or None."""

    counted: int
    in_time: int
    median_days: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the record with a sentence in both languages."""
        if not self.counted:
            return {
                "answered": 0,
                "in_time": 0,
                "in_time_share": None,
                "median_working_days": None,
                "text": "该单位在平台上还没有答复记录",
                "text_en": "this provider has no history on the hub yet",
            }
        share = round(100 * self.in_time / self.counted)
        days = f"{self.median_days:g}" if self.median_days is not None else "–"
        return {
            "answered": self.counted,
            "in_time": self.in_time,
            "in_time_share": share,
            "median_working_days": self.median_days,
            "text": f"该单位最近 {self.counted} 项中 {self.in_time} 项按时答复（{share}%），答复中位 {days} 个工作日",
            "text_en": f"of its latest {self.counted} lines {self.in_time} were answered in time ({share} %), "
            f"the median took {days} working days",
        }


def record_of(context: Context, unit: Unit, provider_id: uuid.UUID) -> Record:
    """Return how a provider answered its latest lines."""
    rows = store.answered_lines(unit, provider_id, context.today())
    days: list[int] = []
    in_time = 0
    for received, answered, due in rows:
        if answered is None:
            continue
        in_time += local_day(answered) <= due
        try:
            days.append(context.calendar.working_days_between(local_day(received), local_day(answered)))
        except CalendarMissingError:
            continue  # a year whose list is not loaded: the line still counts, its days do not
    return Record(len(rows), in_time, float(median(days)) if days else None)
