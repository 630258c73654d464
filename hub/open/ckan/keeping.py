"""What is kept of a CKAN dataset beside the entry it became: read back to be shown as it was written. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.entry import Entry, Link

MEMBER_PREFIX: Final = "ckan:"
"""Key of an extra that is a member of the dataset itself, its value JSON."""
PACKAGE_MEMBERS: Final = frozenset(
    {"author", "author_email", "creator_user_id", "extras", "groups", "id", "isopen", "license_id", "license_title"}
    | {"license_url", "maintainer", "maintainer_email", "metadata_created", "metadata_modified", "name", "notes"}
    | {"num_resources", "num_tags", "organization", "owner_org", "private", "relationships_as_object"}
    | {"relationships_as_subject", "resources", "state", "tags", "title", "type", "url", "version"}
)
"""The members of a dataset, each always there."""
OF_THE_CALL: Final = frozenset(
    {"revision_id", "revision_timestamp", "tracking_summary", "tag_string", "upload", "save", "return_id_only"}
    | {"review", "findings", "organization_id", "context", "auth", "help", "name_or_id", "num_followers"}
)
"""Members that belong to a call, to a server of CKAN or to the hub's own answer, not to what is described."""
KEPT_MEMBERS: Final = ("author", "author_email", "maintainer", "maintainer_email", "url", "version", "type")


def kept_members(entry: Entry) -> dict[str, Any]:
    """Return the members of the dataset that are kept beside the entry."""
    kept = {one.key.removeprefix(MEMBER_PREFIX): one.value for one in entry.extras if one.key.startswith(MEMBER_PREFIX)}
    return {
        name: json.loads(value) for name, value in kept.items() if name in KEPT_MEMBERS or name not in PACKAGE_MEMBERS
    }


def members_to_keep(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the members of a dataset of a dump that are kept beside the entry: also those its catalogue added."""
    known = PACKAGE_MEMBERS | OF_THE_CALL
    return (*KEPT_MEMBERS, *sorted(name for name in given if name not in known and name.isidentifier()))


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
