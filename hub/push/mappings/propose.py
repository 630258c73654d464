"""Propose how a file is read and which column is which item: what is certain, and what has to be asked.

Nothing is guessed in silence: each column has a score and a reason, and below the threshold it is a question. The
file is searched for secrecy marks first (保守国家秘密法); no value of it is in the proposal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue.item import DataType
from connectors.files.errors import SheetError
from connectors.files.headings import Pattern
from connectors.files.reader import open_table
from hub.push.header import HeaderMapping, plain
from hub.push.mappings.file_mapping import FileMapping
from hub.push.mappings.likeness import NOTHING, SURE, WORTH_ASKING, likeness
from hub.push.mappings.proposal import ColumnFit, Found, Proposal
from hub.push.mappings.structure import (
    GRIDS,
    YEAR_COLUMNS,
    Header,
    column_values,
    find_header,
    note_words,
    read_grid,
    subtitle_lines,
    unit_lines,
)
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from catalogue.item import Item
    from connectors.port import Limits, ReadOptions
    from hub.push.mappings.likeness import Likeness
    from hub.push.mappings.structure import Grid

FEWEST_YEARS: Final = 3
FEWEST_SUBTITLES: Final = 2
_CLOSE: Final = 0.05
_CERTAIN: Final = 0.9
_HEADING_ITEMS: Final = frozenset({"年份", "年度", "年", "时间", "统计年份", "统计时间", "日期", "月份", "期间"})
_NUMBERS: Final = frozenset({DataType.NUMBER, DataType.CURRENCY, DataType.DOUBLE, DataType.INTEGER, DataType.FLOAT})


@dataclass(slots=True)
class _Draft:
    """A proposal being made."""

    items: Sequence[Item]
    options: ReadOptions
    questions: list[Text]

    def ask(self, zh: str, en: str) -> None:
        self.questions.append(Text(zh, en))


def propose(path: Path, items: Sequence[Item], hints: ReadOptions, limits: Limits) -> Proposal:
    """Return a proposal for one file.

    Args:
        path: the file as received.
        items: of the entry.
        hints: what is known already (file name, sheet, encoding, delimiter); a header line given is kept.
        limits: what reading may cost.

    Raises:
        FileError: the file cannot be read as rows at all.
    """
    draft = _Draft(items, replace(hints, name=hints.name), [])
    grid = _grid(path, draft, limits)
    header = _header(grid, draft)
    first = header.index + header.count
    units = unit_lines(grid, header)
    words, note_lines = note_words(grid)
    titles = subtitle_lines(grid, first + units, note_lines)
    line = max(grid.lines[header.index], 1) if header.count else 1
    draft.options = replace(
        draft.options,
        delimiter=hints.delimiter or (None if grid.options.delimiter == "," else grid.options.delimiter),
        header_row=line,
        skip_rows=0,
        header_rows=max(header.count, 1),
        no_header=header.count == 0,
        columns=tuple(header.names) if header.count == 0 else (),
        skip_after_header=hints.skip_after_header or units,
        footer_words=hints.footer_words or words,
    )
    _note_years(header, draft)
    fits = _fit_columns(path, grid, draft, first + units, limits)
    mapped = {fit.item.column for fit in fits if fit.item is not None}
    _note_subtitles(titles, mapped, draft)
    fits = fits if not draft.options.subtitles_to else _fit_columns(path, grid, draft, first + units, limits)
    return _finished(path, draft, fits, grid, (note_lines, titles), limits)


def _grid(path: Path, draft: _Draft, limits: Limits) -> Grid:
    """Read the rows; of several sheets the one whose header fits by far, and that is asked."""
    try:
        return read_grid(path, draft.options, limits)
    except SheetError as error:
        names = error.facts.get("sheets")
        if draft.options.sheet is not None or not isinstance(names, list):
            raise
        grids = [(name, read_grid(path, replace(draft.options, sheet=name), limits)) for name in names]
        scored = [(_best(grid, draft.items), name, grid) for name, grid in grids]
        scored.sort(key=lambda one: -one[0])
        if scored[0][0] <= 0:
            raise
        name = scored[0][1]
        draft.options = replace(draft.options, sheet=name)
        others = "、".join(one[1] for one in scored[1:])
        draft.ask(
            f"工作簿有多个工作表，“{name}”的表头最像本条目；请确认，其他的是 {others}",
            f"of several sheets the header of “{name}” fits best; please confirm, the others are {others}",
        )
        return scored[0][2]


def _best(grid: Grid, items: Sequence[Item]) -> float:
    found = find_header(grid, lambda names: _fitness(names, items))
    return 0.0 if found is None else found.score


def _fitness(names: Sequence[str], items: Sequence[Item]) -> float:
    """Return how well names fit the items: a point for each item that has a sure column, a little for years."""
    taken: set[str] = set()
    score = 0.0
    for name in names:
        best = max(((likeness(name, item, ()).score, item.column) for item in items), default=(0.0, ""))
        if best[0] >= SURE and best[1] not in taken:
            taken.add(best[1])
            score += best[0]
    years = [name for name in names if _year_pattern([name]) is not None]
    return score + (0.5 if len(years) >= FEWEST_YEARS else 0.0)


def _header(grid: Grid, draft: _Draft) -> Header:
    """Return the header lines; none (count 0) where the file seems to have no header, which is asked."""
    if grid.facts.format not in GRIDS:
        return Header(0, 1, grid.rows[0], 1.0)  # its columns have names of their own: there is no line to look for
    wanted = draft.options.header_line
    if wanted > 1 or draft.options.header_rows > 1:
        index = grid.lines.index(wanted) if wanted in grid.lines else 0
        return Header(index, draft.options.header_rows, (), 1.0)
    found = find_header(grid, lambda names: _fitness(names, draft.items))
    if found is not None:
        return found
    width = max((len(row) for row in grid.rows), default=0)
    names = tuple(item.name for item in draft.items)
    if width == len(names):
        draft.ask(
            "没有找到表头；列数与信息项个数相同，暂按信息项的次序对应，请逐列确认",
            "no header was found; there are as many columns as items: taken in their order, please confirm each",
        )
        return Header(0, 0, names, 0.0)
    draft.ask(
        "没有找到与信息项相符的表头；请用 --header-row 指明表头行，没有表头的用 --no-header --columns",
        "no header fits the items: name its line with --header-row, or use --no-header --columns",
    )
    return Header(0, 1, (), 0.0)


def _year_pattern(names: Sequence[str]) -> str | None:
    """Return the pattern that most names fit, where enough do."""
    for text in YEAR_COLUMNS:
        pattern = Pattern.of(text)
        if names and all(pattern.heading(name) is not None for name in names):
            return text
    return None


def _note_years(header: Header, draft: _Draft) -> None:
    """Propose that a column a period becomes a row a period, where the entry has items for both."""
    items = draft.items
    if draft.options.unpivot or any(
        likeness(name, item, ()).score >= SURE
        for name in header.names
        for item in items
        if _year_pattern([name]) is not None
    ):
        return
    years = [name for name in header.names if _year_pattern([name]) is not None]
    pattern = _year_pattern(years)
    heading = next((item for item in items if plain(item.name) in _HEADING_ITEMS), None)
    if len(years) < FEWEST_YEARS or pattern is None or heading is None:
        return
    others = {name for name in header.names if name not in years}
    free = [
        item
        for item in items
        if item.type in _NUMBERS and item is not heading
        and not any(likeness(name, item, ()).score >= SURE for name in others)
    ]  # fmt: skip
    if not free:
        return
    draft.options = replace(
        draft.options, unpivot=pattern, unpivot_heading=heading.column, unpivot_value=free[0].column
    )
    draft.ask(
        f"有 {len(years)} 列按时间排列，拟转成行：列名归“{heading.name}”，值归“{free[0].name}”；请确认",
        f"{len(years)} columns are periods: their heading becomes {heading.column}, the value {free[0].column};"
        " please confirm",
    )


def _note_subtitles(titles: Sequence[int], mapped: set[str], draft: _Draft) -> None:
    """Say of rows with a value in the first column alone; propose an item for them where just one is free."""
    if draft.options.subtitles_to or len(titles) < FEWEST_SUBTITLES:
        return
    free = [item for item in draft.items if item.column not in mapped and item.type in {DataType.TEXT, DataType.MEMO}]
    if len(free) == 1:
        draft.options = replace(draft.options, subtitles_to=free[0].column)
        draft.ask(
            f"第 {titles[0]} 行等 {len(titles)} 行只有第一列有值，像小标题，拟作为其下各行的“{free[0].name}”；请确认",
            f"{len(titles)} rows (line {titles[0]} first) look like subtitles and become {free[0].column}; confirm",
        )
    else:
        draft.ask(
            f"第 {titles[0]} 行等 {len(titles)} 行只有第一列有值，像小标题；归入信息项请写 subtitles_to，否则退回",
            f"{len(titles)} rows (line {titles[0]} first) look like subtitles: name their item with subtitles_to,"
            " else they are rejected",
        )


def _fit_columns(path: Path, grid: Grid, draft: _Draft, first: int, limits: Limits) -> tuple[ColumnFit, ...]:
    """Give each column the item it fits best, each item once, the best pairs first."""
    with open_table(path, draft.options, limits) as table:
        names, letters = table.header, table.letters
    made = {draft.options.subtitles_to, draft.options.unpivot_heading, draft.options.unpivot_value} - {""}
    places = {letter: index for index, letter in enumerate(grid.letters)}
    scores: list[tuple[float, int, Item, Likeness]] = []
    for index, name in enumerate(names):
        values = column_values(grid, first, places[letters[index]]) if letters[index] in places else ()
        for item in draft.items:
            found = likeness(name, item, values)
            if found.score >= WORTH_ASKING and (name in made or item.column not in made):
                scores.append((found.score, index, item, found))
    scores.sort(key=lambda one: (-one[0], one[1]))
    chosen: dict[int, tuple[Item, Likeness]] = {}
    taken: set[str] = set()
    for _, index, item, found in scores:
        if index not in chosen and item.column not in taken:
            chosen[index] = (item, found)
            taken.add(item.column)
    found_fits = []
    for name, place, key, index in zip(names, letters, _keys(names, letters), range(len(names)), strict=True):
        nothing: tuple[Item | None, Likeness] = (None, NOTHING)
        match, found = chosen.get(index, nothing)
        rivals = [one for one in scores if one[1] == index and one[2] is not match]
        is_close = bool(rivals) and rivals[0][0] >= found.score - _CLOSE and found.score < _CERTAIN
        is_sure = match is not None and found.score >= SURE and not is_close and not draft.options.no_header
        others = tuple(one[2].name for one in rivals[:3])
        found_fits.append(ColumnFit(place, name, key, match, found, is_sure, others))
    return tuple(found_fits)


def _keys(names: Sequence[str], letters: Sequence[str]) -> list[str]:
    """Return what a mapping calls each column: its heading, or its letter where that is blank or repeated."""
    plains = [plain(name) for name in names]
    return [
        name if key and plains.count(key) == 1 else place
        for name, key, place in zip(names, plains, letters, strict=True)
    ]


def _finished(
    path: Path,
    draft: _Draft,
    fits: tuple[ColumnFit, ...],
    grid: Grid,
    lines: tuple[tuple[int, ...], tuple[int, ...]],
    limits: Limits,
) -> Proposal:
    options = draft.options
    with open_table(path, options, limits) as table:
        facts, header, letters = table.facts(), table.header, table.letters
    filled = {place for index, place in enumerate(grid.letters) if any(map(str.strip, column_values(grid, 1, index)))}
    sure = {fit.key: fit.item.column for fit in fits if fit.item is not None and fit.is_sure}
    for fit in fits:
        draft.questions.extend(_questions(fit, draft.options, holds=fit.letter in filled))
    taken = {fit.item.column for fit in fits if fit.item is not None}
    missing = tuple(item for item in draft.items if item.column not in taken)
    if missing:
        names = "、".join(item.name for item in missing)
        draft.ask(
            f"没有找到信息项 {names} 的列；文件确实没有的，写进 absent",
            f"no column for {', '.join(item.column for item in missing)}: list in absent what the file lacks",
        )
    plainly = letters == tuple(grid.letters[: len(letters)]) and letters[0] == "A"
    mapping = FileMapping(replace(options, name=None), HeaderMapping(sure), header, () if plainly else letters)
    found = Found(
        options.header_line,
        0 if options.no_header else options.header_rows,
        options.header_line - 1,
        lines[0],
        lines[1],
        facts.sheet,
        facts.sheets,
        facts.format,
        facts.encoding,
        tuple(Text(note.zh, note.en) for note in facts.notes),
    )
    unnamed = frozenset(fit.letter for fit in fits if not fit.name.strip() and fit.letter in filled)
    return Proposal(mapping, found, fits, missing, tuple(draft.questions), unnamed)


def _questions(fit: ColumnFit, options: ReadOptions, *, holds: bool) -> Iterator[Text]:
    """Yield what has to be asked of one column; ``holds`` says that there are values in it."""
    if options.no_header:
        return  # asked once for all columns
    if fit.item is None and not fit.name.strip() and holds:
        yield Text(
            f"{fit.letter} 列没有列名却有值：归入哪一项，还是不读？",
            f"column {fit.letter} has values and no name: which item is it, or is it not read?",
        )
    if fit.item is not None and not fit.is_sure:
        yield Text(
            f"{fit.letter} 列“{fit.name}”是“{fit.item.name}”吗（{fit.likeness.zh or '按次序'}）？",
            f"is column {fit.letter} “{fit.name}” {fit.item.column} ({fit.likeness.en or 'by order'})?",
        )
    elif fit.item is None and fit.name.strip():
        yield Text(
            f"{fit.letter} 列“{fit.name}”没有找到信息项：归入哪一项，还是不读？",
            f"no item for column {fit.letter} “{fit.name}”: which is it, or is it not read?",
        )
