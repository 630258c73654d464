"""Dates in Chinese words are read where they mean one day, counted by kind, and given back where they do not."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from catalogue.item import DataType, Item
from hub.push.chinese_dates import plain_dates
from hub.push.column import Context, fresh
from hub.push.values import check_values

DAY = Item("日期", "day", DataType.DATE)
CONTEXT = Context(dt.date(2026, 11, 22), demo=False, codes=None)
READ = [
    ("K15", "二〇二〇年一月十一日", dt.date(2020, 1, 11)),
    ("K15", "二○二○年十二月三十一日", dt.date(2020, 12, 31)),
    ("K15", "一九九九年十月廿一日", dt.date(1999, 10, 21)),
    ("K15", "二零零八年八月八日", dt.date(2008, 8, 8)),
    ("K16", "民国109年1月11日", dt.date(2020, 1, 11)),
    ("K16", "民国元年一月一日", dt.date(1912, 1, 1)),
    ("K16", "中华民国三十八年九月三十日", dt.date(1949, 9, 30)),
    ("K16", "民国一百零九年01月02日", dt.date(2020, 1, 2)),
    ("K05", "2020.1.11", dt.date(2020, 1, 11)),
    ("K05", "２０２０．１．１１", dt.date(2020, 1, 11)),
]
GIVEN_BACK = [
    "二〇二〇年一月",
    "二〇年一月十一日",
    "民国109年",
    "2020.13.1",
    "二〇二〇年十三月一日",
    "20.1.11",
    "1.2",
    "11/01/2020",
]


@pytest.mark.parametrize(("kind", "text", "day"), READ, ids=[row[1] for row in READ])
def test_a_date_in_chinese_words_is_read_and_counted(kind: str, text: str, day: dt.date) -> None:
    checked = check_values(pl.Series([text, "2000-01-01"]), DAY, CONTEXT)
    assert (checked.typed.to_list(), checked.changed[kind].to_list()) == ([day, dt.date(2000, 1, 1)], [True, False])


@pytest.mark.parametrize("text", GIVEN_BACK)
def test_a_date_that_could_mean_several_days_or_none_is_given_back(text: str) -> None:
    checked = check_values(pl.Series([text]), DAY, CONTEXT)
    assert (checked.typed.to_list(), checked.rules.is_not_null().to_list()) == ([None], [True])


@pytest.mark.parametrize("year", range(1, 200))
def test_every_year_of_the_republic_calendar_is_read_in_digits_and_words(year: int) -> None:
    ones = "〇一二三四五六七八九"
    spelt = "".join(ones[int(digit)] for digit in str(year))
    values = pl.Series([f"民国{year}年1月1日", f"民国{spelt}年一月一日"])
    found = plain_dates(values, fresh(values))
    assert found.to_list() == [f"{1911 + year}-1-1"] * 2
