"""Departments push large files in pieces that survive cuts (tus 1.0; Zhengzhou Art. 19; Jilin Art. 27).

Create an upload for an entry, send its pieces, then finish it: from there on it is a push like any other, with the
same report. Only the organ that made an upload sees it.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from connectors.port import Limits
from hub.api import tus
from hub.api.authentication import CurrentCaller
from hub.api.pushes import ReadParameters, answered, push_body
from hub.identity.errors import RoleRequiredError
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import NAMES_ZH, Role
from hub.problems import problem_document
from hub.push import receive
from hub.push.merge import MergeMode
from hub.push.progress import AT_WORK, STAGES, Stage
from hub.push.uploads import finishing, receiving, store
from hub.push.uploads.errors import UploadBusyError, UploadNotFoundError
from hub.push.uploads.finishing import Finisher
from hub.push.uploads.wishes import to_json
from hub.services import Hub, upload_desk
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.push.uploads.finishing import Finishing
    from hub.push.uploads.receiving import Appending, Desk
    from hub.push.uploads.store import Upload
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"], route_class=tus.TusRoute)
WRITE_BYTES = 1 << 20
NO_DIGEST = b""
log = structlog.get_logger()


class PushParameters:
    """What the file is to become: the query parameters of a push."""

    def __init__(
        self,
        parameters: Annotated[ReadParameters, Depends()],
        mode: Annotated[MergeMode, Query(description="推送方式 / what the file is")] = MergeMode.UPSERT,
        allow_shrink: Annotated[bool, Query(description="确认大量行失效 / consent to closing many rows")] = False,
        dry_run: Annotated[bool, Query(description="只检查和比对，不入库 / check and compare only")] = False,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> None:
        self.dry_run = dry_run
        self.read = parameters
        self.mode = mode
        self.allow_shrink = allow_shrink
        self.idempotency_key = idempotency_key

    def arrival(self, entry: str, by: Finisher, filename: str) -> receive.Arrival:
        """Return the arrival of a file that is not here yet."""
        return receive.Arrival(
            entry=entry,
            path=Path(),
            digest=NO_DIGEST,
            mode=self.mode,
            idempotency_key=self.idempotency_key,
            filename=self.read.options.name or filename,
            options=self.read.options,
            allow_shrink=self.allow_shrink,
            member_id=by.member_id,
            by_system=by.by_system,
            by_staff=by.by_staff,
            key_thumbprint=by.key_thumbprint,
            mapping=self.read.mapping,
            mapping_version=self.read.version,
            dry_run=self.dry_run,
        )


def finisher_of(caller: CurrentCaller) -> Finisher:
    """Return member, system, person and key of who sends; a person must be a data clerk."""
    if isinstance(caller, Requester):
        return Finisher(caller.member_id, caller.system_id, None, caller.key_thumbprint)
    if not caller.has_role(Role.CLERK):
        raise RoleRequiredError(NAMES_ZH[Role.CLERK], (Role.CLERK.value,))
    return Finisher(caller.member.id, None, caller.staff.id, None)


Sender = Annotated[Finisher, Depends(finisher_of)]


def _body(desk: Desk, upload: Upload) -> dict[str, Any]:
    """Return how far an upload has come, for a progress bar."""
    is_busy = upload.push_id is None and desk.parts.is_busy(upload.id)
    stage = upload.stage
    if stage in AT_WORK and not is_busy:
        stage = Stage.RECEIVED  # who was at work on it died; it can be finished again
    return {
        "upload": str(upload.id),
        "entry": upload.entry,
        "filename": upload.filename,
        "length": upload.length,
        "received": upload.received,
        "stage": stage.value,
        "stage_zh": STAGES[stage].zh,
        "stage_en": STAGES[stage].en,
        "rows_read": upload.rows,
        "is_busy": is_busy,
        "push": str(upload.push_id) if upload.push_id is not None else None,
        "answer": upload.answer,
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
    }


@router.options("/uploads", status_code=204, summary="续传协议与限额 / Protocol and limits of uploads")
@router.options("/entries/{name}/uploads", status_code=204, summary="续传协议与限额 / Protocol and limits")
def options(hub: Hub) -> Response:
    """Tell versions, extensions and limits of resumable uploads (tus 1.0)."""
    return Response(status_code=204, headers=tus.limits(upload_desk(hub).rules))


@router.post("/entries/{name}/uploads", status_code=201, summary="创建续传上传 / Create a resumable upload")
def create(
    name: str, request: Request, sender: Sender, hub: Hub, parameters: Annotated[PushParameters, Depends()]
) -> Response:
    """Announce a file by ``Upload-Length``; pieces go to the address in ``Location``. Options are those of a push."""
    facts = tus.metadata(request.headers)
    filename = facts.get("filename", facts.get("name", ""))[:255]
    arrival = parameters.arrival(name, sender, filename)
    desk = upload_desk(hub)
    upload = receiving.create(desk, arrival, tus.announced(request.headers, facts))
    headers = {"Location": f"/api/v1/uploads/{upload.id}", **tus.limits(desk.rules), **tus.place(upload)}
    return Response(status_code=201, headers=headers)


@router.get("/uploads", summary="本单位的续传上传 / Uploads of one's organ")
def uploads(
    caller: CurrentCaller,
    hub: Hub,
    before: Annotated[datetime | None, Query(description="只列此前创建的 / made before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List the organ's uploads, newest first, with what is left of its quota."""
    desk, member = upload_desk(hub), _member(caller)
    now = hub.context.now()
    with hub.database.begin() as unit:
        more, total = store.page(unit, member, now, before=before, limit=limit + 1)
        use = store.use(unit, member, now)
    found = more[:limit]
    following = f"/api/v1/uploads?limit={limit}&before={found[-1].created_at:%Y-%m-%dT%H:%M:%S.%fZ}" if found else None
    return {
        "total": total,
        "returned": len(found),
        "next": following if len(more) > limit else None,
        "uploads": [_body(desk, one) for one in found],
        "quota": {
            "open": use.count,
            "open_limit": desk.rules.open_limit,
            "bytes": use.size,
            "bytes_limit": desk.rules.quota_bytes,
        },
    }


def _member(caller: Requester | StaffRequester) -> uuid.UUID:
    return caller.member.id if isinstance(caller, StaffRequester) else caller.member_id


@router.head("/uploads/{upload_id}", summary="已收到多少字节 / How many bytes are here")
def head(upload_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> Response:
    """Tell the offset to go on at."""
    upload = receiving.settled(upload_desk(hub), upload_id, _member(caller))
    return Response(status_code=200, headers=tus.place(upload))


@router.get("/uploads/{upload_id}", summary="上传与办理的进度 / How far an upload and its push are")
def show(upload_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, Any]:
    """Tell bytes received, the stage, rows read so far, and the answer once there is one."""
    desk = upload_desk(hub)
    return _body(desk, receiving.get(desk, upload_id, _member(caller)))


@router.delete("/uploads/{upload_id}", status_code=204, summary="放弃上传 / Give an upload up")
def discard(upload_id: uuid.UUID, sender: Sender, hub: Hub) -> Response:
    """Throw the upload and its bytes away; the push it may have become stays."""
    receiving.discard(upload_desk(hub), upload_id, sender.member_id)
    return Response(status_code=204)


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    summary="发送一个分块 / Send a piece",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {tus.PIECE_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def append(upload_id: uuid.UUID, request: Request, sender: Sender, hub: Hub) -> Response:
    """Append bytes at ``Upload-Offset``; what is answered as received survives any crash."""
    return await _append(upload_id, request, sender, hub)


async def _append(upload_id: uuid.UUID, request: Request, sender: Finisher, hub: Services) -> Response:
    desk = upload_desk(hub)
    piece = tus.piece(request.headers)
    appending = await run_in_threadpool(receiving.append, desk, upload_id, sender.member_id, piece)
    try:
        await _write(request, appending)
        upload = await run_in_threadpool(receiving.get, desk, upload_id, sender.member_id)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    finally:
        appending.close()
    return Response(status_code=204, headers=tus.place(upload))


async def _write(request: Request, appending: Appending) -> None:
    """Hand the body to a thread, a megabyte at a time; of a connection that is cut, keep what came."""
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= WRITE_BYTES:
                await run_in_threadpool(appending.add, bytes(waiting))
                waiting.clear()
    except ClientDisconnect:
        with suppress(DomainError):
            await run_in_threadpool(appending.add, bytes(waiting))
            await run_in_threadpool(appending.cut)
        raise
    await run_in_threadpool(appending.add, bytes(waiting))
    await run_in_threadpool(appending.end)


@router.post("/uploads/{upload_id}", status_code=204, summary="以 POST 代替 PATCH、DELETE / PATCH or DELETE by POST")
async def override(
    upload_id: uuid.UUID,
    request: Request,
    sender: Sender,
    hub: Hub,
    x_http_method_override: Annotated[str, Header(pattern="^(PATCH|DELETE)$")],
) -> Response:
    """Serve networks whose gateways let no PATCH or DELETE through (tus 1.0, X-HTTP-Method-Override)."""
    if x_http_method_override == "PATCH":
        return await _append(upload_id, request, sender, hub)
    await run_in_threadpool(receiving.discard, upload_desk(hub), upload_id, sender.member_id)
    return Response(status_code=204)


@router.post("/uploads/{upload_id}/push", status_code=201, summary="收齐后办理推送 / Push a complete upload")
def finish(
    upload_id: uuid.UUID,
    request: Request,
    sender: Sender,
    hub: Hub,
    parameters: Annotated[PushParameters, Depends()],
    prefer: Annotated[str, Header(description="respond-async: 不等办结 / do not wait", max_length=200)] = "",
) -> Response:
    """Push the file as announced, or with the options given now; the report is that of a push. Twice is once.

    With ``Prefer: respond-async`` (RFC 7240) the answer is 202 at once, and the upload tells how it goes.
    """
    desk = upload_desk(hub)
    upload = receiving.get(desk, upload_id, sender.member_id)
    if (done := finishing.finished(desk, upload)) is not None:
        return _answer(200, jsonable_encoder(push_body(done, is_repeat=True)))
    try:
        work = finishing.begin(desk, upload_id, sender.member_id)
    except (UploadBusyError, UploadNotFoundError):
        return _as_before(desk, receiving.get(desk, upload_id, sender.member_id))
    filename = upload.filename
    wishes = to_json(parameters.arrival(upload.entry, sender, filename)) if request.url.query else None
    if "respond-async" in prefer.lower():
        address = f"/api/v1/uploads/{upload_id}"
        task = BackgroundTask(_take_in, hub, work, sender, wishes)
        headers = {"Location": address, "Preference-Applied": "respond-async"}
        return JSONResponse({"upload": str(upload_id), "status": address}, 202, headers=headers, background=task)
    status, body = _take_in(hub, work, sender, wishes)
    return _answer(status, body)


def _as_before(desk: Desk, upload: Upload) -> Response:
    """Answer what was answered before; of one that is under way, say so."""
    if (done := finishing.finished(desk, upload)) is not None:
        return _answer(200, jsonable_encoder(push_body(done, is_repeat=True)))
    if desk.parts.is_busy(upload.id):
        raise UploadBusyError
    if upload.answer is None:
        raise UploadNotFoundError
    return _answer(upload.answer["status"], upload.answer["body"])


def _answer(status: int, body: Mapping[str, Any]) -> Response:
    is_problem = status >= 400  # noqa: PLR2004 - the first status that says no
    media = "application/problem+json" if is_problem else "application/json"
    receipt = body.get("receipt")
    return JSONResponse(dict(body), status, headers={"Receipt": receipt} if receipt else None, media_type=media)


def _take_in(
    hub: Services, work: Finishing, sender: Finisher, wishes: Mapping[str, Any] | None
) -> tuple[int, dict[str, Any]]:
    """Push, keep the answer with the upload, and return it; a fault that is not the file's is raised."""
    try:
        try:
            accepted = work.take_in(sender, Limits(), wishes)
        except DomainError as error:
            status, body = problem_document(error, f"/api/v1/uploads/{work.upload.id}/push")
            work.settle(status, body, None)
            return status, body
        answer = Response(status_code=201)
        body = jsonable_encoder(answered(hub, work.upload.entry, answer, accepted))
        # Of a dry run nothing is kept, so the file stays for the push that follows it.
        work.settle(answer.status_code, body, None if body["push"] is None else accepted.push.given.id)
        return answer.status_code, body
    finally:
        work.close()
