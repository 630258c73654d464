"""The way back of rejected rows, and what people do with pushes that wait (Zhengzhou Art. 19; Jilin Art. 27).

Rejected rows are given to the provider's own pushing roles alone: its systems and its data clerks.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from catalogue import store as catalogue_store
from connectors.port import Limits, ReadOptions
from hub.api.authentication import CurrentCaller
from hub.api.bodies import Body
from hub.api.pushes import ReadParameters, answered, own_push, pushing, received_body
from hub.directory.errors import EntryNotFoundError
from hub.identity.errors import RoleRequiredError
from hub.identity.facts import StaffRequester
from hub.identity.roles import NAMES_ZH, Role
from hub.push import mending, receive, releasing
from hub.push import store as push_store
from hub.push.header import HeaderMapping
from hub.push.loop import marking, wait_store
from hub.push.merge import MergeMode
from hub.push.standing import wait_body
from hub.services import Hub, incoming_folder

if TYPE_CHECKING:
    from hub.identity.facts import Requester
    from hub.push.loop.wait_store import Wait
    from hub.push.store import StoredPush
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Text = Annotated[str, Field(max_length=10_000)]


class RowBody(Body):
    """New values of one rejected row."""

    values: dict[Annotated[str, Field(max_length=200)], Text] = Field(
        min_length=1, max_length=2000, description="信息项列名（或原表头）与新值 / values by item column or header"
    )


class ReplaceBody(Body):
    """Find and replace over rejected rows."""

    item: Annotated[str, Field(max_length=200)] = Field(description="信息项列名或原表头 / item column or header")
    old: Text = Field(alias="from", description="原值（整个单元格）/ the whole old value")
    new: Text = Field(alias="to", description="新值 / the new value")
    rule: Annotated[str, Field(max_length=10)] | None = Field(default=None, description="只改这条规则的行 / of a rule")
    count: int | None = Field(default=None, ge=0, description="试算得到的行数；不给只试算 / the count of the dry run")


class WordsBody(Body):
    """Why a push is sent back."""

    words: Annotated[str, Field(min_length=1, max_length=2000)] = Field(description="退回理由 / why")


def entry_name(hub: Services, caller: Requester | StaffRequester, push_id: uuid.UUID) -> tuple[str, StoredPush]:
    """Return the name of the entry a push of the caller's organ belongs to, and the push."""
    with hub.database.begin() as unit:
        found = own_push(unit, caller, push_id)
        row = catalogue_store.find_entry(unit, found.given.entry_id)
    return row.name if row is not None else "", found


@router.post(
    "/pushes/{push_id}/resume",
    status_code=201,
    summary="推回改好的退回行 / Send mended rows back",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "改好的带标注工作簿或 CSV / the mended workbook, or CSV",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def resume(
    push_id: uuid.UUID,
    request: Request,
    response: Response,
    caller: CurrentCaller,
    hub: Hub,
    parameters: Annotated[ReadParameters, Depends()],
    dry_run: Annotated[bool, Query(description="只检查和比对，不入库 / check and compare only")] = False,
) -> dict[str, Any]:
    """Check the rows of a mended workbook again and merge what is good; the same file answers the same report."""
    pushing(caller)
    name, _ = await run_in_threadpool(entry_name, hub, caller, push_id)
    path, digest = await received_body(request, incoming_folder(hub.settings))
    try:
        arrival = mended_arrival(caller, name, push_id, (path, digest), parameters.options, dry_run=dry_run)
        accepted = await run_in_threadpool(receive.accept, hub.context, hub.database, arrival, Limits())
    finally:
        path.unlink(missing_ok=True)
    return answered(hub, name, response, accepted)


def mended_arrival(
    caller: Requester | StaffRequester,
    name: str,
    push_id: uuid.UUID,
    file: tuple[Path, bytes],
    options: ReadOptions,
    *,
    dry_run: bool = False,
) -> receive.Arrival:
    """Return the arrival of a file with mended rows of a push."""
    member, system, person, key = pushing(caller)
    return receive.Arrival(
        entry=name,
        path=file[0],
        digest=file[1],
        mode=MergeMode.UPSERT,
        idempotency_key=None,
        filename=options.name or "",
        options=options,
        allow_shrink=False,
        member_id=member,
        by_system=system,
        by_staff=person,
        key_thumbprint=key,
        mapping=HeaderMapping(),
        dry_run=dry_run,
        resumes=push_id,
    )


@router.get(
    "/pushes/{push_id}/marked.xlsx",
    summary="带标注的退回行工作簿 / The marked workbook of rejected rows",
    response_class=FileResponse,
)
def marked(
    push_id: uuid.UUID, caller: CurrentCaller, hub: Hub, lang: Annotated[Literal["zh", "en"], Query()] = "zh"
) -> FileResponse:
    """Return the rejected rows in the file's own columns, faulty cells coloured, each with how to mend it."""
    pushing(caller)
    _, found = entry_name(hub, caller, push_id)
    title = str(found.outcome.report.get("title", ""))
    folder = tempfile.TemporaryDirectory(prefix="hub-marked-", dir=incoming_folder(hub.settings))
    path = Path(folder.name) / "marked.xlsx"
    try:
        with hub.database.read_only(statement_timeout_seconds=0, may_lag=False) as unit:
            marking.write_marked(hub.context, unit, found, path, language=lang, title=title)
    except BaseException:
        folder.cleanup()
        raise
    return _Once(path, folder, f"{push_id}-marked.xlsx")


class _Once(FileResponse):
    """A file that goes when it is sent."""

    def __init__(self, path: Path, folder: tempfile.TemporaryDirectory[str], name: str) -> None:
        super().__init__(path, media_type=XLSX, filename=name, background=BackgroundTask(folder.cleanup))


@router.get("/pushes/{push_id}/held-rows", summary="待改的退回行，含原值 / Rejected rows with their values")
def held_rows(
    push_id: uuid.UUID,
    caller: CurrentCaller,
    hub: Hub,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    rule: Annotated[str | None, Query(max_length=10)] = None,
) -> dict[str, Any]:
    """Return rows that are still to be mended, with values and faults, by line; total and next say what is left."""
    pushing(caller)
    with hub.database.begin() as unit:
        bench = mending.bench_of(hub.context, unit, own_push(unit, caller, push_id))
        page = mending.page(bench, after=after, limit=limit, rule=rule)
    following = None
    if page["next"] is not None:
        of_rule = f"&rule={rule}" if rule is not None else ""
        following = f"/api/v1/pushes/{push_id}/held-rows?after={page['next']}&limit={limit}{of_rule}"
    return {**page, "next": following}


@router.patch("/pushes/{push_id}/held-rows/{line}", summary="改一行 / Mend one row")
def mend_row(push_id: uuid.UUID, line: int, body: RowBody, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Set values of a rejected row and check it at once; the answer says what is still wrong. Nothing goes in yet."""
    pushing(caller)
    with hub.database.begin() as unit:
        bench = mending.bench_of(hub.context, unit, own_push(unit, caller, push_id))
        return mending.mend(bench, line, body.values)


@router.post("/pushes/{push_id}/held-rows/replace", summary="查找替换 / Find and replace")
def replace_rows(push_id: uuid.UUID, body: ReplaceBody, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Count the rejected rows that hold a value; with that count given, set the new value in all and check them."""
    pushing(caller)
    with hub.database.begin(statement_timeout_seconds=0) as unit:
        bench = mending.bench_of(hub.context, unit, own_push(unit, caller, push_id))
        return mending.replace_all(bench, mending.Replacing(body.item, body.old, body.new, body.rule, body.count))


@router.post("/pushes/{push_id}/held-rows/resume", status_code=201, summary="推送改好的行 / Send the mended rows in")
def resume_mended(push_id: uuid.UUID, response: Response, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Merge the rows mended in the browser that have no fault left, as one push."""
    name, found = entry_name(hub, caller, push_id)
    return answered(hub, name, response, send_mended(hub, caller, name, found))


def send_mended(hub: Services, caller: Requester | StaffRequester, name: str, push: StoredPush) -> receive.Accepted:
    """Take in the rows of a push that were mended in the browser and have no fault left."""
    pushing(caller)
    with tempfile.TemporaryDirectory(prefix="hub-mended-", dir=incoming_folder(hub.settings)) as folder:
        path = Path(folder) / "mended.csv"
        with hub.database.begin() as unit:
            mending.write_good(mending.bench_of(hub.context, unit, push), path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        options = ReadOptions(name=path.name, encoding="utf-8", delimiter=",")
        arrival = mended_arrival(caller, name, push.given.id, (path, digest), options)
        return receive.accept(hub.context, hub.database, arrival, Limits())


def _person(caller: Requester | StaffRequester, *roles: Role) -> StaffRequester:
    """Return the person who acts; a system never lets a push in."""
    if not isinstance(caller, StaffRequester):
        raise RoleRequiredError("或".join(NAMES_ZH[role] for role in roles), tuple(role.value for role in roles))
    return caller


@router.get("/entries/{name}/pushes", summary="一个条目的推送 / Pushes to an entry")
def entry_pushes(
    name: str,
    caller: CurrentCaller,
    hub: Hub,
    before: Annotated[AwareDatetime | None, Query(description="早于此时间 / before this time")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Return the pushes to an entry of the caller's organ, the newest first, with counts and states."""
    member = caller.member.id if isinstance(caller, StaffRequester) else caller.member_id
    with hub.database.begin() as unit:
        row = catalogue_store.find_entry(unit, name)
        if row is None or row.provider_id != member:
            raise EntryNotFoundError(name)
        found = push_store.pushes(unit, row.id, before=before, limit=limit + 1)
        total = push_store.count_pushes(unit, row.id)
    shown = found[:limit]
    last = quote(shown[-1].given.at.isoformat()) if len(found) > limit else None
    return {
        "total": total,
        "returned": len(shown),
        "next": None if last is None else f"/api/v1/entries/{name}/pushes?before={last}&limit={limit}",
        "pushes": [push_line(one) for one in shown],
    }


def push_line(push: StoredPush) -> dict[str, Any]:
    """Return one push of a list: ids, state, time, counts."""
    return {
        "push": str(push.given.id),
        "version": push.outcome.number,
        "state": push.outcome.state.value,
        "mode": push.given.mode,
        "at": push.given.at.isoformat(),
        "filename": push.given.filename,
        "resumes": str(push.given.resumes) if push.given.resumes is not None else None,
        "counts": dict(push.outcome.counts),
    }


@router.get("/pushes/waiting", summary="等待放行的推送 / Pushes that wait")
def waiting_pushes(caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Return the pushes of the caller's organ that wait for a person, the oldest first."""
    member = caller.member.id if isinstance(caller, StaffRequester) else caller.member_id
    with hub.database.begin() as unit:
        found = wait_store.open_waits(unit, member_id=member)
    shown = [wait_body(wait) | {"entry": wait.arrival["entry"]} for wait in found]
    return {"total": len(shown), "returned": len(shown), "next": None, "pushes": shown}


@router.post("/pushes/{push_id}/release", summary="放行 / Release a push that waits")
def release(push_id: uuid.UUID, response: Response, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Let a push in that waits: its file is checked again and merged."""
    person = _person(caller, Role.APPROVER, Role.CLERK)
    name, _ = entry_name(hub, caller, push_id)
    accepted = releasing.release(hub.context, hub.database, push_id, releasing.Actor.of(person), Limits())
    return answered(hub, name, response, accepted)


@router.post("/pushes/{push_id}/send-back", summary="退回推送 / Send a push back")
def send_back(push_id: uuid.UUID, body: WordsBody, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Send a push back to who gave it in, with words."""
    actor = releasing.Actor.of(_person(caller, Role.APPROVER))
    entry_name(hub, caller, push_id)  # of another organ's push nothing is told, not even whether it waits
    return wait_body(releasing.send_back(hub.context, hub.database, push_id, actor, body.words))


@router.post("/pushes/{push_id}/withdraw", summary="撤回推送 / Withdraw a push that waits")
def withdraw(push_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Take back a push that waits."""
    member, _, person, _ = pushing(caller)
    entry_name(hub, caller, push_id)
    found: Wait = releasing.withdraw(hub.context, hub.database, push_id, member, person)
    return wait_body(found)
