"""A complete entry and ways to break it, for the tests of the rules V01 to V19."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from catalogue.entry import (
    Assessment,
    AssessmentKind,
    Citation,
    CitationRank,
    Entry,
    Opening,
    Provider,
    Sharing,
)
from catalogue.entry_rules.finding import (
    Severity,
    ValidationContext,
)
from catalogue.identifiers import body_check_character, organisation_check_character
from catalogue.item import DataType, Item
from catalogue.validation import validate
from policies.facts import OpenType, Sensitivity, ShareType

TODAY = date(2025, 11, 1)
CIVIL_AFFAIRS = "11410100005310783X"
LAW = Citation("居民身份证法", "第十九条", CitationRank.LAW)
NAME = Item("姓名", "name", DataType.TEXT, 100, sensitivity=Sensitivity.PI)
STATION = Item("救助站", "station", DataType.TEXT, 50, sensitivity=Sensitivity.PUB)


FIRST17 = "11410100" + "00531078" + body_check_character("00531078")
PROVIDER = Provider("郑州市民政局", FIRST17 + organisation_check_character(FIRST17))
ENTRY = Entry(
    title="救助对象信息",
    provider=PROVIDER,
    sharing=Sharing(ShareType.CONDITIONAL, scope="全市行政机关", purpose="核验救助资格", modes=("01",)),
    opening=Opening(OpenType.CLOSED),
    abstract="本市救助对象登记信息，按日更新。",
    class_path=("1", "101"),
    formats=("0310",),
    items=(NAME, STATION),
    keys=("name",),
    update_cycle="2",
    grade="G2",
    legal_basis=(Citation("社会救助暂行办法", "第六条", CitationRank.ADMINISTRATIVE_REGULATION),),
    assessments=(
        Assessment(AssessmentKind.SECRECY_RISK, date(2025, 10, 1), "保密办", "不涉密"),
        Assessment(AssessmentKind.PERSONAL_INFORMATION, date(2025, 10, 1), "法规处", "影响可控"),
    ),
)
CONTEXT = ValidationContext(today=TODAY, submitting_department=PROVIDER.code)


def broken(entry: Entry, rule: str, context: ValidationContext = CONTEXT) -> list[str]:
    """Return the paths at which ``rule`` found an error."""
    return [found.path for found in validate(entry, context) if found.rule == rule and found.severity is Severity.ERROR]


def with_item(**changes: object) -> Entry:
    """Return the entry with its public item changed."""
    return replace(ENTRY, items=(NAME, replace(STATION, **changes)))  # type: ignore[arg-type]
