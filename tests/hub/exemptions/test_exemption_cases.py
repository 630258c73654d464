"""The life of records over HTTP with simulated time: cases 4, 8 and 14 of the guide, and what surrounds them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.demo.directory import demo_entry
from hub.demo.load import review
from hub.demo.numbers import citizen_id
from hub.identity.roles import Role
from hub.rounds import run_now
from tests.hub.exemptions import records
from tests.hub.exemptions.conftest import ASKER, HOLDER, REPORTS
from tests.support import acts

if TYPE_CHECKING:
    from tests.hub.exemptions.conftest import Town

BASE = records.BASE


@pytest.fixture(autouse=True)
def _zhengzhou(town: Town) -> None:
    town.under("zhengzhou")


def filed_claim(town: Town, items: list[str], **changes: Any) -> dict[str, Any]:
    body = records.claim(town.people, REPORTS, items, **changes)
    return records.clerk(town.people, HOLDER).call("POST", f"{BASE}/claims", json=body)


def asked(town: Town, exemption: str, **changes: Any) -> dict[str, Any]:
    body = records.letter(town.people, **changes)
    return records.clerk(town.people, HOLDER).call("POST", f"{BASE}/{exemption}/consultations", json=body)


def find(town: Town, claim: dict[str, Any], items: list[str], **changes: Any) -> dict[str, Any]:
    body = records.finding(town.people, items, **changes)
    return records.head(town.people, HOLDER).call("POST", f"{BASE}/claims/{claim['id']}/finding", json=body)


def shown(town: Town, exemption: str) -> dict[str, Any]:
    return records.head(town.people, HOLDER).call("GET", f"{BASE}/{exemption}")


def test_case_4_silence_after_fifteen_working_days_is_neither_consent_nor_refusal(town: Town) -> None:
    claim = filed_claim(town, ["zichan_zonge"])
    record = claim["exemptions"][0]["id"]
    sent = asked(town, record)
    assert sent["due_on"] == str(town.clock.forward(working_days=15))
    too_early = acts.problem_of(lambda: find(town, claim, ["zichan_zonge"]))
    town.clock.forward(days=1)
    run_now(town.city.services, "consultations")
    silent = shown(town, record)
    no_reason = acts.problem_of(lambda: find(town, claim, ["zichan_zonge"], reason="不方便"))
    decided = find(town, claim, ["zichan_zonge"])
    done = shown(town, record)
    assert (too_early.status, silent["consultations"][0]["outcome"], silent["in_force"]) == (409, "silent", False)
    assert (no_reason.status, decided["finding"], done["in_force"]) == (422, "accepted", True)
    assert done["consultations"][0]["decision_reason"] == records.SILENT_REASON


def test_a_claim_protects_its_item_and_refuses_nothing_until_the_finding(town: Town) -> None:
    claim = filed_claim(town, ["congye_renshu"])
    record = claim["exemptions"][0]["id"]
    request = town.waiting("congye_renshu")
    problem = acts.problem_of(lambda: town.refuse(request, "congye_renshu", records.refusal("R04", record)))
    codes = {reason["code"] for reason in problem.problem["reasons"]}
    assert {"not-decided", "no-finding", "not-consulted"} <= codes


def test_a_claim_without_a_finding_protects_for_twenty_working_days_and_returns_to_review(town: Town) -> None:
    claim = filed_claim(town, ["congye_renshu"])
    until = town.clock.forward(working_days=20)
    run_now(town.city.services, "exemptions")
    before = {one["exemption_id"] for one in returns(town)}
    town.clock.forward(days=1)
    run_now(town.city.services, "exemptions")
    record = claim["exemptions"][0]["id"]
    causes = {one["exemption_id"]: one["causes"] for one in returns(town)}
    assert (claim["protective_until"], record in before, causes[record]) == (str(until), False, ["protection-over"])


def returns(town: Town) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = records.head(town.people, HOLDER).call("GET", f"{BASE}/returns")["returns"]
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {"items": []},
        {"items": ["no_such_item"]},
        {"until": "2039-01-01"},
        {"claimed_on": "2039-01-01", "until": "2040-01-01"},
        {"evidence_digests": ["the contract"]},
        {"why_unknown": ""},
        {"value": "联系电话 13812345678"},
        {"holder": {"kind": "organisation", "number": "91410100MA00000000", "name": "示例公司"}},
        {"holder": {"kind": "person", "number": "11010519491231002X", "name": "张三"}},
    ],
)
def test_a_claim_that_is_not_sound_is_not_stored(town: Town, changes: dict[str, Any]) -> None:
    before = town.city.counts()
    body = records.claim(town.people, REPORTS, ["congye_renshu"]) | changes
    problem = acts.problem_of(lambda: records.clerk(town.people, HOLDER).call("POST", f"{BASE}/claims", json=body))
    assert (problem.status, town.city.counts()) == (422, before)


def test_a_claim_never_covers_everything(town: Town) -> None:
    columns = [item.column for item in demo_entry(REPORTS, town.people.today()).entry.items]
    body = records.claim(town.people, REPORTS, columns)
    problem = acts.problem_of(lambda: records.clerk(town.people, HOLDER).call("POST", f"{BASE}/claims", json=body))
    assert (problem.status, "全部信息项" in str(problem)) == (422, True)


def test_a_person_who_holds_a_secret_is_kept_as_a_keyed_digest(town: Town) -> None:
    number = citizen_id(town.people.today().replace(year=1980), 11)
    claim = filed_claim(town, ["congye_renshu"], holder={"kind": "person", "number": number})
    everything = str(claim) + str(shown(town, claim["exemptions"][0]["id"]))
    assert (number in everything, len(claim["holder"]) >= 43) == (False, True)


def test_who_files_a_claim_does_not_find_on_it(town: Town) -> None:
    body = records.claim(town.people, REPORTS, ["congye_renshu"])
    claim = records.head(town.people, HOLDER).call("POST", f"{BASE}/claims", json=body)
    problem = acts.problem_of(lambda: find(town, claim, ["congye_renshu"]))
    assert (problem.status, "four eyes" in str(problem)) == (409, True)


def test_a_finding_in_part_leaves_the_rest_unrestricted(town: Town) -> None:
    claim = filed_claim(town, ["congye_renshu", "zichan_zonge"])
    sent = asked(town, claim["exemptions"][0]["id"])
    said = {
        "outcome": "objects_with_reason",
        "reason": "公布会使竞争对手推知其成本",
        "replied_on": str(town.people.today()),
    }
    records.clerk(town.people, HOLDER).call("POST", f"{BASE}/consultations/{sent['id']}/reply", json=said)
    found = find(town, claim, ["zichan_zonge"], finding="partly")
    assert {one["item"]: one["status"] for one in found["exemptions"]} == {
        "congye_renshu": "rejected",
        "zichan_zonge": "decided",
    }


def test_a_holder_who_agrees_ends_the_claim(town: Town) -> None:
    claim = filed_claim(town, ["zichan_zonge"])
    sent = asked(town, claim["exemptions"][0]["id"])
    said = {"outcome": "agrees", "replied_on": str(town.people.today())}
    records.clerk(town.people, HOLDER).call("POST", f"{BASE}/consultations/{sent['id']}/reply", json=said)
    kept = acts.problem_of(lambda: find(town, claim, ["zichan_zonge"]))
    found = find(town, claim, [], finding="rejected")
    assert (kept.status, found["exemptions"][0]["status"]) == (422, "rejected")


def test_the_letter_says_what_silence_means_and_holds_no_value(town: Town) -> None:
    sent = asked(town, filed_claim(town, ["zichan_zonge"])["exemptions"][0]["id"])
    assert all(
        part in sent["letter_zh"] for part in ("第三十二条", "15 个工作日", "既不视为同意，也不视为不同意", "资产总额")
    )
    assert "neither consent nor objection" in sent["letter_en"]


def test_the_silence_of_a_co_author_is_consent(town: Town) -> None:
    record = town.in_force("R05", "tongxin_dizhi")
    sent = asked(town, record, kind="co_maker")
    town.clock.forward(working_days=16)
    now = records.head(town.people, HOLDER).call("GET", f"{BASE}/consultations/{sent['id']}")
    assert now["outcome"] == "consents_by_silence"


def test_a_privacy_record_holds_once_silence_was_followed_by_a_written_decision(town: Town) -> None:
    given = {**records.evidence(town.people, "R05", "tongxin_dizhi", HOLDER), "consultation": "not_asked"}
    record = town.in_force("R05", "tongxin_dizhi", evidence=given)
    person = citizen_id(town.people.today().replace(year=1990), 12)
    sent = asked(town, record, party_kind="person", party=person, party_name="")
    town.clock.forward(working_days=16)
    silent = shown(town, record)
    path = f"{BASE}/consultations/{sent['id']}/decide"
    body = {"decision": "withhold", "reason": "当事人未答复，公开会暴露其住址且无公共利益需要"}
    records.head(town.people, HOLDER).call("POST", path, json=body)
    done = shown(town, record)
    assert (silent["in_force"], done["in_force"], person in str(done)) == (False, True, False)


def test_a_class_too_large_for_letters_is_decided_on_record_and_a_small_one_is_not(town: Town) -> None:
    given = {**records.evidence(town.people, "R05", "tongxin_dizhi", HOLDER), "consultation": "not_asked"}
    record = town.in_force("R05", "tongxin_dizhi", evidence=given)
    whole = {"kind": "class", "party_kind": "class", "party": "", "party_name": "全体个体经营者"}
    reason = "人数众多无法逐一去函，一律不公开，只发布汇总"
    small = acts.problem_of(lambda: asked(town, record, **whole, persons=19, reason=reason))
    asked(town, record, **whole, persons=5000, reason=reason)
    assert (small.status, shown(town, record)["in_force"]) == (422, True)


def test_case_8_a_secret_of_2013_for_ten_years_refuses_nothing_and_returns_to_review(town: Town) -> None:
    old = {"classified_on": "2013-05-06", "last_review_on": "2022-05-06"}
    given = records.pointer(town.people, HOLDER, **old)
    record = town.in_force("R01", "niandu", evidence=given, in_force_from="2013-05-06", in_force_until=None)
    request = town.waiting("niandu")
    problem = acts.problem_of(lambda: town.refuse(request, "niandu", records.refusal("R01", record)))
    run_now(town.city.services, "exemptions")
    back = next(one for one in returns(town) if one["exemption_id"] == record)
    codes = {reason["code"] for reason in problem.problem["reasons"]}
    assert {"declassified", "lapsed", "secrecy-review"} <= codes
    assert ("declassified" in back["causes"], back["receipt_id"] is not None) == (True, True)


def test_a_review_keeps_what_holds_and_not_what_has_run_out(town: Town) -> None:
    good = town.in_force("R05", "niandu")
    over = town.in_force("R05", "niandu", in_force_until=(town.people.today() - timedelta(days=1)).isoformat())
    body = {"outcome": "keep", "reason": "当事人的利益没有变化，仍须保护"}
    body["next_review_on"] = (town.people.today() + timedelta(days=300)).isoformat()
    head = records.head(town.people, HOLDER)
    kept = head.call("POST", f"{BASE}/{good}/review", json=body)
    problem = acts.problem_of(lambda: head.call("POST", f"{BASE}/{over}/review", json=body))
    lifted = head.call("POST", f"{BASE}/{over}/review", json={"outcome": "lift", "reason": "期限已满且无保护必要"})
    assert (kept["review_on"], problem.status, lifted["status"]) == (body["next_review_on"], 409, "withdrawn")


def test_what_rested_on_a_record_is_listed_and_the_refused_organ_is_told_when_it_is_gone(town: Town) -> None:
    record = town.in_force("R05", "tongxin_dizhi")
    request = town.waiting("tongxin_dizhi")
    town.refuse(request, "tongxin_dizhi", records.refusal("R05", record))
    head = records.head(town.people, HOLDER)
    rests = head.call("GET", f"{BASE}/{record}/affected")
    head.call("POST", f"{BASE}/{record}/withdraw", json={"reason": "评估后认为不再需要保护"})
    told = town.rows("SELECT subject_id FROM hub.notice WHERE kind = 'exemption.gone'")
    assert [one["request_id"] for one in rests["refusals"]] == [request["id"]]
    assert (str(request["id"]),) in told


def test_case_14_a_budget_is_no_state_secret_without_a_referral_that_upholds_it(town: Town) -> None:
    people = town.people
    body = demo_entry("zhuyao-jingji-zhibiao", people.today())
    data: Any = body.entry.to_dict()
    column = next(item["column"] for item in data["items"] if item["column"] not in data["keys"])
    for item in data["items"]:
        if item["column"] == column:
            item["own_motion"] = "OM07"
    provider = body.provider
    records.clerk(people, provider).call("POST", "/api/v1/entries", json={"entry": data})
    review(people, body)
    given = records.body_of(people, "R01", records.pointer(people, provider), entry=body.name, item=column)
    record = records.office(people, provider).call("POST", BASE, json=given)["id"]
    path = f"{BASE}/{record}"
    blocked = acts.problem_of(lambda: records.head(people, provider).call("POST", f"{path}/confirm"))
    asked_of = {"authority": "示例省国家保密局", "reference": "示密移〔2026〕1号"}
    records.office(people, provider).call("POST", f"{path}/referral", json=asked_of)
    answer = {"reference": "省密函〔2026〕5号", "on": str(people.today()), "upholds_secrecy": True}
    same = acts.problem_of(
        lambda: records.office(people, provider).call("POST", f"{path}/referral/answer", json=answer)
    )
    records.head(people, provider).call("POST", f"{path}/referral/answer", json=answer)
    done = records.head(people, provider).call("POST", f"{path}/confirm")
    assert (blocked.status, "预算" in str(blocked), same.status, done["in_force"]) == (409, True, 409, True)


def test_a_referral_that_does_not_uphold_ends_the_record(town: Town) -> None:
    record = town.in_force("R01", "tongxin_dizhi")
    path = f"{BASE}/{record}/referral"
    asked_of = {"authority": "示例省国家保密局", "reference": "示密移〔2026〕2号"}
    records.office(town.people, HOLDER).call("POST", path, json=asked_of)
    answer = {"reference": "省密函〔2026〕6号", "on": str(town.people.today()), "upholds_secrecy": False}
    done = records.head(town.people, HOLDER).call("POST", f"{path}/answer", json=answer)
    assert (done["status"], done["in_force"]) == ("overturned", False)


OVERRIDE = {
    "interest": "公众须及时知道涉及饮用水安全的企业情况",
    "causal_link": "不公布则下游居民无法采取防护措施",
    "why_not_masked": "隐去企业则无法判断风险所在",
    "proportionality": "只公布一项，不涉及其他经营数据",
}


def test_a_release_in_the_public_interest_waits_ten_working_days_after_the_notice(town: Town) -> None:
    record = town.in_force("R04", "congye_renshu")
    head, clerk = records.head(town.people, HOLDER), records.clerk(town.people, HOLDER)
    made = clerk.call("POST", f"{BASE}/{record}/overrides", json=OVERRIDE)
    path = f"{BASE}/overrides/{made['id']}"
    unsigned = acts.problem_of(lambda: head.call("POST", f"{path}/release"))
    signed = head.call("POST", f"{path}/sign", json={"signer_role": "局长"})
    waiting = acts.problem_of(lambda: head.call("POST", f"{path}/release"))
    first = town.clock.forward(working_days=10)
    head = records.head(town.people, HOLDER)
    head.call("POST", f"{path}/release")
    assert (unsigned.status, waiting.status, signed["release_from"]) == (409, 409, str(first))
    assert all(text in signed["notice_zh"] for text in OVERRIDE.values())
    assert shown(town, record)["status"] == "overturned"


def test_an_urgent_release_names_its_reason(town: Town) -> None:
    record = town.in_force("R04", "congye_renshu")
    head, clerk = records.head(town.people, HOLDER), records.clerk(town.people, HOLDER)
    made = clerk.call("POST", f"{BASE}/{record}/overrides", json=OVERRIDE)
    path = f"{BASE}/overrides/{made['id']}"
    empty = acts.problem_of(
        lambda: head.call("POST", f"{path}/sign", json={"signer_role": "局长", "urgent_reason": "急"})
    )
    head.call("POST", f"{path}/sign", json={"signer_role": "局长", "urgent_reason": "污染正在扩散，等待将危及人身安全"})
    assert (empty.status, head.call("POST", f"{path}/release")["state"]) == (422, "released")


def test_a_state_secret_is_never_overridden(town: Town) -> None:
    record = town.in_force("R01", "tongxin_dizhi")
    clerk = records.clerk(town.people, HOLDER)
    problem = acts.problem_of(lambda: clerk.call("POST", f"{BASE}/{record}/overrides", json=OVERRIDE))
    assert problem.status == 409


def test_law_and_assessment_are_cited_with_an_assessment_or_not_at_all(town: Town) -> None:
    request = acts.ask_for(town.people, ASKER, acts.MARRIAGES, {"xingming": "full"})

    def give(**more: Any) -> dict[str, Any]:
        given = {"decision": "full", "cites_law_and_assessment": True, **more}
        return acts.answer(town.people, "minzhengju", request, "xingming", **given)

    bare = acts.problem_of(give)
    other = acts.assess(town.people, "minzhengju", acts.MARRIAGES, ["hunyin_zhuangtai"])
    uncovered = acts.problem_of(lambda: give(assessment=other))
    sound = acts.assess(town.people, "minzhengju", acts.MARRIAGES, ["xingming"])
    answered = give(assessment=sound)
    assert (bare.status, uncovered.status, acts.line_of(answered, "xingming")["treatment"]) == (409, 409, "full")


def test_an_assessment_is_approved_by_another_person_than_made_it(town: Town) -> None:
    body = {
        "entry": REPORTS, "items": ["niandu"], "purpose": "测算", "cited_law": "个人信息保护法 第三十四条",
        "persons": 3, "necessity": "核对须读取该信息项", "harm": "泄露会暴露经营情况", "measures": "限定用途并全程留痕",
        "outcome": "proceed", "reference": "示评 9 号", "assessor_role": "专员",
        "review_on": (town.people.today() + timedelta(days=90)).isoformat(),
    }  # fmt: skip
    head = records.head(town.people, HOLDER)
    made = head.call("POST", f"{BASE}/assessments", json=body)
    same = acts.problem_of(lambda: head.call("POST", f"{BASE}/assessments/{made['id']}/approve"))
    weak = acts.problem_of(
        lambda: head.call("POST", f"{BASE}/assessments", json={**body, "cited_law": "本局办法 第三条"})
    )
    late = {**body, "review_on": "2039-01-01"}
    assert acts.problem_of(lambda: head.call("POST", f"{BASE}/assessments", json=late)).status == 422
    assert (same.status, weak.status, made["keep_until"] >= str(town.people.today().replace(year=2029))) == (
        409,
        422,
        True,
    )


def test_supervision_sees_the_records_of_all_organs_and_others_their_own(town: Town) -> None:
    supervisor = town.people.person(town.people.city.authority.slug, Role.SUPERVISOR)
    everything = supervisor.call("GET", BASE, params={"scope": "all", "limit": 500})
    own = records.head(town.people, "minzhengju").call("GET", BASE, params={"scope": "all"})
    counted = supervisor.call("GET", f"{BASE}/counters")
    assert (everything["scope"], own["scope"], everything["total"] > own["total"]) == ("all", "own", True)
    assert set(counted) >= {"refusals_by_ground", "in_review", "in_review_by_organ"}


def test_another_organ_sees_no_record(town: Town) -> None:
    record = town.in_force("R05", "tongxin_dizhi")
    stranger = records.head(town.people, "minzhengju")
    assert {
        acts.problem_of(lambda: stranger.call("GET", f"{BASE}/{record}")).status,
        acts.problem_of(lambda: stranger.call("POST", f"{BASE}/{record}/withdraw", json={})).status,
    } == {404}
