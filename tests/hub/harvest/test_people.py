"""Who may harvest, review and publish: the authority's people, two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.roles import Role
from tests.hub.harvest.conftest import AUTHORITY, record

if TYPE_CHECKING:
    from tests.hub.harvest.conftest import Library


def test_who_asked_for_a_run_does_not_review_it(library: Library) -> None:
    code = library.add()
    path = f"/api/v1/harvest/sources/{code}/runs"
    run = library.reviewer.post(path, params={"name": "a.json"}, content=b"[]").json()
    library.wait(run["id"])
    answer = library.reviewer.post(f"/api/v1/harvest/runs/{run['id']}/review", json={"decision": "approve"})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "harvest-review")


def test_a_clerk_publishes_nothing(library: Library) -> None:
    run = library.run(library.add(), [record(1)])
    answer = library.clerk.post(f"/api/v1/harvest/runs/{run['id']}/publish", json={})
    assert answer.status_code == 403


def test_a_department_registers_no_source(library: Library) -> None:
    clerk = library.doors.staff("jiaotongju", Role.CLERK)
    body = {"code": "own", "definition": {"name": "自有目录"}}
    assert clerk.post("/api/v1/harvest/sources", json=body).status_code == 403


def test_another_organ_sees_no_source(library: Library) -> None:
    code = library.add()
    clerk = library.doors.staff("jiaotongju", Role.CLERK)
    assert clerk.get(f"/api/v1/harvest/sources/{code}").status_code == 404


def test_a_rejection_needs_a_reason_and_lists_nothing(library: Library) -> None:
    code = library.add()
    run = library.run(code, [record(1, 标题="废址名录")])
    path = f"/api/v1/harvest/runs/{run['id']}/review"
    bare = library.reviewer.post(path, json={"decision": "reject"})
    told = library.reviewer.post(path, json={"decision": "reject", "reason": "与本市目录重复"})
    published = library.reviewer.post(f"/api/v1/harvest/runs/{run['id']}/publish", json={}).json()
    assert (bare.status_code, told.status_code, published["listed"]) == (422, 200, 0)


def test_one_record_of_a_run_may_be_rejected_and_the_others_published(library: Library) -> None:
    code = library.add()
    run = library.run(code, [record(1), record(2, 标题="断桥名录")])
    path = f"/api/v1/harvest/runs/{run['id']}/review"
    one = {"decision": "reject", "records": ["https://data.example.cn/detail?id=2"], "reason": "名称有误"}
    assert library.reviewer.post(path, json=one).status_code == 200
    assert library.publish(run)["listed"] == 1
    assert library.found("断桥名录") == []


def test_registering_the_same_source_again_changes_nothing(library: Library) -> None:
    body = {"code": "twice", "definition": {"name": "示例目录", "kind": "portal"}}
    path = "/api/v1/harvest/sources"
    assert [library.clerk.post(path, json=body).status_code for _ in range(2)] == [201, 200]
    other = {**body, "definition": {"name": "另一目录"}}
    assert library.clerk.post(path, json=other).status_code == 422


def test_a_removed_source_runs_no_more(library: Library) -> None:
    code = library.add()
    for step in ("pause", "remove"):
        assert library.clerk.post(f"/api/v1/harvest/sources/{code}/{step}").status_code == 200
    answer = library.clerk.post(f"/api/v1/harvest/sources/{code}/runs", content=b"[]")
    assert answer.status_code == 409


def test_a_preview_stores_nothing(library: Library) -> None:
    code = library.add()
    before = library.city.counts()
    path = f"/api/v1/harvest/sources/{code}/preview"
    shown = library.doors.staff(AUTHORITY, Role.CLERK).post(
        path,
        params={"name": "a.json"},
        content='[{"标题": "井", "网址": "https://a.example.cn/1", "杂项": "x"}]'.encode(),
    )
    assert (shown.json()["read"], shown.json()["unread"], library.city.counts() == before) == (1, {"杂项": 1}, True)
