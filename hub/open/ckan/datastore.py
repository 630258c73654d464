"""Reading CKAN's datastore: datastore_search and datastore_info, over the one query and the public's decision.

Rows come through :mod:`hub.rows` on a permit and from nowhere else. What is not open is neither shown nor asked about,
and the answer names how much was left out and why.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from hub.open.ckan.actions import action
from hub.open.ckan.datastore_asking import asked_of, echoed, limit_of, wrong
from hub.open.ckan.datastore_found import found_view
from hub.open.ckan.datastore_records import FORMATS, names_of, numbered, records
from hub.open.ckan.datastore_tables import TABLES, listed_tables
from hub.open.ckan.datastore_view import ROW_ID, field_id, info_of, type_of
from hub.open.ckan.errors import CkanValidationError
from hub.rows.offsets import OffsetPage, read_slice
from hub.rows.tables import sql_type, state

if TYPE_CHECKING:
    from hub.open.ckan.asks import Arguments, CkanAsk
    from hub.open.ckan.datastore_asking import Asked
    from hub.open.ckan.datastore_view import View

FAMILY: Final = "datastore"
_ECHOED: Final = ("filters", "q", "full_text", "distinct", "sort", "plain", "language")
_SEARCH_DIFFERS: Final = (
    "q finds words as they are written, inside longer text too (so a word inside a Chinese sentence is found), and"
    " gives every row the same rank; language is ignored; a total that would cost seconds is estimated, and"
    " total_was_estimated says so; items that are not open are no fields and are listed under withheld; _links are"
    " served beside next_page."
)


def resource_key(arguments: Arguments) -> str:
    """Return the id of the resource, given as ``resource_id`` or ``id``."""
    key = arguments.text("resource_id") or arguments.text("id")
    if not key:
        raise CkanValidationError({"resource_id": ["缺少值 / Missing value"]})
    return key


@action("datastore_search", reads=True, family=FAMILY, differs=_SEARCH_DIFFERS)
def search(ask: CkanAsk) -> dict[str, Any]:
    """Return rows of a resource: filters, words, fields, order, pages, distinct values, four formats."""
    arguments = ask.arguments
    key = resource_key(arguments)
    form = arguments.text("records_format", "objects") or "objects"
    if form not in FORMATS:
        raise wrong("records_format", f"只能是 {'、'.join(FORMATS)}", f"must be one of {', '.join(FORMATS)}")
    if key == TABLES:
        return listed_tables(ask, form)
    view = found_view(ask.hub, key)
    limit = limit_of(arguments)
    asked = asked_of(arguments, view, limit)
    permit = view.decided(asked.used())
    page = read_slice(ask.unit, asked.query, permit, view.resource.table, asked.wanted)
    return {
        "resource_id": key,
        "records_format": form,
        "include_total": asked.wanted.is_counted,
        "limit": limit,
        **_offset(arguments, asked),
        **echoed(arguments, *_ECHOED),
        "fields": _fields(view, asked),
        "records": _records(asked, page, form),
        **_totals(page),
        **_following(ask, asked, page, limit),
        **view.left_out(),
    }


def _offset(arguments: Arguments, asked: Asked) -> dict[str, int]:
    return {"offset": asked.wanted.offset} if arguments.has("offset") else {}


def _fields(view: View, asked: Asked) -> list[dict[str, Any]]:
    head = [{"id": ROW_ID, "type": "int"}] if asked.with_id else []
    return [*head, *view.fields(asked.items), *({"id": name, "type": "float4"} for name in asked.ranks)]


def _records(asked: Asked, page: OffsetPage, form: str) -> object:
    names = names_of(asked.items, with_id=asked.with_id, ranks=asked.ranks)
    rows = numbered(page.rows, page.numbers, len(asked.items), with_id=asked.with_id, ranks=asked.ranks)
    return records(rows, names, form)


def _totals(page: OffsetPage) -> dict[str, Any]:
    if page.total.rows is None:
        return {}
    return {
        "total": page.total.rows,
        "total_was_estimated": page.total.is_estimate,
        "total_estimation_threshold": None,
    }


def _following(ask: CkanAsk, asked: Asked, page: OffsetPage, limit: int) -> dict[str, Any]:
    """Return where the next page is: by row number where that holds, and the links of CKAN before 2.12."""
    found: dict[str, Any] = {"_links": _links(ask, asked, limit)}
    is_asked = ask.arguments.boolean("include_next_page") or ask.arguments.has("limit")
    if is_asked and asked.is_by_id and page.numbers and limit and len(page.rows) == limit:
        found["next_page"] = {ROW_ID: {"gt": page.numbers[-1]}}
    return found


def _links(ask: CkanAsk, asked: Asked, limit: int) -> dict[str, str]:
    kept = {name: value for name, value in ask.arguments.items() if name != "offset" and value is not None}
    kept["limit"] = limit
    offset = asked.wanted.offset

    def link(at: int) -> str:
        parts = {**kept, **({"offset": at} if at else {})}
        texts = {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in parts.items()
        }
        return f"/api/3/action/datastore_search?{urlencode(texts)}"

    links = {"start": link(0), "next": link(offset + limit)}
    if offset:
        links["prev"] = link(max(0, offset - limit))
    return links


@action(
    "datastore_info",
    reads=True,
    family=FAMILY,
    differs="Sizes in bytes are not told (null): the tables also hold what is not open; schema tells the stored type.",
)
def info(ask: CkanAsk) -> dict[str, Any]:
    """Return the number of rows and the fields of a resource with their types and data dictionary."""
    view = found_view(ask.hub, resource_key(ask.arguments))
    table = view.resource.table
    standing = state(ask.unit, view.resource.id)
    indexed = {*table.indexed_items, *table.key}
    return {
        "meta": {
            "id": view.key,
            "count": standing.row_count,
            "table_type": "BASE TABLE",
            "aliases": [view.resource.name],
            "size": None,
            "idx_size": None,
            "db_size": None,
            "version": standing.version,
        },
        "fields": [
            {
                "id": field_id(item),
                "type": type_of(item),
                "info": info_of(item),
                "schema": {
                    "native_type": sql_type(item),
                    "notnull": item.column in table.key,
                    "index_name": None,
                    "is_index": item.column in indexed,
                    "uniquekey": table.key == (item.column,),
                },
            }
            for item in view.items
        ],
        **view.left_out(),
    }
