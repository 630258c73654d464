"""The verb ``push``: a file to an entry, its report, and the way back for rejected rows.

What a department's cron line runs (Zhengzhou Art. 19; Jilin Art. 27). Exit codes: 0 all taken, 3 partly given back,
4 all given back, 5 refused or held by policy, 6 network (safe to repeat). A dry run ends as the push would.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect
from hub.cli_mapping import mapping_parameters
from hub.cli_output import Exit, emit, explained, pick, say
from hub.cli_progress import progress_bar
from hub.client import Hub

Mode = Literal["full", "upsert", "append", "delete"]


def push(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV、XLSX、JSON、Parquet 等，可用 gzip 或 ZIP")
    ],
    dataset: Annotated[str | None, typer.Option("--dataset", "-d", help="条目名称 / name of the entry")] = None,
    mode: Annotated[Mode, typer.Option(help="full 全量 | upsert 增改 | append 只增 | delete 按主键删")] = "upsert",
    sheet: Annotated[str | None, typer.Option(help="工作表名称或序号 / sheet, by name or number")] = None,
    header_row: Annotated[int | None, typer.Option(min=1, help="表头所在行（从 1 起）/ header row, from 1")] = None,
    skip_rows: Annotated[
        int | None, typer.Option(min=0, help="先跳过的行数，表头行从其后数起 / rows to skip first")
    ] = None,
    skip_footer: Annotated[int | None, typer.Option(min=0, help="结尾跳过的行数 / rows to skip at the end")] = None,
    skip_after_header: Annotated[
        int | None, typer.Option(min=0, help="表头下跳过的行数，如单位行 / rows to skip below the header")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="编码，如 gb18030 / encoding")] = None,
    delimiter: Annotated[str | None, typer.Option(help=r"分隔符，制表符写 \t / delimiter")] = None,
    quote: Annotated[str | None, typer.Option(help="引号；none 为没有引号 / quotation mark, or none")] = None,
    no_header: Annotated[bool, typer.Option("--no-header", help="文件没有表头行 / no header row")] = False,
    columns: Annotated[
        str | None, typer.Option(help="没有表头时各列的名称，用逗号分隔 / names of the columns, by comma")
    ] = None,
    rename: Annotated[
        list[str] | None, typer.Option(help="列名或列字母=信息项，可多次 / header or letter=item")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="不读的列，可多次 / column not to read")] = None,
    absent: Annotated[list[str] | None, typer.Option(help="文件没有的信息项，可多次 / item not in the file")] = None,
    mapping: Annotated[
        str | None, typer.Option("--mapping", help="已保存的对应关系：版本号，或 TOML 文件 / saved mapping, or a file")
    ] = None,
    header_rows: Annotated[int | None, typer.Option(min=1, help="表头共几行 / header lines")] = None,
    fill_merged: Annotated[
        str | None, typer.Option(help="合并单元格填充：down、right、all / fill merged cells")
    ] = None,
    footer_words: Annotated[
        list[str] | None, typer.Option(help="表尾说明行的开头文字，可多次 / words that begin the notes")
    ] = None,
    subtitles_to: Annotated[str | None, typer.Option(help="小标题行归入的信息项 / item of subtitle rows")] = None,
    unpivot: Annotated[str | None, typer.Option(help="转成行的列，如 {####}年 / columns that become rows")] = None,
    unpivot_heading: Annotated[str | None, typer.Option(help="列名归入的信息项 / item of their heading")] = None,
    unpivot_value: Annotated[str | None, typer.Option(help="值归入的信息项 / item of their value")] = None,
    crs: Annotated[str | None, typer.Option(help="坐标系，如 EPSG:4490（文件未写明时）/ coordinate system")] = None,
    point: Annotated[str | None, typer.Option(help="经度列,纬度列,坐标系 / longitude,latitude,crs")] = None,
    member: Annotated[str | None, typer.Option(help="压缩包内要推送的文件 / file inside a ZIP")] = None,
    records_path: Annotated[
        str | None, typer.Option(help="JSON 中的记录数组，如 data.list；$ 为整个文件 / array of records")
    ] = None,
    nested: Annotated[str | None, typer.Option(help="text：JSON 中的数组存为文本 / keep lists as text")] = None,
    allow_shrink: Annotated[bool, typer.Option(help="确认大量删除 / consent to closing many rows")] = False,
    key: Annotated[
        str | None, typer.Option("--idempotency-key", help="幂等键；不给则与最近一次相同的推送不重复入库")
    ] = None,
    chunked_from: Annotated[
        int,
        typer.Option(envvar="HUB_CLIENT_CHUNKED_FROM", min=0, help="达到多少 MiB 即分块续传 / send in pieces from"),
    ] = 32,
    report: Annotated[
        Path | None, typer.Option(help="退回行写到此文件：.xlsx 带标注可改，.csv 清单 / rejected rows: .xlsx or .csv")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查和比对，不入库 / check and compare only")] = False,
    resume: Annotated[
        str | None, typer.Option("--resume", help="推回改好的退回行：原推送号 / push whose rejected rows come back")
    ] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """推送一个文件到目录条目，给出逐行报告。 Push a file to an entry and report every rejected row."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        options: dict[str, Any] = {
            "mode": mode,
            "sheet": sheet,
            "header_row": header_row,
            "skip_rows": skip_rows,
            "skip_footer": skip_footer,
            "skip_after_header": skip_after_header,
            "encoding": encoding,
            "delimiter": "\t" if delimiter == r"\t" else delimiter,
            "quote": quote,
            "no_header": "true" if no_header else None,
            "columns": [name.strip() for name in columns.replace("，", ",").split(",")] if columns else None,
            "rename": rename,
            "ignore": ignore,
            "absent": absent,
            "header_rows": header_rows,
            "fill_merged": fill_merged,
            "footer_words": footer_words,
            "subtitles_to": subtitles_to,
            "unpivot": unpivot,
            "unpivot_heading": unpivot_heading,
            "unpivot_value": unpivot_value,
            "crs": crs,
            "point": point,
            "member": member,
            "records_path": records_path,
            "nested": nested,
            "allow_shrink": "true" if allow_shrink else None,
            "dry_run": "true" if dry_run else None,
        }
        said = {name: value for name, value in options.items() if value is not None}
        if resume is not None:
            result = send_back(hub, resume, file, said)
        elif dataset is None:
            raise ValueError(pick("请用 --dataset 指明条目", "name the entry with --dataset"))
        else:
            options = {**mapping_parameters(mapping), **said}
            with progress_bar(hidden=as_json) as tell:
                result = hub.push_file(
                    dataset,
                    file,
                    options=options,
                    idempotency_key=key,
                    tell=tell,
                    chunked_from_bytes=chunked_from << 20,
                )
        emit(result, as_json=as_json, text="\n".join(push_lines(result)))
        _save_rejections(hub, result, report)
        raise SystemExit(int(push_exit(result)))


def _save_rejections(hub: Hub, result: dict[str, Any], report: Path | None) -> None:
    """Write all rejected rows to ``report``, or say how to get them; of a dry run nothing is kept."""
    push = result["push"]
    if not result["rejected"] or push is None:
        return
    if report is None:
        say(
            "  全部退回行：加 --report 退回.xlsx 再运行一次",
            "  all rejected rows: run it again with --report rows.xlsx",
        )
        return
    if report.suffix.lower() != ".xlsx":
        answer = hub.raw("GET", f"/api/v1/pushes/{push}/rejections.csv", params={"lang": pick("zh", "en")})
        report.write_bytes(answer.content)
        say(f"退回行已写入 {report}", f"rejected rows written to {report}")
        return
    answer = hub.raw("GET", f"/api/v1/pushes/{push}/marked.xlsx", params={"lang": pick("zh", "en")})
    report.write_bytes(answer.content)
    say(
        f"退回行已写入 {report}（已标色、有批注）。改好后：hub push {report} --resume {push}",
        f"rejected rows written to {report}, marked and commented; when mended: hub push {report} --resume {push}",
    )


def send_back(hub: Hub, push: str, file: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Send a mended workbook (or CSV) of a push's rejected rows back; returns the report."""
    names = ("sheet", "encoding", "delimiter", "dry_run")
    said = {name: options[name] for name in names if name in options}
    path = f"/api/v1/pushes/{push}/resume"
    answer = hub.raw("POST", path, params={**said, "filename": file.name}, content=file.read_bytes())
    return dict(answer.json())


def push_lines(result: dict[str, Any]) -> list[str]:
    """Return the report of a push as a terminal shows it."""
    lines = list(result["summary_en" if pick("", "en") else "summary"])
    if result["is_repeat"]:
        again = pick(
            "这次推送与已完成的一次相同，没有重复入库；以下是当时的报告：",
            "the same push was done before and is not done again; this is its report:",
        )
        lines.insert(0, again)
    return lines


def push_exit(result: dict[str, Any]) -> Exit:
    """Return the exit code of a push; one that a limit holds is stopped by policy until a person lets it in."""
    if result["state"] == "held" or (result["state"] == "dry_run" and would_stop(result)):
        return Exit.POLICY
    if not result["rejected"]:
        return Exit.OK
    return Exit.PARTLY_REJECTED if result["accepted"] else Exit.ALL_REJECTED


def would_stop(result: dict[str, Any]) -> bool:
    """Return whether the push that a dry run tried would be stopped: held by a limit, or by the mass-delete guard."""
    limits = [hold for hold in result["holds"] if hold["reason"] != "two_step"]
    return bool(limits) or result.get("guard") is not None
