"""What an agency's person finds beside each item: how fresh it is, how fast its holder answers, and the buttons.

Shown on the search for items and on an entry's page to who may ask for items (users' guide a2, d2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalogue import store as catalogue_store
from hub.exchange.cart import store as cart_store
from hub.exchange.cart.history import record_of
from hub.exchange.cart.records import ApplicationState
from hub.identity.roles import Role
from hub.portal.shown import named
from hub.push import store as push_store
from hub.rows.store import CHINA

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from hub.database import Unit
    from hub.portal.rendering import Page

MOST_DRAFTS = 50


def may_ask(page: Page) -> bool:
    """Whether the reader may put items into a cart."""
    return page.staff is not None and page.staff.has_role(Role.AGENCY_USER)


def beside(page: Page, hits: Sequence[dict[str, Any]], cart: str = "") -> dict[str, Any]:
    """Return what the page of items needs for an agency's person; nothing for anybody else.

    ``hits`` hold ``name`` of the entry and ``provider_id``; ``cart`` is the application to put items into.
    """
    if not may_ask(page) or page.staff is None:
        return {"asking": None}
    with page.hub.database.begin() as unit:
        names = {hit["name"] for hit in hits}
        rows = {name: catalogue_store.find_entry(unit, name) for name in names}
        facts = push_store.latest_facts_of(unit, [row.id for row in rows.values() if row is not None])
        answers = {one: answer_time(page, unit, one) for one in {hit["provider_id"] for hit in hits}}
        target = _cart(page, unit, cart)
    fresh = {
        name: facts[row.id]["updated"].astimezone(CHINA).date().isoformat()
        for name, row in rows.items()
        if row is not None and row.id in facts
    }
    return {"asking": {"fresh": fresh, "answers": answers, "own": page.staff.member.id, "cart": target}}


def answer_time(page: Page, unit: Unit, provider_id: uuid.UUID) -> float | None:
    """Return the median of working days a provider took to answer, None where it is not known."""
    return record_of(page.hub.context, unit, provider_id).median_days


def _cart(page: Page, unit: Unit, cart: str) -> dict[str, str] | None:
    """Return the draft items will be put into: the one named in the URL, else the person's latest."""
    if page.staff is None:
        return None
    found, _ = cart_store.list_applications(unit, page.staff.member.id, state=ApplicationState.DRAFT, limit=MOST_DRAFTS)
    wanted = next((one for one in found if str(one.id) == cart), None)
    wanted = wanted or next((one for one in found if one.changed_by == page.staff.staff.id), None)
    return {"id": str(wanted.id), "label": wanted.label, "items": str(len(wanted.content.lines))} if wanted else None


def on_entry(page: Page, name: str, cart: str = "") -> dict[str, Any]:
    """Return the same for the page of one entry."""
    resource = page.hub.cache.load(name, None).resource
    found = beside(page, [{"name": resource.name, "provider_id": resource.provider_id}], cart)
    if found["asking"] is not None:
        found["asking"]["cycle"] = named("catalogue_update_cycle", resource.entry.update_cycle, page.lang)
        found["asking"]["days"] = found["asking"]["answers"][resource.provider_id]
        found["asking"]["is_own"] = resource.provider_id == found["asking"]["own"]
    return found
