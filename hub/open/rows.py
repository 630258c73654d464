"""The public reads rows: a page as JSON, the whole as a file (Zhengzhou Art. 20 §2). No key, no receipt, no cut.

Every read runs on the public's permit; what is not open is named with its ground, never given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.exchange.deciding import refusal_of_use
from hub.open.datasets import public_decision, require_visible
from hub.rows import csv_text, geojson, render
from hub.rows.compiler import compile_query, compile_stream
from hub.rows.moments import settled, settled_async
from hub.rows.query import Query, columns_used
from hub.rows.store import Reading, check_reach, fetch_page, read_page, stream_frames, stream_rows
from policies.decision import Permit
from policies.facts import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.rows.compiler import CompiledSQL
    from hub.rows.cursors import CursorKey
    from hub.rows.store import AsyncDriver, RowPage


@dataclass(frozen=True, slots=True)
class Format:
    """One download format: media type, file ending, and how a compiled stream becomes bytes."""

    media_type: str
    ending: str
    stream: Callable[[Database, CompiledSQL], Iterator[bytes]]


def _csv(style: csv_text.CsvStyle, ending: str) -> Format:
    def stream(database: Database, compiled: CompiledSQL) -> Iterator[bytes]:
        return csv_text.csv_stream(compiled.columns, stream_frames(database, compiled), style)

    return Format(style.media_type, ending, stream)


def _json(database: Database, compiled: CompiledSQL) -> Iterator[bytes]:
    return render.json_stream(compiled.columns, stream_rows(database, compiled))


def _ndjson(database: Database, compiled: CompiledSQL) -> Iterator[bytes]:
    return render.ndjson_stream(compiled.columns, stream_rows(database, compiled))


def _geojson(database: Database, compiled: CompiledSQL) -> Iterator[bytes]:
    geojson.shape_of(compiled.columns)  # refused before the first byte, not in the middle of a file
    return geojson.geojson_stream(compiled.columns, stream_rows(database, compiled))


FORMATS: dict[str, Format] = {
    "csv": _csv(csv_text.PLAIN, "csv"),
    "excel": _csv(csv_text.EXCEL, "excel.csv"),
    "gb18030": _csv(csv_text.CsvStyle(for_excel=True, encoding=csv_text.Encoding.GB18030), "gb18030.csv"),
    "json": Format("application/json", "json", _json),
    "ndjson": Format("application/x-ndjson", "ndjson", _ndjson),
    "geojson": Format(geojson.MEDIA_TYPE, "geojson", _geojson),
}


def public_permit(context: Context, resource: Resource, query: Query, action: Action = Action.READ) -> Permit:
    """Return the public's permit for a query.

    Raises:
        EntryNotFoundError: the public may not know of the entry.
        DeniedError, PendingError, RefusedError: what stands in the way; the public's reads leave no receipt.
    """
    require_visible(resource)
    queried, matched = columns_used(query)
    decision = public_decision(context, resource, items=query.items, queried=queried | matched, action=action)
    if isinstance(decision, Permit):
        return decision
    _, _, error = refusal_of_use(decision, {})
    raise error


def compiled_page(context: Context, resource: Resource, query: Query, key: CursorKey) -> CompiledSQL:
    """Return the statement of one public page (raises as :func:`public_permit`, and ``QueryError``)."""
    return compile_query(query, public_permit(context, resource, query), resource.table, key)


async def fetch_public_page(
    context: Context,
    connection: AsyncDriver,
    resource: Resource,
    query: Query,
    key: CursorKey,
) -> RowPage:
    """Return one page on an async connection."""
    query = await settled_async(connection, query)
    return await fetch_page(
        connection, compiled_page(context, resource, query, key), Reading(key, flags=resource.flags)
    )


def read_public_page(context: Context, unit: Unit, resource: Resource, query: Query, key: CursorKey) -> RowPage:
    """Return one page in a transaction, for pages."""
    query = settled(unit, query)
    return read_page(unit, compiled_page(context, resource, query, key), Reading(key, flags=resource.flags))


def download(context: Context, database: Database, resource: Resource, query: Query, form: Format) -> Iterator[bytes]:
    """Return all rows of a query as bytes of a format; the permit is decided before the first byte."""
    permit = public_permit(context, resource, query, Action.DOWNLOAD)
    if query.moment is not None or query.as_of is not None:
        # Said before the first byte, not in the middle of a file.
        with database.begin() as unit:
            query = settled(unit, query)
            check_reach(unit, resource.id, query.as_of)
    return form.stream(database, compile_stream(query, permit, resource.table))
