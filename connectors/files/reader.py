"""Open any file the hub reads as one table: the kind is told by content, the rest by options or found out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connectors.files.dialects import check_delimiter
from connectors.files.errors import ReadOptionError
from connectors.files.opening import opened
from connectors.files.shaping import shaped
from connectors.files.spatial_points import pointed
from connectors.port import Limits, ReadOptions

if TYPE_CHECKING:
    from connectors.port import TableSource

FILLS = frozenset({"", "down", "right", "all"})
MOST_HEADER_ROWS = 10


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
    return pointed(shaped(opened(Path(source), options, limits), options), options)


def _check(options: ReadOptions) -> None:
    check_delimiter(options.delimiter, options.quote)
    counts = (options.header_row - 1, options.skip_rows, options.skip_after_header, options.skip_footer)
    _check_shape(options)
    if min(counts) < 0:
        raise ReadOptionError(
            "行号从 1 开始，跳过的行数不能为负",
            "rows count from 1, and a number of rows to skip cannot be negative",
            next_zh="检查 --header-row、--skip-rows、--skip-footer",
            next_en="check --header-row, --skip-rows and --skip-footer",
        )


def _check_shape(options: ReadOptions) -> None:
    if options.fill_merged not in FILLS:
        raise ReadOptionError(
            "合并单元格的填充方式不认识",
            "there is no such way to fill merged cells",
            next_zh="可用：--fill-merged down（向下）、right（向右）、all（整个区域）",
            next_en="use --fill-merged down, right or all",
            facts={"option": "fill_merged"},
        )
    if not 1 <= options.header_rows <= MOST_HEADER_ROWS or (options.no_header and options.header_rows > 1):
        raise ReadOptionError(
            f"表头可以有 1 到 {MOST_HEADER_ROWS} 行；没有表头的文件不能再说表头行数",
            f"a header has 1 to {MOST_HEADER_ROWS} lines, and a file without a header has none",
            next_zh="检查 --header-rows 和 --no-header",
            next_en="check --header-rows and --no-header",
            facts={"option": "header_rows"},
        )
