"""The files the departments of the demo push: every row invented, the same on every machine.

Rows come from the makers of each subject; here they get the headers a department's file has (the Chinese
names of the items) and the form its entry asks for: CSV in UTF-8 or GB18030, gzip, XLSX.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final

import polars as pl

from hub.demo import facilities, firms, licences, population, schools, series
from hub.demo.people import AS_OF
from hub.demo.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date
    from pathlib import Path

    from hub.demo.directory import DemoEntry
    from hub.demo.workbook import Cell

_BY_DAY: Final[Mapping[str, Callable[[date], pl.DataFrame]]] = {"kongqi-zhiliang-ribao": series.air_quality}
_FIXED: Final[Mapping[str, Callable[[], pl.DataFrame]]] = {
    **population.FRAMES,
    **schools.FRAMES,
    **firms.FRAMES,
    **licences.FRAMES,
    **facilities.FRAMES,
    "zhuyao-jingji-zhibiao": series.indicators,
    "renkou-tongji": series.population,
    "zhengwu-shixiang": series.services,
}
DATA_NAMES: Final = frozenset(_BY_DAY) | frozenset(_FIXED)
"""Names of the entries that have data."""


def demo_frame(name: str, today: date = AS_OF) -> pl.DataFrame:
    """Return the rows of an entry, columns as its items (raises LookupError without data); ``today`` ends series."""
    if name in _BY_DAY:
        return _BY_DAY[name](today)
    if name not in _FIXED:
        raise LookupError(f"条目 {name} 没有示例数据 / the entry {name} has no sample data")
    return _FIXED[name]()


def file_name(entry: DemoEntry) -> str:
    """Return the name of the file of an entry, such as ``hunyin-dengji.csv``."""
    return f"{entry.name}.{entry.file.removeprefix('gb18030.')}"


def write_file(folder: Path, entry: DemoEntry, today: date, *, without: Collection[str] = ()) -> Path:
    """Write the file of an entry and return its path.

    Args:
        folder: an existing folder.
        entry: the entry; it has data (raises LookupError otherwise).
        today: the last day of series that go on.
        without: columns to leave out, such as those a secrecy review stopped.

    """
    frame = demo_frame(entry.name, today).drop(list(without))
    path = folder / file_name(entry)
    write_table(path, entry, frame)
    return path


def write_table(path: Path, entry: DemoEntry, frame: pl.DataFrame) -> None:
    """Write rows under the Chinese names of their items, in the form the entry asks for."""
    names = {item.column: item.name for item in entry.entry.items}
    told = frame.with_columns(_told(frame)).rename({column: names[column] for column in frame.columns})
    if entry.file == "xlsx":
        write_workbook(path, entry.entry.title[:31], [list(told.columns), *workbook_rows(told)])
        return
    text = told.write_csv()
    if entry.file == "csv.gz":
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    else:
        path.write_bytes(text.encode("gb18030" if entry.file.startswith("gb18030") else "utf-8"))


def _told(frame: pl.DataFrame) -> list[pl.Expr]:
    """Return truth values as 是 and 否, times without fractions: as people write them."""
    truths = [
        pl.when(pl.col(name)).then(pl.lit("是")).when(pl.col(name).is_not_null()).then(pl.lit("否")).alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.Boolean()
    ]
    times = [
        pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S")
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.Datetime)
    ]
    return [*truths, *times]


def workbook_rows(frame: pl.DataFrame) -> list[list[Cell]]:
    """Return rows as cells: dates as text, so that no reader takes them for serial numbers."""
    days = [pl.col(name).dt.to_string("%Y-%m-%d") for name, kind in frame.schema.items() if kind == pl.Date()]
    return [list(row) for row in frame.with_columns(days).iter_rows()]


def write_all(folder: Path, entries: Collection[DemoEntry], today: date) -> Mapping[str, Path]:
    """Write every file the demo pushes, by the name of its entry; what the story stops is left out."""
    return {entry.name: write_file(folder, entry, today, without=entry.stopped) for entry in entries if entry.file}
