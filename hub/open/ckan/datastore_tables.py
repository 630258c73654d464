"""``_table_metadata``: the resource that lists the tables of the datastore, here those the public may know of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import Ask, Filters, find
from hub.open.ckan.datastore_asking import DEFAULT_LIMIT
from hub.open.ckan.datastore_records import records
from hub.open.ckan.errors import CkanValidationError
from policies.facts import OpenType

if TYPE_CHECKING:
    from hub.open.ckan.asks import CkanAsk

TABLES: Final = "_table_metadata"
_NAMES: Final = ("_id", "name", "oid", "alias_of")
_TYPES: Final = ("text", "name", "oid", "name")
_MOST: Final = 1_000
_NOT_HERE: Final = ("filters", "q", "sort", "fields", "distinct", "full_text")


def listed_tables(ask: CkanAsk, form: str) -> dict[str, Any]:
    """Return the tables a page at a time; each has the dataset's name as its alias."""
    arguments = ask.arguments
    for name in _NOT_HERE:
        if arguments.get(name):
            raise CkanValidationError({name: ["_table_metadata 只能分页浏览 / _table_metadata is only paged through"]})
    limit = min(arguments.integer("limit", DEFAULT_LIMIT), _MOST)
    offset = arguments.integer("offset", 0, most=1_000_000)
    wanted = Ask(
        filters=Filters(open_types=(int(OpenType.UNCONDITIONAL),)), order=(("name", False),), limit=limit, offset=offset
    )
    found = find(ask.unit, ask.viewer, wanted)
    rows = [(str(hit.entry_id), str(hit.entry_id), None, None) for hit in found.hits]
    return {
        "resource_id": TABLES,
        "records_format": form,
        "include_total": True,
        "limit": limit,
        "offset": offset,
        "fields": [{"id": name, "type": kind} for name, kind in zip(_NAMES, _TYPES, strict=True)],
        "records": records(rows, _NAMES, form),
        "total": found.total,
        "total_was_estimated": False,
    }
