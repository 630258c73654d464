"""Dates and times of a pushed column, in every way people write them, brought to one form.

GB/T 7408.1-2023 for the form. Chinese numerals (二〇二〇年一月十一日), dots and the Republic calendar (民国) are read
because each can mean one day only; two-digit years, months without a day and day-first dates are given back.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from catalogue.columns import check_column
from catalogue.faults import FaultCode
from hub.push.chinese_dates import plain_dates
from hub.push.column import repair, set_typed
from hub.push.hints import serial_dates

if TYPE_CHECKING:
    import polars as pl

    from hub.push.cleaning import Cleaned
    from hub.push.column import Checked, Context

FORM, NOT_REAL, SERIAL = 6, 10, 26
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2999, 12, 31)
_TIME_FORMS: Final = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
)
_ZONED_FORMS: Final = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%z")
_ZONE: Final = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
_BEIJING: Final = "Asia/Shanghai"


def check_dates(raw: pl.Series, context: Context) -> Checked:
    """Check one column of text (no nulls) as dates."""

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        values = _serials(plain_dates(cleaned.values, part), part, context)
        found = check_column("date", values, today=context.today)
        days = found.normalised.str.to_date("%Y-%m-%d", strict=False)
        waiting = set_typed(part, days.set(found.faults.is_not_null(), None))
        changed = part.typed.is_not_null() & (values != found.normalised).fill_null(value=False)
        midnight = values.str.contains(":", literal=True).fill_null(value=False)
        part.changed |= {"K06": changed & midnight, "K05": changed & ~midnight}
        serial = found.faults == int(FaultCode.DATE_EXCEL_SERIAL)
        part.mark(waiting & serial, SERIAL, serial_dates(values))
        part.mark(waiting & (found.faults == int(FaultCode.DATE_NOT_REAL)), NOT_REAL)
        part.mark(waiting & cleaned.values.is_not_null(), FORM)
        return part

    exact = raw.str.to_date("%Y-%m-%d", strict=False)
    if (raw.str.len_bytes() != 10).any():  # noqa: PLR2004 - the parser forgives 2020-1-2 and blanks; we count them
        exact = exact.set(raw.str.len_bytes() != 10, None)  # noqa: PLR2004
    checked = repair(raw, exact, parse)
    earliest, latest = checked.typed.min(), checked.typed.max()
    if (isinstance(earliest, date) and earliest < FIRST_DAY) or (isinstance(latest, date) and latest > LAST_DAY):
        checked.mark(~checked.typed.is_between(FIRST_DAY, LAST_DAY), NOT_REAL)
    return checked


def check_times(raw: pl.Series) -> Checked:
    """Check one column of text (no nulls) as points in time, local (Beijing) without a zone."""

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        values = cleaned.values
        waiting = part.rules.is_null() & values.is_not_null()
        if values.str.contains(_ZONE).any():
            zoned = values.str.replace("Z$", "+0000")
            for form in _ZONED_FORMS:
                moments = zoned.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
                waiting = set_typed(part, moments.dt.convert_time_zone(_BEIJING).dt.replace_time_zone(None))
        for form in _TIME_FORMS:
            if not (waiting & values.is_not_null()).any():
                break
            waiting = set_typed(part, values.str.to_datetime(form, strict=False, time_unit="us"))
        days = check_column("date", values, today=LAST_DAY)
        plain = days.normalised.set(days.faults.is_not_null(), None)
        waiting = set_typed(part, plain.str.to_datetime("%Y-%m-%d", strict=False, time_unit="us"))
        part.changed["K09"] = part.typed.is_not_null()
        part.mark(waiting & values.is_not_null(), FORM)
        return part

    checked = repair(raw, raw.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"), parse)
    years = checked.typed.dt.year()
    checked.mark(~years.is_between(FIRST_DAY.year, LAST_DAY.year), NOT_REAL)
    return checked


def _serials(values: pl.Series, part: Checked, context: Context) -> pl.Series:
    """Read Excel serials as dates where the entry's rule set says that the item holds such; null-safe."""
    if not context.reading.serial:
        return values
    days = serial_dates(values)
    part.changed["K17"] = days.is_not_null()
    return days.zip_with(days.is_not_null(), values)
