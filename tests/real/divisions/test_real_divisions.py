"""Real divisions of all China through time: 20 revisions, the yearly facts, the statistical list, the present codes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from catalogue.divisions_lists import read_list
from catalogue.divisions_model import COLLECTIVE_NAMES, ChangeKind, Dating, Kind, Level, NoteKind
from tests.real.divisions.conftest import CURRENT, CURRENT_DAY, STATISTICAL_DAY, WITHDRAWN, given

if TYPE_CHECKING:
    from catalogue.divisions_lists import ListFile
    from catalogue.divisions_through_time import Divisions
    from catalogue.divisions_timeline import Timeline

ROWS = 70_504
REVISIONS = 20
LATEST_LARGE_LISTS = 2


def test_lookups_agree_with_the_revision_files_at_every_revision_date(
    revisions: ListFile, divisions: Divisions
) -> None:
    agreed = Counter(
        divisions.resolve(code, one.on).name == name for one in revisions.dated for code, name in one.names.items()
    )
    assert (len(revisions.dated), agreed) == (REVISIONS, Counter({True: ROWS}))


def test_nothing_but_what_a_revision_lists_is_in_force_on_its_date(revisions: ListFile, timeline: Timeline) -> None:
    """Zones and positions a revision does not speak of apart, the codes in force are exactly the codes listed."""
    for one in revisions.dated:
        held = {p.code for p in timeline.periods if p.level <= Level.COUNTY and p.holds_on(one.on)}
        assert held - one.names.keys() == set()


def test_lookups_today_agree_with_the_present_codes(divisions: Divisions) -> None:
    listed = read_list(given(CURRENT), form="current", on=CURRENT_DAY).dated[0]
    assert all(divisions.resolve(code, CURRENT_DAY).name == name for code, name in listed.names.items())
    assert len(listed.names) == 3_240


def test_every_withdrawn_code_is_known_with_its_name(divisions: Divisions) -> None:
    """Codes on documents keep their form for life: all 7,226 resolve at some time, to that name or a dated one."""
    withdrawn = read_list(given(WITHDRAWN), form="withdrawn").undated
    known = Counter(bool(divisions.history(code)) for code in withdrawn)
    assert known == Counter({True: 7_226})


def test_periods_of_one_code_never_overlap(timeline: Timeline) -> None:
    for one, after in zip(timeline.periods, timeline.periods[1:], strict=False):
        assert one.code != after.code or (one.valid_to is not None and one.valid_to <= after.valid_from)


def test_gongyi_and_huadian_lead_from_each_of_their_four_codes_to_the_present_one(divisions: Divisions) -> None:
    chains = {
        "410181": ("412126", "410124", "419009", "410181"),
        "220282": ("222525", "220225", "229004", "220282"),
    }
    for present, codes in chains.items():
        ends = {divisions.current(code)[0].code for code in codes}
        assert ends == {present}
        assert not any(divisions.current(code)[0].is_inferred for code in codes)


def test_410108_and_220211_name_two_places_one_after_the_other(divisions: Divisions) -> None:
    names = {code: [one.name for one in divisions.history(code)] for code in ("410108", "220211")}
    assert names == {"410108": ["邙山区", "惠济区"], "220211": ["郊区", "丰满区"]}


def test_the_two_sources_differ_on_410108_for_two_years_and_it_is_told(divisions: Divisions) -> None:
    (note,) = divisions.notes("410108")
    assert (note.kind, note.on) == (NoteKind.DIFFERENCE, date(2003, 1, 1))


def test_zones_have_no_code_of_the_standard(timeline: Timeline) -> None:
    zones = {one.code for one in timeline.periods if one.kind is Kind.ZONE}
    assert {"410171", "410172", "410173", "220271", "220272", "220273"} <= zones
    assert all(code[4] == "7" and code[5] != "0" for code in zones)


def test_slips_of_the_lists_are_found(timeline: Timeline) -> None:
    slips = {(one.code, one.on) for one in timeline.notes if one.kind is NoteKind.SLIP}
    assert {
        ("220281", date(2003, 12, 31)),
        ("220282", date(2003, 12, 31)),
        ("140501", date(2012, 10, 31)),
        ("530401", date(2012, 10, 31)),
        ("460321", date(2014, 10, 31)),
    } <= slips


def test_the_exchange_of_december_2003_is_found_where_the_ministrys_list_is_loaded(revisions: ListFile) -> None:
    """The list itself is not at hand; it is the revision of that month with the two names exchanged, as documented."""
    from catalogue.divisions_lists import DatedList
    from catalogue.divisions_through_time import Divisions
    from catalogue.divisions_timeline import Given, timeline_of

    lists = list(revisions.dated)
    place = next(number for number, one in enumerate(lists) if one.on == date(2003, 12, 31))
    names = {**lists[place].names, "220281": "桦甸市", "220282": "蛟河市"}
    lists[place] = DatedList(lists[place].source, lists[place].on, names)
    known = Divisions.of(timeline_of(Given(lists)))
    assert all("互换" in known.notes(code)[0].zh for code in ("220281", "220282"))
    assert known.resolve("220281", date(2004, 3, 31)).name == "蛟河市"
    assert known.changes("220281") == ()


def test_each_inferred_change_says_so_and_by_what(timeline: Timeline) -> None:
    methods = Counter(one.method.value for one in timeline.changes)
    assert methods["stated"] == 35
    assert sum(methods.values()) - methods["stated"] > 500
    assert all(one.source == "gb2260-stats" for one in timeline.changes if one.is_inferred and one.on.year < 2019)


def test_known_recodes_are_inferred_rightly(divisions: Divisions) -> None:
    """A hand-picked list of well-known ones, by several methods, and places that took over another's code."""
    known = {
        "622400": "621100",
        "622421": "621102",
        "142302": "141102",
        "500381": "500116",
        "320584": "320509",
        "511721": "511703",
        "610521": "610503",
        "500222": "500110",
        "410881": "419001",
        "542421": "540602",
    }
    assert {code: divisions.current(code, date(2002, 12, 31))[0].code for code in known} == known


def test_hainan_moved_its_counties_over_each_others_codes_in_2007(divisions: Divisions) -> None:
    """469034 and others: the same digits named other places before and after."""
    before = date(2006, 12, 31)
    moved = {"469025": "定安县", "469027": "澄迈县", "469030": "白沙黎族自治县"}
    for code, name in moved.items():
        assert divisions.resolve(code, before).name == name
        (found,) = divisions.current(code, before)
        assert divisions.history(found.code)[-1].name == name


def test_what_became_of_a_district_merged_away_is_not_invented(divisions: Divisions) -> None:
    (found,) = divisions.current("110103")
    assert (found.ended, found.steps[0].kind) == (True, ChangeKind.ABOLISH)


def test_codes_without_dates_say_so(timeline: Timeline) -> None:
    undated = [one for one in timeline.periods if one.dating is Dating.UNDATED]
    assert len(undated) > 6_000
    assert all(one.valid_to is None or one.valid_to <= date(2018, 10, 31) for one in undated)


def test_children_of_both_cities_are_those_of_their_time(divisions: Divisions) -> None:
    def below(code: str, day: date) -> set[str]:
        found = divisions.children(code, day)
        return {one.name for one in found if one.name not in COLLECTIVE_NAMES and one.kind is Kind.GB2260}

    assert len(below("410100", date(2010, 6, 1))) == 12
    assert len(below("220200", date(2010, 6, 1))) == 9
    assert "邙山区" in below("410100", date(2003, 6, 1))
    assert "惠济区" in below("410100", STATISTICAL_DAY)
