"""A resource as one file: ``/datastore/dump/ID`` in the shapes CKAN writes, streamed, whatever its size.

The head of CSV and TSV ends in CRLF and the rows in LF, as there. Texts that a spreadsheet would take for a formula get
an apostrophe in front, as in every CSV of the hub (threat 28). The permit is decided before the first byte.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import orjson
import polars as pl

from catalogue.shapes import is_shape
from hub.open.ckan.datastore_asking import asked_of
from hub.open.ckan.datastore_found import found_view
from hub.open.ckan.datastore_records import as_json, names_of, text
from hub.open.ckan.datastore_view import ROW, ROW_ID, field_id
from hub.open.ckan.errors import CkanRequestError
from hub.rows.csv_text import neutral
from hub.rows.offsets import stream_slice
from hub.rows.operands import is_text
from hub.rows.shapes import geojson_of
from hub.rows.tables import sql_type
from policies.facts import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from catalogue.item import Item
    from hub.open.ckan.asks import Arguments
    from hub.open.ckan.datastore_asking import Asked
    from hub.open.ckan.datastore_view import View
    from hub.rows.offsets import SliceStream
    from hub.services import Services

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
_BOM: Final = b"\xef\xbb\xbf"
_XML_NAME: Final = re.compile(r"[^\W\d][\w.-]*")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that is ready to be sent."""

    media_type: str
    filename: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Made:
    """What a writer needs: the fields, the search, the rows."""

    view: View
    asked: Asked
    stream: SliceStream
    with_bom: bool

    @property
    def names(self) -> list[str]:
        """Names of the columns, the row number first where it is asked for."""
        return names_of(self.asked.items, with_id=self.asked.with_id)


def dump_of(hub: Services, key: str, arguments: Arguments) -> Dump:
    """Prepare the dump of a resource.

    Raises:
        CkanRequestError: there is no such format.
        CkanNotFoundError: there is no such resource, or the public may not know of it.
        CkanValidationError: an argument cannot be read or honoured.
        DeniedError, PendingError, RefusedError: the rows are not given to the public; the reason is in it.

    """
    form = (arguments.text("format") or "csv").lower()
    if form not in _WRITERS:
        raise CkanRequestError(f"format: must be one of {', '.join(_WRITERS)}", f"format 只能是 {'、'.join(_WRITERS)}")
    view = found_view(hub, key)
    limit = arguments.integer("limit", 0) if arguments.has("limit") else None
    asked = asked_of(arguments, view, limit)
    permit = view.decided(asked.used(), Action.DOWNLOAD)
    stream = stream_slice(hub.database, asked.query, permit, view.resource.table, asked.wanted)
    made = _Made(view, asked, stream, arguments.boolean("bom"))
    return Dump(MEDIA_TYPES[form], f"{key}.{form}", _WRITERS[form](made))


def _csv(made: _Made) -> Iterator[bytes]:
    return _delimited(made, ",")


def _tsv(made: _Made) -> Iterator[bytes]:
    return _delimited(made, "\t")


def _delimited(made: _Made, separator: str) -> Iterator[bytes]:
    head = neutral(pl.Series(made.names)).to_list()
    titles = pl.DataFrame([pl.Series(str(number), [name]) for number, name in enumerate(head)])
    yield (_BOM if made.with_bom else b"") + _written(titles, separator, "\r\n")
    for frame in made.stream.frames():
        columns = [_shown(item, frame[item.column]) for item in made.asked.items]
        if made.asked.with_id:
            columns.insert(0, frame[ROW])
        if columns:
            yield _written(pl.DataFrame(columns), separator, "\n")


def _written(frame: pl.DataFrame, separator: str, end: str) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, separator=separator, line_terminator=end)
    return buffer.getvalue()


def _shown(item: Item, values: pl.Series) -> pl.Series:
    """Return the texts of an item as this dialect writes them."""
    if is_shape(item):
        return values.map_elements(lambda one: geojson_of(bytes.fromhex(one[2:])), return_dtype=pl.String)
    if is_text(item):
        return neutral(values)
    kind = sql_type(item)
    if kind == "boolean":
        return values.replace({"t": "True", "f": "False"})
    if kind.startswith("timestamp"):
        moment = values.str.replace(" ", "T", literal=True)
        return moment.str.replace(r"^([^.]*)$", "$1.000").str.replace(r"(\.\d{3})\d+$", "$1")
    return values


def _json(made: _Made) -> Iterator[bytes]:
    head = [{"id": ROW_ID, "type": "int"}] if made.asked.with_id else []
    fields = [*head, *made.view.fields(made.asked.items)]
    yield b'{\n  "fields": ' + orjson.dumps(fields) + b',\n  "records": ['
    before = b"\n    "
    for rows in _rows(made):
        yield before + b",\n    ".join(as_json(list(row)) for row in rows)
        before = b",\n    "
    yield b"\n]}\n"


def _xml(made: _Made) -> Iterator[bytes]:
    yield b'<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    tags = [_tag(field_id(item)) for item in made.asked.items]
    for rows in _rows(made):
        yield "".join(_xml_row(made, tags, row) for row in rows).encode()
    yield b"</data>\n"


def _xml_row(made: _Made, tags: list[tuple[str, str]], row: tuple[object, ...]) -> str:
    has_id = made.asked.with_id
    values = row[1:] if has_id else row
    cells = "".join(
        f'<{opening} xsi:nil="true"></{closing}>'
        if value is None
        else f"<{opening}>{escape(_NOT_XML.sub('', text(value)))}</{closing}>"
        for (opening, closing), value in zip(tags, values, strict=True)
    )
    return f'<row _id="{row[0]}">{cells}</row>\n' if has_id else f"<row>{cells}</row>\n"


def _tag(name: str) -> tuple[str, str]:
    """Return how an element of this name opens and closes; what XML cannot name becomes an attribute."""
    if _XML_NAME.fullmatch(name):
        return name, name
    return f"column name={quoteattr(_NOT_XML.sub('', name))}", "column"


def _rows(made: _Made) -> Iterator[list[tuple[object, ...]]]:
    """Yield batches of rows, the number first where it is asked for."""
    width = len(made.asked.items)
    for batch in made.stream.batches():
        if batch:
            if made.asked.with_id:
                yield [(row[width], *row[:width]) for row in batch]
            else:
                yield [tuple(row[:width]) for row in batch]


_WRITERS: Final[dict[str, Callable[[_Made], Iterator[bytes]]]] = {
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "xml": _xml,
}
