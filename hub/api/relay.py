"""Relays over HTTP: systems ask a provider's API through the hub; providers register and stop their endpoints."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field, SecretStr, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from connectors.egress import EgressRefusedError
from hub.api.alarms import watch
from hub.api.authentication import CurrentStaff, CurrentSystem, require_role
from hub.api.bodies import Body
from hub.exchange.relay import endpoints, trial
from hub.exchange.relay.calling import Asked, Away, Desk, relayed
from hub.exchange.relay.definition import Definition
from hub.exchange.relay.errors import RelayFourEyesError
from hub.exchange.relay.jobs import Waiting, fetch_waiting, wait
from hub.exchange.relay.states import ENDPOINT
from hub.identity.facts import StaffRequester
from hub.identity.recording import record_denial
from hub.identity.roles import Role
from hub.services import Hub, Services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.exchange.relay.store import Endpoint
    from hub.exchange.use import Answer

router = APIRouter(prefix="/api/v1")
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Column = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,58}$")]
Keeper = Annotated[StaffRequester, Depends(require_role(Role.CLERK, Role.APPROVER))]
Approver = Annotated[StaffRequester, Depends(require_role(Role.APPROVER))]
Stopper = Annotated[
    StaffRequester, Depends(require_role(Role.CLERK, Role.APPROVER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN))
]


class RelayBody(Body):
    """One question to a provider's API: ``key`` by column, or the provider's ``path`` that holds it."""

    model_config = ConfigDict(frozen=True)
    key: dict[Column, Annotated[str, StringConstraints(max_length=400)]] | None = Field(
        default=None, max_length=8, description="查询值 / the key, by column"
    )
    path: str | None = Field(
        default=None, max_length=2048, description="按登记的模板书写的路径 / the path, as registered"
    )
    items: list[Column] | None = Field(default=None, max_length=500, description="不填为授权的全部 / none: all granted")
    purpose: Text = Field(description="用途 / purpose, as granted")
    case_number: Text | None = Field(default=None, description="办件编号 / case number")


class EndpointBody(Body):
    """A provider's API as it is registered (docs/how-to/attach-your-own-api.md)."""

    model_config = ConfigDict(frozen=True)
    entry: Text = Field(description="条目名称 / name of the entry")
    base_url: str = Field(max_length=500, description="接口地址，https / address of the API")
    path: str = Field(max_length=1024, description="路径模板，如 /persons/{shenfen_haoma} / path template")
    rows: str = Field(default="", max_length=200, description="记录所在的 JSON 指针 / JSON pointer to the rows")
    fields: dict[Column, Annotated[str, StringConstraints(max_length=200)]] = Field(
        min_length=1, max_length=500, description="信息项对应的 JSON 指针 / JSON pointer in a row, by column"
    )
    method: Literal["GET", "POST"] = "GET"
    query: dict[Text, Text] = Field(default_factory=dict, max_length=20)
    body: Any = None
    header_name: str | None = Field(
        default=None, max_length=64, description="提供方自用的请求头 / the provider's header"
    )
    secret: SecretStr | None = Field(default=None, description="该请求头的值，加密保存 / its value, kept encrypted")
    trust_pem: str | None = Field(default=None, max_length=20_000, description="固定的证书 / pinned certificates, PEM")
    signer: dict[Text, Text] | None = Field(default=None, max_length=10, description="返回签名公钥 / JWK of the signer")
    not_found: list[int] = Field(default=[404], min_length=1, max_length=5)
    max_stale_seconds: int | None = Field(default=None, description="可用多旧的存量数据 / age of a stored copy allowed")
    may_wait: bool = Field(default=False, description="允许异步等待 / questions may wait")


class ReasonBody(Body):
    """Why."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TrialBody(Body):
    """The key of a synthetic record, by column."""

    key: dict[Column, Text] = Field(min_length=1, max_length=8)


def _desk(hub: Services) -> Desk:
    return Desk(hub.context, hub.database, hub.cache, hub.relay, hub.cursor_key)


def _response(answer: Answer) -> Response:
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers={**headers, **answer.headers})


def _waits(name: str, waiting: Waiting) -> Response:
    place = f"/api/v1/relay/{name}/jobs/{waiting.job}"
    body = {
        "state": "waiting",
        "job": str(waiting.job),
        "location": place,
        "expires_at": waiting.expires_at.isoformat(),
        "retry_after_seconds": waiting.retry_after_seconds,
    }
    headers = {"Location": place, "Retry-After": str(waiting.retry_after_seconds), "Cache-Control": "no-store"}
    return JSONResponse(body, 202, headers=headers)


@router.post("/relay/{name}", tags=["agencies"], summary="经平台查询提供方接口 / Ask a provider's API through the hub")
async def relay(name: str, body: RelayBody, request: Request, system: CurrentSystem, hub: Hub) -> Response:
    """Answer what the provider's own API says, under the same decision and receipt as stored rows.

    ``Prefer: respond-async`` lets the question wait (202) where the endpoint allows it and the provider is away.
    """
    asked = Asked(
        body.key, body.path, None if body.items is None else tuple(body.items), body.purpose, body.case_number
    )
    desk = _desk(hub)
    answer = await relayed(desk, system, name, asked)
    if not isinstance(answer, Away):
        await watch(hub, answer)
        return _response(answer)
    if "respond-async" not in request.headers.get("prefer", "") or not answer.opened.endpoint.definition.may_wait:
        raise answer.error
    return _waits(name, await run_in_threadpool(wait, desk, system, asked, answer))


@router.get("/relay/{name}/jobs/{job_id}", tags=["agencies"], summary="取回等待的查询 / Fetch a question that waited")
async def relay_job(name: str, job_id: uuid.UUID, system: CurrentSystem, hub: Hub) -> Response:
    """Answer once what a question that waited brought; decided on anew. 202 while it still waits."""
    answer = await fetch_waiting(_desk(hub), system, name, job_id)
    if isinstance(answer, Waiting):
        return _waits(name, answer)
    await watch(hub, answer)
    return _response(answer)


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "entry_id": endpoint.entry_id,
        "version": endpoint.version,
        "state": endpoint.state,
        "possible": list(ENDPOINT.acts_of_people(endpoint.state)),
        "definition": endpoint.definition.to_json(),
        "parameters": list(endpoint.definition.parameters),
        "has_secret": endpoint.secret is not None,
        "proposed_by": endpoint.proposed_by,
        "proposed_at": endpoint.proposed_at,
        "approved_by": endpoint.approved_by,
        "changed_at": endpoint.changed_at,
        "reason": endpoint.reason,
    }


@router.post("/relay-endpoints", tags=["departments"], status_code=201, summary="登记本单位接口 / Register an API")
def propose(body: EndpointBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Store a new version; another person of the organ approves it before anybody is relayed to it."""
    given = body.model_dump(exclude={"entry", "secret", "not_found"})
    definition = Definition(**given, not_found=tuple(body.not_found))
    secret = None if body.secret is None else body.secret.get_secret_value()
    with _refusing(hub, staff) as unit:
        office = endpoints.Office(hub.context, unit, hub.relay, staff)
        return _shown(endpoints.propose(office, endpoints.Proposal(body.entry, definition, secret)))


@router.get("/relay-endpoints", tags=["departments"], summary="接口列表 / List endpoints")
def list_endpoints(
    staff: CurrentStaff,
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List the endpoints of your organ (administrators, supervisors and auditors: all)."""
    with hub.database.begin() as unit:
        found, total = endpoints.listed(endpoints.Office(hub.context, unit, hub.relay, staff), limit, offset)
    following = offset + limit if offset + limit < total else None
    shown = [_shown(one) for one in found]
    return {"total": total, "returned": len(shown), "next": following, "endpoints": shown}


@router.get("/relay-endpoints/{endpoint_id}", tags=["departments"], summary="一个接口 / One endpoint")
def show_endpoint(endpoint_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return one version; the header's value is never shown."""
    with hub.database.begin() as unit:
        return _shown(endpoints.find(endpoints.Office(hub.context, unit, hub.relay, staff), endpoint_id))


@contextmanager
def _refusing(hub: Services, staff: StaffRequester) -> Iterator[Unit]:
    """Open a transaction; an attempt against the rules is undone and leaves a committed receipt of denial."""
    try:
        with hub.database.begin() as unit:
            yield unit
    except (RelayFourEyesError, EgressRefusedError) as error:
        reason = "four-eyes" if isinstance(error, RelayFourEyesError) else f"egress-{error.facts.get('reason')}"
        with hub.database.begin() as unit:
            record_denial(hub.identity.record, unit, "act", reason, end_user=str(staff.staff.id))
        raise


def _step(
    hub: Services, staff: StaffRequester, endpoint_id: uuid.UUID, step: str, reason: str | None
) -> dict[str, Any]:
    with _refusing(hub, staff) as unit:
        office = endpoints.Office(hub.context, unit, hub.relay, staff)
        shown = _shown(endpoints.take_step(office, endpoint_id, step, reason))
    hub.identity.keeper.refresh_or_log()
    return shown


@router.post("/relay-endpoints/{endpoint_id}/approve", tags=["departments"], summary="批准接口 / Approve an endpoint")
def approve(endpoint_id: uuid.UUID, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Put a version into use; the one before it retires. Not by the person who proposed it."""
    return _step(hub, staff, endpoint_id, "approve", None)


@router.post("/relay-endpoints/{endpoint_id}/suspend", tags=["departments"], summary="暂停接口 / Suspend an endpoint")
def suspend(endpoint_id: uuid.UUID, body: ReasonBody, staff: Stopper, hub: Hub) -> dict[str, Any]:
    """Stop all calls within five seconds; by the provider's staff or the hub's administrators."""
    return _step(hub, staff, endpoint_id, "suspend", body.reason)


@router.post("/relay-endpoints/{endpoint_id}/resume", tags=["departments"], summary="恢复接口 / Resume an endpoint")
def resume(endpoint_id: uuid.UUID, staff: Approver, hub: Hub) -> dict[str, Any]:
    """Take a suspended endpoint back into use."""
    return _step(hub, staff, endpoint_id, "resume", None)


@router.post("/relay-endpoints/{endpoint_id}/withdraw", tags=["departments"], summary="停用接口 / Withdraw an endpoint")
def withdraw(endpoint_id: uuid.UUID, body: ReasonBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Take a version out of use for good; it stays on file."""
    return _step(hub, staff, endpoint_id, "withdraw", body.reason)


@router.post(
    "/relay-endpoints/{endpoint_id}/test", tags=["departments"], summary="用虚构数据联调 / Try with a synthetic key"
)
async def try_out(endpoint_id: uuid.UUID, body: TrialBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Call the API once and say how it went: status, counts, which items came; no values."""
    done = await trial.try_endpoint(hub.context, hub.database, hub.relay, staff, (endpoint_id, body.key))
    return {
        "outcome": done.outcome,
        "reason": done.reason,
        "message": done.message,
        "message_en": done.message_en,
        "status": done.status,
        "rows": done.rows,
        "items": list(done.items),
        "undeclared": done.undeclared,
        "receipt": done.receipt,
    }
