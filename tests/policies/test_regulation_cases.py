"""Cases 1, 2, 7, 8, 9, 10, 12 and 14 of the domain notes, each as it would be met in an office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policies.claims import SecretPointer
from policies.clocks import ClockState, start_clock
from policies.decision import Denial, Permit, decide
from policies.exemptions import RefusalNotPossibleError, citation_is_sufficient, make_refusal, not_admissible
from policies.facts import Action, Requester, RequesterKind, Sensitivity, Treatment
from policies.packs import load_pack
from policies.workdays import shipped_calendar
from tests.policies.builders import PACKS, act, exemption, grant, item, public_request, request, resource

PACK = load_pack("zhengzhou")


def test_case_1_tax_verifies_whether_a_taxpayer_is_alive() -> None:
    alive = item("life_status", Sensitivity.SPI, name="存亡状态")
    tax = Requester(RequesterKind.AGENCY, "11410100MB1900000X", "tax-core")
    given = grant(
        {"life_status": Treatment.VERIFY_ONLY, "citizen_id": Treatment.VERIFY_ONLY},
        member_id=tax.member_id,
        system_id=tax.system_id,
        purposes=frozenset({"tax-account-closing"}),
        legal_basis="税收征收管理法 第十六条",
    )
    asked = request(
        "life_status",
        requester=tax,
        action=Action.VERIFY,
        purpose="tax-account-closing",
        matched=frozenset({"citizen_id"}),
    )
    result = decide(asked, resource(alive, item("citizen_id")), given, PACK)
    assert isinstance(result, Permit)
    assert result.treatment_of("life_status") is Treatment.VERIFY_ONLY


def test_case_2_the_whole_household_register_for_analysis_is_returned_with_counts_by_community() -> None:
    answer = not_admissible(
        ("name", "citizen_id", "community"), "编制社区住房需求计划", {"community": Treatment.AGGREGATE_ONLY}, PACK
    )
    assert dict(answer.offer) == {"community": Treatment.AGGREGATE_ONLY}


@pytest.mark.parametrize("secret", [Sensitivity.SS, Sensitivity.WS])
@pytest.mark.parametrize("pack", PACKS)
def test_case_7_what_bears_a_secrecy_mark_is_not_in_the_system_for_anyone(secret: Sensitivity, pack: str) -> None:
    held = resource(item("marked", secret), pack=pack)
    result = decide(request("marked"), held, grant({"marked": Treatment.FULL}), load_pack(pack))
    assert isinstance(result, Denial)
    assert result.explain("zh")[0] == "目录中没有所问内容。"


@pytest.mark.parametrize("pack", PACKS)
def test_case_8_a_secret_of_2013_with_ten_years_no_longer_refuses(pack: str) -> None:
    pointer = exemption("R01").evidence
    assert isinstance(pointer, SecretPointer)
    old = replace(pointer, classified_on=date(2013, 6, 1), declassify_on=date(2023, 6, 1))
    line = item(exemptions=(exemption("R01", evidence=old),))
    with pytest.raises(RefusalNotPossibleError) as error:
        make_refusal(act("R01"), line, resource(line, pack=pack), load_pack(pack))
    assert [reason.code for reason in error.value.reasons] == ["declassified"]
    assert "退回重新定类" in error.value.next_zh


@pytest.mark.parametrize("pack", PACKS)
def test_case_9_inconvenient_is_no_ground_and_the_request_stays_open(pack: str) -> None:
    line = item()
    with pytest.raises(RefusalNotPossibleError) as error:
        make_refusal(act("不方便", facts="不方便"), line, resource(line, pack=pack), load_pack(pack))
    assert "申请仍在办理" in error.value.zh


def test_case_9_when_the_time_runs_out_it_goes_to_the_board_and_is_no_refusal() -> None:
    clock = start_clock(PACK, "share.reply.conditional", date(2026, 3, 2))
    on, calendar = date(2026, 3, 17), shipped_calendar()
    lapse = clock.lapse(on, calendar)
    assert lapse is not None
    assert (clock.state(on, calendar), "逾期不等于不予提供" in lapse.explain().zh) == (ClockState.LAPSED, True)


@pytest.mark.parametrize("pack", PACKS)
def test_case_10_a_departmental_rule_does_not_make_data_not_shared(pack: str) -> None:
    assert not citation_is_sufficient("《公安机关人口数据管理办法》（公安部令第150号）第十二条", load_pack(pack))


def test_case_12_a_guardian_sees_the_ward_s_record_after_proof() -> None:
    held = resource(item("vaccination", Sensitivity.MIN))
    guardian = Requester(RequesterKind.GUARDIAN, subject="parent", ward="child", second_factor=True)
    result = decide(public_request("vaccination", requester=guardian), held, None, PACK)
    unproven = decide(public_request("vaccination", requester=replace(guardian, ward=None)), held, None, PACK)
    assert isinstance(result, Permit)
    assert (result.row_filter, type(unproven)) == ((("ward_record", "child"),), Denial)


@pytest.mark.parametrize("pack", PACKS)
def test_case_14_a_budget_cannot_be_refused_as_a_state_secret_without_referral(pack: str) -> None:
    budget = item("budget", Sensitivity.INT, is_own_motion=True, exemptions=(exemption("R01", "budget"),))
    with pytest.raises(RefusalNotPossibleError) as error:
        make_refusal(act("R01"), budget, resource(budget, pack=pack), load_pack(pack))
    assert [reason.code for reason in error.value.reasons] == ["own-motion"]
