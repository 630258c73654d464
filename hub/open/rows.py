"""The public reads rows: a page as JSON, the whole as a file (Zhengzhou Art. 20 §2). No key, no receipt, no cut.

Every read runs on the public's permit; what is not open is named with its ground, never given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.exchange.deciding import refusal_of_use
from hub.open.datasets import public_decision, require_visible
from hub.rows import csv_text, render
from hub.rows.compiler import compile_query, compile_stream
from hub.rows.query import Query, columns_used
from hub.rows.store import Reading, fetch_page, read_page, stream_rows
from policies.decision import Permit
from policies.facts import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.rows.compiler import Column, CompiledSQL
    from hub.rows.cursors import CursorKey
    from hub.rows.store import AsyncDriver, RowPage

    Renderer = Callable[[Sequence[Column], Iterable[Sequence[tuple[Any, ...]]]], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """One download format: media type, file ending, renderer."""

    media_type: str
    ending: str
    render: Renderer


def _csv(style: csv_text.CsvStyle) -> Renderer:
    def renderer(columns: Sequence[Column], batches: Iterable[Sequence[tuple[Any, ...]]]) -> Iterator[bytes]:
        frames = (csv_text.frame_of(columns, batch) for batch in batches)
        return csv_text.csv_stream(columns, frames, style)

    return renderer


_GB18030 = csv_text.CsvStyle(for_excel=True, encoding=csv_text.Encoding.GB18030)
FORMATS: dict[str, Format] = {
    "csv": Format(csv_text.PLAIN.media_type, "csv", _csv(csv_text.PLAIN)),
    "excel": Format(csv_text.EXCEL.media_type, "excel.csv", _csv(csv_text.EXCEL)),
    "gb18030": Format(_GB18030.media_type, "gb18030.csv", _csv(_GB18030)),
    "json": Format("application/json", "json", render.json_stream),
    "ndjson": Format("application/x-ndjson", "ndjson", render.ndjson_stream),
}


def public_permit(context: Context, resource: Resource, query: Query, action: Action = Action.READ) -> Permit:
    """Return the public's permit for a query.

    Raises:
        EntryNotFoundError: the public may not know of the entry.
        DeniedError, PendingError, RefusedError: what stands in the way; the public's reads leave no receipt.
    """
    require_visible(resource)
    queried, matched = columns_used(query)
    decision = public_decision(
        context, resource, items=query.items, queried=queried | matched, action=action
    )
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
    return await fetch_page(connection, compiled_page(context, resource, query, key), Reading(key))


def read_public_page(context: Context, unit: Unit, resource: Resource, query: Query, key: CursorKey) -> RowPage:
    """Return one page in a transaction, for pages."""
    return read_page(unit, compiled_page(context, resource, query, key), Reading(key))


def download(context: Context, database: Database, resource: Resource, query: Query, form: Format) -> Iterator[bytes]:
    """Return all rows of a query as bytes of a format; the permit is decided before the first byte."""
    permit = public_permit(context, resource, query, Action.DOWNLOAD)
    compiled = compile_stream(query, permit, resource.table)
    return form.render(compiled.columns, stream_rows(database, compiled))
