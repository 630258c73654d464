"""What a fetch brings to the push: files of rows with their mode, and what is to be remembered once each is in.

Rows of a database become CSV in UTF-8 with every value in quotation marks: the same rows in the same order have the
same digest, so that a repeat is known as one. Hashes that travelled with the rows lie in a file beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import polars as pl

from connectors.port import ReadOptions, position
from hub.push.header import HeaderMapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from hub.push.merge import MergeMode

MARKS: Final = ("slot", "key", "hash")
"""Behind the values of a row, where its hash travels with it."""
SIDE_SCHEMA: Final = {"slot": pl.Int64(), "key": pl.String(), "hash": pl.String(), "line": pl.Int64()}
SIDE_ROWS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Part:
    """One file to push. ``marks`` is the file of its rows' hashes; ``gone`` are rows to forget once it is in."""

    path: Path
    digest: bytes
    mode: MergeMode
    filename: str
    options: ReadOptions
    mapping: HeaderMapping = field(default_factory=HeaderMapping)
    rows: int = 0
    marks: Path | None = None
    gone: pl.DataFrame | None = None
    replaces_marks: bool = False


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a fetch brought. No part: the source is as it was. ``memory`` replaces what the pull remembers."""

    strategy: str
    parts: tuple[Part, ...]
    memory: dict[str, Any]
    deleted: int = 0
    notes: tuple[dict[str, str], ...] = ()


class RowFile:
    """A CSV file being written, with the hashes of its rows beside it where they came; use it in a ``with``."""

    def __init__(self, path: Path, header: Sequence[str], *, has_marks: bool) -> None:
        """``path`` is made; the header is its first line."""
        self.path = path
        self.rows = 0
        self.marks = path.with_suffix(".marks") if has_marks else None
        self._width = len(header)
        self._line = 2
        self._digest = hashlib.sha256()
        self._file = path.open("wb")
        self._side = self.marks.open("wb") if self.marks is not None else None
        names = pl.DataFrame([list(header)], schema=[position(index) for index in range(self._width)], orient="row")
        self._write(names)

    def add(self, frame: pl.DataFrame) -> None:
        """Write rows: their values, and behind them :data:`MARKS` where this file has marks."""
        values = frame[:, : self._width]
        if self._side is not None:
            marks = frame[:, self._width :].rename(dict(zip(frame.columns[self._width :], MARKS, strict=True)))
            marks.with_columns(self._lines(values)).write_csv(self._side, include_header=False)
        self._write(values)
        self.rows += values.height

    def _lines(self, values: pl.DataFrame) -> pl.Series:
        """Return the line each row begins on: a value may hold line ends of its own."""
        inner = values.select(
            pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0)).cast(pl.Int64)
        ).to_series()
        ends = (inner + 1).cum_sum()
        starts = (ends - inner - 1 + self._line).alias("line")
        self._line += int(ends[-1]) if len(ends) else 0
        return starts

    def _write(self, frame: pl.DataFrame) -> None:
        content = frame.write_csv(include_header=False, quote_style="always").encode()
        self._digest.update(content)
        self._file.write(content)

    def part(self, mode: MergeMode, name: str, mapping: HeaderMapping) -> Part:
        """Return the closed file as a part of a fetch."""
        return Part(
            self.path,
            self._digest.digest(),
            mode,
            f"{name}.csv",
            ReadOptions(name=f"{name}.csv", encoding="utf-8", delimiter=","),
            mapping,
            self.rows,
            self.marks,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if self._side is not None:
            self._side.close()


def read_marks(path: Path) -> Iterator[pl.DataFrame]:
    """Yield slot, key, hash and line of the rows of a file, some at a time."""
    if path.stat().st_size == 0:
        return
    scan = pl.scan_csv(path, has_header=False, schema=SIDE_SCHEMA, empty_string_is_null=False)
    start = 0
    while (frame := scan.slice(start, SIDE_ROWS).collect()).height:
        yield frame
        start += frame.height


def note(zh: str, en: str) -> dict[str, str]:
    """Return a note to a run in both languages."""
    return {"zh": zh, "en": en}
