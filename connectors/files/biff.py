"""What an XLS says besides its values: extent, formula errors, and texts for the intake gate.

A small reader of the compound file ([MS-CFB]) and of the record stream in it ([MS-XLS]): it walks record
headers and looks into few of them. The values themselves come from the cell reader.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connectors.files.errors import DamagedFileError, FileLimitError, UnsupportedFileError
from connectors.files.layout import MOST_MERGES, Layout, Merge, format_code
from connectors.files.ooxml import SheetScan
from connectors.port import OutsideText

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.port import Limits

_FREE: Final = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""
_HEADER_FAT: Final = 109
_BOF, _EOF, _BOUNDSHEET, _FORMULA, _BOOLERR = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205
_CELLS: Final = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00BD, 0x00BE, 0x00D6})
_FILEPASS, _MERGED, _ROW, _COLUMNS, _FORMAT, _STYLE = 0x002F, 0x00E5, 0x0208, 0x007D, 0x041E, 0x00E0
_NUMBER, _RK, _MANY_RK = 0x0203, 0x027E, 0x00BD
_ROW_HIDDEN: Final = 0x20
_ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_WORKBOOK_GLOBALS: Final = 5
_WINDOW: Final = 1 << 20
_OVERLAP: Final = 512


@dataclass(slots=True)
class Sheet:
    """One sheet: how far its cells reach, formula errors, layout."""

    rows: int = 0
    columns: int = 0
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    """Formula errors by 0-based (row, column)."""
    layout: Layout = field(default_factory=Layout)
    styles: set[tuple[int, int]] = field(default_factory=set)
    """Columns and cell styles of the numbers."""


@dataclass(slots=True)
class _Book:
    """What the records before the sheets say: names, hidden sheets, number formats of the cell styles."""

    offsets: dict[str, int] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)


def scan_sheets(path: Path, limits: Limits) -> dict[str, Sheet]:
    """Return what each sheet tells besides its values, by name.

    Raises:
        UnsupportedFileError: the workbook has a password.
        DamagedFileError: the container or the record stream is broken.
        FileLimitError: the file is too large or its cells reach too far.
    """
    if path.stat().st_size > limits.workbook_bytes:
        raise FileLimitError(
            f"工作簿超过 {limits.workbook_bytes >> 20} MiB",
            f"the workbook is larger than {limits.workbook_bytes >> 20} MiB",
            next_zh="大表请导出为 CSV 再推送",
            next_en="export a large table as CSV and push that",
            facts={"limit": limits.workbook_bytes},
        )
    try:
        names, sheets = _walk(_book_stream(path.read_bytes()))
    except (struct.error, IndexError, ValueError, UnicodeDecodeError) as error:
        raise _damaged() from error
    for sheet in sheets.values():
        if sheet.rows * sheet.columns > limits.sheet_cells:
            raise FileLimitError(
                f"工作表范围为 {sheet.rows} 行 × {sheet.columns} 列，超过上限 {limits.sheet_cells} 个单元格",
                f"a sheet spans {sheet.rows} rows × {sheet.columns} columns, over the limit of {limits.sheet_cells}",
                next_zh="删除数据区以外的单元格，或导出为 CSV 再推送",
                next_en="delete the cells outside the data, or export as CSV",
                facts={"rows": sheet.rows, "columns": sheet.columns, "limit": limits.sheet_cells},
            )
    return {name: sheets[offset] for name, offset in names.items() if offset in sheets}


class XlsAnatomy:
    """The record stream of an XLS; see :class:`connectors.files.excel.Anatomy`."""

    kind = "xls"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Walk the records once; raises as :func:`scan_sheets` does."""
        self._path = path
        self._sheets = scan_sheets(path, limits)

    def hidden(self) -> frozenset[str]:
        """Return the names of the sheets that are not shown."""
        return frozenset(name for name, sheet in self._sheets.items() if sheet.layout.is_hidden)

    def scan(self, name: str) -> SheetScan:
        """Return what a sheet tells."""
        found = self._sheets.get(name) or Sheet()
        return SheetScan(found.rows, found.columns, found.faults, layout=found.layout)

    def outside(self, sheet: str) -> Iterator[OutsideText]:  # noqa: ARG002 - the texts of all sheets come together
        """Yield the texts of the whole file."""
        return outside_texts(self._path)


class _Compound:
    """The sectors of a compound file and the table that chains them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._sector = 1 << struct.unpack_from("<H", data, 30)[0]
        self._per_sector = self._sector // 4
        self.fat: list[int] = []
        for number in self._fat_sectors():
            if number < _FREE:
                self.fat += struct.unpack(f"<{self._per_sector}I", self._at(number))

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        if start >= len(self._data):
            raise IndexError
        return self._data[start : start + self._sector].ljust(self._sector, b"\0")

    def _fat_sectors(self) -> list[int]:
        """Return the sectors that hold the table: those of the header, then those of the chained lists."""
        count = struct.unpack_from("<I", self._data, 44)[0]
        found = list(struct.unpack_from(f"<{_HEADER_FAT}I", self._data, 76))
        following = struct.unpack_from("<I", self._data, 68)[0]
        lists = 0
        while following < _FREE and lists <= len(self._data) // self._sector:
            entries = struct.unpack(f"<{self._per_sector}I", self._at(following))
            found += entries[:-1]
            following = entries[-1]
            lists += 1
        return found[: max(count, 1)]

    def chain(self, start: int) -> bytes:
        """Return the bytes of a chain of sectors; a chain that never ends is refused."""
        parts: list[bytes] = []
        while start < _FREE:
            parts.append(self._at(start))
            start = self.fat[start]
            if len(parts) > len(self.fat):
                raise ValueError
        return b"".join(parts)


def _book_stream(data: bytes) -> bytes:
    """Return the stream ``Workbook`` (or ``Book``) of a compound file."""
    compound = _Compound(data)
    cutoff, mini_start = struct.unpack_from("<II", data, 56)
    entries = compound.chain(struct.unpack_from("<I", data, 48)[0])
    root_start = struct.unpack_from("<I", entries, 116)[0]
    for offset in range(0, len(entries), 128):
        length = struct.unpack_from("<H", entries, offset + 64)[0]
        name = entries[offset : offset + max(length - 2, 0)].decode("utf-16-le")
        if name in {"Workbook", "Book"}:
            start, size = struct.unpack_from("<II", entries, offset + 116)
            if size >= cutoff:
                return compound.chain(start)[:size]
            return _mini_stream(compound.chain(root_start), compound.chain(mini_start), start, size)
    raise ValueError


def _mini_stream(root: bytes, table: bytes, start: int, size: int) -> bytes:
    """Return a stream of less than the cutoff, kept in 64-byte sectors inside the root stream."""
    fat = struct.unpack(f"<{len(table) // 4}I", table)
    parts: list[bytes] = []
    while start < _FREE:
        parts.append(root[start * 64 : start * 64 + 64])
        start = fat[start]
        if len(parts) > len(fat):
            raise ValueError
    return b"".join(parts)[:size]


def _walk(stream: bytes) -> tuple[dict[str, int], dict[int, Sheet]]:
    """Walk the records: sheet names with their offsets, and what each sheet holds."""
    book = _Book()
    sheets: dict[int, Sheet] = {}
    current: Sheet | None = None
    offset = 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        body = offset + 4
        if kind == _BOF:
            is_sheet = length >= 4 and struct.unpack_from("<H", stream, body + 2)[0] != _WORKBOOK_GLOBALS  # noqa: PLR2004
            current = sheets.setdefault(offset, Sheet()) if is_sheet else None
        elif kind == _EOF:
            current = None
        elif current is None:
            _note_global(book, kind, stream[body : body + length])
        elif kind in _CELLS:
            _note_cell(current, kind, stream, body)
            _note_number(current, kind, stream[body : body + length])
        else:
            _note_layout(current.layout, kind, stream[body : body + length])
        offset = body + length
    _settle(book, sheets)
    return book.offsets, sheets


def _settle(book: _Book, sheets: dict[int, Sheet]) -> None:
    """Give each sheet what the workbook says of it."""
    for name, start in book.offsets.items():
        if start in sheets:
            sheets[start].layout.is_hidden = name in book.hidden
    for sheet in sheets.values():
        for column, style in sheet.styles:
            number = book.styles[style] if style < len(book.styles) else 0
            sheet.layout.note_number(column, format_code(number, book.formats))


def _note_global(book: _Book, kind: int, data: bytes) -> None:
    """Note a record of the workbook ([MS-XLS] 2.4.28, 2.4.126, 2.4.353)."""
    if kind == _FILEPASS:
        raise _locked()
    if kind == _BOUNDSHEET:
        name = _sheet_name(data[6:])
        book.offsets[name] = struct.unpack_from("<I", data)[0]
        if data[4] & 3:
            book.hidden.add(name)
    elif kind == _FORMAT and len(data) > 5:  # noqa: PLR2004 - identifier, length, flags, text
        code = data[5:].decode("utf-16-le" if data[4] & 1 else "latin-1", errors="replace")
        book.formats[struct.unpack_from("<H", data)[0]] = code
    elif kind == _STYLE:
        book.styles.append(struct.unpack_from("<H", data, 2)[0])


def _note_number(sheet: Sheet, kind: int, data: bytes) -> None:
    """Note column and style of the numbers of a cell record ([MS-XLS] 2.4.180, 2.4.220, 2.4.175)."""
    if kind in {_NUMBER, _RK} or (kind == _FORMULA and data[12:14] != b"\xff\xff"):
        sheet.styles.add(struct.unpack_from("<HH", data, 2))
    elif kind == _MANY_RK:
        first = struct.unpack_from("<H", data, 2)[0]
        for number in range((len(data) - 6) // 6):
            sheet.styles.add((first + number, struct.unpack_from("<H", data, 4 + 6 * number)[0]))
    sheet.layout.formulas += kind == _FORMULA


def _note_layout(layout: Layout, kind: int, data: bytes) -> None:
    """Note merged and hidden cells ([MS-XLS] 2.4.168, 2.4.221, 2.4.53)."""
    if kind == _MERGED:
        for number in range(min(struct.unpack_from("<H", data)[0], MOST_MERGES - len(layout.merges))):
            layout.merges.append(Merge(*struct.unpack_from("<4H", data, 2 + 8 * number)))
    elif kind == _ROW and struct.unpack_from("<H", data, 12)[0] & _ROW_HIDDEN:
        layout.hidden_rows.append(struct.unpack_from("<H", data)[0])
    elif kind == _COLUMNS and struct.unpack_from("<H", data, 8)[0] & 1:
        layout.hidden_columns.append(struct.unpack_from("<HH", data))


def _sheet_name(data: bytes) -> str:
    count, flags = data[0], data[1]
    if flags & 1:
        return data[2 : 2 + 2 * count].decode("utf-16-le")
    return data[2 : 2 + count].decode("latin-1")


def _note_cell(sheet: Sheet, kind: int, book: bytes, body: int) -> None:
    """Widen the extent of a sheet by one cell record and note a formula error in it."""
    row, column = struct.unpack_from("<HH", book, body)
    sheet.rows, sheet.columns = max(sheet.rows, row + 1), max(sheet.columns, column + 1)
    if kind == _BOOLERR and book[body + 7] == 1:
        sheet.faults[row, column] = _ERRORS.get(book[body + 6], "#ERROR!")
    elif kind == _FORMULA and book[body + 12 : body + 14] == b"\xff\xff" and book[body + 6] == 2:  # noqa: PLR2004 - [MS-XLS] 2.5.133
        sheet.faults[row, column] = _ERRORS.get(book[body + 8], "#ERROR!")


def outside_texts(path: Path) -> Iterator[OutsideText]:
    """Yield the file's bytes read as the encodings texts of an XLS may have, in windows of bounded size.

    Finds marks in properties, headers and footers, comments and other sheets without knowing each record;
    most of what is yielded is noise, so it serves the search for secrecy marks only.
    """
    with path.open("rb") as file:
        rest = b""
        while piece := file.read(_WINDOW):
            window = rest + piece
            for text in (
                window.decode("utf-16-le", errors="ignore"),
                window[1:].decode("utf-16-le", errors="ignore"),
                window.decode("gb18030", errors="ignore"),
                window.decode("utf-8", errors="ignore"),
            ):
                yield OutsideText("工作簿内的文字", "text inside the workbook", text, may_hold_items=True)
            rest = window[-_OVERLAP:]


def _locked() -> UnsupportedFileError:
    return UnsupportedFileError(
        "XLS 工作簿设有打开密码，内容是加密的",
        "the XLS workbook has a password: its content is encrypted",
        next_zh="去掉打开密码、另存后再推送",
        next_en="remove the password, save and push again",
    )


def _damaged() -> DamagedFileError:
    return DamagedFileError(
        "XLS 工作簿已损坏或不完整",
        "the XLS workbook is damaged or incomplete",
        next_zh="用 Excel 打开并另存为 XLSX 后再推送",
        next_en="open it in Excel, save as XLSX and push again",
    )
