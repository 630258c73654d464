"""What the page of an entry says to machines: its other forms, and schema.org for search engines.

The JSON-LD stands in a data block: a browser runs nothing of it, so that the policy «no scripts» holds as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hub.api import catalogue_answers as answers
from hub.directory.errors import EntryNotFoundError
from hub.open import schema_org
from hub.open.dcat.leaves import read_entry

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.portal.rendering import Page


def for_machines(page: Page, name: str) -> dict[str, Any]:
    """Return the addresses of the other forms with their types, and the JSON-LD; nothing of what is not public."""
    base = page.hub.settings.public_url.rstrip("/")

    def make(unit: Unit) -> answers.Made:
        catalogue, about = read_entry(page.hub, unit, name)
        return answers.made_json(schema_org.dataset(catalogue, about, lang=page.lang), "application/ld+json")

    try:
        body = answers.body_of(page.request, page.hub, ("page", name, page.lang), make)
    except EntryNotFoundError:
        return {"links": [], "structured": ""}
    links = [(address, kind) for address, relation, kind in answers.alternates(base, name) if relation == "alternate"]
    # No text can end the block: the one character that could is written by its number.
    return {"links": links, "structured": Markup(body.content.decode().replace("<", "\\u003c"))}  # noqa: S704
