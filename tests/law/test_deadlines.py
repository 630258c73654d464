"""Every deadline that concerns sharing, over HTTP with simulated time: from September 2025 into the years after.

The tests stand in the order of the days they play on: the clock goes forward only. The deadlines are those of the
national pack in every city; where a period is asked of each pack, it is asked in all three. Holidays and make-up
days are those the State Council announced for 2025 and 2026; 2027 is loaded by the operator, with invented days.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.demo.directory import demo_entry
from hub.demo.load import LIFECYCLE, describe
from hub.demo.population import FRAMES
from hub.identity.roles import Role
from policies.workdays import CHINA, add_months
from tests.hub.clocks.test_calendar import LIST, NOTICE
from tests.hub.exemptions import records
from tests.law.conftest import ASKER, AUTHORITY, CIVIL, HOLDER, PACKS, PENALTIES, REPORTS, THIRD_PERSON, Town
from tests.law.conftest import publish_penalties as publish_with_a_protected_item
from tests.support import acts
from tests.support.acts import MARRIAGES
from tests.support.clock import Clock
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

START = datetime(2025, 9, 24, 9, 0, tzinfo=CHINA)
ITEM, LATE = "hunyin_zhuangtai", "dibao-duixiang"
BASE = records.BASE


@pytest.fixture(scope="module")
def town(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give a city of its own that begins before the National Day of 2025."""
    clock, folder = Clock(START), tmp_path_factory.mktemp("deadlines")
    with hosted_city(server, template, folder, now=clock) as city, ExitStack() as stack:
        doors = Doors(city)
        stack.callback(doors.close)
        made = Town("zhengzhou", city, clock, doors, stack)
        acts.publish_and_supply(city.people, MARRIAGES, folder / "files")
        acts.publish(city.people, REPORTS)
        acts.publish(city.people, LATE)
        publish_with_a_protected_item(city.people, folder / "files")
        yield made


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    """What an earlier day leaves for a later one."""
    return {}


@pytest.fixture(autouse=True)
def _city_rules(town: Town) -> None:
    town.under("zhengzhou")


def ask(town: Town, item: str = ITEM, entry: str = MARRIAGES) -> dict[str, Any]:
    return acts.ask_for(town.people, ASKER, entry, {item: "verify_only"})


def clock_of(town: Town, request: dict[str, Any], deadline: str = "share.reply.conditional") -> dict[str, Any]:
    return next(dict(one) for one in town.read(request)["clocks"] if one["deadline"] == deadline)


def clerk_calls(town: Town, path: str, body: dict[str, Any], member: str = HOLDER) -> dict[str, Any]:
    return records.clerk(town.people, member).call("POST", path, json=body)


def supplement(town: Town, request: dict[str, Any]) -> dict[str, Any]:
    body = {"text": "缺少办理低保核对的职责文件", "missing": {"": ["material"]}}
    path = f"/api/v1/requests/{request['id']}/supplement"
    return records.head(town.people, CIVIL).call("POST", path, json=body)


def supply_it(town: Town, request: dict[str, Any]) -> dict[str, Any]:
    path = f"/api/v1/requests/{request['id']}/supplement/reply"
    body = {"text": "已补充职责文件", "changes": {}}
    return town.people.person(ASKER, Role.AGENCY_USER).call("POST", path, json=body)


# 24 September 2025, a Wednesday before the long holiday: the vector of the guide is 14 October.


@pytest.mark.parametrize("pack", PACKS)
def test_share_reply_conditional_counts_over_a_holiday_and_its_make_up_days(
    town: Town, kept: dict[str, Any], pack: str
) -> None:
    town.under(pack)
    kept[pack] = request = ask(town)
    clock = clock_of(town, request)
    assert (clock["due_on"], clock["working_days"]) == ("2025-10-14", 10)


@pytest.mark.parametrize("pack", PACKS)
def test_share51_reply_conditional_is_used_by_no_pack(town: Town, kept: dict[str, Any], pack: str) -> None:
    assert [one["deadline"] for one in town.read(kept[pack])["clocks"]] == ["share.reply.conditional"]


@pytest.mark.parametrize("kind", ["third_party", "co_maker"])
def test_foi_third_party_and_foi_co_maker_give_fifteen_working_days(
    town: Town, kept: dict[str, Any], kind: str
) -> None:
    given = {**records.evidence(town.people, "R05", "tongxin_dizhi", HOLDER), "consultation": "not_asked"}
    record = town.in_force("R05", "tongxin_dizhi", evidence=given)
    body = records.letter(town.people, kind=kind)
    kept[kind] = clerk_calls(town, f"{BASE}/{record}/consultations", body)
    assert kept[kind]["due_on"] == "2025-10-21"


def test_share_correct_gives_ten_working_days(town: Town, kept: dict[str, Any]) -> None:
    both = dict.fromkeys(("shenfen_haoma", ITEM), "verify_only")
    request = acts.ask_for(town.people, ASKER, MARRIAGES, both)
    for item in both:
        acts.answer(town.people, CIVIL, request, item, decision="verify_only")
    town.settle()
    number = FRAMES[MARRIAGES]()["shenfen_haoma"].to_list()[0]
    body = {"entry": MARRIAGES, "key": {"shenfen_haoma": number}, "items": {ITEM: None}, "reason": "与证件不符"}
    kept["correction"] = made = town.people.system(ASKER).call("POST", "/api/v1/corrections", json=body)
    assert (made["clock"], made["due_on"]) == ("share.correct", "2025-10-14")


def test_share_deliver_gives_twenty_working_days_from_the_consenting_answer(town: Town, kept: dict[str, Any]) -> None:
    kept["delivery"] = request = ask(town, "dibao_biaoshi", LATE)
    acts.answer(town.people, CIVIL, request, "dibao_biaoshi", decision="verify_only")
    clock = clock_of(town, request, "share.deliver")
    assert (clock["due_on"], clock["state"]) == ("2025-10-28", "running")


@pytest.mark.parametrize(
    ("level", "years", "code"), [(1, 30, "secret_max_top"), (2, 20, "secret_max_secret"), (3, 10, "secret_max_conf")]
)
def test_secret_max_top_secret_max_secret_and_secret_max_conf_end_the_secrecy(
    town: Town, level: int, years: int, code: str
) -> None:
    ended = {}
    for more in (-1, 1):
        on = add_months(town.clock.today, -12 * years) - timedelta(days=more)
        given = records.pointer(town.people, HOLDER, level=level, classified_on=on.isoformat())
        body = records.body_of(town.people, "R01", given, entry=None, item=None, in_force_from=on.isoformat())
        body["in_force_until"] = None
        made = records.office(town.people, HOLDER).call("POST", BASE, json=body)
        ended[more] = "declassified" in {one["code"] for one in made["not_in_force"]}
    assert ended == {-1: False, 1: True}, code


def test_secret_review_is_yearly(town: Town) -> None:
    lacking = {}
    for months in (11, 13):
        on = add_months(town.clock.today, -months).isoformat()
        given = records.pointer(town.people, HOLDER, classified_on="2022-05-06", last_review_on=on)
        body = records.body_of(town.people, "R01", given, entry=None, item=None)
        made = records.office(town.people, HOLDER).call("POST", BASE, json=body)
        lacking[months] = "secrecy-review" in {one["code"] for one in made["not_in_force"]}
    assert lacking == {11: False, 13: True}


def test_pipl_pia_keep_holds_an_assessment_three_years(town: Town, kept: dict[str, Any]) -> None:
    kept["assessment"] = found = acts.assess(town.people, CIVIL, MARRIAGES, [ITEM])
    head = records.head(town.people, CIVIL)
    listed = assessment(town, found)
    gone = acts.problem_of(lambda: head.call("DELETE", f"{BASE}/assessments/{found}"))
    assert (listed["keep_until"], gone.status) == ("2028-09-24", 404)


def test_appeal_reconsider_and_appeal_suit_stand_in_the_remedy_of_what_is_not_open(town: Town) -> None:
    withheld = town.doors.public().get(f"/api/v1/datasets/{PENALTIES}").json()["withheld"]
    told = next(one for one in withheld if one["column"] == THIRD_PERSON)
    assert [word for word in ("行政复议", "60日", "15日") if word not in told["remedy"]] == []
    assert [word for word in ("60 days", "15 days") if word not in told["remedy_en"]] == []


def test_share_record_keep_begins_with_the_receipt_of_a_use(town: Town, kept: dict[str, Any]) -> None:
    answer = acts.verify(town.people.system(ASKER), MARRIAGES, {"shenfen_haoma": "0" * 18}, {ITEM: "10"})
    kept["receipt"] = answer["receipt"]
    assert acts.bundle_of(town.people.system(ASKER), kept["receipt"])


def test_cat_audit_gives_the_authority_two_working_days(town: Town) -> None:
    entry = "juzhuzheng"
    submitted(town, entry)
    town.sweep()
    clock = directory_clock(town, "cat.audit", entry)
    assert (clock["due_on"], clock["bound"]) == ("2025-09-26", AUTHORITY)


def test_cat_update_gives_the_department_ten_working_days_once_a_change_has_begun(town: Town) -> None:
    data = demo_entry(LATE, town.clock.today).entry.to_dict() | {"keywords": ["低保", "救助", "变更"]}
    records.clerk(town.people, CIVIL).call("PUT", f"/api/v1/entries/{LATE}/draft", json={"entry": data})
    town.sweep()
    clock = directory_clock(town, "cat.update", LATE)
    assert (clock["due_on"], clock["bound"]) == ("2025-10-14", CIVIL)


def assessment(town: Town, number: str) -> dict[str, Any]:
    listed = records.head(town.people, CIVIL).call("GET", f"{BASE}/assessments")["assessments"]
    return next(dict(one) for one in listed if one["id"] == number)


def submitted(town: Town, name: str) -> None:
    """Bring an entry to where the authority audits it."""
    entry = demo_entry(name, town.clock.today)
    describe(town.people, entry)
    for step, role in LIFECYCLE:
        path = f"/api/v1/entries/{name}/steps"
        town.people.person(entry.provider, role).call("POST", path, json={"step": step})


def directory_clock(town: Town, deadline: str, entry: str) -> dict[str, Any]:
    """Return a clock of the directory as it stands: it has no route of its own, its notices have."""
    with town.city.services.database.read_only() as unit:
        row = unit.connection.exec_driver_sql(
            "SELECT c.due_on::text, m.slug, c.stopped_on::text FROM hub.clock c JOIN hub.member m ON m.id = c.bound_id"
            " JOIN hub.entry e ON e.id = c.case_id WHERE c.deadline = %s AND e.name = %s",
            (deadline, entry),
        ).one()
    return {"due_on": row[0], "bound": row[1], "stopped": row[2]}


# From here the days pass.


def test_share_reply_unconditional_received_before_the_holiday_is_due_on_the_first_working_day_after(
    town: Town,
) -> None:
    town.clock.at(date(2025, 9, 30))
    clock = clock_of(town, ask(town, THIRD_PERSON, PENALTIES), "share.reply.unconditional")
    assert clock["due_on"] == "2025-10-09"


def test_share_reply_unconditional_received_on_a_friday_is_due_on_the_make_up_saturday(town: Town) -> None:
    town.clock.at(date(2025, 10, 10))
    clock = clock_of(town, ask(town, THIRD_PERSON, PENALTIES), "share.reply.unconditional")
    assert clock["due_on"] == "2025-10-11"


def test_cat_audit_overdue_goes_to_the_supervisor(town: Town) -> None:
    town.sweep()
    told = town.supervisor.call("GET", "/api/v1/notices", params={"limit": 200})["notices"]
    assert [one["kind"] for one in told if "居住证" in one["text"] and one["kind"] == "clock.overdue"]


@pytest.mark.parametrize("pack", PACKS)
def test_share_reply_conditional_warns_on_the_last_day_and_is_not_late_on_it(
    town: Town, kept: dict[str, Any], pack: str
) -> None:
    if town.clock.today < date(2025, 10, 14):
        town.clock.at(date(2025, 10, 14))
    town.sweep()
    told = town.notices(records.head(town.people, CIVIL), kept[pack], "clock.warning")
    late = town.notices(town.supervisor, kept[pack], "clock.overdue")
    assert (["100%" in one["text"] for one in told][:1], late) == ([True], [])


@pytest.mark.parametrize("pack", PACKS)
def test_share_reply_conditional_is_overdue_the_day_after_and_goes_to_the_supervisor(
    town: Town, kept: dict[str, Any], pack: str
) -> None:
    if town.clock.today < date(2025, 10, 15):
        town.clock.at(date(2025, 10, 15))
    town.sweep()
    assert len(town.notices(town.supervisor, kept[pack], "clock.overdue")) == 1
    assert acts.line_of(town.read(kept[pack]), ITEM)["state"] == "waiting"


def test_share_correct_overdue_goes_to_the_supervisor(town: Town, kept: dict[str, Any]) -> None:
    told = town.supervisor.call("GET", "/api/v1/notices", params={"limit": 200})["notices"]
    label = kept["correction"]["label"]
    assert [one["kind"] for one in told if label in one["text"] and one["kind"] == "clock.overdue"]


def test_foi_third_party_silence_leaves_the_decision_to_the_organ_and_foi_co_maker_silence_consents(
    town: Town, kept: dict[str, Any]
) -> None:
    town.clock.at(date(2025, 10, 22))
    town.sweep()
    head = records.head(town.people, HOLDER)
    ends = [
        head.call("GET", f"{BASE}/consultations/{kept[kind]['id']}")["outcome"] for kind in ("third_party", "co_maker")
    ]
    assert ends == ["silent", "consents_by_silence"]


def test_share_deliver_overdue_goes_to_the_supervisor_and_stops_when_the_data_comes(
    town: Town, kept: dict[str, Any]
) -> None:
    town.clock.at(date(2025, 10, 29))
    town.sweep()
    late = clock_of(town, kept["delivery"], "share.deliver")["state"]
    acts.push_demo_file(town.people, LATE, town.city.folder / "late")
    town.sweep()
    clock = clock_of(town, kept["delivery"], "share.deliver")
    assert (late, clock["state"], clock["late_days"]) == ("overdue", "stopped", 1)


def test_share_reply_conditional_received_on_a_day_off_counts_from_the_next_working_day(town: Town) -> None:
    town.clock.at(date(2025, 11, 1))  # a Saturday
    assert clock_of(town, ask(town))["due_on"] == "2025-11-14"


@pytest.mark.parametrize("mark", [50, 80, 100])
def test_share_reply_conditional_warns_at_50_80_and_100_percent(town: Town, kept: dict[str, Any], mark: int) -> None:
    request = kept.get("warned") or ask(town)
    kept["warned"] = request
    while town.clock.today < {50: date(2025, 11, 7), 80: date(2025, 11, 12), 100: date(2025, 11, 14)}[mark]:
        town.clock.forward(days=1)
        town.sweep()
    told = town.notices(records.head(town.people, CIVIL), request, "clock.warning")
    assert [f"{one}%" for one in (50, 80, 100) if any(f"{one}%" in notice["text"] for notice in told)][-1] == f"{mark}%"


def test_share_reply_conditional_extended_by_ten_counts_over_the_spring_festival(town: Town) -> None:
    town.clock.at(date(2026, 2, 6))
    request = ask(town)
    assert clock_of(town, request)["due_on"] == "2026-02-27"  # 14 February is worked, 15 to 23 are not
    body = {"working_days": 10, "reason": "须核对历史档案"}
    path = f"/api/v1/requests/{request['id']}/extension"
    asked = records.head(town.people, CIVIL).call("POST", path, json=body)
    decision = {"consents": True, "text": "情况属实"}
    town.supervisor.call("POST", f"/api/v1/extensions/{asked['id']}/decision", json=decision)
    clock = clock_of(town, request)
    assert (clock["due_on"], clock["extended_by"]) == ("2026-03-12", 10)  # 28 February is worked
    again = acts.problem_of(lambda: records.head(town.people, CIVIL).call("POST", path, json=body))
    assert again.status == 409


def test_share_supplement_stops_the_clock_once_and_the_days_awaited_do_not_count(town: Town) -> None:
    request = ask(town)
    town.clock.at(date(2026, 2, 9))
    supplement(town, request)
    standing = clock_of(town, request)
    town.clock.at(date(2026, 3, 2))
    town.sweep()
    still = clock_of(town, request)["state"]
    supply_it(town, request)
    running = clock_of(town, request)
    again = acts.problem_of(lambda: supplement(town, request))
    assert (standing["state"], standing["due_on"], still) == ("paused", None, "paused")
    assert (running["due_on"], again.status) == ("2026-03-13", 409)


def test_a_calendar_that_is_missing_starts_no_clock_and_once_loaded_counts(town: Town) -> None:
    town.clock.at(date(2026, 11, 16))
    town.sweep()
    operator = town.people.person(AUTHORITY, Role.SYSTEM_ADMIN)
    told = [one["kind"] for one in operator.call("GET", "/api/v1/notices")["notices"]]
    town.clock.at(date(2026, 12, 28))
    problem = acts.problem_of(lambda: ask(town))
    operator = town.people.person(AUTHORITY, Role.SYSTEM_ADMIN)
    operator.call("PUT", "/api/v1/calendar/2027", json={"notice": NOTICE, "csv": LIST})
    assert ("calendar.missing" in told, problem.status, problem.problem["year"]) == (True, 503, 2027)
    assert clock_of(town, ask(town))["due_on"] == "2027-01-12"


def test_share_record_keep_and_ndsr_provision_keep_and_pipl_pia_keep_outlast_three_years(
    town: Town, kept: dict[str, Any]
) -> None:
    town.clock.at(date(2028, 9, 24))
    town.sweep()
    assert acts.bundle_of(town.people.person(ASKER, Role.AGENCY_USER), kept["receipt"])
    assert assessment(town, kept["assessment"])["keep_until"] == "2028-09-24"
