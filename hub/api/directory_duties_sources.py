"""One source per item over HTTP: what several departments supply, and the authority's decisions (一数一源)."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from catalogue.subjects import Likeness
from hub.api.authentication import CurrentStaff, require_role
from hub.api.bodies import Body
from hub.api.directory_duties_files import Limit, Offset, csv_answer, page_of
from hub.directory import oversight
from hub.directory.sources import decisions, report, store
from hub.directory.sources.report import Verdict
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.directory.sources.store import DecisionRow

router = APIRouter(prefix="/api/v1", tags=["departments"])
Reviewer = Annotated[StaffRequester, Depends(require_role(Role.CATALOGUE_REVIEWER))]
Text200 = Annotated[str, Field(max_length=200)]
CSV_HEADINGS = {
    "name": "信息项",
    "subject": "数据元或名称",
    "verdict_name": "结论",
    "source": "数源部门",
    "basis": "依据",
    "member_name": "提供单位",
    "title": "目录条目",
    "entry": "条目名称",
    "item": "条目中的信息项",
    "column": "列名",
    "source_department": "条目所填数源部门",
    "is_published": "已发布",
}


class SourceBody(Body):
    """The authority names the source of an item."""

    item: Text200 = Field(min_length=1, description="数据元代码、信息项名称或同义词 / element code, name or synonym")
    source: Text200 = Field(min_length=1, description="数源单位英文名或名称 / the unit that is the source")
    also: tuple[Text200, ...] = Field(default=(), max_length=50, description="允许并存的单位 / units allowed besides")
    basis: Text200 = Field(min_length=1, description="依据：法规条款或纪要文号 / rule and article, or minutes")
    reason: Annotated[str, Field(max_length=2000)] = ""


class SourceEndBody(Body):
    """Why a decision is withdrawn."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("/sources/shared", summary="多个单位提供的信息项 / Items that several units supply", response_model=None)
def shared(
    staff: CurrentStaff,
    hub: Hub,
    verdict: Annotated[Verdict | None, Query(description="结论 / only with this verdict")] = None,
    likeness: Annotated[Likeness | None, Query(description="相同的依据 / held to be the same by this")] = None,
    format: Annotated[Literal["json", "csv"], Query(description="格式 / form")] = "json",  # noqa: A002 - its public name
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any] | Response:
    """Return items that several departments supply, conflicts first, each with its suppliers and its source.

    A department sees the items it supplies itself; drafts of others are neither shown nor counted to it.
    """
    with hub.database.read_only(may_lag=False) as unit:
        everything = report.shared_items(unit, staff)
        found = tuple(
            one
            for one in everything.shared
            if (verdict is None or one.verdict is verdict) and (likeness is None or one.likeness is likeness)
        )
        page = found if format == "csv" else found[offset : offset + limit]
        rows = report.with_suppliers(unit, staff, page)
    if format == "csv":
        return csv_answer("shared-items", CSV_HEADINGS, ({**row, **each} for row in rows for each in row["suppliers"]))
    counts = Counter(one.verdict for one in everything.shared)
    return {
        **page_of(found, limit, offset),
        "by_verdict": {each.value: counts[each] for each in Verdict},
        "everyday_names_left_out": everything.everyday,
        "items": rows,
    }


def decision_body(unit: Unit, rows: tuple[DecisionRow, ...]) -> list[dict[str, Any]]:
    """Return decisions as JSON data."""
    members = oversight.names_of(unit, {each for row in rows for each in (row.source_id, *row.also)})
    return [
        {
            "id": str(row.id),
            "subject": row.subject,
            "name": row.name,
            "source": members[row.source_id].slug if row.source_id in members else str(row.source_id),
            "source_name": members[row.source_id].name if row.source_id in members else "",
            "also": [members[each].name for each in row.also if each in members],
            "basis": row.basis,
            "reason": row.reason,
            "decided_at": row.decided_at.isoformat(),
            "is_in_force": row.ended_at is None,
            "ended_at": row.ended_at.isoformat() if row.ended_at is not None else None,
            "ended_reason": row.ended_reason,
            "receipt": str(row.receipt_id),
        }
        for row in rows
    ]


@router.get("/sources/decisions", summary="数源确定记录 / Decisions on sources")
def listed(staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Return the decisions of the own level's authority, those in force first; those that ended stay on record."""
    with hub.database.begin() as unit:
        place = oversight.place_of(unit, staff.member)
        found, total = store.listed(unit, place, limit=limit, offset=offset)
        rows = decision_body(unit, found)
    return {
        "total": total,
        "returned": len(rows),
        "next": offset + limit if offset + limit < total else None,
        "decisions": rows,
    }


@router.post("/sources/decisions", status_code=201, summary="确定数源部门 / Name the source of an item")
def decide(body: SourceBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Name the source; rule V12 reads it from now on, and the unit is told."""
    ruling = decisions.Ruling(body.item, body.source, body.basis, body.also, body.reason)
    with hub.database.begin() as unit:
        return decision_body(unit, (decisions.decide(hub.context, unit, staff, ruling),))[0]


@router.post("/sources/decisions/{decision_id}/withdraw", summary="撤回数源确定 / Withdraw a decision")
def withdraw(decision_id: uuid.UUID, body: SourceEndBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """End a decision without a new one; it stays on record."""
    with hub.database.begin() as unit:
        return decision_body(unit, (decisions.withdraw(hub.context, unit, staff, decision_id, body.reason),))[0]
