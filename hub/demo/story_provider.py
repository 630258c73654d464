"""Steps 1 to 3: a department pushes a dirty file, mends it, and an entry is released by two people and a review."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from catalogue.lifecycle import Step
from connectors.port import ReadOptions
from hub.cli_output import Exit, pick
from hub.cli_push import marked_line, push_exit, push_lines, send_back
from hub.cli_scan import FOUND, scan_lines
from hub.cli_staff import draft_lines, step_lines, store_draft
from hub.demo import mistakes
from hub.demo.generators import write_file
from hub.demo.story import StoryError, Telling, Words, command
from hub.identity.roles import Role
from hub.scan_files import scan_file

if TYPE_CHECKING:
    from pathlib import Path

    from hub.demo.story import Scene, Transcript

REVIEWED: Final = "gongshui-sheshi"
"""The entry whose release is the third step."""

OWN_ENTRIES: Final = frozenset({mistakes.ENTRY, REVIEWED})
"""Entries whose first push belongs to the story."""

REJECTIONS: Final = "qiye-dengji-rejections.xlsx"


def push_dirty(scene: Scene, transcript: Transcript) -> Telling:
    """Push the export nobody looked at: everything wrong is told at once, what is right is stored."""
    dirty = mistakes.write_dirty(scene.folder, scene.entries[mistakes.ENTRY])
    _scan(scene, transcript, dirty)
    words = _push_words(scene, dirty.path, ["--header-row", str(dirty.header_row), "--report", REJECTIONS])
    result = _push(scene, transcript, dirty.path, dirty.header_row, words)
    hub = scene.system("shichangju")
    hub.save(f"/api/v1/pushes/{result['push']}/marked.xlsx", scene.folder / REJECTIONS)
    if result["rejected"] != len(dirty.mistakes):
        raise StoryError(words)
    bad = result["rejected"]
    return Telling(
        1,
        Words("推送一份没人检查过的文件", "Push a file nobody has looked at"),
        Words(
            "先在本机扫描（不联网）：哪一列有个人信息、多少处、该怎么办，一目了然；条目已把证件号码申报为个人信息，可以推送。"
            f"市场监管局把系统导出的 Excel 原样推送：{dirty.rows} 行里有 {bad} 行有错。平台一次说清全部错误，"
            "合格的行照常入库，出错的行写进一份带标注的 Excel：错的单元格标黄，批注写明怎么改。退出码 3 表示部分退回。",
            "First the file is searched on this machine, without a network: which columns hold personal information, "
            "how much, what to do; the entry declares the document numbers as personal, so it may be pushed. "
            f"The market regulation bureau pushes an export as it is: {bad} of {dirty.rows} rows are wrong. The hub "
            "tells every fault at once, stores what is right and gives the rest back in a marked workbook: faulty "
            "cells are yellow, comments say how to mend them. Exit code 3: partly rejected.",
        ),
        Words(
            "郑州市信息化建设管理办法 第十九条（业务库向平台供数）；个人信息保护法 第六条；"
            "GB 11643、GB 32100（校验码）",
            "Zhengzhou Measures Art. 19 (departments supply the platform); PIPL Art. 6; GB 11643, GB 32100 (check "
            "characters)",
        ),
        f"/d/{mistakes.ENTRY}",
    )


def _scan(scene: Scene, transcript: Transcript, dirty: mistakes.DirtyFile) -> None:
    """Look for personal information in the file before it goes anywhere; needs no hub."""
    options = ReadOptions(name=dirty.path.name, header_row=dirty.header_row)
    report = replace(scan_file(dirty.path, options=options, today=scene.today), path=dirty.path.name)
    if not report.found:
        raise StoryError(dirty.path.name)
    line = command("hub", "scan", dirty.path.name, "--header-row", str(dirty.header_row))
    transcript.ran(line, lambda: list(scan_lines([report])), FOUND)


def _push_words(scene: Scene, path: Path, options: list[str]) -> str:
    words = ["hub", "push", path.name, "-d", mistakes.ENTRY, "--mode", "full", *options]
    return command(*words, *scene.key_options("shichangju"))


def _push(scene: Scene, transcript: Transcript, path: Path, header_row: int, line: str) -> dict[str, Any]:
    options = {"mode": "full", "header_row": header_row}
    result = scene.system("shichangju").push(mistakes.ENTRY, path, options=options)
    transcript.ran(
        line,
        lambda: [*push_lines(result), pick(*marked_line(REJECTIONS, result["push"]))],
        int(push_exit(result)),
    )
    return result


def mend_and_push_again(scene: Scene, transcript: Transcript) -> Telling:
    """Mend the marked workbook by its comments and send back only its rows."""
    entry = scene.entries[mistakes.ENTRY]
    marked = scene.folder / REJECTIONS
    mistakes.write_mended(scene.folder, entry)  # the whole export, for who follows the tutorial
    mended = mistakes.mend_marked(scene.folder, marked, entry)
    hub = scene.system("shichangju")
    push = hub.call("GET", f"/api/v1/entries/{mistakes.ENTRY}/pushes")["pushes"][0]["push"]
    words = ["hub", "push", mended.name, "--resume", push, *scene.key_options("shichangju")]
    line = command(*words)
    result = send_back(hub, push, mended, {})
    transcript.ran(line, partial(push_lines, result), int(push_exit(result)))
    if result["rejected"]:
        raise StoryError(line)
    rows = result["accepted"]
    return Telling(
        2,
        Words("照批注改好，只推回这几行", "Mend it by its comments, send back these rows alone"),
        Words(
            "用 Excel 打开带标注的工作簿，把鼠标放在黄色单元格上：哪里不对、依据哪个标准、怎么改，写得明白；"
            f"证件号码按文本存放，不会变形。改好的 {rows} 行用 --resume 推回，只处理这些行；"
            "主键重复的一行删去，平台说明它没有入库。",
            "Opened in a spreadsheet, each yellow cell has a comment: what is wrong, by which standard, how to mend "
            f"it; identity numbers are text and stay whole. The {rows} mended rows go back with --resume, and only "
            "they are looked at; the row whose key stood twice was deleted, and the hub says that it is not in.",
        ),
        Words("郑州市信息化建设管理办法 第十九条", "Zhengzhou Measures Art. 19"),
        f"/d/{mistakes.ENTRY}#history",
    )


def release(scene: Scene, transcript: Transcript) -> Telling:
    """Take an entry to publication: the clerk cannot approve alone, the secrecy review stops two items."""
    entry = scene.entries[REVIEWED]
    file = scene.folder / f"{REVIEWED}.json"
    body = entry.entry.to_dict()
    file.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    member = scene.people.city.member(entry.provider)
    clerk = scene.people.person(member.slug, Role.CLERK)
    line = command("hub", "catalogue", "draft", file.name, "--login", member.login(Role.CLERK))
    transcript.act(line, lambda: store_draft(clerk, body), draft_lines)
    _step(scene, transcript, Step.ASSESS, Role.CLERK)
    _step(scene, transcript, Step.APPROVE, Role.CLERK, expected=Exit.POLICY)
    _step(scene, transcript, Step.APPROVE, Role.APPROVER)
    _step(scene, transcript, Step.REVIEW_SECRECY, Role.SECRECY_REVIEWER)
    _step(scene, transcript, Step.SUBMIT, Role.CLERK)
    _step(scene, transcript, Step.AUDIT, Role.CATALOGUE_REVIEWER)
    _step(scene, transcript, Step.PUBLISH, Role.CATALOGUE_REVIEWER)
    path = write_file(scene.folder, entry, scene.today, without=entry.stopped)
    result = scene.system(member.slug).push(REVIEWED, path, options={"mode": "full"})
    words = ["hub", "push", path.name, "-d", REVIEWED, "--mode", "full"]
    transcript.ran(
        command(*words, *scene.key_options(member.slug)), partial(push_lines, result), int(push_exit(result))
    )
    return Telling(
        3,
        Words("两人放行，保密审查拦下两项", "Released by two people; the secrecy review stops two items"),
        Words(
            "供水公司发布设施目录。数据专员不能自己批准自己的条目（四眼）；保密审查逐项看过，停止泵站的经度和纬度，"
            "其余照常发布。主管部门审核后目录生效，推送的文件里没有这两列。",
            "The water company publishes its facilities. The clerk cannot approve alone (four eyes); the secrecy "
            "review goes item by item and stops the longitude and latitude of pumping stations. The authority "
            "audits, the entry is in force, and the file pushed has no such columns.",
        ),
        Words(
            "政务数据共享条例 第十三条、第十六条；保守国家秘密法实施条例 第四十二条；"
            "郑州市信息化建设管理办法 第二十二条",
            "Government data sharing regulation Art. 13, 16; Implementing rules of the secrecy law Art. 42; "
            "Zhengzhou Measures Art. 22",
        ),
        f"/d/{REVIEWED}#items",
    )


def _step(scene: Scene, transcript: Transcript, step: Step, role: Role, expected: Exit = Exit.OK) -> None:
    """Take one step of the lifecycle as the person of a role; the secrecy review names what it stops."""
    entry = scene.entries[REVIEWED]
    member = (
        scene.people.city.authority if role is Role.CATALOGUE_REVIEWER else scene.people.city.member(entry.provider)
    )
    words = ["hub", "catalogue", "step", REVIEWED, step.value, "--login", member.login(role)]
    body: dict[str, Any] = {"step": step.value}
    if step is Step.REVIEW_SECRECY:
        body["stops"] = [{"column": one.column, "reason": one.reason, "basis": one.basis} for one in entry.stops]
        for one in entry.stops:
            words += ["--stop", one.column]
        words += ["--stop-reason", entry.stops[0].reason, "--stop-basis", entry.stops[0].basis]
    person = scene.people.person(member.slug, role)
    transcript.act(
        command(*words),
        lambda: person.call("POST", f"/api/v1/entries/{REVIEWED}/steps", json=body),
        lambda result: step_lines(result, step),
        expected,
    )
