"""Clocks of the law: due days, warnings at 50, 80 and 100 %, pauses the law knows, one extension, lapses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policies.clocks import Clock, ClockError, ClockState, Extension, due_at, keep_until, start_clock
from policies.packs import PACK_NAMES, Unit, load_pack
from policies.workdays import shipped_calendar

PACK = load_pack("zhengzhou")
CALENDAR = shipped_calendar()
MONDAY = date(2026, 3, 2)
CONSENT = Extension(10, "郑州市大数据管理局", date(2026, 3, 9), is_notified=True)


def _clock(key: str = "share.reply.conditional", received: date = MONDAY) -> Clock:
    return start_clock(PACK, key, received)


@pytest.mark.parametrize(
    ("key", "due"),
    [
        ("share.reply.unconditional", date(2026, 3, 3)),
        ("share.reply.conditional", date(2026, 3, 16)),
        ("share.deliver", date(2026, 3, 30)),
        ("share.correct", date(2026, 3, 16)),
        ("cat.audit", date(2026, 3, 4)),
        ("appeal.reconsider", date(2026, 5, 1)),
    ],
)
def test_the_due_day_counts_from_the_day_after_receipt(key: str, due: date) -> None:
    assert _clock(key).due_on(CALENDAR) == due


@pytest.mark.parametrize(
    ("on", "marks"),
    [
        (date(2026, 3, 6), ()),
        (date(2026, 3, 9), (50,)),
        (date(2026, 3, 12), (50, 80)),
        (date(2026, 3, 16), (50, 80, 100)),
    ],
)
def test_warnings_come_at_half_at_four_fifths_and_at_the_end(on: date, marks: tuple[int, ...]) -> None:
    assert _clock().warnings(on, CALENDAR) == marks


def test_an_answered_case_warns_no_more() -> None:
    assert _clock().stop(date(2026, 3, 10)).warnings(date(2026, 3, 20), CALENDAR) == ()


@pytest.mark.parametrize(
    ("on", "state"), [(date(2026, 3, 16), ClockState.RUNNING), (date(2026, 3, 17), ClockState.LAPSED)]
)
def test_the_last_day_is_in_time_and_the_next_is_late(on: date, state: ClockState) -> None:
    assert _clock().state(on, CALENDAR) is state


def test_a_lapse_is_no_refusal_and_names_who_is_late() -> None:
    lapse = _clock().lapse(date(2026, 3, 17), CALENDAR)
    assert lapse is not None
    zh, en = lapse.explain()
    assert ("逾期不等于不予提供" in zh, "silence is no refusal" in en, "提供单位" in zh) == (True, True, True)


def test_a_late_answer_stays_on_record_as_a_lapse() -> None:
    clock = _clock().stop(date(2026, 3, 18))
    lapse = clock.lapse(date(2026, 4, 1), CALENDAR)
    assert lapse is not None
    assert (clock.state(date(2026, 4, 1), CALENDAR), lapse.due_on) == (ClockState.STOPPED, date(2026, 3, 16))


def test_an_answer_in_time_never_lapses() -> None:
    assert _clock().stop(date(2026, 3, 16)).lapse(date(2026, 6, 1), CALENDAR) is None


def test_the_one_time_supplement_stops_the_sharing_clock() -> None:
    paused = _clock().pause("supplement", date(2026, 3, 4))
    resumed = paused.resume(date(2026, 3, 11))
    assert (paused.due_on(CALENDAR), paused.state(date(2026, 3, 9), CALENDAR), resumed.due_on(CALENDAR)) == (
        None,
        ClockState.PAUSED,
        date(2026, 3, 23),
    )


def test_a_paused_clock_does_not_use_time() -> None:
    paused = _clock().pause("supplement", date(2026, 3, 4))
    assert [paused.percent(day, CALENDAR) for day in (date(2026, 3, 4), date(2026, 3, 31))] == [20, 20]


def test_a_supplement_is_asked_for_once_only() -> None:
    clock = _clock().pause("supplement", date(2026, 3, 4)).resume(date(2026, 3, 5))
    with pytest.raises(ClockError, match="中止"):
        clock.pause("supplement", date(2026, 3, 6))


def test_the_disclosure_clock_stops_for_each_consultation() -> None:
    clock = _clock("foi.reply").pause("third_party", date(2026, 3, 4)).resume(date(2026, 3, 11))
    clock = clock.pause("third_party", date(2026, 3, 12)).resume(date(2026, 3, 13))
    assert clock.due_on(CALENDAR) == CALENDAR.add_working_days(MONDAY, 26)


@pytest.mark.parametrize(("key", "why"), [("share.reply.conditional", "third_party"), ("share.deliver", "supplement")])
def test_no_clock_stops_for_what_the_law_does_not_name(key: str, why: str) -> None:
    with pytest.raises(ClockError, match="没有规定"):
        _clock(key).pause(why, date(2026, 3, 4))


def test_a_clock_that_is_not_paused_cannot_be_resumed() -> None:
    with pytest.raises(ClockError):
        _clock().resume(date(2026, 3, 4))


def test_a_clock_is_extended_once_with_consent_and_notice() -> None:
    assert _clock().extend(CONSENT, CALENDAR).due_on(CALENDAR) == date(2026, 3, 30)


@pytest.mark.parametrize(
    "changes",
    [
        {"units": 11},
        {"units": 0},
        {"consent_by": " "},
        {"is_notified": False},
        {"on": date(2026, 3, 17)},
    ],
)
def test_an_extension_without_its_conditions_is_refused(changes: dict[str, Any]) -> None:
    values: dict[str, Any] = {
        "units": 10,
        "consent_by": "郑州市大数据管理局",
        "on": date(2026, 3, 9),
        "is_notified": True,
    }
    with pytest.raises(ClockError):
        _clock().extend(Extension(**(values | changes)), CALENDAR)


def test_a_second_extension_is_refused() -> None:
    with pytest.raises(ClockError):
        _clock().extend(CONSENT, CALENDAR).extend(CONSENT, CALENDAR)


def test_a_clock_the_law_does_not_extend_is_not_extended() -> None:
    with pytest.raises(ClockError):
        _clock("share.deliver").extend(CONSENT, CALENDAR)


@pytest.mark.parametrize("key", ["nowhere", "pipl.pia_keep", "inc.other", "foi.report.dept", "share.supplement"])
def test_only_periods_in_days_run_as_clocks(key: str) -> None:
    with pytest.raises(ClockError):
        _clock(key)


def test_an_incident_of_a_city_department_is_due_within_four_hours() -> None:
    found = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert due_at(PACK, "inc.other", found) - found == timedelta(hours=4)


def test_a_due_hour_needs_a_time_with_its_zone() -> None:
    with pytest.raises(ValueError, match="时区"):
        due_at(PACK, "inc.other", datetime(2026, 3, 2, 9, 30))  # noqa: DTZ001 - the missing zone is the point


@pytest.mark.parametrize(
    ("key", "until"),
    [("share.record_keep", date(2029, 3, 2)), ("csl.log", date(2026, 9, 2)), ("stat.agg_keep", date(2036, 3, 2))],
)
def test_records_are_kept_as_long_as_the_law_says(key: str, until: date) -> None:
    assert keep_until(PACK, key, MONDAY) == until


@pytest.mark.parametrize("key", ["share.deliver", "inc.other"])
def test_a_period_to_act_is_no_time_to_keep(key: str) -> None:
    with pytest.raises(ClockError):
        keep_until(PACK, key, MONDAY)


@pytest.mark.parametrize("pack", PACK_NAMES)
def test_no_deadline_reads_silence_as_a_refusal(pack: str) -> None:
    silences = {deadline.silence for deadline in load_pack(pack).deadlines.values()}
    assert silences == {None, "organ_decides", "consent"}


@pytest.mark.parametrize("pack", PACK_NAMES)
def test_no_figure_that_is_unsure_runs_a_clock_of_sharing_or_disclosure(pack: str) -> None:
    unsure = [d.code for d in load_pack(pack).deadlines.values() if d.certainty == "unsure" and d.unit is not Unit.NONE]
    assert [code for code in unsure if not code.startswith("reg.")] == []
