"""The addresses of all pages the public may find, for search engines (sitemaps.org 0.9); an index above the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from catalogue.finding import PUBLIC_VIEWER, Ask, find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hub.database import Unit

LIMIT: Final = 50_000
"""Most addresses of one file, by the protocol."""
PAGES: Final = (
    *("/", "/catalog", "/items", "/docs", "/about"),
    *("/registers", "/divisions", "/legal-persons", "/addresses", "/statistics/population", "/indicators"),
)
"""Pages beside the entries, told in the first file."""
_STEP: Final = 5_000
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
MEDIA_TYPE: Final = "application/xml"


def entries(unit: Unit) -> int:
    """Return how many entries the public may find."""
    return find(unit, PUBLIC_VIEWER, Ask(limit=0)).total


def files(total: int, limit: int = LIMIT) -> int:
    """Return how many files so many entries need."""
    return max(1, -(-(total + len(PAGES)) // limit))


def index(base: str, count: int) -> bytes:
    """Return the index of ``count`` files."""
    places = (f"{base}/sitemap.xml?part={number}" for number in range(1, count + 1))
    rows = "".join(f"<sitemap><loc>{escape(place)}</loc></sitemap>\n" for place in places)
    return _document("sitemapindex", rows)


def part(unit: Unit, base: str, number: int, limit: int = LIMIT) -> bytes:
    """Return one file: pages of entries by name, with their last change; ``number`` counts from 1."""
    first = (number - 1) * limit - len(PAGES)
    rows = [f"<url><loc>{escape(base + page)}</loc></url>\n" for page in (PAGES if number == 1 else ())]
    offset, wanted = max(0, first), limit - len(rows)
    for name, at in _named(unit, offset, wanted):
        place = escape(f"{base}/d/{name}")
        rows.append(f"<url><loc>{place}</loc><lastmod>{at.isoformat(timespec='seconds')}</lastmod></url>\n")
    return _document("urlset", "".join(rows))


def _named(unit: Unit, offset: int, wanted: int) -> Iterator[tuple[str, datetime]]:
    """Yield names and last changes of the entries from a place in their order."""
    while wanted > 0:
        ask = Ask(order=(("name", False),), limit=min(_STEP, wanted), offset=offset)
        hits = find(unit, PUBLIC_VIEWER, ask).hits
        if not hits:
            return
        for hit in hits:
            yield hit.name, max(hit.modified, hit.data_at or hit.modified)
        offset, wanted = offset + len(hits), wanted - len(hits)


def _document(root: str, rows: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n{rows}</{root}>\n'.encode()
