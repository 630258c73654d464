"""``hub scan``: find personal information and secrecy marks in files, before they go anywhere. No hub, no network.

Tables are answered by column: what kind, how many, three masked examples, what to do. ``--jsonl`` is for programs:
lines in, spans out. Exit codes: 0 nothing found, 3 found, 2 usage; with ``--jsonl`` 0, for the answer is the output.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_output import Exit, emit, explained, pick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.privacy.columns import ColumnReport
    from catalogue.privacy.kinds import Kind
    from hub.scan_files import FileReport

STDIN = "-"
FOUND = 3


def scan(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="CSV、XLSX、XLS、DBF、JSON、NDJSON、TXT，可为 .gz / files; - is standard input (--jsonl)"),
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='逐行读 {"id","text"}，逐行输出 {"id","spans"} / lines in, spans out')
    ] = False,
    encoding: Annotated[str | None, typer.Option("--encoding", help="编码（默认自动识别）/ encoding")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="工作表 / sheet of a workbook")] = None,
    header_row: Annotated[int, typer.Option("--header-row", min=1, help="表头行 / header row")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """查找个人信息与涉密标志。 Find personal information and secrecy marks in files."""
    with explained(as_json=as_json):
        if jsonl:
            _spans_of_lines(files or [STDIN])
            return
        if not files:
            raise ValueError(pick("请给出要检查的文件", "name the files to search"))
        from connectors.port import ReadOptions
        from hub.scan_files import scan_file

        reports = []
        for name in files:
            path = Path(name)
            if not path.is_file():
                raise ValueError(pick(f"没有这个文件：{name}", f"there is no file {name}"))
            options = ReadOptions(name=path.name, encoding=encoding, sheet=sheet, header_row=header_row)
            reports.append(scan_file(path, options=options, today=datetime.now(UTC).astimezone().date()))
        emit([_file_body(report) for report in reports], as_json=as_json, text="\n".join(scan_lines(reports)))
        if any(report.found for report in reports):
            raise SystemExit(FOUND)


def _spans_of_lines(names: list[str]) -> None:
    from catalogue.privacy.scan import find_spans

    failed = False
    for name in names:
        with _opened(name) as source:
            for number, line in enumerate(source, 1):
                if not line.strip():
                    continue
                given, fault = _read_line(line)
                if fault is not None:
                    failed = True
                    answer: dict[str, Any] = {"id": given.get("id"), "spans": [], "error": f"line {number}: {fault}"}
                else:
                    spans = [[span.start, span.end, span.kind.value] for span in find_spans(given["text"])]
                    answer = {"id": given.get("id"), "spans": spans}
                sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    if failed:
        raise SystemExit(int(Exit.USAGE))


def _read_line(line: str) -> tuple[dict[str, Any], str | None]:
    """Return the object of a line, and what is wrong with it."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return {}, "not JSON"
    if not isinstance(given, dict):
        return {}, 'not an object with "id" and "text"'
    return (given, None) if isinstance(given.get("text"), str) else (given, 'no "text", or it is no string')


def _opened(name: str) -> IO[str]:
    if name == STDIN:
        return open(sys.stdin.fileno(), encoding="utf-8", errors="replace", newline="\n", closefd=False)
    path = Path(name)
    if not path.is_file():
        raise ValueError(pick(f"没有这个文件：{name}", f"there is no file {name}"))
    if name.endswith(".gz"):
        import gzip

        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="\n")
    return path.open(encoding="utf-8-sig", errors="replace", newline="\n")


def _file_body(report: FileReport) -> dict[str, Any]:
    return {
        "file": report.path,
        "form": report.form,
        "rows": report.rows,
        "found": report.found,
        "columns": [_column_body(column) for column in (*report.columns, *report.outside)],
    }


def _column_body(column: ColumnReport) -> dict[str, Any]:
    from catalogue.privacy.kinds import NAMES

    meaning = column.meaning
    kinds = []
    for kind, found in column.kinds.items():
        zh, en = NAMES[kind]
        advice_zh, advice_en = _advice(column, kind)
        kinds.append(
            {
                "kind": kind.value,
                "kind_zh": zh,
                "kind_en": en,
                "count": found.count,
                "certain": found.certain,
                "is_estimate": found.is_estimate,
                "share": round(column.share(kind), 4),
                "lines": found.lines,
                "examples": found.examples,
                "advice": advice_zh,
                "advice_en": advice_en,
            }
        )
    return {
        "column": column.name,
        "filled": column.filled,
        "says": None if meaning is None else meaning.kind.value,
        "public_duty": meaning is not None and meaning.is_public_duty,
        "kinds": kinds,
    }


def _advice(column: ColumnReport, kind: Kind) -> tuple[str, str]:
    """Return what to do about a kind in a column."""
    from catalogue.privacy.kinds import Kind as Kinds

    if kind is Kinds.SECRECY_MARK:
        return "停止使用并报告保密机构", "stop, and tell the secrecy office"
    if kind in {Kinds.CREDIT_CODE, Kinds.IP}:
        return "不是个人信息的直接证据，无须处理", "no proof of personal information by itself"
    meaning = column.meaning
    if meaning is not None and meaning.is_public_duty:
        return (
            "单位或岗位的公开信息可以公开；个人手机除外",
            "of an office or post: may be public, private mobiles may not",
        )
    if kind in {Kinds.NAME, Kinds.ADDRESS}:
        return "核对是否为自然人；是则申报为个人信息或遮盖", "if of natural persons: declare the item, or mask it"
    return (
        "申报为个人信息（敏感级 PI/SPI），或删除、遮盖后再推送",
        "declare the item as personal (PI/SPI), or remove or mask",
    )


def scan_lines(reports: list[FileReport]) -> Iterator[str]:
    """Yield what was found as a terminal shows it: a line a file, then a line a column and kind."""
    from catalogue.privacy.kinds import NAMES

    for report in reports:
        yield pick(
            f"{report.path}  {report.form}，{report.rows:,} 行", f"{report.path}  {report.form}, {report.rows:,} rows"
        )
        any_kind = False
        for column in (*report.columns, *report.outside):
            for kind, found in column.kinds.items():
                any_kind = True
                about = "≈" if found.is_estimate else ""
                shown = "、".join(found.examples)
                place = f"{found.lines[0]:,}" if found.lines else "-"
                share, advice = f"{column.share(kind):.1%}", pick(*_advice(column, kind))
                zh, en = NAMES[kind]
                number = f"{about}{found.count:,}"
                yield pick(
                    f"  [{column.name}] {zh} {number} 处（{share}），首见第 {place} 行，如 {shown} → {advice}",
                    f"  [{column.name}] {en}: {number} ({share}), first in line {place}, e.g. {shown} → {advice}",
                )
        if not any_kind:
            yield pick("  ✔ 未发现", "  ✔ nothing found")
