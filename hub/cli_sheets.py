"""``hub sheet``: entries in workbooks. The national template there and back, and bulk edit in a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_duties import AcceptGood, DryRun, Member, fault_lines, outcome_of, save, send_file
from hub.cli_output import Exit, emit, explained, pick
from hub.cli_staff import Code, Login, logged_in

sheet_app = typer.Typer(name="sheet", help="目录模板与批量修改 / entries in workbooks", no_args_is_help=True)
Entries = Annotated[list[str] | None, typer.Option("--entry", help="条目名称，可多次；不写为全部 / name of an entry")]
Output = Annotated[Path, typer.Option("-o", "--output", help="写到此 XLSX 文件 / write this file")]
SheetPath = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XLSX、XLS、ODS 或 CSV / the workbook")]


@sheet_app.command("export")
def export(
    login: Login,
    output: Output = Path("catalogue.xlsx"),
    entry: Entries = None,
    member: Member = None,
    published: Annotated[bool, typer.Option("--published", help="只要已发布的版本 / versions in force alone")] = False,
    one_sheet: Annotated[bool, typer.Option("--one-sheet", help="一张表的形式 / the one-sheet form")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
) -> None:
    """导出为国家目录模板。 Export entries as the national template."""
    with explained(), logged_in(url, login, code) as hub:
        asked: dict[str, Any] = {"published": published, "form": "one" if one_sheet else "two", "entry": entry or []}
        save(hub, "/api/v1/sheets/national.xlsx", output, {**asked, **({"member": member} if member else {})})


@sheet_app.command("import")
def import_template(
    file: SheetPath,
    login: Login,
    dry_run: DryRun = False,
    accept_good: AcceptGood = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """导入目录模板：生成草稿，已发布版本不动。 Take in a template: drafts, published versions stay."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        params = {"dry_run": dry_run, "accept_good": accept_good}
        report = send_file(hub, "/api/v1/sheets/national", file, params)
        counts = [report[key] for key in ("resources", "items", "new", "changed", "unchanged", "faulty")]
        head = pick(
            "{} 个资源、{} 个信息项：新建 {}，修改 {}，未变 {}，有错 {}".format(*counts),
            "{} resources, {} items: {} new, {} changed, {} unchanged, {} faulty".format(*counts),
        )
        _told(report, head, as_json=as_json)


def _told(report: dict[str, Any], head: str, *, as_json: bool) -> None:
    written = pick("已存为草稿", "stored as drafts") if report["is_written"] else pick("没有写入", "nothing written")
    lines = [f"{head}；{written}"]
    for one in report["entries"]:
        if one["outcome"] != "unchanged":
            lines += _entry_lines(one)
    emit(report, as_json=as_json, text="\n".join([*lines, *fault_lines(report)]))
    stops = bool(report.get("conflict")) and not report["is_written"]
    if (code := Exit.ALL_REJECTED if stops else outcome_of(report)) is not Exit.OK:
        raise SystemExit(int(code))


_OUTCOMES = {
    "new": ("新建", "new"),
    "changed": ("修改", "changed"),
    "conflict": ("冲突：导出后已有人改动", "conflict: changed since the export"),
    "faulty": ("有错", "faulty"),
}


def _entry_lines(one: dict[str, Any]) -> list[str]:
    """Return an entry with what differs in it, and how many findings of the rules its draft has."""
    lines = [f"  {pick(*_OUTCOMES[one['outcome']])}  {one['name'] or one['title']}"]
    for change in one["changes"]:
        parts = change.get("changes", [change])
        item = f"[{change['item']}] " if "item" in change else ""
        if "item" in change and not parts:
            lines.append(f"    {item}{change['kind']}")
        for part in parts:
            old, new = part[pick("old_text", "old_text_en")], part[pick("new_text", "new_text_en")]
            lines.append(f"    {item}{part[pick('label', 'label_en')]}: {old} → {new}")
    if one["findings"]:
        lines.append(pick(f"    编目规则提示 {one['findings']} 条", f"    {one['findings']} findings of the rules"))
    return lines


@sheet_app.command("edit-export")
def edit_export(
    login: Login,
    column: Annotated[list[str], typer.Option("--column", help="要修改的列，可多次 / column to edit")],
    output: Output = Path("edit.xlsx"),
    entry: Entries = None,
    items: Annotated[bool, typer.Option("--items", help="修改信息项 / edit items, not entries")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
) -> None:
    """导出批量修改表。 Write a sheet for bulk edit."""
    with explained(), logged_in(url, login, code) as hub:
        asked = {"column": column, "entry": entry or [], "level": "items" if items else "entries"}
        save(hub, "/api/v1/sheets/edit.xlsx", output, asked)


@sheet_app.command("edit")
def edit(
    file: SheetPath,
    login: Login,
    apply: Annotated[bool, typer.Option("--apply", help="写入；不写只显示差异 / write it, else only compare")] = False,
    accept_good: AcceptGood = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """比对批量修改表，--apply 后存为草稿。 Compare a bulk edit; with --apply store drafts."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        report = send_file(hub, "/api/v1/sheets/edit", file, {"dry_run": not apply, "accept_good": accept_good})
        counts = [report[key] for key in ("rows", "changed", "unchanged", "conflict", "faulty")]
        head = pick(
            "{} 行：修改条目 {}，未变 {}，冲突 {}，有错 {}".format(*counts),
            "{} rows: {} entries changed, {} unchanged, {} conflicts, {} faulty".format(*counts),
        )
        _told(report, head, as_json=as_json)


@sheet_app.command("columns")
def columns(login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """模板有哪些列。 The columns of the template."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", "/api/v1/sheets/columns")
        lines = [
            f"  {one['key']}  {one['heading']}  {one['about']}"
            for part in ("resources", "items")
            for one in found[part]
        ]
        emit(found, as_json=as_json, text="\n".join(lines))
