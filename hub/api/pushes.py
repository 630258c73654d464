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
from hub.directory.errors import EntryNotFoundError
from hub.identity.errors import RoleRequiredError
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import NAMES_ZH, Role
from hub.push import receive, store
from hub.push.check import REJECTION_SCHEMA
from hub.push.header import HeaderMapping
from hub.push.merge import MergeMode
from hub.push.rejections import RejectionLog, described
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
    ) -> None:
        self.options = ReadOptions(
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
        )
        self.mapping = HeaderMapping(dict(map(_renamed, rename)), frozenset(ignore), frozenset(absent))


def _renamed(pair: str) -> tuple[str, str]:
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


def _who(caller: Requester | StaffRequester) -> tuple[uuid.UUID, uuid.UUID | None, uuid.UUID | None, str | None]:
    """Return member, system, person and key of who pushes; a person must be a data clerk."""
    if isinstance(caller, StaffRequester):
        if not caller.has_role(Role.CLERK):
            raise RoleRequiredError(NAMES_ZH[Role.CLERK], (Role.CLERK.value,))
        return caller.member.id, None, caller.staff.id, None
    return caller.member_id, caller.system_id, None, caller.key_thumbprint


async def _received(request: Request, folder: Path) -> tuple[Path, bytes]:
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
            "description": "CSV、CSV.GZ、XLSX 或 XLS 文件原文 / the file itself",
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
    mode: Annotated[Literal["full", "upsert"], Query(description="全量或按主键增改 / full or upsert")] = "upsert",
    allow_shrink: Annotated[bool, Query(description="确认大量行失效 / consent to closing many rows")] = False,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any]:
    """Check every row, merge what is good, report the rest; the same key and content answer the same report."""
    member, system, person, key = _who(caller)
    path, digest = await _received(request, incoming_folder(hub.settings))
    try:
        arrival = receive.Arrival(
            entry=name,
            path=path,
            digest=digest,
            mode=MergeMode(mode),
            idempotency_key=idempotency_key,
            filename=parameters.options.name or "",
            options=parameters.options,
            allow_shrink=allow_shrink,
            member_id=member,
            by_system=system,
            by_staff=person,
            key_thumbprint=key,
            mapping=parameters.mapping,
        )
        accepted = await run_in_threadpool(receive.accept, hub.context, hub.database, arrival, Limits())
    finally:
        path.unlink(missing_ok=True)
    hub.answers.pushed(name)
    if not accepted.is_new:
        response.status_code = 200
    _count(hub, accepted)
    response.headers["Receipt"] = str(accepted.push.outcome.receipt_id)
    return push_body(accepted.push, is_repeat=not accepted.is_new)


def _count(hub: Services, accepted: receive.Accepted) -> None:
    outcome = accepted.push.outcome
    hub.metrics.pushes.labels(accepted.push.given.mode, "repeat" if not accepted.is_new else "merged").inc()
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
    return {
        **report,
        "faults": shown,
        "push": str(push.given.id),
        "version": outcome.number,
        "state": outcome.state.value,
        "mode": push.given.mode,
        "counts": dict(outcome.counts),
        "receipt": str(outcome.receipt_id) if outcome.receipt_id is not None else None,
        "is_repeat": is_repeat,
        "rejections": f"/api/v1/pushes/{push.given.id}/rejections.csv",
    }


def _own_push(unit: Unit, caller: Requester | StaffRequester, push_id: uuid.UUID) -> store.StoredPush:
    """Return a push to an entry of the caller's organ (raises :class:`EntryNotFoundError` else)."""
    member = caller.member.id if isinstance(caller, StaffRequester) else caller.member_id
    found = store.get(unit, push_id)
    row = catalogue_store.find_entry(unit, found.given.entry_id) if found is not None else None
    if found is None or row is None or row.provider_id != member:
        raise EntryNotFoundError
    return found


@router.get("/pushes/{push_id}", summary="一次推送的报告 / The report of a push")
def show_push(push_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Return the report again."""
    with hub.database.begin() as unit:
        return push_body(_own_push(unit, caller, push_id))


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
        _own_push(unit, caller, push_id)
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
        _own_push(unit, caller, push_id)

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
