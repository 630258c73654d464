"""Facets of ``package_search``: CKAN's names for the directory's facets, values as CKAN's clients filter by them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import load_code_list
from hub.open.ckan import shapes
from hub.open.ckan.formats import format_name
from hub.open.ckan.licences import licence_of
from hub.open.ckan.reading import member_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from catalogue.classes import ClassTree
    from catalogue.finding import Facet
    from hub.open.ckan.asks import CkanAsk

FACET_FIELDS: Final = {
    "organization": "provider",
    "owner_org": "provider",
    "groups": "class",
    "tags": "keyword",
    "res_format": "format",
    "license_id": "licence",
    "update_cycle": "cycle",
    "frequency": "cycle",
    "open_type": "open_type",
    "harvest_source": "origin",
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: what is filtered by, what is shown, how many."""

    name: str
    display_name: str
    count: int


def _named(ask: CkanAsk, field: str, value: str, classes: ClassTree) -> tuple[str, str]:
    """Return name and display name of a value of the directory."""
    name = display = value
    match field:
        case "organization" | "owner_org":
            member = member_by_id(ask, uuid.UUID(value))
            if member is not None:
                name, display = (member.slug if field == "organization" else value), member.name
        case "groups":
            shown = shapes.group(value, classes)
            name, display = shown["name"], shown["title"]
        case "res_format":
            name = display = format_name(value)
        case "license_id":
            licence = licence_of(value)
            display = licence.title if licence is not None else value
        case "update_cycle" | "frequency":
            row = load_code_list("catalogue_update_cycle").rows.get(value)
            if row is not None:
                name, display = (row.name_zh if field == "update_cycle" else row.extra["eu_frequency"]), row.name_zh
        case _:
            pass
    return name, display


def facet_values(ask: CkanAsk, field: str, facets: Iterable[Facet], classes: ClassTree) -> list[Value]:
    """Return the values of a facet, the most frequent first; ``classes`` is the tree in force."""
    values = [Value(*_named(ask, field, one.value, classes), one.count) for one in facets]
    return sorted(values, key=lambda one: (-one.count, one.name))


def facet_items(values: Sequence[Value]) -> list[dict[str, Any]]:
    """Return the values in CKAN's newer shape, by display name descending as CKAN has them."""
    ordered = sorted(values, key=lambda one: one.display_name, reverse=True)
    return [{"name": one.name, "display_name": one.display_name, "count": one.count} for one in ordered]
