"""Versions of an entry with their differences, its codes, and what withdrawing or narrowing it hits.

政务数据共享条例 Art. 17, 27. A department sees all versions of its entries, the authority those of all; other organs
the published versions, without what the secrecy review stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from catalogue import code_store, store
from catalogue.entry import Entry
from catalogue.lifecycle import STATE_NAMES, State, Step
from hub.api.authentication import CurrentStaff, require_role
from hub.api.directory_metadata import Limit, Offset, paged
from hub.api.directory_metadata_models import NoticeBody
from hub.directory.changes import store as changes_store
from hub.directory.checking import Desk
from hub.directory.differences import differences
from hub.directory.errors import EntryNotFoundError
from hub.directory.tree.store import tree_in_force
from hub.directory.versions_store import VersionHead, versions_of
from hub.exchange import entry_changes, entry_effects
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from catalogue.store import EntryRow
    from hub.database import Unit

router = APIRouter(prefix="/api/v1/entries", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
READERS = (Role.CATALOGUE_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)


def _seen(unit: Unit, staff: StaffRequester, name: str) -> tuple[EntryRow, bool]:
    """Return an entry and whether the person sees its drafts too (raises :class:`EntryNotFoundError`)."""
    row = store.find_entry(unit, name)
    if row is None:
        raise EntryNotFoundError(name)
    is_inside = row.provider_id == staff.member.id or staff.has_role(*READERS)
    if not is_inside and (row.published_version is None or row.withdrawn_at is not None):
        raise EntryNotFoundError(name)
    return row, is_inside


def _head_body(head: VersionHead) -> dict[str, Any]:
    zh, en = STATE_NAMES[State(head.state)]
    return {
        "version": head.number,
        "state": head.state,
        "state_zh": zh,
        "state_en": en,
        "created_at": head.created_at,
        "published_at": head.published_at,
        "stopped_items": list(head.stopped_items),
    }


@router.get("/{name}/descriptions", summary="条目各版本 / Versions of an entry")
def list_entry_versions(
    name: str, staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """List the versions of an entry, the newest first; other organs see the published ones."""
    with hub.database.begin() as unit:
        row, is_inside = _seen(unit, staff, name)
        found, total = versions_of(unit, row.id, published_only=not is_inside, limit=limit, offset=offset)
    shown = [_head_body(head) for head in found]
    if not is_inside:
        shown = [{**one, "stopped_items": []} for one in shown]
    return {"name": row.name, "in_force": row.published_version, **paged("versions", shown, total, (limit, offset))}


def _version(unit: Unit, row: EntryRow, number: int, *, is_inside: bool) -> Entry:
    found = store.find_version(unit, row.id, number)
    if found is None or (found.published_at is None and not is_inside):
        raise EntryNotFoundError(f"{row.name} v{number}")
    entry = Entry.from_dict(found.body)
    return entry if is_inside else entry.without_items(frozenset(found.stopped_items))


@router.get("/{name}/differences", summary="两个版本的差异 / Differences of two versions")
def compare_versions(
    name: str,
    staff: CurrentStaff,
    hub: Hub,
    old: Annotated[int | None, Query(alias="from", ge=1, le=2**31 - 1)] = None,
    new: Annotated[int | None, Query(alias="to", ge=1, le=2**31 - 1)] = None,
) -> dict[str, Any]:
    """Say per metadata and per item what was added, dropped or changed, and what narrows sharing (V16).

    Without ``to`` the newest version the person sees, without ``from`` the one before it that was published.
    """
    with hub.database.begin() as unit:
        row, is_inside = _seen(unit, staff, name)
        heads, _ = versions_of(unit, row.id, published_only=not is_inside, limit=1000, offset=0)
        last = new or heads[0].number
        earlier = [head.number for head in heads if head.number < last and head.published_at is not None]
        first = old or (earlier[0] if earlier else last)
        found = differences(
            _version(unit, row, first, is_inside=is_inside),
            _version(unit, row, last, is_inside=is_inside),
            tree_in_force(unit),
        )
    return {
        "name": row.name,
        "from": first,
        "to": last,
        "narrows": found.narrows,
        "metadata": [change.as_json() for change in found.metadata],
        "items": [item.as_json() for item in found.items],
        "lines": [change.sentence().zh for change in found.metadata],
        "lines_en": [change.sentence().en for change in found.metadata],
    }


@router.get("/{name}/codes", summary="条目的各种代码 / Codes of an entry by scheme")
def list_codes(name: str, staff: CurrentStaff, hub: Hub, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """List every code the entry has or had, by scheme; one that was replaced names the code that followed."""
    with hub.database.begin() as unit:
        row, _ = _seen(unit, staff, name)
        found = code_store.codes_of(unit, [row.id]).get(row.id, ())
    shown = [
        {"scheme": one.scheme, "code": one.code, "issued_at": one.issued_at, "replaced_by": one.replaced_by}
        for one in found
    ]
    cut = shown[offset : offset + limit]
    return {"name": row.name, "id": str(row.id), **paged("codes", cut, len(shown), (limit, offset))}


@router.get("/{name}/effects", summary="撤销或收窄影响谁 / What withdrawing or narrowing hits")
def show_effects(
    name: str,
    staff: CurrentStaff,
    hub: Hub,
    step: Annotated[Literal["withdraw", "publish"], Query()] = "publish",
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List grants, subscriptions, requests, applications and use cases the step would hit; nothing is done."""
    with hub.database.begin() as unit:
        row, is_inside = _seen(unit, staff, name)
        if not is_inside:
            raise EntryNotFoundError(name)
        found = entry_effects.effects_of(hub.context, unit, row, Step(step))
        filed = changes_store.filed_columns(unit, row.id, found.version)
    shown = [one.as_json() for one in found.affected[offset : offset + limit]]
    return {
        "name": row.name,
        "step": step,
        "version": found.version,
        "items": list(found.columns),
        "counts": found.counts,
        "notice_filed": bool(found.columns) and set(found.columns) <= filed,
        **paged("affected", shown, len(found.affected), (limit, offset)),
    }


@router.post("/{name}/change-notices", status_code=201, summary="收窄共享的通知备案 / File a notice of narrowing")
def file_change_notice(name: str, body: NoticeBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Tell every holder the version under work hits, and file it: then the version may go on (V16)."""
    with hub.database.begin() as unit:
        notice, told = entry_changes.file_notice(Desk(hub.context, unit, staff), name, body.reason)
    return {
        "id": str(notice.id),
        "version": notice.version,
        "items": list(notice.columns),
        "affected": dict(notice.affected),
        "notified": told,
        "receipt": str(notice.receipt_id),
    }


@router.get("/{name}/change-notices", summary="已备案的通知 / Notices filed")
def list_change_notices(
    name: str, staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """List the notices filed for an entry, the newest first."""
    with hub.database.begin() as unit:
        row, is_inside = _seen(unit, staff, name)
        if not is_inside:
            raise EntryNotFoundError(name)
        found, total = changes_store.notices_of(unit, row.id, limit, offset)
    shown = [
        {
            "id": str(one.id),
            "version": one.version,
            "items": list(one.columns),
            "affected": dict(one.affected),
            "reason": one.reason,
            "filed_at": one.filed_at,
            "receipt": str(one.receipt_id),
        }
        for one in found
    ]
    return paged("notices", shown, total, (limit, offset))
