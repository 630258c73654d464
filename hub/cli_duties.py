"""``hub duty``, ``hub inventory``, ``hub source``: what units owe, what they have, who is the source of an item.

For people who log in: the authority enters and decides, the unit answers and lists (Zhengzhou Art. 17-19).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import Exit, emit, explained, pick, say
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from hub.client import Hub

duty_app = typer.Typer(name="duty", help="供数责任 / supply duties", no_args_is_help=True)
inventory_app = typer.Typer(name="inventory", help="存量资源普查 / existing resources", no_args_is_help=True)
source_app = typer.Typer(name="source", help="一数一源 / one source per item", no_args_is_help=True)
ListFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XLSX 或 CSV 清单 / the list")]
DutyId = Annotated[str, typer.Argument(help="供数责任编号 / id of the duty")]
Member = Annotated[str | None, typer.Option("--member", help="单位 / unit")]
Out = Annotated[Path | None, typer.Option("-o", "--output", help="写到此 CSV 文件 / write this CSV file")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查 / check only")]
AcceptGood = Annotated[bool, typer.Option("--accept-good", help="写入没有错的行 / write the good rows")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="条数 / how many")]
Offset = Annotated[int, typer.Option("--offset", min=0, help="从第几条起 / from which on")]
SHOWN_FAULTS = 50


def send_file(hub: Hub, path: str, file: Path, params: dict[str, Any]) -> dict[str, Any]:
    """Send a file to be taken in; returns the report."""
    headers = {"Content-Type": "application/octet-stream"}
    asked = {**params, "filename": file.name}
    found: dict[str, Any] = hub.raw("POST", path, params=asked, content=file.read_bytes(), headers=headers).json()
    return found


def save(hub: Hub, path: str, output: Path, params: dict[str, Any]) -> None:
    """Fetch a file and write it where it is wanted."""
    output.write_bytes(hub.raw("GET", path, params=params).content)
    say(f"已写入 {output}", f"written to {output}")


def page_line(found: dict[str, Any]) -> str:
    """Return the line that says how much of a list is shown, and how to see the rest."""
    rest = pick(f"，其余用 --offset {found['next']}", f", the rest by --offset {found['next']}")
    shown = pick(
        f"共 {found['total']} 项，列出 {found['returned']} 项", f"{found['returned']} of {found['total']} shown"
    )
    return shown + (rest if found["next"] is not None else "")


def fault_lines(report: dict[str, Any]) -> list[str]:
    """Return the faults of a file by sheet, row and column, and the values that were read otherwise than written."""
    lines = []
    for one in report["faults"][:SHOWN_FAULTS]:
        row = pick(f"第 {one['row']} 行", f"row {one['row']}") if one["row"] is not None else ""
        column = f"{one['column']} {one['heading']}".strip()
        place = " ".join(part for part in (one["sheet"], row, column) if part)
        lines.append(f"  ✘ {place}: {one[pick('message', 'message_en')]} → {one[pick('mend', 'mend_en')]}")
    if report["total"] > SHOWN_FAULTS:
        left = report["total"] - SHOWN_FAULTS
        lines.append(pick(f"  另有 {left} 处，用 --json 查看", f"  {left} more, see them with --json"))
    lines += [
        f"  · {one['heading']}: “{one['written']}” → {one['read']}  ×{one['count']}" for one in report["normalised"]
    ]
    if report.get("columns_not_read"):
        names = "、".join(report["columns_not_read"])
        lines.append(pick(f"  · 未读的列：{names}", f"  · columns not read: {names}"))
    return lines


def outcome_of(report: dict[str, Any]) -> Exit:
    """Return the exit code of a file that was taken in: done, partly rejected, nothing written."""
    if not report["total"]:
        return Exit.OK
    return Exit.PARTLY_REJECTED if report["is_written"] else Exit.ALL_REJECTED


def told(report: dict[str, Any], *, as_json: bool) -> None:
    """Print what became of a list, and end with the exit code that says so."""
    counts = [report[key] for key in ("rows", "added", "changed", "unchanged", "faulty")]
    head = pick(
        "{} 行：新增 {}，变更 {}，未变 {}，有错 {}".format(*counts),
        "{} rows: {} added, {} changed, {} unchanged, {} faulty".format(*counts),
    )
    written = pick("已写入", "written") if report["is_written"] else pick("没有写入", "nothing written")
    emit(report, as_json=as_json, text="\n".join([f"{head}；{written}", *fault_lines(report)]))
    if (code := outcome_of(report)) is not Exit.OK:
        raise SystemExit(int(code))


def duty_lines(duty: dict[str, Any]) -> list[str]:
    """Return a duty with its gaps."""
    basis = f"{duty['rule']} {duty['article']}"
    state, cycle = duty[pick("name", "name_en")], duty[pick("update_cycle_name", "update_cycle_name_en")]
    lines = [f"{duty['id']}  {duty['member_name']}  {duty['title']}  {cycle}  {state}  {basis}"]
    return lines + [
        f"    ✘ {one[pick('name', 'name_en')]}: {one[pick('message', 'message_en')]}" for one in duty["gaps"]
    ]


@duty_app.command("list")
def duty_list(
    login: Login,
    member: Member = None,
    gap: Annotated[str | None, typer.Option(help="no_entry、items_missing、no_push")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出供数责任和缺口。 List the duties with their gaps."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        asked = {"member": member, "gap": gap, "limit": limit, "offset": offset}
        found = hub.call("GET", "/api/v1/duties", params={key: one for key, one in asked.items() if one is not None})
        lines = [line for one in found["duties"] for line in duty_lines(one)]
        emit(found, as_json=as_json, text="\n".join([*lines, page_line(found)]))


@duty_app.command("enter")
def duty_enter(
    unit: Annotated[str, typer.Argument(help="责任单位 / the unit")],
    title: Annotated[str, typer.Argument(help="应供资源 / the resource owed")],
    login: Login,
    cycle: Annotated[str, typer.Option(help="更新周期代码 / code of the cycle")],
    rule: Annotated[str, typer.Option(help="依据名称 / the rule")],
    article: Annotated[str, typer.Option(help="条款 / the article")],
    item: Annotated[list[str] | None, typer.Option(help="应供信息项，可多次 / item owed")] = None,
    since: Annotated[str | None, typer.Option(help="起始日期 / first day")] = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """登记一项供数责任（主管部门）。 Enter a duty, as the authority."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"member": unit, "title": title, "update_cycle": cycle, "rule": rule, "article": article}
        made = hub.call("POST", "/api/v1/duties", json={**body, "items": item or [], "since": since})
        emit(made, as_json=as_json, text="\n".join(duty_lines(made)))


@duty_app.command("import")
def duty_import(
    file: ListFile,
    login: Login,
    dry_run: DryRun = False,
    accept_good: AcceptGood = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """导入供数责任清单（主管部门）。 Take in a list of duties, as the authority."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        params = {"dry_run": dry_run, "accept_good": accept_good}
        told(send_file(hub, "/api/v1/duties/import", file, params), as_json=as_json)


@duty_app.command("answer")
def duty_answer(
    duty: DutyId,
    login: Login,
    entry: Annotated[str, typer.Option(help="由哪个条目提供 / the entry it comes by")] = "",
    column: Annotated[list[str] | None, typer.Option(help="应供信息项=列名，可多次 / item owed=column")] = None,
    objection: Annotated[str, typer.Option(help="异议理由 / why you object")] = "",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """答复供数责任：指明条目，或提出异议。 Answer a duty with an entry, or object."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        pairs = dict(one.split("=", 1) for one in column or [] if "=" in one)
        body = {"entry": entry, "columns": pairs, "objection": objection}
        made = hub.call("POST", f"/api/v1/duties/{duty}/answer", json=body)
        emit(made, as_json=as_json, text="\n".join(duty_lines(made)))


@duty_app.command("decide")
def duty_decide(
    duty: DutyId,
    login: Login,
    reason: Annotated[str, typer.Option(help="理由 / why")],
    lift: Annotated[bool, typer.Option("--lift", help="解除（不写为维持）/ lift it, else it is kept")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """维持有异议的责任，或解除。 Keep a duty that is objected to, or lift it."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"outcome": "lift" if lift else "keep", "reason": reason}
        made = hub.call("POST", f"/api/v1/duties/{duty}/decision", json=body)
        emit(made, as_json=as_json, text="\n".join(duty_lines(made)))


@duty_app.command("report")
def duty_report(
    login: Login, output: Out = None, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """各单位落实情况。 Duties and gaps by unit."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        if output is not None:
            save(hub, "/api/v1/duties/report", output, {"format": "csv"})
            return
        found = hub.call("GET", "/api/v1/duties/report")
        text = pick(
            "  {name}：应供 {owed}，已按要求提供 {met}，未编目 {no_entry}，缺项 {items_missing}，未推送 {no_push}",
            "  {name}: owed {owed}, met {met}, no entry {no_entry}, items missing {items_missing}, no push {no_push}",
        )
        emit(
            found, as_json=as_json, text="\n".join([*(text.format(**one) for one in found["units"]), page_line(found)])
        )


@inventory_app.command("list")
def inventory_list(
    login: Login,
    member: Member = None,
    standing: Annotated[str | None, typer.Option(help="attached、draft、open、closed")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期 / only overdue plans")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出存量资源。 List existing resources."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        asked = {"member": member, "standing": standing, "overdue": overdue, "limit": limit, "offset": offset}
        found = hub.call("GET", "/api/v1/inventory", params={key: one for key, one in asked.items() if one is not None})
        lines = [
            f"{one['id']}  {one['system']}  {one['name']}  {one['standing']}  {one['planned_on'] or ''}"
            + (pick("  逾期", "  overdue") if one["is_overdue"] else "")
            for one in found["resources"]
        ]
        emit(found, as_json=as_json, text="\n".join([*lines, page_line(found)]))


@inventory_app.command("import")
def inventory_import(
    file: ListFile,
    login: Login,
    dry_run: DryRun = False,
    accept_good: AcceptGood = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """导入本单位的存量资源清单。 Take in your unit's list."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        params = {"dry_run": dry_run, "accept_good": accept_good}
        told(send_file(hub, "/api/v1/inventory/import", file, params), as_json=as_json)


@inventory_app.command("draft")
def inventory_draft(
    resource: Annotated[str, typer.Argument(help="普查项编号 / id of the line")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """由普查项生成条目草稿。 Make the draft of an entry of it."""
    from hub.cli_staff import draft_lines

    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        made = hub.call("POST", f"/api/v1/inventory/{resource}/draft")
        emit(made, as_json=as_json, text="\n".join(draft_lines(made)))


@inventory_app.command("report")
def inventory_report(
    login: Login, output: Out = None, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """各单位编目进度。 Attached and not attached, by unit."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        if output is not None:
            save(hub, "/api/v1/inventory/report", output, {"format": "csv"})
            return
        found = hub.call("GET", "/api/v1/inventory/report")
        text = pick(
            "  {name}：资源 {listed}，已编目 {attached}，草稿 {draft}，未编目 {open}，逾期 {overdue}",
            "  {name}: {listed} resources, {attached} attached, {draft} drafts, {open} open, {overdue} overdue",
        )
        emit(
            found, as_json=as_json, text="\n".join([*(text.format(**one) for one in found["units"]), page_line(found)])
        )


@source_app.command("shared")
def source_shared(
    login: Login,
    verdict: Annotated[str | None, typer.Option(help="conflict、undecided、agreed、decided")] = None,
    output: Out = None,
    limit: Limit = 50,
    offset: Offset = 0,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """多个单位提供的信息项，冲突在前。 Items that several units supply, conflicts first."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        asked = {"verdict": verdict} if verdict is not None else {}
        if output is not None:
            save(hub, "/api/v1/sources/shared", output, {**asked, "format": "csv"})
            return
        found = hub.call("GET", "/api/v1/sources/shared", params={**asked, "limit": limit, "offset": offset})
        lines = [
            f"  {one['name']} ({one['subject']})  {one[pick('verdict_name', 'verdict_name_en')]}"
            f"  {one['source'] or '—'}  ← {'、'.join(dict.fromkeys(each['member_name'] for each in one['suppliers']))}"
            for one in found["items"]
        ]
        emit(found, as_json=as_json, text="\n".join([*lines, page_line(found)]))


@source_app.command("decide")
def source_decide(
    item: Annotated[str, typer.Argument(help="数据元代码或信息项名称 / element code or name of the item")],
    unit: Annotated[str, typer.Argument(help="数源单位 / the unit that is the source")],
    login: Login,
    basis: Annotated[str, typer.Option(help="依据 / the basis")],
    also: Annotated[list[str] | None, typer.Option(help="允许并存的单位，可多次 / unit allowed besides")] = None,
    reason: Annotated[str, typer.Option(help="说明 / remark")] = "",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """确定数源单位（主管部门）。 Name the source of an item, as the authority."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"item": item, "source": unit, "also": also or [], "basis": basis, "reason": reason}
        made = hub.call("POST", "/api/v1/sources/decisions", json=body)
        emit(
            made, as_json=as_json, text=f"✔ {made['name']} ({made['subject']}) → {made['source_name']}  {made['basis']}"
        )
