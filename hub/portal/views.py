"""What the first page of the directory and the lists of entries show, as plain values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from catalogue.finding import ORGAN_VIEWER, PUBLIC_VIEWER, Ask, Filters, find
from catalogue.finding import figures as figures_of
from catalogue.published import published
from hub.api.citizens import provider_names
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind, Status
from hub.ledger import store as ledger_store
from hub.portal.registers import SERVICES, TITLES, closed_paths
from hub.portal.shown import number
from hub.rows.store import CHINA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.finding import Hit, Viewer
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
LATEST = 6
MEMBERS = 500


def shown_hits(page: Page, unit: Unit, found: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return entries as lists show them, with title and abstract in the page's language."""
    viewer = viewer_of(page)
    described = published(unit, viewer, [hit.entry_id for hit in found])
    names = provider_names(unit, {hit.provider_id for hit in found})
    is_english = page.lang == "en"
    hits = []
    for hit in found:
        entry = described[hit.entry_id].entry
        hits.append(
            {
                "name": hit.name,
                "title": (entry.title_en or hit.title) if is_english else hit.title,
                "abstract": (entry.abstract_en or entry.abstract) if is_english else entry.abstract,
                "provider": entry.provider.name if entry.origin is not None else names[hit.provider_id],
                "open_type": hit.open_type,
                "share_type": hit.share_type,
                "rows": number(hit.rows) if hit.rows is not None else None,
                "updated": hit.data_at.astimezone(CHINA).date().isoformat() if hit.data_at is not None else None,
                "freshness": hit.freshness,
                "is_authoritative": hit.is_authoritative,
            }
        )
    return hits


def viewer_of(page: Page) -> Viewer:
    """Return who looks: a person of an organ sees the whole directory."""
    return PUBLIC_VIEWER if page.is_public else ORGAN_VIEWER


def _base(unit: Unit, viewer: Viewer, code: str, key: str) -> dict[str, Any]:
    """Return one basic database: the entries one may know of, those open to the public, the day of the latest data."""
    within = Filters(class_codes=(code,))
    latest = find(unit, viewer, Ask(filters=within, order=(("data_at", True),), limit=1))
    public = find(unit, PUBLIC_VIEWER, Ask(filters=within, limit=1)).total
    days = [hit.data_at.astimezone(CHINA).date().isoformat() for hit in latest.hits if hit.data_at is not None]
    closed = closed_paths(unit)
    services = next((SERVICES[switch] for switch, title in TITLES.items() if title == key), ())
    return {
        "code": code,
        "key": key,
        "entries": latest.total,
        "public": public,
        "updated": days[0] if days else None,
        "services": [one for one in services if one.path not in closed],
    }


def home(page: Page) -> dict[str, Any]:
    """Return the bases with their counts, the latest open entries, and the public figures."""
    with page.hub.database.begin() as unit:
        viewer = viewer_of(page)
        bases = [_base(unit, viewer, code, key) for code, key in BASES]
        latest = find(unit, PUBLIC_VIEWER, Ask(limit=LATEST))
        counts = figures_of(unit, viewer)
        checkpoint = ledger_store.latest_checkpoint(unit)
        refused = ledger_store.count_of_kind(unit, "refusal")
        hits = shown_hits(page, unit, latest.hits)
    figures = [
        ("figure_entries", counts["entries"]),
        ("figure_items", counts["items"]),
        ("figure_open", counts["open"]),
        ("figure_refused", refused),
        ("figure_receipts", checkpoint.size if checkpoint is not None else 0),
    ]
    return {"bases": bases, "latest": hits, "figures": [(key, number(value)) for key, value in figures]}


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
