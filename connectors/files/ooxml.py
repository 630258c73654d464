"""What an XLSX says besides the values of its cells: texts for the intake gate, and cells without a value.

Reads the raw parts (ISO/IEC 29500-1): properties, headers and footers, comments, shapes, the shared
strings of every sheet; formula errors and formulas that were never calculated, which a cell reader
turns into blanks; and how far the cells of each sheet reach, before a reader reserves memory for them.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.files.archive import Archive
from connectors.files.errors import DamagedFileError, FileLimitError
from connectors.files.layout import MOST_MERGES, Layout, Merge, format_code
from connectors.port import OutsideText, letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from connectors.port import Limits

_TAG: Final = re.compile(r"<[^>]*>")
_REFERENCE: Final = r"""\br\s*=\s*["'][A-Z]*[0-9]+"""
_CELL: Final = re.compile(rb"<c\b([^>]*)>(.*?)</c>", re.DOTALL)
_CELL_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']([A-Z]+)([0-9]+)["']""")
_ERROR_TYPE: Final = re.compile(rb"""\bt\s*=\s*["']e["']""")
_NO_VALUE: Final = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*$|<f[^>]*/>\s*(?:<v\s*/>|<v>\s*</v>)?\s*$")
_VALUE: Final = re.compile(rb"<v[^>]*>([^<]*)</v>")
_HEADER_FOOTER: Final = re.compile(rb"<(?:\w+:)?headerFooter\b.*?</(?:\w+:)?headerFooter>", re.DOTALL)
_INLINE: Final = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</(?:\w+:)?t>")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_MAX_FAULTS: Final = 100_000
_MERGE: Final = re.compile(rb"""<mergeCell\b[^>]*\bref\s*=\s*["']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)["']""")
_HIDDEN: Final = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_ROW: Final = re.compile(rb"<row\b[^>]*>")
_ROW_NUMBER: Final = re.compile(rb"""\br\s*=\s*["']([0-9]+)["']""")
_COLUMNS: Final = re.compile(rb"<col\b[^>]*>")
_FROM_TO: Final = re.compile(rb"""\b(min|max)\s*=\s*["']([0-9]+)["']""")
_FILLED_CELL: Final = r"<c\s[^>]*[^/>]>"
_CELL_LETTERS: Final = r"""\sr\s*=\s*["']([A-Z]+)"""
_CELL_STYLE: Final = r"""\ss\s*=\s*["']([0-9]+)["']"""
_TYPED_CELL: Final = r"""\st\s*=\s*["'](?:s|str|inlineStr|b|e|d)["']"""
_FORMAT: Final = re.compile(r"<(?:\w+:)?numFmt\b[^>]*>")
_CELL_STYLES: Final = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE: Final = re.compile(r"<(?:\w+:)?xf\b[^>]*>")
_UNCALCULATED: Final = "#FORMULA!"

_TEXT_PARTS: Final = (
    ("docProps/", "文件属性", "the file properties"),
    ("xl/comments", "批注", "a comment"),
    ("xl/threadedComments", "批注", "a comment"),
    ("xl/drawings/", "图形文字", "text of a shape"),
    ("xl/charts/", "图表文字", "text of a chart"),
    ("xl/workbook.xml", "工作表名与名称", "sheet names and defined names"),
    ("customXml/", "自定义属性", "custom properties"),
)


@dataclass(slots=True)
class SheetScan:
    """What the raw part of one sheet tells: extent, cells without a usable value, header and footer."""

    last_row: int = 0
    last_column: int = 0
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    layout: Layout = field(default_factory=Layout)


class XlsxAnatomy:
    """The raw parts of an XLSX; see :class:`connectors.files.excel.Anatomy`."""

    kind = "xlsx"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Read the directory, the sheets' names and the number formats."""
        self._archive, self._limits = Archive(path, limits), limits
        self._parts = sheet_parts(self._archive)
        self._formats = styles(self._archive)

    def hidden(self) -> frozenset[str]:
        """Return the names of the sheets that are not shown."""
        return hidden_sheets(self._archive)

    def scan(self, name: str) -> SheetScan:
        """Return what a sheet tells; raises as :func:`scan_sheet` does."""
        if name not in self._parts:
            return SheetScan()
        return scan_sheet(self._archive, self._parts[name], self._limits, texts=False, formats=self._formats)

    def outside(self, sheet: str) -> Iterator[OutsideText]:
        """Yield the texts that are no cells of ``sheet``."""
        return outside_texts(self._archive, self._parts, sheet, self._limits)


def hidden_sheets(archive: Archive) -> frozenset[str]:
    """Return the names of the sheets that the workbook does not show."""
    workbook = archive.read("xl/workbook.xml").decode("utf-8", errors="replace")
    found = [dict(_ATTRIBUTE.findall(tag)) for tag in _SHEET.findall(workbook)]
    return frozenset(html.unescape(one.get("name", "")) for one in found if one.get("state", "visible") != "visible")


def styles(archive: Archive) -> tuple[str, ...]:
    """Return the number format of each cell style; empty where it is general."""
    if "xl/styles.xml" not in archive.names:
        return ()
    text = archive.read("xl/styles.xml").decode("utf-8", errors="replace")
    own: dict[int, str] = {}
    for tag in _FORMAT.findall(text):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if attributes.get("numFmtId", "").isdecimal():
            own[int(attributes["numFmtId"])] = html.unescape(attributes.get("formatCode", ""))
    section = _CELL_STYLES.search(text)
    tags = _STYLE.findall(section[0]) if section is not None else []
    numbers = [dict(_ATTRIBUTE.findall(tag)).get("numFmtId", "0") for tag in tags]
    return tuple(format_code(int(number), own) if number.isdecimal() else "" for number in numbers)


def sheet_parts(archive: Archive) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name."""
    workbook = archive.read("xl/workbook.xml").decode("utf-8", errors="replace")
    relations_part = "xl/_rels/workbook.xml.rels"
    relations = (
        archive.read(relations_part).decode("utf-8", errors="replace") if relations_part in archive.names else ""
    )
    targets: dict[str, str] = {}
    for tag in _RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(tag))
        target = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = (
            target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        )
    found: dict[str, str] = {}
    for tag in _SHEET.findall(workbook):
        attributes = dict(_ATTRIBUTE.findall(tag))
        identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        part = targets.get(identifier, "")
        if part in archive.names:
            found[html.unescape(attributes.get("name", ""))] = part
    return found


def scan_sheet(
    archive: Archive, part: str, limits: Limits, *, texts: bool, formats: Sequence[str] | None = None
) -> SheetScan:
    """Walk the raw part of a sheet once; ``texts`` also collects its inline strings, ``formats`` asks for the layout.

    Raises:
        FileLimitError: the cells reach too far.
        DamagedFileError: the part is not XML in an ASCII-compatible encoding.
    """
    scan = SheetScan()
    for window in windows(archive, part, b"</row>"):
        if b"\x00" in window:
            raise DamagedFileError(
                "工作表的内部编码无法识别",
                "the inner encoding of the sheet is unknown",
                next_zh="用 Excel 打开并另存为 XLSX 后再推送",
                next_en="open it in Excel, save as XLSX and push again",
                facts={"part": part},
            )
        _extent(window, scan)
        refuse_far(scan, limits)
        if b"<f" in window or _ERROR_TYPE.search(window):
            _cells_without_value(window, scan)
        if formats is not None:
            _note_layout(window, scan.layout, formats)
        scan.texts += [_plain(found) for found in _HEADER_FOOTER.findall(window)]
        if texts and b"inlineStr" in window:
            scan.texts.append("\n".join(_plain(found) for found in _INLINE.findall(window)))
    return scan


def _extent(window: bytes, scan: SheetScan) -> None:
    """Widen the extent by the cell and row references of a window."""
    text = window.decode("utf-8", errors="replace")
    references = pl.Series([text]).str.extract_all(_REFERENCE).explode().str.strip_chars_start("r =\t\r\n\"'")
    if references.null_count() == references.len():
        return
    rows = references.str.strip_chars_start("ABCDEFGHIJKLMNOPQRSTUVWXYZ").cast(pl.Int64, strict=False).max()
    scan.last_row = max(scan.last_row, rows if isinstance(rows, int) else 0)
    for letters in references.str.strip_chars_end("0123456789").unique().drop_nulls().to_list():
        scan.last_column = max(scan.last_column, _column_number(letters))


def _note_layout(window: bytes, layout: Layout, formats: Sequence[str]) -> None:
    """Note merged and hidden cells, formulas, and how numbers are shown."""
    layout.formulas += window.count(b"<f>") + window.count(b"<f ")
    if b"hidden" in window:
        for tag in filter(_HIDDEN.search, _ROW.findall(window)):
            number = _ROW_NUMBER.search(tag)
            layout.hidden_rows += [int(number[1]) - 1] if number is not None else []
        for tag in filter(_HIDDEN.search, _COLUMNS.findall(window)):
            ends = {name: int(value) for name, value in _FROM_TO.findall(tag)}
            layout.hidden_columns.append((ends.get(b"min", 1) - 1, ends.get(b"max", 1) - 1))
    if b"<mergeCell " in window:
        for left, top, right, bottom in _MERGE.findall(window)[: MOST_MERGES - len(layout.merges)]:
            columns = _column_number(left.decode()) - 1, _column_number(right.decode()) - 1
            layout.merges.append(Merge(int(top) - 1, int(bottom) - 1, *columns))
    tags = pl.Series([window.decode("utf-8", errors="replace")]).str.extract_all(_FILLED_CELL).explode().drop_nulls()
    kinds = pl.DataFrame(
        {
            "column": tags.str.extract(_CELL_LETTERS),
            "style": tags.str.extract(_CELL_STYLE).cast(pl.Int32, strict=False).fill_null(0),
            "typed": tags.str.contains(_TYPED_CELL),
        }
    )
    for letters, style in kinds.filter(~pl.col("typed")).drop_nulls().unique().select("column", "style").iter_rows():
        code = formats[style] if style < len(formats) else ""
        layout.note_number(_column_number(letters) - 1, code)


def _column_number(letters: str) -> int:
    """Return the 1-based number of a column from its letters; 0 for none."""
    number = 0
    for char in letters:
        number = number * 26 + ord(char) - ord("A") + 1
    return number


def refuse_far(scan: SheetScan, limits: Limits) -> None:
    """Refuse a sheet whose cells reach farther than the limits (``FileLimitError``)."""
    if scan.last_column > limits.columns:
        raise FileLimitError(
            f"工作表用到了 {letter(scan.last_column - 1)} 列（第 {scan.last_column} 列），上限是 {limits.columns} 列",
            f"the sheet reaches column {letter(scan.last_column - 1)} ({scan.last_column}), "
            f"the limit is {limits.columns}",
            next_zh="删除数据区以外的单元格后另存",
            next_en="delete the cells outside the data and save",
            facts={"columns": scan.last_column, "limit": limits.columns},
        )
    if scan.last_column * scan.last_row > limits.sheet_cells:
        raise FileLimitError(
            f"工作表范围为 {scan.last_row} 行 × {scan.last_column} 列，超过上限 {limits.sheet_cells} 个单元格",
            f"the sheet spans {scan.last_row} rows × {scan.last_column} columns, over the limit of "
            f"{limits.sheet_cells} cells",
            next_zh="删除数据区以外的单元格，或导出为 CSV 再推送",
            next_en="delete the cells outside the data, or export as CSV",
            facts={"rows": scan.last_row, "columns": scan.last_column, "limit": limits.sheet_cells},
        )


def _cells_without_value(window: bytes, scan: SheetScan) -> None:
    """Note cells that hold an error or a formula nobody calculated: readers give blanks for them."""
    for attributes, content in _CELL.findall(window):
        is_error = _ERROR_TYPE.search(attributes) is not None
        if not is_error and not (b"<f" in content and _NO_VALUE.search(content)):
            continue
        reference = _CELL_REFERENCE.search(attributes)
        if reference is None or len(scan.faults) >= _MAX_FAULTS:
            raise FileLimitError(
                "工作表中公式错误过多或位置不明",
                "the sheet has too many formula errors, or errors without a place",
                next_zh="修正公式，或把公式粘贴为数值后再推送",
                next_en="mend the formulas, or paste them as values, and push again",
                facts={"limit": _MAX_FAULTS},
            )
        value = _VALUE.search(content)
        text = value[1].decode("utf-8", errors="replace") if is_error and value is not None else _UNCALCULATED
        row, column = int(reference[2]), _column_number(reference[1].decode())
        scan.faults[row - 1, column - 1] = html.unescape(text)


def outside_texts(archive: Archive, parts: dict[str, str], sheet: str, limits: Limits) -> Iterator[OutsideText]:
    """Yield the texts of a workbook that are no cells of ``sheet``, in windows of bounded size."""
    for name in archive.names:
        for prefix, zh, en in _TEXT_PARTS:
            if name.startswith(prefix) and name.endswith(".xml"):
                for window in windows(archive, name, b">"):
                    yield OutsideText(zh, en, _plain(window))
    if "xl/sharedStrings.xml" in archive.names:
        for window in windows(archive, "xl/sharedStrings.xml", b"</si>"):
            text = _plain(window.replace(b"</si>", b"\n"))
            yield OutsideText("工作簿内的文字", "text inside the workbook", text, may_hold_items=True)
    for name, part in parts.items():
        if name != sheet:
            for text in scan_sheet(archive, part, limits, texts=True).texts:
                yield OutsideText(f"工作表“{name}”", f"sheet “{name}”", text, may_hold_items=True)


def _plain(xml: bytes) -> str:
    """Return the text of an XML fragment; runs of one string join without a gap."""
    return html.unescape(_TAG.sub("", xml.decode("utf-8", errors="replace")))


def windows(archive: Archive, part: str, boundary: bytes) -> Iterator[bytes]:
    """Yield a part in windows that end behind ``boundary`` (or after four pieces without one)."""
    rest = b""
    for piece in archive.pieces(part):
        data = rest + piece
        cut = data.rfind(boundary)
        if cut < 0 and len(data) < 4 << 20:
            rest = data
            continue
        end = len(data) if cut < 0 else cut + len(boundary)
        yield data[:end]
        rest = data[end:]
    if rest:
        yield rest
