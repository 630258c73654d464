"""Next year's holidays: loaded by the operator, missing said aloud, in force at once, never guessed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hub.cli_supervision import calendar_app
from tests.hub.clocks.conftest import ITEM, Office
from tests.support import acts
from tests.support.clock import Clock
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

NOTICE = "示例：关于2027年部分节假日安排的通知"
DAYS = {
    "元旦": [f"2027-01-0{day}" for day in (1, 2, 3)],
    "春节": [f"2027-02-{day:02d}" for day in range(6, 14)],
    "清明节": ["2027-04-05"],
    "劳动节": [f"2027-05-0{day}" for day in (1, 2, 3)],
    "国庆节": [f"2027-10-0{day}" for day in (1, 2, 3, 4, 5, 6, 7)],
}
LIST = "date,is_workday,name\n" + "".join(f"{day},no,{name}\n" for name, days in DAYS.items() for day in days)


@pytest.fixture(scope="module")
def office(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give a city of its own in the middle of October, for its calendar changes."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("calendar")
    with hosted_city(server, template, folder, now=clock) as city:
        acts.publish_and_supply(city.people, acts.MARRIAGES, folder / "files")
        clock.at(date(2026, 10, 12))
        yield Office(city, clock)


def load(office: Office, text: str = LIST, year: int = 2027) -> dict[str, object]:
    return office.operator.call("PUT", f"/api/v1/calendar/{year}", json={"notice": NOTICE, "csv": text})


def test_01_more_than_sixty_days_ahead_the_operator_is_not_told(office: Office) -> None:
    office.sweep()
    kinds = [one["kind"] for one in office.operator.call("GET", "/api/v1/notices")["notices"]]
    assert "calendar.missing" not in kinds


def test_02_sixty_days_ahead_the_operator_is_told_once(office: Office) -> None:
    office.clock.at(date(2026, 11, 16))
    office.sweep()
    office.sweep()
    told = [
        one for one in office.operator.call("GET", "/api/v1/notices")["notices"] if one["kind"] == "calendar.missing"
    ]
    assert [one["subject"] for one in told] == ["2027"]


def test_03_a_period_that_runs_into_an_unknown_year_is_not_guessed(office: Office) -> None:
    office.clock.at(date(2026, 12, 28))
    problem = acts.problem_of(office.ask)
    assert (problem.status, problem.problem["year"], "2027" in problem.next_zh) == (503, 2027, True)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (LIST.replace("2027-10-01,no", "2027-10-01,maybe"), "yes"),
        (LIST.replace("2027-10-01", "2028-10-01"), "2027"),
        (LIST.replace("2027-10-01,no,国庆节\n", ""), "2027-10-01"),
        (LIST + "2027-10-08,yes,国庆节\n", "周末"),
        (LIST + "2027-10-07,no,国庆节\n", "重复"),
        ("date,is_workday,name\n", "空"),
        ("nonsense", "空"),
    ],
)
def test_04_a_list_that_is_not_right_is_refused_with_every_fault(office: Office, text: str, word: str) -> None:
    problem = acts.problem_of(lambda: load(office, text))
    assert (problem.status, word in problem.zh) == (422, True)


def test_05_nobody_but_the_system_administrator_loads_a_list(office: Office) -> None:
    body = {"notice": NOTICE, "csv": LIST}
    problem = acts.problem_of(lambda: office.supervisor.call("PUT", "/api/v1/calendar/2027", json=body))
    assert problem.status == 403


def test_06_once_loaded_the_list_counts_at_once(office: Office) -> None:
    load(office)
    due = acts.line_of(office.ask(), ITEM)["due_on"]
    assert due == "2027-01-12"  # 29-31 December, then from 4 January: the new year's days do not count


def test_07_a_later_version_moves_the_clocks_that_run(office: Office) -> None:
    request = office.ask()
    moved = load(office, LIST + "2027-01-09,yes,春节\n")
    assert (moved["version"], bool(moved["clocks_recounted"])) == (2, True)
    assert office.line(request)["due_on"] == "2027-01-11"


def test_08_the_lists_in_force_are_shown_with_their_announcement(office: Office) -> None:
    shown = office.asker.call("GET", "/api/v1/calendar")
    assert (shown["years"], shown["lists"][0]["notice"]) == ([2025, 2026, 2027], NOTICE)


def test_the_console_has_the_verbs() -> None:
    assert {command.name for command in calendar_app.registered_commands} == {"load", "show"}
