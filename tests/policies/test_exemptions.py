"""A record is in force only with its evidence, within its period, and reviewed: claimed is not proven."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from policies.claims import (
    Consultation,
    Decider,
    Exemption,
    ExemptionStatus,
    Finding,
    LegalCitation,
    OrganLevel,
    SecrecyLevel,
)
from policies.exemptions import in_force
from policies.packs import load_pack
from policies.workdays import local_day
from tests.policies.builders import NOW, PACKS, TODAY, exemption

PACK = load_pack("zhengzhou")
NATIONAL = load_pack("national")


def _codes(record: Exemption, on: date = TODAY) -> set[str]:
    return {reason.code for reason in in_force(record, on, NATIONAL)}


def _with_evidence(ground: str, **changes: Any) -> Exemption:
    record = exemption(ground)
    return replace(record, evidence=replace(record.evidence, **changes))


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("ground", ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"])
def test_a_sound_record_is_in_force_in_every_pack(ground: str, pack: str) -> None:
    assert in_force(exemption(ground), TODAY, load_pack(pack)) == ()


def test_a_record_under_r15_holds_only_where_the_national_overlay_is_switched_on() -> None:
    held = {pack: in_force(exemption("R15"), TODAY, load_pack(pack)) == () for pack in PACKS}
    assert held == {"zhengzhou": False, "jilin": False, "national": True}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": ExemptionStatus.CLAIMED}, "not-decided"),
        ({"status": ExemptionStatus.OVERTURNED}, "not-decided"),
        ({"decided_by": ""}, "incomplete"),
        ({"decider": Decider("", "负责人")}, "no-decider"),
        ({"decider": Decider("李明", " ")}, "no-decider"),
        ({"in_force_from": date(2026, 3, 3)}, "not-yet"),
        ({"in_force_until": date(2026, 3, 1)}, "lapsed"),
        ({"in_force_until": None}, "lapsed"),
        ({"review_on": None}, "review-overdue"),
        ({"review_on": date(2026, 3, 1)}, "review-overdue"),
        ({"review_on": date(2027, 3, 3)}, "review-overdue"),
    ],
)
@pytest.mark.parametrize("ground", ["R01", "R04", "R05"])
def test_a_record_does_not_hold_when_its_head_is_wrong(ground: str, changes: dict[str, Any], code: str) -> None:
    assert _codes(replace(exemption(ground), **changes)) == {code}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"level": SecrecyLevel.TOP_SECRET}, "organ-not-entitled"),
        ({"organ_level": OrganLevel.COUNTY}, "organ-not-entitled"),
        ({"organ": " "}, "pointer-incomplete"),
        ({"reference": ""}, "pointer-incomplete"),
        ({"declassify_on": TODAY}, "declassified"),
        ({"declassify_on": date(2035, 5, 1)}, "period-too-long"),
        ({"last_review_on": None}, "secrecy-review"),
        ({"last_review_on": date(2025, 3, 1)}, "secrecy-review"),
        ({"last_review_on": date(2026, 3, 3)}, "secrecy-review"),
        ({"classified_on": date(2026, 3, 3)}, "declassified"),
    ],
)
def test_a_pointer_to_a_state_secret_must_be_valid_that_day(changes: dict[str, Any], code: str) -> None:
    assert _codes(_with_evidence("R01", **changes)) == {code}


def test_a_county_organ_may_set_a_level_only_when_authorised() -> None:
    pointer = _with_evidence("R01", organ_level=OrganLevel.COUNTY, organ_is_authorised=True)
    assert _codes(pointer) == set()


def test_a_city_organ_may_never_set_top_secret_even_when_authorised() -> None:
    pointer = _with_evidence("R01", level=SecrecyLevel.TOP_SECRET, organ_is_authorised=True)
    assert "organ-not-entitled" in _codes(pointer)


def test_top_secret_from_the_province_holds() -> None:
    pointer = _with_evidence("R01", level=SecrecyLevel.TOP_SECRET, organ_level=OrganLevel.PROVINCIAL)
    assert _codes(pointer) == set()


def test_without_a_date_the_longest_period_of_the_level_ends_the_secret() -> None:
    pointer = _with_evidence("R01", declassify_on=None, classified_on=date(2016, 3, 2))
    assert (_codes(pointer, date(2026, 3, 1)), _codes(pointer)) == (set(), {"declassified"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": frozenset({"another_item"})}, "wrong-item"),
        ({"items": frozenset[str]()}, "wrong-item"),
        ({"holder": ""}, "claim-incomplete"),
        ({"measures": " "}, "claim-incomplete"),
        ({"finding": Finding.OPEN}, "no-finding"),
        ({"finding": Finding.REJECTED}, "no-finding"),
        ({"finding_reason": ""}, "no-finding"),
        ({"found_on": None}, "finding-date"),
        ({"found_on": date(2026, 3, 3)}, "finding-date"),
        ({"claimed_on": date(2023, 3, 2)}, "claim-lapsed"),
        ({"consultation": Consultation.NOT_ASKED}, "not-consulted"),
        ({"consultation": Consultation.WAITING}, "not-consulted"),
        ({"consultation": Consultation.AGREES}, "agrees"),
    ],
)
def test_a_trade_secret_needs_a_consulted_reasoned_finding(changes: dict[str, Any], code: str) -> None:
    assert _codes(_with_evidence("R04", **changes)) == {code}


def test_silence_of_the_holder_leaves_the_decision_to_the_organ() -> None:
    assert _codes(_with_evidence("R04", consultation=Consultation.SILENT, finding=Finding.PARTLY)) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": frozenset({"another_item"})}, "wrong-item"),
        ({"harm": ""}, "assessment-incomplete"),
        ({"harm": "不方便公开"}, "assessment-incomplete"),
        ({"assessed_by": ""}, "assessment-incomplete"),
        ({"reference": ""}, "assessment-incomplete"),
        ({"assessed_on": date(2025, 3, 1)}, "assessment-old"),
        ({"assessed_on": date(2026, 3, 3)}, "assessment-old"),
        ({"consultation": Consultation.WAITING}, "not-consulted"),
        ({"consultation": Consultation.AGREES}, "agrees"),
    ],
)
def test_privacy_needs_an_assessment_of_the_last_twelve_months(changes: dict[str, Any], code: str) -> None:
    assert _codes(_with_evidence("R05", **changes)) == {code}


@pytest.mark.parametrize(("ground", "other"), [("R01", "R05"), ("R04", "R01"), ("R05", "R04"), ("R06", "R05")])
def test_evidence_of_another_kind_proves_nothing(ground: str, other: str) -> None:
    assert _codes(replace(exemption(ground), evidence=exemption(other).evidence)) == {"evidence-kind"}


@pytest.mark.parametrize("code", ["R09", "R14", "R99", "", "不方便", "知识产权"])
def test_a_code_that_is_no_ground_is_never_in_force(code: str) -> None:
    assert "ground-unknown" in _codes(replace(exemption("R05"), ground=code))


def test_beyond_the_duty_is_no_ground_but_a_reason_to_narrow() -> None:
    assert "not-a-refusal" in _codes(replace(exemption("R05"), ground="R16"))


def test_a_departmental_rule_does_not_carry_r15() -> None:
    record = replace(exemption("R15"), evidence=LegalCitation("《公安机关户籍数据管理办法》第三条"))
    assert _codes(record) == {"citation"}


def test_an_internal_record_that_only_says_inconvenient_does_not_hold() -> None:
    assert _codes(_with_evidence("R06", reason="内部规定，不方便提供。")) == {"no-reason"}


def test_a_moment_is_no_day() -> None:
    with pytest.raises(TypeError, match="on_date"):
        in_force(exemption("R05"), NOW, PACK)


def test_the_last_day_still_counts_and_the_next_does_not() -> None:
    record = exemption("R05", in_force_until=TODAY)
    assert [_codes(record, day) for day in (TODAY, date(2026, 3, 3))] == [set(), {"lapsed"}]


def test_every_reason_says_what_to_do_in_both_languages() -> None:
    reasons = in_force(replace(exemption("R01"), decider=Decider("", ""), review_on=None), TODAY, PACK)
    texts = [
        text for reason in reasons for lang in ("zh", "en") for text in reason.explain("zh" if lang == "zh" else "en")
    ]
    assert (len(texts), all(texts)) == (8, True)


def test_the_day_in_china_decides_not_the_day_in_utc() -> None:
    assert local_day(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)) == TODAY
