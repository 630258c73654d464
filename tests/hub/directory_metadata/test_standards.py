"""Classes, code schemes, code lists, elements, licences: read by everybody, kept by departments and authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import BUS_STOPS, problem_of

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.support.hosted import HostedCity

BASE = "/api/v1/directory"
AUTHORITY, CLERK_OF, OTHER = "shujuju", "minzhengju", "jiaoyuju"
GRADES: dict[str, Any] = {
    "name": "juzhu_dengji",
    "version": "2025",
    "title_zh": "救助等级",
    "title_en": "grades of relief",
    "source": "本部门业务规范",
    "rows": [
        {"code": "1", "name_zh": "一级", "name_en": "first"},
        {"code": "2", "name_zh": "二级", "name_en": "second", "extra": {"note": "含原三级"}},
    ],
}
ELEMENT: dict[str, Any] = {
    "code": "C0001",
    "name": "救助对象编号",
    "name_en": "number of a person in relief",
    "definition": "救助机构给每名救助对象的编号",
    "type": "C",
    "length": 20,
    "synonyms": ["受助编号", "救助编号"],
}


def read(city: HostedCity, path: str, **params: Any) -> Any:
    """Return what the public reads."""
    answer = httpx2.get(f"{city.url}{BASE}{path}", params=params)
    assert answer.status_code == httpx2.codes.OK, answer.text
    return answer.json()


def reviewer(city: HostedCity) -> Hub:
    """Return the authority's catalogue reviewer."""
    return city.people.person(AUTHORITY, Role.CATALOGUE_REVIEWER)


def clerk(city: HostedCity, member: str = CLERK_OF) -> Hub:
    """Return the clerk of a department."""
    return city.people.person(member, Role.CLERK)


def notices(city: HostedCity, member: str, role: Role) -> list[str]:
    """Return the texts of a person's notices."""
    found = city.people.person(member, role).call("GET", "/api/v1/notices", params={"limit": 100})
    return [one["text"] for one in found["notices"]]


def draft(city: HostedCity, *changes: dict[str, str]) -> dict[str, Any]:
    """Draft a version of the classification."""
    body = {"changes": list(changes), "reason": "本市扩展"}
    return reviewer(city).call("POST", f"{BASE}/classes/versions", json=body)


# Classes


def test_version_one_of_the_classes_is_the_shipped_list(city: HostedCity) -> None:
    found = read(city, "/classes", version=1, limit=1)
    assert (found["version"], found["returned"], found["next"]) == (1, 1, 1)


def test_a_change_that_does_not_fit_is_named_and_nothing_is_stored(city: HostedCity) -> None:
    problem = problem_of(lambda: draft(city, {"op": "retire", "code": "101"}))
    assert (problem.status, "retire" in problem.problem["detail"]) == (422, True)


def test_only_the_authority_edits_the_classes(city: HostedCity) -> None:
    body = {"changes": [{"op": "rename", "code": "101", "name_zh": "人", "name_en": "p"}], "reason": "x"}
    assert problem_of(lambda: clerk(city).call("POST", f"{BASE}/classes/versions", json=body)).status == 403


def test_the_classes_are_edited_in_a_version_and_departments_with_retired_ones_are_told(city: HostedCity) -> None:
    acts.publish(city.people, BUS_STOPS)
    entry = reviewer(city).call("GET", f"/api/v1/entries/{BUS_STOPS}")["entry"]
    deepest = entry["class_path"][-1]
    made = draft(
        city,
        {"op": "add", "code": f"{deepest}901", "name_zh": "站点", "name_en": "stops"},
        {"op": "move", "code": deepest, "to": f"{entry['class_path'][0]}98"},
    )
    assert [one["name"] for one in made["effects"]["entries"]] == [BUS_STOPS]
    assert read(city, "/classes")["version"] == 1
    done = reviewer(city).call("POST", f"{BASE}/classes/versions/{made['version']}/enforce")
    assert (done["state"], read(city, "/classes")["version"]) == ("in_force", made["version"])
    differences = read(city, "/classes/differences", **{"from": 1, "to": made["version"]})
    assert deepest in [one["code"] for one in differences["differences"]]
    assert any(deepest in text for text in notices(city, "jiaotongju", Role.CLERK))
    refused = clerk(city, "jiaotongju").call(
        "POST", "/api/v1/entries", json={"entry": {**entry, "title": "另一份站点", "name": ""}}
    )
    found = [one for one in refused["findings"] if one["path"] == "$.class_path"]
    assert [(one["rule"], one["severity"], f"{entry['class_path'][0]}98" in one["mend"]) for one in found] == [
        ("V01", "error", True)
    ]
    kept = clerk(city, "jiaotongju").call("PUT", f"/api/v1/entries/{BUS_STOPS}/draft", json={"entry": entry})
    assert [one["severity"] for one in kept["findings"] if one["path"] == "$.class_path"] == ["warning"]


def test_a_draft_made_from_a_version_that_is_gone_is_not_put_in_force(city: HostedCity) -> None:
    first = draft(city, {"op": "rename", "code": "102", "name_zh": "法人", "name_en": "legal persons"})
    second = draft(city, {"op": "rename", "code": "104", "name_zh": "信用", "name_en": "credit"})
    reviewer(city).call("POST", f"{BASE}/classes/versions/{first['version']}/enforce")
    late = problem_of(lambda: reviewer(city).call("POST", f"{BASE}/classes/versions/{second['version']}/enforce"))
    assert late.status == 409
    gone = reviewer(city).call("POST", f"{BASE}/classes/versions/{second['version']}/discard")
    assert gone["state"] == "discarded"


# Code lists


def test_a_shipped_list_is_read_as_json_as_csv_and_code_by_code(city: HostedCity) -> None:
    found = read(city, "/code-lists/gender")
    table = httpx2.get(f"{city.url}{BASE}/code-lists/gender", params={"format": "csv"}).text
    code = read(city, "/code-lists/gender/codes/1")
    assert (found["total"], table.count("\n"), code["meanings"][0]["name"]) == (4, 5, "男性")


def test_an_unknown_list_names_the_near_ones(city: HostedCity) -> None:
    answer = httpx2.get(f"{city.url}{BASE}/code-lists/gender", params={"version": "1980"})
    assert (answer.status_code, "GB/T 2261.1-2003" in answer.json()["detail"]) == (404, True)


def test_a_department_files_a_list_the_authority_puts_it_in_force_and_old_versions_stay(city: HostedCity) -> None:
    clerk(city).call("POST", f"{BASE}/code-list-filings", json=GRADES)
    assert httpx2.get(f"{city.url}{BASE}/code-lists/juzhu_dengji").status_code == 404
    path = f"{BASE}/code-list-filings/juzhu_dengji/2025/decision"
    assert reviewer(city).call("POST", path, json={"accept": True})["state"] == "in_force"
    newer = {
        **GRADES,
        "version": "2026",
        "rows": [GRADES["rows"][0], {"code": "3", "name_zh": "三级", "name_en": "third"}],
    }
    clerk(city).call("POST", f"{BASE}/code-list-filings", json=newer)
    reviewer(city).call("POST", path.replace("2025", "2026"), json={"accept": True})
    present, old = read(city, "/code-lists/juzhu_dengji"), read(city, "/code-lists/juzhu_dengji", version="2025")
    assert (present["version"], present["versions"], old["rows"][1]["name"]) == ("2026", ["2026", "2025"], "二级")
    changed = read(city, "/code-lists/juzhu_dengji/differences", **{"from": "2025", "to": "2026"})
    assert [(one["code"], one["kind"]) for one in changed["differences"]] == [("2", "dropped"), ("3", "added")]
    assert any("juzhu_dengji 2026" in text for text in notices(city, CLERK_OF, Role.CLERK))


@pytest.mark.parametrize(
    ("change", "status"),
    [({"name": "gender"}, 409), ({"rows": [GRADES["rows"][0]] * 2}, 422), ({"version": ""}, 422)],
)
def test_a_list_with_faults_or_of_another_name_is_not_filed(
    city: HostedCity, change: dict[str, Any], status: int
) -> None:
    body = {**GRADES, "version": "2030", **change}
    assert problem_of(lambda: clerk(city).call("POST", f"{BASE}/code-list-filings", json=body)).status == status


# Data elements


def test_an_element_is_found_by_an_everyday_word(city: HostedCity) -> None:
    assert read(city, "/elements", q="身份证号")["elements"][0]["code"] == "P001"


def test_an_element_of_the_city_is_proposed_accepted_and_found_by_its_synonym(city: HostedCity) -> None:
    clerk(city).call("POST", f"{BASE}/element-filings", json={"element": ELEMENT})
    done = reviewer(city).call("POST", f"{BASE}/element-filings/C0001/decision", json={"accept": True})
    found = read(city, "/elements", q="受助编号")
    assert (done["state"], found["elements"][0]["code"]) == ("in_force", "C0001")


def test_an_element_that_takes_the_name_of_another_is_not_filed(city: HostedCity) -> None:
    body = {"element": {**ELEMENT, "code": "C0009", "name": "身份证号"}}
    problem = problem_of(lambda: clerk(city).call("POST", f"{BASE}/element-filings", json=body))
    assert (problem.status, "P001" in problem.problem["detail"]) == (422, True)


def test_the_authority_adds_a_word_and_takes_it_away(city: HostedCity) -> None:
    path = f"{BASE}/elements/P016/words"
    reviewer(city).call("POST", path, json={"word": "蜗居地址"})
    assert read(city, "/elements", q="蜗居地址")["elements"][0]["code"] == "P016"
    gone = reviewer(city).call("DELETE", f"{path}/蜗居地址")
    assert "蜗居地址" not in [word["word"] for word in gone["words"]]


def test_a_column_is_proposed_an_element_and_its_samples_are_not_repeated(city: HostedCity) -> None:
    body = {"name": "lxdh", "comment": "联系电话", "samples": ["13800138000"]}
    answer = clerk(city).raw("POST", f"{BASE}/elements/suggest", json=body)
    assert ("13800138000" in answer.text, answer.json()["suggestions"][0]["element"]["name"]) == (False, "联系电话")


# Licences


def test_licences_say_what_they_allow_in_both_languages(city: HostedCity) -> None:
    found = read(city, "/licences")
    assert [one["code"] for one in found["licences"] if not (one["statement"] and one["statement_en"])] == []


# Pages


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/classes",
        "/code-lists",
        "/code-lists/gender",
        "/elements",
        "/elements?q=身份证号",
        "/elements/P001",
        "/licences",
    ],
)
def test_each_standard_has_a_page_in_both_languages(city: HostedCity, path: str) -> None:
    found = [httpx2.get(f"{city.url}{top}/standards{path}") for top in ("", "/en")]
    assert [(one.status_code, one.headers["content-language"]) for one in found] == [(200, "zh-CN"), (200, "en")]


def test_a_page_of_no_list_says_so(city: HostedCity) -> None:
    assert httpx2.get(f"{city.url}/standards/code-lists/nothing", headers={"Accept": "text/html"}).status_code == 404
