"""From a path in an entry's JSON to the cell of the file it came from, so that a rule speaks of a cell. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hub.directory.sheets.columns import ENTRY_COLUMNS, ITEM_COLUMNS

if TYPE_CHECKING:
    from hub.directory.sheets.building import Resource
    from hub.directory.sheets.columns import Column
    from hub.directory.sheets.faults import Place

_ITEM: Final = re.compile(r"\$\.items\[(\d+)\](?:\.(.+))?")


def place_of(resource: Resource, path: str) -> Place:
    """Return where a path stands: the cell, else the row of the item or the resource."""
    match = _ITEM.match(path)
    if match is not None and resource.items is not None and int(match[1]) < len(resource.items):
        table = resource.item_table or resource.table
        row = resource.items[int(match[1])]
        return table.place(row, _key(ITEM_COLUMNS, match[2] or ""))
    plain = re.sub(r"\[\d+\]", "", path.removeprefix("$").lstrip("."))
    key = "class_1" if plain.startswith("class_path") else _key(ENTRY_COLUMNS, plain)
    return resource.table.place(resource.row, key)


def _key(columns: tuple[Column, ...], path: str) -> str:
    """Return the key of the column that holds a dotted path, or the nearest part above it; empty for none."""
    parts = tuple(path.split(".")) if path else ()
    while parts:
        found = next((one.key for one in columns if one.path == parts), "")
        if found:
            return found
        parts = parts[:-1]
    return ""
