"""Answers as bytes: JSON and NDJSON (CSV is in :mod:`hub.rows.csv_text`). Streams have no length limit.

Numbers keep all their digits: decimals are written as they stand, never through a float. A missing value is
``null``, a time is local (Beijing) without a zone, as it was pushed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from hub.rows.shapes import geojson_of
from hub.rows.tables import sql_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hub.rows.compiler import Column
    from hub.rows.store import RowPage

    Row = tuple[Any, ...]

JSON_TYPES = {
    "text": "string",
    "bigint": "integer",
    "numeric": "number",
    "double precision": "number",
    "date": "date",
    "timestamp without time zone": "datetime",
    "boolean": "boolean",
    "bytea": "geometry",
}


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value)) if value.is_finite() else None
    if isinstance(value, bytes):
        return orjson.Fragment(geojson_of(value))
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _objects(columns: Sequence[Column], rows: Iterable[Row]) -> list[dict[str, object]]:
    names = [column.item.column for column in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def described(columns: Sequence[Column]) -> list[dict[str, object]]:
    """Return the columns of an answer for machines: name, Chinese name, type, whether masked, by which rule."""
    return [
        {
            "column": column.item.column,
            "name": column.item.name,
            "type": "string" if column.is_masked else JSON_TYPES[sql_type(column.item)],
            "masked": column.is_masked,
            "masking": column.masking,
        }
        for column in columns
    ]


def page_facts(page: RowPage) -> dict[str, object]:
    """Return all an answer says beside its rows, JSON-ready: nothing of it is a silent limit."""
    return {
        "version": page.version,
        "total": page.total.rows,
        "total_is_estimate": page.total.is_estimate,
        "returned": page.returned,
        "next": page.next_cursor,
        "columns": described(page.columns),
        "withheld": [line.record() for line in page.withheld],
        "unlisted": page.unlisted,
        "under_verification": [{"row": number, "items": list(items)} for number, items in page.flags],
    }


def json_page(page: RowPage) -> bytes:
    """Return a page as one JSON object: its facts, and ``rows`` as objects."""
    return orjson.dumps({**page_facts(page), "rows": _objects(page.columns, page.rows)}, default=_default)


def json_document(document: Mapping[str, object]) -> bytes:
    """Return a JSON object that may hold values of rows anywhere, with all their digits."""
    return orjson.dumps(document, default=_default)


def json_rows(columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """Return rows as a JSON array of objects, for dialects with an envelope of their own."""
    return orjson.dumps(_objects(columns, rows), default=_default)


def json_stream(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Yield one JSON array of objects, batch by batch."""
    before = b"["
    for batch in batches:
        if batch:
            yield before + json_rows(columns, batch)[1:-1]
            before = b",\n"
    yield b"[]" if before == b"[" else b"]"


def ndjson_stream(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Yield one JSON object a line, batch by batch."""
    option = orjson.OPT_APPEND_NEWLINE
    for batch in batches:
        yield b"".join(orjson.dumps(row, default=_default, option=option) for row in _objects(columns, batch))
