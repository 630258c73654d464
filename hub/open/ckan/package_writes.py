"""Actions that write datasets: what a department writes becomes a draft of its entry, and waits for review.

Nothing is published by this door (政务数据共享条例 Art. 12-17), but for an import into a new directory; nothing is
destroyed: what the law asks to be kept is withdrawn by its own steps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from hub.directory import publish
from hub.directory.checking import Desk
from hub.open.ckan import ids, store
from hub.open.ckan.actions import action
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanNotFoundError, CkanValidationError
from hub.open.ckan.importing import IMPORT, import_package
from hub.open.ckan.keeping import id_of_link, kept_ids
from hub.open.ckan.mapping import Given, changed, given_of, new_entry, with_kept_members
from hub.open.ckan.package_forms import draft_body, shown_as
from hub.open.ckan.reading import of_the_reviewer, visible
from hub.open.ckan.reading import package as package_of
from hub.open.ckan.shapes import ways
from hub.open.ckan.writing import not_yours, own_row
from policies.facts import OpenType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.store import EntryRow
    from hub.identity.facts import Member
    from hub.open.ckan.asks import CkanAsk

FAMILY: Final = "datasets: writes"
DRAFT: Final = "A draft that waits for review (state draft, private true), with what the rules say of it."
_KEPT_VERSIONS: Final = (
    "已发布的目录条目及其版本依法保存，不能清除（《政务数据共享条例》第二十七条、第二十九条）",
    "published entries and their versions are kept by law and are not purged",
)


@action(
    "package_create", family=FAMILY, own_transactions=True, differs=DRAFT + " With an import token it is published."
)
def package_create(ask: CkanAsk) -> dict[str, Any]:
    """Describe a new dataset of the caller's department."""
    if ask.known_caller().scope == IMPORT:
        return import_package(ask, ask.arguments)
    given = given_of(ask.arguments)
    with ask.hub.database.begin() as unit:
        inside = replace(ask, open_unit=unit)
        owner = _owner(inside, given)
        entry = new_entry(given, owner)
        if _is_known(inside, entry.name):
            raise CkanValidationError({"name": ["该名称已被使用 / That URL is already in use."]})
        draft = publish.create(desk_of(inside), entry.to_dict())
        return _stored(inside, draft, given, owner)


@action("package_update", family=FAMILY, own_transactions=True, differs=DRAFT)
def package_update(ask: CkanAsk) -> dict[str, Any]:
    """Change a dataset of the caller's department; members that are not sent stay as they are."""
    return update(ask, ask.arguments)


@action("package_patch", family=FAMILY, own_transactions=True, differs=DRAFT)
def package_patch(ask: CkanAsk) -> dict[str, Any]:
    """Change some members of a dataset of the caller's department."""
    if ask.known_caller().scope == IMPORT:
        return import_package(ask, {**imported_before(ask, ask.arguments.needed("id")), **ask.arguments})
    return update(ask, ask.arguments)


def imported_before(ask: CkanAsk, key: str) -> dict[str, Any]:
    """Return a dataset as it stands, for a change of some of its members."""
    with ask.hub.database.begin() as unit:
        inside = of_the_reviewer(replace(ask, open_unit=unit))
        return package_of(inside, visible(inside, key))


@action(
    "package_revise",
    family=FAMILY,
    own_transactions=True,
    differs=DRAFT + " match by id or name, update of top members; filter and paths into lists are not served.",
)
def package_revise(ask: CkanAsk) -> dict[str, Any]:
    """Change a dataset that ``match`` names, if it still is as ``match`` says, by the members of ``update``."""
    match, values = ask.arguments.mapping("match"), ask.arguments.mapping("update")
    paths = [name for name in ask.arguments if "__" in name]
    if paths or ask.arguments.get("filter"):
        raise CkanValidationError(
            {(paths or ["filter"])[0]: ["不支持列表内的路径，请用 package_patch / paths into lists are not served"]}
        )
    key = match.get("id") or match.get("name")
    if not isinstance(key, str) or not key:
        raise CkanValidationError({"match": ["须含 id 或 name / must hold id or name"]})
    return {"package": update(ask, {**values, "id": key}, match={k: v for k, v in match.items() if k != "id"})}


def update(ask: CkanAsk, members: Mapping[str, Any], match: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Change a dataset named by ``id`` or ``name``; ``match`` says how it must look before. Raises as the actions."""
    if ask.known_caller().scope == IMPORT:
        return import_package(ask, members)
    key = str(members.get("id") or members.get("name") or "")
    if not key:
        raise CkanValidationError({"id": ["缺少值 / Missing value"]})
    given = given_of(members)
    with ask.hub.database.begin() as unit:
        inside = replace(ask, open_unit=unit)
        row = own_entry_row(inside, key)
        owner = ask.known_caller().member
        _must_stay(inside, given, owner)
        entry = current_entry(inside, row)
        shown = shown_as(inside, row, entry, owner, row.published_version or 1)
        for name, value in (match or {}).items():
            if shown.get(name) != value:
                raise CkanValidationError({"match": [f"{name} 已变化 / {name} does not match"]})
        wanted = changed(entry, _without_own(inside, given, row, entry))
        draft = publish.revise(desk_of(inside), row.name, wanted.to_dict())
        return _stored(inside, draft, given, owner)


def _is_known(ask: CkanAsk, name: str) -> bool:
    """Whether a name is taken by an entry the caller may know of; another is passed over, as in the workbench."""
    row = catalogue_store.find_entry(ask.unit, name)
    if row is None or row.provider_id == ask.known_caller().member.id:
        return row is not None
    return row.published_version is not None and row.withdrawn_at is None and row.open_type != OpenType.CLOSED


def desk_of(ask: CkanAsk) -> Desk:
    """Return the caller's desk in the transaction of the call."""
    return Desk(ask.hub.context, ask.unit, ask.known_caller().requester)


def own_entry_row(ask: CkanAsk, key: str) -> EntryRow:
    """Return the standing of a dataset of the caller's department, locked (raises as :func:`own_row`)."""
    row = own_row(ask, key)
    if row is None:
        raise CkanNotFoundError("数据集 dataset")
    return row


def _owner(ask: CkanAsk, given: Given) -> Member:
    caller = ask.known_caller()
    _must_stay(ask, given, caller.member)
    return caller.member


def _must_stay(ask: CkanAsk, given: Given, owner: Member) -> None:
    """Refuse a dataset that is to be another department's."""
    wanted = given.text("owner_org")
    if wanted and wanted not in {str(owner.id), owner.slug}:
        raise not_yours()
    del ask


def current_entry(ask: CkanAsk, row: EntryRow) -> Entry:
    """Return the version under work, else the one in force."""
    number = row.draft_version or row.published_version or 1
    version = catalogue_store.find_version(ask.unit, row.id, number)
    if version is None:
        raise CkanNotFoundError("数据集 dataset")
    return Entry.from_dict(version.body)


def _without_own(ask: CkanAsk, given: Given, row: EntryRow, entry: Entry) -> Given:
    """Leave out the resources that the hub offers by itself: they follow from the entry and its rows."""
    if "resources" not in given.members:
        return given
    from catalogue.published import Published

    standing = Published(row, replace(entry, links=()), ask.hub.context.now(), None, 0)
    own = {str(ids.resource_id(row.id, way.key)) for way in ways(ask.site, standing)}
    listed = given.members["resources"]
    kept = [one for one in listed if not isinstance(one, dict) or str(one.get("id")) not in own]
    return Given({**given.members, "resources": kept}, given.extras)


def _stored(ask: CkanAsk, draft: publish.Draft, given: Given, owner: Member) -> dict[str, Any]:
    """Keep what the entry has no place for, and return the draft as a dataset."""
    entry = Entry.from_dict(draft.version.body)
    number = draft.version.number
    kept = with_kept_members(entry, given, shown_as(ask, draft.row, entry, owner, number))
    if kept != entry:
        draft = publish.revise(desk_of(ask), draft.row.name, kept.to_dict())
    found = [one for text in kept_ids(kept.links) if (one := ids.as_uuid(text)) is not None]
    store.keep_ids(ask.unit, draft.row.id, found)
    return draft_body(shown_as(ask, draft.row, kept, owner, number), draft.findings)


@action(
    "package_delete",
    family=FAMILY,
    differs="Refused with the reason: a published entry is withdrawn by the authority, who tells those it was granted"
    " to (政务数据共享条例 Art. 27). A draft nobody published stays in the workbench.",
)
def package_delete(ask: CkanAsk) -> None:
    """Say how a dataset is withdrawn."""
    own_entry_row(ask, ask.arguments.needed("id"))
    raise _by_its_steps(
        "目录条目由目录管理员按程序撤销，并通知已获授权的单位（《政务数据共享条例》第二十七条）",
        "an entry is withdrawn by the catalogue reviewer, who tells those it is granted to",
        "请向数据主管部门申请撤销（工作台：目录条目，撤销）",
        "ask the data authority to withdraw it (workbench: entries, withdraw)",
    )


@action("dataset_purge", family=FAMILY, differs="Refused with the reason: published versions are kept by law.")
def dataset_purge(ask: CkanAsk) -> None:
    """Say why nothing is purged."""
    own_entry_row(ask, ask.arguments.needed("id"))
    raise _by_its_steps(*_KEPT_VERSIONS, "需要停止提供的，请申请撤销", "to stop supplying it, have it withdrawn")


def _by_its_steps(zh: str, en: str, next_zh: str, next_en: str) -> CkanNotAuthorizedError:
    return CkanNotAuthorizedError(zh, en, next_zh=next_zh, next_en=next_en)


@action(
    "package_owner_org_update",
    family=FAMILY,
    differs="Served where it changes nothing; handing an entry to another organ is the authority's act.",
)
def owner_org_update(ask: CkanAsk) -> None:
    """Check that a dataset stays its department's."""
    row = own_entry_row(ask, ask.arguments.needed("id"))
    wanted = ask.arguments.needed("organization_id")
    caller = ask.known_caller()
    if wanted not in {str(row.provider_id), caller.member.slug}:
        raise _by_its_steps(
            "提供单位的变更由数据主管部门在目录中办理",
            "the authority changes the provider of an entry",
            "请向数据主管部门申请",
            "ask the data authority",
        )


_BULK_DIFFERS: Final = (
    "Refused with the reason: openness belongs to the reviewed description (open_type of each entry), and entries are"
    " withdrawn one by one."
)


def _bulk(ask: CkanAsk) -> None:
    for key in ask.arguments.texts("datasets"):
        own_entry_row(ask, key)
    raise _by_its_steps(
        "是否开放属于经审核的编目内容，须逐条修改并审核（《政务数据共享条例》第十四条、第十七条）",
        "openness is part of the reviewed description and is changed entry by entry",
        "请用 package_patch 修改 open_type 后报审",
        "change open_type with package_patch; the draft is reviewed",
    )


@action("bulk_update_private", family=FAMILY, differs=_BULK_DIFFERS)
def bulk_private(ask: CkanAsk) -> None:
    """Say how openness is changed."""
    _bulk(ask)


@action("bulk_update_public", family=FAMILY, differs=_BULK_DIFFERS)
def bulk_public(ask: CkanAsk) -> None:
    """Say how openness is changed."""
    _bulk(ask)


@action("bulk_update_delete", family=FAMILY, differs=_BULK_DIFFERS)
def bulk_delete(ask: CkanAsk) -> None:
    """Say how entries are withdrawn."""
    _bulk(ask)


@action(
    "package_resource_reorder", family=FAMILY, own_transactions=True, differs=DRAFT + " The hub's own ways stand last."
)
def resource_reorder(ask: CkanAsk) -> dict[str, Any]:
    """Put the resources a client added in another order (``order``: their ids); those not named follow."""
    order = list(ask.arguments.texts("order", by_comma=True))
    with ask.hub.database.begin() as unit:
        inside = replace(ask, open_unit=unit)
        row = own_entry_row(inside, ask.arguments.needed("id"))
        entry = current_entry(inside, row)
        places = {identifier: place for place, identifier in enumerate(order)}
        links = sorted(entry.links, key=lambda link: places.get(id_of_link(link) or link.url, len(order)))
        if tuple(links) != entry.links:
            publish.revise(desk_of(inside), row.name, replace(entry, links=tuple(links)).to_dict())
        return {"id": str(row.id), "order": order}
