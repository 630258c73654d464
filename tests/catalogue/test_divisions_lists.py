"""Files of divisions: read whole or not at all, each fault named by line."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal

import pytest

from catalogue.divisions_lists import DivisionListError, Form, read_list, revision_day
from catalogue.divisions_model import ChangeKind, Kind, Level


def test_revisions_are_of_the_last_day_of_their_month() -> None:
    found = read_list("source,revision,code,name\nstats,200402,410000,河南省\nstats,200312,410000,河南省\n".encode())
    assert [(one.source, one.on) for one in found.dated] == [
        ("gb2260-stats", date(2003, 12, 31)),
        ("gb2260-stats", date(2004, 2, 29)),
    ]


@pytest.mark.parametrize("text", ["2003", "200313", "20030231", "二〇〇三", "", None])
def test_a_revision_that_is_no_month_is_none(text: str | None) -> None:
    assert revision_day(text) is None


def test_short_codes_get_their_zeros() -> None:
    found = read_list("code,name\n41,河南省\n4101,郑州市\n".encode(), on=date(2023, 6, 30))
    assert dict(found.dated[0].names) == {"410000": "河南省", "410100": "郑州市"}


def test_a_packed_list_with_a_byte_order_mark_is_read() -> None:
    data = gzip.compress("\ufeffcode,name\n410105,金水区\n".encode())
    assert read_list(data, on=date(2023, 6, 30)).entries == 1


def test_a_json_list_is_of_the_form_stated() -> None:
    data = json.dumps({"410105": "金水区"}).encode()
    assert read_list(data, form="withdrawn").undated == {"410105": "金水区"}
    assert read_list(data, form="current", on=date(2026, 1, 1)).dated[0].on == date(2026, 1, 1)


def test_codes_of_no_province_are_left_out_and_counted() -> None:
    data = json.dumps({"410105": "金水区", "830101": "甲区", "990101": "乙区", "830102": "丙区"}).encode()
    assert read_list(data, form="withdrawn").left_out == {"83": 2, "99": 1}


def test_periods_have_days_of_their_own() -> None:
    text = "code,name,valid_from,valid_to,kind\n410198,示例区,2020-01-01,,zone\n"
    (found,) = read_list(text.encode()).periods
    assert (found.code, found.valid_to, found.kind, found.level) == ("410198", None, Kind.ZONE, Level.COUNTY)


def test_changes_state_successor_and_share() -> None:
    text = (
        "old,new,date,kind,share\n510000,510000,1997-06-18,split,0.7\n510000,500000,1997-06-18,split,0.3\n"
        "410111,,1987-01-01,abolish,\n"
    )
    found = read_list(text.encode()).changes
    assert [(one.kind, one.share) for one in found] == [
        (ChangeKind.SPLIT, Decimal("0.7")),
        (ChangeKind.SPLIT, Decimal("0.3")),
        (ChangeKind.ABOLISH, None),
    ]


@pytest.mark.parametrize(
    ("text", "form", "told"),
    [
        ("code,name\n4101051,金水区\n", None, "第 2 行"),
        ("code,name\n410105,\n", None, "第 2 行"),
        ("code,name\n410105,金水区\n410105,银水区\n", None, "第 3 行"),
        ("code,name\n410105,金\x07水\n", None, "第 2 行"),
        ("source,revision,code,name\nstats,2003,410105,金水区\n", None, "第 2 行"),
        ("old,new,date,kind\n410111,410105,1987-01-01,abolish\n", None, "第 2 行"),
        ("old,new,date,kind\n410111,410105,1987-99-01,merge\n", None, "第 2 行"),
        ("old,new,date,kind,share\n410111,410105,1987-01-01,split,2\n", None, "第 2 行"),
        ("old,new,date,kind,share\n410111,410105,1987-01-01,split,0.4\n", None, "份额之和"),
        ("code,name,valid_from,valid_to\n410198,甲区,2020-01-01,2019-01-01\n", None, "第 2 行"),
        ("a,b\n1,2\n", None, "认不出表头"),
        ("", None, "认不出表头"),
        ("{", "withdrawn", "不是有效的 JSON"),
        ('{"410105": "金水区"}', None, "--as"),
        ('{"410105": 5}', "withdrawn", "第 2 行"),
        ('code,name\n"410105,金水区\n', None, "CSV"),
    ],
)
def test_a_list_with_a_fault_is_refused_whole_and_says_where(text: str, form: Form | None, told: str) -> None:
    with pytest.raises(DivisionListError) as caught:
        read_list(text.encode(), form=form, on=date(2023, 6, 30))
    assert told in caught.value.zh


def test_a_list_without_a_day_asks_for_it() -> None:
    with pytest.raises(DivisionListError) as caught:
        read_list("code,name\n410105,金水区\n".encode())
    assert "--date" in caught.value.zh


def test_a_broken_archive_and_other_encodings_are_refused() -> None:
    for data in (b"\x1f\x8b broken", "code,name\n410105,金水区\n".encode("gb18030")):
        with pytest.raises(DivisionListError):
            read_list(data, on=date(2023, 6, 30))
