"""Grants: what an organ received and gave, who uses it, and how it is suspended, narrowed, withdrawn and reported.

政务数据共享条例 Art. 25 (purpose), 27 (suspension, end), 29 (records of use, inspection). Running use meets a change
within five seconds.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field

from hub.api.authentication import CurrentStaff, require_role
from hub.api.models import Body, Text200, Text2000
from hub.exchange import grant_changes, grants, quota_store, quotas, samples, store, usage, usage_store
from hub.exchange.grant_changes import Narrowing, Stop
from hub.exchange.grant_states import GRANT, GROUNDS, StopGround, state_of
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.registers.first_calls import first_call
from hub.services import Hub
from policies.facts import GrantStatus, Mode, Treatment
from policies.hours import read_hours

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import Grant
    from hub.exchange.usage_store import UseReport

router = APIRouter(prefix="/api/v1", tags=["agencies"])
operators_router = APIRouter(prefix="/api/v1", tags=["operators"])
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
Stopper = Annotated[StaffRequester, Depends(require_role(Role.APPROVER, Role.SECURITY_ADMIN))]
SecurityAdmin = Annotated[StaffRequester, Depends(require_role(Role.SECURITY_ADMIN))]
AgencyUser = Annotated[StaffRequester, Depends(require_role(Role.AGENCY_USER))]


class GrantStatusBody(Body):
    """Suspend, resume or withdraw a grant; suspending and withdrawing need a ground of the list."""

    status: Literal["active", "suspended", "revoked"]
    ground: StopGround | None = Field(default=None, description="暂停或收回的情形 / why it rests or ends")
    reason: Text200


class HoursBody(Body):
    """Hours of use in local time; ``until`` 24:00 is the end of the day."""

    from_: str = Field(alias="from", pattern=r"^[0-2]\d:[0-5]\d$")
    until: str = Field(pattern=r"^[0-2]\d:[0-5]\d$")
    days: Literal["all", "weekdays", "working"] = "all"


class QuotasBody(Body):
    """Limits a day in the city."""

    calls: int | None = Field(default=None, ge=0, le=2**53)
    rows: int | None = Field(default=None, ge=0, le=2**53)
    subjects: int | None = Field(default=None, ge=0, le=2**53)


class NarrowBody(Body):
    """What is taken away from a grant; nothing can be added by it."""

    reason: Text200
    items: dict[str, Treatment] = Field(default_factory=dict, max_length=500, description="列名 → 更窄的方式")
    without_modes: frozenset[Mode] = frozenset()
    valid_until: AwareDatetime | None = None
    quotas: QuotasBody = QuotasBody()
    hours: HoursBody | None = None


class UseReportBody(Body):
    """What the user of a grant reports (Art. 29: scenario, process, results, storage, destruction)."""

    kind: Literal["use", "deletion"]
    from_day: date
    until_day: date
    scenario: Text2000 = ""
    process: Text2000 = ""
    results: Text2000 = ""
    storage: Text2000 = ""
    destruction: Text2000 = Field(default="", description="方式、范围、时间与见证 / how, what, when, witnessed by whom")


def grant_body(context: Context, grant: Grant, *, is_disposed: bool = False) -> dict[str, Any]:
    """Return a grant as JSON, with its state, its owner and next step."""
    ground = StopGround(grant.stop_ground) if grant.stop_ground is not None else None
    return {
        "id": grant.id,
        "version": grant.version,
        "request": grant.request_id,
        "system": grant.system_id,
        "member": grant.member_id,
        "provider": grant.provider_id,
        "entry": grant.entry_id,
        "items": {column: form.value for column, form in grant.items.items()},
        "modes": sorted(mode.value for mode in grant.modes),
        "purposes": list(grant.purposes),
        "legal_basis": grant.legal_basis,
        "case_pattern": grant.case_pattern,
        "row_filter": list(grant.row_filter),
        "valid_from": grant.valid_from,
        "valid_until": grant.valid_until,
        "hours": grant.hours.record() if grant.hours is not None else None,
        "quotas": grant.quotas,
        "retention_days": grant.retention_days,
        "deletion_due": grant.deletion_due,
        "people": list(grant.people),
        "status": grant.status.value,
        "ground": ground,
        "ground_name": GROUNDS[ground].text.zh if ground is not None else None,
        "ground_article": GROUNDS[ground].article if ground is not None else None,
        "reason": grant.stop_reason,
        "standing": GRANT.describe(state_of(grant, context.now(), is_disposed=is_disposed)),
    }


def _bodies(context: Context, unit: Unit, found: tuple[Grant, ...]) -> list[dict[str, Any]]:
    over = usage_store.disposed(unit, [grant.id for grant in found])
    return [grant_body(context, grant, is_disposed=grant.id in over) for grant in found]


def _page(name: str, found: list[dict[str, Any]], total: int, limit: int, offset: int) -> dict[str, Any]:
    following = offset + limit if offset + limit < total else None
    return {name: found, "total": total, "returned": len(found), "next": following}


Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/grants", summary="授权：本单位取得的和给出的 / Grants of your organ")
def list_grants(
    staff: CurrentStaff,
    hub: Hub,
    given: Annotated[bool, Query(description="true：本单位给出的 / those your organ gave")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List grants, received or given."""
    side = {"provider": staff.member.id} if given else {"member": staff.member.id}
    with hub.database.begin() as unit:
        found, total = store.list_grants(unit, **side, limit=limit, offset=offset)
        return _page("grants", _bodies(hub.context, unit, found), total, limit, offset)


@router.get("/grants/in-use", summary="谁在用：本单位数据的使用情况 / Who uses the data of your organ")
def who_uses(staff: Approver, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List who uses your data: organ, purpose, grant, calls, rows, subjects, last use (added up from receipts)."""
    with hub.database.begin() as unit:
        found, total = store.list_grants(unit, provider=staff.member.id, limit=limit, offset=offset)
        used = usage_store.usage_of(unit, [grant.id for grant in found])
        bodies = _bodies(hub.context, unit, found)
    for grant, body in zip(found, bodies, strict=True):
        body["usage"] = usage.usage_body(used[grant.id])
    return _page("grants", bodies, total, limit, offset)


@router.get("/grants/{grant_id}", summary="一份授权 / One grant")
def show_grant(grant_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Show a grant to its parties, with its use, today's quotas and the reports made."""
    with hub.database.begin() as unit:
        grant = grants.find(unit, staff, grant_id)
        used = quota_store.used(unit, grant.id, hub.context.today())
        reports = usage_store.reports_of(unit, grant.id)
        return {
            **_bodies(hub.context, unit, (grant,))[0],
            "usage": usage.usage_body(usage_store.usage_of(unit, [grant.id])[grant.id]),
            "left_today": quotas.left(grant.quotas, used),
            "quotas_reset_at": quotas.resets_at(hub.context.now()),
            "reports": [_report_body(report) for report in reports],
        }


def _report_body(report: UseReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "kind": report.kind,
        "from_day": report.from_day,
        "until_day": report.until_day,
        **report.facts,
        "made_by": report.made_by,
        "at": report.at,
    }


@router.post("/grants/{grant_id}/status", summary="暂停、恢复、收回授权 / Suspend, resume or withdraw a grant")
def set_grant_status(grant_id: uuid.UUID, body: GrantStatusBody, staff: Stopper, hub: Hub) -> dict[str, Any]:
    """Change the status of a grant your organ gave (or, as security administrator, halt any); it holds within 5 s."""
    stop = Stop(body.reason, body.ground)
    with hub.database.begin() as unit:
        grant = grant_changes.set_status(hub.context, unit, staff, grant_id, GrantStatus(body.status), stop)
        return grant_body(hub.context, grant)


@router.post("/grants/{grant_id}/narrow", summary="缩小授权 / Narrow a grant")
def narrow_grant(grant_id: uuid.UUID, body: NarrowBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Take items, forms, modes, time, hours or quantity away from a grant your organ gave; it holds within 5 s."""
    less = Narrowing(
        reason=body.reason,
        items=body.items,
        without_modes=body.without_modes,
        valid_until=body.valid_until,
        quotas=body.quotas.model_dump(exclude_none=True),
        hours=read_hours(body.hours.model_dump(by_alias=True)) if body.hours is not None else None,
    )
    with hub.database.begin() as unit:
        return grant_body(hub.context, grant_changes.narrow(hub.context, unit, staff, grant_id, less))


@router.post("/grants/{grant_id}/reports", status_code=201, summary="报告使用或销毁情况 / Report use or destruction")
def report_use(grant_id: uuid.UUID, body: UseReportBody, staff: AgencyUser, hub: Hub) -> dict[str, Any]:
    """Report how the data was used and stored, or that it was destroyed once the grant had ended."""
    facts = body.model_dump(include={"scenario", "process", "results", "storage", "destruction"})
    new = usage.NewReport(body.kind, body.from_day, body.until_day, {key: text for key, text in facts.items() if text})
    with hub.database.begin() as unit:
        return _report_body(usage.report(hub.context, unit, staff, grant_id, new))


@router.get("/grants/{grant_id}/samples", summary="调用示例 / Samples to copy")
def show_samples(grant_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Give curl, Python, Java and SQL samples filled in for the grant's system, key, resource and items."""
    with hub.database.begin() as unit:
        grant = grants.find(unit, staff, grant_id)
        return samples.samples(hub.context, unit, grant, hub.settings.public_url, first_call(hub.context, unit, grant))


class HoneyBody(Body):
    """An invented identity number of an entry: it is stored as a keyed digest only."""

    entry: Text200
    number: Annotated[str, Field(min_length=6, max_length=40)]


@operators_router.post("/honey", status_code=204, summary="登记设伏号码 / Register an invented identity")
def add_honey(body: HoneyBody, staff: SecurityAdmin, hub: Hub) -> None:
    """Register a number that nobody holds: whoever verifies it is collecting, and the grant is suspended."""
    with hub.database.begin() as unit:
        usage.add_honey(hub.context, unit, staff, body.entry, body.number)
