"""Actions that write resources: a table sent with ``upload`` is pushed, another file is attached, an address is linked.

A table whose header fits the items of a published entry becomes a push with its report. Anything else changes the
description, so it is a draft that waits for review.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from catalogue.entry import Entry, Link, Opening, Provider, Sharing
from hub.directory import publish
from hub.open.ckan import attachments, ids
from hub.open.ckan.actions import action
from hub.open.ckan.datastore_found import standing_of
from hub.open.ckan.errors import CkanNotFoundError, CkanValidationError
from hub.open.ckan.importing import IMPORT, import_package
from hub.open.ckan.keeping import id_of_link, kept_ids
from hub.open.ckan.mapping import Given, changed
from hub.open.ckan.package_forms import shown_as
from hub.open.ckan.package_writes import DRAFT, current_entry, desk_of, imported_before, own_entry_row
from hub.open.ckan.pushing import push_file, told
from hub.open.ckan.reading import package as package_of
from hub.open.ckan.reading import visible
from hub.open.ckan.store import entries_of_resource, keep_ids
from hub.open.ckan.writing import own_resource
from hub.push.errors import HeaderMismatchError
from hub.push.merge import MergeMode
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from catalogue.store import EntryRow
    from hub.open.ckan.asks import CkanAsk, CkanFile
    from hub.open.ckan.writing import Target

FAMILY: Final = "resources: writes"
UPLOAD: Final = "upload"
_DIFFERS: Final = (
    "A table sent as `upload` whose header fits the entry's items is pushed: `push` in the answer tells version, counts"
    " and receipt; rows that break a rule are in its report. " + DRAFT
)
_BLANK: Final = Entry("-", Provider("-", "-"), Sharing(ShareType.UNCONDITIONAL), Opening(OpenType.UNCONDITIONAL))
_NOT_KEPT: Final = frozenset({"id", "package_id", UPLOAD, "position", "state", "clear_upload"})


@action("resource_create", family=FAMILY, own_transactions=True, differs=_DIFFERS)
def resource_create(ask: CkanAsk) -> dict[str, Any]:
    """Add a file or an address to a dataset of the caller's department."""
    package_id = ask.arguments.needed("package_id")
    if ask.known_caller().scope == IMPORT:
        return _imported(ask, package_id, {})
    file = ask.files.get(UPLOAD)
    pushed = _pushed(ask, package_id, file) if file is not None else None
    return pushed if pushed is not None else _described(ask, package_id, None, file)


@action("resource_update", family=FAMILY, own_transactions=True, differs=_DIFFERS)
def resource_update(ask: CkanAsk) -> dict[str, Any]:
    """Change a resource, or send new rows for it."""
    return _changed(ask)


@action("resource_patch", family=FAMILY, own_transactions=True, differs=_DIFFERS)
def resource_patch(ask: CkanAsk) -> dict[str, Any]:
    """Change some of a resource, or send new rows for it."""
    return _changed(ask)


def _changed(ask: CkanAsk) -> dict[str, Any]:
    key = ask.arguments.needed("id")
    package_id = package_of_resource(ask, key)
    if ask.known_caller().scope == IMPORT:
        return _imported(ask, package_id, {"id": key})
    file = ask.files.get(UPLOAD)
    pushed = _pushed(ask, package_id, file, key) if file is not None else None
    return pushed if pushed is not None else _described(ask, package_id, key, file)


def package_of_resource(ask: CkanAsk, key: str) -> str:
    """Return the id of the dataset a resource belongs to, a draft's too."""
    identifier = ids.as_uuid(key)
    if identifier is not None:
        with ask.hub.database.begin() as unit:
            found = entries_of_resource(unit, identifier)
        if found:
            return str(found[0])
    return str(standing_of(ask.hub, key).resource.id)


def _pushed(ask: CkanAsk, package_id: str, file: CkanFile, key: str | None = None) -> dict[str, Any] | None:
    """Push a table to its published entry; None where the file is no table of this entry."""
    try:
        target = own_resource(ask, package_id)
    except CkanNotFoundError:
        return None  # a draft: nothing can be pushed yet
    if not target.resource.entry.items:
        return None
    mode = MergeMode.UPSERT if target.resource.table.key else MergeMode.FULL
    try:
        accepted = push_file(ask, target, file, mode)
    except HeaderMismatchError:
        if key is None or key != _own_id(target):
            file.stream.seek(0)
            return None
        raise
    ask.hub.answers.pushed(target.resource.name)
    with ask.hub.database.begin() as unit:
        shown = package_of(replace(ask, open_unit=unit), visible(replace(ask, open_unit=unit), target.resource.name))
    wanted = next((one for one in shown["resources"] if one["id"] == key), shown["resources"][-1])
    return {**wanted, "push": told(accepted), "report": dict(accepted.push.outcome.report)}


def _own_id(target: Target) -> str:
    return str(ids.resource_id(target.resource.id, "csv"))


def _described(ask: CkanAsk, package_id: str, key: str | None, file: CkanFile | None) -> dict[str, Any]:
    """Write a resource into the draft of its dataset; a file is examined first and kept with it."""
    caller = ask.known_caller()
    if file is None:
        with ask.hub.database.begin() as unit:
            inside = replace(ask, open_unit=unit)
            row = own_entry_row(inside, package_id)
            return _drafted(inside, row, key, _link(ask, row, key, None))
    with attachments.examined(ask, caller, file) as path, ask.hub.database.begin() as unit:
        inside = replace(ask, open_unit=unit)
        row = own_entry_row(inside, package_id)
        link = _link(ask, row, key, replace(file, size=path.stat().st_size))
        attachments.keep(ask.hub, uuid.UUID(id_of_link(link)), path)
        return _drafted(inside, row, key, link)


def _link(ask: CkanAsk, row: EntryRow, key: str | None, file: CkanFile | None) -> Link:
    """Return the resource that the arguments describe."""
    members = {name: value for name, value in ask.arguments.items() if name not in _NOT_KEPT}
    identifier = ids.as_uuid(key or ask.arguments.text("id")) or uuid.uuid4()
    if file is not None:
        name = attachments.safe_name(file.name)
        members |= {
            "url": attachments.url_of(ask.site, row.id, identifier, name),
            "url_type": UPLOAD,
            "size": file.size,
            "mimetype": file.media_type,
            "name": members.get("name") or name,
            "format": members.get("format") or name.rpartition(".")[2].upper() or "FILE",
        }
    elif key is None and not str(members.get("url") or ""):
        raise CkanValidationError({"url": ["缺少值 / Missing value"]})
    blank = changed(_BLANK, Given({"resources": [{**members, "id": str(identifier)}]}, {}))
    return blank.links[0]


def _drafted(ask: CkanAsk, row: EntryRow, key: str | None, link: Link) -> dict[str, Any]:
    entry = current_entry(ask, row)
    old = next((one for one in entry.links if id_of_link(one) == id_of_link(link)), None)
    if old is not None:
        link = _merged(old, link)
        links = tuple(link if one is old else one for one in entry.links)
    elif key is None:
        links = (*entry.links, link)
    else:
        raise CkanValidationError(
            {"id": ["该资源由平台按数据提供，只能推送数据 / this resource follows from the rows: send rows for it"]}
        )
    publish.revise(desk_of(ask), row.name, replace(entry, links=links).to_dict())
    return _shown(ask, row, replace(entry, links=links), link)


def _merged(old: Link, new: Link) -> Link:
    """Return the link as the new members change it; what was not given stays."""
    given = {one.key for one in new.extras}
    extras = (*(one for one in old.extras if one.key not in given), *new.extras)
    return replace(
        old,
        url=new.url or old.url,
        title=new.title or old.title,
        format=new.format or old.format,
        media_type=new.media_type or old.media_type,
        bytes=new.bytes if new.bytes is not None else old.bytes,
        extras=tuple(one for one in extras if not (one.key == "name" and (new.title or old.title))),
    )


def _shown(ask: CkanAsk, row: EntryRow, entry: Entry, link: Link) -> dict[str, Any]:
    keep_ids(ask.unit, row.id, [one for text in kept_ids(entry.links) if (one := ids.as_uuid(text)) is not None])
    owner = ask.known_caller().member
    shown = shown_as(ask, row, entry, owner, row.published_version or 1)
    found = next(one for one in shown["resources"] if one["id"] == id_of_link(link))
    return {**found, "state": "draft"}


@action("resource_delete", family=FAMILY, own_transactions=True, differs=DRAFT + " The hub's own ways stay.")
def resource_delete(ask: CkanAsk) -> None:
    """Take a resource that a client added out of the description."""
    key = ask.arguments.needed("id")
    package_id = package_of_resource(ask, key)
    with ask.hub.database.begin() as unit:
        inside = replace(ask, open_unit=unit)
        row = own_entry_row(inside, package_id)
        entry = current_entry(inside, row)
        links = tuple(link for link in entry.links if id_of_link(link) != key)
        if len(links) == len(entry.links):
            raise CkanValidationError(
                {"id": ["该资源由平台按数据提供，不能删除 / this resource follows from the rows and is not deleted"]}
            )
        publish.revise(desk_of(inside), row.name, replace(entry, links=links).to_dict())


def _imported(ask: CkanAsk, package_id: str, named: dict[str, str]) -> dict[str, Any]:
    """Add or change a resource of an imported dataset; it is published at once."""
    if UPLOAD in ask.files:
        raise CkanValidationError(
            {UPLOAD: ["文件由提供单位用其令牌上传 / files are sent by the department with its own token"]}
        )
    package = imported_before(ask, package_id)
    members = {name: value for name, value in ask.arguments.items() if name not in _NOT_KEPT}
    key = named.get("id") or ask.arguments.text("id") or str(uuid.uuid4())
    listed = package["resources"]
    old = next((one for one in listed if one["id"] == key), None)
    if old is None:
        listed.append({**members, "id": key})
    else:
        old |= members
    shown = import_package(ask, package)
    return next(one for one in shown["resources"] if one["id"] == key)
