"""Open any file the hub reads as one table: the kind is told by content, the rest by options or found out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connectors.files.delimited import DelimitedTable, check_delimiter
from connectors.files.errors import EmptyFileError, FileError, ReadOptionError
from connectors.files.excel import WorkbookTable
from connectors.files.kinds import HEAD_BYTES, Kind, kind_of
from connectors.files.streams import ByteStream
from connectors.port import Limits, ReadOptions

if TYPE_CHECKING:
    from connectors.port import TableSource


def open_table(source: Path, options: ReadOptions | None = None, limits: Limits | None = None) -> TableSource:
    """Open the table of a file.

    Args:
        source: path of the stored file; its name says nothing about its kind.
        options: how to read it; what is not said is found out.
        limits: what it may cost.

    Raises:
        FileError: one subclass a cause, telling what, where and what to do next.
    """
    options = options or ReadOptions()
    limits = limits or Limits()
    _check(options)
    path = Path(source)
    if path.stat().st_size == 0:
        raise _empty()
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES), path)
    match kind:
        case Kind.XLSX | Kind.XLS:
            return WorkbookTable(path, options, limits, is_xlsx=kind is Kind.XLSX)
        case Kind.GZIP:
            _check_packed(path, limits)
            return DelimitedTable(path, options, limits, compressed=True)
        case Kind.TEXT:
            return DelimitedTable(path, options, limits, compressed=False)


def _check(options: ReadOptions) -> None:
    check_delimiter(options.delimiter, options.quote)
    counts = (options.header_row - 1, options.skip_rows, options.skip_after_header, options.skip_footer)
    if min(counts) < 0:
        raise ReadOptionError(
            "行号从 1 开始，跳过的行数不能为负",
            "rows count from 1, and a number of rows to skip cannot be negative",
            next_zh="检查 --header-row、--skip-rows、--skip-footer",
            next_en="check --header-row, --skip-rows and --skip-footer",
        )


def _check_packed(path: Path, limits: Limits) -> None:
    """Look at what a gzip file holds: text is read, anything else is refused by its own name."""
    stream = ByteStream(path, compressed=True, limits=limits)
    try:
        head = stream.read(HEAD_BYTES)
    finally:
        stream.close()
    if not head:
        raise _empty()
    if head.startswith(b"PK") or kind_of(head, path) is not Kind.TEXT:
        raise FileError(
            "gzip 内不是文本表格（嵌套压缩或工作簿）",
            "the gzip file holds no text table (nested archive or workbook)",
            next_zh="解压后直接推送其中的文件",
            next_en="unpack it and push the file inside",
        )


def _empty() -> EmptyFileError:
    return EmptyFileError(
        "文件是空的（0 字节）",
        "the file is empty (0 bytes)",
        next_zh="检查导出是否成功，再重新推送",
        next_en="check the export and push again",
        facts={"byte": 0},
    )
