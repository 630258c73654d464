"""What protects persons, secrets and users of the data: V06 to V09, V16, V17. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.entry import AssessmentKind
from catalogue.entry_rules.finding import error, warning
from catalogue.item import IdentifierRole
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from catalogue.entry import Entry
    from catalogue.entry_rules.finding import Finding, ValidationContext
    from catalogue.item import Item

SECRET: Final = frozenset({Sensitivity.SS, Sensitivity.WS})
PERSONAL: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN})
TRAITS_THAT_SINGLE_OUT: Final = 3
"""So many quasi-identifying traits together are taken to single out persons: a product value."""


def check_grade(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V06: the grade is at least the highest floor of the items (highest wins)."""
    order = list(load_code_list("data_grade").rows)
    if entry.grade not in order:
        return
    floors = load_code_list("sensitivity_class").rows
    needed = [floors[item.sensitivity.value].extra["minimum_grade"] for item in entry.items]
    highest = max((grade for grade in needed if grade in order), key=order.index, default=order[0])
    if order.index(entry.grade) < order.index(highest):
        low = ("数据分级低于信息项要求的最低级别", "the grade is below the floor of an item")
        yield error("V06", "$.grade", low, (f"分级至少为 {highest}", f"the grade is at least {highest}"))
    if entry.grade == "CORE":
        core = ("核心数据不得进入本平台", "core data must not be held in the hub")
        yield error(
            "V06", "$.grade", core, ("撤回条目，报数据主管部门", "withdraw the entry and tell the data authority")
        )


def check_secrets(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V07: a secret item stops the entry; nothing of it is kept and the finding repeats nothing of it."""
    for position, item in enumerate(entry.items):
        if item.sensitivity in SECRET:
            yield error(
                "V07",
                f"$.items[{position}]",
                (
                    "国家秘密、工作秘密不属于政务数据，条目被拦截，内容不予保存，已生成安全事件",
                    "state and work secrets are no government data: stopped, nothing kept, an incident is opened",
                ),
                (
                    "立即停止录入，联系本单位保密工作机构；去除涉密项后另行编制",
                    "stop, call your secrecy office, and describe the rest anew without the secret item",
                ),
            )


def check_impact_assessment(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V08: personal items need an impact assessment of the last twelve months (the period is a product value)."""
    if not any(item.sensitivity in PERSONAL for item in entry.items):
        return
    made = (one for one in entry.assessments if one.kind is AssessmentKind.PERSONAL_INFORMATION)
    dates = [one.on for one in made if one.assessor.strip() and one.result.strip()]
    earliest = _one_year_before(context.today)
    if not any(earliest <= on <= context.today for on in dates):
        yield error(
            "V08",
            "$.assessments",
            (
                "含个人信息，但没有 12 个月内的个人信息保护影响评估",
                "personal items without an impact assessment of the last 12 months",
            ),
            ("附上评估日期、评估人和结论", "attach date, assessor and result"),
        )


def _one_year_before(day: date) -> date:
    """Return the same day of the year before; 28 February for the 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def check_secrecy_assessment(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V09: every entry has a secrecy-risk assessment that is already made."""
    found = (part for part in entry.assessments if part.kind is AssessmentKind.SECRECY_RISK)
    if not any(part.on <= context.today and part.assessor.strip() and part.result.strip() for part in found):
        yield error(
            "V09",
            "$.assessments",
            ("没有保密风险评估", "no secrecy-risk assessment"),
            ("附上评估日期、评估人和结论", "attach date, assessor and result"),
        )


def check_narrowing(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V16: a version that narrows sharing or drops items names the users it hits and needs notice and filing."""
    if context.previous is None:
        return
    narrowed = narrowed_columns(context.previous, entry)
    if not narrowed:
        return
    hit = [grant for grant in context.affected_grants if grant.columns & narrowed]
    holders = sorted({grant.holder for grant in hit})
    text = (
        f"收窄共享或删除 {len(narrowed)} 个信息项，影响 {len(hit)} 项授权"
        + (f"：{'、'.join(holders)}" if holders else ""),
        f"narrows or drops {len(narrowed)} items and affects {len(hit)} grants"
        + (f": {', '.join(holders)}" if holders else ""),
    )
    mend = (
        "与使用部门协商，通知并报主管部门备案后再提交",
        "consult and notify the users, and file the change with the authority before submitting",
    )
    if hit and not context.change_notice_filed:
        yield error("V16", "$.items", text, mend)
    else:
        yield warning("V16", "$.items", text, mend)


def narrowed_columns(previous: Entry, entry: Entry) -> frozenset[str]:
    """Return columns of ``previous`` that are gone or shared less widely in ``entry``."""
    now = {item.column: entry.share_type(item) for item in entry.items}
    return frozenset(
        item.column for item in previous.items if item.column not in now or now[item.column] > previous.share_type(item)
    )


def trait_of(item: Item) -> str:
    """Return what names a trait across resources: the element where there is one, else the item's name."""
    return item.element or item.name


def check_combination(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V17: with what a requester already holds, quasi-identifiers may single out persons."""
    own = {trait_of(item) for item in entry.items if item.identifier_role is IdentifierRole.QUASI}
    if not own:
        return
    for holding in context.holdings:
        together = own | holding.traits
        if len(together) >= TRAITS_THAT_SINGLE_OUT > max(len(own), len(holding.traits)):
            yield warning(
                "V17",
                "$.items",
                (
                    f"{holding.requester}已持有“{holding.resource}”，合并后可能识别到个人",
                    f"{holding.requester} already holds {holding.resource}: together persons may be singled out",
                ),
                ("缩小范围、泛化或只提供核验", "narrow it, generalise it, or offer verification only"),
            )
