"""Versions of a resource: list, difference, the way back, erasure, lineage (Zhengzhou Art. 19; Jilin Art. 27)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentCaller, OptionalCaller, require_role
from hub.api.models import Body, Text200
from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.exchange.lineage import granted_lineage, known_part
from hub.exchange.use import Use
from hub.identity import store as identity_store
from hub.identity.errors import RoleRequiredError
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import NAMES_ZH, Role
from hub.open.datasets import require_known
from hub.push.masks import masked
from hub.push.versions import erasing, restoring, store
from hub.push.versions.errors import RowUnknownError
from hub.push.versions.restoring import Actor
from hub.push.versions.store import Act
from hub.rows import difference as differences
from hub.rows.errors import UnknownVersionError
from hub.rows.lineage import chain
from hub.rows.render import json_document
from hub.rows.store import check_reach
from hub.rows.tables import state
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.push.store import StoredPush
    from hub.rows.difference import RowDifference
    from hub.rows.lineage import Written
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
public = APIRouter(prefix="/api/v1", tags=["citizens"])
LARGEST = 2**53
READERS = (Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER)
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
Version = Annotated[int, Query(ge=1, le=LARGEST)]
_COUNTS = ("inserted", "changed", "unchanged", "closed", "rows", "erased")


class EraseBody(Body):
    """Whose rows, why, by which decision. Keys are written over nowhere else than in the rows themselves."""

    keys: tuple[dict[str, Annotated[str, Field(max_length=4000)]], ...] = Field(
        default=(), max_length=erasing.MOST, description="每个主键一组 列名:值 / one object a key"
    )
    rows: tuple[Annotated[int, Field(ge=1, le=LARGEST)], ...] = Field(default=(), max_length=erasing.MOST)
    ground: Text200
    decision: Text200


def _member(caller: Requester | StaffRequester) -> uuid.UUID:
    return caller.member.id if isinstance(caller, StaffRequester) else caller.member_id


def actor_of(caller: Requester | StaffRequester) -> Actor:
    """Return who acts; a person must be a data clerk or an approver."""
    if isinstance(caller, StaffRequester):
        if not caller.has_role(Role.CLERK) and not caller.has_role(Role.APPROVER):
            raise RoleRequiredError(NAMES_ZH[Role.CLERK], (Role.CLERK.value, Role.APPROVER.value))
        return Actor(caller.member.id, by_staff=caller.staff.id)
    return Actor(caller.member_id, caller.system_id, None, caller.key_thumbprint)


def _own(hub: Services, unit: Unit, name: str, caller: Requester | StaffRequester) -> Resource:
    resource = load_resource(hub.context, unit, name)
    if resource.provider_id != _member(caller):
        raise NotYourEntryError
    _reading(caller)
    return resource


def _reading(caller: Requester | StaffRequester) -> None:
    """Check that a person of the provider has a role that works with its data."""
    if isinstance(caller, StaffRequester) and not caller.has_role(*READERS):
        raise RoleRequiredError("或".join(NAMES_ZH[role] for role in READERS), tuple(role.value for role in READERS))


def version_body(push: StoredPush, *, is_own: bool) -> dict[str, Any]:
    """Return one version; who pushed which file is told to its own department alone."""
    outcome, given = push.outcome, push.given
    body: dict[str, Any] = {
        "number": outcome.number,
        "at": outcome.merged_at.isoformat() if outcome.merged_at is not None else None,
        "mode": given.mode,
        "state": outcome.state.value,
        "counts": {name: outcome.counts[name] for name in _COUNTS if name in outcome.counts},
        "restores": outcome.report.get("restores"),
    }
    if is_own:
        by = {"system": given.by_system, "staff": given.by_staff}
        body |= {
            "push": str(given.id),
            "by": {kind: str(one) for kind, one in by.items() if one is not None},
            "filename": given.filename,
            "counts": dict(outcome.counts),
            "receipt": str(outcome.receipt_id) if outcome.receipt_id is not None else None,
        }
    return body


Before = Annotated[int | None, Query(ge=1, le=LARGEST, description="只列此版本之前的 / those before it")]
Limit = Annotated[int, Query(ge=1, le=500)]


@public.get("/datasets/{name}/versions", summary="公开资源的数据版本 / Versions of a resource")
def versions_of_dataset(
    name: str, caller: OptionalCaller, hub: Hub, before: Before = None, limit: Limit = 50
) -> dict[str, Any]:
    """List versions, the newest first; who may know of the entry sees number, time, mode, state and counts."""
    return _versions(hub, caller, name, f"/api/v1/datasets/{name}/versions?limit={limit}", (before, limit))


@router.get("/entries/{name}/versions", summary="数据版本列表 / Versions of the data")
def versions(name: str, caller: CurrentCaller, hub: Hub, before: Before = None, limit: Limit = 50) -> dict[str, Any]:
    """List versions, the newest first; the department itself also sees who pushed which file."""
    return _versions(hub, caller, name, f"/api/v1/entries/{name}/versions?limit={limit}", (before, limit))


def _versions(
    hub: Services, caller: Requester | StaffRequester | None, name: str, path: str, page: tuple[int | None, int]
) -> dict[str, Any]:
    before, limit = page
    with hub.database.begin() as unit:
        if caller is None:
            require_known(unit, name)
        resource = load_resource(hub.context, unit, name)
        is_own = caller is not None and _member(caller) == resource.provider_id
        found, total = store.versions(unit, resource.id, before=before, limit=limit)
        floor = store.floor(unit, resource.id)
    last = found[-1].outcome.number if found else None
    more = last is not None and last > 1 and len(found) == limit
    return {
        "resource": resource.name,
        "total": total,
        "returned": len(found),
        "earliest_readable": floor.earliest if floor is not None else min(total, 1),
        "next": f"{path}&before={last}" if more else None,
        "versions": [version_body(one, is_own=is_own) for one in found],
    }


@router.get("/entries/{name}/versions/{number}/difference", summary="两个版本的差异 / What differs between versions")
def difference(
    name: str,
    number: int,
    caller: CurrentCaller,
    hub: Hub,
    since: Annotated[
        int | None, Query(ge=0, le=LARGEST, description="与此版本相比，默认前一版；0 为尚无数据 / compared with")
    ] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="此行号之后 / after this row")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Count what came, changed and went, and list the rows; values are masked as in the report of a push."""
    with hub.database.begin(statement_timeout_seconds=0) as unit:
        resource = _own(hub, unit, name, caller)
        latest = state(unit, resource.id).version
        first = number - 1 if since is None else since
        if not (1 <= number <= latest and 0 <= first <= latest):
            raise UnknownVersionError(latest)
        for version in (number, first):
            check_reach(unit, resource.id, version)
        found = differences.difference(unit, resource.table, (first, number), after=after, limit=limit)
    path = f"/api/v1/entries/{name}/versions/{number}/difference?since={first}&limit={limit}"
    return {
        "resource": resource.name,
        "from": first,
        "to": number,
        "added": found.added,
        "changed": found.changed,
        "removed": found.removed,
        "by_item": dict(found.by_item),
        "total": found.added + found.changed + found.removed,
        "returned": len(found.rows),
        "next": f"{path}&after={found.next}" if found.next is not None else None,
        "rows": _difference_rows(resource, found.rows),
    }


def _difference_rows(resource: Resource, rows: Sequence[RowDifference]) -> list[dict[str, Any]]:
    """Return the rows of a page with their values masked: an item's at once, for each masking costs a millisecond."""
    texts: dict[str, list[str]] = {}
    for one in rows:
        for values in (one.before, one.after):
            for name, value in zip(one.items, values or (None,) * len(one.items), strict=True):
                if value is not None:
                    texts.setdefault(name, []).append(value)
    hidden = {
        name: iter(masked(pl.Series(values), resource.table.by_column[name]).to_list())
        for name, values in texts.items()
    }

    def shown(one: RowDifference, values: Sequence[str | None] | None) -> dict[str, str | None] | None:
        if values is None:
            return None
        pairs = zip(one.items, values, strict=True)
        return {name: None if value is None else next(hidden[name]) for name, value in pairs}

    return [
        {"row": one.row, "kind": one.kind, "before": shown(one, one.before), "after": shown(one, one.after)}
        for one in rows
    ]


def _went_back(found: restoring.WentBack) -> dict[str, Any]:
    did = found.restoration
    return {
        "state": found.act.state if found.act is not None else "dry_run",
        "act": str(found.act.id) if found.act is not None else None,
        "restores": found.act.target if found.act is not None else None,
        "version": found.push.outcome.number if found.push is not None else None,
        "receipt": str(found.push.outcome.receipt_id) if found.push is not None else None,
        "counts": {
            "inserted": did.inserted, "changed": did.changed, "unchanged": did.unchanged,
            "closed": did.closed, "rows": did.rows,
        },
    }  # fmt: skip


@router.post("/entries/{name}/versions/{number}/restore", summary="恢复到某一版本 / Go back to a version")
def restore(
    name: str,
    number: int,
    caller: CurrentCaller,
    hub: Hub,
    response: Response,
    allow_shrink: Annotated[bool, Query(description="确认大量行失效 / consent to closing many rows")] = False,
    dry_run: Annotated[bool, Query(description="只看会怎样 / only say what would happen")] = False,
) -> dict[str, Any]:
    """Make an earlier version the next one; 202 where a second person has to release it."""
    asked = restoring.GoBack(name, number, allow_shrink=allow_shrink, dry_run=dry_run)
    found = restoring.go_back(hub.context, hub.database, asked, actor_of(caller))
    return _done(hub, name, found, response)


def _done(hub: Services, name: str, found: restoring.WentBack, response: Response) -> dict[str, Any]:
    if found.push is not None:
        hub.answers.pushed(name)
        response.status_code = 201
        response.headers["Receipt"] = str(found.push.outcome.receipt_id)
    elif found.act is not None and found.act.state == "proposed":
        response.status_code = 202
    return _went_back(found)


@router.get("/entries/{name}/versions/acts", summary="恢复与删除的记录 / Ways back and erasures")
def acts(
    name: str,
    caller: CurrentCaller,
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> dict[str, Any]:
    """List proposals to go back, ways back, and erasures of the department's own entry, the newest first."""
    with hub.database.begin() as unit:
        resource = _own(hub, unit, name, caller)
        found, total = store.acts(unit, resource.id, limit=limit, offset=offset)
    path = f"/api/v1/entries/{name}/versions/acts?limit={limit}&offset={offset + limit}"
    return {
        "resource": resource.name,
        "total": total,
        "returned": len(found),
        "next": path if offset + len(found) < total else None,
        "acts": [
            {
                "id": str(one.id), "kind": one.kind, "state": one.state, "restores": one.target,
                "at": one.at.isoformat(), "facts": dict(one.facts),
                "by_staff": str(one.by_staff) if one.by_staff is not None else None,
                "decided_by": str(one.decided_by) if one.decided_by is not None else None,
                "push": str(one.push_id) if one.push_id is not None else None,
            }
            for one in found
        ],
    }  # fmt: skip


@router.post("/versions/acts/{act}/{word}", summary="放行或撤回一次恢复 / Release or withdraw a way back")
def decide(
    act: uuid.UUID, word: Literal["release", "withdraw"], caller: CurrentCaller, hub: Hub, response: Response
) -> dict[str, Any]:
    """Let a proposal to go back happen, as another approver than who proposed it; or take a proposal back."""
    if word == "release" and not (isinstance(caller, StaffRequester) and caller.has_role(Role.APPROVER)):
        raise RoleRequiredError(NAMES_ZH[Role.APPROVER], (Role.APPROVER.value,))
    found = restoring.release(hub.context, hub.database, act, actor_of(caller), accept=word == "release")
    name = ""
    if found.push is not None:
        with hub.database.begin() as unit:
            name = load_resource(hub.context, unit, found.push.given.entry_id).name
    return _done(hub, name, found, response)


@router.post("/entries/{name}/rows/erase", status_code=201, summary="依法删除个人的行 / Erase a person's rows")
def erase(name: str, body: EraseBody, staff: Approver, hub: Hub, response: Response) -> dict[str, Any]:
    """Erase rows from the current version and from all earlier ones, on a ground of the law (PIPL Art. 47).

    Where the resource asks for two people the answer is 202, and another approver gives the same erasure again.
    """
    asked = erasing.Erasure(name, body.ground, body.decision, tuple(body.keys), tuple(body.rows))
    done = erasing.erase_rows(hub.context, hub.database, asked, actor_of(staff))
    if isinstance(done, Act):
        response.status_code = 202
        return {
            "state": done.state,
            "act": str(done.id),
            "rows": done.facts["erased"],
            "held_rows": done.facts["held_rows"],
            "next_step": "由另一名审核人提交同一删除申请 / another approver gives the same erasure again",
        }
    erased, push = done
    hub.answers.pushed(name)
    response.headers["Receipt"] = str(push.outcome.receipt_id)
    return {
        "state": "done",
        "version": push.outcome.number,
        "receipt": str(push.outcome.receipt_id),
        "rows": erased.rows,
        "current": erased.current,
        "states": erased.states,
        "held_rows": push.outcome.counts["held_rows"],
        "backups": "备份中的数据按备份保存期限销毁 / backups keep them until they are destroyed",
    }


@router.get("/entries/{name}/rows/{row}/lineage", summary="一行数据的来源 / Where a row is from")
async def lineage(
    name: str,
    row: int,
    caller: CurrentCaller,
    hub: Hub,
    as_of: Annotated[int | None, Query(ge=1, le=LARGEST, description="数据版本号 / version")] = None,
    purpose: Annotated[str, Query(max_length=200, description="用途（使用方必填）/ purpose, for agencies")] = "",
    case_number: Annotated[str | None, Query(max_length=200, description="办件编号 / case number")] = None,
) -> Response:
    """Say which push, file, line and department a row is from; who holds a grant learns the part it may know."""
    own = await run_in_threadpool(_own_lineage, hub, caller, (name, row, as_of))
    if own is not None:
        return Response(own, media_type="application/json")
    if isinstance(caller, StaffRequester) or not 0 < row <= LARGEST:
        raise RowUnknownError
    known = hub.cache.known(name, caller.system_id)
    standing = known if known is not None else await run_in_threadpool(hub.cache.load, name, caller.system_id)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, caller, standing, purpose, case_number)
        answer = await granted_lineage(use, hub.database, row)
    if answer is None:
        raise RowUnknownError
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers={**headers, **answer.headers})


def _own_lineage(hub: Services, caller: Requester | StaffRequester, what: tuple[str, int, int | None]) -> bytes | None:
    """Return the answer for the provider itself; None for everybody else."""
    name, row, version = what
    with hub.database.begin() as unit:
        resource = load_resource(hub.context, unit, name)
        if resource.provider_id != _member(caller):
            return None
        _reading(caller)
        steps = chain(unit, resource.table, row, version) if 0 < row <= LARGEST else ()
        provider = identity_store.member(unit, "id", resource.provider_id)
    if not steps:
        raise RowUnknownError
    department = {"id": str(resource.provider_id), "name": provider.name if provider is not None else ""}
    body = {"resource": resource.name, "row": row, "department": department, "states": list(map(_own_part, steps))}
    return json_document(body)


def _own_part(step: Written) -> dict[str, Any]:
    by = {"system": step.by_system, "staff": step.by_staff}
    return known_part(step) | {
        "push": str(step.push),
        "filename": step.filename,
        "line": step.line,
        "mapping_version": step.mapping_version,
        "rule_set_version": step.rule_set_version,
        "by": {kind: str(one) for kind, one in by.items() if one is not None},
    }
