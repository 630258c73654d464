"""The preview of open rows on a dataset's page: filters, sorting, paging, all in the address, on the public's permit.

Only parameters that name an item the public is given are filters; what else stands in the address is counted
and said to have been left out, alike whether it names a withheld item or nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from catalogue.code_lists import CodeListNotFoundError, load_code_list
from catalogue.item import DataType
from hub.exchange.errors import DeniedError, PendingError, RefusedError
from hub.open.rows import read_public_page
from hub.portal.shown import cell, number
from hub.rows.errors import QueryError
from hub.rows.parsing import parse_parameters

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.portal.rendering import Page
    from hub.portal.texts import Lang
    from hub.rows.store import RowPage

ROWS = 20
FILTERS = 6
OPTIONS = 60
"""Codes to choose from in a list; longer lists are typed into, with the codes offered."""
LONGEST_LIST = 300
NEARBY = 20
LONGEST_FILTER = 64
CONTAINS = "__contains"
_FILTERED = (DataType.TEXT, DataType.MEMO)
_NUMBERS = (DataType.NUMBER, DataType.CURRENCY, DataType.DOUBLE, DataType.INTEGER, DataType.FLOAT)
_TRACKING = ("utm_", "from", "spm", "share")
"""Beginnings of parameters that other sites add to links: no filters, and no mistake of the reader's."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the preview: conditions, order, place; and how many parameters are none of these."""

    conditions: Pairs
    order: str
    place: Pairs
    left_out: int

    @property
    def query(self) -> Pairs:
        """The parameters of the query, without its page."""
        return [*self.conditions, *([("order", self.order)] if self.order else [])]

    @property
    def first_row(self) -> int:
        """The number of the first row shown, for people; the cursor decides what is read."""
        place = dict(self.place)
        shown = place.get("row", "1")
        return int(shown) if "cursor" in place and shown.isdigit() and len(shown) < len("1000000000") else 1


def preview(page: Page, unit: Unit, resource: Resource) -> dict[str, Any]:
    """Return the rows the address asks for; where it cannot be read, why, and no rows."""
    hub, lang = page.hub, page.lang

    def read(parameters: Pairs) -> RowPage:
        query = parse_parameters(resource.id, [("limit", str(ROWS)), *parameters])
        return read_public_page(hub.context, unit, resource, query, hub.cursor_key)

    start = read([])
    columns = {column.item.column for column in start.columns if not column.is_masked}
    asked = _asked(page, columns)
    error, found = "", start
    if asked.query or asked.place:
        try:
            found = read([*asked.query, *(pair for pair in asked.place if pair[0] == "cursor")])
        except (QueryError, DeniedError, PendingError, RefusedError) as fault:
            error = f"{fault.en}. {fault.next_en}" if lang == "en" else f"{fault.zh}。{fault.next_zh}"
    rows = [] if error else found.rows
    return {
        "error": error,
        "left_out": asked.left_out,
        "columns": _heads(page, found, asked),
        "rows": [[cell(value, head, lang) for value, head in zip(row, found.columns, strict=True)] for row in rows],
        "total": number(found.total.rows or 0),
        "estimate": found.total.is_estimate,
        "first": number(asked.first_row),
        "last": number(asked.first_row + len(rows) - 1),
        "next_url": _following(page, found, asked) if rows else None,
        "first_url": _at(page, asked.query) if asked.place else None,
        "plain_url": page.request.url.path + "#preview" if asked.conditions else None,
        "applied": urlencode(asked.query) if asked.conditions and not error else "",
        "filters": [_filter(item, found, asked, lang) for item in _filterable(start)],
        "order": asked.order,
    }


def _asked(page: Page, columns: set[str]) -> Asked:
    conditions: Pairs = []
    place: Pairs = []
    order, left_out = "", 0
    for key, value in page.request.query_params.multi_items():
        if key in {"cursor", "row"}:
            place.append((key, value))
        elif key == "order" and value.removeprefix("-") in columns:
            order = value
        elif key.partition("__")[0] in columns:
            conditions.extend([(key, value)] if value.strip() else [])
        elif not key.startswith(_TRACKING):
            left_out += 1
    return Asked(conditions, order, place, left_out)


def _at(page: Page, parameters: Pairs) -> str:
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"{page.request.url.path}{query}#preview"


def _following(page: Page, found: RowPage, asked: Asked) -> str | None:
    if found.next_cursor is None:
        return None
    place = [("cursor", found.next_cursor), ("row", str(asked.first_row + found.returned))]
    return _at(page, [*asked.query, *place])


def _heads(page: Page, found: RowPage, asked: Asked) -> list[dict[str, Any]]:
    """Return the columns with the address that sorts by each: ascending first, then descending."""
    heads = []
    for column in found.columns:
        name = column.item.column
        is_up, is_down = asked.order == name, asked.order == f"-{name}"
        order = f"-{name}" if is_up else name
        heads.append(
            {
                "name": column.item.name,
                "is_masked": column.is_masked,
                "is_number": not column.is_masked and column.item.type in _NUMBERS,
                "sort": "ascending" if is_up else "descending" if is_down else "",
                "url": None if column.is_masked else _at(page, [*asked.conditions, ("order", order)]),
            }
        )
    return heads


def _filterable(found: RowPage) -> list[Item]:
    """Return the few items worth a filter: coded ones first, then texts, in the order of the entry."""
    given = [column.item for column in found.columns if not column.is_masked]
    coded = [item for item in given if item.code_list is not None]
    texts = [item for item in given if item.code_list is None and item.type in _FILTERED]
    return (coded + texts)[:FILTERS]


def _filter(item: Item, found: RowPage, asked: Asked, lang: Lang) -> dict[str, Any]:
    """Return one field: a choice of codes, or a text that values contain, with some values seen as a help."""
    codes = _codes(item, lang)
    options = codes if len(codes) <= OPTIONS else []
    key = item.column if item.code_list is not None else item.column + CONTAINS
    given = dict(asked.conditions)
    return {
        "key": key,
        "name": item.name,
        "options": options,
        "is_code": item.code_list is not None,
        "value": given.get(key, given.get(item.column, "")),
        "nearby": [] if options else codes[:LONGEST_LIST] or _seen(item, found),
        "longest": LONGEST_FILTER,
    }


def _seen(item: Item, found: RowPage) -> Pairs:
    place = next(n for n, column in enumerate(found.columns) if column.item.column == item.column)
    values = (row[place] for row in found.rows)
    short = (value for value in values if isinstance(value, str) and 0 < len(value) <= LONGEST_FILTER)
    return [(value, "") for value in dict.fromkeys(short)][:NEARBY]


def _codes(item: Item, lang: Lang) -> Pairs:
    """Return codes with their meanings; none where there is no list."""
    if item.code_list is None:
        return []
    try:
        rows = load_code_list(item.code_list.name).rows
    except CodeListNotFoundError:
        return []
    return [(code, row.name_en if lang == "en" and row.name_en else row.name_zh) for code, row in rows.items()]
