"""Parquet (format 2.x), read in slices of rows; footer and page headers are looked at before anything is unpacked.

The reader takes memory for what a page header claims. So every page is visited first, by its header alone: how much
it unpacks to, and whether the rows add up to what the footer says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.files.columnar import ColumnarTable, damaged, foreign_faults
from connectors.files.errors import FileLimitError
from connectors.files.thrift import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from connectors.files.thrift import Struct, Wanted
    from connectors.port import Limits, ReadOptions

FORM: Final = "parquet"
_MARK: Final = b"PAR1"
_FOOTER_BYTES: Final = 16 << 20
_STRUCTS: Final = 500_000
_HEADER_BYTES: Final = 1 << 20
_FIRST_LOOK: Final = 512
_DICTIONARY_PAGE: Final = 2
_COLUMN: Final[Wanted] = {3: {5: None, 6: None, 7: None, 9: None, 11: None}}
_FOOTER: Final[Wanted] = {2: {}, 3: None, 4: {1: _COLUMN, 3: None}}
_PAGE: Final[Wanted] = {1: None, 2: None, 3: None, 5: {1: None}, 8: {1: None}}


class ParquetTable(ColumnarTable):
    """The table of a Parquet file."""

    def __init__(self, path: Path, options: ReadOptions, limits: Limits) -> None:
        """Look at footer and pages; raise a ``FileError`` where they are beyond the limits or do not agree."""
        super().__init__(path, _File(path, limits), options, limits)


@dataclass(slots=True)
class _Sizes:
    """What the pages of a row group take when unpacked: dictionaries stay, one data page a column is open at a time."""

    dictionaries: int = 0
    largest: int = 0
    total: int = 0


class _File:
    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self._size = path.stat().st_size
        self._unpacked = 0
        try:
            with path.open("rb") as file:
                self._groups = self._look(file)
        except (ValueError, IndexError, OverflowError) as error:
            raise damaged(FORM) from error

    @property
    def form(self) -> str:
        return FORM

    def _look(self, file: BinaryIO) -> tuple[int, ...]:
        """Check footer and pages; return the rows of each group."""
        footer = self._footer(file)
        rows, groups = footer.number(3), footer.many(4)
        if rows > self._limits.total_rows:
            raise FileLimitError(
                f"文件声称有 {rows} 行，上限是 {self._limits.total_rows} 行",
                f"the file claims {rows} rows, the limit is {self._limits.total_rows}",
                next_zh="请分批推送",
                next_en="push it in parts",
                facts={"rows": rows, "limit": self._limits.total_rows},
            )
        if len(footer.many(2)) > 2 * self._limits.columns + 1:
            raise FileLimitError(
                f"文件有超过 {self._limits.columns} 列，这是上限",
                f"the file has more than {self._limits.columns} columns, which is the limit",
                next_zh="宽表请拆成多个资源",
                next_en="split a wide table into several resources",
                facts={"limit": self._limits.columns},
            )
        counts = tuple(group.number(3) for group in groups)
        if sum(counts) != rows or any(count < 0 for count in counts):
            raise ValueError
        for group in groups:
            self._group(file, group)
        return counts

    def _footer(self, file: BinaryIO) -> Struct:
        tail = 4 + len(_MARK)
        if self._size < 2 * tail:
            raise ValueError
        file.seek(self._size - tail)
        end = file.read(tail)
        length = int.from_bytes(end[:4], "little")
        if end[4:] != _MARK or not 0 < length <= min(_FOOTER_BYTES, self._size - tail):
            raise ValueError
        file.seek(self._size - tail - length)
        return Reader(file.read(length), _STRUCTS).struct(_FOOTER)

    def _group(self, file: BinaryIO, group: Struct) -> None:
        """Visit the pages of a row group."""
        rows = group.number(3)
        if rows > self._limits.group_rows:
            raise self._too_large(f"一个行组有 {rows} 行", f"a row group of {rows} rows")
        sizes = _Sizes()
        for column in group.many(1):
            data = column.one(3)
            if data is None:
                raise ValueError
            self._column(file, data, sizes)
        held = sizes.dictionaries + 2 * sizes.largest
        if held > self._limits.batch_bytes:
            raise self._too_large(
                f"一个行组解压后要占 {held >> 20} MiB", f"a row group takes {held >> 20} MiB unpacked"
            )

    def _column(self, file: BinaryIO, data: Struct, sizes: _Sizes) -> None:
        """Visit the pages of one column of a group until its values are all there."""
        starts = [place for place in (data.number(11), data.number(9)) if place > 0]
        if not starts:
            raise ValueError
        place, left = min(starts), data.number(5)
        end = place + data.number(7)
        if end > self._size or left < 0:
            raise ValueError
        while left > 0 and place < end:
            page, body = self._page(file, place)
            unpacked, packed = page.number(2), page.number(3)
            values = page.one(5) or page.one(8)
            if unpacked < 0 or packed < 0 or body + packed > end:
                raise ValueError
            self._count(unpacked)
            if page.number(1) == _DICTIONARY_PAGE:
                sizes.dictionaries += unpacked
            elif values is not None:
                sizes.largest = max(sizes.largest, unpacked)
                left -= values.number(1)
            place = body + packed
        if left != 0:
            raise ValueError

    def _page(self, file: BinaryIO, place: int) -> tuple[Struct, int]:
        """Return the header of the page at ``place``, and where its body begins."""
        look = _FIRST_LOOK
        while True:
            file.seek(place)
            reader = Reader(file.read(look), 64)
            try:
                return reader.struct(_PAGE), place + reader.at
            except (ValueError, IndexError):
                if look >= _HEADER_BYTES:
                    raise
                look *= 8  # statistics of long texts make a header long

    def _count(self, unpacked: int) -> None:
        limits = self._limits
        if unpacked > limits.page_bytes:
            raise self._too_large(f"一页解压后有 {unpacked >> 20} MiB", f"a page of {unpacked >> 20} MiB unpacked")
        self._unpacked += unpacked
        if self._unpacked > limits.total_bytes:
            raise self._too_large("解压后过大", "too much data when unpacked")

    def _too_large(self, zh: str, en: str) -> FileLimitError:
        return FileLimitError(
            f"Parquet 文件超过上限：{zh}",
            f"the Parquet file is beyond a limit: {en}",
            next_zh="导出时用常见的设置（行组 100,000 至 1,000,000 行，页 1 MiB），或导出为 CSV",
            next_en="export with common settings (row groups of 100,000 to 1,000,000 rows, pages of 1 MiB), or as CSV",
            facts={"limit": self._limits.batch_bytes},
        )

    def _scan(self) -> pl.LazyFrame:
        return pl.scan_parquet(self._path, glob=False, hive_partitioning=False, use_statistics=False, low_memory=True)

    def schema(self) -> Mapping[str, pl.DataType]:
        return self._scan().collect_schema()

    def frames(self) -> Iterator[pl.DataFrame]:
        start = 0
        for rows in self._groups:
            for offset in range(0, rows, self._limits.sheet_chunk_rows):
                count = min(self._limits.sheet_chunk_rows, rows - offset)
                yield self._scan().slice(start + offset, count).collect()
            start += rows

    def texts(self) -> Iterator[str]:
        with foreign_faults(FORM):
            found = pl.read_parquet_metadata(self._path)
        for name, text in found.items():
            yield f"{name} {text}"
