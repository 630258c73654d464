"""Departments push what they hold (Zhengzhou Art. 19; Jilin Art. 27): a file in, a version and a report out."""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from catalogue import store as catalogue_store
from connectors.files.errors import ReadOptionError
from connectors.port import Limits, ReadOptions
from hub.api.authentication import CurrentCaller
from hub.api.reading import ShapeParameters
from hub.directory.errors import EntryNotFoundError
from hub.identity.errors import RoleRequiredError
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import NAMES_ZH, Role
from hub.push import receive, store
from hub.push.check import REJECTION_SCHEMA
from hub.push.header import HeaderMapping
from hub.push.merge import MergeMode
from hub.push.rejections import RejectionLog, described
from hub.push.standing import standing_of
from hub.services import Hub, incoming_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
CHUNK_ROWS = 50_000
Names = tuple[Annotated[str, StringConstraints(max_length=200)], ...]


class ReadParameters:
    """How the file is to be read; what is not said is found out, or asked for."""

    def __init__(
        self,
        shape: Annotated[ShapeParameters, Depends()],
        filename: Annotated[str, Query(max_length=255, description="文件名 / file name")] = "",
        sheet: Annotated[str | None, Query(max_length=100, description="工作表 / sheet")] = None,
        header_row: Annotated[int, Query(ge=1, le=1000, description="表头行（跳过行之后）/ header row")] = 1,
        skip_rows: Annotated[int, Query(ge=0, le=1000, description="先跳过的行数 / rows to skip first")] = 0,
        skip_after_header: Annotated[int, Query(ge=0, le=100, description="表头下跳过的行数 / rows to skip below")] = 0,
        skip_footer: Annotated[int, Query(ge=0, le=1000, description="结尾跳过的行数 / rows to skip at the end")] = 0,
        encoding: Annotated[str | None, Query(max_length=20, description="编码 / encoding")] = None,
        delimiter: Annotated[str | None, Query(max_length=1, description="分隔符 / delimiter")] = None,
        quote: Annotated[str, Query(max_length=4, description="引号，none 为没有 / quotation mark or none")] = '"',
        no_header: Annotated[bool, Query(description="没有表头行 / no header row")] = False,
        columns: Annotated[Names, Query(description="没有表头时各列的名称 / names of the columns")] = (),
        rename: Annotated[Names, Query(description="列名或列字母=信息项 / header or letter=item")] = (),
        ignore: Annotated[Names, Query(description="不读的列 / columns not to read")] = (),
        absent: Annotated[Names, Query(description="文件没有的信息项 / items the file does not carry")] = (),
        member: Annotated[str | None, Query(max_length=500, description="压缩包内的文件 / file in a ZIP")] = None,
        records_path: Annotated[
            str | None, Query(max_length=500, description="JSON 中的记录数组，如 data.list / array of records")
        ] = None,
        nested: Annotated[Literal["text"] | None, Query(description="JSON 中的数组存为文本 / lists as text")] = None,
    ) -> None:
        plain = ReadOptions(
            name=filename or None,
            encoding=encoding,
            delimiter=delimiter,
            sheet=sheet,
            header_row=header_row,
            skip_rows=skip_rows,
            skip_after_header=skip_after_header,
            skip_footer=skip_footer,
            quote="" if quote == "none" else quote,
            no_header=no_header,
            columns=tuple(columns),
            member=member,
            records_path=records_path,
            nested=nested or "",
        )
        self.options = shape.of(plain)
        self.version = shape.version
        self.mapping = HeaderMapping(dict(map(renamed, rename)), frozenset(ignore), frozenset(absent))


def renamed(pair: str) -> tuple[str, str]:
    """Split ``header=item``; the last sign parts them, because a header may hold one."""
    header, sign, item = pair.rpartition("=")
    if not sign or not header.strip() or not item.strip():
        raise ReadOptionError(
            "列对应关系应写作 列名=信息项",
            "a column is renamed by header=item",
            next_zh="例如 --rename C=机场名称（C 是列字母，也可写表头里的列名）",
            next_en="for example --rename C=airport, where C is a column letter or a name in the header",
            facts={"option": "rename"},
        )
    return header, item


def pushing(caller: Requester | StaffRequester) -> tuple[uuid.UUID, uuid.UUID | None, uuid.UUID | None, str | None]:
    """Return member, system, person and key of who pushes; a person must be a data clerk."""
    if isinstance(caller, StaffRequester):
        if not caller.has_role(Role.CLERK):
            raise RoleRequiredError(NAMES_ZH[Role.CLERK], (Role.CLERK.value,))
        return caller.member.id, None, caller.staff.id, None
    return caller.member_id, caller.system_id, None, caller.key_thumbprint


async def received_body(request: Request, folder: Path) -> tuple[Path, bytes]:
    """Write the body to a file as it comes; returns its path and SHA-256."""
    handle, name = tempfile.mkstemp(prefix="push-", dir=folder)
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as file:
            async for chunk in request.stream():
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        await run_in_threadpool(Path(name).unlink)
        raise
    return Path(name), digest.digest()


@router.post(
    "/entries/{name}/pushes",
    status_code=201,
    summary="推送一个文件 / Push a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "文件原文：CSV、XLSX、XLS、JSON、NDJSON、Parquet、Arrow、GeoJSON、Shapefile、GeoPackage，"
            "可用 gzip 或 ZIP；按内容识别 / the file itself, known by its content",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def push(
    name: str,
    request: Request,
    response: Response,
    caller: CurrentCaller,
    hub: Hub,
    parameters: Annotated[ReadParameters, Depends()],
    mode: Annotated[MergeMode, Query(description="推送方式 / what the file is")] = MergeMode.UPSERT,
    allow_shrink: Annotated[bool, Query(description="确认大量行失效 / consent to closing many rows")] = False,
    dry_run: Annotated[bool, Query(description="只检查和比对，不入库 / check and compare only")] = False,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any]:
    """Check every row, merge what is good, report the rest; the same key and content answer the same report.

    A push that must wait for a person answers 202; a dry run answers 200 and leaves no receipt, for nothing happened.
    """
    member, system, person, key = pushing(caller)
    path, digest = await received_body(request, incoming_folder(hub.settings))
    try:
        arrival = receive.Arrival(
            entry=name,
            path=path,
            digest=digest,
            mode=mode,
            idempotency_key=idempotency_key,
            filename=parameters.options.name or "",
            options=parameters.options,
            allow_shrink=allow_shrink,
            member_id=member,
            by_system=system,
            by_staff=person,
            key_thumbprint=key,
            mapping=parameters.mapping,
            mapping_version=parameters.version,
            dry_run=dry_run,
        )
        accepted = await run_in_threadpool(receive.accept, hub.context, hub.database, arrival, Limits())
    finally:
        path.unlink(missing_ok=True)
    return answered(hub, name, response, accepted)


@router.post("/entries/{name}/pushes/known", summary="此文件是否已推送过 / Whether a file is known already")
def known(
    name: str,
    caller: CurrentCaller,
    hub: Hub,
    parameters: Annotated[ReadParameters, Depends()],
    digest: Annotated[str, Query(pattern="^[0-9a-f]{64}$", description="文件的 SHA-256 / of the file")],
    mode: Annotated[MergeMode, Query(description="推送方式 / what the file is")] = MergeMode.UPSERT,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any]:
    """Ask by digest before sending a large file: its report if it would only repeat what stands, or not known."""
    member, system, person, key = pushing(caller)
    arrival = receive.Arrival(
        entry=name,
        path=Path(),
        digest=bytes.fromhex(digest),
        mode=mode,
        idempotency_key=idempotency_key,
        filename=parameters.options.name or "",
        options=parameters.options,
        allow_shrink=False,
        member_id=member,
        by_system=system,
        by_staff=person,
        key_thumbprint=key,
        mapping=parameters.mapping,
        mapping_version=parameters.version,
    )
    found = receive.known(hub.context, hub.database, arrival)
    return {"known": False} if found is None else {"known": True, **push_body(found, is_repeat=True)}


def answered(hub: Services, name: str, response: Response, accepted: receive.Accepted) -> dict[str, Any]:
    """Return the answer to a push, with its status and its receipt."""
    outcome = accepted.push.outcome
    if outcome.state is store.PushState.DRY_RUN:
        response.status_code = 200
        return push_body(accepted.push)
    hub.answers.pushed(name)
    _count(hub, accepted)
    if not accepted.is_new:
        response.status_code = 200
    elif outcome.state in store.WAITING:
        response.status_code = 202
    response.headers["Receipt"] = str(outcome.receipt_id)
    return push_body(accepted.push, is_repeat=not accepted.is_new)


def _count(hub: Services, accepted: receive.Accepted) -> None:
    outcome = accepted.push.outcome
    word = outcome.state.value if accepted.is_new else "repeat"
    hub.metrics.pushes.labels(accepted.push.given.mode, word).inc()
    if accepted.is_new:
        for word in ("accepted", "rejected"):
            hub.metrics.push_rows.labels(word).inc(int(outcome.counts.get(word, 0)))


def push_body(push: store.StoredPush, *, is_repeat: bool = False) -> dict[str, Any]:
    """Return a push with its report."""
    outcome = push.outcome
    report = dict(outcome.report)
    shown = report.get("faults", {})
    if shown.get("cursor") is not None:
        shown = {**shown, "next": f"/api/v1/pushes/{push.given.id}/rejections?after={shown['cursor']}"}
    is_kept = outcome.state is not store.PushState.DRY_RUN
    path = f"/api/v1/pushes/{push.given.id}"
    return {
        **report,
        "faults": shown,
        "push": str(push.given.id) if is_kept else None,
        "version": outcome.number,
        "state": outcome.state.value,
        "mode": push.given.mode,
        "counts": dict(outcome.counts),
        "receipt": str(outcome.receipt_id) if outcome.receipt_id is not None else None,
        "is_repeat": is_repeat,
        "resumes": str(push.given.resumes) if push.given.resumes is not None else None,
        "rejections": f"{path}/rejections.csv" if is_kept else None,
        "marked": f"{path}/marked.xlsx" if is_kept and report.get("rejected") else None,
    }


def own_push(unit: Unit, caller: Requester | StaffRequester, push_id: uuid.UUID) -> store.StoredPush:
    """Return a push to an entry of the caller's organ (raises :class:`EntryNotFoundError` else)."""
    member = caller.member.id if isinstance(caller, StaffRequester) else caller.member_id
    found = store.get(unit, push_id)
    row = catalogue_store.find_entry(unit, found.given.entry_id) if found is not None else None
    if found is None or row is None or row.provider_id != member:
        raise EntryNotFoundError
    return found


@router.get("/pushes/{push_id}", summary="一次推送的报告 / The report of a push")
def show_push(push_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Return the report again, with how many of its rejected rows are in by now, and who must act if it waits."""
    with hub.database.begin() as unit:
        found = own_push(unit, caller, push_id)
        return push_body(found) | standing_of(unit, found)


@router.get("/pushes/{push_id}/rejections", summary="退回的行 / Rejected rows")
def rejections(
    push_id: uuid.UUID,
    caller: CurrentCaller,
    hub: Hub,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Return a page of the faults in file order, with total and next."""
    with hub.database.begin() as unit:
        own_push(unit, caller, push_id)
        page = store.rejections(unit, push_id, after=after, limit=limit)
    following = None if page.next is None else f"/api/v1/pushes/{push_id}/rejections?after={page.next}&limit={limit}"
    return {
        "total": page.total,
        "returned": len(page.rejections),
        "next": following,
        "faults": [described(_row(one)) for one in page.rejections],
    }


def _row(one: store.Rejection) -> dict[str, object]:
    return {name: getattr(one, name) for name in REJECTION_SCHEMA.names()}


@router.get("/pushes/{push_id}/rejections.csv", summary="退回的行（CSV，Excel 可开）/ Rejected rows as CSV")
def rejections_csv(
    push_id: uuid.UUID, caller: CurrentCaller, hub: Hub, lang: Annotated[Literal["zh", "en"], Query()] = "zh"
) -> StreamingResponse:
    """Return all faults as a table a clerk can work through."""
    with hub.database.begin() as unit:
        own_push(unit, caller, push_id)

    def table() -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="hub-report-") as folder:
            log = RejectionLog(Path(folder) / "rejections.csv")
            after: int | None = 0
            while after is not None:
                with hub.database.begin() as unit:
                    page = store.rejections(unit, push_id, after=after, limit=CHUNK_ROWS)
                log.append(pl.DataFrame([_row(one) for one in page.rejections], schema=REJECTION_SCHEMA))
                after = page.next
            yield from log.table(lang)

    headers = {"Content-Disposition": f'attachment; filename="{push_id}-rejections.csv"'}
    return StreamingResponse(table(), media_type="text/csv; charset=utf-8", headers=headers)
