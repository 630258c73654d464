"""May it be shared and opened as the entry says: V02 to V05, V12, V15, V19. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue.citations import is_sufficient, parse_citation
from catalogue.entry_rules.finding import error, warning
from catalogue.licences import licences, states_rights
from catalogue.subjects import subject_of
from policies.facts import OpenType, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.entry import Entry
    from catalogue.entry_rules.finding import Finding, ValidationContext
    from catalogue.item import Item

SCOPE = ("有条件共享没有写明共享范围", "conditional sharing without its scope")
PURPOSE = ("有条件共享没有写明使用用途", "conditional sharing without its purpose")
MEND_SCOPE = ("写明可共享的部门或层级", "name the departments or levels that may have it")
MEND_PURPOSE = ("写明允许的用途，不与范围合写", "state the permitted purpose, apart from the scope")


def check_condition(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V02: conditional sharing states scope and purpose as separate texts."""
    sharing = entry.sharing
    if sharing.type is ShareType.CONDITIONAL:
        yield from _scope_and_purpose("$.sharing", "", sharing.scope, sharing.purpose)
    for position, item in enumerate(entry.items):
        if item.share_type is ShareType.CONDITIONAL:
            scope, purpose = item.share_scope or sharing.scope, item.share_purpose or sharing.purpose
            yield from _scope_and_purpose(f"$.items[{position}]", "share_", scope, purpose)


def _scope_and_purpose(path: str, prefix: str, scope: str, purpose: str) -> Iterator[Finding]:
    if not scope.strip():
        yield error("V02", f"{path}.{prefix}scope", SCOPE, MEND_SCOPE)
    if not purpose.strip() or purpose.strip() == scope.strip():
        yield error("V02", f"{path}.{prefix}purpose", PURPOSE, MEND_PURPOSE)


def rests_on_law(entry: Entry, item: Item | None = None) -> bool:
    """Say whether *not shared* cites a law, an administrative regulation or a State Council decision (V03)."""
    if item is not None and item.share_citation:
        citation = parse_citation(item.share_citation)
        return citation is not None and is_sufficient(citation)
    return any(is_sufficient(citation) for citation in entry.sharing.citations)


def check_citation(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V03: not shared needs a citation that is high enough."""
    text = (
        "不予共享，但没有引用法律、行政法规或国务院决定的具体条款",
        "not shared without an article of a law, an administrative regulation or a State Council decision",
    )
    mend = (
        "写明名称和条款，如《居民身份证法》第十九条；部门规章和地方文件不够，否则改为有条件共享",
        "cite name and article; departmental rules and local documents are not enough, else make it conditional",
    )
    if entry.sharing.type is ShareType.WITHHELD and not rests_on_law(entry):
        yield error("V03", "$.sharing.citations", text, mend)
    for position, item in enumerate(entry.items):
        if item.share_type is ShareType.WITHHELD and not rests_on_law(entry, item):
            yield error("V03", f"$.items[{position}].share_citation", text, mend)


def check_opening(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V04: what is open states its condition; without conditions, its rights too, and holds public items only."""
    if not entry.opening.is_open:
        return
    if not entry.opening.condition.strip():
        missing = ("向社会开放，但没有写开放条件", "open to society without its condition")
        mend = (
            "写明开放条件；无条件的写“注明来源”等要求",
            "state it; where there is none, say for instance: name the source",
        )
        yield error("V04", "$.opening.condition", missing, mend)
    if entry.opening.type is OpenType.UNCONDITIONAL and not states_rights(entry):
        silent = (
            "无条件开放，但没有写明许可或权利说明",
            "open without conditions, yet neither licence nor rights are stated",
        )
        mend = (
            f"licence 写许可代码（{'、'.join(licences())}），或在 rights_statement 写明权利",
            f"name a licence ({', '.join(licences())}), or state the rights in rights_statement",
        )
        yield error("V04", "$.licence", silent, mend)
    for position, item in enumerate(entry.items):
        if entry.open_type(item) is OpenType.UNCONDITIONAL and item.sensitivity is not Sensitivity.PUB:
            yield error(
                "V04",
                f"$.items[{position}]",
                ("无条件开放的条目含有非公开信息项", "an item that is not public in an entry open without conditions"),
                (
                    "把该项排除在开放之外，或改敏感类别、开放类型",
                    "exclude the item from opening, or change its class or the open type",
                ),
            )


def check_withheld_is_closed(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V05: what is not shared is not open."""
    for position, item in enumerate(entry.items):
        if entry.share_type(item) is ShareType.WITHHELD and entry.open_type(item) is not OpenType.CLOSED:
            yield error(
                "V05",
                f"$.items[{position}]",
                ("不予共享的信息项却向社会开放", "an item that is not shared is open to society"),
                ("将该项排除在开放之外", "exclude the item from opening"),
            )
    if entry.sharing.type is ShareType.WITHHELD and entry.opening.is_open:
        withheld = ("条目不予共享，却向社会开放", "the entry is not shared, yet open to society")
        yield error("V05", "$.opening.type", withheld, ("开放类型改为 3 不予开放", "set the open type to 3"))


def check_sources(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V12: an item of a base database names its source; a second source needs the authority's decision."""
    for position, item in enumerate(entry.items):
        subject = subject_of(item.element, item.name).key
        decided = context.decided_sources.get(subject)
        must_name = item.element is not None or item.base_item
        if not must_name and decided is None:
            continue
        path = f"$.items[{position}].source_department"
        # An item that need not name its source and does not is the provider's own.
        stated = item.source_department or ("" if must_name else entry.provider.name)
        if not stated:
            missing = ("基础库信息项没有写明数源部门", "an item of a base database without its source department")
            yield error("V12", path, missing, ("写明一数一源的部门", "name the one source department"))
            continue
        named = decided or context.element_sources.get(item.element or "", stated)
        if named != stated and subject not in context.second_sources:
            yield error(
                "V12",
                path,
                ("该数据元已确定另一数源部门", "another department is the named source of this element"),
                (
                    f"数源部门改为“{named}”，或报主管部门确定",
                    f"name «{named}» as its source, or ask the authority to decide",
                ),
            )


def check_base_items(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V15: a base item is shared without conditions, unless a citation withholds it."""
    for position, item in enumerate(entry.items):
        share_type = entry.share_type(item)
        withheld_by_law = share_type is ShareType.WITHHELD and rests_on_law(entry, item)
        if item.base_item and share_type is not ShareType.UNCONDITIONAL and not withheld_by_law:
            yield error(
                "V15",
                f"$.items[{position}].share_type",
                ("基础信息项应当无条件共享", "a base item is shared without conditions"),
                ("共享类型改为 1，或引用禁止共享的法律条款", "set type 1, or cite the law that forbids sharing"),
            )


def check_exemptions(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V19: an item that is not shared names an exemption in force; one that lapsed is said to have lapsed."""
    facts = {fact.column: fact for fact in context.exemptions}
    in_force = {fact.column for fact in context.exemptions if fact.in_force}
    for position, item in enumerate(entry.items):
        if entry.share_type(item) is ShareType.WITHHELD and item.column not in in_force:
            lapsed = item.column in facts
            yield error(
                "V19",
                f"$.items[{position}]",
                ("豁免记录已失效", "its exemption is no longer in force")
                if lapsed
                else ("不予共享的信息项没有豁免记录", "an item that is not shared names no exemption"),
                (
                    "登记国家秘密、商业秘密或个人隐私的豁免记录及证据，或改为有条件共享",
                    "record the ground with its evidence, or share it on conditions",
                ),
            )
        elif entry.share_type(item) is not ShareType.WITHHELD and item.column in in_force:
            idle = ("有豁免记录，但该项没有设为不予共享", "an exemption is in force, yet the item is shared")
            yield warning("V19", f"$.items[{position}]", idle, ("核对共享类型", "check its sharing type"))
