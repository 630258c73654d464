"""Workbooks: XLSX (ISO/IEC 29500), XLS (BIFF) and ODS (OpenDocument) through calamine, every cell as text.

Dates become ISO text, whole numbers lose their ``.0``; a number of 16 digits or more is written with the
15 digits a spreadsheet keeps (``4.10102199003071E+17``), so that nobody takes it for an identifier.
Formula errors stay visible as ``#DIV/0!``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, Self

import fastexcel
import polars as pl

from connectors.files.biff import XlsAnatomy
from connectors.files.errors import DamagedFileError, FileError, HeaderError, SheetError
from connectors.files.headings import joined
from connectors.files.layout import Layout, fill_body, fill_header, notes
from connectors.files.odf import OdsAnatomy
from connectors.files.ooxml import XlsxAnatomy
from connectors.files.rows import RowTally, clean_rows
from connectors.port import FIELDS, LINE, OutsideText, ReadNote, TableFacts, letter, position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from connectors.files.ooxml import SheetScan
    from connectors.port import Limits, ReadOptions

_PREVIEW_ROWS: Final = 20
_MIDNIGHT: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
_TIME_ONLY: Final = r"^(?:1899-12-3[01]|1900-01-00) ([0-9]{2}:[0-9]{2}:[0-9]{2})$"
_LONG_NUMBER: Final = r"^-?[0-9]{16,}$"
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"


class Anatomy(Protocol):
    """The raw side of a workbook, of whatever kind: what it says besides the values of its cells."""

    @property
    def kind(self) -> str:
        """Format as the report names it."""
        ...

    def hidden(self) -> frozenset[str]:
        """Return the names of the sheets that are not shown."""
        ...

    def scan(self, name: str) -> SheetScan:
        """Look at one sheet before a reader reserves memory for its extent; raise a ``FileError`` for a fault."""
        ...

    def outside(self, sheet: str) -> Iterator[OutsideText]:
        """Yield the texts that are no cells of a sheet, for the intake gate."""
        ...


def open_workbook(path: Path, options: ReadOptions, limits: Limits, kind: str) -> WorkbookTable:
    """Open one sheet of a workbook of ``kind`` xlsx, xls or ods; raises a ``FileError`` where that fails."""
    makers: Mapping[str, Callable[[Path, Limits], Anatomy]] = {
        "xlsx": XlsxAnatomy,
        "xls": XlsAnatomy,
        "ods": OdsAnatomy,
    }
    return WorkbookTable(path, options, limits, makers[kind](path, limits))


class WorkbookTable:
    """One sheet of one workbook, opened; see :class:`connectors.port.TableSource`."""

    def __init__(self, path: Path, options: ReadOptions, limits: Limits, anatomy: Anatomy) -> None:
        """Choose the sheet and read the header; raise a ``FileError`` where that fails."""
        self._path, self._options, self._limits, self._anatomy = path, options, limits, anatomy
        self._hidden = anatomy.hidden()
        self._scans: dict[str, dict[tuple[int, int], str]] = {}
        self._layouts: dict[str, Layout] = {}
        self._texts: list[tuple[str, str]] = []
        reader = self._open()
        self._names = tuple(reader.sheet_names)
        self._sheet, cells = self._choose(reader)
        self._cells = self._restore_faults(cells)
        self._open_header()
        layout = self._layouts.get(self._sheet, Layout())
        if options.fill_merged:
            self._cells = fill_body(self._cells, layout.merges, self._first, options.fill_merged)
        self._notes = (*self._sheet_notes(), *notes(layout, self._cells, self._first, options.fill_merged))
        present = {_index(name) for name in self._cells.columns}
        self._numbers = tuple(letter(index) for index in sorted(layout.number_columns & present))
        self._tally = RowTally(self._header, options.skip_footer)

    def _sheet_notes(self) -> Iterator[ReadNote]:
        """Say of the sheets that are hidden, and of those that are not read."""
        hidden = tuple(name for name in self._names if name in self._hidden)
        if hidden:
            zh, en = f"隐藏的工作表 {len(hidden)} 个", f"{len(hidden)} hidden sheets"
            is_read = self._sheet in hidden
            zh, en = (f"{zh}，读的就是其中一个", f"{en}, one of them was read") if is_read else (zh, f"{en} not read")
            yield ReadNote("hidden_sheets", zh if is_read else f"{zh}，未读", en, len(hidden), hidden)

    def _open(self) -> fastexcel.ExcelReader:
        try:
            return fastexcel.read_excel(str(self._path))
        except (fastexcel.FastExcelError, ValueError, OSError) as error:
            raise _unreadable() from error
        except BaseException as error:
            if type(error).__name__ == "PanicException":  # a fault inside the foreign reader is no fault of ours
                raise _unreadable() from error
            raise

    def _choose(self, reader: fastexcel.ExcelReader) -> tuple[str, pl.DataFrame]:
        """Return the sheet asked for, or the only one that holds anything."""
        wanted = self._options.sheet
        if isinstance(wanted, str) and wanted not in self._names and wanted.isdecimal():
            wanted = int(wanted)
        if isinstance(wanted, int):
            wanted = self._names[wanted - 1] if 0 < wanted <= len(self._names) else ""
        if wanted is not None:
            if wanted not in self._names:
                raise self._sheet_error("没有所指的工作表", "there is no such sheet", self._names)
            cells = self._load(reader, wanted)
            if cells.is_empty():
                raise self._sheet_error("所选工作表是空的", "the sheet chosen is empty", self._names)
            return wanted, cells
        filled = [(name, cells) for name in self._names if not (cells := self._load(reader, name)).is_empty()]
        shown = [(name, cells) for name, cells in filled if name not in self._hidden]
        filled = shown if len(shown) == 1 else filled
        if len(filled) != 1:
            names = tuple(name for name, _ in filled)
            if not names:
                raise self._sheet_error("所有工作表都是空的", "every sheet is empty", self._names)
            raise self._sheet_error("有多个工作表有内容，无法判断推送哪一个", "several sheets hold data", names)
        return filled[0]

    def _sheet_error(self, zh: str, en: str, names: tuple[str, ...]) -> SheetError:
        return SheetError(
            f"{zh}（现有：{'、'.join(names)}）",
            f"{en} (present: {', '.join(names)})",
            next_zh="用 --sheet 指明工作表名或序号",
            next_en="name the sheet, or its number, with --sheet",
            facts={"sheets": list(names)},
        )

    def _load(self, reader: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
        """Return the cells of a sheet as text from row 1 on, columns named by position in the sheet."""
        self._scan(name)
        try:
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.width == 0:
                return pl.DataFrame()
            columns = [column.absolute_index for column in sheet.available_columns()]
            frame = sheet.to_polars()
            frame.columns = [position(index) for index in columns]
            long = [index for index in columns if frame[position(index)].str.contains(_LONG_NUMBER).any()]
            for index in long:
                is_number = reader.load_sheet(
                    name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=[index]
                ).to_polars()
                frame = _round_long_numbers(frame, position(index), is_number.to_series().is_not_null())
        except fastexcel.FastExcelError as error:
            raise _unreadable() from error
        return _plain_cells(frame)

    def _scan(self, name: str) -> None:
        """Look at the raw sheet before a reader reserves memory for its extent."""
        scan = self._anatomy.scan(name)
        self._scans[name] = scan.faults
        self._layouts[name] = scan.layout
        self._texts += [(name, text) for text in scan.texts]

    def _restore_faults(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Put back the errors that the cell reader gives as blanks."""
        by_column: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self._scans.get(self._sheet, {}).items():
            by_column.setdefault(column, []).append((row, text))
        for column, faults in by_column.items():
            name = position(column)
            inside = [(row, text) for row, text in faults if row < cells.height]
            if name in cells.columns and inside:
                values = cells[name].scatter([row for row, _ in inside], [text for _, text in inside])
                cells = cells.with_columns(values)
        return cells

    def _open_header(self) -> None:
        options = self._options
        row = options.header_line - 1
        first = row if options.no_header else row + options.header_rows + options.skip_after_header
        if row >= self._cells.height:
            raise _no_header(options.header_line)
        names = self._header_names(row)
        if options.no_header:
            given = options.columns or tuple(letter(_index(name)) for name in self._cells.columns)
            names = [*given, *[""] * (len(names) - len(given))][: len(names)]
            first += options.skip_after_header
        if not any(name.strip() for name in names):
            raise _no_header(options.header_line)
        if any(char < " " and char not in "\t\r\n" for name in names for char in name):
            raise FileError(
                "表头文字无法识别：工作簿由旧程序生成，文字编码不规范",
                "the header cannot be read: an old program wrote the workbook with a broken text encoding",
                next_zh="用 Excel 打开并另存为 XLSX 后再推送",
                next_en="open it in Excel, save as XLSX and push again",
            )
        self._header = tuple(names)
        self._letters = tuple(letter(_index(name)) for name in self._cells.columns)
        self._first = first

    def _header_names(self, row: int) -> list[str]:
        """Return one name a column from the header lines, each merged cell standing over all its columns."""
        count = self._options.header_rows
        lines = [[value or "" for value in line] for line in self._cells.slice(row, count).iter_rows()]
        if count == 1:
            return lines[0]
        columns = [_index(name) for name in self._cells.columns]
        fill_header(lines, columns, row, self._layouts.get(self._sheet, Layout()).merges)
        return list(joined(lines))

    @property
    def header(self) -> tuple[str, ...]:
        """Names as the sheet says them."""
        return self._header

    @property
    def letters(self) -> tuple[str, ...]:
        """Spreadsheet letter of each column (the table may begin right of A)."""
        return self._letters

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read the rows after the header."""
        data = self._cells.slice(self._first)
        data.columns = [position(index) for index in range(data.width)]
        step = self._limits.sheet_chunk_rows
        for start in range(0, data.height, step):
            rows = data.slice(start, step)
            line = self._first + start + 1
            frame = rows.with_columns(
                pl.int_range(line, line + rows.height, eager=True).alias(LINE),
                pl.lit(None, dtype=pl.Int32).alias(FIELDS),
            )
            kept = self._tally.take(clean_rows(frame, self._tally, self._limits))
            if kept.height:
                yield kept
        self._tally.finish()

    def facts(self) -> TableFacts:
        """Return the counts so far."""
        return TableFacts(
            format=self._anatomy.kind,
            sheet=self._sheet,
            sheets=self._names,
            header_line=self._options.header_line,
            skipped_rows=self._options.header_line - 1 + self._options.skip_after_header,
            bytes_read=self._path.stat().st_size,
            notes=(*self._notes, *self._tally.notes()),
            number_columns=self._numbers,
            **self._tally.counts(),
        )

    def outside(self) -> Iterator[OutsideText]:
        """Sheet names, rows above the header, header, footer, properties, comments, other sheets."""
        for name in self._names:
            yield OutsideText("工作表名", "a sheet name", name)
        for number, row in enumerate(self._cells.head(self._options.header_line - 1).iter_rows(), start=1):
            text = " ".join(value for value in row if value)
            yield OutsideText(f"表头之前第 {number} 行", f"row {number}, above the header", text, number)
        yield OutsideText("表头", "the header", " ".join(self._header), self._options.header_line)
        for name, text in self._texts:
            yield OutsideText(f"工作表“{name}”的页眉页脚", f"header or footer of sheet “{name}”", text)
        yield from self._anatomy.outside(self._sheet)

    def footer(self) -> Iterator[OutsideText]:
        """Rows left out at the end."""
        return self._tally.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """First rows of the sheet."""
        return tuple(tuple(value or "" for value in row) for row in self._cells.head(_PREVIEW_ROWS).iter_rows())

    def close(self) -> None:
        """Nothing stays open: the sheet is in memory."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _index(name: str) -> int:
    return int(name.removeprefix("c"))


def _round_long_numbers(frame: pl.DataFrame, name: str, is_number: pl.Series) -> pl.DataFrame:
    """Write numbers beyond 15 digits as a spreadsheet shows them; texts of digits stay as they are."""
    values = frame[name]
    rows = (is_number & values.str.contains(_LONG_NUMBER)).arg_true()
    shown = [f"{float(value):.14E}" for value in values.gather(rows).to_list()]
    return frame.with_columns(values.scatter(rows, shown))


def _plain_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Give dates without a time as dates, times without a date as times, and null as blank."""
    changed = []
    for name in frame.columns:
        column = pl.col(name)
        if frame[name].str.ends_with(" 00:00:00").any():
            column = column.str.replace(_MIDNIGHT, "${1}")
        if frame[name].str.starts_with("1899-12-3").any():
            column = column.str.replace(_TIME_ONLY, "${1}")
        changed.append(column.fill_null(""))
    return frame.with_columns(changed)


def _unreadable() -> DamagedFileError:
    return DamagedFileError(
        "工作簿已损坏或不完整，无法打开",
        "the workbook is damaged or incomplete and cannot be opened",
        next_zh="用 Excel 打开并另存为 XLSX 后再推送",
        next_en="open it in Excel, save as XLSX and push again",
    )


def _no_header(line: int) -> HeaderError:
    return HeaderError(
        f"第 {line} 行没有表头",
        f"there is no header in row {line}",
        next_zh="用 --header-row 指明表头所在行；没有表头时用 --no-header",
        next_en="name the header row with --header-row, or use --no-header",
        facts={"line": line},
    )
