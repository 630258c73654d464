"""Which resource an id names: of a dataset's resource, of the dataset itself, or the dataset's name as an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue import store
from hub.directory.errors import EntryNotFoundError
from hub.open.ckan.datastore_view import view_of
from hub.open.ckan.errors import CkanNotFoundError
from hub.open.ckan.ids import as_uuid, entry_range
from hub.open.ckan.store import entries_of_resource

if TYPE_CHECKING:
    from hub.exchange.standing import Standing
    from hub.open.ckan.datastore_view import View
    from hub.services import Services


def standing_of(hub: Services, key: str) -> Standing:
    """Return what is known of the resource of an id, from memory where it was asked for under this policy epoch.

    Raises:
        CkanNotFoundError: there is none.

    """
    known = hub.cache.known_public(key)
    if known is not None:
        return known
    name = key
    identifier = as_uuid(key)
    if identifier is not None:
        low, high = entry_range(identifier)
        with hub.database.begin() as unit:
            found = store.names_between(unit, low, high)
            if not found:
                given = entries_of_resource(unit, identifier)
                found = tuple(pair for one in given for pair in store.names_between(unit, one, one))
        name = next((name for entry_id, name in found if entry_id == identifier), found[0][1] if found else "")
    try:
        standing = hub.cache.load_public(name)
    except EntryNotFoundError:
        raise CkanNotFoundError("资源 resource") from None
    if name != key:
        hub.cache.remember(key, standing)
    return standing


def found_view(hub: Services, key: str) -> View:
    """Return the public's view of the resource of an id. Raises as :func:`hub.open.ckan.datastore_view.view_of`."""
    return view_of(hub.context, standing_of(hub, key).resource, key)
