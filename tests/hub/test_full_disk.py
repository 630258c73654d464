"""A full disk is told as one: 507 with what to do, whether the hub's own disk is full or that of the database."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, cast

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.testclient import TestClient

from hub import problems
from hub.app import build_services, create_app
from hub.push.uploads.files import SPARE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from hub.database import Database
    from hub.settings import Settings

FULL = Path("/dev/full")


def full_disk() -> OSError:
    with pytest.raises(OSError, match="space") as caught:
        os.write(os.open(FULL, os.O_WRONLY), b"x")
    return caught.value


def answered(error: Exception) -> Response:
    """Return what the hub answers to a request in which ``error`` was raised."""
    app = FastAPI()
    problems.install(app)
    kind = next(one for one in type(error).__mro__ if one in app.exception_handlers)
    handler = cast("Callable[[Request, Exception], Response]", app.exception_handlers[kind])
    request = Request({"type": "http", "method": "POST", "path": "/api/v1/x", "headers": [], "app": app})
    return handler(request, error)


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full on this system")
def test_a_full_disk_of_the_hub_is_told_as_one() -> None:
    answer = answered(full_disk())
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["type"], "清出空间" in body["next"]) == (507, "/problems/upload-disk", True)


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_full_disk_of_the_database_is_told_as_one(*, wrapped: bool) -> None:
    inner = psycopg.errors.DiskFull("could not extend file")
    assert answered(OperationalError("INSERT", {}, inner) if wrapped else inner).status_code == 507


def test_a_database_that_went_away_is_no_full_disk() -> None:
    assert answered(psycopg.OperationalError("the connection is lost")).status_code == 503


def test_another_fault_of_the_system_is_an_unexpected_one() -> None:
    assert answered(PermissionError(13, "Permission denied")).status_code == 500


def readiness(database: Database, settings: Settings) -> tuple[int, str, list[str]]:
    """Return status, word and the checks that fail."""
    services = build_services(settings, database)
    services.integrator.start()
    try:
        answer = TestClient(create_app(services)).get("/readyz")
    finally:
        services.integrator.stop()
    body = answer.json()
    return answer.status_code, body["status"], [name for name, is_well in body["checks"].items() if not is_well]


@pytest.mark.parametrize(
    ("free", "told"), [(SPARE_BYTES, (200, "ready", [])), (SPARE_BYTES - 1, (200, "degraded", ["disk"]))]
)
def test_readiness_tells_that_the_hub_answers_and_has_no_room_for_pushes(
    free: int,
    told: tuple[int, str, list[str]],
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = shutil.disk_usage(settings.data_dir.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    assert readiness(database, settings) == told


def test_a_hub_whose_database_has_no_room_is_not_ready(database: Database, settings: Settings) -> None:
    services = build_services(settings, database)
    with database.begin() as unit:
        name = unit.connection.exec_driver_sql("SELECT current_database()").scalar_one()
        unit.connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET temp_file_limit = 0')
    database.engine.dispose()
    answer = TestClient(create_app(services)).get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, False)
