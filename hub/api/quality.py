"""Quality of the data by the four words of Jilin Art. 27: of one resource over time, of all, and the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query

from hub.api.authentication import CurrentCaller, OptionalCaller
from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.identity import authority_store
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import Role
from hub.open.datasets import require_known
from hub.push.quality import store
from hub.push.quality.words import WORDS, cycles, words
from hub.services import Hub
from policies.workdays import local_day

if TYPE_CHECKING:
    import uuid

    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.push.quality.store import Measured
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
public = APIRouter(prefix="/api/v1", tags=["citizens"])


def _shown(one: Measured, *, counts: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "version": one.number,
        "at": one.at.isoformat(),
        "shares": {name: None if one.shares[name] is None else round(one.shares[name] or 0.0, 6) for name in WORDS},
    }
    return body | {"counts": dict(one.counts)} if counts else body


def _promise(hub: Services, unit: Unit, resource: Resource) -> dict[str, Any]:
    """Return the promised cycle, the day the next update is due, and how many were missed."""
    cycle = cycles().get(resource.entry.update_cycle)
    found, _ = store.series(unit, resource.id, limit=1)
    due = None
    if cycle is not None and found:
        due = cycle.due(local_day(found[0].at), hub.context.calendar)
    return {
        "cycle": resource.entry.update_cycle,
        "due_on": due.isoformat() if due is not None else None,
        "is_late": due is not None and hub.context.today() > due,
        "missed": store.missed(unit, resource.id),
    }


def _may_see(unit: Unit, resource: Resource, caller: Requester | StaffRequester) -> bool:
    member: uuid.UUID = caller.member.id if isinstance(caller, StaffRequester) else caller.member_id
    if member == resource.provider_id:
        return True
    is_supervisor = isinstance(caller, StaffRequester) and caller.has_role(Role.SUPERVISOR)
    return is_supervisor and member in authority_store.authorities_over(unit, resource.provider_id)


@public.get("/quality/definitions", summary="四项质量要求如何计算 / How the four words are counted")
def definitions() -> dict[str, Any]:
    """Return the words with their formulas, and the cycles with their reminders."""
    return {
        "article": "吉林市信息化促进办法 第二十七条",
        "words": [
            {
                "word": one.name, "zh": one.zh, "en": one.en, "formula": one.formula, "meaning": one.meaning_zh,
                "meaning_en": one.meaning_en, "rules": sorted(one.rules),
            }
            for one in words().values()
        ],
        "cycles": [
            {
                "code": one.code, "days": one.days, "months": one.months, "working_days": one.working,
                "clerk_reminded_days_before": one.ahead, "head_told_working_days_after": one.after,
            }
            for one in cycles().values()
        ],
    }  # fmt: skip


@public.get("/datasets/{name}/quality", summary="开放数据的质量 / Quality of an open resource")
def of_dataset(name: str, caller: OptionalCaller, hub: Hub) -> dict[str, Any]:
    """Return the shares of the newest version and their mean over the last twelve, without counts."""
    with hub.database.begin() as unit:
        if caller is None:
            require_known(unit, name)
        resource = load_resource(hub.context, unit, name)
        found, total = store.series(unit, resource.id, limit=12)
        promise = _promise(hub, unit, resource)
    mean = {}
    for word in WORDS:
        known = [one.shares[word] for one in found if one.shares[word] is not None]
        mean[word] = round(sum(value or 0.0 for value in known) / len(known), 6) if known else None
    return {
        "resource": resource.name,
        "versions": total,
        "latest": _shown(found[0], counts=False) if found else None,
        "mean": mean,
        "over_versions": len(found),
        "promise": promise,
    }


@router.get("/entries/{name}/quality", summary="每次推送的质量 / Quality of each push")
def of_entry(
    name: str,
    caller: CurrentCaller,
    hub: Hub,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="此版本之前 / before this version")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return the series of one resource with its counts, for its department and the supervisor over it."""
    with hub.database.begin() as unit:
        resource = load_resource(hub.context, unit, name)
        if not _may_see(unit, resource, caller):
            raise NotYourEntryError
        found, total = store.series(unit, resource.id, before=before, limit=limit)
        promise = _promise(hub, unit, resource)
    more = len(found) == limit and found[-1].number > 1
    return {
        "resource": resource.name,
        "total": total,
        "returned": len(found),
        "next": f"/api/v1/entries/{name}/quality?before={found[-1].number}&limit={limit}" if more else None,
        "promise": promise,
        "series": [_shown(one, counts=True) for one in found],
    }
