"""Records are filed on pages, with a second person: assessments, claims with letter and finding, pointers, releases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.identity.roles import Role
from tests.hub.exemptions.records import FIRM
from tests.hub.portal.reading import read
from tests.hub.portal_work.agency_kit import came_to
from tests.hub.portal_work.provider_kit import PROVIDER, Bench, faults, page, send
from tests.hub.portal_work.test_provider_pages import faults_of_access
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    import httpx2

BASE = "/w/exemptions"
NEW = {kind: f"{BASE}/{kind}/new" for kind in ("assessments", "claims", "pointers")}
ITEM = "peiou_shenfen_haoma"
FIRM_ITEM = "hunyin_zhuangtai"
HARM = "泄露会暴露当事人的家庭和婚姻情况"
OVERRIDE = {
    "interest": "重大公共卫生事件须查清接触人员",
    "causal_link": "不公开将无法及时通知有关人员，危害扩大",
    "why_not_masked": "脱敏后无法联系到具体人员",
    "proportionality": "只公开联系所需的一项，事件结束即删除",
}


@pytest.fixture(scope="module")
def clerk(bench: Bench) -> httpx2.Client:
    return bench.person(PROVIDER, Role.CLERK)


@pytest.fixture(scope="module")
def approver(bench: Bench) -> httpx2.Client:
    return bench.person(PROVIDER, Role.APPROVER)


@pytest.fixture(scope="module")
def reviewer(bench: Bench) -> httpx2.Client:
    return bench.person(PROVIDER, Role.SECRECY_REVIEWER)


def _ahead(bench: Bench, days: int) -> str:
    return (bench.clock.today + timedelta(days=days)).isoformat()


def _file(browser: httpx2.Client, kind: str, **typed: object) -> httpx2.Response:
    return send(browser, f"{NEW[kind]}?entry={MARRIAGES}", NEW[kind], **typed)


def _assessment(bench: Bench) -> dict[str, object]:
    return {
        "items": [ITEM],
        "purpose": "低保核对",
        "cited_law": "个人信息保护法 第三十四条",
        "persons": "500",
        "necessity": "逐人核对家庭经济状况须读取这些信息项",
        "harm": HARM,
        "measures": "授权限定系统和用途，全程留痕，到期销毁",
        "outcome": "do_not_proceed",
        "reference": "示评〔2026〕7号",
        "assessor_role": "数据安全专员",
        "review_on": _ahead(bench, 180),
    }


def _claim(bench: Bench, **more: object) -> dict[str, object]:
    return {
        "items": [FIRM_ITEM],
        "rows_covered": "本企业上一年度登记的数据",
        "holder_kind": "organisation",
        "holder": FIRM,
        "holder_name": "示例科技有限公司",
        "why_unknown": "只有财务人员知悉且未公布",
        "value": "可据以推知其定价和市场份额",
        "measures": "专人保管并签订保密协议",
        "evidence_digests": "ab" * 32,
        "claimed_on": bench.clock.today.isoformat(),
        "until": _ahead(bench, 700),
        **more,
    }


def _pointer(bench: Bench, **more: object) -> dict[str, object]:
    return {
        "item": "dengji_riqi",
        "level": "3",
        "officer": "定密责任人（办公室主任）",
        "matter": "国家秘密事项一览表第 4 项",
        "circle": "本单位办公室",
        "reference": "示密〔2026〕1号",
        "classified_on": _ahead(bench, -180),
        "review_on": _ahead(bench, 180),
        **more,
    }


@pytest.fixture(scope="module")
def assessment(bench: Bench, clerk: httpx2.Client) -> str:
    """Give the path of an assessment the clerk filed."""
    return came_to(_file(clerk, "assessments", **_assessment(bench)))


@pytest.fixture(scope="module")
def claim(bench: Bench, clerk: httpx2.Client) -> str:
    """Give the path of a claim the clerk filed."""
    return came_to(_file(clerk, "claims", **_claim(bench)))


@pytest.fixture(scope="module")
def pointer(bench: Bench, reviewer: httpx2.Client) -> str:
    """Give the path of a pointer the secrecy reviewer filed on an item."""
    columns = [one.get("value") for one in page(reviewer, f"{NEW['pointers']}?entry={MARRIAGES}").find("option")]
    return came_to(_file(reviewer, "pointers", **_pointer(bench, item=columns[-1] if ITEM not in columns else ITEM)))


def test_an_assessment_is_approved_by_another_person(
    clerk: httpx2.Client, approver: httpx2.Client, assessment: str
) -> None:
    waiting = page(clerk, assessment).text
    done = send(approver, assessment, assessment)
    assert ("须由另一名审核人批准" in waiting, done.status_code) == (True, 303)
    assert "已批准" in page(approver, assessment).text


def test_a_privacy_record_rests_on_the_approved_assessment(
    bench: Bench, approver: httpx2.Client, assessment: str
) -> None:
    if "据此登记" not in page(approver, assessment).text:
        send(approver, assessment, assessment)
    record = came_to(send(approver, assessment, f"{assessment}/record", item=ITEM, review_on=_ahead(bench, 90)))
    shown = page(approver, record).text
    assert HARM in shown
    assert "对个人的影响" in shown
    assert "assessed_by" not in shown


def test_every_fault_of_an_assessment_stands_beside_its_field(bench: Bench, clerk: httpx2.Client) -> None:
    wrong = {"cited_law": "本市数据管理规定 第三条", "necessity": "需要", "review_on": _ahead(bench, 900)}
    answer = _file(clerk, "assessments", **{**_assessment(bench), **wrong})
    shown = read(answer.text)
    beside = {name for name in wrong if any(one.get("id") == f"{name}-fault" for one in shown.find("span"))}
    assert (answer.status_code, {name for name, _ in faults(shown)}, beside) == (422, set(wrong), set(wrong))


def test_what_was_left_empty_is_said_field_by_field(bench: Bench, clerk: httpx2.Client) -> None:
    answer = _file(clerk, "assessments")
    assert {"items", "purpose", "persons", "outcome", "review_on"} <= {name for name, _ in faults(read(answer.text))}


def test_a_claim_is_found_on_by_another_person_after_its_holder_was_heard(
    bench: Bench, approver: httpx2.Client, claim: str
) -> None:
    before = page(approver, claim)
    assert "尚未完成征求权利人意见" in before.text
    ask = next(one.get("href") for one in before.find("a") if one.get("href").endswith("/ask"))
    record = came_to(
        send(approver, ask, ask, party=FIRM, party_name="示例科技有限公司", received_on=bench.clock.today.isoformat())
    )
    form = next(
        one.get("action") for one in page(approver, record).find("form") if one.get("action").endswith("/reply")
    )
    typed = {
        "reply": "objects_with_reason",
        "reply_reason": "属于商业秘密",
        "replied_on": bench.clock.today.isoformat(),
    }
    assert send(approver, record, form, **typed).status_code == 303
    found = send(
        approver, claim, claim, finding="accepted", reason="资料证明具有秘密性和商业价值", review_on=_ahead(bench, 300)
    )
    assert (found.status_code, "全部成立" in page(approver, claim).text) == (303, True)


def test_a_claim_with_a_wrong_credit_code_comes_back_to_the_holder(bench: Bench, clerk: httpx2.Client) -> None:
    answer = _file(clerk, "claims", **_claim(bench, holder="123"))
    assert (answer.status_code, [name for name, _ in faults(read(answer.text))]) == (422, ["holder"])


def test_a_letter_without_a_right_party_comes_back_to_the_party(bench: Bench, approver: httpx2.Client) -> None:
    rows = [row for row in page(approver, BASE).find("tr") if "R05" in row.text]
    record = rows[0].find("a")[0].get("href")
    typed = {"party": "1", "party_name": "示例科技有限公司", "received_on": bench.clock.today.isoformat()}
    answer = send(approver, f"{record}/ask", f"{record}/ask", **typed)
    assert (answer.status_code, [name for name, _ in faults(read(answer.text))]) == (422, ["party"])


def test_a_pointer_waits_for_the_signature_of_another_role(
    reviewer: httpx2.Client, approver: httpx2.Client, pointer: str
) -> None:
    own = [one.get("action") for one in page(reviewer, pointer).find("form")]
    waiting = page(approver, pointer).text
    signed = send(approver, pointer, f"{pointer}/confirm")
    assert (f"{pointer}/confirm" in own, "还需签署：审核人" in waiting, signed.status_code) == (False, True, 303)
    assert "秘密级" in page(approver, pointer).text


def test_a_pointer_of_another_level_is_explained_beside_the_level(bench: Bench, reviewer: httpx2.Client) -> None:
    answer = send(reviewer, NEW["pointers"], NEW["pointers"], **_pointer(bench, organ_level="2"))
    assert [name for name, _ in faults(read(answer.text))] == ["organ_level"]


def test_a_doubt_is_referred_and_another_person_files_the_answer(
    bench: Bench, reviewer: httpx2.Client, approver: httpx2.Client
) -> None:
    pointer = came_to(send(reviewer, NEW["pointers"], NEW["pointers"], **_pointer(bench)))
    asked = send(reviewer, pointer, f"{pointer}/referral", authority="市保密行政管理部门", reference="示移〔2026〕1号")
    form = f"{pointer}/referral/answer"
    typed = {"answer_reference": "示复〔2026〕2号", "answered_on": bench.clock.today.isoformat(), "upholds": "no"}
    answered = send(approver, pointer, form, **typed)
    assert (asked.status_code, answered.status_code) == (303, 303)
    assert "不属于国家秘密" in page(approver, pointer).text


def test_a_release_is_proposed_by_one_signed_by_another_and_waits(
    bench: Bench, clerk: httpx2.Client, approver: httpx2.Client, assessment: str
) -> None:
    rows = page(approver, f"{BASE}?state=all").find("tr")
    links = [row.find("a")[0].get("href") for row in rows if "R05" in row.text]
    path = f"{links[0]}/override"
    record = came_to(send(clerk, path, path, **OVERRIDE))
    form = next(one.get("action") for one in page(approver, record).find("form") if "/overrides/" in one.get("action"))
    signed = send(approver, record, form, signer_role="局长")
    shown = page(approver, record)
    released = [one for one in shown.find("input") if one.get("value") == "release"]
    assert (signed.status_code, "已告知第三方，等待期内" in shown.text, released) == (303, True, [])


@pytest.mark.parametrize("path", [*NEW.values(), f"{BASE}/assessments", f"{BASE}/claims"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_filing_pages_can_be_used_by_everyone(approver: httpx2.Client, path: str, prefix: str) -> None:
    query = f"?entry={MARRIAGES}" if path.endswith("/new") else ""
    assert faults_of_access(page(approver, f"{prefix}{path}{query}"), prefix[1:] or "zh") == []


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_pages_of_what_was_filed_can_be_used_by_everyone(
    approver: httpx2.Client, assessment: str, claim: str, pointer: str, prefix: str
) -> None:
    paths = (assessment, claim, pointer)
    found = {one: faults_of_access(page(approver, prefix + one), prefix[1:] or "zh") for one in paths}
    assert {one: said for one, said in found.items() if said} == {}
