"""Where ``hub catalogue describe`` reads a table: a database by URL, or a file; always on the clerk's own machine."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from hub.cli_output import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from connectors.databases.describing import TableFacts
    from connectors.databases.describing_types import ItemType
    from connectors.port import ReadOptions
    from hub.push.mappings.structure import Grid, Header

SECRET_VARIABLE: Final = "HUB_CLIENT_PULL_SECRET"
STATEMENT_SECONDS: Final = 60
SAMPLE_BYTES: Final = 256 << 20
_WHOLE: Final = r"^-?(?:0|[1-9][0-9]{0,13})$"
_DECIMAL: Final = r"^-?(?:0|[1-9][0-9]{0,13})\.[0-9]{1,8}$"
_NUMBER: Final = re.compile(r"[-+]?[0-9][0-9.,/:%-]*")
_LONGEST_NAME: Final = 40
_SHORTEST_CODE: Final = 6
_REPEATED: Final = 0.1


@dataclass(frozen=True, slots=True)
class FileRead:
    """How a file was read: what a mapping of it keeps.

    ``names`` is what each column goes by, in the order of the header: its name, its letter where it has no name or
    shares one with another column, empty where nothing stands in it.
    """

    options: ReadOptions
    header: tuple[str, ...]
    letters: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The table, and how its file was read where it is one."""

    table: TableFacts
    file: FileRead | None = None


def read_source(place: str, table: str | None, sample_rows: int, *, asks: bool) -> Source:
    """Read a table for describing; ``asks`` allows to ask for the password.

    Raises:
        ValueError: neither a URL with a table nor a file.
        SourceError, FileError: it cannot be read; the reason and the remedy are told.
    """
    if "://" not in place:
        return read_file(Path(place), table)
    if not table:
        raise ValueError(pick("请写明表名：hub catalogue describe 地址 表名", "name the table: describe URL TABLE"))
    from connectors.databases.describing import Wish, describe_table
    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits

    # The clerk's own machine may call what the clerk may: the operator's list is for calls of the hub.
    policy = EgressPolicy.from_rules(("0.0.0.0/0", "::/0"), loopback=True)
    limits = SourceLimits(total_bytes=SAMPLE_BYTES, statement_seconds=STATEMENT_SECONDS)
    wish = Wish(place, table, _password(place, asks=asks), sample_rows)
    return Source(describe_table(wish, policy, limits))


def _password(place: str, *, asks: bool) -> str:
    from urllib.parse import urlsplit

    given = os.environ.get(SECRET_VARIABLE)
    if given is not None:
        return given
    parts = urlsplit(place)
    if parts.password is not None or not parts.username or not asks:
        return ""
    prompt = pick("数据库口令（没有则回车）", "password of the database (empty: none)")
    return str(typer.prompt(prompt, hide_input=True, default="", show_default=False, err=True))


def read_file(path: Path, sheet: str | None) -> Source:
    """Read the table of a file: its header, its columns with the types their values show, a sample."""
    from connectors.databases.describing import ColumnFacts, TableFacts
    from connectors.port import Limits, ReadOptions
    from hub.push.mappings.structure import find_header, note_words, read_grid, unit_lines

    if not path.is_file():
        raise ValueError(pick(f"没有文件 {path}，也不是数据库地址", f"{path} is no file and no URL of a database"))
    grid = read_grid(path, ReadOptions(name=path.name, sheet=sheet), Limits())
    header = find_header(grid, _fitness())
    if header is None:
        raise ValueError(pick("没有找到表头", "no header line was found"))
    units = unit_lines(grid, header)
    words, note_lines = note_words(grid)
    rows = _rows(grid, header, units, note_lines)
    names = _names(header.names, grid.letters, rows)
    sample = _sample(names, rows)
    own = {name.strip() for name in header.names}
    columns = tuple(
        ColumnFacts(name, "text", _shown_type(sample[name]), name if name in own else "") for name in sample.columns
    )
    line = max(grid.lines[header.index], 1)
    delimiter = grid.options.delimiter
    options = ReadOptions(
        sheet=sheet,
        header_row=line,
        header_rows=max(header.count, 1),
        skip_after_header=units,
        footer_words=words,
        delimiter=None if delimiter in {None, ","} else delimiter,
    )
    facts = grid.facts
    table = TableFacts(facts.format, path.stem, "", columns, rows=None, sample=sample)
    return Source(table, FileRead(replace(options, name=None), header.names, grid.letters, names))


def _fitness() -> Fitness:
    from catalogue.dictionary import shipped

    known = {word for element in shipped() for word in (element.name, *element.synonyms)}
    return Fitness(known)


@dataclass(frozen=True, slots=True)
class Fitness:
    """How much a line looks like a header: distinct short words, and names the dictionary knows."""

    known: set[str]

    def __call__(self, names: Sequence[str]) -> float:
        """Return the score; lines with one cell alone (titles) and lines of numbers have next to none."""
        cells = [name.strip() for name in names if name.strip()]
        if len(cells) < min(2, len(names)):
            return 0.0
        if len(set(cells)) < len(cells):  # a group over columns: the line below parts them, else letters do
            return _REPEATED * len(set(cells)) / len(names)
        words = [cell for cell in cells if len(cell) <= _LONGEST_NAME and not _NUMBER.fullmatch(cell)]
        return len(words) / max(len(names), 1) + sum(re.split(r"[（(]", cell)[0] in self.known for cell in words)


def _rows(grid: Grid, header: Header, units: int, notes: Sequence[int]) -> list[tuple[str, ...]]:
    first = header.index + header.count + units
    return [row for row, line in zip(grid.rows[first:], grid.lines[first:], strict=True) if line not in notes]


def _names(header: Sequence[str], letters: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return what each column goes by; no column with values is passed over, whatever stands above it."""
    from hub.push.header import plain

    counted = [plain(name) for name in header]
    names = []
    for index, name in enumerate(header):
        is_filled = any(index < len(row) and (row[index] or "").strip() for row in rows)
        by_letter = letters[index] if index < len(letters) else ""
        if not name.strip():
            names.append(by_letter if is_filled else "")
        else:
            names.append(name.strip() if counted.count(counted[index]) == 1 else by_letter)
    return tuple(names)


def _sample(names: Sequence[str], rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(
        {
            name: pl.Series([row[index] if index < len(row) else None for row in rows], dtype=pl.String())
            for index, name in enumerate(names)
            if name
        }
    )


def _shown_type(values: pl.Series) -> ItemType:
    """Return the type the values of a file's column show; what is not plainly a number stays a text."""
    from catalogue.item import DataType
    from connectors.databases.describing_types import ItemType

    filled = values.drop_nulls().str.strip_chars()
    filled = filled.filter(filled != "")
    lengths = filled.str.len_chars()
    # Numbers of one length are codes (telephones, dates without signs, numbers of files), not quantities.
    is_code = len(filled) > 1 and lengths.n_unique() == 1 and lengths[0] >= _SHORTEST_CODE
    if is_code:
        return ItemType(DataType.TEXT, is_unlimited=True)
    if len(filled) and bool(filled.str.contains(_WHOLE).all()):
        return ItemType(DataType.INTEGER)
    if len(filled) and bool(filled.str.contains(f"{_WHOLE}|{_DECIMAL}").all()):
        decimals = filled.str.extract(r"\.([0-9]+)$").str.len_chars().max()
        return ItemType(DataType.NUMBER, 20, decimals if isinstance(decimals, int) else 0)
    return ItemType(DataType.TEXT, is_unlimited=True)
