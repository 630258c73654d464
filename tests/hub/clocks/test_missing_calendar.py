"""A year whose holidays nobody has loaded: days are unknown and said to be, an overdue line is still answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from hub.exchange import clocks, line_clocks
from tests.hub.clocks.conftest import ITEM, Office
from tests.hub.clocks.test_calendar import load
from tests.support import acts
from tests.support.clock import Clock
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

OTHER_ITEM = "dengji_riqi"
UNKNOWN = ("天数待定：缺少2027年的工作日历", "days unknown: the calendar of 2027 is missing")


@pytest.fixture(scope="module")
def office(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give a city whose calendar ends with December."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("unknown")
    with hosted_city(server, template, folder, now=clock) as city:
        acts.publish_and_supply(city.people, acts.MARRIAGES, folder / "files")
        clock.at(date(2026, 12, 7))
        yield Office(city, clock)


@pytest.fixture(scope="module")
def request_(office: Office) -> dict[str, Any]:
    """Give a request that was due in December, in January."""
    asked = office.ask({ITEM: "verify_only", OTHER_ITEM: "verify_only"})
    office.clock.at(date(2027, 1, 12))
    return asked


def unknown(body: dict[str, Any]) -> tuple[object, ...]:
    return body["working_days_left"], body["days_unknown"], body["days_unknown_en"]


def test_01_a_line_overdue_into_an_unknown_year_says_that_its_days_are_unknown(
    office: Office, request_: dict[str, Any]
) -> None:
    assert unknown(office.line(request_)) == (None, *UNKNOWN)


def test_02_its_clock_is_overdue_by_days_nobody_guesses(office: Office, request_: dict[str, Any]) -> None:
    clock = office.read(request_)["clocks"][0]
    assert (clock["state"], clock["late_days"], *unknown(clock)) == ("overdue", None, None, *UNKNOWN)


def test_03_the_sweep_reports_it_all_the_same(office: Office, request_: dict[str, Any]) -> None:
    office.sweep()
    late = office.supervisor.call("GET", "/api/v1/notices", params={"limit": 200})["notices"]
    assert [one for one in late if one["kind"] == "clock.overdue" and request_["label"] in one["text"]]


def test_04_the_preview_of_the_letter_says_that_it_is_late_and_why_no_days_stand_there(
    office: Office, request_: dict[str, Any]
) -> None:
    body = {"decision": "verify_only", "decider_role": "科长"}
    letter = office.provider.call("POST", f"{office.path(request_)}/preview", json=body)["letter"]
    assert (letter["late_days"], letter["late_unknown"]) == (None, {"zh": UNKNOWN[0], "en": UNKNOWN[1]})


def test_05_it_is_answered(office: Office, request_: dict[str, Any]) -> None:
    office.answer(request_)
    line = office.line(request_)
    assert (line["state"], line["answer"]["late_days"], line["answer"]["days_unknown"]) == ("granted", None, UNKNOWN[0])


def test_06_the_stopped_clock_was_late_by_unknown_days(office: Office, request_: dict[str, Any]) -> None:
    shown = office.read(request_)["clocks"]
    reply = next(one for one in shown if one["case_kind"] == line_clocks.LINE and one["outcome"] == "granted")
    assert (reply["state"], reply["late_days"], reply["days_unknown"]) == ("stopped", None, UNKNOWN[0])


def test_07_a_delivery_that_cannot_be_counted_yet_runs_without_a_last_day(office: Office) -> None:
    services = office.city.services
    with services.database.begin() as unit:
        other = clocks.running(unit, line_clocks.LINE, _waiting(office))
        assert other is not None
        case = replace(other.case, kind=line_clocks.DELIVERY)
        began = clocks.start(services.context, unit, case, line_clocks.DELIVER, waits_for_calendar=True)
        left = clocks.days_left(services.context, began)
    assert (began.due_on, left.days, left.missing_year) == (None, None, 2027)


def test_08_once_the_list_is_loaded_the_days_are_counted(office: Office, request_: dict[str, Any]) -> None:
    load(office)
    with office.city.services.database.begin() as unit:
        began = clocks.running(unit, line_clocks.DELIVERY, _waiting(office))
    assert began is not None
    assert began.due_on is not None
    line = office.line(request_, OTHER_ITEM)
    assert (line["working_days_left"] < 0, line["days_unknown"]) == (True, None)


def _waiting(office: Office) -> Any:
    with office.city.services.database.read_only() as unit:
        return unit.connection.exec_driver_sql("SELECT id FROM hub.request_line WHERE state = 'waiting'").scalar_one()
