"""What a clerk reads of the findings of the privacy gate: places, kinds, counts, masked forms, the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from catalogue.privacy.kinds import NAMES as KIND_NAMES
from hub.directory.privacy.records import NAMES, NEXT_STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from catalogue.item import Item
    from hub.directory.privacy.records import Finding


def body_of(finding: Finding, items: Iterable[Item] = ()) -> dict[str, Any]:
    """Return a finding as JSON; no whole value is in it."""
    zh, en = KIND_NAMES[finding.kind]
    state_zh, state_en = NAMES[finding.state]
    next_zh, next_en = NEXT_STEP[finding.state]
    return {
        "id": str(finding.id),
        "place": finding.place,
        "item": next((item.name for item in items if item.column == finding.place), None),
        "kind": finding.kind.value,
        "kind_zh": zh,
        "kind_en": en,
        "source": finding.source,
        "state": finding.state.value,
        "state_zh": state_zh,
        "state_en": state_en,
        "holds": finding.holds,
        "count": finding.count,
        "filled": finding.filled,
        "is_estimate": finding.is_estimate,
        "lines": list(finding.lines),
        "examples": list(finding.examples),
        "next": next_zh,
        "next_en": next_en,
    }


def lines(findings: Iterable[Finding], items: Iterable[Item], language: Literal["zh", "en"]) -> Iterator[str]:
    """Yield one line a finding, for the report of a push."""
    names = {item.column: item.name for item in items}
    for finding in findings:
        place = names.get(finding.place, finding.place)
        kind_zh, kind_en = KIND_NAMES[finding.kind]
        step_zh, step_en = NEXT_STEP[finding.state]
        about = "~" if finding.is_estimate else ""
        if language == "zh":
            found = f"疑似{kind_zh} {about}{finding.count:,} 处，未申报为个人信息"
            yield f"  ⚠ [{place}] {found}：审定前该项不对社会开放 → {step_zh}"
        else:
            yield (
                f"  ⚠ [{place}] {about}{finding.count:,} × {kind_en}, not declared as personal: the item is not opened "
                f"before it is decided → {step_en}"
            )
