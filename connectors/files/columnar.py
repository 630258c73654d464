"""Typed columns as text: what Parquet and Arrow files have in common.

Every value becomes the text that says it exactly: decimals with their digits, whole floats without ``.0``, times as
ISO 8601 with the offset of their zone, nulls as blanks. A structure becomes columns with dotted names; lists, binary
data and durations have no text of their own and are refused by the names of their columns.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol, Self

import polars as pl

from connectors.files.errors import ColumnTypeError, DamagedFileError, FileLimitError, HeaderError
from connectors.files.rows import RowTally, clean_rows
from connectors.port import FIELDS, LINE, OutsideText, TableFacts, letter, position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from connectors.port import Limits, ReadOptions

_PREVIEW_ROWS: Final = 20
_WHOLE: Final = r"^(-?[0-9]+)\.0$"
_MOMENT: Final = "%Y-%m-%d %H:%M:%S%.f"
_NAMED: Final = 10
_DEPTH: Final = 16


class TypedFile(Protocol):
    """A file of typed columns: its schema, and its rows in frames of bounded size."""

    @property
    def form(self) -> str:
        """Name of the format."""
        ...

    def schema(self) -> Mapping[str, pl.DataType]:
        """Return name and type of each column."""
        ...

    def frames(self) -> Iterator[pl.DataFrame]:
        """Read forward, once."""
        ...

    def texts(self) -> Iterator[str]:
        """Yield texts that are no cells (properties of the file)."""
        ...


class ColumnarTable:
    """The table of a typed file; see :class:`connectors.port.TableSource`. The line is the row's number."""

    def __init__(self, path: Path, file: TypedFile, options: ReadOptions, limits: Limits) -> None:
        """Look at the columns; raise a ``FileError`` where they are no table."""
        self._path, self._file, self._limits = path, file, limits
        with foreign_faults(file.form):
            self._texts = dict(_text_columns(file.schema()))
        if not self._texts or not any(name.strip() for name in self._texts):
            raise HeaderError(
                "文件没有列，或列都没有名称",
                "the file has no columns, or columns without names",
                next_zh="检查导出是否成功，再重新推送",
                next_en="check the export and push again",
                facts={"line": 0},
            )
        if len(self._texts) > limits.columns:
            raise FileLimitError(
                f"文件有 {len(self._texts)} 列，上限是 {limits.columns} 列",
                f"the file has {len(self._texts)} columns, the limit is {limits.columns}",
                next_zh="宽表请拆成多个资源",
                next_en="split a wide table into several resources",
                facts={"columns": len(self._texts), "limit": limits.columns},
            )
        self._tally = RowTally(self.header, options.skip_footer)

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._texts)

    @property
    def letters(self) -> tuple[str, ...]:
        """Letter of each column, as if it stood in a sheet."""
        return tuple(letter(index) for index in range(len(self._texts)))

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Read the rows in their order."""
        row = 1
        frames = self._file.frames()
        while True:
            with foreign_faults(self._file.form):
                typed = next(frames, None)
                text = None if typed is None else self._as_text(typed)
            if text is None:
                break
            lines = pl.int_range(row, row + text.height, eager=True, dtype=pl.Int64).alias(LINE)
            frame = text.with_columns(lines, pl.lit(None, dtype=pl.Int32).alias(FIELDS))
            row += text.height
            kept = self._tally.take(clean_rows(frame, self._tally, self._limits))
            if kept.height:
                yield kept
        self._tally.finish()

    def _as_text(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.select(text.alias(position(index)) for index, text in enumerate(self._texts.values()))

    def facts(self) -> TableFacts:
        """Return the counts so far."""
        return TableFacts(
            format=self._file.form,
            header_line=0,
            bytes_read=self._path.stat().st_size,
            notes=tuple(self._tally.notes()),
            **self._tally.counts(),
        )

    def outside(self) -> Iterator[OutsideText]:
        """Yield the header and the properties of the file."""
        yield OutsideText("表头", "the header", " ".join(self.header))
        for text in self._file.texts():
            yield OutsideText("文件属性", "the file properties", text)

    def footer(self) -> Iterator[OutsideText]:
        """Yield the rows left out at the end."""
        return self._tally.footer()

    def preview(self) -> tuple[tuple[str, ...], ...]:
        """Return names and first rows."""
        with foreign_faults(self._file.form):
            first = next(self._file.frames(), None)
            rows = [] if first is None else self._as_text(first.head(_PREVIEW_ROWS - 1)).rows()
        return (self.header, *rows)

    def close(self) -> None:
        """Nothing stays open between two chunks."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def foreign_faults(form: str) -> Iterator[None]:
    """Turn whatever the foreign reader raises over a broken file into ``DamagedFileError``."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise damaged(form) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # a fault inside the foreign reader is no fault of ours
            raise damaged(form) from error
        raise


def damaged(form: str) -> DamagedFileError:
    """Build the refusal of a typed file that cannot be read."""
    shown = form.capitalize()
    return DamagedFileError(
        f"{shown} 文件不完整或已损坏",
        f"the {shown} file is cut or damaged",
        next_zh="重新导出或重新上传该文件",
        next_en="export or upload the file again",
    )


def _text_columns(schema: Mapping[str, pl.DataType]) -> Iterator[tuple[str, pl.Expr]]:
    """Yield name and text of each column, structures taken apart.

    Raises:
        ColumnTypeError: columns without a text; all are named.
        HeaderError: two columns come to the same name.
    """
    found: dict[str, pl.Expr] = {}
    refused: list[str] = []
    for name, kind in schema.items():
        for inner, leaf, value in _leaves(name, kind, pl.col(name), 0):
            text = _text_of(leaf, value)
            if text is None:
                refused.append(f"{inner}（{_kind_name(leaf)}）")
            elif inner in found:
                raise HeaderError(
                    f"有两列的名称都是“{inner}”（一个在结构里）",
                    f"two columns are both named “{inner}”, one of them inside a structure",
                    next_zh="改正导出，使名称不含点，或不嵌套",
                    next_en="mend the export: names without dots, or no nesting",
                    facts={"name": inner[:200]},
                )
            else:
                found[inner] = text
    if refused:
        listed = "、".join(one[:120] for one in refused[:_NAMED])
        raise ColumnTypeError(
            f"有 {len(refused)} 列的类型不能成为表格值：{listed}" + ("…" if len(refused) > _NAMED else ""),
            f"{len(refused)} columns have types that are no values of a table: {listed}",
            next_zh="导出时去掉这些列，或先转换为文本、数字或日期",
            next_en="leave these columns out of the export, or turn them into texts, numbers or dates",
            facts={"columns": [one[:120] for one in refused[:_NAMED]], "total": len(refused)},
        )
    yield from found.items()


def _kind_name(kind: pl.DataType) -> str:
    """Return what people call a type that is no value."""
    names = ((pl.List, "列表"), (pl.Array, "列表"), (pl.Binary, "二进制"), (pl.Duration, "时长"), (pl.Struct, "结构"))
    return next((name for base, name in names if isinstance(kind, base)), str(kind))


def _leaves(name: str, kind: pl.DataType, value: pl.Expr, depth: int) -> Iterator[tuple[str, pl.DataType, pl.Expr]]:
    """Yield the columns that a column comes to: itself, or those of a structure by dotted names."""
    if not isinstance(kind, pl.Struct) or depth >= _DEPTH:
        yield name, kind, value
        return
    for field in kind.fields:
        inner = field.dtype if isinstance(field.dtype, pl.DataType) else field.dtype()
        yield from _leaves(f"{name}.{field.name}", inner, value.struct.field(field.name), depth + 1)


def _text_of(kind: pl.DataType, value: pl.Expr) -> pl.Expr | None:
    """Return the expression of a value's text; None where it has none."""
    match kind:
        case pl.String():
            text = value
        case pl.Float32() | pl.Float64():
            text = value.cast(pl.String).str.replace(_WHOLE, "${1}")
        case pl.Datetime(time_zone=zone):
            text = value.dt.to_string(_MOMENT if zone is None else f"{_MOMENT}%:z")
        case pl.Time():
            text = value.dt.to_string("%H:%M:%S%.f")
        case pl.Null():
            text = value.cast(pl.String)
        case pl.Date() | pl.Boolean() | pl.Decimal() | pl.Categorical() | pl.Enum():
            text = value.cast(pl.String)
        case _ if kind.is_integer():
            text = value.cast(pl.String)
        case _:
            return None
    return text.fill_null("")
