"""Warnings at 50, 80 and 100 %, overdue to the supervisor by itself, urging; silence never equals no."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.identity.roles import Role
from tests.hub.clocks.conftest import ASKER, ITEM, PROVIDER
from tests.support import acts

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.hub.clocks.conftest import Office


def notices(person: Hub, request: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the notices of a kind a person has about a request, the newest first."""
    found = person.call("GET", "/api/v1/notices", params={"limit": 200})["notices"]
    return [one for one in found if one["kind"] == kind and request["label"] in one["text"]]


def late_case(office: Office, request: dict[str, Any]) -> dict[str, Any]:
    found = office.supervisor.call("GET", "/api/v1/overdue", params={"limit": 200})["cases"]
    return next(one for one in found if request["label"] in one["label"])


def make_late(office: Office, days: int = 11) -> dict[str, Any]:
    request = office.ask()
    office.clock.forward(working_days=days)
    office.sweep()
    return request


def test_the_provider_is_warned_at_50_80_and_100_percent_once_each(office: Office) -> None:
    request = office.ask()
    marks = []
    for day in range(1, 11):
        office.clock.forward(working_days=1)
        office.sweep()
        office.sweep()
        marks.append((day, len(notices(office.provider, request, "clock.warning"))))
    assert [day for day, count in marks if count > dict(marks).get(day - 1, 0)] == [5, 8, 10]


def test_a_clock_jump_over_all_marks_gives_the_last_warning_and_the_report(office: Office) -> None:
    request = make_late(office)
    assert len(notices(office.provider, request, "clock.warning")) == 1
    assert "100%" in notices(office.provider, request, "clock.warning")[0]["text"]


def test_share_reply_conditional_overdue_is_reported_to_the_supervisor_by_itself(office: Office) -> None:
    request = make_late(office)
    assert len(notices(office.supervisor, request, "clock.overdue")) == 1


def test_both_sides_see_that_a_line_is_overdue_and_still_open(office: Office) -> None:
    request = make_late(office)
    told = [len(notices(person, request, "clock.overdue")) for person in (office.asker, office.provider)]
    clock = office.read(request)["clocks"][0]
    assert (told, clock["state"], clock["late_days"], office.line(request)["state"]) == (
        [1, 1],
        "overdue",
        1,
        "waiting",
    )


def test_the_report_is_made_once(office: Office) -> None:
    request = make_late(office)
    office.clock.forward(working_days=3)
    office.sweep()
    assert len(notices(office.supervisor, request, "clock.overdue")) == 1


def test_every_warning_and_report_has_its_receipt(office: Office) -> None:
    request = make_late(office)
    line = acts.line_of(request, ITEM)["id"]
    with office.city.services.database.begin() as unit:
        bodies = unit.driver.execute("SELECT convert_from(body, 'UTF8') FROM hub.receipt ORDER BY id").fetchall()
    actions = [
        body["action"]
        for (text,) in bodies
        if (body := json.loads(str(text))).get("subject_id") == line and body["kind"] == "clock"
    ]
    assert actions == ["clock.start", "clock.warn", "clock.lapse"]


def test_an_overdue_line_can_still_be_answered_and_says_how_late(office: Office) -> None:
    request = make_late(office, 13)
    office.answer(request)
    answered = office.line(request)
    assert (answered["state"], answered["answer"]["late_days"]) == ("granted", 3)


def test_the_letter_of_a_late_answer_says_so(office: Office) -> None:
    request = make_late(office, 12)
    office.answer(request)
    text = office.asker.raw("GET", f"{office.path(request)}/letter", params={"format": "text"}).text
    assert "逾期 2 个工作日" in text


def test_an_answer_in_time_is_not_reported(office: Office) -> None:
    request = office.ask()
    office.clock.forward(working_days=10)
    office.answer(request)
    office.clock.forward(working_days=5)
    office.sweep()
    assert notices(office.supervisor, request, "clock.overdue") == []


def test_the_supervisor_sees_the_members_that_are_late(office: Office) -> None:
    make_late(office, 12)
    rows = office.supervisor.call("GET", "/api/v1/overdue/members")["members"]
    row = next(one for one in rows if one["member"] == PROVIDER)
    assert row["overdue"] >= 1
    assert row["longest_working_days"] >= 2


def test_the_supervisor_urges_and_the_provider_gives_the_reason(office: Office) -> None:
    request = make_late(office)
    clock = late_case(office, request)
    office.supervisor.call("POST", f"/api/v1/clocks/{clock['id']}/urge", json={"text": "请于三日内答复"})
    office.provider.call("POST", f"/api/v1/clocks/{clock['id']}/reason", json={"reason": "历史档案尚在整理"})
    urged = late_case(office, request)["urged"]
    assert [(one["text"], one["reason"]) for one in urged] == [("请于三日内答复", "历史档案尚在整理")]


def test_what_is_in_time_cannot_be_urged(office: Office) -> None:
    request = office.ask()
    clock = office.read(request)["clocks"][0]
    path = f"/api/v1/clocks/{clock['id']}/urge"
    assert acts.problem_of(lambda: office.supervisor.call("POST", path, json={"text": "催办"})).status == 404


def test_a_department_sees_its_own_late_cases_alone(office: Office) -> None:
    make_late(office)
    other = office.city.people.person("jiaoyuju", Role.APPROVER)
    assert other.call("GET", "/api/v1/overdue")["total"] == 0


def test_a_read_notice_is_new_for_the_others_of_the_organ(office: Office) -> None:
    request = make_late(office)
    office.asker.call("POST", f"/api/v1/notices/{notices(office.asker, request, 'clock.overdue')[0]['id']}/read")
    unread = [
        list(person.call("GET", "/api/v1/notices", params={"unread": True, "limit": 200})["notices"])
        for person in (office.asker, office.head)
    ]
    about = [
        [one for one in found if request["label"] in one["text"] and one["kind"] == "clock.overdue"] for found in unread
    ]
    assert [len(one) for one in about] == [0, 1]


def test_a_notice_of_another_organ_cannot_be_marked_as_read(office: Office) -> None:
    request = make_late(office)
    notice = notices(office.asker, request, "clock.overdue")[0]
    stranger = office.city.people.person("jiaoyuju", Role.AGENCY_USER)
    problem = acts.problem_of(lambda: stranger.call("POST", f"/api/v1/notices/{notice['id']}/read"))
    assert problem.status == 404


def test_share_deliver_runs_until_there_is_data_and_is_reported_when_late(office: Office) -> None:
    people = office.city.people
    acts.publish(people, "jiuye-dengji" if ASKER != "rensheju" else "dibao-duixiang")
    entry = "dibao-duixiang"
    column = next(iter(office.asker.call("GET", f"/api/v1/datasets/{entry}")["items"]))["column"]
    request = acts.ask_for(people, ASKER, entry, {column: "verify_only"})
    acts.answer(people, PROVIDER, request, column, decision="verify_only")
    office.clock.forward(working_days=21)
    office.sweep()
    deliver = next(one for one in office.read(request)["clocks"] if one["deadline"] == "share.deliver")
    acts.push_demo_file(people, entry, office.city.folder / "late")
    office.sweep()
    stopped = next(one for one in office.read(request)["clocks"] if one["deadline"] == "share.deliver")
    assert (deliver["state"], stopped["state"], stopped["late_days"]) == ("overdue", "stopped", 1)
