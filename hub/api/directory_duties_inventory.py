"""The inventory of existing resources over HTTP: listed, taken in from a file, made into drafts (Zhengzhou Art. 17)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentStaff, require_role
from hub.api.bodies import Body
from hub.api.directory_duties_files import (
    SHEET_BODY,
    AcceptGood,
    DryRun,
    FileName,
    Limit,
    Offset,
    csv_answer,
    how_of,
    page_of,
    sent_file,
)
from hub.api.entries import draft_body, secrets_incident
from hub.directory import oversight
from hub.directory.checking import Desk, SecretsInEntryError
from hub.directory.inventory import store, use_cases
from hub.directory.inventory.store import Standing, Wanted
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from hub.directory.inventory.store import Listed
    from hub.directory.sheets.importing_lists import How, Taken
    from hub.directory.sheets.reading import SheetFile
    from hub.identity.facts import Member as KnownMember
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Member = Annotated[str | None, Query(max_length=120, description="单位英文名或名称 / short name or name of the unit")]
Text200 = Annotated[str, Field(max_length=200)]
CSV_HEADINGS = {
    "name": "单位",
    "member": "单位英文名",
    "systems": "业务系统数",
    "listed": "资源数",
    "attached": "已编目",
    "draft": "草稿",
    "open": "未编目",
    "closed": "已移出",
    "overdue": "逾期未编目",
    "rows_open": "未编目数据量（行）",
}


class ResourceBody(Body):
    """A resource of one of the unit's systems, as far as it is known."""

    system: Text200 = Field(min_length=1, description="业务系统 / the system that holds it")
    name: Text200 = Field(min_length=1, description="资源名称 / its name")
    owner_unit: Text200 = Field(default="", description="责任处室 / unit inside the organ")
    rows: int | None = Field(default=None, ge=0, le=10**15, description="数据量，行 / rows")
    update_cycle: Annotated[str, Field(max_length=10)] = Field(default="", description="更新周期代码 / its cycle")
    items: tuple[Text200, ...] = Field(default=(), max_length=2000, description="信息项名称 / names of its items")
    planned_on: date | None = Field(default=None, description="计划编目日期 / when it is to be in the directory")
    reason: Annotated[str, Field(max_length=2000)] = Field(default="", description="未编目原因 / why it is not yet")


class AttachBody(Body):
    """The entry that holds the resource already."""

    entry: Annotated[str, Field(min_length=1, max_length=200)]


class CloseBody(Body):
    """Why a resource is taken off the list."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


def resource_body(one: Listed, members: dict[uuid.UUID, KnownMember]) -> dict[str, Any]:
    """Return a line of the inventory as JSON data."""
    row = one.row
    member = members.get(row.member_id)
    return {
        "id": str(row.id),
        "member": member.slug if member is not None else str(row.member_id),
        "member_name": member.name if member is not None else "",
        "system": row.system,
        "name": row.name,
        "owner_unit": row.owner_unit,
        "rows": row.rows,
        "update_cycle": row.update_cycle,
        "items": list(row.items),
        "planned_on": row.planned_on.isoformat() if row.planned_on is not None else None,
        "reason": row.reason,
        "standing": one.standing.value,
        "entry": one.entry,
        "closed": row.closed,
        "is_overdue": one.is_overdue,
    }


@router.get("/inventory", summary="资源普查清单 / The inventory of existing resources")
def listed(
    staff: CurrentStaff,
    hub: Hub,
    member: Member = None,
    standing: Annotated[Standing | None, Query(description="编目情况 / where it stands")] = None,
    overdue: Annotated[bool, Query(description="只列逾期计划 / only overdue plans")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Return the resources of one's own unit (the authority: all units of its level) by planned day."""
    with hub.database.begin() as unit:
        members = oversight.members_seen(unit, staff, member)
        wanted = Wanted(members, hub.context.today(), standing, overdue)
        found, total = store.listed(unit, wanted, limit=limit, offset=offset)
        known = oversight.names_of(unit, {one.row.member_id for one in found})
    return {
        "total": total,
        "returned": len(found),
        "next": offset + limit if offset + limit < total else None,
        "resources": [resource_body(one, known) for one in found],
    }


@router.get("/inventory/report", summary="各单位编目进度 / Attached and not attached by unit", response_model=None)
def by_unit(
    staff: CurrentStaff,
    hub: Hub,
    member: Member = None,
    format: Annotated[Literal["json", "csv"], Query(description="格式 / form")] = "json",  # noqa: A002 - its public name
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any] | Response:
    """Return one line a unit: systems, resources, attached, draft, open, overdue; CSV holds all units."""
    with hub.database.begin() as unit:
        desk = Desk(hub.context, unit, staff)
        rows = use_cases.by_unit(desk, oversight.members_seen(unit, staff, member))
    if format == "csv":
        return csv_answer("inventory", CSV_HEADINGS, rows)
    on = hub.context.today().isoformat()
    return {**page_of(rows, limit, offset), "on": on, "units": rows[offset : offset + limit]}


@router.put("/inventory", summary="登记一项存量资源 / List an existing resource")
def put(body: ResourceBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Add a resource of the own unit, or change the line of this system and name."""
    with hub.database.begin() as unit:
        given = use_cases.Existing(**body.model_dump())
        row, outcome = use_cases.put(Desk(hub.context, unit, staff), given)
    return {"outcome": outcome, "id": str(row.id), "system": row.system, "name": row.name}


@router.post("/inventory/import", summary="导入资源普查清单 / Take in an inventory", openapi_extra=SHEET_BODY)
async def import_list(
    request: Request,
    staff: Clerk,
    hub: Hub,
    filename: FileName = "",
    dry_run: DryRun = False,
    accept_good: AcceptGood = False,
) -> dict[str, Any]:
    """List the resources of a workbook or CSV file; every fault is told by row and column, nothing is half done."""
    async with sent_file(request, hub, filename) as (file, _):
        taken = await run_in_threadpool(_import, hub, staff, file, how_of(dry_run=dry_run, accept_good=accept_good))
    return taken.to_dict()


def _import(hub: Services, staff: StaffRequester, file: SheetFile, how: How) -> Taken:
    with hub.database.begin() as unit:
        return use_cases.import_list(Desk(hub.context, unit, staff), file, how)


@router.post(
    "/inventory/{resource_id}/draft", status_code=201, summary="由普查项生成条目草稿 / Make a draft entry of it"
)
def to_draft(resource_id: uuid.UUID, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Make the draft of an entry from a line; the findings say what has still to be filled in."""
    try:
        with hub.database.begin() as unit:
            return draft_body(use_cases.to_draft(Desk(hub.context, unit, staff), resource_id))
    except SecretsInEntryError:
        secrets_incident(hub, staff, None)
        raise


@router.post("/inventory/{resource_id}/attach", summary="普查项对应已有条目 / An entry holds it already")
def attach(resource_id: uuid.UUID, body: AttachBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Say that an entry of the unit holds the resource."""
    with hub.database.begin() as unit:
        row = use_cases.attach(Desk(hub.context, unit, staff), resource_id, body.entry)
    return {"id": str(row.id), "name": row.name, "entry": body.entry}


@router.post("/inventory/{resource_id}/close", summary="移出普查清单 / Take it off the list")
def close(resource_id: uuid.UUID, body: CloseBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Take a resource off the list with the reason; it stays on record."""
    with hub.database.begin() as unit:
        row = use_cases.close(Desk(hub.context, unit, staff), resource_id, body.reason)
    return {"id": str(row.id), "name": row.name, "closed": row.closed}
