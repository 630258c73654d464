"""A resource as CKAN's datastore shows it: its fields under the names clients know, with types and data dictionary.

The name is the item's column, or what a CKAN client called it where that is no column name (Chinese headers stay as
they are). Arguments may use either, or the item's Chinese name. What the public is not given is no field here: it can
be neither shown nor asked about, and the answer says how much was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from hub.directory.errors import EntryNotFoundError
from hub.exchange.deciding import refusal_of_use
from hub.open.ckan.errors import CkanNotFoundError, CkanValidationError
from hub.open.datasets import public_decision, require_visible
from hub.rows.tables import sql_type
from policies.decision import Permit
from policies.facts import Action, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalogue.item import Item
    from hub.context import Context
    from hub.directory.facts import Resource

ROW_ID: Final = "_id"
ROW: Final = "_row"
TYPES: Final = {
    "text": "text",
    "bigint": "int8",
    "numeric": "numeric",
    "double precision": "float8",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "boolean": "bool",
    "bytea": "json",
}
"""CKAN's name of each SQL type that rows are stored in; shapes are GeoJSON."""
NAMES_SHOWN: Final = 20


def field_id(item: Item) -> str:
    """Return the name of an item here."""
    return item.ckan_id or item.column


def type_of(item: Item, *, is_masked: bool = False) -> str:
    """Return the type of an item here; a masked value is a text."""
    return "text" if is_masked else TYPES[sql_type(item)]


def info_of(item: Item) -> dict[str, str]:
    """Return the data dictionary of an item: CKAN's label and notes, and what the directory says besides."""
    said: dict[str, str | None] = {
        "label": item.name,
        "notes": item.description,
        "length": str(item.length) if item.length is not None else None,
        "code_list": f"{item.code_list.name} {item.code_list.version}" if item.code_list is not None else None,
        "element": item.element,
        "source": item.source_department,
    }
    return {name: text for name, text in said.items() if text}


@dataclass(frozen=True)
class View:
    """What the public may have of one resource."""

    key: str
    """The id under which it was asked for."""
    context: Context
    resource: Resource
    permit: Permit

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items that are given, in the order of the entry."""
        given = {line.column for line in self.permit.items if line.treatment in {Treatment.FULL, Treatment.MASKED}}
        return tuple(item for item in self.resource.entry.items if item.column in given)

    @cached_property
    def _by_name(self) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for item in self.items:
            found.setdefault(item.name, item)
        for item in self.items:
            found[item.column] = item
        for item in self.items:
            if item.ckan_id is not None:
                found[item.ckan_id] = item
        return found

    def item(self, name: str, argument: str) -> Item:
        """Return the item of a name.

        Raises:
            CkanValidationError: no item of this name can be had here; what is withheld reads like what is not there.

        """
        found = self._by_name.get(name)
        if found is None:
            known = "、".join(field_id(item) for item in self.items[:NAMES_SHOWN])
            raise CkanValidationError(
                {argument: [f"没有可查询的信息项 {name[:100]}；可用：{known} / field not found; there are: {known}"]}
            )
        return found

    def fields(self, items: Iterable[Item]) -> list[dict[str, Any]]:
        """Return the description of items as datastore_search gives it."""
        masked = {line.column for line in self.permit.items if line.treatment is Treatment.MASKED}
        return [
            {"id": field_id(item), "type": type_of(item, is_masked=item.column in masked), "info": info_of(item)}
            for item in items
        ]

    def decided(self, queried: frozenset[str], action: Action = Action.READ) -> Permit:
        """Return the permit for a question that filters or sorts by columns; raises as :func:`view_of`."""
        return _permit(self.context, self.resource, queried - {ROW}, action)

    def left_out(self) -> dict[str, Any]:
        """Return what an answer says of the items that are not given; nothing where all are."""
        if not self.permit.left_out and not self.permit.unlisted:
            return {}
        count = len(self.permit.left_out) + self.permit.unlisted
        note = f"另有 {count} 个信息项未开放，原因见 withheld / {count} more items are not open, see withheld"
        return {"withheld": [line.record() for line in self.permit.left_out], "note": note}


def _permit(context: Context, resource: Resource, queried: frozenset[str], action: Action) -> Permit:
    decision = public_decision(context, resource, queried=queried, action=action)
    if isinstance(decision, Permit):
        return decision
    raise refusal_of_use(decision, {})[2]


def view_of(context: Context, resource: Resource, key: str) -> View:
    """Return the public's view of a resource.

    Raises:
        CkanNotFoundError: the public may not know of it, or it has no rows of its own.
        DeniedError, PendingError, RefusedError: its rows are not given to the public; the reason is in it.

    """
    try:
        require_visible(resource)
    except EntryNotFoundError:
        raise CkanNotFoundError("资源 resource") from None
    if not resource.entry.items:
        raise CkanNotFoundError("资源 resource")
    return View(key, context, resource, _permit(context, resource, frozenset(), Action.READ))
