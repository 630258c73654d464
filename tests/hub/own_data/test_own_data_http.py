"""People's own rights over HTTP: cases 3 and 12, my data, who looked at it, correction and complaint."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.demo.firms import firms
from hub.identity.roles import Role
from tests.support.acts import COMPANIES, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    import httpx2

    from tests.hub.own_data.conftest import Place


def records(browser: httpx2.Client, **params: str) -> list[str]:
    """Return the names of the resources with a record."""
    return [one["name"] for one in browser.get("/api/v1/me/records", params=params).json()["records"]]


def test_case_3_a_citizen_sees_organs_purposes_and_times_without_officers(place: Place) -> None:
    person = place.adult(0)
    place.query(person.number, items=["xingming"])
    found = place.sign_in(person.number).get("/api/v1/me/accesses").json()
    one = found["accesses"][0]
    assert (one["organ"], one["purpose"], one["items"]) == ("示例市住房和城乡建设局", "低保核对", ["姓名"])
    assert set(one) == {"at", "organ", "resource", "title", "kind", "purpose", "legal_basis", "items"}


def test_a_query_about_somebody_else_is_not_among_mine(place: Place) -> None:
    place.query(place.adult(1).number, items=["xingming"])
    found = place.sign_in(place.adult(2).number).get("/api/v1/me/accesses").json()
    assert [one for one in found["accesses"] if one["organ"] is not None] == []


def test_a_page_of_many_records_is_told_as_such(place: Place) -> None:
    place.city.people.system("zhujianju").raw(
        "POST",
        f"/api/v1/exchange/{RESIDENTS}/query",
        json={"purpose": "低保核对", "case_number": "DB-1", "items": ["xingbie"], "limit": 5},
    )
    found = place.sign_in(place.adult(3).number).get("/api/v1/me/accesses").json()
    assert ("示例市住房和城乡建设局", RESIDENTS) in [(one["organ"], one["resource"]) for one in found["whole"]]


def test_my_data_lists_the_registers_that_hold_a_record_on_me(place: Place) -> None:
    assert records(place.sign_in(place.adult(4).number)) == [RESIDENTS, MARRIAGES]


def test_my_record_holds_my_rows_alone(place: Place) -> None:
    person = place.adult(5)
    own = place.sign_in(person.number).get(f"/api/v1/me/records/{RESIDENTS}").json()
    assert [row["shenfen_haoma"] for row in own["rows"]] == [person.number]
    assert own["total"] == 1


def test_a_spouses_number_in_my_own_record_is_withheld_with_its_ground(place: Place) -> None:
    person = place.adult(19)
    assert person.spouse is not None
    own = place.sign_in(person.number, second_factor="1").get(f"/api/v1/me/records/{MARRIAGES}")
    barred = [(one["column"], one["ground"]) for one in own.json()["items"] if not one["given"]]
    assert barred == [("peiou_shenfen_haoma", "R05")]
    assert person.spouse.number not in own.text


def test_a_guardians_number_in_the_childs_record_is_masked(place: Place) -> None:
    child = place.child(10)
    assert child.guardian is not None
    browser = place.sign_in(child.guardian.number, second_factor="1")
    csrf = browser.get("/api/v1/me").json()["csrf"]
    ward = browser.post("/api/v1/me/wards", json={"number": child.number}, headers={"X-CSRF-Token": csrf}).json()
    own = browser.get("/api/v1/me/records/xueji", params={"ward": ward["ward"]})
    assert own.json()["rows"][0]["jianhuren_shenfen"][1:17] == "*" * 16
    assert child.guardian.number not in own.text


def test_a_resource_without_a_record_on_me_reads_like_one_that_is_not_there(place: Place) -> None:
    browser = place.sign_in(place.adult(6).number)
    without = browser.get("/api/v1/me/records/xueji", headers={"Accept": "application/json"})
    nowhere = browser.get("/api/v1/me/records/no-such-entry", headers={"Accept": "application/json"})
    assert (without.status_code, nowhere.status_code) == (404, 404)
    assert without.json()["detail"] == nowhere.json()["detail"]


def test_my_own_look_leaves_a_receipt_and_is_shown_as_mine(place: Place) -> None:
    browser = place.sign_in(place.adult(7).number)
    receipt = browser.get(f"/api/v1/me/records/{RESIDENTS}").headers["Receipt"]
    found = browser.get("/api/v1/me/accesses").json()
    assert len(receipt) == 36
    assert [(one["organ"], one["purpose"]) for one in found["accesses"]] == [(None, "own-record")]


def test_case_12_the_guardian_of_a_twelve_year_old_sees_the_childs_record_after_proof(place: Place) -> None:
    child = place.child(12)
    assert child.guardian is not None
    browser = place.sign_in(child.guardian.number, second_factor="1")
    csrf = browser.get("/api/v1/me").json()["csrf"]
    before = browser.get("/api/v1/me/records/xueji", params={"ward": "x"}, headers={"Accept": "application/json"})
    proven = browser.post("/api/v1/me/wards", json={"number": child.number}, headers={"X-CSRF-Token": csrf})
    own = browser.get("/api/v1/me/records/xueji", params={"ward": proven.json()["ward"]}).json()
    assert (before.status_code, proven.status_code) == (403, 201)
    assert [row["shenfen_haoma"] for row in own["rows"]] == [child.number]


def test_case_12_the_twelve_year_old_alone_is_sent_to_the_guardian(place: Place) -> None:
    browser = place.sign_in(place.child(12).number)
    answer = browser.get("/api/v1/me/records", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/through-guardian")


def test_case_12_from_fourteen_the_childs_own_right_stands_beside_the_guardians(place: Place) -> None:
    child = place.child(15)
    assert RESIDENTS in records(place.sign_in(child.number))


def test_nobody_is_guardian_of_a_stranger(place: Place) -> None:
    browser = place.sign_in(place.adult(8).number, second_factor="1")
    csrf = browser.get("/api/v1/me").json()["csrf"]
    headers = {"X-CSRF-Token": csrf, "Accept": "application/json"}
    stranger = browser.post("/api/v1/me/wards", json={"number": place.child(12).number}, headers=headers)
    nobody = browser.post("/api/v1/me/wards", json={"number": "410199201401011234"}, headers=headers)
    assert (stranger.status_code, nobody.status_code) == (403, 403)
    assert stranger.json()["detail"] == nobody.json()["detail"]


def test_a_child_register_wants_a_second_factor_of_the_guardian(place: Place) -> None:
    child = place.child(11)
    assert child.guardian is not None
    browser = place.sign_in(child.guardian.number)
    csrf = browser.get("/api/v1/me").json()["csrf"]
    ward = browser.post("/api/v1/me/wards", json={"number": child.number}, headers={"X-CSRF-Token": csrf}).json()
    own = browser.get("/api/v1/me/records/xueji", params={"ward": ward["ward"]}).json()
    assert own["rows"] == []
    assert all(item["needs_second_factor"] for item in own["items"])


def test_a_legal_person_sees_its_own_record_and_no_other(place: Place) -> None:
    firm = firms()[0]
    browser = place.sign_in(place.adult(9).number, body=firm.code)
    own = browser.get(f"/api/v1/me/records/{COMPANIES}").json()
    assert [row["xinyong_daima"] for row in own["rows"]] == [firm.code]
    assert records(browser) == [COMPANIES]


def delay(place: Place, mode: str, purpose: str, days: int) -> None:
    """Withhold the agency's accesses for a purpose, set by its approver and confirmed by the supervisor."""
    body = {
        "mode": mode, "purposes": [purpose], "legal_basis": "刑事诉讼法 第五十四条",
        "until": (place.clock.today + timedelta(days=days)).isoformat(),
    }  # fmt: skip
    set_by = place.doors.staff("zhujianju", Role.AGENCY_APPROVER)
    made = set_by.post("/api/v1/access-delays", json=body).json()
    supervisor = place.doors.staff("shujuju", Role.SUPERVISOR)
    assert supervisor.post(f"/api/v1/access-delays/{made['id']}/decide", json={"confirms": True}).status_code == 200


def test_accesses_of_an_inquiry_are_withheld_without_a_trace_and_told_after_the_day(place: Place) -> None:
    person = place.adult(10)
    browser = place.sign_in(person.number)
    delay(place, "delay", "低保核对", 3)
    quiet: dict[str, Any] = browser.get("/api/v1/me/accesses").json()
    place.query(person.number, items=["xingming"])
    hidden: dict[str, Any] = browser.get("/api/v1/me/accesses").json()
    place.clock.forward(days=5)
    told = place.sign_in(person.number).get("/api/v1/me/accesses").json()
    assert (hidden["total"], hidden["accesses"], hidden["note"]) == (quiet["total"], quiet["accesses"], quiet["note"])
    assert told["total"] == hidden["total"] + 1


def test_a_record_that_withholds_does_nothing_before_a_supervisor_confirms(place: Place) -> None:
    person = place.adult(11)
    body = {
        "mode": "suppress", "purposes": ["低保核对"], "legal_basis": "刑事诉讼法 第五十四条",
        "until": (place.clock.today + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    place.doors.staff("zhujianju", Role.AGENCY_APPROVER).post("/api/v1/access-delays", json=body)
    place.query(person.number, items=["xingming"])
    assert place.sign_in(person.number).get("/api/v1/me/accesses").json()["total"] == 1


def test_a_citizen_asks_for_a_correction_with_a_clock_of_fifteen_working_days(place: Place) -> None:
    browser = place.sign_in(place.adult(12).number)
    form = {
        "csrf": place.csrf(browser), "entry": RESIDENTS, "row": "1", "item": "minzu", "value": "02", "reason": "户口簿",
    }  # fmt: skip
    sent = browser.post("/me/corrections", data=form, files={"file": ("a.txt", b"photo of the book")})
    mine = browser.get("/api/v1/me/corrections").json()["corrections"]
    assert (sent.status_code, mine[0]["clock"], mine[0]["working_days_left"]) == (303, "product.own_record", 15)


def test_anothers_correction_cannot_be_taken_back(place: Place) -> None:
    browser = place.sign_in(place.adult(13).number)
    headers = {"X-CSRF-Token": browser.get("/api/v1/me").json()["csrf"], "Accept": "application/json"}
    body = {"entry": RESIDENTS, "items": {"minzu": None}, "reason": "不符"}
    made = browser.post("/api/v1/me/corrections", json=body, headers=headers).json()
    other = place.sign_in(place.adult(14).number)
    headers = {"X-CSRF-Token": other.get("/api/v1/me").json()["csrf"], "Accept": "application/json"}
    answer = other.post(f"/api/v1/me/corrections/{made['id']}/withdraw", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/correction-not-found")


def test_a_complaint_reaches_the_supervisor_and_its_answer_the_person(place: Place) -> None:
    browser = place.sign_in(place.adult(15).number)
    browser.post("/me/complaints", data={"csrf": place.csrf(browser), "text": "查询过于频繁 <b>x</b>"})
    made = browser.get("/api/v1/me/complaints").json()["complaints"][0]
    supervisor = place.doors.staff("shujuju", Role.SUPERVISOR)
    supervisor.post(f"/api/v1/complaints/{made['id']}/answer", json={"text": "已核实并提醒该单位"})
    page = browser.get("/me/corrections").text
    assert "已核实并提醒该单位" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page


def test_the_pages_hold_no_script_and_are_never_stored(place: Place) -> None:
    browser = place.sign_in(place.adult(16).number)
    pages = [
        browser.get(path) for path in ("/me", "/en/me", f"/me/records/{RESIDENTS}", "/me/accesses", "/en/me/accesses")
    ]
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert all("<script" not in page.text and page.headers["cache-control"] == "no-store" for page in pages)


def test_the_copy_is_a_file_with_a_receipt(place: Place) -> None:
    answer = place.sign_in(place.adult(17).number).get(f"/me/records/{RESIDENTS}/copy")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["receipt"])


def test_too_many_looks_are_slowed_down(place: Place) -> None:
    browser = place.sign_in(place.adult(18).number)
    answers = [browser.get("/api/v1/me/records/none", headers={"Accept": "application/json"}) for _ in range(125)]
    assert (answers[0].status_code, answers[-1].status_code) == (404, 429)
    assert int(answers[-1].headers["retry-after"]) > 0
