"""How a sheet shows its cells: merged, hidden, formatted; and what of that the provider is told.

One value for both kinds of workbook (ISO/IEC 29500-1 18.3; [MS-XLS] 2.4), filled by :mod:`ooxml` and :mod:`biff`.
A spreadsheet shows 12% where it stores 0.12, one value over five rows where it stores one cell: the hub reads what is
stored, and says so. Pure: no I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connectors.port import ReadNote, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

NAMED: Final = 10
MOST_MERGES: Final = 100_000
_BUILT_IN: Final = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
"""Number formats that are not written out in the file (ISO/IEC 29500-1 18.8.30)."""
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_PLAIN_NUMBER: Final = re.compile(r"[#,]*0+(?:\.(0+))?")
_IN_THOUSANDS: Final = re.compile(r"[0#],+$")
_PADDED: Final = re.compile(r"0{2,}")


@dataclass(frozen=True, slots=True)
class Merge:
    """A range of merged cells, 0-based and inclusive."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def name(self) -> str:
        """The range as a spreadsheet writes it."""
        return f"{letter(self.left)}{self.top + 1}:{letter(self.right)}{self.bottom + 1}"


@dataclass(slots=True)
class Layout:
    """What one sheet tells beside values. Rows and columns 0-based; ``formats`` are format codes by column."""

    is_hidden: bool = False
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formulas: int = 0
    number_columns: set[int] = field(default_factory=set)
    formats: dict[int, set[str]] = field(default_factory=dict)

    def note_number(self, column: int, code: str) -> None:
        """Say that a column holds a number shown in a format."""
        self.number_columns.add(column)
        self.formats.setdefault(column, set()).add(code)


def format_code(number: int, own: Mapping[int, str]) -> str:
    """Return the code of a number format; empty where it is general, a date or unknown."""
    return own.get(number) or _BUILT_IN.get(number, "")


def decimals(code: str) -> int | None:
    """Return how many decimals a format shows; None where it shows all, or is no plain number."""
    found = _PLAIN_NUMBER.fullmatch(_LITERAL.sub("", code.split(";", maxsplit=1)[0]).strip())
    return None if found is None else len(found[1] or "")


def is_percent(code: str) -> bool:
    """Whether a format shows hundredths."""
    return "%" in _LITERAL.sub("", code.split(";", maxsplit=1)[0])


def is_padded(code: str) -> bool:
    """Whether a format shows zeros in front that are not stored: 000123 of 123, as codes are often kept."""
    return _PADDED.fullmatch(_LITERAL.sub("", code.split(";", maxsplit=1)[0]).strip()) is not None


def is_in_thousands(code: str) -> bool:
    """Whether a format shows thousands (or millions) of what is stored."""
    return _IN_THOUSANDS.search(_LITERAL.sub("", code.split(";", maxsplit=1)[0]).strip()) is not None


def fill_header(lines: Sequence[list[str]], columns: Sequence[int], top: int, merges: Sequence[Merge]) -> None:
    """Write the text of each merged cell of the header over its range; ``lines`` begin at row ``top``."""
    places = {column: index for index, column in enumerate(columns)}
    for merge in merges:
        if merge.bottom < top or merge.top >= top + len(lines) or merge.left not in places:
            continue
        first = max(merge.top, top)
        text = lines[first - top][places[merge.left]] if merge.top >= top else ""
        for row in range(first, min(merge.bottom, top + len(lines) - 1) + 1):
            for column in range(merge.left, merge.right + 1):
                if column in places and text:
                    lines[row - top][places[column]] = text


def fill_body(cells: pl.DataFrame, merges: Sequence[Merge], first: int, direction: str) -> pl.DataFrame:
    """Write the text of each merged cell from row ``first`` on over its range, down, right or both ways."""
    found: dict[str, tuple[list[int], list[str]]] = {}
    for merge in merges:
        name = position(merge.left)
        if merge.top < first or merge.top >= cells.height or name not in cells.columns:
            continue
        text = cells[name][merge.top]
        bottom = merge.bottom if direction in {"down", "all"} else merge.top
        right = merge.right if direction in {"right", "all"} else merge.left
        for column in range(merge.left, right + 1):
            if position(column) in cells.columns:
                rows = range(merge.top, min(bottom, cells.height - 1) + 1)
                places, texts = found.setdefault(position(column), ([], []))
                places.extend(rows)
                texts.extend([text] * len(rows))
    changed = [cells[name].scatter(places, texts) for name, (places, texts) in found.items()]
    return cells.with_columns(changed) if changed else cells


def notes(layout: Layout, cells: pl.DataFrame, first: int, fill: str) -> Iterator[ReadNote]:
    """Yield what the provider should know of a sheet whose data begin at row ``first``."""
    yield from _merged(layout, cells, first, fill)
    yield from _hidden(layout, cells, first)
    yield from _shown_otherwise(layout, cells, first)
    if layout.formulas:
        count = layout.formulas
        yield ReadNote(
            "formula",
            f"公式 {count:,} 个，读的是文件保存时算出的值",
            f"{count:,} formulas: the values stored with the file were read",
            count,
        )


def _merged(layout: Layout, cells: pl.DataFrame, first: int, fill: str) -> Iterator[ReadNote]:
    body = [merge for merge in layout.merges if merge.bottom >= first and merge.top < cells.height]
    if not body:
        return
    places = tuple(merge.name for merge in body[:NAMED])
    if fill:
        zh, en = f"合并单元格 {len(body)} 处已按要求填充", f"{len(body)} merged ranges were filled as asked"
        yield ReadNote("merged_filled", zh, en, len(body), places)
    else:
        yield ReadNote(
            "merged_not_filled",
            f"数据区有合并单元格 {len(body)} 处，只有左上角有值；需要填充时加 --fill-merged down、right 或 all",
            f"{len(body)} merged ranges among the data hold a value in their first cell only; --fill-merged fills them",
            len(body),
            places,
        )


def _hidden(layout: Layout, cells: pl.DataFrame, first: int) -> Iterator[ReadNote]:
    rows = [row for row in layout.hidden_rows if first <= row < cells.height]
    if rows:
        zh, en = f"隐藏的行 {len(rows):,} 行也已读入", f"{len(rows):,} hidden rows were read as well"
        yield ReadNote("hidden_rows", zh, en, len(rows), tuple(str(row + 1) for row in rows[:NAMED]))
    present = {int(name.removeprefix("c")) for name in cells.columns}
    columns = sorted({c for low, high in layout.hidden_columns for c in present if low <= c <= high})
    if columns:
        zh, en = f"隐藏的列 {len(columns)} 列也已读入", f"{len(columns)} hidden columns were read as well"
        yield ReadNote("hidden_columns", zh, en, len(columns), tuple(map(letter, columns[:NAMED])))


def _shown_otherwise(layout: Layout, cells: pl.DataFrame, first: int) -> Iterator[ReadNote]:
    """Yield the columns whose numbers are shown in another way than they are stored."""
    percent = sorted(c for c, codes in layout.formats.items() if any(map(is_percent, codes)))
    thousands = sorted(c for c, codes in layout.formats.items() if any(map(is_in_thousands, codes)))
    padded = sorted(c for c, codes in layout.formats.items() if any(map(is_padded, codes)))
    rounded = sorted(c for c, codes in layout.formats.items() if _is_rounded(cells, c, first, codes))
    for kind, columns, zh, en in (
        (
            "percent",
            percent,
            "以百分比显示，读的是存的小数（45% 存为 0.45）",
            "shown as percent, read as stored (0.45)",
        ),
        ("thousands", thousands, "以千为单位显示，读的是存的原数", "shown in thousands, read as stored"),
        (
            "padded",
            padded,
            "显示的前导零没有存在文件里（显示 000123，读到 123）；是编号的，从业务系统按文本重新导出",
            "shown with zeros in front that are not stored (000123 is read as 123); export codes as text",
        ),
        (
            "rounded",
            rounded,
            "显示的小数位比存的少，读的是存的全部小数",
            "shown with fewer decimals than stored, read whole",
        ),
    ):
        if columns:
            places = tuple(map(letter, columns))
            yield ReadNote(
                kind, f"{'、'.join(places)} 列{zh}", f"columns {', '.join(places)}: {en}", len(columns), places
            )


def _is_rounded(cells: pl.DataFrame, column: int, first: int, codes: set[str]) -> bool:
    name = position(column)
    shown = {decimals(code) for code in codes}
    if name not in cells.columns or len(shown) != 1:
        return False
    places = shown.pop()
    if places is None:
        return False
    values = cells[name].slice(first).str.strip_chars()
    return bool(values.str.contains(rf"^-?[0-9]+\.[0-9]{{{places + 1},}}$").any())
