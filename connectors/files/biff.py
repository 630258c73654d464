"""What an XLS says besides its values: extent, formula errors, and texts for the intake gate.

A small reader of the compound file ([MS-CFB]) and of the record stream in it ([MS-XLS]): it walks record
headers and looks into few of them. The values themselves come from the cell reader.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connectors.files.errors import DamagedFileError, FileLimitError
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
_ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_WORKBOOK_GLOBALS: Final = 5
_WINDOW: Final = 1 << 20
_OVERLAP: Final = 512


@dataclass(slots=True)
class _Sheet:
    rows: int = 0
    columns: int = 0
    faults: dict[tuple[int, int], str] = field(default_factory=dict)


def scan_sheets(path: Path, limits: Limits) -> dict[str, dict[tuple[int, int], str]]:
    """Return formula errors by sheet name and 0-based (row, column).

    Raises:
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
        book = _book_stream(path.read_bytes())
        names, sheets = _walk(book)
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
    return {name: sheets[offset].faults for name, offset in names.items() if offset in sheets}


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


def _walk(book: bytes) -> tuple[dict[str, int], dict[int, _Sheet]]:
    """Walk the records: sheet names with their offsets, and what each sheet holds."""
    names: dict[str, int] = {}
    sheets: dict[int, _Sheet] = {}
    current: _Sheet | None = None
    offset = 0
    while offset + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, offset)
        body = offset + 4
        if kind == _BOF:
            is_sheet = length >= 4 and struct.unpack_from("<H", book, body + 2)[0] != _WORKBOOK_GLOBALS  # noqa: PLR2004
            current = sheets.setdefault(offset, _Sheet()) if is_sheet else None
        elif kind == _EOF:
            current = None
        elif kind == _BOUNDSHEET:
            start = struct.unpack_from("<I", book, body)[0]
            names[_sheet_name(book[body + 6 : body + length])] = start
        elif current is not None and kind in _CELLS:
            _note_cell(current, kind, book, body)
        offset = body + length
    return names, sheets


def _sheet_name(data: bytes) -> str:
    count, flags = data[0], data[1]
    if flags & 1:
        return data[2 : 2 + 2 * count].decode("utf-16-le")
    return data[2 : 2 + count].decode("latin-1")


def _note_cell(sheet: _Sheet, kind: int, book: bytes, body: int) -> None:
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


def _damaged() -> DamagedFileError:
    return DamagedFileError(
        "XLS 工作簿已损坏或不完整",
        "the XLS workbook is damaged or incomplete",
        next_zh="用 Excel 打开并另存为 XLSX 后再推送",
        next_en="open it in Excel, save as XLSX and push again",
    )
