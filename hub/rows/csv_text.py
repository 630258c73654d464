"""CSV as people and programs want it: plain, or safe to open in Excel; nothing in it runs as a formula.

* Plain: UTF-8 without a mark, LF, names of columns; for programs.
* Excel-safe: UTF-8 with BOM (else Chinese Windows shows garbage), CRLF, Chinese names. What Excel would
  spoil is written ``="…"``, the one form it keeps as text on opening: digits beginning with 0 or of 12 and more
  (identity numbers, codes), and, in text items, what looks like a date or a power of ten.
* GB18030 instead of UTF-8 on request; it holds every Chinese character and needs no mark.

In both, a text beginning with ``= + - @``, tab, CR or one of the full-width ``＝＋－＠`` gets an apostrophe in front
(CWE-1236, threat 28), unless it is a plain number. One apostrophe more is put where a text already begins with
apostrophes and such a sign, so that :func:`original` gives every value back exactly.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from hub.rows.operands import is_text
from hub.rows.shapes import wkt_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hub.rows.compiler import Column

_RISKY = r"^'*[=+\-@\t\r＝＋－＠]"
_PLAIN_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_CODE = r"^(0[0-9]+|[0-9]{12,})$"
_SPOILT = (
    r"^([0-9]{1,4}[-/.][0-9]{1,2}([-/.][0-9]{1,4})?|[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+|[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)$"
)
_WRAPPED = re.compile(r'="([^"]*)"')


class Encoding(StrEnum):
    """How the text becomes bytes."""

    UTF8 = "utf-8"
    GB18030 = "gb18030"


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """Plain or Excel-safe, and the encoding."""

    for_excel: bool = False
    encoding: Encoding = Encoding.UTF8

    @property
    def media_type(self) -> str:
        """The content type with its character set."""
        return f"text/csv; charset={self.encoding.value}; header=present"


PLAIN = CsvStyle()
EXCEL = CsvStyle(for_excel=True)


def neutral(values: pl.Series) -> pl.Series:
    """Return texts that no spreadsheet takes for a formula; plain numbers stay as they are."""
    risky = values.str.contains(_RISKY)
    if not risky.any():
        return values
    risky &= ~values.str.contains(_PLAIN_NUMBER)
    return _where(risky, "'" + values, values)


def _where(mask: pl.Series, yes: pl.Series, no: pl.Series) -> pl.Series:
    return yes.zip_with(mask.fill_null(value=False), no).alias(no.name)


def _kept_as_text(values: pl.Series, *, is_text_item: bool) -> pl.Series:
    """Return ``="…"`` around what Excel would turn into another value."""
    spoilt = values.str.contains(_CODE)
    if is_text_item:
        spoilt |= values.str.contains(_SPOILT)
    return _where(spoilt, '="' + values + '"', neutral(values)) if spoilt.any() else neutral(values)


def _safe(values: pl.Series, column: Column, style: CsvStyle) -> pl.Series:
    # Numbers, dates and truth values as PostgreSQL writes them begin with a digit, a letter or a minus sign.
    free = column.is_masked or is_text(column.item)
    if style.for_excel:
        return _kept_as_text(values, is_text_item=free)
    return neutral(values) if free else values


def original(text: str) -> str:
    """Return the value a cell of our CSV stands for (after the CSV reader has taken off its quotes)."""
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is not None:
        return wrapped.group(1)
    return text[1:] if text.startswith("'") and re.match(_RISKY, text) is not None else text


def frame_of(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> pl.DataFrame:
    """Return rows of values as a frame of texts, the form CSV is written from."""
    turned = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pl.DataFrame(
        [
            pl.Series(column.item.column, [_text(value) for value in values], dtype=pl.String)
            for column, values in zip(columns, turned, strict=True)
        ]
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return wkt_of(value)
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def csv_stream(columns: Sequence[Column], frames: Iterable[pl.DataFrame], style: CsvStyle = PLAIN) -> Iterator[bytes]:
    """Yield a CSV file: its head, then one piece a frame (of texts, one column an item)."""
    names = [column.item.name if style.for_excel else column.item.column for column in columns]
    head = neutral(pl.Series(names)).to_list()
    titles = pl.DataFrame([pl.Series(str(number), [name]) for number, name in enumerate(head)])
    mark = b"\xef\xbb\xbf" if style.for_excel and style.encoding is Encoding.UTF8 else b""
    yield mark + _bytes(titles, style)
    for frame in frames:
        if frame.height:
            safe = [_safe(frame[column.item.column], column, style) for column in columns]
            yield _bytes(pl.DataFrame(safe), style)


def _bytes(frame: pl.DataFrame, style: CsvStyle) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, line_terminator="\r\n" if style.for_excel else "\n")
    if style.encoding is Encoding.GB18030:
        return buffer.getvalue().decode().encode(Encoding.GB18030.value)
    return buffer.getvalue()
