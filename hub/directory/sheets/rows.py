"""An entry as rows of the template: one row of the resource, one row an item. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.directory.sheets import cells
from hub.directory.sheets.columns import (
    CLASSES,
    DERIVED,
    ENTRY_COLUMNS,
    ITEM_COLUMNS,
    ITEM_REST,
    OPEN_FLAG,
    REST,
    SHARE_CONDITION,
    rest_of,
)
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.classes import ClassTree

SPECIAL: Final = frozenset({*CLASSES, *DERIVED, REST, ITEM_REST})
_BESIDES: Final = frozenset({"class_path", "items"})


def entry_cells(body: Mapping[str, Any], classes: ClassTree) -> dict[str, str]:
    """Return the cells of an entry's resource row, by key of their columns; ``classes`` is the tree in force."""
    found = {one.key: one.cell(body) for one in ENTRY_COLUMNS if one.key not in SPECIAL}
    found |= dict(zip(CLASSES, class_cells(body.get("class_path", ()), classes), strict=True))
    opening = body.get("opening", {}).get("type")
    found[OPEN_FLAG] = "" if opening is None else ("否" if opening == OpenType.CLOSED else "是")
    found[SHARE_CONDITION] = share_condition(found, body.get("sharing", {}).get("type"))
    rest = rest_of(body, ENTRY_COLUMNS, _BESIDES)
    found[REST] = cells.JSON.write(rest) if rest else ""
    return found


def item_cells(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of an item's row, by key of their columns."""
    found = {one.key: one.cell(item) for one in ITEM_COLUMNS if one.key not in SPECIAL}
    rest = rest_of(item, ITEM_COLUMNS)
    found[ITEM_REST] = cells.JSON.write(rest) if rest else ""
    return found


def class_cells(path: Sequence[str], classes: ClassTree) -> list[str]:
    """Return the four cells of a class path, each code with its name; deeper levels stand in the last, one a line."""
    texts = [f"{code} {classes.name_of(code)}" if code in classes.nodes else str(code) for code in path]
    head = texts[: len(CLASSES) - 1]
    return [*head, *[""] * (len(CLASSES) - 1 - len(head)), "\n".join(texts[len(CLASSES) - 1 :])]


def share_condition(found: Mapping[str, str], share_type: object) -> str:
    """Return the guide's one text of the sharing condition from the three columns that say it apart."""
    if share_type == ShareType.WITHHELD:
        return found.get("share_citations", "")
    parts = (("范围", found.get("share_scope", "")), ("用途", found.get("share_purpose", "")))
    return "；".join(f"{name}：{text}" for name, text in parts if text)
