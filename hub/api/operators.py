"""Health, readiness and metrics. None of them tells anything about data."""

from __future__ import annotations

import ipaddress
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from hub import schema
from hub.ledger.integrator import promise_age_seconds
from hub.push.uploads.files import has_room
from hub.services import Hub

router = APIRouter(tags=["operators"])
LONGEST_PROMISE_SECONDS = 60.0


@router.get("/healthz", summary="进程存活 / The process is alive")
def health() -> dict[str, str]:
    """Answer as long as the process can."""
    return {"status": "ok"}


@router.get("/readyz", summary="可以服务 / Ready to serve")
def ready(hub: Hub, response: Response) -> dict[str, Any]:
    """Check that the database keeps what is written, the schema fits, and the log is being integrated.

    503 where one of these is not so. A hub whose own disk has no room for pushes (507) answers everything else:
    200 with ``degraded``, so that nobody takes it out of the balancer, and ``checks.disk`` false.
    """
    probe = hub.database.probe()
    checks: dict[str, bool] = {"database": probe.is_up and probe.is_writable, "integrator": hub.integrator.is_running}
    lag = 0.0
    if checks["database"]:
        with hub.database.begin() as unit:
            lag = promise_age_seconds(unit, hub.context.now())
        checks["schema"] = schema.current(hub.database) == schema.head()
        checks["log"] = lag < LONGEST_PROMISE_SECONDS and hub.integrator.last_error is None
    checks["rounds"] = all(one.is_well for one in hub.rounds.state().values())
    hub.metrics.database_up.set(1 if checks["database"] else 0)
    hub.metrics.database_probe_seconds.set(probe.milliseconds / 1000)
    hub.metrics.integrator_lag_seconds.set(lag)
    is_ready = all(checks.values())
    checks["disk"] = has_room(hub.settings.data_dir)
    hub.metrics.disk_has_room.set(1 if checks["disk"] else 0)
    if not is_ready:
        response.status_code = 503
        return {"status": "not-ready", "checks": checks}
    return {"status": "ready" if checks["disk"] else "degraded", "checks": checks}


def _is_local(request: Request) -> bool:
    """Whether the request comes from this machine itself, not through a proxy."""
    if request.client is None or "forwarded" in request.headers or "x-forwarded-for" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@router.get("/metrics", summary="Prometheus 指标（仅本机）/ Metrics, to this machine only", include_in_schema=False)
def metrics(request: Request, hub: Hub) -> Response:
    """Return the figures for Prometheus; not public."""
    if not _is_local(request):
        raise HTTPException(404)
    content, media_type = hub.metrics.render()
    return Response(content, media_type=media_type)
