"""What the report of a push says beyond counts and faults: what waits and why, what a try found, who consented.

Texts for people, Chinese beside English. Jilin Art. 27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.directory.privacy import report as privacy_report
from hub.push.mappings.telling import mapping_body, mapping_lines
from hub.push.store import PushState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.directory.privacy.records import Finding
    from hub.push.holds import Hold
    from hub.push.keeping import Taken, Work


def report_body(work: Work, taken: Taken, state: PushState, personal: Sequence[Finding] = ()) -> dict[str, Any]:
    """Return the report of a push as JSON, with the lines a terminal shows in both languages."""
    items = work.resource.entry.items
    version = work.arrival.mapping_version
    body = taken.made.to_dict(taken.log) | {"privacy": [privacy_report.body_of(one, items) for one in personal]}
    body |= mapping_body(version) | taken.checks.body()
    body |= _parts(work, taken, state)
    for language, name in (("zh", "summary"), ("en", "summary_en")):
        body[name] = [
            *_head(state, language),
            *taken.made.summary("zh" if language == "zh" else "en"),
            *_tail(taken, state, language),
            *mapping_lines(version, language),
            *taken.checks.lines(language),
            *privacy_report.lines(personal, items, "zh" if language == "zh" else "en"),
        ]
    return body


def _parts(work: Work, taken: Taken, state: PushState) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "held_rows": {
            "kept": taken.rows.rows,
            "left_out": taken.rows.left_out,
            "days": work.context.keeping.held_days,
        },
        "holds": [hold.to_dict() for hold in taken.holds],
    }
    if state is not PushState.MERGED:
        counts = taken.counted()
        names = ("inserted", "changed", "unchanged", "closed", "held", "rows")
        parts["difference"] = {name: counts[name] for name in names} | {"changed_rows": taken.changed}
        parts["guard"] = None if taken.guard is None else taken.guard.to_dict()
    elif taken.guard is not None:
        parts["consent"] = consent(work, taken.guard)
    if taken.resumed is not None:
        parts["resume"] = taken.resumed.to_dict()
    return parts


def consent(work: Work, guard: Hold) -> dict[str, Any]:
    """Return who consented to closing so many rows: the person or system of the push, or who released it."""
    arrival = work.arrival
    return {
        **guard.facts,
        "by_staff": str(arrival.by_staff) if arrival.by_staff is not None else None,
        "by_system": str(arrival.by_system) if arrival.by_system is not None else None,
        "as": "release" if arrival.releases is not None else "allow_shrink",
    }


def _head(state: PushState, language: str) -> list[str]:
    is_zh = language == "zh"
    if state is PushState.DRY_RUN:
        return ["试推送：只检查和比对，什么都没有入库" if is_zh else "dry run: checked and compared, nothing is stored"]
    if state is PushState.HELD:
        return [
            "⏸ 整次推送已暂存，尚未入库；请数据专员或审核人处理"
            if is_zh
            else "⏸ the whole push is held and not in yet: the clerk or the approver decides"
        ]
    if state is PushState.AWAITING_RELEASE:
        return [
            "⏸ 已收到，待本单位审核人放行后入库"
            if is_zh
            else "⏸ received; it goes in when the approver of the department releases it"
        ]
    return []


def _tail(taken: Taken, state: PushState, language: str) -> list[str]:
    is_zh = language == "zh"
    lines = [f"  ⏸ {hold.zh if is_zh else hold.en}" for hold in taken.holds]
    if state is PushState.DRY_RUN and taken.guard is not None and taken.guard not in taken.holds:
        lines.append(
            f"  ⚠ {taken.guard.zh}；实际推送须加 --allow-shrink"
            if is_zh
            else f"  ⚠ {taken.guard.en}; the push itself needs --allow-shrink"
        )
    if state is not PushState.MERGED:
        lines += [_changed_line(row, language) for row in taken.changed]
    if taken.resumed is not None:
        lines += taken.resumed.lines(language)
    if taken.rows.left_out and state is PushState.MERGED:
        lines.append(
            f"  另有 {taken.rows.left_out:,} 条退回行没有留存原文（超出保存上限，或同一行有几列转成了行）：请从原文件改"
            if is_zh
            else f"  {taken.rows.left_out:,} more rejected rows are not kept (beyond the limit, or several of one"
            " line made of columns): mend the first file"
        )
    return lines


def _changed_line(row: Mapping[str, Any], language: str) -> str:
    blank = "（空）" if language == "zh" else "(blank)"
    changes = "；".join(f"{one['name']} {one['old'] or blank} → {one['new'] or blank}" for one in row["items"])
    where = f"第 {row['line']:,} 行" if language == "zh" else f"line {row['line']:,}"
    return f"  ~ {where if row['line'] is not None else ''} {changes}"
