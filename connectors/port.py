"""What a connector is to the hub: Protocols and plain values, no format and no foreign library.

A *table source* is one table of one file, read forward in chunks of text columns. All its values are
strings as the provider wrote them: types, codes and checks belong to :mod:`hub.push`. Nothing a
source leaves out is silent: :class:`TableFacts` counts it (blank rows, blank columns, footer rows).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    import polars as pl

LINE: Final = "_line"
"""Column of a chunk: 1-based line (text) or row (workbook) of the source where the record starts, Int64."""

FIELDS: Final = "_fields"
"""Column of a chunk: number of values of a record that has more or fewer than the header, else null, Int32."""


GEOMETRY: Final = "geometry"
"""Name of the column in which a source of shapes hands them on: extended WKB in hexadecimal, SRID 4490."""

BROKEN: Final = "!"
"""Begins the text of a shape that could not be built: a word for the reason follows (``ring``, ``unreadable``)."""


def position(index: int) -> str:
    """Return the name a chunk gives to its column at 0-based ``index``."""
    return f"c{index}"


def letter(index: int) -> str:
    """Return the spreadsheet letter (A, B … Z, AA …) of the 0-based column ``index``."""
    name = ""
    rest = index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file; None means: find out, or say that it cannot be told.

    ``name`` is the file name the provider gave (the path may be a temporary one). The header is line
    ``skip_rows + header_row`` counted from 1, so "three lines above the header" may be said either way;
    ``skip_after_header`` drops unit or sub-header lines below it, ``skip_footer`` the last rows (notes,
    sources). ``no_header`` means that data begin on that line; ``columns`` then names them.
    ``quote`` empty means that quotation marks are ordinary characters. ``sheet`` is a name or a 1-based number.

    Tables that are no plain lists: ``header_rows`` header lines from the header line on are joined to one name a
    column ("上级/下级"); ``fill_merged`` ("down", "right" or "all") gives the value of merged cells below the header
    to every cell of the range; ``footer_words`` begin the notes at the end, each a row with one value; a row with a
    value in its first column alone becomes the value of the item ``subtitles_to`` in the rows below it; columns
    whose name fits ``unpivot`` (``#`` a digit, ``*`` any text, braces around the part to keep) become rows: their
    heading in ``unpivot_heading``, the value in ``unpivot_value``.

    ``member`` names the file of an archive that is the table; ``records_path`` the array of a JSON document that
    holds the records (keys joined by dots, ``$`` for the document itself); ``nested`` is ``text`` to keep lists
    inside a record as their JSON text.

    ``crs`` is the coordinate system of a file that states none (an EPSG code, CGCS2000, WGS-84); a layer of a
    GeoPackage is named by ``sheet``. ``point`` makes points of two columns of a table: ``longitude,latitude,crs``.
    """

    name: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    sheet: str | int | None = None
    header_row: int = 1
    skip_rows: int = 0
    skip_after_header: int = 0
    skip_footer: int = 0
    no_header: bool = False
    columns: tuple[str, ...] = ()
    header_rows: int = 1
    fill_merged: str = ""
    footer_words: tuple[str, ...] = ()
    subtitles_to: str = ""
    unpivot: str = ""
    unpivot_heading: str = ""
    unpivot_value: str = ""
    member: str | None = None
    records_path: str | None = None
    nested: str = ""
    crs: str | None = None
    point: str | None = None

    @property
    def header_line(self) -> int:
        """Line of the header, counted from 1."""
        return self.skip_rows + self.header_row


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost, so that none can exhaust the machine. Bytes unless the name says otherwise."""

    chunk_bytes: int = 8 << 20
    line_bytes: int = 8 << 20
    cell_bytes: int = 1 << 20
    columns: int = 2000
    total_bytes: int = 64 << 30
    ratio: int = 200
    ratio_from_bytes: int = 64 << 20
    entries: int = 5000
    workbook_bytes: int = 2 << 30
    sheet_cells: int = 30_000_000
    sheet_chunk_rows: int = 50_000
    directory_bytes: int = 2 << 20
    record_chunk_rows: int = 20_000
    batch_bytes: int = 128 << 20
    page_bytes: int = 64 << 20
    group_rows: int = 16_000_000
    total_rows: int = 2_000_000_000


@dataclass(frozen=True, slots=True)
class OutsideText:
    """Text of a file that is not a cell of the table: where it stands (``zh``, ``en``) and what it says.

    ``line`` is the source line or row where one is known. ``may_hold_items`` marks raw text in which declared
    items of the table, or noise, may stand too: there only secrecy marks mean anything. For the intake gate
    only; never shown or stored.
    """

    zh: str
    en: str
    text: str = field(repr=False)
    line: int | None = None
    may_hold_items: bool = False


@dataclass(frozen=True, slots=True)
class ReadNote:
    """Something about the reading that the provider should know: what (``zh``, ``en``), how often, and where first.

    ``kind`` is a word for machines; ``places`` are cells, ranges, columns, lines or sheets, never values.
    """

    kind: str
    zh: str
    en: str
    count: int = 1
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What was read and what was left out. Counts are final once the chunks are exhausted.

    ``encoding`` is empty for workbooks. ``blank_lines`` and ``footer_lines`` give the first places of the
    rows counted beside them; ``footer_filled`` are those of them with several values, which may be data after
    all. ``blank_columns`` are letters of columns without name and without value. ``notes`` tell what a workbook
    shows otherwise than it stores (merged, hidden, formatted cells); ``number_columns`` are letters of columns in
    which cells are numbers, so that lost zeros and the 15 digits of a spreadsheet can be told from texts.
    ``encoding_basis`` says how sure the encoding is: ``mark`` (byte order mark), ``stated`` (by the provider),
    ``structure`` (only this one fits), ``ascii`` (nothing tells them apart) or ``likely`` (by its characters).
    ``member`` is the file read out of an archive, ``records_path`` the array read out of a JSON document.
    ``crs`` is the coordinate system the shapes were in; empty where there are none.
    """

    format: str
    encoding: str = ""
    compression: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    header_line: int = 1
    rows: int = 0
    blank_rows: int = 0
    blank_lines: tuple[int, ...] = ()
    blank_columns: tuple[str, ...] = ()
    footer_rows: int = 0
    footer_lines: tuple[int, ...] = ()
    footer_filled: tuple[int, ...] = ()
    skipped_rows: int = 0
    bytes_read: int = 0
    notes: tuple[ReadNote, ...] = ()
    number_columns: tuple[str, ...] = ()
    encoding_basis: str = ""
    member: str = ""
    records_path: str = ""
    crs: str = ""


class TableSource(Protocol):
    """One table, opened. Close it, or use it as a context manager.

    ``header`` holds one name a column as the file says it (blank where it says none), ``letters`` the
    spreadsheet letter of each. A chunk has String columns ``position(0)`` … and :data:`LINE`, :data:`FIELDS`.
    """

    @property
    def header(self) -> tuple[str, ...]:
        """One name a column, as the file says it."""
        ...

    @property
    def letters(self) -> tuple[str, ...]:
        """Spreadsheet letter of each column."""
        ...

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read forward, once; raise a ``FileError`` at the first place that cannot be read."""
        ...

    def facts(self) -> TableFacts:
        """Return the counts so far."""
        ...

    def outside(self) -> Iterator[OutsideText]:
        """Yield the texts outside the table that can be told before its rows are read."""
        ...

    def footer(self) -> Iterator[OutsideText]:
        """Yield the rows left out at the end; known after the last chunk."""
        ...

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return the first rows as they stand, preamble included, to choose a header row by."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
