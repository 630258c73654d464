"""What ``hub harvest`` prints: sources, runs, previews and outcomes as lines in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.cli_output import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def _named(names: Mapping[str, tuple[str, str]], word: str) -> str:
    zh, en = names.get(word, (word, word))
    return pick(zh, en)


def source_line(source: Mapping[str, Any]) -> str:
    """Return a source on one line."""
    definition, last = source["definition"], source.get("last_run")
    head = f"{source['code']}  {definition['name']}  {definition['kind']}  {_named(STATES, source['state'])}"
    if last is None:
        return head
    return f"{head}  {pick('上次', 'last')} #{last['number']} {_named(STATES, last['state'])} {_sums(last['counts'])}"


def _sums(counts: Mapping[str, Any]) -> str:
    return pick("，", ", ").join(f"{_named(COUNTS, name)} {counts[name]}" for name in COUNTS if counts.get(name))


def run_lines(run: Mapping[str, Any], refusals: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a run did, and the first of the records it refused with rule and reason."""
    counts = run["counts"]
    lines = [f"#{run['number']} {_named(STATES, run['state'])}：{_sums(counts)}"]
    noted = counts.get("noted", {})
    lines += [f"  {_named(NOTED, name)} {noted[name]}" for name in sorted(noted)]
    lines += [f"  {rule} {number}" for rule, number in counts.get("refused_by_rule", {}).items()]
    lines += [f"  {pick(note['zh'], note['en'])}" for note in counts.get("notes", [])]
    for one in refusals:
        reason = one["reason"] or {}
        lines.append(f"  ✘ {one['rule']} {reason.get('place', '')} {pick(reason.get('zh', ''), reason.get('en', ''))}")
    if run["error"] is not None:
        error = run["error"]
        lines += [f"✘ {pick(error['zh'], error['en'])}", f"  {pick(error['next_zh'], error['next_en'])}"]
    if run["state"] == "review":
        lines.append(
            pick(
                "由目录管理员审核、发布：hub harvest review 来源 approve；hub harvest publish 来源",
                "a catalogue reviewer goes on: hub harvest review CODE approve; hub harvest publish CODE",
            )
        )
    return lines


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
