"""A file of figures at the console: read by its mapping, taken whole or not at all, with a receipt.

Whoever answers for the console loads what departments and the national statistics publish as files; a department's
own figures come by push (:mod:`hub.registers.macro.feeding`). Zhengzhou Art. 18, 19.
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.indicators import Indicator, IndicatorDefinitionError, indicator_of
from catalogue.indicators_mapping import IndicatorMapping, MappingError, mapping_of
from catalogue.indicators_reading import Surroundings, TableReader
from connectors.files.reader import open_table
from connectors.port import FIELDS, LINE, Limits, ReadOptions
from hub.identity.facts import CONSOLE
from hub.ledger.drafts import ReceiptKind
from hub.registers.macro import indicator_store, loading_store
from hub.registers.macro.errors import LoadFileError, MacroOffError
from hub.registers.macro.sdmx_file import read_sdmx
from hub.registers.macro.taking import Load, due_on, take

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from catalogue.indicators import Observation
    from catalogue.indicators_reading import CellFault
    from hub.context import Context
    from hub.database import Unit

_LISTS: Final = frozenset({"columns", "footer_words"})
_TEXTS: Final = frozenset({"encoding", "delimiter", "sheet", "quote"})
_COUNTS: Final = frozenset({"header_row", "skip_rows", "skip_after_header", "skip_footer", "header_rows"})
SDMX: Final = "sdmx"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What came of a load: its number, the rows of the table, and counts by kind (:data:`taking.COUNTED`)."""

    load: int
    name: str
    rows: int
    counts: Mapping[str, int]


def read_toml(path: Path) -> Mapping[str, object]:
    """Return a TOML file (raises :class:`MappingError`)."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise MappingError(f"{path.name} 不是 UTF-8 的 TOML", f"{path.name} is no TOML in UTF-8") from None


def require_on(unit: Unit) -> None:
    """Raise :class:`MacroOffError` where the database is switched off."""
    if not indicator_store.switch(unit).is_on:
        raise MacroOffError


def define_indicators(context: Context, unit: Unit, given: Mapping[str, object]) -> tuple[Indicator, ...]:
    """Store indicators, one table each under its code; all or none.

    Raises:
        MacroOffError: the database is off.
        IndicatorDefinitionError, UnitError: a description is incomplete, or changes what figures already mean.

    """
    require_on(unit)
    found = []
    for code, told in given.items():
        if not isinstance(told, dict):
            raise IndicatorDefinitionError(code, "应是一张表", "it is a table")
        one = indicator_of(code, told)
        used = indicator_store.dimension_in_use(unit, code)
        if used is not None and used != one.dimension:
            raise IndicatorDefinitionError(
                code, "已有数据，量纲不能改变", "it has figures already: its dimension stays as it is"
            )
        indicator_store.define(unit, one, context.now())
        found.append(one)
    context.record(unit, ReceiptKind.ADMIN, action="indicator.define", rows=len(found), decided_by=str(CONSOLE.id))
    return tuple(found)


def load_file(context: Context, unit: Unit, path: Path, given: Mapping[str, object]) -> LoadReport:
    """Load a file by its mapping.

    Raises:
        MacroOffError: the database is off.
        MappingError: the mapping is not right, names a column the file has not, or no release time.
        LoadFileError, FileError: the file cannot be read.

    """
    require_on(unit)
    mapping = mapping_of(given)
    if not mapping.has_release:
        raise MappingError("文件须说明发布时间 release_time", "a file says when its figures were released")
    content = path.read_bytes()
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"
    name = path.name
    values = {"name": name, "digest": digest, "mapping": mapping.as_json(), "at": context.now()}
    number = loading_store.begin_load(unit, values)
    around = Surroundings(
        {one.code: one for one in indicator_store.indicators(unit)}, indicator_store.own_areas(unit), context.now()
    )
    table = _Table(mapping, around)
    load = Load(number, f"file {name}", context.now(), due_on(context))
    counts = take(unit, load, table.cells(path))
    told = {"rows": table.rows, **counts}
    loading_store.end_load(unit, number, told)
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action="indicator.load",
        subject_kind="indicator_load",
        subject_id=str(number),
        file_digest=digest,
        rows=table.rows,
        rows_accepted=counts["new"] + counts["revised"] + counts["replaced"],
        rows_rejected=counts["refused"],
        decided_by=str(CONSOLE.id),
    )
    return LoadReport(number, name, table.rows, counts)


class _Table:
    """The rows of a file as cells; counts its rows."""

    def __init__(self, mapping: IndicatorMapping, around: Surroundings) -> None:
        self._mapping = mapping
        self._around = around
        self.rows = 0

    def cells(self, path: Path) -> Iterator[Observation | CellFault | None]:
        """Yield the cells of a file (raises :class:`LoadFileError`, ``FileError``, :class:`MappingError`)."""
        if self._mapping.read.get("format") == SDMX:
            header, rows = read_sdmx(path)
            yield from self._read(header, iter(rows))
            return
        with open_table(path, _options(path, self._mapping.read), Limits()) as source:
            header = source.header
            yield from self._read(header, _rows(source.chunks()))

    def _read(
        self, header: Sequence[str], rows: Iterator[tuple[int, list[str | None]]]
    ) -> Iterator[Observation | CellFault | None]:
        try:
            reader = TableReader(self._mapping, header, self._around)
        except LookupError as error:
            name = str(error.args[0])[:40]
            raise MappingError(f"表中没有列 {name}", f"the table has no column {name!r}") from None
        for row, values in rows:
            self.rows += 1
            yield from reader.read(row, values)


def _rows(chunks: Iterator[pl.DataFrame]) -> Iterator[tuple[int, list[str | None]]]:
    for frame in chunks:
        names = [name for name in frame.columns if name not in {LINE, FIELDS}]
        for line, *values in frame.select(LINE, *names).iter_rows():
            yield line, values


def _options(path: Path, given: Mapping[str, object]) -> ReadOptions:
    """Return how a file is read, from the mapping's table ``read`` (raises :class:`LoadFileError`)."""
    told: dict[str, object] = {}
    for name, value in given.items():
        right = (
            (name in _LISTS and isinstance(value, list) and all(isinstance(one, str) for one in value))
            or (name in _TEXTS and isinstance(value, str))
            or (name in _COUNTS and isinstance(value, int) and not isinstance(value, bool))
            or (name == "no_header" and isinstance(value, bool))
        )
        if not right:
            raise LoadFileError(
                f"映射的 read.{name[:40]} 不认识或类型不对",
                f"read.{name[:40]} of the mapping is unknown or of another type",
                next_zh="按 docs/how-to/publish-indicators.md 修改",
                next_en="correct it as docs/how-to/publish-indicators.md shows",
            )
        told[name] = tuple(value) if isinstance(value, list) else value
    return ReadOptions(name=path.name, **told)  # type: ignore[arg-type]  # checked above
