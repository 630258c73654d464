"""A data frame of Polars or pandas as the text the hub reads, without losing a digit on the way.

The hub takes texts and makes types of them by the entry; so a frame is written as CSV in UTF-8, each value in its
exact text. A number that was a float too long to be exact has lost its last digits before it came here: that is
told, not passed on. pandas is not needed; where it is there, its frames are read column by column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

EXACT: Final = 2**53
"""From here on a binary float no longer holds every whole number (IEEE 754-2019 3.6)."""
YES, NO = "是", "否"


def is_frame(value: object) -> bool:
    """Whether a value is a data frame of Polars or pandas."""
    return type(value).__module__.partition(".")[0] in {"polars", "pandas"} and hasattr(value, "columns")


def write_frame(frame: object, path: Path) -> int:
    """Write a data frame to a CSV the hub takes; returns the number of its rows.

    Raises:
        ValueError: a column of floats holds whole numbers that are not exact any more.
        TypeError: the value is no data frame, or a column holds lists or structures.
    """
    table = _table(frame)
    texts = table.select([_text(table.get_column(name)) for name in table.columns])
    texts.write_csv(path, quote_style="necessary", null_value="")
    return int(texts.height)


def _table(frame: object) -> pl.DataFrame:
    import polars as pl

    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame
    if not is_frame(frame):
        raise TypeError(
            f"需要数据框或文件，不是 {type(frame).__name__} / a data frame or a file is needed, not this type"
        )
    given: Any = frame
    names = [str(name) for name in given.columns]
    if len(set(names)) != len(names):
        raise ValueError("数据框有同名的列 / two columns of the data frame have one name")
    return pl.DataFrame([_of_pandas(str(name), given[name]) for name in given.columns])


def _of_pandas(name: str, column: Any) -> pl.Series:  # noqa: ANN401 - a pandas column; pandas may be absent
    """Return a pandas column; its missing values (None, NaN, NaT, NA) become nulls."""
    import polars as pl

    values = [None if missing else _value(one) for one, missing in zip(column, column.isna(), strict=True)]
    if str(column.dtype).startswith(("float", "Float")):
        return pl.Series(name, values, dtype=pl.Float64)
    if any(isinstance(one, str) for one in values):
        return pl.Series(
            name, [one if one is None or isinstance(one, str) else _said(one) for one in values], pl.String
        )
    return pl.Series(name, values, strict=False)


def _value(one: Any) -> Any:  # noqa: ANN401 - any value of a cell
    """Return a plain Python value: pandas' times and numpy's numbers know how."""
    for turn in ("to_pydatetime", "item"):
        if hasattr(one, turn):
            return getattr(one, turn)()
    return one


def _said(one: object) -> str:
    if isinstance(one, bool):
        return YES if one else NO
    if isinstance(one, float) and one.is_integer():
        if abs(one) >= EXACT:
            raise ValueError("数字过长，末位已不精确 / a number is too long to be exact")
        return str(int(one))
    return str(one)


def _text(column: pl.Series) -> pl.Series:
    """Return a column as exact texts."""
    import polars as pl

    kind = column.dtype
    if kind.is_nested() or kind in (pl.Object, pl.Binary):
        raise TypeError(f"列 {column.name!r} 的类型 {kind} 无法写成表格 / this column holds no single values")
    if kind == pl.Boolean:
        return column.replace_strict({True: YES, False: NO}, default=None, return_dtype=pl.String)
    if kind.is_float():
        return _floats(column)
    if isinstance(kind, pl.Datetime):
        return _times(column, kind)
    return column.cast(pl.String)


def _times(column: pl.Series, kind: pl.Datetime) -> pl.Series:
    """Return times as texts; those at midnight throughout are days, as spreadsheets and pandas keep them."""
    known = column.drop_nulls()
    if kind.time_zone is None and known.len() and bool((known.dt.truncate("1d") == known).all()):
        return column.dt.strftime("%Y-%m-%d")
    return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z" if kind.time_zone else "%Y-%m-%dT%H:%M:%S%.f")


def _floats(column: pl.Series) -> pl.Series:
    """Return floats as texts: whole ones without a point, others with the fewest digits that name them."""
    import polars as pl

    numbers = column.cast(pl.Float64).fill_nan(None)
    known = numbers.drop_nulls()
    if known.len() and bool(known.is_infinite().any()):
        raise ValueError(f"列 {column.name!r} 有无穷大 / column {column.name!r} holds an infinite number")
    if known.len() == 0 or not bool((known == known.floor()).all()):
        return numbers.cast(pl.String)
    if bool((known.abs() >= EXACT).any()):
        raise ValueError(
            f"列 {column.name!r} 是浮点数且超过 15 位，末位数字已丢失（如身份证号码）：读入时请按文本读取该列 / "
            f"column {column.name!r} holds floats longer than 15 digits, whose last digits are lost already: "
            "read this column as text"
        )
    return numbers.cast(pl.Int64).cast(pl.String)
