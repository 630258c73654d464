"""The way of an application: drafted, split over three providers, consented to once, answered, used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.roles import Role
from tests.hub.cart.conftest import ASKER, INSURED, MARITAL, SPOUSE, line_of, part_of, state_of
from tests.support.acts import MARRIAGES, RESIDENTS, problem_of

if TYPE_CHECKING:
    from tests.hub.cart.conftest import Shop


def test_an_application_is_split_over_three_providers(shop: Shop) -> None:
    application = shop.submitted()
    assert len({part["provider"] for part in application["parts"]}) == 3


def test_all_parts_name_the_application_they_come_from(shop: Shop) -> None:
    application = shop.submitted()
    assert {part["application"] for part in application["parts"]} == {application["id"]}


def test_a_part_carries_modes_people_retention_and_the_articles_cited(shop: Shop) -> None:
    part = shop.submitted()["parts"][0]
    said = (part["modes"], part["people"], part["retention_days"], part["legal_basis"])
    basis = "政务数据共享条例 第十九条；个人信息保护法 第三十四条；公共租赁住房管理办法 第七条"
    assert said == (["query", "verify"], ["住房保障经办人"], 90, basis)


def test_numbers_of_applications_read_like_c_000012(shop: Shop) -> None:
    label = shop.draft()["label"]
    assert label.startswith("C-")
    assert len(label) == 8


def test_one_consent_opens_every_part(shop: Shop) -> None:
    application = shop.opened()
    assert application["state"] == "open"
    assert {part["state"] for part in application["parts"]} == {"open", "answered"}


def test_what_is_unconditional_is_granted_by_the_rule_on_consent(shop: Shop) -> None:
    application = shop.opened()
    assert state_of(application, "xingming") == "granted"


def test_what_has_conditions_waits_ten_working_days(shop: Shop) -> None:
    application = shop.opened()
    assert part_of(application, MARITAL)["lines"][0]["working_days_left"] == 10


def test_the_maker_cannot_consent(shop: Shop) -> None:
    application = shop.submitted()
    problem = problem_of(lambda: shop.act(application, "consent", shop.user))
    assert problem.status == 403


def test_a_part_is_not_consented_to_alone(shop: Shop) -> None:
    part = shop.submitted()["parts"][0]
    problem = problem_of(lambda: shop.head.call("POST", f"/api/v1/requests/{part['id']}/consent"))
    assert problem.problem["type"] == "/problems/consent"


def test_the_head_consents_to_the_version_read_and_no_other(shop: Shop) -> None:
    read = shop.submitted()
    shop.change(read, scenario="改写后的使用场景")
    problem = problem_of(lambda: shop.act(read, "consent", shop.head))
    assert (problem.status, problem.problem["type"]) == (409, "/problems/application-changed")


def test_two_systems_make_two_parts_for_one_entry(shop: Shop) -> None:
    name = shop.city.people.city.member(ASKER).slug
    administrator = shop.city.people.person("shujuju", Role.SYSTEM_ADMIN)
    second = administrator.call("POST", "/api/v1/systems", json={"member": name, "name": "住房公积金系统"})
    systems = [shop.city.people.registered[ASKER].system_id, second["id"]]
    application = shop.submitted(lines=[{"entry": MARRIAGES, "item": MARITAL, "form": "verify_only"}], systems=systems)
    assert [part["system"] for part in application["parts"]] == systems


def test_a_narrowed_line_becomes_the_lesser_line_in_one_act(shop: Shop) -> None:
    application = shop.opened(lines=[{"entry": MARRIAGES, "item": "xingming", "form": "masked"}])
    shop.answer(
        application, MARRIAGES, "xingming", decision="narrow", duty="核对只需确认姓名是否一致", offer="verify_only"
    )
    read = shop.read(application)
    accepted = shop.act(read, f"lines/{line_of(read, 'xingming')['id']}/accept-offer")
    lesser = part_of(accepted, "xingming")["lines"][-1]
    assert (lesser["asked"], lesser["state"], lesser["working_days_left"]) == ("verify_only", "waiting", 10)


def test_an_offer_is_taken_up_once(shop: Shop) -> None:
    application = shop.opened(lines=[{"entry": MARRIAGES, "item": "xingming", "form": "masked"}])
    shop.answer(
        application, MARRIAGES, "xingming", decision="narrow", duty="核对只需确认姓名是否一致", offer="verify_only"
    )
    read = shop.read(application)
    word = f"lines/{line_of(read, 'xingming')['id']}/accept-offer"
    accepted = shop.act(read, word)
    assert problem_of(lambda: shop.act(accepted, word)).problem["type"] == "/problems/no-offer"


def test_what_is_granted_in_the_lesser_form_joins_the_grant_there_is(shop: Shop) -> None:
    lines = [
        {"entry": MARRIAGES, "item": "xingming", "form": "masked"},
        {"entry": MARRIAGES, "item": MARITAL, "form": "verify_only"},
    ]
    application = shop.opened(lines=lines)
    shop.answer(application, MARRIAGES, MARITAL)
    shop.answer(
        application, MARRIAGES, "xingming", decision="narrow", duty="核对只需确认姓名是否一致", offer="verify_only"
    )
    read = shop.read(application)
    shop.act(read, f"lines/{line_of(read, 'xingming')['id']}/accept-offer")
    shop.answer(application, MARRIAGES, "xingming")
    part = part_of(shop.read(application), "xingming")
    grants = shop.user.call("GET", "/api/v1/grants", params={"limit": 200})["grants"]
    grant = next(grant for grant in grants if grant["request"] == part["id"])
    assert grant["items"] == {MARITAL: "verify_only", "xingming": "verify_only"}


def test_information_outside_the_directory_goes_to_the_provider_named(shop: Shop) -> None:
    lines = [{"provider": "minzhengju", "description": "收养登记信息", "form": "verify_only"}]
    part = shop.opened(lines=lines)["parts"][0]
    assert (part["entry"], part["state"], part["lines"][0]["description"]) == (None, "open", "收养登记信息")


def test_a_line_outside_the_directory_is_refused_as_any_other_only_on_a_ground(shop: Shop) -> None:
    application = shop.opened(lines=[{"provider": "minzhengju", "description": "收养登记信息", "form": "verify_only"}])
    refusal = {"decision": "refuse", "ground": "R01", "facts": "属于国家秘密", "provision": "保守国家秘密法 第二条"}
    part = application["parts"][0]
    path = f"/api/v1/requests/{part['id']}/lines/{part['lines'][0]['id']}/answer"
    body = {"decider_role": "数据共享工作负责人", "considered": {"separate": "无法拆分提供"}, **refusal}
    approver = shop.city.people.person("minzhengju", Role.APPROVER)
    problem = problem_of(lambda: approver.call("POST", path, json=body))
    assert problem.problem["type"] == "/problems/answer-not-possible"


def test_withdrawing_all_before_any_answer_ends_the_application(shop: Shop) -> None:
    withdrawn = shop.act(shop.submitted(), "withdraw")
    assert withdrawn["state"] == "withdrawn"
    assert {part["state"] for part in withdrawn["parts"]} == {"withdrawn"}


def test_one_line_is_withdrawn_and_the_others_go_on(shop: Shop) -> None:
    application = shop.opened()
    line = line_of(application, MARITAL)["id"]
    left = shop.act(application, "withdraw", lines=[line])
    assert part_of(left, MARITAL)["state"] == "withdrawn"
    assert state_of(left, "canbao_zhuangtai") == "waiting"


def test_a_granted_line_is_not_withdrawn(shop: Shop) -> None:
    application = shop.opened()
    line = line_of(application, "xingming")["id"]
    assert problem_of(lambda: shop.act(application, "withdraw", lines=[line])).status == 409


def test_the_old_way_of_single_requests_goes_on(shop: Shop) -> None:
    body = {
        "entry": RESIDENTS,
        "system": shop.city.people.registered[ASKER].system_id,
        "items": [{"item": "xingming", "treatment": "masked"}],
        "purpose": "公租房申请核对",
        "scenario": "核对身份",
        "legal_basis": "公共租赁住房管理办法 第七条",
        "valid_from": shop.clock().isoformat(),
        "valid_until": "2026-09-01T00:00:00+08:00",
    }
    made = shop.user.call("POST", "/api/v1/requests", json=body)
    done = shop.head.call("POST", f"/api/v1/requests/{made['id']}/consent")
    assert (done["application"], done["state"]) == (None, "answered")


def test_the_spouse_s_number_may_be_asked_for_and_is_answered_by_the_provider(shop: Shop) -> None:
    application = shop.opened(lines=[{"entry": MARRIAGES, "item": SPOUSE, "form": "verify_only"}])
    assert state_of(application, SPOUSE) == "waiting"
    assert INSURED not in {part["entry"] for part in application["parts"]}
