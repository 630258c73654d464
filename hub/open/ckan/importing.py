"""Filling a new directory with CKAN's own client: datasets and organizations of a dump, with a token of scope import.

Each dataset passes the gates and is published at once on the decision of the catalogue reviewer whose token it is; each
organization becomes a member. See :mod:`hub.directory.importing`.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from catalogue import store as catalogue_store
from hub.directory.checking import Desk, SecretsInEntryError
from hub.directory.importing import Imported, take_in
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind
from hub.identity.members import NewMember, add_member
from hub.open.ckan import ids, store
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanValidationError
from hub.open.ckan.keeping import kept_ids, members_to_keep
from hub.open.ckan.mapping import Given, given_of, new_entry, with_kept_members
from hub.open.ckan.package_forms import shown_as
from hub.open.ckan.reading import find_member, visible
from hub.open.ckan.reading import package as package_of
from hub.push import incidents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.entry import Entry
    from hub.database import Unit
    from hub.identity.facts import Member
    from hub.open.ckan.asks import CkanAsk, CkanCaller

IMPORT = "import"
_DIVISION: Final = re.compile(r"[1-9]\d{5}", re.ASCII)


def importer(ask: CkanAsk) -> CkanCaller:
    """Return the authority's reviewer who fills the directory.

    Raises:
        CkanNotAuthorizedError: no valid token, or one without the scope import.

    """
    caller = ask.known_caller()
    if caller.scope != IMPORT:
        raise CkanNotAuthorizedError(
            "此操作只用于建库导入，须持目录管理员的 import 令牌",
            "this is for filling a new directory, with an import token of the authority's catalogue reviewer",
            next_zh="请由运维为目录管理员签发（hub ckan import-token），或由其本人申领",
            next_en="the operator issues one for the reviewer (hub ckan import-token), or the reviewer makes one",
        )
    return caller


def import_package(ask: CkanAsk, members: Mapping[str, Any]) -> dict[str, Any]:
    """Publish a dataset of a dump, or a new version of one that was imported before; returns it as it stands.

    Raises:
        CkanValidationError: a member cannot be read, or the provider is not known and cannot be registered.
        DomainError: as :func:`hub.directory.importing.take_in`.

    """
    caller = importer(ask)
    given = given_of(members)
    try:
        with ask.hub.database.begin() as unit:
            return _taken_in(ask, unit, caller, given)
    except SecretsInEntryError:
        with ask.hub.database.begin() as unit:
            facts = {"rule": "V07", "door": "ckan"}
            incidents.open_incident(
                ask.hub.context,
                unit,
                kind="secrets_in_entry",
                member_id=caller.member.id,
                entry_id=None,
                facts=facts,
            )
        raise


def _taken_in(ask: CkanAsk, unit: Unit, caller: CkanCaller, given: Given) -> dict[str, Any]:
    inside = replace(ask, open_unit=unit)
    owner = _owner(inside, given)
    entry = new_entry(given, owner)
    identifier = ids.as_uuid(given.text("id") or "")
    row = catalogue_store.find_entry(unit, entry.name)
    number = 1 if row is None else catalogue_store.next_version(unit, row.id)
    stub = row if row is not None else _stub(ask, entry, owner)
    shown = shown_as(inside, stub, entry, owner, number)
    entry = with_kept_members(entry, given, shown, members_to_keep(given.members))
    wanted = Imported(entry, owner, identifier, given.extras.get("resource_code", ""))
    taken = take_in(Desk(ask.hub.context, unit, caller.requester), wanted)
    kept = [one for text in kept_ids(taken.entry.links) if (one := ids.as_uuid(text)) is not None]
    store.keep_ids(unit, taken.row.id, kept)
    if taken.entry.opening.is_open:
        return package_of(inside, visible(inside, taken.row.name))
    return {**shown_as(inside, taken.row, taken.entry, owner, number), "private": True}


def _stub(ask: CkanAsk, entry: Entry, owner: Member) -> catalogue_store.EntryRow:
    return catalogue_store.EntryRow(
        id=uuid.UUID(int=0),
        name=entry.name,
        resource_code=None,
        provider_id=owner.id,
        jurisdiction=owner.jurisdiction,
        title=entry.title,
        draft_version=None,
        published_version=1,
        share_type=1,
        open_type=1,
        class_path=entry.class_path,
        created_at=ask.hub.context.now(),
        published_at=None,
        withdrawn_at=None,
        suspended=False,
    )


def _owner(ask: CkanAsk, given: Given) -> Member:
    """Return the provider: by id, name or credit code; one that is told in full is registered."""
    organization = given.members.get("organization")
    told: Mapping[str, Any] = organization if isinstance(organization, dict) else {}
    for key in (given.text("owner_org"), str(told.get("id") or ""), str(told.get("name") or "")):
        found = find_member(ask, key) if key else None
        if found is not None:
            return found
    code = given.extras.get("provider_code", "")
    found = identity_store.member(ask.unit, "organisation_code", code) if code else None
    if found is not None:
        return found
    if code and told.get("title"):
        organ = NewOrgan(str(told["title"]), code, str(told.get("name") or ""), str(told.get("id") or ""))
        return register(ask, organ)
    zh = "没有这个提供单位：请先登记（hub member import）或先用 ckanapi load organizations 导入"
    raise CkanValidationError({"owner_org": [f"{zh} / no such organization: register it, or load organizations first"]})


@dataclass(frozen=True, slots=True)
class NewOrgan:
    """An organization of a dump: title, credit code, and what else it tells (empty: the usual)."""

    title: str
    code: str
    slug: str = ""
    id: str = ""
    kind: str = ""
    contact: str = ""
    jurisdiction: str = ""


def register(ask: CkanAsk, organ: NewOrgan) -> Member:
    """Register an organization as a member; nobody becomes the authority in this way.

    Raises:
        InvalidDetailsError: the credit code or the name is not right; AlreadyRegisteredError: it is taken.

    """
    caller = importer(ask)
    known = {kind.value: kind for kind in MemberKind if kind is not MemberKind.AUTHORITY}
    place = _place(ask, organ, caller.member.jurisdiction)
    kind = known.get(organ.kind, MemberKind.DEPARTMENT)
    new = NewMember(organ.title, organ.code, kind, place, organ.contact, organ.slug)
    record, now = ask.hub.identity.record, ask.hub.context.now()
    return add_member(ask.unit, record, caller.actor, new, now, _free_id(ask, organ.id))


def _place(ask: CkanAsk, organ: NewOrgan, usual: str) -> str:
    """Return where an organization belongs: as it says, where it says nothing that is a division, with the authority.

    Raises:
        CkanValidationError: it says a division that is not registered here.

    """
    place = organ.jurisdiction
    if _DIVISION.fullmatch(place) is None:
        return usual
    if identity_store.jurisdiction(ask.unit, place) is None:
        zh = f"辖区 {place} 尚未登记：请系统管理员先登记（POST /api/v1/jurisdictions）"
        en = f"the division {place} is not registered: the system administrator does it first"
        raise CkanValidationError({"extras": [f"{zh} / {en}"]})
    return place


def _free_id(ask: CkanAsk, text: str) -> uuid.UUID | None:
    identifier = ids.as_uuid(text)
    if identifier is None or identity_store.member(ask.unit, "id", identifier) is not None:
        return None
    return identifier
