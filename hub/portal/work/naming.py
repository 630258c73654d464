"""Names for the workbench's pages: entries, members, items, forms and states, in the page's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalogue import store as catalogue_store
from catalogue.finding import ORGAN_VIEWER
from catalogue.published import published
from hub.api.citizens import provider_names
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from policies.facts import Treatment
from policies.results import TREATMENT_NAMES

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping

    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.portal.work.frame import WorkPage

__all__ = ["EntryName", "described", "entries", "form_name", "item_name", "members", "resource"]


@dataclass(frozen=True, slots=True)
class EntryName:
    """An entry as a list shows it; ``name`` is empty for information outside the directory."""

    title: str
    name: str


def entries(page: WorkPage, unit: Unit, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, EntryName]:
    """Return the entries of these ids; what is no entry is named as information outside the directory."""
    english = published(unit, ORGAN_VIEWER, list(ids)) if page.lang == "en" else {}
    found = {}
    for one in set(ids):
        row = catalogue_store.find_entry(unit, one)
        if row is None:
            found[one] = EntryName(page.text("work_outside"), "")
        else:
            found[one] = EntryName((one in english and english[one].entry.title_en) or row.title, row.name)
    return found


def members(unit: Unit, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of members."""
    return provider_names(unit, set(ids))


def resource(page: WorkPage, unit: Unit, entry_id: uuid.UUID) -> Resource | None:
    """Return the published resource of a request, None where it has been withdrawn since."""
    try:
        return load_resource(page.context, unit, entry_id)
    except EntryNotFoundError:
        return None


def item_name(found: Resource | None, column: str) -> str:
    """Return what an item is called; its column where the entry is gone."""
    item = found.facts.by_column.get(column) if found is not None else None
    return item.name if item is not None else column


def form_name(page: WorkPage, form: str | Treatment | None) -> str:
    """Return a form of supply in words, empty without one."""
    return TREATMENT_NAMES[Treatment(form)].of(page.lang) if form else ""


def described(page: WorkPage, state: Mapping[str, Any]) -> str:
    """Return the name of a described state (:meth:`hub.exchange.states.Procedure.describe`)."""
    return page.pick(str(state["name"]), str(state["name_en"]))
