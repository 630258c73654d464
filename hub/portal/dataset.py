"""What the page of one entry shows: downloads, preview, items, what is withheld and why, facts, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalogue.code_lists import CodeListNotFoundError, load_code_list
from catalogue.licences import rights_of
from hub.api.citizens import provider_names
from hub.directory.tree.store import tree_in_force
from hub.open import datasets
from hub.portal.machines import for_machines
from hub.portal.preview import preview
from hub.portal.registers import services_of_entry
from hub.portal.shown import named, number
from hub.push import store as push_store
from hub.rows.store import CHINA

if TYPE_CHECKING:
    from datetime import datetime

    from catalogue.classes import ClassTree
    from catalogue.entry import Entry
    from catalogue.item import Item
    from hub.directory.facts import Resource
    from hub.portal.rendering import Page
    from hub.portal.texts import Lang

VERSIONS = 20
FORMATS = (("excel", "download_excel"), ("csv", "download_csv"), ("json", "download_json"))


def dataset(page: Page, name: str) -> dict[str, Any]:
    """Return everything the page shows.

    Raises:
        EntryNotFoundError: there is no such entry, or the reader may not know of it.

    """
    hub, lang = page.hub, page.lang
    resource = (hub.cache.load_public(name) if page.is_public else hub.cache.load(name, None)).resource
    with hub.database.begin() as unit:
        facts = push_store.latest_facts(unit, resource.id)
        names = provider_names(unit, {resource.provider_id})
        has_files = facts is not None and datasets.is_open_to_all(hub.context, resource)
        shown = preview(page, unit, resource) if has_files else None
        versions = push_store.pushes(unit, resource.id, limit=VERSIONS) if has_files else ()
        classes = tree_in_force(unit)
        services = services_of_entry(unit, resource.id)
    base = f"/api/v1/datasets/{resource.name}"
    withheld = datasets.withheld_items(hub.context, resource, lang) if resource.entry.opening.is_open else ()
    return {
        "entry": _entry(resource, names[resource.provider_id], facts, lang),
        "elsewhere": _elsewhere(resource),
        "services": services,
        "downloads": [(f"{base}/download?format={form}", key) for form, key in FORMATS] if has_files else [],
        "filtered": _filtered(base, shown) if shown is not None else [],
        "preview": shown,
        "items": [_item(resource, item, lang) for item in resource.entry.items],
        "withheld": withheld,
        "facts": _facts(resource, classes, lang),
        "api_example": f"{hub.settings.public_url}{base}/rows?limit=10",
        "machine": for_machines(page, resource.name),
        "versions": [
            {"number": one.outcome.number, "at": _local(one.outcome.merged_at), **_did(one)}
            for one in versions
            if one.outcome.merged_at is not None
        ],
    }


def _entry(resource: Resource, provider: str, facts: dict[str, Any] | None, lang: Lang) -> dict[str, Any]:
    entry, is_english = resource.entry, lang == "en"
    return {
        "name": resource.name,
        "title": (entry.title_en or entry.title) if is_english else entry.title,
        "provider": entry.provider.name if entry.origin is not None else provider,
        "open_type": int(entry.opening.type),
        "share_type": int(entry.sharing.type),
        "condition": entry.opening.condition or "",
        "abstract": (entry.abstract_en or entry.abstract) if is_english else entry.abstract,
        "rows": number(facts["rows"]) if facts is not None and facts["rows"] is not None else None,
        "data_version": facts["version"] if facts is not None else None,
        "updated": facts["updated"].astimezone(CHINA).date().isoformat() if facts is not None else None,
    }


def _elsewhere(resource: Resource) -> dict[str, Any] | None:
    """Return where a harvested entry comes from and where its data are; None for the city's own."""
    entry = resource.entry
    if entry.origin is None:
        return None
    links = [{"url": link.url, "title": link.title or link.url, "format": link.format} for link in entry.links]
    return {"source": entry.origin.source, "url": entry.origin.url, "links": links}


def _filtered(base: str, shown: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the downloads of what the preview's filters leave; none without filters."""
    if not shown["applied"]:
        return []
    return [(f"{base}/download?format={form}&{shown['applied']}", key) for form, key in FORMATS]


def _local(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _did(push: push_store.StoredPush) -> dict[str, str]:
    return {key: number(push.outcome.counts.get(key, 0)) for key in ("inserted", "changed", "closed", "unchanged")}


def _item(resource: Resource, item: Item, lang: Lang) -> dict[str, Any]:
    return {
        "name": item.name,
        "column": item.column,
        "type": named("catalogue_data_type", item.type.value, lang),
        "length": item.length,
        "codes": _code_list_title(item, lang),
        "description": item.description,
        "how": datasets.how_to_get(resource, item),
    }


def _code_list_title(item: Item, lang: Lang) -> str:
    if item.code_list is None:
        return ""
    try:
        found = load_code_list(item.code_list.name)
    except CodeListNotFoundError:
        return item.code_list.name
    return found.title_en if lang == "en" else found.title_zh


def _licence(entry: Entry, lang: Lang) -> str:
    """Return the licence by its code and name, as the entry writes it where the list has none."""
    found = rights_of(entry).licence
    return entry.licence if found is None else f"{found.name.of(lang)} ({found.code})"


def _facts(resource: Resource, classes: ClassTree, lang: Lang) -> list[tuple[str, Any]]:
    entry = resource.entry
    published = resource.row.published_at
    comma = ", " if lang == "en" else "、"
    cells: list[tuple[str, Any]] = [
        ("resource_code", resource.row.resource_code),
        ("class_path", " / ".join(classes.name_of(code, english=lang == "en") for code in entry.class_path)),
        ("provider", entry.provider.name),
        ("update_cycle", named("catalogue_update_cycle", entry.update_cycle, lang)),
        ("format", comma.join(named("catalogue_resource_format", code, lang) for code in entry.formats)),
        ("grade", named("data_grade", entry.grade, lang)),
        ("licence", _licence(entry, lang)),
        ("open_condition", entry.opening.condition),
        ("rights", rights_of(entry).statement.of(lang)),
        ("published", published.astimezone(CHINA).date().isoformat() if published is not None else None),
        ("entry_version", resource.version),
    ]
    return [(key, value) for key, value in cells if value not in {None, ""}]
