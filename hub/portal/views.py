"""What the pages of the directory show, as plain values: home, entries, items, and near ones where nothing is found."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from catalogue import search
from hub.api.citizens import provider_names
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind, Status
from hub.ledger import store as ledger_store
from hub.portal.shown import named, number
from hub.push import store as push_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.database import Unit
    from hub.identity.facts import Member
    from hub.portal.rendering import Page
    from hub.portal.texts import Lang
    from hub.services import Services

BASES = (
    ("101", "base_population"),
    ("102", "base_legal_persons"),
    ("103", "base_geography"),
    ("106", "base_macro"),
)
PAGE_SIZE = 20
LATEST = 6
SUGGESTIONS = 5
BASE_ENTRIES = 100
MEMBERS = 500
_HOW = {1: "how_unconditional", 2: "how_conditional", 3: "how_withheld"}


def _hits(unit: Unit, found: Sequence[search.EntryHit], lang: Lang) -> list[dict[str, Any]]:
    ids = [hit.id for hit in found]
    names = provider_names(unit, {hit.provider_id for hit in found})
    facts, texts = push_store.latest_facts_of(unit, ids), search.texts_of(unit, ids)
    hits = []
    for hit in found:
        known, said = facts.get(hit.id), texts[hit.id]
        is_english = lang == "en"
        hits.append(
            {
                "name": hit.name,
                "title": (said.title_en or hit.title) if is_english else hit.title,
                "abstract": (said.abstract_en or said.abstract) if is_english else said.abstract,
                "provider": names[hit.provider_id],
                "open_type": hit.open_type,
                "share_type": hit.share_type,
                "rows": number(known["rows"]) if known is not None and known["rows"] is not None else None,
                "updated": known["updated"].date().isoformat() if known is not None else None,
            }
        )
    return hits


def _base(unit: Unit, code: str, key: str) -> dict[str, Any]:
    """Return one basic database: its entries, how many of them the public may find, the day of its latest data."""
    every = search.Search(class_code=code, public_only=False, limit=BASE_ENTRIES)
    hits, total = search.find_entries(unit, every)
    _, public = search.find_entries(unit, search.Search(class_code=code, limit=1))
    facts = push_store.latest_facts_of(unit, [hit.id for hit in hits]).values()
    updated = max((fact["updated"].date().isoformat() for fact in facts), default=None)
    return {"code": code, "key": key, "entries": total, "public": public, "updated": updated}


def home(page: Page) -> dict[str, Any]:
    """Return the bases with their counts, the latest open entries, and the public figures."""
    with page.hub.database.begin() as unit:
        bases = [_base(unit, code, key) for code, key in BASES]
        latest, _ = search.find_entries(unit, search.Search(limit=LATEST))
        counts = search.figures(unit)
        checkpoint = ledger_store.latest_checkpoint(unit)
        refused = ledger_store.count_of_kind(unit, "refusal")
        hits = _hits(unit, latest, page.lang)
    figures = [
        ("figure_entries", counts["entries"]),
        ("figure_items", counts["items"]),
        ("figure_open", counts["open"]),
        ("figure_refused", refused),
        ("figure_receipts", checkpoint.size if checkpoint is not None else 0),
    ]
    return {"bases": bases, "latest": hits, "figures": [(key, number(value)) for key, value in figures]}


def catalog(page: Page, *, q: str, provider: str, class_code: str, offset: int) -> dict[str, Any]:
    """Return one page of entries with the facets beside them; near entries and items where there is none."""
    try:
        provider_id = uuid.UUID(provider) if provider else None
    except ValueError:
        provider_id, provider = None, ""
    public = page.is_public
    wanted = search.Search(q, provider_id, class_code or None, public, PAGE_SIZE, offset)
    with page.hub.database.begin() as unit:
        found, total = search.find_entries(unit, wanted)
        providers, classes = search.facets(unit, search.Search(q, public_only=public))
        names = provider_names(unit, {uuid.UUID(facet.value) for facet in providers})
        hits = _hits(unit, found, page.lang)
        near = _near(unit, page, q) if not total else {}
    return {
        "q": q,
        "provider": provider,
        "class_code": class_code,
        "hits": hits,
        "total": total,
        "providers": [(facet.value, names[uuid.UUID(facet.value)], facet.count) for facet in providers],
        "classes": [
            (facet.value, named("catalogue_resource_class", facet.value, page.lang), facet.count) for facet in classes
        ],
        "near": near,
    }


def _near(unit: Unit, page: Page, q: str) -> dict[str, Any]:
    """Return what is near to a text that found nothing; the latest entries where nothing is."""
    wanted = search.Search(q, public_only=page.is_public, limit=SUGGESTIONS)
    entries = search.suggest_entries(unit, wanted)
    return {
        "entries": _hits(unit, entries, page.lang),
        "items": search.suggest_items(unit, wanted),
        "has_near": bool(entries),
    }


def items(page: Page, *, q: str, offset: int) -> dict[str, Any]:
    """Return one page of items with their holders; near items and entries where there is none."""
    wanted = search.Search(q, public_only=page.is_public, limit=PAGE_SIZE, offset=offset)
    with page.hub.database.begin() as unit:
        found, total = search.find_items(unit, wanted)
        names = provider_names(unit, {hit.provider_id for hit in found})
        near = _near(unit, page, q) if q.strip() and not total else {}
    hits = [
        {
            "item": hit.item,
            "column": hit.column,
            "provider_id": hit.provider_id,
            "provider": names[hit.provider_id],
            "name": hit.name,
            "title": hit.title,
            "share_type": hit.share_type,
            "how": "how_open" if hit.is_open else _HOW[hit.share_type],
        }
        for hit in found
    ]
    return {"q": q, "hits": hits, "total": total, "near": near}


def authorities(hub: Services) -> list[Member]:
    """Return the data authorities of the directory, who answer for the site."""
    with hub.database.begin() as unit:
        members = identity_store.members(unit, identity_store.Paging(limit=MEMBERS)).rows
    return [member for member in members if member.kind is MemberKind.AUTHORITY and member.status is Status.ACTIVE]


def story(hub: Services, lang: Lang) -> list[dict[str, Any]]:
    """Return the demo's steps as they were run, from the file the demo wrote."""
    path = hub.settings.data_dir / "demo" / f"story.{lang}.json"
    if not path.exists():
        return []
    steps: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return steps
