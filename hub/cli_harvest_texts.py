"""What ``hub harvest`` prints: sources, runs, previews and outcomes as lines in the reader's language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.cli_output import pick
from hub.harvest.records import CHANGE_NAMES, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_RECORD: Final = re.compile(r"\$(?:\.[\w.]+)?\[(\d+)\]")
"""The place of a record in a list of JSON."""

STATES: Final = {
    "running": ("进行中", "under way"),
    "failed": ("失败", "failed"),
    "unchanged": ("无变化", "unchanged"),
    "review": ("待审核", "waits for review"),
    "published": ("已发布", "published"),
    "active": ("启用", "active"),
    "paused": ("暂停", "paused"),
    "removed": ("已移除", "removed"),
}
COUNTS: Final = {
    "records": ("记录", "records"),
    "added": ("新增", "added"),
    "changed": ("变化", "changed"),
    "returned": ("重新出现", "returned"),
    "gone": ("已消失", "gone"),
    "unchanged": ("不变", "unchanged"),
    "accepted": ("收录", "accepted"),
    "refused": ("不收", "refused"),
    "newly_refused": ("其中新增不收", "of these newly"),
}
STANDINGS: Final = {
    "waiting": ("待审核", "waiting"),
    "approved": ("已通过、待发布", "approved, to be published"),
    "rejected": ("审核不通过", "rejected"),
    "listed": ("已列入目录", "listed"),
    "refused": ("不收", "refused"),
    "none": ("不收", "refused"),
}
NOTED: Final = {
    "masked_phone": ("遮蔽电话", "telephones masked"),
    "masked_email": ("遮蔽邮箱", "e-mails masked"),
    "masked_name": ("遮蔽姓名", "names masked"),
    "masked_citizen_id": ("遮蔽身份号码", "identity numbers masked"),
    "provider_normalised": ("规范单位名称", "provider names normalised"),
    "provider_unstated": ("未写提供单位", "provider not stated"),
    "cycle_unknown": ("更新周期不识", "update cycle not known"),
    "cycle_unstated": ("未写更新周期", "update cycle not stated"),
    "cycle_other": ("更新周期归为其他", "update cycle other"),
    "openness_unknown": ("开放类型不识", "openness not known"),
    "openness_unstated": ("未写开放类型", "openness not stated"),
    "formats_unknown": ("格式不识", "formats not known"),
    "theme_unknown": ("主题未对应分类", "theme without a class"),
    "theme_unstated": ("未写主题", "theme not stated"),
    "date_unknown": ("日期不识", "dates not known"),
    "no_address": ("没有链接", "no address"),
    "members_unread": ("有未读成员", "members not read"),
    "title_cleaned": ("清理标题", "titles cleaned"),
    "links_left_out": ("未收的链接", "links left out"),
    "keywords_left_out": ("未收的关键词", "keywords left out"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """Which part of a list was asked for: how many were left out before it, and the options that chose it."""

    offset: int = 0
    options: str = ""


def _named(names: Mapping[str, tuple[str, str]], word: str) -> str:
    zh, en = names.get(word, (word, word))
    return pick(zh, en)


def source_line(source: Mapping[str, Any]) -> str:
    """Return a source on one line."""
    definition, last = source["definition"], source.get("last_run")
    head = f"{source['code']}  {definition['name']}  {definition['kind']}  {_named(STATES, source['state'])}"
    if last is None:
        return head
    stands = f"  {standing_line(source['records'])}" if "records" in source else ""
    return f"{head}  {pick('上次', 'last')} #{last['number']} {_named(STATES, last['state'])}{stands}"


def _sums(counts: Mapping[str, Any]) -> str:
    return pick("，", ", ").join(f"{_named(COUNTS, name)} {counts[name]}" for name in COUNTS if counts.get(name))


def run_lines(
    run: Mapping[str, Any], page: Mapping[str, Any], code: str, listed: Listed | None = None, *, is_last: bool = True
) -> list[str]:
    """Return what a run of a source did, and a page of its changes (refusals, unless others were asked for)."""
    listed = listed or Listed()
    counts = run["counts"]
    sums = _sums(counts)
    lines = [f"#{run['number']} {_named(STATES, run['state'])}{pick('：', ': ') if sums else ''}{sums}"]
    noted = counts.get("noted", {})
    lines += [f"  {_named(NOTED, name)} {noted[name]}" for name in sorted(noted)]
    refused = pick("不收", "refused by")
    lines += [f"  {refused} {rule} {number}" for rule, number in counts.get("refused_by_rule", {}).items()]
    lines += [f"  {pick(note['zh'], note['en'])}" for note in counts.get("notes", [])]
    lines += [_change_line(one) for one in page["changes"]]
    command = f"hub harvest report {code} --run {run['number']}{listed.options}"
    lines += _more(page, command, listed.offset, pick("，--save 报告.csv 存全部", ", --save report.csv saves all"))
    if run["error"] is not None:
        error = run["error"]
        lines += [f"✘ {pick(error['zh'], error['en'])}", f"  {pick(error['next_zh'], error['next_en'])}"]
    if run["state"] == "review" and is_last:
        lines.append(
            pick(
                f"由另一位（目录管理员）审核、发布：hub harvest review {code} approve；hub harvest publish {code}",
                f"another person, a catalogue reviewer, goes on: hub harvest review {code} approve; "
                f"hub harvest publish {code}",
            )
        )
    return lines


def _change_line(one: Mapping[str, Any]) -> str:
    """Return one record of a report: what became of it, by which rule, where it stands, what it is called."""
    reason = one["reason"] or {}
    name = pick(*CHANGE_NAMES[Change(one["change"])])
    head = f"✘ {one['rule']}" if one["change"] == Change.REFUSED else name
    parts = [_place(str(reason.get("place", ""))), pick(reason.get("zh", ""), reason.get("en", ""))]
    said = " ".join(part for part in parts if part)
    title = one["title"] or one["record"]
    return f"  {head} {said}{pick('：', ': ') if said else ''}{title}"


def _place(place: str) -> str:
    """Return where a record stands as people count: the first is record 1."""
    found = _RECORD.fullmatch(place)
    return place if found is None else pick(f"第 {int(found[1]) + 1} 条", f"record {int(found[1]) + 1}")


def _more(page: Mapping[str, Any], command: str, offset: int, besides: str = "") -> list[str]:
    """Return how to see the rest of a list; no list ends in silence."""
    first, last, total = offset + 1, offset + page["returned"], page["total"]
    if page["next"] is None:
        return []
    return [
        pick(
            f"  以上第 {first} 至 {last} 条，共 {total} 条；{command} --offset {page['next']} 看下一页{besides}",
            f"  these are {first} to {last} of {total}; {command} --offset {page['next']} shows more{besides}",
        )
    ]


def earlier_lines(runs: Iterable[Mapping[str, Any]], before: int, code: str) -> list[str]:
    """Return where records that a run refuses as before were listed with their reasons."""
    told = [run["number"] for run in runs if run["number"] < before and run["counts"].get("newly_refused")]
    return [
        pick(
            f"  不收的记录与以前相同，逐条见 hub harvest report {code} --run {number}",
            f"  what is refused was refused before: hub harvest report {code} --run {number} lists it",
        )
        for number in told[:1]
    ]


def record_lines(page: Mapping[str, Any], code: str, listed: Listed) -> list[str]:
    """Return a page of a source's records: how each stands, and what it is called."""
    lines = [pick(f"共 {page['total']} 条", f"{page['total']} records")]
    for one in page["records"]:
        state = _named(STANDINGS, "listed" if one["is_listed"] and one["review"] == "none" else one["review"])
        gone = f" {_named(COUNTS, 'gone')}" if one["standing"] == "gone" else ""
        reason = one["reason"] or {}
        said = f"  {pick(reason.get('zh', ''), reason.get('en', ''))}" if reason else ""
        lines.append(f"  {state}{gone}  {one['title']}  {one['record']}{said}")
    return lines + _more(page, f"hub harvest records {code}{listed.options}", listed.offset)


def standing_line(records: Mapping[str, Any]) -> str:
    """Return how the records of a source stand, on one line."""
    found = [f"{_named(STANDINGS, name)} {records[name]}" for name in STANDINGS if records.get(name)]
    return pick("，", ", ").join(found) or pick("没有记录", "no records")


def review_lines(records: Mapping[str, Any], code: str) -> list[str]:
    """Return how the records stand after a review, and what comes next."""
    lines = [standing_line(records)]
    if records["approved"]:
        lines.append(pick(f"下一步：hub harvest publish {code}", f"next: hub harvest publish {code}"))
    return lines


def idle_line(records: Mapping[str, Any], code: str) -> str:
    """Return why nothing was published."""
    if records["waiting"]:
        return pick(
            f"没有审核通过的记录，{records['waiting']} 条待审核：hub harvest review {code} approve",
            f"nothing is approved, {records['waiting']} wait for a review: hub harvest review {code} approve",
        )
    return pick("没有要发布的记录，目录没有变化", "there is nothing to publish, the directory stays as it is")


def preview_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what the first records would come to."""
    lines = [pick(f"读到 {found['read']} 条", f"{found['read']} records read")]
    lines += [f"  {_named(NOTED, name)} {number}" for name, number in sorted(found["noted"].items())]
    lines += [f"  {pick('未读成员', 'not read')} {name} {number}" for name, number in sorted(found["unread"].items())]
    lines += [f"  ✘ {one['rule']} {one['place']} {pick(one['zh'], one['en'])}" for one in found["refused"]]
    return lines + [f"  {one['title']}（{one['provider']['name']}）" for one in found["entries"]]


def outcome_lines(done: Mapping[str, Any]) -> list[str]:
    """Return what was published, here or to a CKAN."""
    words = {
        "listed": ("新列入", "listed"),
        "changed": ("更新", "changed"),
        "withdrawn": ("撤回", "withdrawn"),
        "created": ("新建", "created"),
        "updated": ("更新", "updated"),
        "deleted": ("删除", "deleted"),
        "unchanged": ("不变", "unchanged"),
        "remaining": ("待办", "remaining"),
    }
    lines = [f"{_named(words, name)} {done[name]}" for name in words if name in done]
    return lines + [f"  ✘ {one['entry']} {pick(one['zh'], one['en'])}" for one in done.get("failed", [])]
