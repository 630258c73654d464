"""From a file to its table, through the archives around it: the kind is told by content at every step.

An archive is unpacked into a folder of its own beside the file, which goes when the table is closed. One archive
may hold one file; an archive inside an archive is refused (a workbook is a file here, though it is stored as one).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from connectors.files.delimited import DelimitedTable
from connectors.files.errors import EmptyFileError, FileError
from connectors.files.excel import open_workbook
from connectors.files.idle_options import refuse_idle_options
from connectors.files.kinds import HEAD_BYTES, Kind, kind_of
from connectors.files.packed import PackedFiles, unpack_gzip
from connectors.files.streams import ByteStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    import polars as pl

    from connectors.port import Limits, OutsideText, ReadOptions, TableFacts, TableSource


def opened(path: Path, options: ReadOptions, limits: Limits) -> TableSource:
    """Open the table of a file as it stands there; raises a ``FileError`` where that fails."""
    match _kind(path, options, limits):
        case Kind.GZIP:
            return _gzip(path, options, limits)
        case Kind.ZIP:
            return _zip(path, options, limits)
        case kind:
            return _plain(path, kind, options, limits)


def _kind(path: Path, options: ReadOptions, limits: Limits) -> Kind:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise _empty()
    return kind_of(head, path, limits, options.name)


def _plain(path: Path, kind: Kind, options: ReadOptions, limits: Limits) -> TableSource:
    """Open a file that is no archive. Heavy readers load when they are wanted."""
    refuse_idle_options(kind, options)
    match kind:
        case Kind.TEXT:
            return DelimitedTable(path, options, limits, compressed=False)
        case Kind.XLSX | Kind.XLS | Kind.ODS:
            return open_workbook(path, options, limits, kind.value)
        case Kind.JSON | Kind.NDJSON:
            from connectors.files.json_table import JsonTable

            with scratch(path) as folder:
                return JsonTable(path, options, limits, folder.keep(), is_lines=kind is Kind.NDJSON)
        case Kind.PARQUET:
            from connectors.files.parquet import ParquetTable

            return ParquetTable(path, options, limits)
        case Kind.ARROW:
            from connectors.files.arrow import ArrowTable

            return ArrowTable(path, options, limits)
        case Kind.GEOJSON | Kind.SHAPEFILE | Kind.GEOPACKAGE:
            from connectors.files.spatial import open_spatial

            return open_spatial(path, kind, options, limits)
        case Kind.GZIP | Kind.ZIP:
            raise _nested()


def _gzip(path: Path, options: ReadOptions, limits: Limits) -> TableSource:
    """Open what a gzip file holds: text and JSON as they are unpacked, anything else from an unpacked copy."""
    stream = ByteStream(path, compressed=True, limits=limits)
    try:
        head = stream.read(HEAD_BYTES)
    finally:
        stream.close()
    if not head:
        raise _empty()
    name = (options.name or "").removesuffix(".gz")
    if not head.startswith((b"PK", b"\xd0\xcf")) and kind_of(head, path, limits, name) is Kind.TEXT:
        refuse_idle_options(Kind.TEXT, options)
        return DelimitedTable(path, options, limits, compressed=True)
    with scratch(path) as folder:
        inner = folder.path / "file"
        unpack_gzip(path, inner, limits)
        kind = kind_of(head, inner, limits, name)
        return UnpackedTable(_plain(inner, kind, options, limits), folder.keep(), compression="gzip")


def _zip(path: Path, options: ReadOptions, limits: Limits) -> TableSource:
    """Open the one table of an archive, or the member asked for."""
    packed = PackedFiles(path, limits)
    chosen = packed.choose(options.member)
    with scratch(path) as folder:
        inner = packed.unpack(chosen, folder.path)
        # The name of the archive tells about its file too (a coordinate system, for instance).
        inner_options = replace(options, member=None, name=f"{options.name or ''}/{chosen.name}".lstrip("/"))
        kind = _kind(inner, inner_options, limits)
        source = _plain(inner, kind, inner_options, limits)
        return UnpackedTable(source, folder.keep(), compression="zip", member=chosen.name, texts=packed.outside(chosen))


class Scratch:
    """A folder that goes at the end of a ``with``, unless it is kept for a table that removes it when closed."""

    def __init__(self, near: Path) -> None:
        """Make the folder beside the file it is for; where that folder is closed to us, in the system's own place."""
        parent = near.parent if os.access(near.parent, os.W_OK) else None
        self.path = Path(tempfile.mkdtemp(prefix="unpacked-", dir=parent))
        self._is_kept = False

    def keep(self) -> Path:
        """Return the folder; from now on who asked removes it."""
        self._is_kept = True
        return self.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None or not self._is_kept:
            shutil.rmtree(self.path, ignore_errors=True)


def scratch(near: Path) -> Scratch:
    """Return a new folder for what must be unpacked from ``near``."""
    return Scratch(near)


class UnpackedTable:
    """The table of a file that came out of an archive; see :class:`connectors.port.TableSource`."""

    def __init__(
        self,
        source: TableSource,
        folder: Path,
        *,
        compression: str,
        member: str = "",
        texts: Iterable[OutsideText] = (),
    ) -> None:
        """``folder`` goes with the table; ``texts`` are the names in the archive and what its other files say."""
        self._source, self._folder = source, folder
        self._compression, self._member, self._texts = compression, member, texts

    @property
    def header(self) -> tuple[str, ...]:
        """Names as the file says them."""
        return self._source.header

    @property
    def letters(self) -> tuple[str, ...]:
        """Letter of each column."""
        return self._source.letters

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read forward, once."""
        return self._source.chunks()

    def facts(self) -> TableFacts:
        """Return the counts of the table, with the archive it came out of."""
        return replace(self._source.facts(), compression=self._compression, member=self._member)

    def outside(self) -> Iterator[OutsideText]:
        """Yield the texts of the archive, then those of the table."""
        yield from self._texts
        yield from self._source.outside()

    def footer(self) -> Iterator[OutsideText]:
        """Yield the rows left out at the end."""
        return self._source.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return the first rows."""
        return self._source.preview()

    def close(self) -> None:
        """Close the table and remove its unpacked file."""
        self._source.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _empty() -> EmptyFileError:
    return EmptyFileError(
        "文件是空的（0 字节）",
        "the file is empty (0 bytes)",
        next_zh="检查导出是否成功，再重新推送",
        next_en="check the export and push again",
        facts={"byte": 0},
    )


def _nested() -> FileError:
    return FileError(
        "压缩包内还是压缩包（嵌套压缩），不再向内解压",
        "an archive inside an archive: it is not unpacked further",
        next_zh="解压后直接推送其中的文件",
        next_en="unpack it and push the file inside",
    )
