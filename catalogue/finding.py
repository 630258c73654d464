"""Finding entries and items of the directory: who holds what, for whom it may be seen, with counts by facet.

Zhengzhou Art. 18, Jilin Art. 26: the one way to the published entries. What a viewer may not know of is neither
found, nor counted, nor suggested. Pages, CKAN, DCAT and feeds all ask here, so that one rule holds everywhere.
"""

from __future__ import annotations

from typing import Final

from catalogue.finding_asking import (
    CLOSED,
    COUNTED,
    FRESHNESS,
    ORDERS,
    Ask,
    Facet,
    Filters,
    Found,
    FoundItems,
    Hit,
    ItemHit,
    Viewer,
)
from catalogue.finding_entries import figures, find
from catalogue.finding_items import find_items

__all__ = [
    "CLOSED",
    "COUNTED",
    "FRESHNESS",
    "ORDERS",
    "ORGAN_VIEWER",
    "PUBLIC_VIEWER",
    "Ask",
    "Facet",
    "Filters",
    "Found",
    "FoundItems",
    "Hit",
    "ItemHit",
    "Viewer",
    "figures",
    "find",
    "find_items",
]

PUBLIC_VIEWER: Final = Viewer()
ORGAN_VIEWER: Final = Viewer(public_only=False)
