"""Query parameters of tables that are no plain lists, shared by pushes, proposals and previews."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Query
from pydantic import StringConstraints

if TYPE_CHECKING:
    from connectors.port import ReadOptions

ItemName = Annotated[str, StringConstraints(max_length=200)]


class ShapeParameters:
    """Several header lines, merged cells, notes, subtitles, columns that become rows; and which saved mapping."""

    def __init__(
        self,
        header_rows: Annotated[int, Query(ge=1, le=10, description="表头行数 / header lines")] = 1,
        fill_merged: Annotated[
            Literal["", "down", "right", "all"], Query(description="合并单元格填充 / fill merged cells")
        ] = "",
        footer_words: Annotated[
            tuple[Annotated[str, StringConstraints(max_length=50)], ...],
            Query(description="表尾说明行的开头文字 / words that begin the notes at the end"),
        ] = (),
        subtitles_to: Annotated[ItemName, Query(description="小标题行归入的信息项 / item of subtitle rows")] = "",
        unpivot: Annotated[
            str, Query(max_length=100, description="转成行的列的样式，如 {####}年 / columns that become rows")
        ] = "",
        unpivot_heading: Annotated[ItemName, Query(description="列名归入的信息项 / item of their heading")] = "",
        unpivot_value: Annotated[ItemName, Query(description="值归入的信息项 / item of their value")] = "",
        crs: Annotated[
            str | None,
            Query(max_length=100, description="坐标系，文件未写明时 / coordinate system not stated in the file"),
        ] = None,
        point: Annotated[
            str | None, Query(max_length=500, description="经度列,纬度列,坐标系 / columns of points, and their system")
        ] = None,
        mapping: Annotated[
            int | None, Query(ge=1, le=2**31 - 1, description="已保存的对应关系的版本 / version of a saved mapping")
        ] = None,
    ) -> None:
        self.header_rows = header_rows
        self.fill_merged = fill_merged
        self.footer_words = tuple(footer_words)
        self.subtitles_to = subtitles_to
        self.unpivot = unpivot
        self.unpivot_heading = unpivot_heading
        self.unpivot_value = unpivot_value
        self.crs = crs
        self.point = point
        self.version = mapping

    def of(self, options: ReadOptions) -> ReadOptions:
        """Return the options with what is said here."""
        return replace(
            options,
            header_rows=self.header_rows,
            fill_merged=self.fill_merged,
            footer_words=self.footer_words,
            subtitles_to=self.subtitles_to,
            unpivot=self.unpivot,
            unpivot_heading=self.unpivot_heading,
            unpivot_value=self.unpivot_value,
            crs=self.crs,
            point=self.point,
        )
