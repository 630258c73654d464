"""The verb ``push``: a file to an entry, its report, and the way back for rejected rows.

What a department's cron line runs (Zhengzhou Art. 19; Jilin Art. 27). Exit codes: 0 all taken, 3 partly given back,
4 all given back, 5 refused or held by policy, 6 network (safe to repeat). A dry run ends as the push would.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect
from hub.cli_mapping import mapping_parameters
from hub.cli_output import Exit, emit, explained, pick, say
from hub.cli_progress import progress_bar
from hub.cli_push_options import (
    Absent,
    AllowShrink,
    ChunkedFrom,
    Columns,
    Crs,
    Dataset,
    Delimiter,
    DryRun,
    Encoding,
    FillMerged,
    FooterWords,
    HeaderRow,
    HeaderRows,
    IdempotencyKey,
    Ignore,
    Member,
    Nested,
    NoHeader,
    Point,
    PushedFile,
    PushMode,
    Quote,
    RecordsPath,
    Rename,
    ReportFile,
    Resume,
    SavedMapping,
    Sheet,
    SkipAfterHeader,
    SkipFooter,
    SkipRows,
    SubtitlesTo,
    Unpivot,
    UnpivotHeading,
    UnpivotValue,
    query_parameters,
)
from hub.client import Hub


def push(
    file: PushedFile,
    dataset: Dataset = None,
    mode: PushMode = "upsert",
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    skip_rows: SkipRows = None,
    skip_footer: SkipFooter = None,
    skip_after_header: SkipAfterHeader = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    no_header: NoHeader = False,
    columns: Columns = None,
    rename: Rename = None,
    ignore: Ignore = None,
    absent: Absent = None,
    mapping: SavedMapping = None,
    header_rows: HeaderRows = None,
    fill_merged: FillMerged = None,
    footer_words: FooterWords = None,
    subtitles_to: SubtitlesTo = None,
    unpivot: Unpivot = None,
    unpivot_heading: UnpivotHeading = None,
    unpivot_value: UnpivotValue = None,
    crs: Crs = None,
    point: Point = None,
    member: Member = None,
    records_path: RecordsPath = None,
    nested: Nested = None,
    allow_shrink: AllowShrink = False,
    key: IdempotencyKey = None,
    chunked_from: ChunkedFrom = 32,
    report: ReportFile = None,
    dry_run: DryRun = False,
    resume: Resume = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """推送一个文件到目录条目，给出逐行报告。 Push a file to an entry and report every rejected row."""
    said = query_parameters(locals())
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        if resume is not None:
            result = send_back(hub, resume, file, said)
        elif dataset is None:
            raise ValueError(pick("请用 --dataset 指明条目", "name the entry with --dataset"))
        else:
            size, options = chunked_from << 20, {**mapping_parameters(mapping), **said}
            with progress_bar(hidden=as_json) as tell:
                result = hub.push_file(
                    dataset, file, options=options, idempotency_key=key, tell=tell, chunked_from_bytes=size
                )
        emit(result, as_json=as_json, text="\n".join(push_lines(result)))
        _save_rejections(hub, result, report)
        raise SystemExit(int(push_exit(result)))


def _save_rejections(hub: Hub, result: dict[str, Any], report: Path | None) -> None:
    """Write all rejected rows to ``report``, or say how to get them; of a dry run nothing is kept."""
    push = result["push"]
    if not result["rejected"]:
        return
    if push is None:
        if report is not None:
            say(
                f"试算不留存退回行，没有写 {report}；去掉 --dry-run 后才有",
                f"a dry run keeps no rejected rows: {report} is not written; push without --dry-run",
            )
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
    say(*marked_line(str(report), push))


def marked_line(report: str, push: str) -> tuple[str, str]:
    """Return what is said of a marked workbook that was written, Chinese and English."""
    return (
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
