"""What an ODS says besides the values of its cells (OASIS OpenDocument 1.3 part 3): the same as of other workbooks.

Extent, formula errors, merged and hidden cells, number columns, and texts for the intake gate, read from the raw
part before a reader reserves memory for the sheet. A password is refused by name.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connectors.files.archive import Archive
from connectors.files.errors import DamagedFileError, UnsupportedFileError
from connectors.files.layout import MOST_MERGES, Layout, Merge
from connectors.files.ooxml import SheetScan, refuse_far, windows
from connectors.port import OutsideText

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.port import Limits

_CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_TAG: Final = re.compile(
    r"<table:(?P<name>table-row|table-cell|covered-table-cell|table-column|table)(?![\w-])(?P<attributes>[^>]*?)(?P<empty>/?)>"
    r"|<text:p>(?P<text>[^<]*)|</table:(?P<end>table|table-row)>"
)
_ATTRIBUTE: Final = re.compile(r'([\w:-]+)="([^"]*)"')
_HIDDEN_STYLE: Final = re.compile(
    r'<style:style style:name="([^"]*)" style:family="table"(?:(?!</style:style>).)*table:display="false"', re.DOTALL
)
_MARKUP: Final = re.compile(r"<[^>]*>")
_MOST_REPEATS: Final = 1 << 20
_OTHER_PARTS: Final = (
    ("meta.xml", "文件属性", "the file properties"),
    ("styles.xml", "页眉页脚", "headers and footers"),
    ("settings.xml", "文件设置", "the settings"),
)


@dataclass(slots=True)
class _Walk:
    """Where the walk through the tables is; rows and columns 0-based."""

    sheets: dict[str, SheetScan] = field(default_factory=dict)
    hidden_styles: frozenset[str] = frozenset()
    sheet: SheetScan | None = None
    row: int = 0
    row_repeats: int = 1
    column: int = 0
    defined: int = 0
    error: tuple[int, int] | None = None


class OdsAnatomy:
    """The raw parts of an ODS; see :class:`connectors.files.excel.Anatomy`."""

    kind = "ods"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Walk the content once.

        Raises:
            UnsupportedFileError: the workbook has a password.
            FileLimitError: its cells reach too far.
            DamagedFileError: a part is missing.
        """
        self._archive, self._limits = Archive(path, limits), limits
        if _CONTENT not in self._archive.names:
            raise _damaged()
        if _MANIFEST in self._archive.names and b"encryption-data" in self._archive.read(_MANIFEST):
            raise UnsupportedFileError(
                "ODS 工作簿设有打开密码，内容是加密的",
                "the ODS workbook has a password: its content is encrypted",
                next_zh="去掉打开密码、另存后再推送",
                next_en="remove the password, save and push again",
            )
        self._walk = _Walk()
        for window in windows(self._archive, _CONTENT, b"</table:table-row>"):
            _scan(window.decode("utf-8", errors="replace"), self._walk, limits)

    def hidden(self) -> frozenset[str]:
        """Return the names of the sheets that are not shown."""
        return frozenset(name for name, sheet in self._walk.sheets.items() if sheet.layout.is_hidden)

    def scan(self, name: str) -> SheetScan:
        """Return what a sheet tells."""
        return self._walk.sheets.get(name) or SheetScan()

    def outside(self, sheet: str) -> Iterator[OutsideText]:  # noqa: ARG002 - the texts of all sheets come together
        """Yield the texts of the workbook, and of its properties, headers and footers."""
        for window in windows(self._archive, _CONTENT, b"</table:table-row>"):
            yield OutsideText("工作簿内的文字", "text inside the workbook", _plain(window), may_hold_items=True)
        for part, zh, en in _OTHER_PARTS:
            if part in self._archive.names:
                for window in windows(self._archive, part, b">"):
                    yield OutsideText(zh, en, _plain(window))


def _scan(text: str, walk: _Walk, limits: Limits) -> None:
    """Take one window into the walk."""
    if not walk.sheets:
        walk.hidden_styles |= frozenset(_HIDDEN_STYLE.findall(text))
    for found in _TAG.finditer(text):
        name, end = found["name"], found["end"]
        if found["text"] is not None:
            _note_error(walk, found["text"])
        elif end == "table":
            walk.sheet = None
        elif end == "table-row":
            walk.row += walk.row_repeats
        elif name == "table":
            attributes = dict(_ATTRIBUTE.findall(found["attributes"]))
            walk.sheet = walk.sheets.setdefault(html.unescape(attributes.get("table:name", "")), SheetScan())
            walk.sheet.layout.is_hidden = attributes.get("table:style-name", "") in walk.hidden_styles
            walk.row = walk.column = walk.defined = 0
        elif walk.sheet is not None:
            _element(walk, walk.sheet, name, dict(_ATTRIBUTE.findall(found["attributes"])))
            refuse_far(walk.sheet, limits)
            if name == "table-row" and found["empty"]:
                walk.row += walk.row_repeats


def _element(walk: _Walk, sheet: SheetScan, name: str, attributes: dict[str, str]) -> None:
    """Take a row, a cell or a column definition into the walk."""
    is_hidden = attributes.get("table:visibility", "visible") != "visible"
    if name == "table-row":
        walk.row_repeats = _count(attributes, "table:number-rows-repeated")
        walk.column, walk.error = 0, None
        if is_hidden:
            sheet.layout.hidden_rows += range(walk.row, walk.row + min(walk.row_repeats, _MOST_REPEATS))
        return
    repeats = _count(attributes, "table:number-columns-repeated")
    if name == "table-column":
        if is_hidden:
            sheet.layout.hidden_columns.append((walk.defined, walk.defined + repeats - 1))
        walk.defined += repeats
        return
    if "office:value-type" in attributes:
        sheet.last_row = max(sheet.last_row, walk.row + walk.row_repeats)
        sheet.last_column = max(sheet.last_column, walk.column + repeats)
        _note_cell(walk, sheet.layout, attributes)
    walk.column += repeats


def _note_cell(walk: _Walk, layout: Layout, attributes: dict[str, str]) -> None:
    """Note merge, formula, number and error of a cell with a value."""
    down, right = (_count(attributes, f"table:number-{way}-spanned") for way in ("rows", "columns"))
    if (down > 1 or right > 1) and len(layout.merges) < MOST_MERGES:
        layout.merges.append(Merge(walk.row, walk.row + down - 1, walk.column, walk.column + right - 1))
    layout.formulas += "table:formula" in attributes
    kind = attributes["office:value-type"]
    if kind in {"float", "percentage", "currency"}:
        layout.note_number(walk.column, "0%" if kind == "percentage" else "")
    walk.error = (walk.row, walk.column) if attributes.get("calcext:value-type") == "error" else None


def _note_error(walk: _Walk, text: str) -> None:
    """Keep the text of a cell that holds a formula error: readers give it as a blank."""
    if walk.error is not None and walk.sheet is not None:
        shown = html.unescape(text)
        walk.sheet.faults[walk.error] = shown if shown.startswith("#") else "#ERROR!"
        walk.error = None


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isdecimal() and len(text) < 10 else 1  # noqa: PLR2004 - no sheet has more


def _plain(window: bytes) -> str:
    return html.unescape(_MARKUP.sub(" ", window.decode("utf-8", errors="replace")))


def _damaged() -> DamagedFileError:
    return DamagedFileError(
        "ODS 工作簿已损坏或不完整",
        "the ODS workbook is damaged or incomplete",
        next_zh="用表格软件打开并另存为 XLSX 后再推送",
        next_en="open it in a spreadsheet program, save as XLSX and push again",
    )
