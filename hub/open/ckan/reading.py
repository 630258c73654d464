"""How actions read the directory: through the one search and the one rule of visibility, in pages."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from catalogue.finding import ORGAN_VIEWER, Ask, Filters, find
from catalogue.published import published, published_one
from hub.directory.tree.store import tree_in_force
from hub.identity import store as identity_store
from hub.identity.ckan_tokens.issuing import IMPORT
from hub.open.ckan import ids, shapes
from hub.open.ckan.errors import CkanNotFoundError

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from catalogue.classes import ClassTree
    from catalogue.finding import Hit
    from catalogue.published import Published
    from catalogue.store import EntryRow
    from hub.identity.facts import Member
    from hub.open.ckan.asks import CkanAsk

PAGE: Final = 1_000
DATASET: Final = "数据集 dataset"


def of_the_reviewer(ask: CkanAsk) -> CkanAsk:
    """Return the call as the authority's catalogue reviewer reads: what is closed to society too.

    For moving a whole catalogue, with a token of scope import and on the exchange entry point; for everybody else,
    and on the public entry point, the call stays as it is.
    """
    is_reviewer = ask.on_exchange and ask.caller is not None and ask.caller.scope == IMPORT
    return replace(ask, viewer=ORGAN_VIEWER) if is_reviewer else ask


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


def packages(ask: CkanAsk, wanted: Sequence[uuid.UUID], classes: ClassTree | None = None) -> list[dict[str, Any]]:
    """Return entries as datasets, in the order given; what is not visible any more is left out."""
    found = published(ask.unit, ask.viewer, wanted)
    known = tree_in_force(ask.unit) if found and classes is None else classes
    return [package(ask, found[one], known) for one in wanted if one in found]


_Standing = tuple["EntryRow", "datetime", "datetime | None", "int | None", "Member | None", str]
_made: WeakKeyDictionary[object, OrderedDict[_Standing, tuple[ClassTree, dict[str, Any]]]] = WeakKeyDictionary()
_made_lock: Final = Lock()
MADE_MOST: Final = 1_000
"""Datasets kept as they were made. INVARIANT they rest on: the key holds all they are made of but the description,
and a published version is never changed (:mod:`catalogue.published`)."""


def package(ask: CkanAsk, one: Published, classes: ClassTree | None = None) -> dict[str, Any]:
    """Return an entry as a dataset; ``classes`` is the tree in force where it has been read already."""
    tree = tree_in_force(ask.unit) if classes is None else classes
    member = member_by_id(ask, one.row.provider_id)
    key: _Standing = (one.row, one.modified, one.data_at, one.rows, member, ask.site)
    with _made_lock:
        kept = _made.setdefault(ask.unit.connection.engine, OrderedDict())
        known = kept.get(key)
    if known is None or known[0] is not tree:
        known = tree, shapes.package(ask.site, one, member, tree)
        with _made_lock:
            kept[key] = known
            while len(kept) > MADE_MOST:
                kept.popitem(last=False)
    return dict(known[1])


def visible(ask: CkanAsk, key: str) -> Published:
    """Return an entry by id, name or resource code.

    Raises:
        CkanNotFoundError: there is none, or the caller may not know of it.
    """
    one = published_one(ask.unit, ask.viewer, key)
    if one is None:
        raise CkanNotFoundError(DATASET)
    return one
