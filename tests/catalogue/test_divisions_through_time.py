"""Divisions through time: what a code named when, what became of it, and what lists say wrongly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from catalogue.divisions_lists import DatedList
from catalogue.divisions_model import Change, ChangeKind, Dating, DivisionNotFoundError, Kind, Method, NoteKind
from tests.catalogue.divisions_kit import divisions, listed, shipped


def named(code: str, *days: date) -> list[str]:
    return [shipped().resolve(code, day).name for day in days]


def chain(code: str) -> list[str]:
    (found,) = shipped().current(code)
    return [code, *(str(step.new) for step in found.steps)]


def test_gongyi_had_four_codes_and_each_leads_to_the_present_one() -> None:
    assert chain("412126") == ["412126", "410124", "419009", "410181"]
    assert chain("410124")[-1] == chain("419009")[-1] == "410181"
    assert chain("410181") == ["410181"]


def test_gongyi_is_resolved_under_the_code_of_each_time() -> None:
    known = shipped()
    days = {"412126": 1982, "410124": 1990, "419009": 1994, "410181": 1995}
    names = [known.resolve(code, date(year, 6, 30)).name for code, year in days.items()]
    assert names == ["巩县", "巩县", "巩义市", "巩义市"]


def test_huadian_had_four_codes_and_each_leads_to_the_present_one() -> None:
    assert chain("222525") == ["222525", "220225", "229004", "220282"]


def test_a_code_of_gongyi_names_nothing_before_and_after_its_time() -> None:
    for day in (date(1990, 12, 31), date(1995, 1, 1)):
        with pytest.raises(DivisionNotFoundError) as caught:
            shipped().resolve("419009", day)
        assert caught.value.facts["periods"]


def test_410108_was_mangshan_to_2002_and_is_huiji_from_2003() -> None:
    assert named("410108", date(2002, 12, 31), date(2003, 1, 1)) == ["邙山区", "惠济区"]


def test_220211_was_the_suburban_district_to_1991_and_is_fengman_from_1992() -> None:
    assert named("220211", date(1991, 12, 31), date(1992, 1, 1)) == ["郊区", "丰满区"]


def test_function_zones_are_of_the_kind_zone_and_lie_below_their_city() -> None:
    known = shipped()
    for code in ("410171", "410172", "410173", "220271", "220272", "220273"):
        found = known.resolve(code, date(2024, 1, 1))
        assert (found.kind, found.parent) == (Kind.ZONE, code[:4] + "00")


def test_the_ministrys_slip_of_december_2003_is_told_for_both_codes() -> None:
    known = shipped()
    notes = [known.notes(code)[0] for code in ("220281", "220282")]
    assert {(note.kind, note.on) for note in notes} == {(NoteKind.SLIP, date(2003, 12, 31))}


def test_two_codes_exchanged_in_one_list_are_told_and_served_as_the_list_says() -> None:
    usual, slip = {"410181": "蛟河市", "410182": "桦甸市"}, {"410181": "桦甸市", "410182": "蛟河市"}
    known = divisions(listed(2002, usual), listed(2003, slip), listed(2004, usual))
    assert known.resolve("410181", date(2003, 12, 31)).name == "桦甸市"
    assert "互换" in known.notes("410181")[0].zh
    assert "互换" in known.notes("410182")[0].zh


def test_a_slip_makes_no_change() -> None:
    usual, slip = {"410181": "蛟河市", "410182": "桦甸市"}, {"410181": "桦甸市", "410182": "蛟河市"}
    known = divisions(listed(2002, usual), listed(2003, slip), listed(2004, usual))
    assert [known.changes(code) for code in usual] == [(), ()]


def test_a_code_missing_in_one_list_is_told() -> None:
    usual = {"410181": "巩义市", "410182": "荥阳市"}
    known = divisions(listed(2002, usual), listed(2003, {"410181": "巩义市"}), listed(2004, usual))
    assert [note.kind for note in known.notes("410182")] == [NoteKind.SLIP]


def test_a_name_that_goes_to_another_code_is_an_inferred_recode() -> None:
    known = divisions(listed(2002, {"410123": "新郑县"}), listed(2003, {"410184": "新郑县"}))
    (found,) = known.current("410123")
    assert (found.code, found.is_inferred, found.steps[0].method) == ("410184", True, Method.SAME_NAME)


def test_a_county_that_becomes_a_city_is_found_by_the_stem_of_its_name() -> None:
    known = divisions(listed(2002, {"410123": "新郑县"}), listed(2003, {"410184": "新郑市"}))
    assert known.current("410123")[0].steps[0].method is Method.SAME_STEM


def test_a_code_that_stays_with_another_name_is_a_rename() -> None:
    known = divisions(listed(2002, {"410108": "邙山区"}), listed(2003, {"410108": "惠济区"}))
    assert [one.kind for one in known.changes("410108")] == [ChangeKind.RENAME]


def test_a_code_that_another_place_takes_over_is_no_rename() -> None:
    before = {"410127": "乐东县", "410125": "澄迈县", "410123": "陵水县"}
    after = {"410125": "乐东县", "410123": "澄迈县", "410128": "陵水县"}
    known = divisions(listed(2006, before), listed(2007, after))
    assert known.current("410125", date(2006, 12, 31))[0].code == "410123"


def test_two_that_become_one_are_a_merge() -> None:
    before = {"410122": "綦江县", "410110": "万盛区"}
    known = divisions(listed(2010, before), listed(2011, {"410110": "綦江区"}))
    assert known.current("410122")[0].code == "410110"
    assert {one.kind for one in known.changes("410110")} == {ChangeKind.RENAME, ChangeKind.MERGE}


def test_what_the_lists_do_not_say_is_said_to_be_unknown() -> None:
    known = divisions(listed(2010, {"410111": "金海区", "410105": "金水区"}), listed(2011, {"410105": "金水区"}))
    (found,) = known.current("410111")
    assert (found.ended, found.steps[0].method, found.steps[0].new) == (True, Method.NOT_FOUND, None)


def test_a_stated_change_wins_over_an_inferred_one() -> None:
    stated = Change("410111", "410105", date(2011, 3, 1), ChangeKind.MERGE, None, Method.STATED, "notice")
    before = {"410111": "金海区", "410105": "金水区"}
    known = divisions(listed(2010, before), listed(2011, {"410105": "金水区"}), changes=[stated])
    (found,) = known.current("410111")
    assert (found.code, found.is_inferred) == ("410105", False)


def test_a_split_leads_to_several_with_their_shares() -> None:
    day = date(2011, 6, 1)
    split = [
        Change("410111", "410114", day, ChangeKind.SPLIT, Decimal("0.25"), Method.STATED, "notice"),
        Change("410111", "410111", day, ChangeKind.SPLIT, Decimal("0.75"), Method.STATED, "notice"),
    ]
    before, after = {"410111": "甲区"}, {"410111": "甲区", "410114": "乙区"}
    found = divisions(listed(2010, before), listed(2011, after), changes=split).current("410111", date(2010, 12, 31))
    assert [(one.code, one.share, one.is_estimate) for one in found] == [
        ("410111", Decimal("0.75"), True),
        ("410114", Decimal("0.25"), True),
    ]


def test_a_name_without_dates_holds_before_the_lists_and_says_so() -> None:
    known = divisions(listed(2002, {"410105": "金水区"}), undated={"410190": "老郊区"})
    assert known.resolve("410190", date(1990, 1, 1)).dating is Dating.UNDATED
    with pytest.raises(DivisionNotFoundError):
        known.resolve("410190", date(2003, 1, 1))


def test_a_list_withdraws_nothing_it_does_not_speak_of() -> None:
    zones = listed(2018, {"410105": "金水区", "410171": "经开区", "410101": "市辖区"})
    known = divisions(zones, listed(2020, {"410105": "金水区"}))
    day = date(2024, 1, 1)
    assert [known.resolve(code, day).name for code in ("410171", "410101")] == ["经开区", "市辖区"]


def test_lists_that_disagree_are_told_and_the_list_of_the_day_is_followed() -> None:
    from catalogue.divisions_shipped import shipped_periods

    lists = (listed(2002, {"410108": "邙山区"}), listed(2004, {"410108": "惠济区"}))
    known = divisions(*lists, periods=shipped_periods())
    assert known.resolve("410108", date(2003, 12, 31)).name == "邙山区"
    assert [note.kind for note in known.notes("410108")] == [NoteKind.DIFFERENCE]


def test_children_are_those_of_the_day() -> None:
    known = divisions(listed(2002, {"410108": "邙山区"}), listed(2003, {"410108": "惠济区", "410184": "新郑市"}))
    assert [one.name for one in known.children("410100", date(2003, 6, 1))] == ["邙山区"]
    assert [one.name for one in known.children("410100", date(2004, 6, 1))] == ["惠济区", "新郑市"]


def test_a_code_that_never_was_is_not_found() -> None:
    for ask in (lambda: shipped().resolve("410199", date(2020, 1, 1)), lambda: shipped().current("410199")):
        with pytest.raises(DivisionNotFoundError):
            ask()


def test_lists_of_one_day_are_taken_together() -> None:
    county = DatedList("statistical", date(2023, 6, 30), {"410000": "河南省", "410105": "金水区"})
    town = DatedList("statistical", date(2023, 6, 30), {"410105001": "经八路街道"})
    assert divisions(county, town).resolve("410105001", date(2024, 1, 1)).parent == "410105"
