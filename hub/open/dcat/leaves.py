"""One page of the catalogue, asked for by number, size, text, organ and time; and one entry by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from catalogue.finding import PUBLIC_VIEWER, Ask, Filters, find
from catalogue.published import published_one
from hub.directory.errors import EntryNotFoundError
from hub.identity import store as identity_store
from hub.open.dcat.building import catalogue_of, describe
from hub.open.dcat.description import Leaf
from hub.open.dcat.errors import OrganizationUnknownError

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.database import Unit
    from hub.open.dcat.description import Catalogue, Description
    from hub.services import Services

PAGE_SIZE: Final = 100
LARGEST_PAGE: Final = 500
_BY_NAME: Final = (("name", False),)
_NEWEST: Final = (("modified", True),)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for, of which part of the catalogue. ``organization`` is the slug of a member."""

    page: int = 1
    page_size: int = PAGE_SIZE
    q: str = ""
    organization: str = ""
    modified_since: datetime | None = None
    is_newest_first: bool = False

    def address(self, place: str, page: int) -> str:
        """Return the address of another page of the same part below ``place``."""
        given = {
            "q": self.q,
            "organization": self.organization,
            "modified_since": self.modified_since.isoformat() if self.modified_since is not None else "",
            "page_size": str(self.page_size) if self.page_size != PAGE_SIZE else "",
            "page": str(page),
        }
        return f"{place}?{urlencode({key: value for key, value in given.items() if value})}"


def read_leaf(hub: Services, unit: Unit, asked: Asked, place: str) -> Leaf:
    """Return one page; ``place`` is the address its neighbours' addresses begin with.

    Raises:
        OrganizationUnknownError: no organ has this slug.
    """
    providers: tuple[uuid.UUID, ...] = ()
    if asked.organization:
        member = identity_store.member(unit, "slug", asked.organization)
        if member is None:
            raise OrganizationUnknownError(asked.organization)
        providers = (member.id,)
    found = find(
        unit,
        PUBLIC_VIEWER,
        Ask(
            text=asked.q,
            filters=Filters(provider_ids=providers, changed_from=asked.modified_since),
            order=_NEWEST if asked.is_newest_first else _BY_NAME,
            limit=asked.page_size,
            offset=(asked.page - 1) * asked.page_size,
            suggest=False,
        ),
    )
    descriptions = describe(hub, unit, [hit.entry_id for hit in found.hits])
    last = max(1, -(-found.total // asked.page_size))
    pages = {"self": asked.page, "first": 1, "last": last}
    pages |= {"next": asked.page + 1} if asked.page < last else {}
    pages |= {"previous": min(asked.page - 1, last)} if asked.page > 1 else {}
    addresses = {name: asked.address(place, page) for name, page in pages.items()}
    return Leaf(catalogue_of(hub, unit), descriptions, found.total, asked.page_size, addresses)


def read_entry(hub: Services, unit: Unit, name: str) -> tuple[Catalogue, Description]:
    """Return the catalogue and one entry by its name, id or resource code.

    Raises:
        EntryNotFoundError: there is none, or the public may not know of it.
    """
    found = published_one(unit, PUBLIC_VIEWER, name)
    described = describe(hub, unit, [found.row.id]) if found is not None else ()
    if not described:
        raise EntryNotFoundError(name)
    return catalogue_of(hub, unit), described[0]
