"""Files searched for personal information and secrecy marks: tables column by column, JSON by path, text as it comes.

What a file is tells its content, not its name. Tables go through the hub's own readers (CSV, XLSX, XLS, gzip, GB18030
and other encodings, dBASE with its deleted records); JSON lines by line, JSON as a whole up to a limit; everything
else is text of any size, read in pieces. Nothing leaves the machine, and no report holds a whole value.
"""

from __future__ import annotations

import codecs
import json
from bisect import bisect_right
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.privacy.columns import ColumnReport, ColumnScanner, KindCount
from catalogue.privacy.kinds import Kind
from catalogue.privacy.scan import find_spans
from connectors.files.dbase import MEMO, is_dbase, memo_elsewhere
from connectors.files.documents import unsupported
from connectors.files.encodings import Encoding
from connectors.files.errors import (
    AmbiguousEncodingError,
    EmptyFileError,
    FileError,
    HeaderError,
    MalformedTextError,
    SheetError,
    UnsupportedFileError,
)
from connectors.files.kinds import HEAD_BYTES, kind_of
from connectors.files.kinds import Kind as FileKind
from connectors.files.opening import scratch
from connectors.files.packed import unpack_gzip
from connectors.files.reader import open_table
from connectors.files.spatial_dbf import Attributes
from connectors.files.streams import ByteStream, find_encoding
from connectors.port import LINE, Limits, ReadOptions, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

PIECE_BYTES: Final = 1 << 20
OVERLAP: Final = 512
"""Characters of a piece without a line end that are read again with the next one."""
JSON_BYTES: Final = 256 << 20
"""A JSON text is read as a whole up to this size; a larger one is searched as text."""
_COLUMN_VALUES: Final = 20_000
_TABLE_ENDINGS: Final = (".csv", ".tsv", ".xlsx", ".xls")
_JSON_ENDINGS: Final = (".json", ".geojson", ".jsonl", ".ndjson")
_TYPED: Final = frozenset({FileKind.ZIP, FileKind.PARQUET, FileKind.ARROW, FileKind.GEOPACKAGE})
_DEPTH: Final = 40
_MARKS: Final = frozenset({Kind.SECRECY_MARK})
"""Raw text that repeats the cells of a table is searched for these alone: the cells are searched as cells."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file holds. ``columns`` are the columns of a table, the paths of JSON, or one for a whole text."""

    path: str
    form: str
    rows: int
    columns: tuple[ColumnReport, ...]
    outside: tuple[ColumnReport, ...] = ()

    @property
    def found(self) -> bool:
        """Whether anything personal, or a secrecy mark, is in the file."""
        reports = (*self.columns, *self.outside)
        return any(kind.is_personal or kind is Kind.SECRECY_MARK for report in reports for kind in report.kinds)


def scan_file(path: Path, *, options: ReadOptions | None = None, today: date | None = None) -> FileReport:
    """Search one file.

    Raises:
        FileError: it cannot be read (an archive, a picture, a broken workbook), or is empty.

    """
    given = options or ReadOptions(name=path.name)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    report = _dbase(path, head, given, Limits(), today)
    return _by_kind(path, head, given, today) if report is None else report


def _by_kind(path: Path, head: bytes, given: ReadOptions, today: date | None) -> FileReport:
    limits = Limits()
    name = path.name.lower().removesuffix(".gz")
    compressed = head.startswith(b"\x1f\x8b")
    if head and not name.endswith(_JSON_ENDINGS):
        kind = FileKind.TEXT if compressed else _kind(head, path)
        if kind in {FileKind.XLSX, FileKind.XLS}:
            return _book(path, given, limits, today)
        if kind in _TYPED:
            return _table(path, given, limits, today)
        if name.endswith(_TABLE_ENDINGS):
            with suppress(AmbiguousEncodingError, MalformedTextError, HeaderError, UnsupportedFileError):
                return _table(path, given, limits, today)
    if not head:
        return _table(path, given, limits, today)  # tells that the file is empty as every reader does
    encoding = _encoding(path, given, limits, compressed=compressed)
    if name.endswith(_JSON_ENDINGS):
        report = _json(path, encoding, limits, today, compressed=compressed)
        if report is not None:
            return report
    return _text(path, encoding, limits, today, compressed=compressed)


def _dbase(path: Path, head: bytes, options: ReadOptions, limits: Limits, today: date | None) -> FileReport | None:
    """Search a dBASE table, gzip or not; None where the file is none.

    Raises:
        FileError: it is of a kind that is not read here, damaged, or has texts in another file.

    """
    if head.startswith(b"\x1f\x8b"):
        stream = ByteStream(path, compressed=True, limits=limits)
        try:
            inside = stream.read(HEAD_BYTES)
        finally:
            stream.close()
        if not is_dbase(inside):
            return None
        with scratch(path) as folder:
            unpack_gzip(path, folder.path / "file", limits)
            return replace(_records(folder.path / "file", options, limits, today), path=str(path))
    if is_dbase(head):
        return _records(path, options, limits, today)
    if path.suffix.lower() == ".dbf" and b"\0" in head:
        raise unsupported(
            "无法识别的 DBF 变体",
            "a kind of DBF that is not known",
            "用 Excel、WPS 或原系统打开后另存为 XLSX，再查找 XLSX",
            "open it in a spreadsheet or in its own system, save it as XLSX, and search that",
        )
    return None


def _records(path: Path, options: ReadOptions, limits: Limits, today: date | None) -> FileReport:
    """Search the records of a dBASE table by column, those marked as deleted too: they are in the file."""
    table = Attributes(path, None, options.encoding, limits, is_searched=True)
    names = [name or f"({letter(index)})" for index, name in enumerate(table.names)]
    scanners = [ColumnScanner((name,), today=today) for name in names]
    sizes = [min(_COLUMN_VALUES, table.records - done) for done in range(0, table.records, _COLUMN_VALUES)]
    first = 1
    for columns, _ in table.read(iter(sizes)):
        lines = pl.Series(range(first, first + columns[0].len()), dtype=pl.Int64)
        first += columns[0].len()
        for name, kind, scanner, values in zip(names, table.kinds, scanners, columns, strict=True):
            if kind in MEMO and not values.is_in(["", "0"]).all():
                raise memo_elsewhere(name)
            scanner.add(values.set(values == "", None), lines)
    return FileReport(str(path), "dbase", table.records, tuple(one.report() for one in scanners))


def _kind(head: bytes, path: Path) -> FileKind:
    """Tell the kind; a document that is no table but reads as it stands is searched as text."""
    try:
        return kind_of(head, path)
    except UnsupportedFileError as error:
        if not error.facts.get("is_plain"):
            raise
        return FileKind.TEXT


def _encoding(path: Path, options: ReadOptions, limits: Limits, *, compressed: bool) -> Encoding:
    try:
        return find_encoding(path, compressed=compressed, wanted=options.encoding, limits=limits)
    except FileError:
        if options.encoding is not None:
            raise
        # A text whose encoding cannot be told is searched all the same: digits and signs read alike.
        return Encoding("gb18030")


def _book(path: Path, options: ReadOptions, limits: Limits, today: date | None) -> FileReport:
    """Search a workbook: its only sheet, the one asked for, or every sheet that holds a table."""
    try:
        return _table(path, options, limits, today)
    except SheetError as error:
        names = error.facts.get("sheets")
        if options.sheet is not None or not isinstance(names, list):
            raise
    columns: list[ColumnReport] = []
    outside: list[ColumnReport] = []
    rows = 0
    for name in names:
        with suppress(HeaderError, EmptyFileError, SheetError):
            report = _table(path, replace(options, sheet=name), limits, today)
            columns += [replace(column, name=f"{name}!{column.name}") for column in report.columns]
            outside += [replace(column, name=f"{name}!{column.name}") for column in report.outside]
            rows += report.rows
    return FileReport(str(path), "workbook", rows, tuple(columns), tuple(outside))


def _table(path: Path, options: ReadOptions, limits: Limits, today: date | None) -> FileReport:
    outside = _Pieces(today)
    with open_table(path, options, limits) as source:
        for text in source.outside():
            outside.add(text.text, text.line or 1, kinds=_MARKS if text.may_hold_items else None)
        names = [name or f"({letter})" for name, letter in zip(source.header, source.letters, strict=True)]
        scanners = [ColumnScanner((name,), today=today) for name in names]
        rows = 0
        for frame in source.chunks():
            rows += frame.height
            for index, scanner in enumerate(scanners):
                scanner.add(frame[position(index)], frame[LINE])
        for text in source.footer():
            outside.add(text.text, text.line or 1)
        form = source.facts().format
    around = outside.report("(outside the table)")
    return FileReport(str(path), form, rows, tuple(one.report() for one in scanners), (around,) if around.kinds else ())


class _Pieces:
    """Counts of a running text."""

    def __init__(self, today: date | None) -> None:
        self._today = today
        self.kinds: dict[Kind, KindCount] = defaultdict(KindCount)
        self.lines = 0

    def add(
        self, text: str, first_line: int, *, until: int | None = None, kinds: frozenset[Kind] | None = None
    ) -> None:
        """Search a piece; spans that begin at ``until`` or later belong to the next piece."""
        if until is None:
            until = len(text)
        ends = [index for index, character in enumerate(text) if character == "\n"]
        self.lines += 1
        for span in find_spans(text, today=self._today, kinds=kinds):
            if span.start < until:
                self.kinds[span.kind].add(text, first_line + bisect_right(ends, span.start - 1), span)

    def report(self, name: str) -> ColumnReport:
        """Return the counts under a name."""
        ordered = dict(sorted(self.kinds.items(), key=lambda pair: (-pair[1].count, pair[0])))
        return ColumnReport(name, self.lines, None, ordered)


def _decoded(path: Path, encoding: Encoding, limits: Limits, *, compressed: bool) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors="replace")
    stream = ByteStream(path, compressed=compressed, limits=limits)
    try:
        piece = stream.read(PIECE_BYTES)[encoding.mark_bytes :]
        while piece:
            yield decoder.decode(piece)
            piece = stream.read(PIECE_BYTES)
        yield decoder.decode(b"", final=True)
    finally:
        stream.close()


def _text(path: Path, encoding: Encoding, limits: Limits, today: date | None, *, compressed: bool) -> FileReport:
    found = _Pieces(today)
    rest, line = "", 1
    for piece in _decoded(path, encoding, limits, compressed=compressed):
        text = rest + piece
        cut = text.rfind("\n") + 1
        if cut == 0 and len(text) > 4 * PIECE_BYTES:
            # One endless line: what begins near its end is read again with what follows.
            cut = len(text) - OVERLAP
            found.add(text, line, until=cut)
        elif cut:
            found.add(text[:cut], line)
            line += text.count("\n", 0, cut)
        rest = text[cut:]
    if rest:
        found.add(rest, line)
        line += 1
    return FileReport(str(path), "text", max(line - 1, 1), (found.report("(text)"),))


@dataclass(slots=True)
class _Paths:
    """Values of JSON gathered by path, searched in portions so that memory stays flat."""

    today: date | None
    scanners: dict[str, ColumnScanner] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, value: object, path: str, line: int, depth: int = 0) -> None:
        """Take in a value and all that is in it."""
        if isinstance(value, dict) and depth < _DEPTH:
            for key, member in value.items():
                self.add(member, f"{path}.{key}" if path else str(key), line, depth + 1)
        elif isinstance(value, list) and depth < _DEPTH:
            for member in value:
                self.add(member, f"{path}[]", line, depth + 1)
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            self.waiting[path].append(str(value))
            self.lines[path].append(line)
            if len(self.waiting[path]) >= _COLUMN_VALUES:
                self.search(path)

    def search(self, path: str) -> None:
        """Search what waits under a path."""
        scanner = self.scanners.get(path)
        if scanner is None:
            scanner = self.scanners[path] = ColumnScanner((path, path.rpartition(".")[2]), today=self.today)
        scanner.add(pl.Series(self.waiting.pop(path), dtype=pl.String), pl.Series(self.lines.pop(path), dtype=pl.Int64))

    def reports(self) -> tuple[ColumnReport, ...]:
        """Return the reports of all paths, in the order in which they were met."""
        for path in list(self.waiting):
            self.search(path)
        return tuple(scanner.report() for scanner in self.scanners.values())


def _json(path: Path, encoding: Encoding, limits: Limits, today: date | None, *, compressed: bool) -> FileReport | None:
    """Search JSON by path; None where the content is no JSON after all, or too large to be read as a whole."""
    text = ""
    for piece in _decoded(path, encoding, limits, compressed=compressed):
        text += piece
        if len(text) > JSON_BYTES:
            return None
    paths = _Paths(today)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _json_lines(path, text, paths)
    rows = value if isinstance(value, list) else [value]
    try:
        for number, row in enumerate(rows, 1):
            paths.add(row, "", number)
    except RecursionError:
        return None
    return FileReport(str(path), "json", len(rows), paths.reports())


def _json_lines(path: Path, text: str, paths: _Paths) -> FileReport | None:
    rows = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            paths.add(json.loads(line), "", number)
        except (ValueError, RecursionError):
            return None
        rows += 1
    return FileReport(str(path), "ndjson", rows, paths.reports())
