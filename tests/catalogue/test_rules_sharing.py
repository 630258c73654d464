"""An entry may be shared and opened as it says: V02 to V05, V12, V15, V19."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.entry import (
    Citation,
    CitationRank,
    Entry,
    Opening,
    Sharing,
)
from catalogue.entry_rules.finding import (
    ExemptionFact,
    Severity,
    ValidationContext,
)
from catalogue.validation import validate
from policies.facts import OpenType, Sensitivity, ShareType
from tests.catalogue.entries import (
    CONTEXT,
    ENTRY,
    LAW,
    NAME,
    STATION,
    broken,
    with_item,
)

# V02


def test_v02_conditional_sharing_states_scope_and_purpose() -> None:
    assert broken(replace(ENTRY, sharing=Sharing(ShareType.CONDITIONAL, modes=("01",))), "V02") == [
        "$.sharing.scope",
        "$.sharing.purpose",
    ]


def test_v02_scope_and_purpose_are_separate_texts() -> None:
    sharing = replace(ENTRY.sharing, purpose=ENTRY.sharing.scope)
    assert broken(replace(ENTRY, sharing=sharing), "V02") == ["$.sharing.purpose"]


def test_v02_an_item_override_takes_the_entrys_condition() -> None:
    assert broken(with_item(share_type=ShareType.CONDITIONAL), "V02") == []


def test_v02_an_item_override_alone_states_its_own_condition() -> None:
    entry = replace(
        with_item(share_type=ShareType.CONDITIONAL), sharing=Sharing(ShareType.UNCONDITIONAL, modes=("01",))
    )
    assert broken(entry, "V02") == ["$.items[1].share_scope", "$.items[1].share_purpose"]


# V03


def _withheld(*citations: Citation) -> Entry:
    return replace(ENTRY, sharing=Sharing(ShareType.WITHHELD, citations=citations, modes=("01",)))


def test_v03_not_shared_with_a_law_is_right() -> None:
    assert broken(_withheld(LAW), "V03") == []


@pytest.mark.parametrize(
    "citation",
    [
        Citation("民政部婚姻登记工作规范", "第三条", CitationRank.DEPARTMENTAL_RULE),
        Citation("郑州市信息化建设管理办法", "第二十条", CitationRank.LOCAL_REGULATION),
        Citation("居民身份证法", "", CitationRank.LAW),
    ],
)
def test_v03_not_shared_with_a_lower_rule_or_no_article_is_returned(citation: Citation) -> None:
    assert broken(_withheld(citation), "V03") == ["$.sharing.citations"]


def test_v03_an_item_that_is_not_shared_cites_its_own_article() -> None:
    item = with_item(share_type=ShareType.WITHHELD, share_citation="《居民身份证法》第十九条")
    assert broken(item, "V03") == []


def test_v03_an_item_that_is_not_shared_without_a_citation_is_returned() -> None:
    assert broken(with_item(share_type=ShareType.WITHHELD), "V03") == ["$.items[1].share_citation"]


# V04


def test_v04_an_open_entry_states_its_condition() -> None:
    assert broken(replace(ENTRY, opening=Opening(OpenType.CONDITIONAL)), "V04") == ["$.opening.condition"]


def test_v04_a_personal_item_is_not_open_without_conditions() -> None:
    opened = replace(ENTRY, opening=Opening(OpenType.UNCONDITIONAL, "注明来源"), licence="CC-BY-4.0")
    assert broken(opened, "V04") == ["$.items[0]"]


def test_v04_an_excluded_personal_item_may_stand_in_an_open_entry() -> None:
    items = (replace(NAME, excluded_from_opening=True), STATION)
    opened = replace(ENTRY, items=items, opening=Opening(OpenType.UNCONDITIONAL, "注明来源"), licence="CC-BY-4.0")
    assert broken(opened, "V04") == []


def test_v04_open_without_conditions_states_its_rights() -> None:
    items = tuple(replace(item, sensitivity=Sensitivity.PUB) for item in ENTRY.items)
    silent = replace(ENTRY, items=items, opening=Opening(OpenType.UNCONDITIONAL, "注明来源"))
    assert broken(silent, "V04") == ["$.licence"]


def test_v04_a_rights_statement_of_its_own_serves_as_well_as_a_licence() -> None:
    items = tuple(replace(item, sensitivity=Sensitivity.PUB) for item in ENTRY.items)
    opening = Opening(OpenType.UNCONDITIONAL, "注明来源")
    said = replace(ENTRY, items=items, opening=opening, rights_statement="可自由使用")
    assert broken(said, "V04") == []


# V05


def test_v05_what_is_not_shared_is_not_open() -> None:
    entry = replace(_withheld(LAW), opening=Opening(OpenType.CONDITIONAL, "实名申请"))
    assert "$.opening.type" in broken(entry, "V05")


def test_v05_a_withheld_item_is_excluded_from_an_open_entry() -> None:
    opened = Opening(OpenType.CONDITIONAL, "实名申请")
    item = {"share_type": ShareType.WITHHELD, "share_citation": "《统计法》第二十八条"}
    assert broken(replace(with_item(**item), opening=opened), "V05") == ["$.items[1]"]
    assert broken(replace(with_item(**item, excluded_from_opening=True), opening=opened), "V05") == []


# V12


def test_v12_an_item_of_a_base_database_names_its_source() -> None:
    assert broken(with_item(element="P019"), "V12") == ["$.items[1].source_department"]


def test_v12_a_named_source_is_right() -> None:
    assert broken(with_item(element="P019", source_department="民政"), "V12") == []


def test_v12_a_second_source_needs_the_authoritys_decision() -> None:
    entry = with_item(element="P019", source_department="民政")
    named = replace(CONTEXT, element_sources={"P019": "公安"})
    assert broken(entry, "V12", named) == ["$.items[1].source_department"]
    assert broken(entry, "V12", replace(named, second_sources=frozenset({"P019"}))) == []


# V15


def _base_item(**changes: object) -> Entry:
    return with_item(base_item=True, source_department="民政", **changes)


def test_v15_a_base_item_on_conditions_is_returned() -> None:
    assert broken(_base_item(), "V15") == ["$.items[1].share_type"]


def test_v15_a_base_item_without_conditions_is_right() -> None:
    assert broken(_base_item(share_type=ShareType.UNCONDITIONAL), "V15") == []


def test_v15_a_base_item_may_be_withheld_by_law() -> None:
    assert broken(_base_item(share_type=ShareType.WITHHELD, share_citation="《统计法》第二十八条"), "V15") == []


# V19


def _exempt(*, in_force: bool) -> ValidationContext:
    return replace(CONTEXT, exemptions=(ExemptionFact("station", "R05", in_force),))


WITHHELD_ITEM = {"share_type": ShareType.WITHHELD, "share_citation": "《统计法》第二十八条"}


def test_v19_an_item_not_shared_names_an_exemption_in_force() -> None:
    assert broken(with_item(**WITHHELD_ITEM), "V19", _exempt(in_force=True)) == []


def test_v19_restricted_without_a_reason_is_returned() -> None:
    assert broken(with_item(**WITHHELD_ITEM), "V19") == ["$.items[1]"]


def test_v19_a_lapsed_exemption_is_said_to_have_lapsed() -> None:
    findings = validate(with_item(**WITHHELD_ITEM), _exempt(in_force=False))
    assert [found.zh for found in findings if found.rule == "V19"] == ["豁免记录已失效"]


def test_v19_an_exemption_on_a_shared_item_is_a_warning() -> None:
    assert [found.severity for found in validate(ENTRY, _exempt(in_force=True))] == [Severity.WARNING]
