"""Figures from a department's push to a citizen's reading: releases, vintages, conflicts, derived values."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.registers.macro import conflict_store, feed_store, loading_store, settling
from hub.registers.macro.errors import FigureConflictNotFoundError
from hub.registers.macro.feeding import sweep
from hub.registers.macro.settling import Choice
from tests.hub.macro.conftest import CITY, SECOND, figure

if TYPE_CHECKING:
    import httpx2

    from tests.hub.macro.conftest import Bureau
    from tests.support.clock import Clock
    from tests.support.hosted import Doors, HostedCity

READ = "/api/v1/indicators/GDP/observations"
SOON, LATER = "2026-03-05 10:00:00", "2026-04-20 10:00:00"


def ask(doors: Doors, path: str = READ, **asked: Any) -> httpx2.Response:
    return doors.public().get(path, params=asked)


def read(doors: Doors, path: str = READ, **asked: Any) -> dict[str, Any]:
    answer = ask(doors, path, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def values(found: dict[str, Any]) -> list[tuple[str, float | None, int]]:
    return [(one["period"], one["value"], one["vintage"]) for one in found["observations"]]


@pytest.fixture(scope="module", autouse=True)
def pushed(bureau: Bureau, doors: Doors) -> None:
    """Push two quarters that are released, and check that they are read."""
    bureau.push([figure("2025-Q1", "100.5"), figure("2025-Q2", "210.25")])
    assert values(read(doors, period="2025-Q2")) == [("2025-Q2", 210.25, 1)]


def test_definitions_travel_with_the_figures(doors: Doors) -> None:
    told = read(doors)["indicator"]
    assert (told["definition"], told["coverage"], told["method"], told["owner"]) == (
        "按制度核算的最终成果", "全市", "核算", "统计局",
    )  # fmt: skip


def test_definitions_travel_in_a_csv_file_too(doors: Doors) -> None:
    answer = ask(doors, format="csv", period="2025-Q1")
    head, line, _ = answer.text.split("\r\n")
    assert head.startswith("indicator,name,name_en,definition,coverage,method")
    assert "按制度核算的最终成果" in line
    assert answer.headers["Content-Type"].startswith("text/csv")


def test_numbers_keep_their_digits(bureau: Bureau, doors: Doors) -> None:
    bureau.push([figure("2024-Q1", "12345678901234567.123457")])
    assert '"value":12345678901234567.123457,' in ask(doors, period="2024-Q1").text


def test_nothing_is_read_before_its_release_in_any_form(bureau: Bureau, doors: Doors, clock: Clock) -> None:
    before = [
        json.dumps({**read(doors, path), "as_of": ""})
        for path in ("/api/v1/indicators", "/api/v1/indicators/GDP", READ, f"{READ}?vintage=all")
    ]
    secret = [figure("2026-Q1", "987654.321", SOON), figure("2026-Q1", "55.5", SOON, diqu_daima="410191")]
    bureau.push([*secret, figure("2025-Q1", "101.75", SOON, vintage=2)])
    after = [
        json.dumps({**read(doors, path), "as_of": ""})
        for path in ("/api/v1/indicators", "/api/v1/indicators/GDP", READ, f"{READ}?vintage=all")
    ]
    assert after == before
    assert values(read(doors, vintage=2)) == []
    assert ask(doors, as_of="2026-03-06").status_code == 422
    clock.at(date(2026, 3, 5) + timedelta(days=1))
    assert values(read(doors, start="2025-Q1", area=CITY)) == [
        ("2025-Q1", 101.75, 2),
        ("2025-Q2", 210.25, 1),
        ("2026-Q1", 987654.321, 1),
    ]


def test_a_revision_is_a_new_vintage_with_its_reason(doors: Doors) -> None:
    found = read(doors, period="2025-Q1", vintage="all")
    assert [(one["value"], one["vintage"], one["status"], one["reason"]) for one in found["observations"]] == [
        (101.75, 2, "F", "统计局修订"),
        (100.5, 1, "P", None),
    ]
    assert found["total"] == 2


def test_what_was_known_on_a_day_is_told_as_of_that_day(doors: Doors) -> None:
    told = {day: values(read(doors, period="2025-Q1", as_of=day)) for day in ("2026-01-31", "2026-03-04", "2026-03-05")}
    assert told == {
        "2026-01-31": [],
        "2026-03-04": [("2025-Q1", 100.5, 1)],
        "2026-03-05": [("2025-Q1", 101.75, 2)],
    }


def test_vintages_are_listed_with_reasons_and_releases(doors: Doors) -> None:
    found = read(doors, "/api/v1/indicators/GDP", area=CITY)
    assert [(one["vintage"], one["reasons"]) for one in found["vintages"]] == [(1, []), (2, ["统计局修订"])]
    assert found["series"][0]["last"] == "2026-Q1"


def test_single_quarters_are_derived_within_one_vintage_and_marked(doors: Doors) -> None:
    found = read(doors, derive="single", area=CITY, period="2025-Q2")
    [one] = found["observations"]
    assert (one["value"], one["vintage"], one["derived"], one["terms"]) == (109.75, 1, True, ["2025-Q2", "2025-Q1"])


def test_what_is_derived_is_never_stored(city: HostedCity, doors: Doors) -> None:
    before = city.counts()["hub.macro_observation"]
    read(doors, derive="single")
    assert city.counts()["hub.macro_observation"] == before


def test_a_sum_over_areas_is_derived_only_for_additive_indicators(doors: Doors) -> None:
    found = read(doors, derive="sum", area=f"{CITY},410191", period="2026-Q1")
    assert [(one["value"], one["area"], one["derived"]) for one in found["observations"]] == [
        (987709.821, "410191+410199", True)
    ]


def test_growth_is_never_computed(bureau: Bureau, doors: Doors) -> None:
    rows = [
        figure(period, value, zhibiao_daima="IND_VA", pinlv="M", koujing="yoy", danwei="%")
        for period, value in (("2025-M02", "5.6"), ("2025-M01", "9.9"))
    ]
    bureau.push(rows)
    path = "/api/v1/indicators/IND_VA/observations"
    assert values(read(doors, path)) == [("2025-M02", 5.6, 1)]
    assert ask(doors, path, derive="single").json()["type"].endswith("/not-derivable")


def test_a_january_alone_is_refused_and_listed(city: HostedCity) -> None:
    with city.services.database.begin() as unit:
        newest = loading_store.loads(unit)[0]
        refused = loading_store.refusals(unit, int(str(newest["id"])))
    assert [one["rule"] for one in refused] == ["period.january"]


def test_units_are_converted_in_their_dimension_alone(doors: Doors) -> None:
    [one] = read(doors, period="2025-Q2", unit="万元")["observations"]
    assert (one["value"], one["unit"]) == (2102500, "万元")
    assert ask(doors, unit="万人").json()["type"].endswith("/measuring-unit")


def test_two_departments_that_disagree_are_listed_and_the_standing_figure_is_marked(
    bureau: Bureau, doors: Doors, city: HostedCity
) -> None:
    bureau.push([figure("2025-Q2", "999.9")], to=SECOND)
    [one] = read(doors, period="2025-Q2")["observations"]
    assert (one["value"], one["under_verification"]) == (210.25, True)
    with city.services.database.begin() as unit:
        total, [conflict] = settling.listing(unit, "open", 10)
    assert total == 1
    assert (conflict["standing"], conflict["claimed"], conflict["claimed_from"]) == (
        "210.25 亿元", "999.9 亿元", SECOND,
    )  # fmt: skip


def test_a_conflict_is_settled_when_the_sources_agree_again(bureau: Bureau, doors: Doors, city: HostedCity) -> None:
    bureau.push([figure("2025-Q2", "210.25")], to=SECOND)
    [one] = read(doors, period="2025-Q2")["observations"]
    assert one["under_verification"] is False
    with city.services.database.begin() as unit:
        assert settling.listing(unit, "settled", 10)[0] == 1


def test_a_decision_for_the_other_figure_makes_it_the_next_vintage(
    bureau: Bureau, doors: Doors, city: HostedCity
) -> None:
    bureau.push([figure("2025-Q2", "211")], to=SECOND)
    context, database = city.services.context, city.services.database
    with database.begin() as unit:
        number = conflict_store.listed(unit, "open", 1)[1][0].conflict.id
        assert settling.settle(context, unit, number, Choice("claimed", "核对原始报表后更正")) == 2
    found = read(doors, period="2025-Q2", vintage="all")["observations"]
    assert [(one["value"], one["reason"], one["under_verification"]) for one in found] == [
        (211, "核对原始报表后更正", False),
        (210.25, None, False),
    ]
    with database.begin() as unit, pytest.raises(FigureConflictNotFoundError):
        settling.settle(context, unit, number, Choice("standing", "再次"))


def test_a_published_figure_that_is_pushed_changed_is_no_silent_revision(
    bureau: Bureau, doors: Doors, city: HostedCity
) -> None:
    bureau.push([figure("2025-Q1", "888")])
    assert values(read(doors, period="2025-Q1", vintage=1)) == [("2025-Q1", 100.5, 1)]
    with city.services.database.begin() as unit:
        assert settling.listing(unit, "open", 10)[1][0]["claimed"] == "888 亿元"
    bureau.push([figure("2025-Q1", "100.5")])


def test_a_figure_nobody_could_read_yet_is_replaced_by_its_source(
    bureau: Bureau, doors: Doors, city: HostedCity, clock: Clock
) -> None:
    bureau.push([figure("2026-Q2", "1", LATER)])
    bureau.push([figure("2026-Q2", "300.5", LATER)])
    with city.services.database.begin() as unit:
        assert settling.listing(unit, "open", 10)[0] == 0
    clock.at(date(2026, 4, 21))
    assert values(read(doors, period="2026-Q2", vintage="all")) == [("2026-Q2", 300.5, 1)]


def test_each_version_is_taken_once_and_the_lag_is_seen(bureau: Bureau, city: HostedCity) -> None:
    before = city.counts()
    assert sweep(city.services.context, city.services.database) == 0
    assert city.counts() == before
    with city.services.database.begin() as unit:
        assert [one.lag for one in feed_store.feeds(unit)] == [0, 0]


def test_pages_follow_each_other_without_gap_or_repetition(doors: Doors) -> None:
    whole = read(doors, vintage="all")
    seen: list[Any] = []
    path = f"{READ}?vintage=all&limit=2"
    while path:
        page = doors.public().get(path).json()
        seen += page["observations"]
        assert (page["total"], page["returned"]) == (whole["total"], len(page["observations"]))
        path = page["next"]
    assert seen == whole["observations"]


def test_a_page_begun_before_a_release_does_not_show_it(bureau: Bureau, doors: Doors, clock: Clock) -> None:
    release = (clock() + timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S")
    bureau.push([figure("2026-Q3", "7", release)])
    first = read(doors, limit=1)
    clock.forward(hours=20)
    periods = []
    following = first["next"]
    while following:
        page = doors.public().get(following).json()
        periods += [one["period"] for one in page["observations"]]
        following = page["next"]
    assert "2026-Q3" not in periods
    assert values(read(doors, period="2026-Q3")) == [("2026-Q3", 7, 1)]


@pytest.mark.parametrize(
    "asked",
    [
        {"period": "2025-Q9"},
        {"period": "x" * 40},
        {"measure": "sum"},
        {"frequency": "Z"},
        {"vintage": "-1"},
        {"vintage": "٣"},
        {"vintage": "99999999999999999999"},
        {"as_of": "yesterday"},
        {"as_of": "2026-01-01T00:00:00"},
        {"as_of": "9999-12-31"},
        {"unit": "斤"},
        {"derive": "growth"},
        {"limit": "0"},
        {"limit": "100000"},
        {"cursor": "abc"},
        {"period": "2025", "start": "2024"},
        {"derive": "single", "vintage": "1"},
        {"format": "xml"},
    ],
)
def test_what_cannot_be_asked_is_told_so(doors: Doors, asked: dict[str, str]) -> None:
    answer = ask(doors, **asked)
    assert answer.status_code in {400, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_indicator_that_is_not_there_is_not_found(doors: Doors) -> None:
    assert ask(doors, "/api/v1/indicators/NOPE/observations").json()["type"].endswith("/indicator-not-found")
