"""Administration over HTTP: lists say how much there is, changes show at once, answers hold no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.identity.roles import Role
from tests.hub.identity.identity_kit import CITY, PASSWORD, KeyPair, organisation_code

if TYPE_CHECKING:
    from tests.hub.identity.identity_kit import Kit

AUDIENCES = {"citizens", "agencies", "departments", "operators"}


def test_every_operation_names_exactly_one_audience(kit: Kit) -> None:
    operations = [op for path in kit.app.openapi()["paths"].values() for op in path.values()]
    assert operations
    assert [op["operationId"] for op in operations if len(AUDIENCES & set(op["tags"])) != 1] == []


def test_pages_of_a_list_hold_every_member_once_and_say_the_total(kit: Kit) -> None:
    for name in ("gonganju", "minzhengju", "renshe", "weijianwei"):
        kit.member(name)
    person, slugs, after = kit.person("zhang.san"), list[str](), dict[str, str]()
    while True:
        page = person.get("/api/v1/members", params={"limit": 2, **after}).json()
        slugs += [item["slug"] for item in page["items"]]
        assert (page["total"], page["returned"], page["withheld"]) == (5, len(page["items"]), 0)
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert slugs == ["gonganju", "minzhengju", "renshe", "shujuju", "weijianwei"]


def test_a_member_is_registered_suspended_and_resumed_over_http(kit: Kit) -> None:
    admin, security = kit.person("xi.tong", Role.SYSTEM_ADMIN), kit.person("an.quan", Role.SECURITY_ADMIN)
    body = {
        "name": "示例市公安局",
        "organisation_code": organisation_code(7),
        "kind": "department",
        "jurisdiction": CITY,
    }
    slug = admin.post("/api/v1/members", json=body).json()["slug"]
    states = [security.post(f"/api/v1/members/{slug}/{step}").json()["status"] for step in ("suspend", "resume")]
    assert states == ["suspended", "active"]


def test_departments_are_imported_over_http_with_a_report(kit: Kit) -> None:
    heading, code = "单位名称,统一社会信用代码,辖区代码,类型", organisation_code(7)
    content = f"{heading}\n示例市公安局,{code},{CITY},部门\n示例,1,{CITY},部门\n"
    answer = kit.person("xi.tong", Role.SYSTEM_ADMIN).post(
        "/api/v1/members/import", content=content.encode(), headers={"Content-Type": "text/csv"}
    )
    report = answer.json()
    assert (report["rows"], report["added"], [row["line"] for row in report["rejected"]]) == (2, 1, [3])


def test_a_system_comes_to_its_first_token_over_http(kit: Kit) -> None:
    admin, security = kit.person("xi.tong", Role.SYSTEM_ADMIN), kit.person("an.quan", Role.SECURITY_ADMIN)
    pair = KeyPair.eddsa()
    system = admin.post("/api/v1/systems", json={"member": "shujuju", "name": "低保核对系统"}).json()["id"]
    nonce = admin.post(f"/api/v1/systems/{system}/nonces").json()["nonce"]
    body = {"jwk": pair.jwk, "proof": pair.proof(system, nonce)}
    key = admin.post(f"/api/v1/systems/{system}/keys", json=body).json()
    assert security.post(f"/api/v1/keys/{key['thumbprint']}/approve").json()["status"] == "active"
    exempted = {"required": False, "reason": "过渡期内尚不能签署证明"}
    assert security.post(f"/api/v1/systems/{system}/dpop", json=exempted).json()["dpop_required"] is False
    token = kit.token_request(pair.assertion(system)).json()["access_token"]
    assert kit.whoami(token).json()["system"] == system


def test_a_suspension_over_http_is_known_to_the_same_process_at_once(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    token = kit.token(system, pair)
    kit.person("an.quan", Role.SECURITY_ADMIN).post(f"/api/v1/systems/{system.id}/suspend")
    assert kit.whoami(token).status_code == 401


def test_keys_of_a_system_are_listed_to_its_own_staff(kit: Kit) -> None:
    system = kit.system()
    kit.live_key(system, KeyPair.es256())
    page = kit.person("zhang.san").get(f"/api/v1/systems/{system.id}/keys").json()
    assert (page["total"], page["items"][0]["status"]) == (1, "active")


def test_a_new_person_gets_roles_from_the_security_administrator(kit: Kit) -> None:
    admin, security = kit.person("xi.tong", Role.SYSTEM_ADMIN), kit.person("an.quan", Role.SECURITY_ADMIN)
    body = {"member": "shujuju", "login": "zhang.san", "name": "张三", "password": PASSWORD}
    assert admin.post("/api/v1/staff", json=body).json()["staff"]["roles"] == []
    given = security.send("PUT", "/api/v1/staff/zhang.san/roles", json={"roles": ["clerk", "approver"]}).json()
    assert given["roles"] == ["approver", "clerk"]


def test_roles_that_exclude_each_other_are_a_conflict_over_http(kit: Kit) -> None:
    security = kit.person("an.quan", Role.SECURITY_ADMIN)
    kit.add_person("zhang.san")
    answer = security.send("PUT", "/api/v1/staff/zhang.san/roles", json={"roles": ["approver", "agency_user"]})
    assert (answer.status_code, answer.json()["conflicts"]) == (409, [["agency_user", "approver"]])


@pytest.mark.parametrize(
    "path", ["/api/v1/members/nobody", "/api/v1/systems/00000000-0000-0000-0000-000000000000/keys"]
)
def test_what_is_not_registered_is_not_found(kit: Kit, path: str) -> None:
    assert kit.person("xi.tong", Role.SYSTEM_ADMIN).get(path).status_code == 404


def test_a_misspelt_member_of_a_body_is_refused(kit: Kit) -> None:
    answer = kit.person("xi.tong", Role.SYSTEM_ADMIN).post("/api/v1/systems", json={"member": "shujuju", "nane": "x"})
    assert answer.status_code == 422


def test_a_nul_character_in_a_name_is_refused(kit: Kit) -> None:
    body = {"member": "shujuju", "name": "系统\x00"}
    assert kit.person("xi.tong", Role.SYSTEM_ADMIN).post("/api/v1/systems", json=body).status_code == 422
