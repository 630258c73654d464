"""What the search pages show: facets as links with counts, chips of what is filtered by, items with their holders.

All state is in the address, so that every step is a link: no scripts (GB/T 37668, Jilin Art. 24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from catalogue.finding import Ask, find, find_items
from hub.api.citizens import provider_names
from hub.open.directory import facet_words, terms_of, value_words
from hub.portal.views import shown_hits, viewer_of
from policies.facts import ShareType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.finding import Facet, Filters, Found, FoundItems, ItemHit
    from hub.database import Unit
    from hub.open.directory import Terms
    from hub.portal.rendering import Page

PAGE_SIZE: Final = 20
SUGGESTED: Final = 5
FACETS: Final = ("provider", "class", "theme", "share_type", "open_type", "format", "cycle", "freshness", "origin")
FACETS_OF_ORGANS: Final = (*FACETS, "sensitivity")
SHOWN_AT_ONCE: Final = 6


class _Address:
    """The address of this page, to be changed a little: a value added, a value taken out."""

    def __init__(self, page: Page) -> None:
        self.path = page.request.url.path
        self.kept = [
            (key, value) for key, value in page.request.query_params.multi_items() if key != "offset" and value
        ]

    def _at(self, pairs: Sequence[tuple[str, str]]) -> str:
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def has(self, key: str, value: str) -> bool:
        return (key, value) in self.kept

    def adding(self, key: str, value: str) -> str:
        return self._at([*self.kept, (key, value)])

    def without(self, key: str, value: str) -> str:
        return self._at([pair for pair in self.kept if pair != (key, value)])

    def looking_for(self, text: str) -> str:
        return self._at([("q", text), *(pair for pair in self.kept if pair[0] != "q")])

    def unfiltered(self) -> str:
        return self._at([pair for pair in self.kept if pair[0] in {"q", "cart"}])


def catalog(page: Page, *, q: str, filters: Filters, offset: int) -> dict[str, Any]:
    """Return one page of entries with the facets beside them; near entries and words where there is none."""
    ask = Ask(q, filters, limit=PAGE_SIZE, offset=offset, facets=_facets_for(page), at=page.hub.context.now())
    with page.hub.database.begin() as unit:
        found = find(unit, viewer_of(page), ask)
        hits = shown_hits(page, unit, found.hits)
        near = _near(unit, page, found) if found.near or not found.total else {}
        beside = _beside(unit, page, found, filters)
    return {"q": q, "hits": hits, "total": found.total, "near": near, **beside}


def items(page: Page, *, q: str, filters: Filters, offset: int) -> dict[str, Any]:
    """Return one page of items with their holders; near words where there is none."""
    viewer = viewer_of(page)
    ask = Ask(q, filters, limit=PAGE_SIZE, offset=offset, facets=_facets_for(page), at=page.hub.context.now())
    with page.hub.database.begin() as unit:
        found = find_items(unit, viewer, ask)
        names = provider_names(unit, {hit.provider_id for hit in found.hits})
        terms = terms_of(page.hub.context, unit, viewer, found.hits)
        near: dict[str, Any] = {}
        if q.strip() and not found.total:
            near = _near(unit, page, find(unit, viewer, Ask(q, limit=SUGGESTED)), found.suggestions)
        beside = _beside(unit, page, found, filters)
    hits = [_item(hit, names[hit.provider_id], one) for hit, one in zip(found.hits, terms, strict=True)]
    return {"q": q, "hits": hits, "total": found.total, "near": near, **beside}


def _facets_for(page: Page) -> tuple[str, ...]:
    return FACETS if page.is_public else FACETS_OF_ORGANS


def _item(hit: ItemHit, provider: str, terms: Terms) -> dict[str, Any]:
    return {
        "item": hit.item,
        "column": hit.column,
        "provider_id": hit.provider_id,
        "provider": provider,
        "name": hit.name,
        "title": hit.title,
        "share_type": hit.share_type,
        "is_authoritative": hit.is_authoritative,
        "condition": terms.condition,
        "days": terms.days,
        "how": _how(hit),
    }


def _how(hit: ItemHit) -> str:
    if hit.is_open:
        return "item_open"
    return {
        ShareType.UNCONDITIONAL: "item_by_rule",
        ShareType.CONDITIONAL: "item_by_provider",
        ShareType.WITHHELD: "how_withheld",
    }[ShareType(hit.share_type)]


def _near(unit: Unit, page: Page, found: Found, more: Sequence[str] = ()) -> dict[str, Any]:
    """Return what is near: entries with most of the words, or what was found under them; words that find something."""
    near = found.near or found.hits
    return {
        "entries": shown_hits(page, unit, near[:SUGGESTED]),
        "words": list(dict.fromkeys((*more, *found.suggestions)))[:SUGGESTED],
    }


def _beside(unit: Unit, page: Page, found: Found | FoundItems, filters: Filters) -> dict[str, Any]:
    """Return the facets as links, and a chip with its removal for every filter in force."""
    at = _Address(page)
    facets = [
        shown
        for name, values in facet_words(unit, found.facets).items()
        if (shown := _facet(page, at, name, values))["options"]
    ]
    return {"facets": facets, "chips": _chips(unit, page, at, filters), "unfiltered_url": at.unfiltered()}


def _facet(page: Page, at: _Address, name: str, values: Sequence[tuple[Facet, Any]]) -> dict[str, Any]:
    options = [
        {
            "word": word.of(page.lang) or one.value,
            "count": one.count,
            "is_chosen": at.has(name, one.value),
            "url": at.without(name, one.value) if at.has(name, one.value) else at.adding(name, one.value),
        }
        for one, word in values
    ]
    return {"name": name, "options": options, "first": options[:SHOWN_AT_ONCE], "more": options[SHOWN_AT_ONCE:]}


def _chips(unit: Unit, page: Page, at: _Address, filters: Filters) -> list[dict[str, str]]:
    given: Mapping[str, tuple[str, ...]] = {**filters.by_facet(), "freshness": filters.freshness}
    words = value_words(unit, given)
    return [
        {
            "facet": name,
            "value": value,
            "word": words[name][value].of(page.lang) or value,
            "url": at.without(name, value),
        }
        for name, values in given.items()
        for value in values
    ]
