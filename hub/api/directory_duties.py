"""Supply duties over HTTP: entered by the authority, answered by the unit, reported by unit (Zhengzhou Art. 19)."""

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
from hub.directory import oversight
from hub.directory.checking import Desk
from hub.directory.duties import importing, report, store, use_cases
from hub.directory.duties.gaps import Gap
from hub.directory.duties.states import DutyState
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.directory.duties.store import DutyRow
    from hub.directory.sheets.importing_lists import How, Taken
    from hub.directory.sheets.reading import SheetFile
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
Reviewer = Annotated[StaffRequester, Depends(require_role(Role.CATALOGUE_REVIEWER))]
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Member = Annotated[str | None, Query(max_length=120, description="单位英文名或名称 / short name or name of the unit")]
Text200 = Annotated[str, Field(max_length=200)]
Text2000 = Annotated[str, Field(max_length=2000)]
CSV_HEADINGS = {
    "name": "单位",
    "member": "单位英文名",
    "owed": "应供资源数",
    "met": "已按要求提供",
    "unanswered": "未答复",
    "objected": "有异议",
    "no_entry": "应供未编目",
    "items_missing": "缺少信息项",
    "no_push": "未按周期推送",
    "oldest_gap": "最早缺口日期",
}


class DutyBody(Body):
    """What a unit owes: the resource, its items (none: all of it), the cycle, the rule and article."""

    member: Text200 = Field(min_length=1, description="责任单位英文名或名称 / the unit")
    title: Text200 = Field(min_length=1, description="应供资源 / the resource")
    items: tuple[Text200, ...] = Field(default=(), max_length=500, description="应供信息项；空为整个资源 / items owed")
    update_cycle: Annotated[str, Field(max_length=10)] = Field(description="更新周期代码 / code of the cycle")
    rule: Text200 = Field(min_length=1, description="依据名称 / the rule")
    article: Text200 = Field(min_length=1, description="条款 / the article")
    since: date | None = Field(default=None, description="起始日期，不填为今日 / from this day on")
    note: Text2000 = ""


class DutyAnswerBody(Body):
    """The unit's answer: an entry of its own with the columns of the items owed, or an objection."""

    entry: Text200 = Field(default="", description="条目名称 / name of the entry")
    columns: dict[Text200, Text200] = Field(
        default_factory=dict, max_length=500, description="应供信息项与列名，名称相同的不必写 / item owed to column"
    )
    objection: Text2000 = Field(default="", description="异议理由 / why it is objected to")


class DutyDecisionBody(Body):
    """The authority keeps a duty that is objected to, or lifts it."""

    outcome: Literal["keep", "lift"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


def shown(hub: Services, unit: Unit, row: DutyRow, *, acts: bool = False) -> dict[str, Any]:
    """Return a duty with its gaps of today, and its acts where they are asked for."""
    one = report.looked_at(unit, (row,), hub.context.today())[0]
    body = report.body_of(one, oversight.names_of(unit, {row.member_id}))
    if acts:
        body["history"] = [
            {"act": each.act, "from": each.from_state, "to": each.to_state, "reason": each.reason}
            | {"at": each.at.isoformat(), "receipt": str(each.receipt_id)}
            for each in store.acts(unit, row.id)
        ]
    return body


@router.get("/duties", summary="供数责任清单 / The list of supply duties")
def listed(
    staff: CurrentStaff,
    hub: Hub,
    member: Member = None,
    state: Annotated[DutyState | None, Query(description="状态 / only in this state")] = None,
    gap: Annotated[Gap | None, Query(description="缺口 / only with this gap")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Return what one's own unit owes (the authority: all units of its level), each with its gaps of today."""
    with hub.database.begin() as unit:
        members = oversight.members_seen(unit, staff, member)
        found = report.select(unit, members, hub.context.today(), state=state, gap=gap)
        page = found[offset : offset + limit]
        known = oversight.names_of(unit, {one.duty.member_id for one in page})
    return {**page_of(found, limit, offset), "duties": [report.body_of(one, known) for one in page]}


@router.get("/duties/report", summary="各单位供数责任落实情况 / Supply duties by unit", response_model=None)
def by_unit(
    staff: CurrentStaff,
    hub: Hub,
    member: Member = None,
    format: Annotated[Literal["json", "csv"], Query(description="格式 / form")] = "json",  # noqa: A002 - its public name
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any] | Response:
    """Return one line a unit: owed, met, unanswered, objected to, and each kind of gap; CSV holds all units."""
    with hub.database.begin() as unit:
        rows = report.by_unit(unit, oversight.members_seen(unit, staff, member), hub.context.today())
    if format == "csv":
        return csv_answer("supply-duties", CSV_HEADINGS, rows)
    on = hub.context.today().isoformat()
    return {**page_of(rows, limit, offset), "on": on, "units": rows[offset : offset + limit]}


@router.post("/duties", status_code=201, summary="登记供数责任 / Enter a supply duty")
def enter(body: DutyBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Enter what a unit under this authority owes; the same unit and resource again changes the duty."""
    owed = use_cases.Owed(**body.model_dump())
    with hub.database.begin() as unit:
        row, outcome = use_cases.enter(Desk(hub.context, unit, staff), owed)
        return {"outcome": outcome, **shown(hub, unit, row)}


@router.post("/duties/import", summary="导入供数责任清单 / Take in a list of duties", openapi_extra=SHEET_BODY)
async def import_list(
    request: Request,
    staff: Reviewer,
    hub: Hub,
    filename: FileName = "",
    dry_run: DryRun = False,
    accept_good: AcceptGood = False,
) -> dict[str, Any]:
    """Enter the duties of a workbook or CSV file; every fault is told by row and column, nothing is half done."""
    async with sent_file(request, hub, filename) as (file, _):
        taken = await run_in_threadpool(_import, hub, staff, file, how_of(dry_run=dry_run, accept_good=accept_good))
    return taken.to_dict()


def _import(hub: Services, staff: StaffRequester, file: SheetFile, how: How) -> Taken:
    with hub.database.begin() as unit:
        return importing.import_list(Desk(hub.context, unit, staff), file, how)


@router.get("/duties/{duty_id}", summary="一项供数责任 / One supply duty")
def show(duty_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a duty with its gaps of today and every act on it."""
    with hub.database.begin() as unit:
        row = use_cases.found(Desk(hub.context, unit, staff), duty_id)
        return shown(hub, unit, row, acts=True)


@router.post("/duties/{duty_id}/answer", summary="答复供数责任 / Answer a supply duty")
def answer(duty_id: uuid.UUID, body: DutyAnswerBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Say which entry supplies it, or object with a reason; the authority is told of an objection."""
    given = use_cases.Answer(body.entry, body.columns, body.objection)
    with hub.database.begin() as unit:
        row = use_cases.answer(Desk(hub.context, unit, staff), duty_id, given)
        return shown(hub, unit, row, acts=True)


@router.post("/duties/{duty_id}/decision", summary="维持或解除供数责任 / Keep or lift a supply duty")
def decide(duty_id: uuid.UUID, body: DutyDecisionBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Decide on an objection, or lift a duty; the unit is told with the reason."""
    with hub.database.begin() as unit:
        row = use_cases.decide(Desk(hub.context, unit, staff), duty_id, body.outcome, body.reason)
        return shown(hub, unit, row, acts=True)
