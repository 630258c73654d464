"""Findings of undeclared personal information: the clerk proposes, the secrecy reviewer decides (PIPL Art. 55-56)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from catalogue.privacy.kinds import NAMES, Kind
from catalogue.privacy.thresholds import DEFAULTS, Threshold
from hub.api.authentication import CurrentStaff, require_role
from hub.api.bodies import Body
from hub.directory import privacy_gate
from hub.directory.errors import EntryNotFoundError
from hub.directory.privacy import report, store
from hub.directory.privacy.errors import PrivacyFindingNotFoundError
from hub.directory.privacy.records import HOLDING, Setting, State
from hub.directory.publish import own_entry
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.database import Unit
    from hub.directory.privacy.records import Finding

router = APIRouter(prefix="/api/v1", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Reviewer = Annotated[StaffRequester, Depends(require_role(Role.SECRECY_REVIEWER))]
Reader = Annotated[
    StaffRequester,
    Depends(require_role(Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)),
]
Reason = Annotated[str, Field(min_length=2, max_length=1000)]


class ProposalBody(Body):
    """What the clerk holds the finding to be, and why."""

    outcome: Literal["false_alarm", "declare", "remove"]
    reason: Reason


class DecisionBody(Body):
    """What the reviewer decides; ``send_back`` returns it to the clerk."""

    outcome: Literal["false_alarm", "declare", "remove", "send_back"]
    reason: Reason


class ThresholdBody(Body):
    """From how many values, and from which share of the filled ones, a kind counts in a resource."""

    count: int = Field(ge=1, le=1_000_000_000)
    share: float = Field(default=0.0, ge=0, le=1)
    reason: Reason


def _items(unit: Unit, entry_id: uuid.UUID, version: int) -> tuple[Item, ...]:
    found = catalogue_store.find_version(unit, entry_id, version)
    return () if found is None else Entry.from_dict(found.body).items


def _body(unit: Unit, finding: Finding) -> dict[str, Any]:
    row = catalogue_store.find_entry(unit, finding.entry_id)
    named = {"entry": row.name, "title": row.title} if row is not None else {"entry": None, "title": None}
    return {**named, **report.body_of(finding, _items(unit, finding.entry_id, finding.entry_version))}


def _sees_all(staff: StaffRequester) -> bool:
    return staff.has_role(Role.SUPERVISOR, Role.AUDITOR)


@router.get("/privacy/findings", summary="疑似未申报个人信息清单 / Findings of undeclared personal information")
def list_findings(
    staff: Reader,
    hub: Hub,
    state: Annotated[
        State | None, Query(description="状态；不填为尚未了结的 / state; all that hold by default")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List findings of one's organ (supervisors and auditors: of all), newest first, examples masked."""
    states = HOLDING if state is None else {state}
    member = None if _sees_all(staff) else staff.member.id
    with hub.database.begin() as unit:
        found, total = store.listed(unit, member_id=member, states=states, limit=limit, offset=offset)
        bodies = [_body(unit, finding) for finding in found]
    return {
        "total": total,
        "returned": len(bodies),
        "next": offset + limit if offset + limit < total else None,
        "findings": bodies,
    }


@router.get("/privacy/findings/{finding_id}", summary="一条发现及其办理经过 / One finding with all acts on it")
def show_finding(finding_id: uuid.UUID, staff: Reader, hub: Hub) -> dict[str, Any]:
    """Return a finding with who did what, when, why, and the receipt of each act."""
    with hub.database.begin() as unit:
        finding = store.find(unit, finding_id)
        if finding is None or (finding.member_id != staff.member.id and not _sees_all(staff)):
            raise PrivacyFindingNotFoundError
        acts = store.acts(unit, finding_id)
        body = _body(unit, finding)
    told = [
        {
            "act": act.act,
            "outcome": act.outcome,
            "reason": act.reason,
            "by": act.by_staff,
            "at": act.at,
            "receipt": act.receipt_id,
        }
        for act in acts
    ]
    return {**body, "acts": told}


@router.post("/privacy/findings/{finding_id}/proposal", summary="数据专员提出处理意见 / The clerk proposes")
def propose(finding_id: uuid.UUID, body: ProposalBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Propose: false alarm, declare the item as personal, or remove the values."""
    with hub.database.begin() as unit:
        outcome = State(body.outcome)
        return _body(unit, privacy_gate.propose(hub.context, unit, staff, finding_id, outcome, body.reason))


@router.post("/privacy/findings/{finding_id}/decision", summary="保密审查人员审定 / The secrecy reviewer decides")
def decide(finding_id: uuid.UUID, body: DecisionBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Decide a proposal, or send it back; never the person who proposed it."""
    outcome = None if body.outcome == "send_back" else State(body.outcome)
    with hub.database.begin() as unit:
        return _body(unit, privacy_gate.decide(hub.context, unit, staff, finding_id, outcome, body.reason))


@router.get("/entries/{name}/privacy-thresholds", summary="资源的个人信息阈值 / Thresholds of a resource")
def list_thresholds(name: str, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return the thresholds in use, kind by kind, and which of them were set for this resource."""
    with hub.database.begin() as unit:
        row = catalogue_store.find_entry(unit, name)
        if row is None or (row.provider_id != staff.member.id and not _sees_all(staff)):
            raise EntryNotFoundError(name)
        own = store.thresholds(unit, row.id)
    kinds = []
    for kind, default in DEFAULTS.items():
        used = own.get(kind, default)
        zh, en = NAMES[kind]
        shown = {"kind": kind.value, "kind_zh": zh, "kind_en": en, "count": used.count, "share": used.share}
        kinds.append({**shown, "is_own": kind in own})
    return {"entry": name, "thresholds": kinds}


@router.put("/entries/{name}/privacy-thresholds/{kind}", summary="设定阈值 / Set a threshold")
def set_threshold(name: str, kind: Kind, body: ThresholdBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Set from what on a kind counts in a resource; it holds from the next push on."""
    with hub.database.begin() as unit:
        row = own_entry(unit, staff, name)
        setting = Setting(kind, Threshold(body.count, body.share), body.reason)
        privacy_gate.set_threshold(hub.context, unit, staff, row.id, setting)
    return {"entry": name, "kind": kind.value, "count": body.count, "share": body.share}
