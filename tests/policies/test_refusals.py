"""A provider's refusal: possible in every pack on R01, R04, R05 with the record, and in no other way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from policies.claims import Decider, LegalCitation, OrganLevel, Referral, SecrecyLevel, SecretPointer
from policies.exemptions import RefusalNotPossibleError, make_refusal, not_admissible
from policies.facts import Path, Treatment
from policies.packs import load_pack
from tests.policies.builders import CIVIL_AFFAIRS, PACKS, act, exemption, item, resource

if TYPE_CHECKING:
    from policies.results import Refusal

LINE = "spouse_id"
ALL = [(pack, ground) for pack in PACKS for ground in ("R01", "R04", "R05")] + [("national", "R15")]


def _refuse(pack: str, ground: str, record: dict[str, Any] | None = None, **changes: Any) -> Refusal:
    refused = item(LINE, exemptions=(replace(exemption(ground), **(record or {})),))
    return make_refusal(act(ground, **changes), refused, resource(refused, pack=pack), load_pack(pack))


def _faults(pack: str, ground: str, record: dict[str, Any] | None = None, **changes: Any) -> set[str]:
    with pytest.raises(RefusalNotPossibleError) as error:
        _refuse(pack, ground, record, **changes)
    return {reason.code for reason in error.value.reasons}


@pytest.mark.parametrize(("pack", "ground"), ALL)
def test_an_agency_is_refused_an_item_by_its_provider_on_a_record_in_force(pack: str, ground: str) -> None:
    refusal = _refuse(pack, ground)
    assert (refusal.ground, refusal.item, refusal.decider.name, refusal.path) == (ground, LINE, "李明", Path.SHARE)


@pytest.mark.parametrize(("pack", "ground"), ALL)
def test_a_refusal_names_ground_provision_facts_decider_and_remedy_in_both_languages(pack: str, ground: str) -> None:
    refusal = _refuse(pack, ground)
    notice = "\n".join(refusal.explain("zh") + refusal.explain("en"))
    parts = (ground, refusal.ground_name.zh, refusal.ground_name.en, "李明", "人民政府", "negotiate", "事实")
    assert [part for part in parts if part.lower() not in notice.lower()] == []


def test_zhengzhou_names_its_article_20_and_jilin_its_article_29() -> None:
    cited = (_refuse("zhengzhou", "R05").article, _refuse("jilin", "R05").article)
    assert ("郑州市信息化建设管理办法 Art.20" in cited[0], "吉林市信息化促进办法 Art.29" in cited[1]) == (True, True)


@pytest.mark.parametrize(("pack", "ground"), ALL)
@pytest.mark.parametrize(
    ("record", "changes", "code"),
    [
        ({"in_force_until": date(2026, 3, 1)}, {}, "lapsed"),
        ({"review_on": date(2026, 1, 1)}, {}, "review-overdue"),
        ({"item": "another_item"}, {}, "wrong-item"),
        ({"decided_by": CIVIL_AFFAIRS}, {}, "wrong-organ"),
        ({}, {"organ": CIVIL_AFFAIRS}, "wrong-organ"),
        ({}, {"exemption_id": "E-unknown"}, "no-exemption"),
        ({}, {"provision": ""}, "provision"),
        ({}, {"provision": "《本局数据管理办法》第三条"}, "provision"),
        ({}, {"facts": ""}, "no-facts"),
        ({}, {"facts": "不方便提供"}, "no-facts"),
        ({}, {"considered": {}}, "narrower-forms"),
        ({}, {"considered": dict.fromkeys(("masked", "verify_only", "separate"), "不便")}, "narrower-forms"),
        ({}, {"decider": Decider("", "负责人")}, "no-decider"),
        ({}, {"offer": Treatment.FULL}, "offer"),
        ({}, {"decided_at": datetime(2026, 3, 2)}, "no-zone"),  # noqa: DTZ001 - the missing zone is the point
    ],
)
def test_a_refusal_without_the_record_or_the_reasons_is_impossible(
    pack: str, ground: str, record: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    assert code in _faults(pack, ground, record, **changes)


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("code", ["", "不方便", "R02", "R06", "R09", "R16", "R99", "知识产权"])
def test_a_ground_outside_the_closed_list_is_impossible(pack: str, code: str) -> None:
    refused = item(LINE, exemptions=(exemption("R05"),))
    with pytest.raises(RefusalNotPossibleError):
        make_refusal(act(code, exemption_id="E-R05"), refused, resource(refused, pack=pack), load_pack(pack))


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("ground", ["R06", "R07", "R02", "R03"])
def test_a_disclosure_ground_never_refuses_another_organ(pack: str, ground: str) -> None:
    assert "ground-not-on-path" in _faults(pack, ground)


@pytest.mark.parametrize("pack", ["zhengzhou", "jilin"])
def test_r15_does_not_exist_where_the_overlay_is_off(pack: str) -> None:
    assert "ground-unknown" in _faults(pack, "R15")


@pytest.mark.parametrize(
    "citation", ["《公安部户籍管理规定》第三条", "公安部令第3号", "户口登记条例", "本市文件第二条"]
)
def test_r15_needs_a_law_regulation_or_council_decision_with_its_article(citation: str) -> None:
    assert "citation" in _faults("national", "R15", {"evidence": LegalCitation(citation)})


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"level": SecrecyLevel.TOP_SECRET}, "organ-not-entitled"),
        ({"organ_level": OrganLevel.COUNTY}, "organ-not-entitled"),
        ({"declassify_on": date(2026, 1, 1)}, "declassified"),
        ({"reference": ""}, "pointer-incomplete"),
        ({"last_review_on": date(2024, 1, 1)}, "secrecy-review"),
    ],
)
def test_a_state_secret_refusal_needs_a_pointer_valid_that_day(pack: str, changes: dict[str, Any], code: str) -> None:
    pointer = replace(exemption("R01").evidence, **changes)
    assert code in _faults(pack, "R01", {"evidence": pointer})


@pytest.mark.parametrize("pack", PACKS)
def test_a_ground_on_another_item_refuses_nothing(pack: str) -> None:
    bare, restricted = item(LINE), item("illness", exemptions=(exemption("R05", "illness"),))
    held = resource(bare, restricted, pack=pack)
    with pytest.raises(RefusalNotPossibleError) as error:
        make_refusal(act("R05"), bare, held, load_pack(pack))
    assert {reason.code for reason in error.value.reasons} == {"no-exemption"}


def test_an_offer_stands_for_the_form_that_need_not_be_argued_away() -> None:
    considered = {"masked": "掩码后仍可识别当事人", "aggregate_only": "单条业务无法使用统计结果"}
    refusal = _refuse("zhengzhou", "R05", offer=Treatment.VERIFY_ONLY, considered=considered)
    assert refusal.offer is Treatment.VERIFY_ONLY


def _own_motion(*, upheld: bool | None) -> Refusal:
    pointer = exemption("R01").evidence
    assert isinstance(pointer, SecretPointer)
    referral = None if upheld is None else Referral("河南省国家保密局", "豫密函5号", date(2026, 1, 8), upheld)
    record = exemption("R01", evidence=replace(pointer, referral=referral))
    refused = item(LINE, is_own_motion=True, exemptions=(record,))
    return make_refusal(act("R01"), refused, resource(refused), load_pack("zhengzhou"))


@pytest.mark.parametrize("upheld", [None, False])
def test_own_motion_information_is_no_state_secret_without_a_referral_that_upholds_it(*, upheld: bool | None) -> None:
    with pytest.raises(RefusalNotPossibleError) as error:
        _own_motion(upheld=upheld)
    assert [reason.code for reason in error.value.reasons] == ["own-motion"]


def test_own_motion_information_may_be_refused_after_the_secrecy_authority_upheld_it() -> None:
    assert _own_motion(upheld=True).ground == "R01"


def test_every_fault_is_told_at_once_with_the_next_step_in_both_languages() -> None:
    with pytest.raises(RefusalNotPossibleError) as error:
        _refuse("zhengzhou", "R05", {"status": "withdrawn"}, facts="", provision="", considered={})
    zh, en = error.value.explain("zh"), error.value.explain("en")
    assert (len(zh), len(en), "申请仍在办理" in zh[0], "stays open" in en[0]) == (5, 5, True, True)


def test_beyond_the_need_is_answered_with_a_narrower_offer() -> None:
    offer = {"community": Treatment.AGGREGATE_ONLY}
    answer = not_admissible(("name", "community"), "按社区掌握户数以编制住房规划", offer, load_pack("zhengzhou"))
    assert "这不是不予提供" in answer.explain("zh")[0]


@pytest.mark.parametrize(
    ("duty", "offer"),
    [
        ("按社区掌握户数以编制住房规划", {}),
        ("按社区掌握户数以编制住房规划", {"name": Treatment.FULL, "community": Treatment.FULL}),
        ("按社区掌握户数以编制住房规划", {"name": Treatment.WITHHELD}),
        ("按社区掌握户数以编制住房规划", {"another": Treatment.FULL}),
        ("", {"community": Treatment.AGGREGATE_ONLY}),
        ("工作需要", {"community": Treatment.AGGREGATE_ONLY}),
    ],
)
def test_narrowing_without_a_duty_or_a_narrower_offer_is_impossible(duty: str, offer: dict[str, Treatment]) -> None:
    with pytest.raises(RefusalNotPossibleError):
        not_admissible(("name", "community"), duty, offer, load_pack("zhengzhou"))
