"""The arguments and options of the verb ``push``: which file, how it is read, what is done with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

Mode = Literal["full", "upsert", "append", "delete"]

PushedFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV、XLSX、JSON、Parquet 等，可用 gzip 或 ZIP")
]
Dataset = Annotated[str | None, typer.Option("--dataset", "-d", help="条目名称 / name of the entry")]
PushMode = Annotated[Mode, typer.Option(help="full 全量 | upsert 增改 | append 只增 | delete 按主键删")]
Sheet = Annotated[str | None, typer.Option(help="工作表名称或序号 / sheet, by name or number")]
HeaderRow = Annotated[int | None, typer.Option(min=1, help="表头所在行（从 1 起）/ header row, from 1")]
SkipRows = Annotated[int | None, typer.Option(min=0, help="先跳过的行数，表头行从其后数起 / rows to skip first")]
SkipFooter = Annotated[int | None, typer.Option(min=0, help="结尾跳过的行数 / rows to skip at the end")]
SkipAfterHeader = Annotated[
    int | None, typer.Option(min=0, help="表头下跳过的行数，如单位行 / rows to skip below the header")
]
Encoding = Annotated[str | None, typer.Option(help="编码，如 gb18030 / encoding")]
Delimiter = Annotated[str | None, typer.Option(help=r"分隔符，制表符写 \t / delimiter")]
Quote = Annotated[str | None, typer.Option(help="引号；none 为没有引号 / quotation mark, or none")]
NoHeader = Annotated[bool, typer.Option("--no-header", help="文件没有表头行 / no header row")]
Columns = Annotated[str | None, typer.Option(help="没有表头时各列的名称，用逗号分隔 / names of the columns, by comma")]
Rename = Annotated[list[str] | None, typer.Option(help="列名或列字母=信息项，可多次 / header or letter=item")]
Ignore = Annotated[list[str] | None, typer.Option(help="不读的列，可多次 / column not to read")]
Absent = Annotated[list[str] | None, typer.Option(help="文件没有的信息项，可多次 / item not in the file")]
SavedMapping = Annotated[
    str | None, typer.Option("--mapping", help="已保存的对应关系：版本号，或 TOML 文件 / saved mapping, or a file")
]
HeaderRows = Annotated[int | None, typer.Option(min=1, help="表头共几行 / header lines")]
FillMerged = Annotated[str | None, typer.Option(help="合并单元格填充：down、right、all / fill merged cells")]
FooterWords = Annotated[
    list[str] | None, typer.Option(help="表尾说明行的开头文字，可多次 / words that begin the notes")
]
SubtitlesTo = Annotated[str | None, typer.Option(help="小标题行归入的信息项 / item of subtitle rows")]
Unpivot = Annotated[str | None, typer.Option(help="转成行的列，如 {####}年 / columns that become rows")]
UnpivotHeading = Annotated[str | None, typer.Option(help="列名归入的信息项 / item of their heading")]
UnpivotValue = Annotated[str | None, typer.Option(help="值归入的信息项 / item of their value")]
Crs = Annotated[str | None, typer.Option(help="坐标系，如 EPSG:4490（文件未写明时）/ coordinate system")]
Point = Annotated[str | None, typer.Option(help="经度列,纬度列,坐标系 / longitude,latitude,crs")]
Member = Annotated[str | None, typer.Option(help="压缩包内要推送的文件 / file inside a ZIP")]
RecordsPath = Annotated[
    str | None, typer.Option(help="JSON 中的记录数组，如 data.list；$ 为整个文件 / array of records")
]
Nested = Annotated[str | None, typer.Option(help="text：JSON 中的数组存为文本 / keep lists as text")]
AllowShrink = Annotated[bool, typer.Option(help="确认大量删除 / consent to closing many rows")]
IdempotencyKey = Annotated[
    str | None, typer.Option("--idempotency-key", help="幂等键；不给则与最近一次相同的推送不重复入库")
]
ChunkedFrom = Annotated[
    int,
    typer.Option(envvar="HUB_CLIENT_CHUNKED_FROM", min=0, help="达到多少 MiB 即分块续传 / send in pieces from"),
]
ReportFile = Annotated[
    Path | None, typer.Option(help="退回行写到此文件：.xlsx 带标注可改，.csv 清单 / rejected rows: .xlsx or .csv")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查和比对，不入库 / check and compare only")]
Resume = Annotated[
    str | None, typer.Option("--resume", help="推回改好的退回行：原推送号 / push whose rejected rows come back")
]

_SENT: Final = (
    "mode", "sheet", "header_row", "skip_rows", "skip_footer", "skip_after_header", "encoding", "quote", "rename",
    "ignore", "absent", "header_rows", "fill_merged", "footer_words", "subtitles_to", "unpivot", "unpivot_heading",
    "unpivot_value", "crs", "point", "member", "records_path", "nested",
)  # fmt: skip
"""Options that travel as they are, under their own name."""
_SWITCHES: Final = ("no_header", "allow_shrink", "dry_run")


def query_parameters(given: dict[str, Any]) -> dict[str, Any]:
    """Return the query parameters of the options that were given; ``given`` are all of the verb, by name."""
    sent = {name: given[name] for name in _SENT} | {name: "true" if given[name] else None for name in _SWITCHES}
    sent["delimiter"] = "\t" if given["delimiter"] == r"\t" else given["delimiter"]
    if given["columns"]:
        sent["columns"] = [name.strip() for name in given["columns"].replace("，", ",").split(",")]
    return {name: value for name, value in sent.items() if value not in (None, [], ())}
