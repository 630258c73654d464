"""Who keeps the protected list, the list itself, and large batches that wait for approval (个人信息保护法 Art. 51)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field

from hub.api.authentication import CurrentStaff, require_role
from hub.api.bodies import Body as TextBody
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.registers.population import keeping, keeping_store
from hub.registers.population.keeping import Protection
from hub.services import Hub

if TYPE_CHECKING:
    from hub.registers.population.keeping_store import Batch, Line

router = APIRouter(prefix="/api/v1/population", tags=["departments"])
SecurityAdmin = Annotated[StaffRequester, Depends(require_role(Role.SECURITY_ADMIN))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


class Body(TextBody):
    """Base of the bodies here: values that never change."""

    model_config = ConfigDict(frozen=True)


class KeeperBody(Body):
    """The organ that keeps the list, and the telephone that answers for persons."""

    member: str = Field(min_length=1, max_length=200, description="成员单位标识 / slug of the member")
    telephone: str = Field(min_length=3, max_length=40, pattern=r"^[0-9+() -]+$")


class ProtectionBody(Body):
    """Whom to protect."""

    number: str = Field(min_length=1, max_length=64, repr=False)
    document_type: str | None = Field(default=None, max_length=3)
    reference: str = Field(min_length=1, max_length=200, description="文号，不写事由 / file number, no reason")
    until: date | None = Field(default=None, description="到期日（含当日起不再保护）/ first day it no longer holds")


class BatchDecisionBody(Body):
    """The provider's word on a large batch."""

    decision: Literal["approve", "decline"]


def line_body(line: Line) -> dict[str, Any]:
    """Return a line as its keeper sees it: the number is told to nobody again."""
    return {"id": line.id, "reference": line.reference, "until": line.until, "since": line.set_at}


def batch_body(batch: Batch) -> dict[str, Any]:
    """Return a batch as both sides see it."""
    return {
        "id": batch.id,
        "persons": batch.persons,
        "purpose": batch.purpose,
        "case_number": batch.case_number,
        "asked_at": batch.asked_at,
        "state": batch.state,
        "decided_at": batch.decided_at,
    }


def _page(name: str, found: list[dict[str, Any]], total: int, limit: int, offset: int) -> dict[str, Any]:
    following = offset + limit if offset + limit < total else None
    return {name: found, "total": total, "returned": len(found), "next": following}


@router.put("/keeper", summary="指定保护名单的管理单位 / Name the organ that keeps the protected list")
def name_keeper(body: KeeperBody, staff: SecurityAdmin, hub: Hub) -> dict[str, Any]:
    """Name it, with the telephone that every verification shows."""
    with hub.database.begin() as unit:
        keeper = keeping.name_keeper(hub.context, unit, staff, body.member, body.telephone)
    hub.identity.keeper.refresh_or_log()
    return {"member": body.member, "telephone": keeper.telephone}


@router.post("/protected", status_code=201, summary="列入保护名单 / Protect a person")
def protect(body: ProtectionBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Put a person on the list, known to the register or not; the answer does not tell which."""
    asked = Protection(body.number, body.document_type, body.reference, body.until)
    with hub.database.begin() as unit:
        return line_body(keeping.protect(hub.context, unit, staff, asked, hub.numbers))


@router.get("/protected", summary="保护名单 / The protected list")
def list_protected(staff: Approver, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List the lines for the organ that keeps them, without numbers."""
    with hub.database.begin() as unit:
        found, total = keeping.lines(unit, staff, limit=limit, offset=offset)
    return _page("protected", [line_body(line) for line in found], total, limit, offset)


@router.post("/protected/{line_id}/lift", summary="撤出保护名单 / Take a person off the list")
def lift(line_id: uuid.UUID, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Take a line off the list."""
    with hub.database.begin() as unit:
        return line_body(keeping.lift(hub.context, unit, staff, line_id))


@router.get("/batches", summary="大批量比对：本单位提出的和待批准的 / Large batches of your organ, or to decide on")
def list_batches(staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List them, the newest first."""
    with hub.database.begin() as unit:
        found, total = keeping_store.batches(unit, member=staff.member.id, limit=limit, offset=offset)
    return _page("batches", [batch_body(batch) for batch in found], total, limit, offset)


@router.post("/batches/{batch_id}", summary="批准或不批准大批量比对 / Approve or decline a large batch")
def decide_batch(batch_id: uuid.UUID, body: BatchDecisionBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Decide as the approver of the register's provider; the approval holds five days, for this content, once."""
    with hub.database.begin() as unit:
        is_approved = body.decision == "approve"
        return batch_body(keeping.decide_batch(hub.context, unit, staff, batch_id, is_approved=is_approved))
