"""One source per item: what several departments supply, the authority's decision, and rule V12 that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.demo.directory import demo_entry
from hub.identity.roles import Role
from tests.hub.duties.duty_kit import AUTHORITY, OTHER, UNIT, clerk, reviewer
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from tests.support.hosted import Doors, HostedCity

BASIS = "示例市数据共享联席会议纪要〔2026〕2号"


@pytest.fixture(scope="module", autouse=True)
def residents(duty_city: HostedCity) -> None:
    """Let a second department describe items that marriages have too."""
    entry = demo_entry("changzhu-renkou", duty_city.people.today()).entry.to_dict()
    duty_city.people.person(OTHER, Role.CLERK).call("POST", "/api/v1/entries", json={"entry": entry})


def shared(doors: Doors, subject: str) -> dict[str, Any] | None:
    found = reviewer(doors).get("/api/v1/sources/shared?limit=200").json()["items"]
    return next((dict(one) for one in found if one["subject"] == subject), None)


def decide(doors: Doors, item: str, source: str, *also: str) -> dict[str, Any]:
    body = {"item": item, "source": source, "also": list(also), "basis": BASIS}
    made = reviewer(doors).post("/api/v1/sources/decisions", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_an_element_of_two_departments_is_reported_with_its_suppliers(doors: Doors) -> None:
    found = shared(doors, "P001")
    assert found is not None
    assert {one["member"] for one in found["suppliers"]} == {UNIT, OTHER}
    assert (found["verdict"], found["source"]) == ("agreed", "示例市公安局")


def test_a_department_is_not_told_of_another_ones_draft(doors: Doors) -> None:
    found = clerk(doors).get("/api/v1/sources/shared?limit=200").json()
    assert (found["total"], sum(found["by_verdict"].values())) == (0, 0)


def test_a_decision_makes_other_sources_a_conflict_and_v12_says_so(doors: Doors) -> None:
    made = decide(doors, "身份证号", UNIT)
    found = shared(doors, "P001")
    entry = clerk(doors).get(f"/api/v1/entries/{MARRIAGES}").json()["entry"]
    draft = clerk(doors).put(f"/api/v1/entries/{MARRIAGES}/draft", json={"entry": entry}).json()
    assert (made["subject"], found and found["verdict"], found and found["source"]) == (
        "P001",
        "conflict",
        "示例市民政局",
    )
    broken = [one for one in draft["findings"] if one["rule"] == "V12"]
    assert any("示例市民政局" in one["mend"] for one in broken)
    decide(doors, "P001", OTHER)
    settled = shared(doors, "P001")
    assert settled is not None
    assert settled["verdict"] == "decided"


def test_a_unit_that_is_allowed_besides_breaks_no_rule(doors: Doors) -> None:
    decide(doors, "P002", AUTHORITY, UNIT)
    entry = clerk(doors).get(f"/api/v1/entries/{MARRIAGES}").json()["entry"]
    draft = clerk(doors).put(f"/api/v1/entries/{MARRIAGES}/draft", json={"entry": entry}).json()
    named = {one["path"] for one in draft["findings"] if one["rule"] == "V12"}
    decide(doors, "P002", OTHER)
    assert not any("items[1]" in path for path in named)


def test_a_decision_on_a_name_binds_items_without_an_element(doors: Doors) -> None:
    made = decide(doors, "登记机关", AUTHORITY)
    entry = clerk(doors).get(f"/api/v1/entries/{MARRIAGES}").json()["entry"]
    draft = clerk(doors).put(f"/api/v1/entries/{MARRIAGES}/draft", json={"entry": entry}).json()
    path = f"/api/v1/sources/decisions/{made['id']}/withdraw"
    ended = reviewer(doors).post(path, json={"reason": "另行确定"}).json()
    again = clerk(doors).put(f"/api/v1/entries/{MARRIAGES}/draft", json={"entry": entry}).json()
    broken = [[one["path"] for one in each["findings"] if one["rule"] == "V12"] for each in (draft, again)]
    assert (any("items[4]" in one for one in broken[0]), any("items[4]" in one for one in broken[1])) == (True, False)
    assert ended["is_in_force"] is False


def test_decisions_that_ended_stay_on_record(doors: Doors) -> None:
    first = decide(doors, "P019", UNIT)
    decide(doors, "P019", OTHER)
    listed = clerk(doors).get("/api/v1/sources/decisions?limit=200").json()["decisions"]
    former = next(one for one in listed if one["id"] == first["id"])
    assert (former["is_in_force"], bool(former["ended_at"])) == (False, True)


def test_only_the_authority_decides(doors: Doors) -> None:
    body = {"item": "P001", "source": UNIT, "basis": BASIS}
    assert clerk(doors).post("/api/v1/sources/decisions", json=body).status_code == 403


def test_a_decision_without_a_known_unit_names_the_fault(doors: Doors) -> None:
    body = {"item": "P001", "source": "不存在的局", "basis": BASIS}
    assert [one["field"] for one in reviewer(doors).post("/api/v1/sources/decisions", json=body).json()["faults"]] == [
        "source"
    ]


def test_the_report_is_csv_too(doors: Doors) -> None:
    text = reviewer(doors).get("/api/v1/sources/shared?format=csv").content.decode("utf-8-sig")
    assert (text.splitlines()[0].startswith("信息项,"), MARRIAGES in text) == (True, True)


def test_the_page_names_the_source_in_both_languages(doors: Doors) -> None:
    zh, en = (reviewer(doors).get(f"{path}/w/sources").text for path in ("", "/en"))
    assert ("公民身份号码" in zh, "Decided by the authority" in en or "decided by the authority" in en) == (True, True)
