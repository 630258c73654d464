"""Departments describe their resources and take entries through the lifecycle (Zhengzhou Art. 18; Jilin Art. 26)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from catalogue import store
from catalogue.lifecycle import ItemStop, Step
from hub.api.authentication import CurrentStaff, require_role
from hub.api.models import EntryBody, StepBody
from hub.directory import publish
from hub.directory.checking import Desk, SecretsInEntryError, finding_body
from hub.directory.errors import EntryNotFoundError
from hub.exchange import combining, entry_effects
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.push import incidents
from hub.services import Hub

router = APIRouter(prefix="/api/v1", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]


def draft_body(draft: publish.Draft) -> dict[str, Any]:
    """Return a draft with what the rules say of it."""
    return {
        "name": draft.row.name,
        "resource_code": draft.row.resource_code,
        "version": draft.version.number,
        "state": draft.version.state,
        "stopped_items": list(draft.version.stopped_items),
        "published_version": draft.row.published_version,
        "findings": [finding_body(finding) for finding in draft.findings],
    }


@router.post("/entries", status_code=201, summary="新建目录条目草稿 / Create a draft entry")
def create_entry(body: EntryBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Store a draft and say at once what the rules V01-V19 find; faults do not keep a draft from being stored."""
    try:
        with hub.database.begin() as unit:
            return draft_body(publish.create(Desk(hub.context, unit, staff), body.entry))
    except SecretsInEntryError:
        secrets_incident(hub, staff, None)
        raise


def secrets_incident(hub: Hub, staff: StaffRequester, entry_id: uuid.UUID | None) -> None:
    """Open the incident in a transaction of its own: the draft's was rolled back, nothing of it was kept."""
    with hub.database.begin() as unit:
        incidents.open_incident(
            hub.context,
            unit,
            kind="secrets_in_entry",
            member_id=staff.member.id,
            entry_id=entry_id,
            facts={"rule": "V07"},
        )


@router.put("/entries/{name}/draft", summary="修改草稿或开新版本 / Change the draft or open a new version")
def revise_entry(name: str, body: EntryBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Change the draft; a published version stays in force until the new one is published."""
    try:
        with hub.database.begin() as unit:
            return draft_body(publish.revise(Desk(hub.context, unit, staff), name, body.entry))
    except SecretsInEntryError:
        secrets_incident(hub, staff, None)
        raise


@router.post(
    "/entries/{name}/steps", summary="办理一步：评估、批准、保密审查、报送、审核、发布、退回、撤销 / Take a step"
)
def take_step(name: str, body: StepBody, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Take one step of the lifecycle; role and four eyes are those of its table.

    Who has a grant, a subscription or a request that a withdrawal or a narrower version hits is told.
    """
    with hub.database.begin() as unit:
        row = store.find_entry(unit, name)
        # What is hit is read before the step: afterwards the version it is compared with is a past one.
        effects = None if row is None else entry_effects.effects_of(hub.context, unit, row, body.step)
        stops = tuple(ItemStop(stop.column, stop.reason, stop.basis) for stop in body.stops)
        grants = effects.grants() if effects is not None else ()
        holdings = combining.holdings_on(unit, row.id) if row is not None and body.step in publish.VOUCHED else ()
        move = publish.Move(body.step, body.reason, stops, grants, holdings)
        draft = publish.take_step(Desk(hub.context, unit, staff), name, move)
        takes_effect = body.step in {Step.PUBLISH, Step.WITHDRAW}
        told = entry_effects.tell(hub.context, unit, effects) if effects is not None and takes_effect else 0
        return {**draft_body(draft), "notified": told}


@router.get("/entries", summary="本单位条目（主管部门：全部）/ Entries of your organ")
def list_entries(
    staff: CurrentStaff,
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List entries in every state, with their total."""
    provider = None if staff.has_role(Role.CATALOGUE_REVIEWER, Role.SUPERVISOR, Role.AUDITOR) else staff.member.id
    with hub.database.begin() as unit:
        rows, total = store.list_entries(unit, provider_id=provider, limit=limit, offset=offset)
    return {
        "total": total,
        "returned": len(rows),
        "next": offset + limit if offset + limit < total else None,
        "entries": [
            {
                "name": row.name,
                "title": row.title,
                "resource_code": row.resource_code,
                "draft_version": row.draft_version,
                "published_version": row.published_version,
                "withdrawn": row.withdrawn_at is not None,
            }
            for row in rows
        ],
    }


@router.get("/entries/{name}", summary="一个条目及其各版本状态 / One entry as its organ sees it")
def show_entry(
    name: str, staff: CurrentStaff, hub: Hub, version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> dict[str, Any]:
    """Return a version as its organ (or the authority) sees it, with the steps taken so far."""
    with hub.database.begin() as unit:
        row = store.find_entry(unit, name)
        sees_all = staff.has_role(Role.CATALOGUE_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)
        if row is None or (row.provider_id != staff.member.id and not sees_all):
            raise EntryNotFoundError(name)
        number = version or row.draft_version or row.published_version or 1
        found = store.find_version(unit, row.id, number)
        if found is None:
            raise EntryNotFoundError(f"{name} v{number}")
        events = store.events(unit, row.id, number)
    return {
        "name": row.name,
        "resource_code": row.resource_code,
        "version": number,
        "state": found.state,
        "stopped_items": list(found.stopped_items),
        "entry": dict(found.body),
        "events": [
            {"step": event.step, "from": event.from_state, "to": event.to_state, "at": event.at, "reason": event.reason}
            for event in events
        ],
    }
