"""JSON and JSON lines as a table (RFC 8259; one object a record).

Every record is read once: its values become text columns in files of a scratch folder, and the names of all records
together are the header, however late one of them first appears. Objects inside a record become columns with dotted
names (``address.city``); lists are refused by name, or kept as their JSON text where the provider asks for that.
"""

from __future__ import annotations

import codecs
import shutil
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Self, cast

import polars as pl

from connectors.files.documents import catalogue_error
from connectors.files.errors import FileLimitError, ReadOptionError, RecordsError
from connectors.files.json_records import ROOT, RecordFinder, line_records
from connectors.files.json_text import JsonCursor, text_of, too_deep
from connectors.files.rows import RowTally, clean_rows
from connectors.files.streams import ByteStream, find_encoding, invalid_bytes, utf8_pieces
from connectors.port import FIELDS, LINE, OutsideText, ReadNote, TableFacts, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from connectors.files.json_records import Record
    from connectors.port import Limits, ReadOptions

_PIECE_BYTES: Final = 1 << 20
_FRAME_CELLS: Final = 1_000_000
_FRAME_CHARS: Final = 4 << 20
_START_CHARS: Final = 1 << 16
_PREVIEW_ROWS: Final = 20
_NAMED_PATHS: Final = 10
_MOST_ASIDE: Final = 200_000
_NESTED: Final = frozenset({"", "text"})
_ONLY_TEXT: Final = frozenset({str})
_ASIDE_FILE: Final = "aside.txt"


class JsonTable:
    """The records of one JSON text, opened; see :class:`connectors.port.TableSource`. The line is a record's number."""

    def __init__(self, path: Path, options: ReadOptions, limits: Limits, folder: Path, *, is_lines: bool) -> None:
        """Read all records into ``folder``, which goes with the table; raise a ``FileError`` where that fails."""
        if options.nested not in _NESTED:
            raise ReadOptionError(
                "选项 nested 只能是 text",
                "option nested is text or nothing",
                next_zh="--nested text 把数组保留为 JSON 文本；不给则指出数组所在的列",
                next_en="--nested text keeps lists as JSON text; without it they are refused by name",
                facts={"option": "nested"},
            )
        self._options, self._limits, self._folder, self._is_lines = options, limits, folder, is_lines
        self._encoding = find_encoding(path, compressed=False, wanted=options.encoding, limits=limits)
        self._stream = ByteStream(path, compressed=False, limits=limits)
        self._columns: dict[str, int] = {}
        self._parts: list[Path] = []
        self._rows: list[dict[str, str]] = []
        self._numbers: list[int] = []
        self._preview: list[dict[str, str]] = []
        self._aside_paths: dict[str, int] = {}
        self._aside_count = 0
        self._path = self._start = ""
        try:
            with (folder / _ASIDE_FILE).open("w", encoding="utf-8", errors="replace") as aside:
                self._aside_file = aside
                self._take_in(self._records())
        except RecordsError as error:
            says_how = options.records_path is not None or options.nested or is_lines
            catalogue = None if says_how else catalogue_error(self._start)
            if catalogue is None:
                raise
            raise catalogue from error
        finally:
            self._stream.close()
        self._tally = RowTally(self.header, options.skip_footer)

    def _records(self) -> Iterator[Record]:
        tell_numbers = self._options.nested == "text"
        if self._is_lines and self._options.records_path in {None, ROOT}:
            yield from line_records(self._texts(), self._limits, tell_numbers=tell_numbers)
            return
        cursor = JsonCursor(self._texts(), self._limits, tell_numbers=tell_numbers)
        finder = RecordFinder(cursor, self._options.records_path, self._set_aside)
        yield from finder.records()
        self._path = finder.path or ""

    def _texts(self) -> Iterator[str]:
        """Yield the text in pieces, whatever encoding the file has."""
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        done, line = self._encoding.mark_bytes, 1
        for piece in utf8_pieces(self._stream, self._encoding, _PIECE_BYTES):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                lines = error.object[: error.start].count(b"\n")
                raise invalid_bytes(self._encoding.label, done - pending + error.start, line + lines) from error
            done += len(piece)
            line += text.count("\n")
            self._start += text[: max(_START_CHARS - len(self._start), 0)]
            if text:
                yield text

    def _take_in(self, records: Iterator[Record]) -> None:
        """Read every record; a full frame goes to the folder."""
        size = cells = 0
        for number, record in records:
            if record.keys() <= self._columns.keys() and _ONLY_TEXT.issuperset(map(type, record.values())):
                row = cast("dict[str, str]", record)
                size += sum(map(len, row.values()))
            else:
                row = {}
                try:
                    size += self._flatten(record, "", row, number)
                except RecursionError as error:
                    raise too_deep(number) from error
            self._rows.append(row)
            self._numbers.append(number)
            cells = len(self._rows) * len(self._columns)
            if cells > _FRAME_CELLS or size > _FRAME_CHARS or len(self._rows) >= self._limits.record_chunk_rows:
                self._write()
                size = 0
        self._write()
        if not self._columns:
            raise RecordsError(
                "JSON 中没有记录，或记录里没有任何名称",
                "the JSON holds no record, or records without a name",
                next_zh="检查导出是否成功，再重新推送",
                next_en="check the export and push again",
                facts={},
            )

    def _flatten(self, record: dict[str, object], prefix: str, row: dict[str, str], number: int) -> int:
        """Write the values of a record into ``row`` by their dotted names; return how many characters they have."""
        size = 0
        for key, value in record.items():
            name = prefix + key if prefix else key
            if isinstance(value, dict) and value:
                size += self._flatten(value, f"{name}.", row, number)
                continue
            if name not in self._columns:
                self._add_column(name, number)
            if name in row:
                raise _same_name(name, number)
            if isinstance(value, str):
                row[name] = value
                size += len(value)
            else:
                row[name] = self._plain_text(value, name, number)
        return size

    def _plain_text(self, value: object, name: str, number: int) -> str:
        if value is None or value == {}:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if self._options.nested == "text":
            return text_of(value)
        raise _list_value(name, number, value)

    def _add_column(self, name: str, number: int) -> None:
        if len(self._columns) >= self._limits.columns:
            raise FileLimitError(
                f"到第 {number} 条记录已有超过 {self._limits.columns} 个不同的名称（列），这是上限",
                f"up to record {number} there are more than {self._limits.columns} names (columns), which is the limit",
                next_zh="检查是否把代码或编号写成了名称；宽表请拆成多个资源",
                next_en="check that no codes stand as names; split a wide table into several resources",
                facts={"record": number, "limit": self._limits.columns},
            )
        self._columns[name] = len(self._columns)

    def _write(self) -> None:
        """Write the rows gathered as one frame."""
        if not self._rows:
            return
        if not self._preview:
            self._preview = self._rows[: _PREVIEW_ROWS - 1]
        series = [pl.Series(LINE, self._numbers, dtype=pl.Int64)]
        for name, index in self._columns.items():
            values = _values(self._rows, name)
            try:
                series.append(pl.Series(position(index), values, dtype=pl.String))
            except UnicodeEncodeError as error:
                raise self._broken_text(name, values) from error
        part = self._folder / f"part-{len(self._parts)}.arrow"
        pl.DataFrame(series).write_ipc(part)
        self._parts.append(part)
        self._rows, self._numbers = [], []

    def _broken_text(self, name: str, values: list[str]) -> RecordsError:
        """Name the record whose text holds half a character (a surrogate alone)."""
        at = next(index for index, value in enumerate(values) if any("\ud800" <= char <= "\udfff" for char in value))
        number = self._numbers[at]
        return RecordsError(
            f"第 {number} 条记录的“{name}”含有半个字符（\\uD800 至 \\uDFFF），不是文字",
            f"“{name}” of record {number} holds half a character (\\uD800 to \\uDFFF), which is no text",
            next_zh="在业务系统中改正导出的编码后再推送",
            next_en="mend the encoding of the export and push again",
            facts={"record": number, "name": name[:200]},
        )

    def _set_aside(self, path: str, value: object) -> None:
        """Keep what is no record for the gate, and count it."""
        self._aside_count += 1
        if self._aside_count > _MOST_ASIDE:
            raise RecordsError(
                f"JSON 中记录以外的值超过 {_MOST_ASIDE} 个，像是以代码或编号为名的对象，不是记录表",
                f"over {_MOST_ASIDE} values of the JSON are beside any record: it looks keyed by codes, not a list",
                next_zh='导出为 [{"信息项": 值, …}, …] 再推送',
                next_en='export it as [{"item": value, …}, …] and push that',
                facts={"limit": _MOST_ASIDE},
            )
        if path in self._aside_paths or len(self._aside_paths) < _NAMED_PATHS:
            self._aside_paths[path] = self._aside_paths.get(path, 0) + 1
        else:
            self._aside_paths["…"] = self._aside_paths.get("…", 0) + 1
        try:
            text = text_of(value)
        except RecursionError as error:
            raise too_deep(1) from error
        self._aside_file.write(f"{path} {text}\n")

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all records, in the order of their first appearance."""
        return tuple(self._columns)

    @property
    def letters(self) -> tuple[str, ...]:
        """Letter of each column, as if the records stood in a sheet."""
        return tuple(letter(index) for index in range(len(self._columns)))

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read the records in their order."""
        names = [position(index) for index in range(len(self._columns))]
        for part in self._parts:
            frame = pl.read_ipc(part)
            absent = [pl.lit("").alias(name) for name in names if name not in frame.columns]
            whole = frame.with_columns(*absent, pl.lit(None, dtype=pl.Int32).alias(FIELDS))
            rows = self._tally.take(clean_rows(whole.select(*names, LINE, FIELDS), self._tally, self._limits))
            if rows.height:
                yield rows
        self._tally.finish()

    def facts(self) -> TableFacts:
        """Return the counts so far."""
        return TableFacts(
            format="ndjson" if self._is_lines else "json",
            encoding=self._encoding.label,
            encoding_basis=self._encoding.basis,
            header_line=0,
            records_path=self._path,
            bytes_read=self._stream.bytes_read,
            notes=(*self._notes(), *self._tally.notes()),
            **self._tally.counts(),
        )

    def _notes(self) -> Iterator[ReadNote]:
        count = sum(self._aside_paths.values())
        if count:
            yield ReadNote(
                "beside_records",
                f"JSON 中记录以外的 {count} 个值没有读入",
                f"{count} values of the JSON beside the records are not read",
                count,
                tuple(self._aside_paths),
            )

    def outside(self) -> Iterator[OutsideText]:
        """Yield the names of the records and every value beside them."""
        yield OutsideText("表头", "the header", " ".join(self.header))
        with (self._folder / _ASIDE_FILE).open(encoding="utf-8") as file:
            while piece := file.read(_PIECE_BYTES):
                yield OutsideText("JSON 中记录以外的值", "a value of the JSON beside the records", piece)

    def footer(self) -> Iterator[OutsideText]:
        """Yield the rows left out at the end."""
        return self._tally.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return names and first records."""
        names = self.header
        return (names, *(tuple(row.get(name, "") for name in names) for row in self._preview))

    def close(self) -> None:
        """Remove the scratch folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _values(rows: list[dict[str, str]], name: str) -> list[str]:
    """Return one column; a record without the name has a blank."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name, "") for row in rows]


def _list_value(name: str, number: int, value: object) -> RecordsError:
    """Build the refusal of a list inside a record: of values, or of records below it."""
    facts: dict[str, object] = {"record": number, "name": name[:200]}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return RecordsError(
            f"第 {number} 条记录的“{name}”里还有下级记录（{len(value)} 条），一行放不下",
            f"“{name}” of record {number} holds records below it ({len(value)}), which do not fit a row",
            next_zh="把下级记录导出为另一张表，每条一行，并带上级的编号；确要存为一段 JSON 文本的，用 --nested text",
            next_en="export them as a table of their own with the key of their parent, or keep JSON with --nested text",
            facts=facts,
        )
    return RecordsError(
        f"第 {number} 条记录的“{name}”是数组，一个信息项只能有一个值",
        f"“{name}” of record {number} is a list; an item takes one value",
        next_zh="用 --nested text 把数组保留为 JSON 文本，或在导出时把它拆成另一张表",
        next_en="keep lists as JSON text with --nested text, or export them as a table of their own",
        facts=facts,
    )


def _same_name(name: str, number: int) -> RecordsError:
    return RecordsError(
        f"第 {number} 条记录有两个值的名称都是“{name}”（一个在嵌套对象里）",
        f"two values of record {number} are both named “{name}”, one of them inside an object",
        next_zh="改正导出，使名称不含点，或不嵌套",
        next_en="mend the export: names without dots, or no nesting",
        facts={"record": number, "name": name[:200]},
    )
