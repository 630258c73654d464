"""Harvests over HTTP: the authority registers catalogues of others, runs, reviews and publishes them."""

from __future__ import annotations

import csv
import io
import json
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from starlette.concurrency import run_in_threadpool

from hub.api.authentication import CurrentStaff, require_role
from hub.api.bodies import Body
from hub.api.pushes import received_body
from hub.harvest import gates, managing, publishing, sending, store
from hub.harvest.definition import CODE, Definition
from hub.harvest.errors import HarvestRunNotFoundError
from hub.harvest.managing import Office, Sent
from hub.harvest.records import CHANGE_NAMES, Change
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub, incoming_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.database import Unit
    from hub.harvest.records import Changed, Run, Source
    from hub.services import Services

router = APIRouter(prefix="/api/v1/harvest", tags=["operators"])
Keeper = Annotated[StaffRequester, Depends(require_role(Role.CLERK, Role.CATALOGUE_REVIEWER, Role.SYSTEM_ADMIN))]
Reviewer = Annotated[StaffRequester, Depends(require_role(Role.CATALOGUE_REVIEWER))]
Code = Annotated[str, StringConstraints(pattern=CODE, max_length=40)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Kinds = Annotated[list[Change] | None, Query(description="只看这些变化 / these changes alone")]
FILE = {
    "requestBody": {
        "required": False,
        "description": "目录文件原文（JSON、RDF、gzip）；留空则读取登记的网址 / the file; empty: the address is read",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class SourceBody(Body):
    """A source to be registered (docs/how-to/harvest-a-catalogue.md)."""

    code: Code = Field(description="来源代码 / code of the source")
    jurisdiction: str = Field(default="", max_length=12, description="辖区代码，默认本单位的 / default: your own")
    definition: Definition


class DefinitionBody(Body):
    """A source described anew."""

    definition: Definition


class ReviewBody(Body):
    """A decision about what waits: all of it, or the records named."""

    decision: Literal["approve", "reject"]
    records: list[Annotated[str, StringConstraints(max_length=600)]] | None = Field(default=None, max_length=10_000)
    reason: str = Field(default="", max_length=1000, description="不通过的理由 / why it is rejected")


class PublishBody(Body):
    """How many approved records one call publishes."""

    limit: int = Field(default=publishing.AT_ONCE, ge=1, le=5000)


def _for_a_header(token: SecretStr) -> SecretStr:
    """Return a token that can stand in a header of HTTP (RFC 9110 5.5), without saying what it is."""
    text = token.get_secret_value()
    if not text or not all("!" <= one <= "~" for one in text):
        msg = "令牌只能含可见的 ASCII 字符，不含空格 / a token holds visible ASCII characters, no blank"
        raise ValueError(msg)
    return token


Token = Annotated[SecretStr, Field(max_length=2000), AfterValidator(_for_a_header)]


class SendBody(Body):
    """A CKAN that open entries are published to."""

    address: str = Field(max_length=1000, description="CKAN 根地址 / root address")
    token: Token = Field(description="对方的令牌，不保存 / token there, never stored")
    organization: str = Field(max_length=100, pattern=r"^[a-z0-9_-]{2,100}$", description="对方机构 / its organization")
    include_harvested: bool = Field(default=False, description="连同采集来的条目 / harvested entries too")
    limit: int = Field(default=100, ge=1, le=1000, description="一次最多发送 / most of one call")


async def sent_file(
    request: Request,
    hub: Hub,
    _: Keeper,
    name: Annotated[str, Query(max_length=200, description="文件名，其后缀说明格式 / name, its ending tells")] = "",
) -> AsyncIterator[Sent | None]:
    """Write the body to a file for the length of the request; None where there is none."""
    path, digest = await received_body(request, incoming_folder(hub.settings))
    try:
        is_empty = (await run_in_threadpool(path.stat)).st_size == 0
        yield None if is_empty else Sent(path, Path(name).name or "catalogue.json", digest)
    finally:
        await run_in_threadpool(path.unlink, missing_ok=True)


File = Annotated[Sent | None, Depends(sent_file)]


def _office(hub: Services, unit: Unit, staff: StaffRequester) -> Office:
    return Office(hub.context, unit, hub.harvests.policy, staff)


def shown(source: Source, last: Run | None = None, counts: dict[str, int] | None = None) -> dict[str, Any]:
    """Return a source as people see it."""
    values = {name: getattr(source, name) for name in _OF_SOURCE}
    more = {} if counts is None else {"records": counts}
    return {
        **values,
        "definition": source.definition.to_json(),
        "last_run": None if last is None else shown_run(last),
        **more,
    }


_OF_SOURCE = ("id", "code", "jurisdiction", "state", "created_at", "changed_at", "next_due_at", "tries")


def shown_run(run: Run) -> dict[str, Any]:
    """Return a run as people see it; digests in hexadecimal."""
    return {**asdict(run), "file_digest": run.file_digest.hex() if run.file_digest is not None else None}


def _page(name: str, rows: list[dict[str, Any]], total: int, limit: int, offset: int) -> dict[str, Any]:
    following = offset + limit if offset + limit < total else None
    return {"total": total, "returned": len(rows), "next": following, name: rows}


@router.post("/sources", status_code=201, summary="登记采集来源 / Register a source")
def add_source(body: SourceBody, staff: Keeper, hub: Hub, response: Response) -> dict[str, Any]:
    """Register a catalogue to harvest; the same registration again answers 200 and changes nothing."""
    with hub.database.begin() as unit:
        source, is_new = managing.register(_office(hub, unit, staff), body.code, body.jurisdiction, body.definition)
    response.status_code = 201 if is_new else 200
    return shown(source)


@router.get("/sources", summary="采集来源列表 / List sources")
def list_sources(staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List the sources of your organ with their last run and how their records stand."""
    with hub.database.begin() as unit:
        found, total = store.sources(unit, staff.member.id, limit, offset)
        rows = [shown(one, store.last_run(unit, one.id), store.counted(unit, one.id)) for one in found]
    return _page("sources", rows, total, limit, offset)


@router.get("/profile", summary="采集条目的规则 / Rules of harvested entries")
def show_profile(_: CurrentStaff) -> dict[str, Any]:
    """Return the rules a harvested record is accepted by."""
    rules = [{"rule": rule, "zh": zh, "en": en} for rule, (zh, en) in gates.PROFILE.items()]
    return {"total": len(rules), "returned": len(rules), "next": None, "rules": rules}


@router.get("/sources/{code}", summary="一个采集来源 / One source")
def show_source(code: Code, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a source with its last run and how its records stand."""
    with hub.database.begin() as unit:
        source = managing.own(_office(hub, unit, staff), code)
        return shown(source, store.last_run(unit, source.id), store.counted(unit, source.id))


@router.put("/sources/{code}", summary="修改采集来源 / Change a source")
def change_source(code: Code, body: DefinitionBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Describe a source anew; where that changes how records are read, the next run reads all of them."""
    with hub.database.begin() as unit:
        return shown(managing.change(_office(hub, unit, staff), code, body.definition))


@router.post("/sources/{code}/preview", summary="试读 / Look before a run", openapi_extra=FILE)
def preview(code: Code, staff: Keeper, hub: Hub, file: File) -> dict[str, Any]:
    """Return what the first records would come to; nothing is stored."""
    with hub.database.begin() as unit:
        source = managing.own(_office(hub, unit, staff), code)
    return managing.preview(hub.context, source, file, hub.harvests.policy, hub.harvests.limits)


@router.post("/sources/{code}/runs", status_code=202, summary="采集一次 / Run a source", openapi_extra=FILE)
def run_source(code: Code, staff: Keeper, hub: Hub, file: File) -> dict[str, Any]:
    """Open a run over the file sent, or the registered address; its progress shows in the run."""
    with hub.database.begin() as unit:
        run = managing.ask_run(_office(hub, unit, staff), code, file, hub.harvests.folder)
    hub.harvests.start_due(hub.context, hub.database)
    return shown_run(run)


@router.get("/sources/{code}/runs", summary="采集记录 / Runs of a source")
def list_runs(code: Code, staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List the runs of a source, newest first."""
    with hub.database.begin() as unit:
        source = managing.own(_office(hub, unit, staff), code)
        found, total = store.runs(unit, source.id, limit, offset)
    return _page("runs", [shown_run(one) for one in found], total, limit, offset)


@router.get("/sources/{code}/records", summary="来源的记录 / Records of a source")
def list_records(
    code: Code,
    staff: CurrentStaff,
    hub: Hub,
    review: Annotated[Literal["waiting", "approved", "rejected", "none"] | None, Query()] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List what the records of a source came to, of one state of review where asked."""
    with hub.database.begin() as unit:
        source = managing.own(_office(hub, unit, staff), code)
        found, total = store.records(unit, source.id, review, limit, offset)
    members = ("record", "state", "review", "standing", "title", "body", "reason", "notes", "entry_id")
    rows = [
        {**{name: getattr(one, name) for name in members}, "is_listed": one.published_digest is not None}
        for one in found
    ]
    return _page("records", rows, total, limit, offset)


@router.post("/sources/{code}/{step}", summary="暂停、恢复或移除来源 / Pause, resume or remove a source")
def step_source(code: Code, step: Literal["pause", "resume", "remove"], staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Pause, resume or remove a source; what it brought stays as it is."""
    with hub.database.begin() as unit:
        return shown(managing.take_step(_office(hub, unit, staff), code, step))


def _own_run(unit: Unit, staff: StaffRequester, run_id: uuid.UUID) -> tuple[Source, Run]:
    run = store.find_run(unit, run_id)
    source = store.find_source(unit, run.source_id) if run is not None else None
    if run is None or source is None or source.member_id != staff.member.id:
        raise HarvestRunNotFoundError
    return source, run


@router.get("/runs/{run_id}", summary="一次采集 / One run")
def show_run(run_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a run: how far it is, what it found, why it failed."""
    with hub.database.begin() as unit:
        source, run = _own_run(unit, staff, run_id)
    return {**shown_run(run), "source": source.code}


@router.get("/runs/{run_id}/changes", summary="一次采集的变化 / What a run changed")
def list_changes(
    run_id: uuid.UUID, staff: CurrentStaff, hub: Hub, kind: Kinds = None, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """List what a run added, changed, refused (with rule and reason) or found gone."""
    with hub.database.begin() as unit:
        _, run = _own_run(unit, staff, run_id)
        found, total = store.changes(unit, run.id, [one.value for one in kind or ()], limit, offset)
    return _page("changes", [asdict(one) for one in found], total, limit, offset)


@router.get("/runs/{run_id}/report", summary="采集报告 / Report of a run")
def report(
    run_id: uuid.UUID,
    staff: CurrentStaff,
    hub: Hub,
    file_format: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Return the whole report: counts and every change; as CSV one line a change."""
    with hub.database.begin(statement_timeout_seconds=0) as unit:
        source, run = _own_run(unit, staff, run_id)
        found, total = store.changes(unit, run.id, [], 10_000_000, 0)
    name = f"harvest-{source.code}-{run.number}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if file_format == "csv":
        return Response("\ufeff" + _csv(found), media_type="text/csv; charset=utf-8", headers=headers)
    page = _page("changes", [asdict(one) for one in found], total, max(total, 1), 0)
    body = {**shown_run(run), "source": source.code, **page}
    text = json.dumps(body, ensure_ascii=False, default=str)
    return Response(text, media_type="application/json", headers=headers)


def _csv(changes: list[Changed]) -> str:
    """Return the changes as CSV that no spreadsheet takes for formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["记录编号", "变化", "标题", "规则", "位置", "说明", "说明（英文）"])
    for one in changes:
        reason = one.reason or {}
        cells = [
            one.record,
            CHANGE_NAMES[Change(one.change)][0],
            one.title,
            one.rule or "",
            *(reason.get(part, "") for part in ("place", "zh", "en")),
        ]
        writer.writerow([f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell for cell in map(str, cells)])
    return out.getvalue()


@router.post("/runs/{run_id}/review", summary="审核一次采集 / Review a run")
def review(run_id: uuid.UUID, body: ReviewBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Approve or reject what waits; who asked for the run does not review it."""
    with hub.database.begin() as unit:
        office = publishing.Office(hub.context, unit, staff)
        return {"records": publishing.review(office, run_id, body.decision, body.records, body.reason)}


@router.post("/runs/{run_id}/publish", summary="发布一次采集 / Publish a run")
def publish(run_id: uuid.UUID, body: PublishBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Publish what is approved; call it again while ``remaining`` is not 0."""
    with hub.database.begin(statement_timeout_seconds=0) as unit:
        return asdict(publishing.publish(publishing.Office(hub.context, unit, staff), run_id, body.limit))


@router.post("/push-to-ckan", summary="发布到 CKAN / Publish open entries to a CKAN")
def push_to_ckan(body: SendBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Send what is new or changed of the open entries; call it again while ``remaining`` is not 0."""
    target = sending.Target(
        body.address, body.token.get_secret_value(), body.organization, include_harvested=body.include_harvested
    )
    desk = sending.Desk(
        hub.context, hub.database, hub.harvests.policy, hub.harvests.limits, hub.settings.public_url, staff
    )
    return sending.send(desk, target, body.limit).to_json()
