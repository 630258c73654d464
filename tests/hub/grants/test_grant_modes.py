"""A grant names its modes, hours and period; what does not fit is denied with its reason (共享条例 Art. 20, 25)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from policies.hours import Days, Hours, HoursError, read_hours
from policies.workdays import CHINA
from tests.support import acts
from tests.support.acts import RESIDENTS, problem_of

if TYPE_CHECKING:
    from tests.hub.grants.conftest import Grants

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Ten in the morning of a working Monday in the city."""
SUNDAY_WORKED = datetime(2026, 2, 28, 2, 0, tzinfo=UTC)
"""A Saturday that is a make-up day."""


def test_a_mode_that_was_not_granted_is_denied_by_name(grants: Grants) -> None:
    grants.grant(modes=["verify"])
    problem = problem_of(lambda: acts.query(grants.system(), RESIDENTS))
    assert (problem.status, problem.problem["code"]) == (403, "mode-not-given")


def test_a_grant_has_the_modes_and_retention_of_its_request(grants: Grants) -> None:
    given = grants.grant(modes=["query", "download"], retention_days=30)
    assert (given["modes"], given["retention_days"]) == (["download", "query"], 30)


@pytest.mark.parametrize(
    ("asked", "given"), [(["query"], ["query", "verify"]), (["batch"], ["batch"]), (["verify"], ["verify"])]
)
def test_an_item_for_verification_alone_brings_the_mode_verify_where_no_mode_asked_can_give_it(
    grants: Grants, asked: list[str], given: list[str]
) -> None:
    assert grants.verifying(modes=asked)["modes"] == given


def test_what_is_received_is_to_be_destroyed_so_many_days_after_the_end(grants: Grants) -> None:
    given = grants.grant(retention_days=30)
    ends = datetime.fromisoformat(given["valid_until"]).astimezone(CHINA).date()
    assert given["deletion_due"] == (ends + timedelta(days=30)).isoformat()


def test_a_use_outside_the_hours_is_denied_by_name(grants: Grants) -> None:
    given = grants.grant()
    hour = datetime.now(CHINA).hour
    closed = f"{(hour + 3) % 24:02}:00", f"{(hour + 4) % 24:02}:00"
    grants.narrow(given, hours={"from": closed[0], "until": closed[1], "days": "all"})
    settle(grants)
    problem = problem_of(lambda: acts.query(grants.system(), RESIDENTS))
    assert problem.problem["code"] == "grant-hours"


def settle(grants: Grants) -> None:
    """Let this process see a change at once (in production within five seconds)."""
    grants.city.services.identity.keeper.refresh()


@pytest.mark.parametrize(
    ("hours", "worked", "fits"),
    [
        (Hours(time(8, 30), time(18, 0)), None, True),
        (Hours(time(10, 1), time(18, 0)), None, False),
        (Hours(time(8, 30), time(10, 0)), None, False),
        (Hours(time(22, 0), time(10, 30)), None, True),
        (Hours(time(22, 0), time(9, 30)), None, False),
        (Hours(days=Days.WORKING), True, True),
        (Hours(days=Days.WORKING), False, False),
        (Hours(days=Days.WORKING), None, False),
        (Hours(days=Days.WEEKDAYS), None, True),
        (Hours(time(9, 0), time(0, 0)), None, True),
    ],
)
def test_hours_are_those_of_the_citys_day(hours: Hours, worked: bool | None, fits: bool) -> None:  # noqa: FBT001
    assert hours.fit(MONDAY, is_working_day=worked) is fits


def test_a_make_up_day_is_a_working_day_and_no_weekday() -> None:
    working, weekdays = Hours(days=Days.WORKING), Hours(days=Days.WEEKDAYS)
    assert working.fit(SUNDAY_WORKED, is_working_day=True)
    assert not weekdays.fit(SUNDAY_WORKED, is_working_day=True)


def test_hours_read_back_as_they_were_written() -> None:
    hours = Hours(time(8, 30), time(0, 0), Days.WORKING)
    assert read_hours(hours.record()) == hours


@pytest.mark.parametrize("record", [{"from": "25:00"}, {"from": "8"}, {"days": "sometimes"}])
def test_hours_that_cannot_be_read_are_refused(record: dict[str, str]) -> None:
    with pytest.raises(HoursError):
        read_hours(record)
