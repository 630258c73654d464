"""Rule sets of an entry: the clerk proposes and tries, another approver puts in force (Jilin Art. 27).

Only people of the providing organ. A file sent to be tried is removed with the answer; nothing of it is stored.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathParameter
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from connectors.port import Limits
from hub.api.authentication import require_role
from hub.api.bodies import Body
from hub.api.pushes import ReadParameters, received_body
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.push.errors import GateStoppedError
from hub.push.incidents import open_incident
from hub.push.keeping import GATE_INCIDENT
from hub.push.rule_sets import acts, store, trial
from hub.push.rule_sets.errors import RuleSetNotFoundError
from hub.push.rule_sets.kinds import KINDS
from hub.push.rule_sets.model import RuleSet, from_toml, to_toml
from hub.push.rule_sets.proposed import proposed
from hub.services import Hub, incoming_folder

if TYPE_CHECKING:
    from hub.directory.facts import Resource
    from hub.push.rule_sets.records import StoredRuleSet
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
Reader = Annotated[
    StaffRequester, Depends(require_role(Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER, Role.AUDITOR))
]
Version = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
Reason = Annotated[str, Field(min_length=2, max_length=1000)]
Parameters = Annotated[ReadParameters, Depends()]
FILE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "要试的文件原文 / the file itself",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ProposalBody(Body):
    """Rules as JSON (``rules``) or as TOML text (``toml``), and why they are wanted."""

    rules: list[dict[str, Any]] | None = None
    toml: Annotated[str, Field(max_length=524_288)] | None = None
    reason: Reason

    def data(self) -> object:
        """Return the rules whichever way they came."""
        return from_toml(self.toml) if self.toml is not None else {"rules": self.rules or []}


class TrialBody(Body):
    """Rules to try on the current rows without storing them; neither: those in force."""

    rules: list[dict[str, Any]] | None = None
    toml: Annotated[str, Field(max_length=524_288)] | None = None


class DecisionBody(Body):
    """What the approver decides, and why."""

    outcome: Literal["approve", "send_back"]
    reason: Reason


def rule_set_body(found: StoredRuleSet) -> dict[str, Any]:
    """Return a stored version with its history."""
    return {
        "version": found.version,
        "state": found.state.value,
        "rules": [rule.to_dict() for rule in found.rules.rules],
        "digest": found.digest,
        "reason": found.reason,
        "proposed_by": found.proposed_by,
        "proposed_at": found.proposed_at,
        "receipt": found.receipt_id,
        "tried": found.tried,
        "decided_by": found.decided_by,
        "decided_at": found.decided_at,
        "decision": found.decision,
        "decision_receipt": found.decision_receipt_id,
        "ended_at": found.ended_at,
    }


@router.get("/entries/{name}/rules", summary="条目的检查规则集 / Rule set of an entry")
def show(name: str, staff: Reader, hub: Hub) -> dict[str, Any]:
    """Return the rules in force, the version that waits for a decision, and the rules the items call for."""
    with hub.database.begin() as unit:
        resource = acts.own_resource(hub.context, unit, staff, name)
        current = store.in_force(unit, resource.id)
        newest = store.versions(unit, resource.id, limit=1)
    waiting = next((one for one in newest if one.state.value == "proposed"), None)
    return {
        "entry": name,
        "version": current.version,
        "rules": current.to_dict()["rules"],
        "toml": to_toml(current),
        "waiting": None if waiting is None else rule_set_body(waiting),
        "proposed": proposed(resource.entry.items).to_dict()["rules"],
        "proposed_toml": to_toml(proposed(resource.entry.items)),
        "kinds": [{"kind": kind.name, "zh": kind.zh, "en": kind.en} for kind in KINDS.values()],
    }


@router.get("/entries/{name}/rules/history", summary="规则集的各版本 / Versions of the rule set")
def history(
    name: str,
    staff: Reader,
    hub: Hub,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="早于此版本 / before this version")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List versions, newest first: rules, who proposed and decided, when, why, the receipts."""
    with hub.database.begin() as unit:
        resource = acts.own_resource(hub.context, unit, staff, name)
        found = store.versions(unit, resource.id, before=before, limit=limit + 1)
        total = store.count(unit, resource.id)
    shown = found[:limit]
    path = f"/api/v1/entries/{name}/rules/history?limit={limit}&before="
    return {
        "entry": name,
        "versions": [rule_set_body(one) for one in shown],
        "total": total,
        "returned": len(shown),
        "next": f"{path}{shown[-1].version}" if len(found) > limit else None,
    }


@router.post("/entries/{name}/rules", status_code=201, summary="提出新的规则集 / Propose a rule set")
def propose(name: str, body: ProposalBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Store a proposed version; an older one that still waits is outdated by it."""
    with hub.database.begin() as unit:
        return rule_set_body(acts.propose(hub.context, unit, staff, name, body.data(), body.reason))


@router.post("/entries/{name}/rules/trial", summary="在现有数据上试规则 / Try rules on the current rows")
def try_rules(name: str, body: TrialBody, staff: Reader, hub: Hub) -> dict[str, Any]:
    """Check the current rows by rules that are not stored, or by those in force; returns what a push would report."""
    with hub.database.begin() as unit:
        resource = acts.own_resource(hub.context, unit, staff, name)
        rules = store.in_force(unit, resource.id)
        if body.toml is not None or body.rules is not None:
            data = from_toml(body.toml) if body.toml is not None else {"rules": body.rules}
            rules = acts.read_for(hub.context, unit, resource, data)
    return _tried(hub, staff, resource, rules, trial.Sample())


@router.post(
    "/entries/{name}/rules/{version}/trial", summary="在现有数据上试某一版 / Try a version on the current rows"
)
def try_version(name: str, version: Version, staff: Reader, hub: Hub) -> dict[str, Any]:
    """Check the current rows by a stored version; the counts are kept with it for whoever decides."""
    resource, rules = _version(hub, staff, name, version)
    return _tried(hub, staff, resource, rules, trial.Sample())


@router.post(
    "/entries/{name}/rules/{version}/file-trial",
    summary="在一个文件上试某一版 / Try a version on a file",
    openapi_extra=FILE_BODY,
)
async def try_file(
    name: str, version: Version, request: Request, staff: Clerk, hub: Hub, parameters: Parameters
) -> dict[str, Any]:
    """Check a file by a stored version as a push would; nothing of it is stored."""
    path, _ = await received_body(request, incoming_folder(hub.settings))
    try:
        sample = trial.Sample(path, parameters.options, parameters.mapping)
        resource, rules = await run_in_threadpool(_version, hub, staff, name, version)
        return await run_in_threadpool(_tried, hub, staff, resource, rules, sample)
    finally:
        await run_in_threadpool(path.unlink, missing_ok=True)


@router.post("/entries/{name}/rules/{version}/decision", summary="审定规则集 / Decide a proposed rule set")
def decide(name: str, version: Version, body: DecisionBody, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Put a proposed version in force, or send it back; never the person who proposed it."""
    approves = body.outcome == "approve"
    with hub.database.begin() as unit:
        decided = acts.decide(hub.context, unit, staff, (name, version), approves=approves, reason=body.reason)
    return rule_set_body(decided)


@router.get("/pushes/{push_id}/profile", summary="一次推送的概貌与变化 / Profile and drift of a push")
def show_profile(push_id: uuid.UUID, staff: Reader, hub: Hub) -> dict[str, Any]:
    """Return what a kept push looked like (counts and shares, no values), and how it differed from the one before."""
    with hub.database.begin() as unit:
        found = store.profile_of(unit, push_id)
        if found is None:
            raise RuleSetNotFoundError
        acts.own_resource_of(hub.context, unit, staff, found["entry_id"])
    return {
        "push": push_id,
        "mode": found["mode"],
        "rules_version": found["rule_set_version"],
        "profile": found["body"],
        "drift": found["findings"],
        "at": found["at"],
    }


def _version(hub: Services, staff: StaffRequester, name: str, version: int) -> tuple[Resource, RuleSet]:
    with hub.database.begin() as unit:
        resource = acts.own_resource(hub.context, unit, staff, name)
        found = store.find(unit, resource.id, version)
    if found is None:
        raise RuleSetNotFoundError
    return resource, found.rules


def _tried(
    hub: Services, staff: StaffRequester, resource: Resource, rules: RuleSet, sample: trial.Sample
) -> dict[str, Any]:
    try:
        report = trial.tried(hub.context, hub.database, resource, rules, sample, Limits())
    except GateStoppedError as error:
        with hub.database.begin() as unit:
            incident = open_incident(
                hub.context,
                unit,
                kind=GATE_INCIDENT,
                member_id=staff.member.id,
                entry_id=resource.id,
                facts={"gate": error.facts.get("gate")},
            )
        error.facts = {**error.facts, "incident": str(incident)}
        raise
    with hub.database.begin() as unit:
        receipt = acts.note_trial(hub.context, unit, staff, resource, rules.version, trial.summary_of(report))
    return {**report, "receipt": receipt}
