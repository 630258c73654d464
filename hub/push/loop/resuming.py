"""The mended rows of a push come back: only those, by their line numbers, in the shape of the first file.

Jilin Art. 27. What the clerk did with the workbook is taken by name: a row that is gone stays given back, an unknown
line, a line twice, a workbook of another push are refused, a row that a push has taken is not taken again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

import polars as pl

from connectors.files.errors import SheetError
from connectors.files.reader import open_table
from connectors.port import FIELDS, LINE, position
from hub.push.header import ColumnMap, plain
from hub.push.loop.errors import ResumeFileError, ResumeLineError
from hub.push.loop.sheet import SHORT, is_fault_title, is_rows_sheet, read_line_title

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from connectors.port import Limits, OutsideText, ReadOptions, TableFacts, TableSource
    from hub.push.loop.held import HeldHead, HeldPush

LISTED: Final = 20
"""Line numbers an answer lists; the count tells how many there are."""
_CHUNK_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back: ``lines`` pending rows, ``left`` pending rows the file does not hold, ``done`` taken before."""

    lines: tuple[int, ...]
    left: tuple[int, ...]
    done: tuple[int, ...]


def columns_of(head: HeldHead) -> ColumnMap:
    """Return the column map of the first file; columns without a name are searched for values again."""
    taken = set(head.positions.values())
    free = [index for index in range(len(head.header)) if index not in taken]
    unnamed = tuple(index for index in free if not plain(head.header[index]))
    ignored = tuple(index for index in free if plain(head.header[index]))
    return ColumnMap(MappingProxyType(dict(head.positions)), unnamed, ignored, head.header, head.letters)


class ResumeSource:
    """The mended rows as a table source in the shape of the first file; its lines are the first file's."""

    def __init__(
        self,
        path: Path,
        options: ReadOptions,
        held: HeldPush,
        states: Mapping[int, uuid.UUID | None],
        limits: Limits | None = None,
    ) -> None:
        """Open the workbook (or CSV) and find its columns.

        Args:
            path: the received file.
            options: how to read it; the sheet is found where none is named.
            held: what is kept of the first push.
            states: for each of its kept rows the push that took it, None while it is pending.
            limits: what the file may cost.

        Raises:
            FileError: the file cannot be read.
            ResumeFileError: no line numbers, another push's workbook, or other columns.
        """
        self._held = held
        self._states = states
        self._sources = _open(path, options, limits)
        try:
            self._places = [self._find(source) for source in self._sources]
            rows = [
                part
                for source, place in zip(self._sources, self._places, strict=True)
                for part in self._rows(source, place)
            ]
            self._frame, self.returned = self._pending(rows)
        except BaseException:
            self.close()
            raise

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns of the first file."""
        return self._held.head.header

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters of the columns of the first file."""
        return self._held.head.letters

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Yield the rows that came back, by line."""
        for start in range(0, self._frame.height, _CHUNK_ROWS):
            yield self._frame.slice(start, _CHUNK_ROWS)

    def facts(self) -> TableFacts:
        """Return how the file was read."""
        return replace(self._sources[0].facts(), rows=self._frame.height)

    def outside(self) -> Iterator[OutsideText]:
        """Yield what stands outside the rows."""
        for source in self._sources:
            yield from source.outside()

    def footer(self) -> Iterator[OutsideText]:
        """Yield the rows left out at the end."""
        for source in self._sources:
            yield from source.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return the first rows as they stand."""
        return self._sources[0].preview()

    def close(self) -> None:
        """Close the file."""
        for source in self._sources:
            source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _find(self, source: TableSource) -> tuple[int, dict[int, int]]:
        """Return where the line numbers stand, and the file's column of each column of the first file."""
        number: int | None = None
        rest: list[int] = []
        for index, title in enumerate(source.header):
            is_number, push = read_line_title(title)
            if is_number:
                self._check_push(push)
                number = index
            elif not is_fault_title(title):
                rest.append(index)
        if number is None:
            raise ResumeFileError(
                "文件里没有“原行号”一列，不知道每一行改的是哪一条退回行",
                "the file has no column «original line»: it cannot be told which rejected row each row mends",
                next_zh="请在下载的带标注工作簿里改，并保留“原行号”一列；全新的行请按平常方式推送",
                next_en="mend the marked workbook as downloaded and keep its last columns; push new rows as usual",
            )
        return number, self._match(source, rest)

    def _check_push(self, push: str | None) -> None:
        own = str(self._held.push_id)[:SHORT]
        if push is not None and push != own:
            raise ResumeFileError(
                f"这是推送 {push}… 的工作簿，不是推送 {own}… 的",
                f"this is the workbook of push {push}…, not of push {own}…",
                next_zh="请核对推送号：用 --resume 指明这份工作簿所属的推送",
                next_en="check the push: name the one this workbook belongs to with --resume",
                facts={"workbook_of": push, "push": str(self._held.push_id)},
            )

    def _match(self, source: TableSource, rest: list[int]) -> dict[int, int]:
        wanted = [plain(name) for name in self.header]
        given = [plain(source.header[index]) for index in rest]
        if given[: len(wanted)] == wanted:
            return dict(zip(range(len(wanted)), rest, strict=False))
        places = {name: index for name, index in zip(given, rest, strict=True) if given.count(name) == 1}
        strangers = [source.header[index] for name, index in zip(given, rest, strict=True) if name not in wanted]
        missing = [
            self.header[index] for index in sorted(self._held.head.positions.values()) if wanted[index] not in places
        ]
        if missing or [name for name in strangers if name.strip()]:
            raise ResumeFileError(
                "工作簿的列与原文件不一致："
                + (f"缺少 {'、'.join(missing)}；" if missing else "")
                + (f"多出 {'、'.join(strangers)}" if strangers else ""),
                "the columns are not those of the first file: "
                + (f"missing {', '.join(missing)}; " if missing else "")
                + (f"unknown {', '.join(strangers)}" if strangers else ""),
                next_zh="请保留带标注工作簿的全部列名，只改单元格里的值",
                next_en="keep all column names of the marked workbook, change values of cells only",
                facts={"missing": missing, "unknown": strangers},
            )
        return {index: places[name] for index, name in enumerate(wanted) if name in places}

    def _rows(self, source: TableSource, place: tuple[int, dict[int, int]]) -> Iterator[pl.DataFrame]:
        number, columns = place
        width = len(self.header)
        for chunk in source.chunks():
            cells = [
                pl.col(position(columns[index])).alias(f"x{index}")
                if index in columns
                else pl.lit("").alias(f"x{index}")
                for index in range(width)
            ]
            yield chunk.select(
                *cells,
                pl.col(position(number)).str.strip_chars().alias("number"),
                pl.col(LINE).alias("here"),
                pl.col(FIELDS).alias(FIELDS),
            )

    def _pending(self, parts: list[pl.DataFrame]) -> tuple[pl.DataFrame, Returned]:
        """Sort the rows that came back by their line; refuse lines that cannot be told."""
        names = [f"x{index}" for index in range(len(self.header))]
        given = pl.concat(parts) if parts else _nothing(names)
        is_blank = pl.all_horizontal(pl.col(name).str.strip_chars() == "" for name in names)
        given = given.filter(~is_blank)
        given = given.with_columns(
            pl.col("number").str.replace(r"\.0+$", "").str.replace_all(",", "").cast(pl.Int64, strict=False).alias(LINE)
        )
        self._check_lines(given)
        pending = {line for line, by in self._states.items() if by is None}
        found = given[LINE].to_list()
        done = tuple(sorted(line for line in found if line not in pending))
        frame = given.filter(pl.col(LINE).is_in(sorted(pending))).sort(LINE)
        shaped = frame.select(*(pl.col(name).alias(position(index)) for index, name in enumerate(names)), LINE, FIELDS)
        left = tuple(sorted(pending - set(found)))
        return shaped, Returned(tuple(shaped[LINE].to_list()), left, done)

    def _check_lines(self, given: pl.DataFrame) -> None:
        nameless = given.filter(pl.col(LINE).is_null())["here"].to_list()
        if nameless:
            raise _lines(
                ("没有原行号", "have no original line"), nameless, "请补上原行号；新增的行请按平常方式另行推送",
                "give the original line back; push new rows as usual, in a file of their own",
            )  # fmt: skip
        numbers = given[LINE]
        strangers = sorted({line for line in numbers.to_list() if line not in self._states})
        if strangers:
            raise _lines(
                ("不在这次推送可改的退回行中", "are not rejected rows of this push"), strangers,
                "请不要改动原行号；退回行的原文到期清除后，请从原文件改好再推送",
                "do not change original lines; rows whose time is over are mended in the first file and pushed again",
            )  # fmt: skip
        twice = sorted(set(numbers.filter(numbers.is_duplicated()).to_list()))
        if twice:
            raise _lines(
                ("出现了不止一次", "are there more than once"), twice, "每个原行号只留一行",
                "keep one row for each original line",
            )  # fmt: skip


def _nothing(names: list[str]) -> pl.DataFrame:
    texts = dict.fromkeys([*names, "number"], pl.String())
    return pl.Schema({**texts, "here": pl.Int64(), FIELDS: pl.Int32()}).to_frame()


def _lines(what: tuple[str, str], lines: list[int], next_zh: str, next_en: str) -> ResumeLineError:
    shown_zh = "、".join(str(line) for line in lines[:LISTED]) + ("……" if len(lines) > LISTED else "")
    shown_en = ", ".join(str(line) for line in lines[:LISTED]) + (" …" if len(lines) > LISTED else "")
    return ResumeLineError(
        f"有 {len(lines)} 行{what[0]}：第 {shown_zh} 行。本次没有处理任何一行",
        f"{len(lines)} lines {what[1]}: {shown_en}; nothing was done",
        next_zh=next_zh,
        next_en=next_en,
        facts={"lines": lines[:LISTED], "total": len(lines)},
    )


def _open(path: Path, options: ReadOptions, limits: Limits | None) -> list[TableSource]:
    """Open the sheets of rejected rows; a CSV, or a workbook whose sheets were renamed, has one."""
    try:
        first = open_table(path, options, limits)
    except SheetError as error:
        listed = error.facts.get("sheets")
        sheets = [str(name) for name in listed if is_rows_sheet(str(name))] if isinstance(listed, list) else []
        if options.sheet is not None or not sheets:
            raise
    else:
        sheets = [name for name in first.facts().sheets if is_rows_sheet(name)]
        if options.sheet is not None or not sheets:
            return [first]
        first.close()
    opened: list[TableSource] = []
    try:
        opened.extend(open_table(path, replace(options, sheet=name), limits) for name in sheets)
    except BaseException:
        for source in opened:
            source.close()
        raise
    return opened
