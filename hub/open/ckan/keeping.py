"""What is kept of a CKAN dataset beside the entry it became: read back to be shown as it was written. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.entry import Entry, Link

MEMBER_PREFIX: Final = "ckan:"
"""Key of an extra that is a member of the dataset itself, its value JSON."""
KEPT_MEMBERS: Final = ("author", "author_email", "maintainer", "maintainer_email", "url", "version", "type")


def kept_members(entry: Entry) -> dict[str, Any]:
    """Return the members of the dataset that are kept beside the entry."""
    kept = {one.key.removeprefix(MEMBER_PREFIX): one.value for one in entry.extras if one.key.startswith(MEMBER_PREFIX)}
    return {name: json.loads(value) for name, value in kept.items() if name in KEPT_MEMBERS}


def kept_extras(entry: Entry) -> dict[str, str]:
    """Return the extras of another catalogue that are kept beside the entry."""
    return {one.key: one.value for one in entry.extras if not one.key.startswith(MEMBER_PREFIX)}


def kept_of_link(link: Link) -> dict[str, Any]:
    """Return what is kept of a file beside its link, but its id."""
    return {one.key: json.loads(one.value) for one in link.extras if one.key not in {"id", "datastore_active"}}


def id_of_link(link: Link) -> str | None:
    """Return the id a client gave the resource of a link."""
    return next((str(json.loads(one.value)) for one in link.extras if one.key == "id"), None)


def is_for_datastore(link: Link) -> bool:
    """Whether the link was a resource with rows where it comes from."""
    return any(one.key == "datastore_active" and one.value == "true" for one in link.extras)


def kept_ids(links: Sequence[Link]) -> list[str]:
    """Return the ids that clients gave to resources."""
    return [found for link in links if (found := id_of_link(link)) is not None]
