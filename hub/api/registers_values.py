"""Conflicts between sources, where values come from, and the change feed for granted systems.

政务数据共享条例 Art. 22 (use), Art. 26 (校核); Zhengzhou Art. 19; Jilin Art. 27. Staff see who says what as marks and
masked forms, never a person's value; every look into one subject leaves a receipt.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from catalogue.store import find_entry
from hub.api.authentication import CurrentSystem, require_role
from hub.api.bodies import Body
from hub.api.registers import READERS, Code, Keeper
from hub.exchange.use import Use
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.registers import conflicts, conflicts_store, following, origins, sources_store, store
from hub.registers.conflicts import Decision
from hub.registers.conflicts_store import Listing
from hub.registers.errors import ConflictNotFoundError, RegisterOffError
from hub.registers.known import REGISTER_RULES
from hub.registers.origins import Question
from hub.registers.sources import rules_of
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.database import Unit
    from hub.exchange.standing import Standing
    from hub.registers.conflicts_store import Conflict
    from hub.registers.sources_store import Source
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["agencies"])
Concerned = Annotated[StaffRequester, Depends(require_role(*READERS, Role.CLERK, Role.APPROVER))]


class DecisionBody(Body):
    """Which source is asked to check, and why."""

    ask: int = Field(ge=1, le=2**31 - 1, description="来源编号 / number of the source")
    note: str = Field(min_length=1, max_length=conflicts.LONGEST_NOTE)


class OriginBody(Body):
    """Whose values, why; ``event`` and ``loaded`` ask for another time than now."""

    key: str = Field(min_length=1, max_length=100, repr=False, description="键值 / the key")
    key_kind: str = Field(min_length=1, max_length=40)
    reason: str = Field(min_length=1, max_length=500, description="查看理由，写入凭证 / why, for the receipt")
    element: str | None = Field(default=None, max_length=8, description="只看一个数据元的历史 / history of one")
    event: datetime | None = Field(default=None, description="事件时间 / as of this event time")
    loaded: datetime | None = Field(default=None, description="已装载时间 / as known at this load time")


def conflict_body(line: Conflict, names: Mapping[int, Source]) -> dict[str, Any]:
    """Return a line: who says what as marks, equal marks are equal values."""
    claims = []
    for claim in line.claims:
        source = names.get(claim["source"])
        claims.append(
            {
                "source": claim["source"],
                "provider": source.provider if source is not None else "",
                "entry": source.entry_name if source is not None else "",
                "row": claim["row"],
                "version": claim["push"],
                "event_at": claim["event_at"],
                "rank": claim["rank"],
                "mark": claim["digest"],
                "is_served": claim["is_served"],
            }
        )
    return {
        "id": line.id,
        "register": line.register,
        "element": line.element,
        "state": line.state,
        "opened_at": line.opened_at,
        "due_at": line.due_at,
        "asked_source": line.asked_source,
        "settled_at": line.settled_at,
        "note": line.note,
        "claims": claims,
    }


def seen_by(unit: Unit, staff: StaffRequester) -> tuple[int, ...] | None:
    """Return the sources whose conflicts a person may see; None: all."""
    if staff.has_role(*READERS):
        return None
    return tuple(one.id for one in sources_store.sources(unit) if one.provider_id == staff.member.id)


@router.get("/register-conflicts", summary="来源不一致清单 / Conflicts between sources")
def list_conflicts(
    staff: Concerned,
    hub: Hub,
    register: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[Literal["standing", "open", "decided", "settled"], Query()] = "standing",
    element: Annotated[str | None, Query(max_length=8)] = None,
    after: uuid.UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """List conflicts, the newest first; a department sees those its own sources are part of."""
    states = (conflicts_store.OPEN, conflicts_store.DECIDED) if state == "standing" else (state,)
    with hub.database.begin() as unit:
        listing = Listing(register, states, seen_by(unit, staff), element, after, limit)
        found, total = conflicts_store.conflicts(unit, listing)
        names = {one.id: one for one in sources_store.sources(unit)}
    return {
        "total": total,
        "returned": len(found),
        "next": found[-1].id if len(found) == limit else None,
        "conflicts": [conflict_body(line, names) for line in found],
    }


@router.post("/register-conflicts/{line}/decision", summary="请来源校核 / Ask a source to check")
def decide(line: uuid.UUID, body: DecisionBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Decide whom to ask, with a note: a case of correction is opened at the source; no value is edited."""
    with hub.database.begin() as unit:
        desk = conflicts.Desk(hub.context, unit, staff, hub.sealer)
        found = conflicts.decide(desk, Decision(line, body.ask, body.note))
        return conflict_body(found, {one.id: one for one in sources_store.sources(unit)})


@router.get("/register-conflicts/{line}", summary="一条不一致记录 / One conflict")
def one_conflict(line: Annotated[uuid.UUID, Path()], staff: Concerned, hub: Hub) -> dict[str, Any]:
    """Return one line."""
    with hub.database.begin() as unit:
        found, own = conflicts_store.conflict(unit, line), seen_by(unit, staff)
        if found is None or (own is not None and not {claim["source"] for claim in found.claims} & set(own)):
            raise ConflictNotFoundError
        return conflict_body(found, {one.id: one for one in sources_store.sources(unit)})


@router.post("/registers/{code}/origins", summary="值的来源与历史 / Where values come from")
def show_origins(code: Code, body: OriginBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Tell source, version, event time and load time of each value of one subject, masked, with a receipt."""
    rules = rules_of(REGISTER_RULES, code)
    asked = Question(body.key, body.key_kind, body.element, body.event, body.loaded)
    with hub.database.begin() as unit:
        if not store.register_row(unit, code).is_on:
            raise RegisterOffError
        found = origins.asked(hub.context, unit, rules, asked)
        receipt = hub.context.record(
            unit,
            ReceiptKind.ADMIN,
            action="register.origins",
            subject_kind="register",
            subject_id=code,
            decided_by=staff.staff.id,
            purpose=body.reason,
            subjects=1,
            items_masked=sorted({line["element"] for line in found}),
        )
    return {"total": len(found), "returned": len(found), "next": None, "values": found, "receipt": receipt.id}


def _standing(hub: Services, code: str, system_id: uuid.UUID) -> Standing:
    rules_of(REGISTER_RULES, code)
    with hub.database.begin() as unit:
        row = store.register_row(unit, code)
        entry = find_entry(unit, row.entry_id) if row.entry_id is not None else None
    if not row.is_on or entry is None:
        raise RegisterOffError
    known = hub.cache.known(entry.name, system_id)
    return known if known is not None else hub.cache.load(entry.name, system_id)


@router.get("/registers/{code}/changes", summary="变更订阅 / What changed in a register")
async def changes(
    code: Code,
    system: CurrentSystem,
    hub: Hub,
    purpose: Annotated[str, Query(min_length=1, max_length=200)],
    case_number: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[int, Query(ge=0, le=2**62, description="上次的 to；0 为全量 / the last to, 0 for all")] = 0,
    limit: Annotated[int, Query(ge=1, le=following.MOST)] = following.DEFAULT,
    cursor: Annotated[str | None, Query(max_length=200, description="上一页的 next / next of the page before")] = None,
    items: Annotated[str | None, Query(max_length=4000, description="信息项，逗号分隔 / columns")] = None,
) -> Response:
    """Return the subjects that changed since a number, granted items alone, with a receipt."""
    standing = await run_in_threadpool(_standing, hub, code, system.system_id)
    columns = tuple(part.strip() for part in items.split(",")) if items is not None else None
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, purpose, case_number)
        answer = await following.granted_changes(use, code, following.Since(after, limit, cursor, columns))
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers=headers | dict(answer.headers))
