"""Rows as CKAN's datastore writes them: objects, lists, CSV and TSV without a header; numbers keep their digits.

Times are local, without a zone, to the millisecond; a missing value is null, in CSV and TSV nothing; shapes are
GeoJSON. The row number stands first, under ``_id``.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import orjson

from hub.open.ckan.datastore_view import ROW_ID, field_id
from hub.rows.shapes import geojson_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from catalogue.item import Item

    Row = Sequence[Any]

FORMATS: Final = ("objects", "lists", "csv", "tsv")
NO_RANK: Final = 1.0
"""Every row found holds all the words, so none ranks before another."""


def plain(value: object) -> object:
    """Return a value as JSON has it; decimals become a fragment with all their digits."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f")) if value.is_finite() else None
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return orjson.Fragment(geojson_of(value))
    return str(value)


def text(value: object) -> str:
    """Return a value as CSV, TSV and XML have it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return geojson_of(value) if isinstance(value, bytes) else str(value)


def _default(value: object) -> object:
    if isinstance(value, Decimal | bytes):
        return plain(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATETIME


def as_json(value: object) -> bytes:
    """Return records as JSON, with times as this dialect writes them."""

    def written(one: object) -> object:
        return plain(one) if isinstance(one, datetime | date | Decimal | bytes) else _default(one)

    return orjson.dumps(value, default=written, option=_OPTIONS)


def names_of(items: Iterable[Item], *, with_id: bool, ranks: Sequence[str] = ()) -> list[str]:
    """Return the names of the columns of an answer, in order."""
    return [*((ROW_ID,) if with_id else ()), *map(field_id, items), *ranks]


def delimited(rows: Iterable[Row], delimiter: str) -> str:
    """Return rows as CSV or TSV, LF at the end of each."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        writer.writerow([text(value) for value in row])
    return made.getvalue()


def records(rows: Sequence[Row], names: Sequence[str], form: str) -> object:
    """Return rows in one of :data:`FORMATS`, ready to be put into the answer."""
    if form == "objects":
        return orjson.Fragment(as_json([dict(zip(names, row, strict=True)) for row in rows]))
    if form == "lists":
        return orjson.Fragment(as_json([list(row) for row in rows]))
    return delimited(rows, "," if form == "csv" else "\t")


def numbered(
    rows: Sequence[Row], numbers: Sequence[int], width: int, *, with_id: bool, ranks: Sequence[str] = ()
) -> list[Row]:
    """Return rows of ``width`` values with their number before and their ranks behind."""
    tail = (NO_RANK,) * len(ranks)
    if not with_id and not tail and (not rows or len(rows[0]) == width):
        return list(rows)
    heads: Iterable[tuple[int, ...]] = ((number,) for number in numbers) if with_id else ((),) * len(rows)
    return [(*head, *row[:width], *tail) for head, row in zip(heads, rows, strict=True)]
