"""Corrections over HTTP: case 15, share.correct with its clock, flags, copies, and who may do what."""

from __future__ import annotations

import csv
import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from hub import rounds
from hub.demo.directory import demo_entry
from hub.demo.population import FRAMES
from hub.exchange import clocks
from hub.exchange.corrections.records import CASE_KIND
from hub.identity.roles import Role
from tests.hub.corrections.conftest import AGENCY, OTHER, SOURCE, Place
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2


def ask(place: Place, member: str, number: str, **more: Any) -> dict[str, Any]:
    """Query one resident as an agency's system."""
    where = {"item": "shenfen_haoma", "op": "eq", "value": number}
    found: dict[str, Any] = acts.query(place.city.people.system(member), RESIDENTS, where=where, **more).json()
    return found


def push_change(place: Place, folder: Path, number: str, **values: object) -> None:
    """Push a resident's record with other values, as the police do every day."""
    frame = FRAMES[RESIDENTS]().filter(pl.col("shenfen_haoma") == number)
    row = {**frame.to_dicts()[0], **values}
    names = {item.column: item.name for item in demo_entry(RESIDENTS, date.today()).entry.items}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "change.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([names[column] for column in row])
        writer.writerow([_text(value) for value in row.values()])
    place.city.people.system(SOURCE).push(RESIDENTS, path, options={"mode": "upsert"})


def _text(value: object) -> str:
    return (
        ""
        if value is None
        else {True: "是", False: "否"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )


def as_staff(
    place: Place, role: Role, path: str, body: dict[str, Any] | None = None, member: str = SOURCE
) -> httpx2.Response:
    """Post as a person of an organ."""
    return place.doors.staff(member, role).post(f"/api/v1{path}", json=body or {})


def test_case_15_while_a_correction_is_open_business_goes_on_and_the_row_is_flagged(place: Place) -> None:
    number = place.person(0)
    before = ask(place, AGENCY, number)
    place.report(number, {"minzu": "02"})
    after = ask(place, AGENCY, number)
    assert (before["under_verification"], "under_verification" in before["obligations"]) == ([], False)
    assert after["under_verification"] == [{"row": 0, "items": ["minzu"]}]
    assert "under_verification" in after["obligations"]
    assert after["rows"] == before["rows"]


def test_other_rows_of_the_resource_are_not_flagged(place: Place) -> None:
    place.report(place.person(1), {"minzu": "02"})
    clean = ask(place, AGENCY, place.person(2))
    assert (clean["under_verification"], "under_verification" in clean["obligations"]) == ([], False)


def test_who_may_not_see_the_doubted_item_is_told_nothing(place: Place) -> None:
    number = place.person(3)
    place.report(number, {"minzu": "02"})
    stranger = ask(place, OTHER, number)
    assert (stranger["under_verification"], "under_verification" in stranger["obligations"]) == ([], False)


def test_a_verification_says_which_items_are_under_verification(place: Place) -> None:
    number = place.person(4)
    place.report(number, {"xingbie": "1"})
    system = place.city.people.system(AGENCY)
    answer = acts.verify(system, RESIDENTS, {"shenfen_haoma": number}, {"xingbie": "1", "minzu": "01"})
    assert answer["under_verification"] == ["xingbie"]


def test_a_file_says_how_many_of_its_rows_are_under_verification(place: Place) -> None:
    wanted = {"xingming": "full", "minzu": "full"}
    acts.ask_for(place.city.people, "rensheju", RESIDENTS, wanted, modes=["download"])
    place.report(place.person(6), {"minzu": "02"})
    question = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
    path = f"/api/v1/exchange/{RESIDENTS}/download"
    system = place.city.people.system("rensheju")
    whole = system.raw("GET", path, params=question).headers.get("Under-Verification", "")
    without = system.raw("GET", path, params={**question, "item": "xingming"}).headers
    assert (whole.startswith("rows="), whole.endswith("; items=minzu"), "Under-Verification" in without) == (
        True,
        True,
        False,
    )


def test_the_clock_of_share_correct_is_ten_working_days_and_overdue_goes_to_the_supervisor(place: Place) -> None:
    made = place.report(place.person(5), {"minzu": "02"})
    due = date.fromisoformat(made["due_on"])
    days = place.city.services.context.calendar.working_days_between(place.clock.today, due)
    place.clock.forward(working_days=11)
    rounds.run_now(place.city.services)
    with place.city.services.database.begin() as unit:
        clock = clocks.running(unit, CASE_KIND, uuid.UUID(made["id"]))
    assert (days, made["clock"]) == (10, "share.correct")
    assert clock is not None
    assert clock.escalated_at is not None


def test_a_second_report_on_the_same_record_and_item_joins_the_case(place: Place) -> None:
    number = place.person(6)
    first = place.report(number, {"xingbie": "1"})
    body = {"entry": RESIDENTS, "key": {"shenfen_haoma": number}, "items": {"xingbie": "2"}, "reason": "学籍不同"}
    second = place.city.people.system(OTHER).call("POST", "/api/v1/corrections", json=body)
    assert (second["id"], second["label"]) == (first["id"], first["label"])


def test_corrected_is_not_believed_before_the_record_has_changed(place: Place) -> None:
    made = place.report(place.person(7), {"minzu": "02"})
    body = {"result": "corrected", "finding": "查档后已改"}
    answer = as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/answer", body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-corrected-yet")


def test_corrected_names_the_push_lowers_the_flag_and_tells_the_holders_of_copies(place: Place, tmp_path: Path) -> None:
    number = place.person(8)
    ask(place, AGENCY, number)
    made = place.report(number, {"minzu": "11"})
    as_staff(place, Role.CLERK, f"/corrections/{made['id']}/investigate")
    push_change(place, tmp_path, number, minzu="11")
    answer = as_staff(
        place, Role.APPROVER, f"/corrections/{made['id']}/answer", {"result": "corrected", "finding": "查档后已改"}
    ).json()
    copies = place.city.people.system(AGENCY).call("GET", "/api/v1/corrections/copies")["copies"]
    assert (answer["state"], answer["push"] >= 2, answer["closed_in_time"]) == ("corrected", True, True)
    assert ask(place, AGENCY, number)["under_verification"] == []
    assert made["id"] in [one["correction"] for one in copies]


def test_with_the_next_push_the_flag_stays_until_it_comes(place: Place, tmp_path: Path) -> None:
    number = place.person(9)
    made = place.report(number, {"minzu": "03"})
    body = {"result": "corrected", "finding": "属实，随下次推送更正", "with_next_push": True}
    waiting = as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/answer", body).json()
    flagged = ask(place, AGENCY, number)["under_verification"]
    push_change(place, tmp_path, number, minzu="03")
    rounds.run_now(place.city.services, "corrections")
    case = place.city.people.system(AGENCY).call("GET", f"/api/v1/corrections/{made['id']}")
    assert (waiting["state"], flagged) == ("awaiting_push", [{"row": 0, "items": ["minzu"]}])
    assert (case["state"], ask(place, AGENCY, number)["under_verification"]) == ("corrected", [])


def test_right_as_it_is_closes_the_case_with_its_finding(place: Place) -> None:
    made = place.report(place.person(10), {"minzu": "02"})
    body = {"result": "right", "finding": "经核对户籍档案，登记无误"}
    answer = as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/answer", body).json()
    assert (answer["state"], answer["finding"]) == ("right", "经核对户籍档案，登记无误")


def test_an_answer_must_name_its_finding(place: Place) -> None:
    made = place.report(place.person(11), {"minzu": "02"})
    answer = as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/answer", {"result": "right", "finding": "  "})
    assert answer.status_code == 422


def test_a_case_sent_on_starts_a_clock_at_the_other_holder(place: Place) -> None:
    made = place.report(place.person(12), {"xingming": None})
    body = {"to": MARRIAGES, "finding": "姓名以婚姻登记为准"}
    answer = as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/forward", body).json()
    there = (
        place.doors.staff("minzhengju", Role.APPROVER).get(f"/api/v1/corrections/{answer['forwarded']['id']}").json()
    )
    assert (answer["state"], there["state"], there["working_days_left"]) == ("forwarded", "reported", 10)


def test_a_report_taken_back_ends_the_case_and_lowers_the_flag(place: Place) -> None:
    number = place.person(13)
    made = place.report(number, {"minzu": "02"})
    system = place.city.people.system(AGENCY)
    ended = system.call("POST", f"/api/v1/corrections/{made['id']}/withdraw")
    assert (ended["state"], ask(place, AGENCY, number)["under_verification"]) == ("withdrawn", [])


def test_items_that_were_not_granted_cannot_be_reported(place: Place) -> None:
    body = {
        "entry": RESIDENTS, "key": {"shenfen_haoma": place.person(14)}, "items": {"huji_dizhi": None}, "reason": "不符",
    }  # fmt: skip
    ungranted = place.doors.system(AGENCY).post("/api/v1/corrections", json=body)
    body |= {"key": {"shenfen_haoma": "410199199001011232"}, "items": {"minzu": None}}
    unknown = place.doors.system(AGENCY).post("/api/v1/corrections", json=body)
    assert (ungranted.status_code, unknown.status_code) == (404, 404)
    assert ungranted.json()["detail"] == unknown.json()["detail"]


def test_another_organs_correction_reads_as_not_there(place: Place) -> None:
    made = place.report(place.person(15), {"minzu": "02"})
    other = place.doors.system("minzhengju").get(f"/api/v1/corrections/{made['id']}")
    assert (other.status_code, other.json()["type"]) == (404, "/problems/correction-not-found")


def test_another_organ_cannot_answer_or_take_back(place: Place) -> None:
    made = place.report(place.person(16), {"minzu": "02"})
    body = {"result": "right", "finding": "无误"}
    answered = as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/answer", body, member="minzhengju")
    taken = place.doors.system("minzhengju").post(f"/api/v1/corrections/{made['id']}/withdraw")
    assert (answered.status_code, taken.status_code) == (404, 404)


def test_what_was_claimed_is_shown_to_the_source_and_stands_nowhere_in_clear(place: Place) -> None:
    made = place.report(place.person(17), {"xingming": "示例改名人"}, reason="户口簿上是另一个名字")
    shown = place.doors.staff(SOURCE, Role.CLERK).get(f"/api/v1/corrections/{made['id']}").json()
    with place.city.services.database.begin() as unit:
        kept = unit.driver.execute(
            "SELECT count(*) FROM hub.correction_report WHERE position('示例改名人'::bytea in sealed) > 0"
        ).fetchone()
        logged = unit.driver.execute(
            "SELECT count(*) FROM hub.receipt WHERE position(convert_to('示例改名人', 'UTF8') in body) > 0"
        ).fetchone()
    assert shown["reports"][0]["content"]["claims"] == {"xingming": "示例改名人"}
    assert (kept, logged) == ((0,), (0,))


def test_evidence_comes_back_as_it_was_sent(place: Place) -> None:
    made = place.report(place.person(18), {"minzu": "02"})
    door, path = place.doors.system(AGENCY), f"/api/v1/corrections/{made['id']}/evidence"
    content = b"%PDF-1.4 \xe8\xaf\x81\xe6\x98\x8e"
    sent = door.post(path, params={"name": "证明.pdf"}, content=content)
    back = place.doors.staff(SOURCE, Role.CLERK).get(f"{path}/{sent.json()['id']}")
    assert (sent.status_code, back.content, back.headers["content-type"]) == (201, content, "application/pdf")
    assert back.headers["content-disposition"].startswith("attachment")


def test_evidence_that_is_too_large_or_of_no_known_kind_is_refused(place: Place) -> None:
    made = place.report(place.person(19), {"minzu": "02"})
    door, path = place.doors.system(AGENCY), f"/api/v1/corrections/{made['id']}/evidence"
    large = door.post(path, params={"name": "a.pdf"}, content=b"%PDF-" + b"0" * 950_000)
    beyond = door.post(path, params={"name": "a.pdf"}, content=b"%PDF-" + b"0" * 1_100_000)
    program = door.post(path, params={"name": "a.pdf"}, content=b"MZ\x00\x01")
    assert (large.status_code, beyond.status_code, program.status_code) == (422, 413, 422)


def test_evidence_with_a_secrecy_mark_is_stopped_with_an_incident_and_nothing_is_kept(place: Place) -> None:
    made = place.report(place.person(20), {"minzu": "02"})
    before = place.city.counts()
    door, path = place.doors.system(AGENCY), f"/api/v1/corrections/{made['id']}/evidence"
    stopped = door.post(path, params={"name": "a.txt"}, content="机密★10年 关于某事".encode())
    after = place.city.counts()
    assert stopped.status_code == 422
    assert after["hub.incident"] == before["hub.incident"] + 1
    assert after["hub.correction_evidence"] == before["hub.correction_evidence"]


def test_the_holder_of_a_copy_says_that_it_is_brought_up_to_date(place: Place, tmp_path: Path) -> None:
    number = place.person(21)
    ask(place, AGENCY, number)
    made = place.report(number, {"minzu": "11"})
    push_change(place, tmp_path, number, minzu="11")
    body = {"result": "corrected", "finding": "已改"}
    as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/answer", body)
    place.city.people.system(AGENCY).call("POST", f"/api/v1/corrections/{made['id']}/acknowledge")
    shown = place.doors.staff(SOURCE, Role.CLERK).get(f"/api/v1/corrections/{made['id']}").json()
    assert [one["acknowledged_at"] is not None for one in shown["copies"]].count(True) == 1


def test_who_reported_a_record_of_the_own_organ_does_not_answer_it(place: Place) -> None:
    number = place.person(22)
    body = {"entry": RESIDENTS, "key": {"shenfen_haoma": number}, "items": {"minzu": "02"}, "reason": "自查发现"}
    made = as_staff(place, Role.APPROVER, "/corrections", body).json()
    answer = as_staff(place, Role.APPROVER, f"/corrections/{made['id']}/answer", {"result": "right", "finding": "无误"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/correction-state")


def test_a_reason_with_markup_is_kept_as_text(place: Place) -> None:
    script = "<script>alert(1)</script>"
    made = place.report(place.person(23), {"minzu": None}, reason=script)
    shown = place.doors.staff(SOURCE, Role.CLERK).get(f"/api/v1/corrections/{made['id']}")
    assert shown.json()["reports"][0]["content"]["reason"] == script
    assert shown.headers["content-type"].startswith("application/json")


def test_the_public_can_read_how_many_were_closed_in_time(place: Place) -> None:
    figures = place.doors.public().get("/api/v1/corrections/figures").json()
    assert figures["closed"] >= figures["closed_in_time"] >= 1
    assert 0 <= figures["percent_in_time"] <= 100
