"""How actions read the directory: through the one search and the one rule of visibility, in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import Ask, Filters, find
from catalogue.published import published, published_one
from hub.identity import store as identity_store
from hub.open.ckan import ids, shapes
from hub.open.ckan.errors import CkanNotFoundError

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping, Sequence

    from catalogue.finding import Hit
    from catalogue.published import Published
    from hub.identity.facts import Member
    from hub.open.ckan.asks import CkanAsk

PAGE: Final = 1_000
DATASET: Final = "数据集 dataset"


def members(ask: CkanAsk) -> Mapping[uuid.UUID, Member]:
    """Return all members by id, as the hub knows them at this moment."""
    return ask.hub.identity.keeper.current().members


def member_by_id(ask: CkanAsk, member_id: uuid.UUID) -> Member | None:
    """Return a member; one registered a moment ago is read from the database."""
    return members(ask).get(member_id) or identity_store.member(ask.unit, "id", member_id)


def find_member(ask: CkanAsk, key: str) -> Member | None:
    """Return a member by slug or id."""
    identifier = ids.as_uuid(key)
    if identifier is not None:
        return member_by_id(ask, identifier)
    known = next((one for one in members(ask).values() if one.slug == key), None)
    return known or identity_store.member(ask.unit, "slug", key)


def every_hit(ask: CkanAsk, filters: Filters, *, text: str = "") -> Iterator[Hit]:
    """Yield every entry that is found, by name, a page at a time."""
    offset = 0
    while True:
        found = find(ask.unit, ask.viewer, Ask(text, filters, (("name", False),), PAGE, offset))
        yield from found.hits
        offset += len(found.hits)
        if not found.hits or offset >= found.total:
            return


def counts(ask: CkanAsk, facet: str, filters: Filters | None = None) -> dict[str, int]:
    """Return how many entries carry each value of a facet."""
    found = find(ask.unit, ask.viewer, Ask("", filters or Filters(), (), 0, 0, (facet,)))
    return {one.value: one.count for one in found.facets.get(facet, ())}


def packages(ask: CkanAsk, wanted: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """Return entries as datasets, in the order given; what is not visible any more is left out."""
    found = published(ask.unit, ask.viewer, wanted)
    return [package(ask, found[one]) for one in wanted if one in found]


def package(ask: CkanAsk, one: Published) -> dict[str, Any]:
    """Return an entry as a dataset."""
    return shapes.package(ask.site, one, member_by_id(ask, one.row.provider_id))


def visible(ask: CkanAsk, key: str) -> Published:
    """Return an entry by id, name or resource code.

    Raises:
        CkanNotFoundError: there is none, or the caller may not know of it.
    """
    one = published_one(ask.unit, ask.viewer, key)
    if one is None:
        raise CkanNotFoundError(DATASET)
    return one
