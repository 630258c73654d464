"""What protects persons, secrets and users: V06 to V09, V16, V17."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from catalogue.entry import (
    Assessment,
    AssessmentKind,
    Entry,
)
from catalogue.entry_rules.finding import (
    AffectedGrant,
    Holding,
    Severity,
    ValidationContext,
)
from catalogue.item import IdentifierRole
from catalogue.validation import holds_secrets, validate
from policies.facts import Sensitivity, ShareType
from tests.catalogue.entries import (
    CONTEXT,
    ENTRY,
    NAME,
    STATION,
    broken,
    with_item,
)

# V06


def test_v06_a_sensitive_item_lifts_the_grade() -> None:
    findings = validate(with_item(sensitivity=Sensitivity.SPI), CONTEXT)
    assert [(found.rule, found.mend_zh) for found in findings] == [("V06", "分级至少为 G4")]


def test_v06_a_grade_at_the_floor_is_right() -> None:
    assert broken(replace(with_item(sensitivity=Sensitivity.SPI), grade="G4"), "V06") == []


def test_v06_core_data_stays_outside() -> None:
    assert broken(replace(ENTRY, grade="CORE"), "V06") == ["$.grade"]


# V07


@pytest.mark.parametrize("sensitivity", [Sensitivity.SS, Sensitivity.WS])
def test_v07_a_secret_item_stops_the_entry_and_nothing_of_it_is_repeated(sensitivity: Sensitivity) -> None:
    findings = validate(with_item(sensitivity=sensitivity, name="涉密项名称"), CONTEXT)
    assert [found.rule for found in findings] == ["V07"]
    assert "内容不予保存" in findings[0].zh
    assert "涉密项名称" not in repr(findings)


def test_v07_an_entry_without_secrets_passes() -> None:
    assert not holds_secrets(validate(ENTRY, CONTEXT))


# V08


def _assessed(kind: AssessmentKind, on: date) -> Entry:
    others = tuple(part for part in ENTRY.assessments if part.kind is not kind)
    return replace(ENTRY, assessments=(*others, Assessment(kind, on, "法规处", "影响可控")))


@pytest.mark.parametrize("on", [date(2024, 10, 31), date(2025, 11, 2)])
def test_v08_an_assessment_too_old_or_not_yet_made_does_not_serve(on: date) -> None:
    assert broken(_assessed(AssessmentKind.PERSONAL_INFORMATION, on), "V08") == ["$.assessments"]


def test_v08_an_assessment_of_the_last_twelve_months_serves() -> None:
    assert broken(_assessed(AssessmentKind.PERSONAL_INFORMATION, date(2024, 11, 1)), "V08") == []


def test_v08_an_entry_without_personal_items_needs_none() -> None:
    entry = replace(ENTRY, items=(STATION,), keys=(), assessments=ENTRY.assessments[:1])
    assert broken(entry, "V08") == []


def test_v08_the_twelve_months_end_well_on_a_leap_day() -> None:
    entry = _assessed(AssessmentKind.PERSONAL_INFORMATION, date(2027, 2, 28))
    assert broken(entry, "V08", replace(CONTEXT, today=date(2028, 2, 29))) == []


# V09


def test_v09_every_entry_needs_a_secrecy_risk_assessment() -> None:
    assert broken(replace(ENTRY, assessments=ENTRY.assessments[1:]), "V09") == ["$.assessments"]


def test_v09_an_assessment_dated_tomorrow_does_not_serve() -> None:
    assert broken(_assessed(AssessmentKind.SECRECY_RISK, date(2025, 11, 2)), "V09") == ["$.assessments"]


def test_v09_an_assessment_made_serves() -> None:
    assert broken(ENTRY, "V09") == []


# V16


def _narrowing(*, filed: bool) -> ValidationContext:
    grants = (AffectedGrant("郑州市医疗保障局", frozenset({"station"})),)
    return replace(CONTEXT, previous=ENTRY, affected_grants=grants, change_notice_filed=filed)


def test_v16_dropping_an_item_in_use_without_notice_is_returned_and_names_the_user() -> None:
    entry = replace(ENTRY, items=(NAME,))
    findings = [found for found in validate(entry, _narrowing(filed=False)) if found.rule == "V16"]
    assert [(found.severity, "郑州市医疗保障局" in found.zh) for found in findings] == [(Severity.ERROR, True)]


def test_v16_narrowing_after_notice_and_filing_is_a_warning() -> None:
    entry = with_item(share_type=ShareType.WITHHELD, share_citation="《统计法》第二十八条")
    assert broken(entry, "V16", _narrowing(filed=True)) == []
    assert "V16" in {found.rule for found in validate(entry, _narrowing(filed=True))}


def test_v16_an_edit_that_widens_is_silent() -> None:
    widened = with_item(share_type=ShareType.UNCONDITIONAL)
    assert "V16" not in {found.rule for found in validate(widened, _narrowing(filed=False))}


# V17


def _quasi() -> Entry:
    return with_item(name="出生日期", identifier_role=IdentifierRole.QUASI)


def test_v17_a_holding_that_completes_the_traits_warns_both_sides() -> None:
    holding = Holding("郑州市教育局", "学籍信息", frozenset({"性别", "户籍地"}))
    findings = validate(_quasi(), replace(CONTEXT, holdings=(holding,)))
    assert [(found.rule, found.severity) for found in findings] == [("V17", Severity.WARNING)]


def test_v17_the_same_traits_again_complete_nothing() -> None:
    holding = Holding("郑州市教育局", "学籍信息", frozenset({"出生日期"}))
    assert validate(_quasi(), replace(CONTEXT, holdings=(holding,))) == ()
