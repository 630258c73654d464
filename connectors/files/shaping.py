"""Tables that are no plain lists, read as such: notes at the end, subtitles between the rows, a column a year.

Wraps any table source, so that a CSV and a workbook of one table give the same rows. Nothing is left out in silence:
notes are counted as footer rows, subtitles and blank cells of unpivoted columns as notes of the reading.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

import polars as pl

from connectors.files.errors import HeaderError, ReadOptionError
from connectors.files.headings import Pattern
from connectors.port import FIELDS, LINE, OutsideText, ReadNote, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from connectors.port import ReadOptions, TableFacts, TableSource

LONGEST_FOOTER: Final = 1000
"""Rows with one value after a note: more than these are data after all, and held no longer."""
_NAMED: Final = 10
_EXTRA: Final = ("_subtitle", "_heading", "_value")


def shaped(source: TableSource, options: ReadOptions) -> TableSource:
    """Return the source as the options want it; itself where they want nothing of this.

    Raises:
        ReadOptionError: an option is missing or not written right.
        HeaderError: no column fits the pattern.
    """
    if not (options.footer_words or options.subtitles_to or options.unpivot):
        return source
    try:
        return ShapedTable(source, options)
    except BaseException:
        source.close()
        raise


class ShapedTable:
    """A table source with footer words, subtitles and unpivoted columns; see :class:`connectors.port.TableSource`."""

    def __init__(self, source: TableSource, options: ReadOptions) -> None:
        """Find the columns that become rows."""
        self._source = source
        self._words = tuple(map(_plain, options.footer_words))
        self._subtitle_item = options.subtitles_to
        self._headings: dict[int, str] = {}
        if options.unpivot:
            self._headings = _headings(source.header, options)
        kept = [index for index in range(len(source.header)) if index not in self._headings]
        names = [source.header[index] for index in kept]
        letters = [source.letters[index] for index in kept]
        if self._subtitle_item:
            names.append(self._subtitle_item)
            letters.append(f"{source.letters[0]}↑")
        if self._headings:
            first, last = (source.letters[index] for index in (min(self._headings), max(self._headings)))
            names += [options.unpivot_heading, options.unpivot_value]
            letters += [f"{first}:{last}"] * 2
        self._kept, self._header, self._letters = kept, tuple(names), tuple(letters)
        self._subtitle: str = ""
        self._subtitle_lines: list[int] = []
        self._subtitles = self._blank_cells = self._rows = 0
        self._held: list[pl.DataFrame] = []
        self._held_rows = 0
        self._footer: pl.DataFrame | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns that stay, then of those made here."""
        return self._header

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters of the columns that stay; ``A↑`` for a value from a row above, ``C:V`` for one of several columns."""
        return self._letters

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read forward, once."""
        for frame in chain(self._source.chunks(), (None,)):
            rows = self._before_footer(frame) if self._words else frame
            if rows is None or not rows.height:
                continue
            made = self._unpivoted(self._titled(rows))
            self._rows += made.height
            if made.height:
                yield made

    def _before_footer(self, frame: pl.DataFrame | None) -> pl.DataFrame | None:
        """Hold back the rows that may be notes: from a row that begins with a word on, each with one value."""
        if frame is None:
            if self._held:
                self._footer = _stacked(self._held)
            return None
        cells = _cells(frame)
        filled = frame.select(pl.sum_horizontal(pl.col(cells).str.strip_chars() != "")).to_series()
        is_single = filled <= 1
        if self._held and (not bool(is_single.all()) or self._held_rows + frame.height > LONGEST_FOOTER):
            frame = _stacked([*self._held, frame])
            self._held, self._held_rows = [], 0
            return self._before_footer(frame)
        if self._held:
            self._hold(frame)
            return None
        start = self._note_start(frame, is_single)
        if frame.height - start > LONGEST_FOOTER or start == frame.height:
            return frame
        self._hold(frame.slice(start))
        return frame.head(start)

    def _note_start(self, frame: pl.DataFrame, is_single: pl.Series) -> int:
        """Return where the notes begin that go on to the end of a chunk; its height where there are none."""
        others = (~is_single).arg_true()
        after = int(others[-1]) + 1 if others.len() else 0
        for index in range(after, frame.height):
            text = next((value for value in frame.row(index) if isinstance(value, str) and value.strip()), "")
            if _plain(text).startswith(self._words):
                return index
            if index - after > LONGEST_FOOTER:
                break
        return frame.height

    def _hold(self, frame: pl.DataFrame) -> None:
        self._held.append(frame)
        self._held_rows += frame.height

    def _titled(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Take the subtitle rows out and give their text to the rows below them."""
        if not self._subtitle_item:
            return frame
        cells = _cells(frame)
        others = pl.all_horizontal(pl.col(cells[1:]).str.strip_chars() == "") if len(cells) > 1 else pl.lit(value=False)
        is_title = frame.select((pl.col(cells[0]).str.strip_chars() != "") & others).to_series()
        # A row that is too short for its header has that fault, not a title.
        text = pl.when(is_title).then(pl.col(cells[0]).str.strip_chars()).forward_fill()
        titled = frame.with_columns(text.fill_null(self._subtitle).alias(_EXTRA[0]))
        if titled.height:
            self._subtitle = str(titled[_EXTRA[0]][-1])
        count = int(is_title.sum())
        self._subtitles += count
        missing = max(_NAMED - len(self._subtitle_lines), 0)
        self._subtitle_lines += frame[LINE].filter(is_title).head(missing).to_list()
        return titled.filter(~is_title)

    def _unpivoted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Turn the columns of the pattern into rows, in the order of the lines; name all columns by position."""
        # A row with too many values has cells behind the header: they keep their fault through FIELDS, not their text.
        stay = [position(index) for index in self._kept] + ([_EXTRA[0]] if self._subtitle_item else [])
        if self._headings:
            columns = [position(index) for index in self._headings]
            long = frame.unpivot(on=columns, index=[*stay, LINE, FIELDS], variable_name=_EXTRA[1], value_name=_EXTRA[2])
            names = {position(index): heading for index, heading in self._headings.items()}
            is_first = pl.col(_EXTRA[1]) == columns[0]
            is_filled = pl.col(_EXTRA[2]).str.strip_chars() != ""
            # A row with shifted columns has one fault, not one a column.
            wanted = (pl.col(FIELDS).is_null() & is_filled) | (pl.col(FIELDS).is_not_null() & is_first)
            self._blank_cells += int(long.select((pl.col(FIELDS).is_null() & ~is_filled).sum()).item())
            frame = long.filter(wanted).sort(LINE, maintain_order=True)
            frame = frame.with_columns(pl.col(_EXTRA[1]).cast(pl.String).replace_strict(names, return_dtype=pl.String))
            stay += list(_EXTRA[1:])
        return frame.select(*(pl.col(name).alias(position(index)) for index, name in enumerate(stay)), LINE, FIELDS)

    def facts(self) -> TableFacts:
        """Return the counts of the source, with what was done here."""
        facts = self._source.facts()
        lines, filled = facts.footer_lines, facts.footer_filled
        held = 0
        if self._footer is not None:
            held = self._footer.height
            lines = (*self._footer[LINE].head(_NAMED).to_list(), *lines)[:_NAMED]
        return replace(
            facts,
            rows=self._rows,
            footer_rows=facts.footer_rows + held,
            footer_lines=lines,
            footer_filled=filled,
            notes=(*facts.notes, *self._notes()),
        )

    def _notes(self) -> Iterator[ReadNote]:
        if self._subtitle_item:
            places = tuple(map(str, self._subtitle_lines))
            yield ReadNote(
                "subtitle",
                f"小标题 {self._subtitles} 行，作为其下各行的“{self._subtitle_item}”",
                f"{self._subtitles} subtitle rows became the {self._subtitle_item} of the rows below them",
                self._subtitles,
                places,
            )
        if self._headings:
            yield ReadNote(
                "unpivot",
                f"{len(self._headings)} 列转成了行，其中空单元格 {self._blank_cells} 个不成行",
                f"{len(self._headings)} columns became rows; {self._blank_cells} blank cells of them made no row",
                self._blank_cells,
                (self._letters[-1],),
            )

    def outside(self) -> Iterator[OutsideText]:
        """Yield the texts outside the table; the heading of every column is among them."""
        yield from self._source.outside()

    def footer(self) -> Iterator[OutsideText]:
        """Yield the notes at the end."""
        if self._footer is not None:
            for row in self._footer.iter_rows(named=True):
                text = " ".join(str(value) for name, value in row.items() if name not in {LINE, FIELDS} and value)
                yield OutsideText("表尾", "the footer", text, row[LINE])
        yield from self._source.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return the first rows of the file as they stand."""
        return self._source.preview()

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cells(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name not in {LINE, FIELDS}]


def _stacked(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Put frames below each other; one may have more columns than another, for a row with too many values."""
    stacked = pl.concat(frames, how="diagonal")
    return stacked.with_columns(pl.col(_cells(stacked)).fill_null(""))


def _plain(text: str) -> str:
    """Return a text as footer words are compared: half width, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _headings(header: tuple[str, ...], options: ReadOptions) -> dict[int, str]:
    """Return the headings of the columns that become rows, by position."""
    if not options.unpivot_heading.strip() or not options.unpivot_value.strip():
        raise ReadOptionError(
            "多列转成行时，要说明列名归哪个信息项、值归哪个信息项",
            "where columns become rows, name the item of their heading and the item of their value",
            next_zh="同时给出 --unpivot-heading 信息项 和 --unpivot-value 信息项",
            next_en="give --unpivot-heading item and --unpivot-value item as well",
            facts={"option": "unpivot"},
        )
    pattern = Pattern.of(options.unpivot)
    found = {index: heading for index, name in enumerate(header) if (heading := pattern.heading(name)) is not None}
    if not found:
        raise HeaderError(
            "表头中没有列符合要转成行的列名样式",
            "no column of the header fits the pattern of the columns that become rows",
            next_zh="检查 --unpivot 的写法和 --header-row",
            next_en="check --unpivot and --header-row",
            facts={"option": "unpivot"},
        )
    return found
