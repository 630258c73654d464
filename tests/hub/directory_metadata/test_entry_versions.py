"""Versions of an entry with their differences, its codes by scheme, and what narrowing or withdrawing it hits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from hub.demo.load import LIFECYCLE
from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS, problem_of

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.support.hosted import HostedCity

USER, POLICE, CIVIL, AUTHORITY = "rensheju", "gonganju", "minzhengju", "shujuju"
ASKED = {"shenfen_haoma": "full", "xingming": "full", "xingbie": "full"}
DROPPED = "xingbie"


def clerk(city: HostedCity, member: str = POLICE) -> Hub:
    """Return a department's clerk."""
    return city.people.person(member, Role.CLERK)


def reviewer(city: HostedCity) -> Hub:
    """Return the authority's catalogue reviewer."""
    return city.people.person(AUTHORITY, Role.CATALOGUE_REVIEWER)


def described(city: HostedCity, name: str, member: str = POLICE) -> dict[str, Any]:
    """Return the description of an entry in force."""
    found = clerk(city, member).call("GET", f"/api/v1/entries/{name}", params={"version": 1})
    return dict(found["entry"])


def step(city: HostedCity, name: str, member: str, taken: tuple[str, Role], **more: str) -> dict[str, Any]:
    """Take a step of the lifecycle."""
    return city.people.person(member, taken[1]).call(
        "POST", f"/api/v1/entries/{name}/steps", json={"step": taken[0], **more}
    )


def to_the_directory(city: HostedCity, name: str, member: str) -> dict[str, Any]:
    """Take a draft through its lifecycle; returns what the last step answered."""
    for taken in LIFECYCLE:
        step(city, name, member, taken)
    step(city, name, AUTHORITY, ("audit", Role.CATALOGUE_REVIEWER))
    return step(city, name, AUTHORITY, ("publish", Role.CATALOGUE_REVIEWER))


def notices(city: HostedCity, member: str, role: Role) -> list[dict[str, Any]]:
    """Return a person's notices."""
    found = city.people.person(member, role).call("GET", "/api/v1/notices", params={"limit": 200})
    return list(found["notices"])


@pytest.fixture(scope="module")
def narrowed(city: HostedCity) -> HostedCity:
    """Publish the register of residents, grant it to a user, and draft a version that drops an item."""
    acts.publish(city.people, RESIDENTS)
    acts.ask_for(city.people, USER, RESIDENTS, ASKED)
    entry = described(city, RESIDENTS)
    items = [item for item in entry["items"] if item["column"] != DROPPED]
    items[1] = {**items[1], "description": "户口登记的姓名"}
    revised = {**entry, "items": items, "update_cycle": "3"}
    clerk(city).call("PUT", f"/api/v1/entries/{RESIDENTS}/draft", json={"entry": revised})
    return city


def test_the_differences_name_metadata_and_items_old_and_new_and_what_narrows(narrowed: HostedCity) -> None:
    found = clerk(narrowed).call("GET", f"/api/v1/entries/{RESIDENTS}/differences")
    cycle = next(one for one in found["metadata"] if one["path"] == "update_cycle")
    gone = next(one for one in found["items"] if one["column"] == DROPPED)
    changed = next(one for one in found["items"] if one["kind"] == "changed")
    assert (found["from"], found["to"], found["narrows"]) == (1, 2, True)
    assert (cycle["kind"], cycle["new_text"], cycle["new_text_en"]) == ("changed", "3 每周", "3 weekly")
    assert (gone["kind"], gone["narrows"]) == ("dropped", True)
    assert [one["path"] for one in changed["changes"]] == ["description"]


def test_another_organ_sees_the_published_versions_alone(narrowed: HostedCity) -> None:
    other = narrowed.people.person(USER, Role.AGENCY_USER)
    seen = other.call("GET", f"/api/v1/entries/{RESIDENTS}/descriptions")
    draft = problem_of(lambda: other.call("GET", f"/api/v1/entries/{RESIDENTS}/differences", params={"to": 2}))
    assert ([one["version"] for one in seen["versions"]], draft.status) == ([1], 404)


def test_what_narrowing_hits_is_shown_before_and_told_when_the_notice_is_filed(narrowed: HostedCity) -> None:
    found = clerk(narrowed).call("GET", f"/api/v1/entries/{RESIDENTS}/effects")
    assert (found["items"], found["counts"]["grant"], found["notice_filed"]) == ([DROPPED], 1, False)
    kept = problem_of(lambda: step(narrowed, RESIDENTS, POLICE, LIFECYCLE[0]))
    assert "V16" in {one["rule"] for one in kept.problem["findings"] if one["severity"] == "error"}
    filed = clerk(narrowed).call(
        "POST", f"/api/v1/entries/{RESIDENTS}/change-notices", json={"reason": "已与使用部门协商"}
    )
    assert (filed["items"], filed["notified"]) == ([DROPPED], 1)
    told = [one for one in notices(narrowed, USER, Role.AGENCY_APPROVER) if one["kind"] == "entry.narrowed"]
    assert [one["link"].startswith("/w/grants/") for one in told] == [True]
    done = to_the_directory(narrowed, RESIDENTS, POLICE)
    assert (done["published_version"], done["notified"]) == (2, 1)
    listed = clerk(narrowed).call("GET", f"/api/v1/entries/{RESIDENTS}/change-notices")
    assert (listed["total"], listed["notices"][0]["affected"]["counts"]["grant"]) == (1, 1)


def test_nothing_is_filed_where_nothing_narrows(city: HostedCity) -> None:
    acts.publish(city.people, MARRIAGES)
    path = f"/api/v1/entries/{MARRIAGES}/change-notices"
    assert problem_of(lambda: clerk(city, CIVIL).call("POST", path, json={"reason": "x"})).status == 409


def test_withdrawing_tells_who_waits_for_an_answer(city: HostedCity) -> None:
    asked = acts.ask_for(city.people, USER, MARRIAGES, {"hunyin_zhuangtai": "verify_only"}, modes=["verify"])
    shown = reviewer(city).call("GET", f"/api/v1/entries/{MARRIAGES}/effects", params={"step": "withdraw"})
    assert [(one["thing"], one["id"]) for one in shown["affected"] if one["member"]] == [("request", asked["id"])]
    done = step(city, MARRIAGES, AUTHORITY, ("withdraw", Role.CATALOGUE_REVIEWER), reason="职能划转")
    told = [one for one in notices(city, USER, Role.AGENCY_USER) if one["kind"] == "entry.withdrawn"]
    assert (done["state"], done["notified"], [one["link"] for one in told]) == (
        "withdrawn", 1, [f"/w/requests/{asked['id']}"],
    )  # fmt: skip


def test_a_new_class_gives_a_new_code_and_every_code_still_leads_to_the_entry(city: HostedCity) -> None:
    body = {
        "name": "city-2026", "title_zh": "本市编码", "title_en": "codes of the city", "counts_per": "division",
        "form": "{division}-{sequence:06}",
    }  # fmt: skip
    wrong = problem_of(lambda: reviewer(city).call("POST", "/api/v1/directory/code-schemes", json=body))
    assert wrong.status == 422
    made = reviewer(city).call("POST", "/api/v1/directory/code-schemes", json={**body, "counts_per": "all"})
    assert made["example"] == "410100-000001"
    acts.publish(city.people, acts.BUS_STOPS)
    first = clerk(city, "jiaotongju").call("GET", f"/api/v1/entries/{acts.BUS_STOPS}")
    before = first["resource_code"]
    moved = {**first["entry"], "class_path": ["3", "307"]}
    clerk(city, "jiaotongju").call("PUT", f"/api/v1/entries/{acts.BUS_STOPS}/draft", json={"entry": moved})
    to_the_directory(city, acts.BUS_STOPS, "jiaotongju")
    found = clerk(city, "jiaotongju").call("GET", f"/api/v1/entries/{acts.BUS_STOPS}/codes")
    codes = {(one["scheme"], one["code"]): one["replaced_by"] for one in found["codes"]}
    local = next(code for scheme, code in codes if scheme == "city-2026")
    assert (codes["national-2017", before], codes["city-2026", local]) == ("307/1", None)
    for code in (before, "307/1", local):
        named = httpx2.get(f"{city.url}/api/v1/datasets", params={"q": code}).json()["datasets"]
        assert [one["name"] for one in named] == [acts.BUS_STOPS], code


def test_both_sides_are_told_when_two_grants_together_may_single_out_persons(narrowed: HostedCity) -> None:
    people, member, permits = narrowed.people, "jiaoyuju", "juzhuzheng"
    acts.publish(people, permits)
    acts.ask_for(people, member, RESIDENTS, {"minzu": "full", "chusheng_riqi": "full"})
    asked = acts.ask_for(people, member, permits, {"juzhu_dizhi": "masked"})
    acts.answer(people, POLICE, asked, "juzhu_dizhi", decision="masked")
    told = [
        [one["kind"] for one in notices(narrowed, *side) if one["kind"] == "grant.combination"]
        for side in ((member, Role.AGENCY_APPROVER), (POLICE, Role.APPROVER))
    ]
    assert told == [["grant.combination"], ["grant.combination"]]
