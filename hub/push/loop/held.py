"""Rejected rows as they were read, kept for the clerk who mends them (Jilin Art. 27; 个人信息保护法 Art. 19).

While a push runs its rejected rows are gathered on disk, then stored with COPY in the transaction of the push. Text
only, by column of the file, so that the marked workbook looks like the clerk's own file. A rejected row may hold an
identity number in any column, so every text long enough to hold one is stored sealed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson
import polars as pl

from connectors.port import FIELDS, LINE, position
from hub.rows.sealed import forms, opened

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from hub.push.header import ColumnMap
    from hub.rows.sealed import Seals

NUL: Final = "\x00"
SHOWN_NUL: Final = "\u2400"
"""Stands for the NUL character, which no text of the database can hold."""
SEALED_FROM: Final = 8
"""Texts of this many characters and more are sealed."""
ROWS: Final = pl.Schema({"line": pl.Int64, "cells": pl.String})


@dataclass(frozen=True, slots=True)
class HeldHead:
    """The shape of the file rejected rows came from: header, letters, 0-based column by item column."""

    header: tuple[str, ...]
    letters: tuple[str, ...]
    positions: Mapping[str, int]

    @classmethod
    def of(cls, columns: ColumnMap) -> HeldHead:
        """Return the shape a column map tells."""
        return cls(columns.header, columns.letters, dict(columns.positions))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of a chunk, in order."""
        return tuple(position(index) for index in range(len(self.header)))


@dataclass(frozen=True, slots=True)
class HeldPush:
    """What is kept of a push's rejected rows: how many, how many not, until when; ``erased_at`` once they are gone.

    ``seals`` seal and open their cells; None only where no cell is looked at.
    """

    push_id: uuid.UUID
    head: HeldHead
    rows: int
    left_out: int
    lapses_at: datetime
    erased_at: datetime | None = None
    seals: Seals | None = field(default=None, compare=False, repr=False)

    def stored(self, cells: Mapping[str, str | None]) -> dict[str, str | None]:
        """Return the cells of a row as they are stored."""
        seals = self.seals
        if seals is None:
            return dict(cells)
        version = seals.version
        return {
            name: seals.seal_text(text, version) if text is not None and len(text) >= SEALED_FROM else text
            for name, text in cells.items()
        }

    def stored_frame(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows (:data:`ROWS`) as they are stored."""
        if self.seals is None:
            return rows
        texts = [orjson.dumps(self.stored(orjson.loads(text))).decode() for text in rows["cells"].to_list()]
        return rows.with_columns(pl.Series("cells", texts, dtype=pl.String))

    def opened(self, text: str | None) -> str | None:
        """Return a stored cell as it was read."""
        return text if self.seals is None or text is None else str(opened(self.seals, text))

    def forms(self, text: str) -> tuple[str, ...]:
        """Return every text a cell can be stored as."""
        return (text,) if self.seals is None else (text, *forms(self.seals, text))


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One rejected row. ``cells`` None: resolved by a push, or erased. ``faults`` None: those of ``tried_by``."""

    line: int
    cells: tuple[str, ...] | None
    faults: tuple[Mapping[str, object], ...] | None
    is_mended: bool
    tried_by: uuid.UUID | None
    resolved_by: uuid.UUID | None


class HeldLog:
    """The rejected rows of one push, gathered in a file; what is beyond ``limit`` rows is only counted."""

    def __init__(self, path: Path, limit: int) -> None:
        """Nothing is written before the first rejected row."""
        self._path = path
        self._limit = limit
        self.rows = 0
        self.left_out = 0

    def add(self, rows: pl.DataFrame | None) -> None:
        """Add the rejected rows of one chunk (columns of the file and the line).

        Where columns became rows, several rows may be of one line: these are only counted, since nothing that comes
        back could tell which of them it mends.
        """
        if rows is None or rows.is_empty():
            return
        is_shared = rows[LINE].is_duplicated()
        self.left_out += int(is_shared.sum())
        rows = rows.filter(~is_shared)
        kept = rows.head(max(self._limit - self.rows, 0))
        self.left_out += rows.height - kept.height
        self.rows += kept.height
        if kept.height:
            with self._path.open("ab") as file:
                encoded(kept).write_csv(file, include_header=False)

    def frames(self, size: int = 50_000) -> Iterator[pl.DataFrame]:
        """Yield what was gathered as :data:`ROWS`."""
        if self.rows:
            scan = pl.scan_csv(self._path, has_header=False, schema=ROWS)
            for start in range(0, self.rows, size):
                yield scan.slice(start, size).collect()


def encoded(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as line and JSON text of their cells."""
    cells = [name for name in rows.columns if name not in {LINE, FIELDS}]
    clean = [pl.col(name).str.replace_all(NUL, SHOWN_NUL, literal=True) for name in cells]
    return rows.select(pl.col(LINE).alias("line"), pl.struct(clean).struct.json_encode().alias("cells"))


def frame_of(rows: list[HeldRow], head: HeldHead) -> pl.DataFrame:
    """Return rows as a chunk of a table source: text columns, the line, no odd number of values."""
    columns: dict[str, pl.Series] = {
        name: pl.Series(name, [row.cells[index] if row.cells is not None else "" for row in rows], dtype=pl.String)
        for index, name in enumerate(head.names)
    }
    columns[LINE] = pl.Series(LINE, [row.line for row in rows], dtype=pl.Int64)
    columns[FIELDS] = pl.repeat(None, len(rows), dtype=pl.Int32, eager=True).alias(FIELDS)
    return pl.DataFrame(columns)
